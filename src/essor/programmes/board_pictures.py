"""A programme as its partners follow it: the target node by node, the fan of what is to be expected, the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.cases.wording import in_language
from essor.design.charts import FanChart, Point, Spread
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day, write_decimal, write_whole
from essor.knowledge import load_workflows
from essor.programmes.agreement_pictures import REPORTS, say_report
from essor.programmes.models import Agreement
from essor.programmes.pictures import INDENT, say_chance
from essor.programmes.queries import TargetLine, to_dollars
from essor.programmes.queries.board import BoardFile
from essor.programmes.queries.journeys import ForeseenTarget
from essor.programmes.reporting import ReportDue
from essor.programmes.wording import explain_thin


def build_progress_table(lines: Sequence[TargetLine], found: Sequence[ForeseenTarget], *, language: str) -> Table:
    """The tree, with what opened against each part; where nothing is known of the files, the target alone."""
    told = {one.target.pk: one.forecast for one in found}
    columns = [
        Column(_("Où")), Column(_("Visées"), "whole"), Column(_("À attribuer"), "whole"),
        Column(_("Ouvertes"), "whole"), Column(_("Il en manque"), "whole"), Column(_("En route"), "whole"),
    ]  # fmt: skip
    rows = []
    for line in lines:
        one, wanted = told.get(line.target.pk), line.target.startups
        known = [one.opened, max(wanted - one.opened, 0), one.open_files] if one else [None, None, None]
        name = INDENT * line.depth + str(getattr(line.target, f"name_{language}"))
        rows.append(Row([name, wanted, line.unallocated, *known]))
    return Table(_("Où en est la cible ?"), columns, rows)


def draw_fan(one: ForeseenTarget, *, language: str) -> FanChart | None:
    """None: the horizon has passed, and what came is in the table."""
    made, target = one.forecast, one.target
    if not made.course:
        return None
    low, high = made.interval
    first, last = made.course[0], made.course[-1]
    description = _(
        "Éventail : {opened} entreprises ouvertes le {on} ; le {last}, 8 chances sur 10 d’en compter de {low} à "
        "{high}, pour une cible de {goal}."
    ).format(
        opened=write_whole(made.opened), on=write_day(first.on), last=write_day(last.on), low=write_whole(low),
        high=write_whole(high), goal=write_whole(target.startups),
    )  # fmt: skip
    name = str(getattr(target, f"name_{language}"))
    return FanChart(
        title=_("{name} : combien d’entreprises, d’ici l’échéance ?").format(name=name),
        subtitle=_("Entreprises ouvertes, comptées depuis le début du programme"),
        description=description,
        past=[Point(day, opened) for day, opened in made.past],
        spreads=[Spread(moment.on, *moment.quantiles) for moment in made.course],
        value_heading=_("Entreprises"),
        goal=target.startups,
        source=explain_thin() if made.is_thin else "",
    )


def say_chances(one: ForeseenTarget) -> str:
    """The probability of the target, and what would make it even."""
    made = one.forecast
    told = _("Chances d’atteindre la cible de {goal} : {chance}.")
    if made.is_thin:
        told = _("Chances d’atteindre la cible de {goal} : {chance}, selon des suppositions.")
    said = told.format(goal=write_whole(one.target.startups), chance=say_chance(made))
    if not made.course or made.probability >= 0.5:
        return said
    if made.extra_for_even is None:
        more = _("Même cent demandes de plus par mois ne suffiraient pas à en faire une chance sur deux.")
    else:
        more = _("Demandes de plus par mois qu’il faudrait, dès maintenant, pour une chance sur deux : {n}.").format(
            n=write_decimal(made.extra_for_even, 1)
        )
    return f"{said} {more}"


def say_reached(one: ForeseenTarget, *, language: str) -> str:
    """Once the programme has ended."""
    opened, wanted = one.forecast.opened, one.target.startups
    said = ngettext(
        "{name} : {opened} a ouvert sur {goal} visées ; {reached}.",
        "{name} : {opened} ont ouvert sur {goal} visées ; {reached}.",
        opened,
    )
    reached = _("cible atteinte") if opened >= wanted else _("cible manquée")
    name = getattr(one.target, f"name_{language}")
    return said.format(name=name, opened=write_whole(opened), goal=write_whole(wanted), reached=reached)


def build_due_table(reports: Sequence[tuple[Agreement, ReportDue]], *, language: str) -> Table | None:
    """What the partner has to render, to be read only. None: nothing is asked."""
    columns = [Column(_("Rapport")), Column(_("Part de la cible")), Column(_("Pour le"), "day"), Column(_("État"))]
    rows = [
        Row([
            say_report(one, language=language), str(getattr(agreement.target, f"name_{language}")), one.due_on,
            str(REPORTS[one.state]),
        ])
        for agreement, one in reports
    ]  # fmt: skip
    return Table(_("Les rapports que vous avez à rendre"), columns, rows) if rows else None


def build_files_table(files: Sequence[BoardFile], *, on: date, places: Mapping[str, str]) -> Table:
    """No name and no word of anyone."""
    columns = [
        Column(_("Dossier")), Column(_("Étape")), Column(_("Lieu")), Column(_("Jours à cette étape"), "whole"),
        Column(_("Offert"), "cad"),
    ]  # fmt: skip
    rows = []
    for one in files:
        case = one.case
        stage = load_workflows()[case.workflow, case.workflow_version].get_stage(case.stage)
        place = places.get(case.territory_code, case.territory_code)
        rows.append(
            Row([case.reference, in_language(stage.label), place, (on - one.since).days, to_dollars(one.offered)])
        )
    return Table(_("Les dossiers ouverts"), columns, rows)
