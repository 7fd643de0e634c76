"""The entries of the ledger as a CSV file for an accounting program: see docs/methods/ledger.md."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from essor.programmes.queries import JournalLine
from essor.programmes.rules import CENTS

COLUMNS = ("entry", "date", "agreement", "file", "move", "account", "debit_cad", "credit_cad", "received_on")


def write_journal(lines: Iterable[JournalLine]) -> str:
    """One line for each side of a move, the amounts in dollars with two decimals, exactly."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        named = [line.entry, line.on.isoformat(), line.agreement, line.reference, line.kind, line.account]
        came = line.received_on.isoformat() if line.received_on else ""
        writer.writerow([*named, _write(line.debit), _write(line.credit), came])
    return text.getvalue()


def _write(cents: int) -> str:
    return f"{cents // CENTS}.{cents % CENTS:02d}" if cents else ""
