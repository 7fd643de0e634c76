"""Targets and money as tables, and as lines of a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day, write_whole
from essor.methods.ledger import Envelope
from essor.programmes.models import Agreement
from essor.programmes.queries import TargetLine, sum_envelopes
from essor.programmes.wording import write_cents

INDENT = "\u2003"


def build_targets_table(lines: Sequence[TargetLine], *, language: str) -> Table:
    columns = [Column(_("Où")), Column(_("Entreprises visées"), "whole"), Column(_("Pas encore attribuées"))]
    rows = [
        Row([
            INDENT * line.depth + str(getattr(line.target, f"name_{language}")),
            line.target.startups,
            "—" if line.unallocated is None else write_whole(line.unallocated),
        ])
        for line in lines
    ]  # fmt: skip
    return Table(_("Combien d’entreprises, et où"), columns, rows)


def build_envelopes_table(envelopes: Mapping[Agreement, Envelope]) -> Table:
    columns = [
        Column(_("Partenaire")), Column(_("Promis")), Column(_("Libre")), Column(_("Offert")), Column(_("Accepté")),
        Column(_("Versé")), Column(_("Récupéré")),
    ]  # fmt: skip
    rows = [Row([agreement.partner, *_write(envelope)]) for agreement, envelope in envelopes.items()]
    if len(rows) > 1:
        total = sum_envelopes(list(envelopes.values()))
        rows.append(Row([_("Tous les partenaires"), *_write(total)], is_total=True))
    note = _("Promis = libre + offert + accepté + versé + récupéré.")
    return Table(_("Où est l’argent"), columns, rows, note)


def say_envelopes(envelopes: Mapping[Agreement, Envelope], *, on: date) -> list[str]:
    words = (_("promis"), _("libre"), _("offert"), _("accepté"), _("versé"), _("récupéré"))
    lines = [write_day(on)]
    for agreement, envelope in envelopes.items():
        said = ", ".join(f"{word} {amount}" for word, amount in zip(words, _write(envelope), strict=True))
        lines.append(f"{agreement.partner}{_(' : ')}{said}")
    return lines


def _write(envelope: Envelope) -> list[str]:
    names = ("promised", "free", "offered", "accepted", "paid", "recovered")
    return [write_cents(getattr(envelope, name)) for name in names]
