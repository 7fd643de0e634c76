"""Targets and money as tables, and as lines of a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day
from essor.methods.ledger import Envelope
from essor.programmes.models import Agreement
from essor.programmes.queries import TargetLine, sum_envelopes, to_dollars
from essor.programmes.wording import write_cents

INDENT = "\u2003"
HEADINGS: Mapping[str, Any] = {
    "promised": gettext_lazy("Promis"),
    "free": gettext_lazy("Libre"),
    "offered": gettext_lazy("Offert"),
    "accepted": gettext_lazy("Accepté"),
    "paid": gettext_lazy("Versé"),
    "recovered": gettext_lazy("Récupéré"),
}
NAMES = tuple(HEADINGS)


def build_targets_table(lines: Sequence[TargetLine], *, language: str) -> Table:
    columns = [Column(_("Où")), Column(_("Entreprises visées"), "whole"), Column(_("Pas encore attribuées"), "whole")]
    rows = [
        Row([
            INDENT * line.depth + str(getattr(line.target, f"name_{language}")),
            line.target.startups,
            line.unallocated,
        ])
        for line in lines
    ]  # fmt: skip
    return Table(_("Combien d’entreprises, et où"), columns, rows)


def build_envelopes_table(envelopes: Mapping[Agreement, Envelope]) -> Table:
    """What was promised, and where it is; where no offer was ever entered, nothing is said of what is not known."""
    total = sum_envelopes(list(envelopes.values()))
    names, note = NAMES, _("Promis = libre + offert + accepté + versé + récupéré.")
    if total.promised == total.free:
        names, note = NAMES[:1], ""
    columns = [Column(_("Partenaire")), *(Column(str(HEADINGS[name]), "cad") for name in names)]
    rows = [Row([agreement.partner, *_list_dollars(envelope, names)]) for agreement, envelope in envelopes.items()]
    if len(rows) > 1:
        rows.append(Row([_("Tous les partenaires"), *_list_dollars(total, names)], is_total=True))
    return Table(_("Où est l’argent"), columns, rows, note)


def say_envelopes(envelopes: Mapping[Agreement, Envelope], *, on: date) -> list[str]:
    words = (_("promis"), _("libre"), _("offert"), _("accepté"), _("versé"), _("récupéré"))
    lines = [write_day(on)]
    for agreement, envelope in envelopes.items():
        said = ", ".join(f"{word} {amount}" for word, amount in zip(words, _write(envelope), strict=True))
        lines.append(f"{agreement.partner}{_(' : ')}{said}")
    return lines


def _write(envelope: Envelope) -> list[str]:
    return [write_cents(getattr(envelope, name)) for name in NAMES]


def _list_dollars(envelope: Envelope, names: Sequence[str]) -> list[int | float]:
    return [to_dollars(getattr(envelope, name)) for name in names]
