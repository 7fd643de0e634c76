"""Tables of aids, ready to be drawn."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.aid.queries.funnel import ENDINGS, AidFunnels
from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_decimal, write_whole
from essor.methods.funnel import Funnel, StageCount


def build_funnel_tables(funnels: AidFunnels, *, language: str) -> list[Table]:
    """How many of each aid reached each stage, then how many days it took; the total last."""
    side = "en" if language == "en" else "fr"
    named = [
        (Link(funnels.names[slug][side], reverse("aid", args=[slug])) if slug in funnels.names else slug, funnel)
        for slug, funnel in funnels.each.items()
    ]
    return [_build_counts(named, funnels.total), _build_days(named, funnels.total)]


def _build_counts(named: list[tuple[str | Link, Funnel]], total: Funnel) -> Table:
    columns = [
        Column(_("Aide")), Column(_("Retenues"), "whole"), Column(_("Demandées"), "whole"),
        Column(_("Obtenues"), "whole"), Column(_("Versées"), "whole"), Column(_("Refusées"), "whole"),
        Column(_("Abandonnées"), "whole"), Column(_("En cours"), "whole"),
    ]  # fmt: skip
    rows = [Row(_write_counts(name, funnel)) for name, funnel in named]
    rows.append(Row(_write_counts(_("Toutes les aides"), total), is_total=True))
    note = _("Retenues = versées + refusées + abandonnées + en cours : chaque aide est à un seul de ces endroits.")
    return Table(_("Combien d’aides, jusqu’où ?"), columns, rows, note)


def _write_counts(name: str | Link, funnel: Funnel) -> list[Any]:
    return [
        name,
        *(stage.n for stage in funnel.stages),
        *(funnel.count_ended(ending) for ending in ENDINGS),
        funnel.waiting,
    ]


def _build_days(named: list[tuple[str | Link, Funnel]], total: Funnel) -> Table:
    columns = [
        Column(_("Aide")), Column(_("Jusqu’à la demande")), Column(_("De la demande à l’accord")),
        Column(_("De l’accord au versement")),
    ]  # fmt: skip
    rows = [Row([name, *map(_write_days, funnel.stages[:-1])]) for name, funnel in named]
    rows.append(Row([_("Toutes les aides"), *map(_write_days, total.stages[:-1])], is_total=True))
    note = _("Médianes, en jours, de celles qui sont passées à la suite ; celles qui attendent encore n’y sont pas.")
    return Table(_("En combien de jours ?"), columns, rows, note)


def _write_days(stage: StageCount) -> str:
    if stage.median_days is None:
        return "—"
    places = 0 if stage.median_days.denominator == 1 else 1
    days = write_decimal(stage.median_days, places)
    return _("{days} j (n = {n})").format(days=days, n=write_whole(stage.went_on))
