"""How long a census takes to import, and how much memory: a documented file of fictitious rows, in a fresh process.

The file: ``rows`` organisations, one row each, eight columns (name, register number, municipality, legal form, jobs,
revenue, members, creation date), one cell in ten unknown, drawn with a fixed seed; no number is a real one.
"""

from __future__ import annotations

import csv
import random
import resource
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from essor.directory.actions.imports import import_census
from essor.directory.importing.mapping import parse_mapping

SEED = 20260331
UNKNOWN_SHARE = 0.1
PLACES = ("64008", "64015")
"""Terrebonne and Mascouche: everyone in one territory."""
TITLES = ("Nom", "Numéro", "Ville", "Forme", "Emplois", "Revenus", "Membres", "Création")
MAPPING = {
    "source": {"title": "Mesure"},
    "constants": {"reference_date": "2026-03-31"},
    "columns": {
        "Nom": {"to": "name"},
        "Numéro": {"to": "identifier", "scheme": "other", "issuer": "mesure"},
        "Ville": {"to": "variable", "variable": "municipality"},
        "Forme": {"to": "variable", "variable": "legal_form"},
        "Emplois": {"to": "variable", "variable": "jobs_headcount"},
        "Revenus": {"to": "variable", "variable": "annual_revenue"},
        "Membres": {"to": "variable", "variable": "members"},
        "Création": {"to": "event", "kind": "created"},
    },
}


def write_census_file(file: Path, rows: int, *, places: Sequence[str] = PLACES) -> None:
    """``places``: the municipalities to draw from."""
    draw = random.Random(SEED)  # noqa: S311  a reproducible file, not a secret

    def known(text: str) -> str:
        return "" if draw.random() < UNKNOWN_SHARE else text

    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(TITLES)
        for number in range(rows):
            founded = date(1950, 1, 1) + timedelta(days=draw.randrange(27_000))
            writer.writerow(
                (
                    f"Coopérative fictive {number}",
                    f"F{number:07d}",
                    known(draw.choice(places)),
                    known(draw.choice(("coop", "npo", "mutual"))),
                    known(str(int(draw.lognormvariate(2, 1)))),
                    known(f"{draw.lognormvariate(12, 1):.2f}".replace(".", ",")),
                    known(str(draw.randrange(2000))),
                    known(founded.isoformat()),
                )
            )


def benchmark_import(file: Path) -> Mapping[str, float]:
    """Imports the file into the current database, then forgets it. Seconds, megabytes of the process at its highest,
    facts and rows."""
    now = datetime(2026, 4, 1, 12, tzinfo=UTC)
    started = time.perf_counter()
    with transaction.atomic():
        report = import_census(file=file, mapping=parse_mapping(MAPPING), by=None, now=now)
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    peak_megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": seconds,
        "peak_megabytes": peak_megabytes,
        "rows": report.counts["rows"],
        "facts": report.counts["new_facts"],
    }
