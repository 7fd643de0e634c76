"""What becomes of the enterprises of a programme, as tables and a curve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from essor.design.charts import Stair, StairChart
from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_day, write_decimal, write_percent
from essor.methods.survival import Curve, Step, find_interval
from essor.programmes.news import Duty, find_owed
from essor.programmes.queries.following import AtAge, Declared, Followed, Outcomes
from essor.programmes.queries.growth import Growth
from essor.programmes.rules import CENTS
from essor.programmes.wording import DUTIES, GROWTH_PARTS, TOO_FEW, YEAR, write_age

YEARS = range(1, 6)
MOST_OWED = 100


def build_calendar_table(duties: Sequence[Duty]) -> Table:
    columns = [Column(_("Après l’ouverture")), Column(_("Pour le"), "day"), Column(_("Nouvelles"))]
    rows = [Row([write_age(one.months), one.due_on, str(DUTIES[one.state])]) for one in duties]
    return Table(_("Quand donner des nouvelles"), columns, rows)


def build_said_table(followed: Followed) -> Table | None:
    """The latest first; a cell that says nothing is unknown."""
    columns = [
        Column(_("Jour"), "day"), Column(_("L’entreprise")), Column(_("Personnes"), "whole"),
        Column(_("Temps plein"), "decimal", 1), Column(_("Revenu"), "cad"),
    ]  # fmt: skip
    rows = []
    for one in reversed(followed.told):
        revenue = None if one.revenue_cents is None else one.revenue_cents / CENTS
        state = _("ouverte") if one.is_alive else _("fermée")
        rows.append(Row([one.about_on, state, one.jobs, one.fte, revenue]))
    return Table(_("Ce qui a été dit"), columns, rows) if rows else None


def build_ages_table(ages: Sequence[AtAge], *, is_public: bool = False) -> Table:
    """``is_public``: an age at which too few are followed is not published."""
    columns = [
        Column(_("Âge")), Column(_("Assez vieilles"), "whole"), Column(_("Vivantes"), "whole"),
        Column(_("Fermées"), "whole"), Column(_("Inconnues"), "whole"), Column(_("Part qui vit encore (estimée)")),
        Column(_("Suivies jusque-là (n)"), "whole"),
    ]  # fmt: skip
    rows = []
    for one in ages:
        age = write_age(one.count.years * YEAR)
        if is_public and not one.is_publishable:
            rows.append(Row([age, "—", "—", "—", "—", str(TOO_FEW), "—"]))
            continue
        found, count = one.survival, one.count
        rows.append(Row([age, count.total, count.alive, count.closed, count.unknown, _say_share(one), found.at_risk]))
    return Table(
        _("Combien vivent encore ?"),
        columns,
        rows,
        _(
            "Part estimée par la méthode de Kaplan-Meier, avec l’intervalle à 95 %. Une entreprise dont on est sans "
            "nouvelles est suivie jusqu’à ses dernières nouvelles, puis inconnue : jamais vivante."
        ),
    )


def _say_share(one: AtAge) -> str:
    found = one.survival
    share = write_percent(found.share, 0)
    if found.low is None or found.high is None:
        return share
    interval = _("de {low} à {high}").format(low=write_percent(found.low, 0), high=write_percent(found.high, 0))
    return f"{share} ({interval})"


def draw_survival(outcomes: Outcomes) -> StairChart:
    """The curve of Kaplan and Meier with its interval at 95 %, until the last anniversary; under each, how many are
    followed that long."""
    stairs = _list_stairs(outcomes.curve)
    last = float(max((one.age for one in outcomes.curve.seen), default=0))
    said = [
        _("{age} : {share} (n = {n})").format(age=one.label, share=_say_known(one), n=one.followed)
        for one in stairs
        if one.is_named
    ]
    return StairChart(
        title=_("La part qui vit encore, selon l’âge"),
        description=_("Escalier qui descend à chaque fermeture. {points}.").format(points=", ".join(said)),
        stairs=stairs,
        ends_at=last,
        value_heading=_("Part qui vit encore"),
        label_heading=_("Âge"),
        fallen_heading=_("Fermées à cet âge"),
        followed_heading=_("Suivies jusque-là (n)"),
        interval_heading=_("Intervalle à 95 %"),
        notes=[_("La bande : intervalle à 95 %. La ligne s’arrête à l’âge où plus personne n’est suivi.")],
    )


def _list_stairs(curve: Curve) -> list[Stair]:
    """The opening, each age at which some close, and each anniversary."""
    last, steps = YEARS[-1], {step.age: step for step in curve.steps}
    named = {Fraction(years): curve.at(years) for years in YEARS}
    stairs = [Stair(0, _("ouverture"), 1.0, len(curve.seen), is_named=True)] if 0 not in steps else []
    for age in sorted({*named, *(age for age in steps if age <= last)}):
        step, found = steps.get(age), named.get(age)
        share = found.share if found else steps[age].share
        low, high = (found.low, found.high) if found else _find_interval(steps[age])
        stairs.append(
            Stair(
                at=float(age),
                label=write_age(int(age * YEAR)) if age else _("ouverture"),
                value=None if share is None else float(share),
                followed=found.at_risk if found else steps[age].at_risk,
                fallen=step.closed if step else 0,
                low=low,
                high=high,
                is_named=found is not None or not age,
            )
        )
    return stairs


def _find_interval(step: Step) -> tuple[float, float] | tuple[None, None]:
    return find_interval(step.share, step.variance) if 0 < step.share < 1 else (None, None)


def _say_known(stair: Stair) -> str:
    return str(_("inconnu")) if stair.value is None else write_percent(stair.value, 0)


def build_jobs_table(outcomes: Outcomes) -> Table:
    rows = [_tell_jobs(_("Ce jour-là"), outcomes.declared)]
    rows += [_tell_jobs(write_age(one.count.years * YEAR), one.declared) for one in outcomes.ages if one.count.total]
    columns = [
        Column(_("Quand")), Column(_("Personnes"), "whole"), Column(_("selon (n)"), "whole"),
        Column(_("Temps plein"), "decimal", 1), Column(_("selon (n)"), "whole"), Column(_("Fermées"), "whole"),
        Column(_("Silencieuses"), "whole"),
    ]  # fmt: skip
    note = _("Les emplois des silencieuses sont inconnus : ils ne sont pas comptés, et ne sont pas zéro.")
    return Table(_("Combien d’emplois y sont déclarés ?"), columns, rows, note)


def _tell_jobs(name: str, one: Declared) -> Row:
    """A sum of nobody is unknown."""
    jobs, fte = (one.jobs if one.told_jobs else None), (one.fte if one.told_fte else None)
    return Row([name, jobs, one.told_jobs, fte, one.told_fte, one.closed, one.silent])


def build_owed_table(found: Sequence[Followed], *, on: date) -> Table | None:
    """Of each enterprise, the latest duty that has come and is not answered; the longest silence first."""
    owed = [(duty.due_on, one, duty) for one in found if (duty := find_owed(one.list_duties(on)))]
    owed.sort(key=lambda row: (row[0], row[1].case.pk))
    rows = [
        Row([
            Link(one.case.reference, reverse("case_news", args=[one.case.reference])), one.case.promoter_name,
            write_age(duty.months), due_on, write_day(one.told[-1].about_on) if one.told else _("aucune"),
            str(DUTIES[duty.state]),
        ])
        for due_on, one, duty in owed[:MOST_OWED]
    ]  # fmt: skip
    columns = [
        Column(_("Dossier")), Column(pgettext("enterprise", "Projet")), Column(_("Après l’ouverture")),
        Column(_("Pour le"), "day"), Column(_("Dernières nouvelles")), Column(_("Nouvelles")),
    ]  # fmt: skip
    n = len(owed)
    note = _("Les {most} silences les plus longs, sur {n}.").format(most=MOST_OWED, n=n) if n > MOST_OWED else ""
    return Table(_("Qui doit donner des nouvelles"), columns, rows, note) if rows else None


def build_growth_table(growth: Growth) -> Table:
    """Parts that sum exactly to the change, with no residual line."""
    places = growth.scale

    def write(stored: int) -> float | int:
        return stored / 10**places if places else stored

    columns = [
        Column(_("D’où vient la différence")),
        Column(_("Emplois"), "signed", places),
        Column(_("Entreprises concernées"), "whole"),
    ]
    rows = [
        Row([str(GROWTH_PARTS[name]), write(part.jobs), part.units]) for name, part in growth.parts.items()
    ]  # fmt: skip
    units = sum(part.units for part in growth.parts.values())
    rows.append(Row([_("En tout"), write(growth.after - growth.before), units], is_total=True))
    note = _(
        "De {before} à {after} emplois. Entreprises du programme sans organisation dans l’annuaire : {unlinked} ; que "
        "la base ne compte à aucune des deux dates : {uncounted}. Leurs emplois ne sont dans aucune ligne."
    ).format(
        before=write_decimal(write(growth.before), places),
        after=write_decimal(write(growth.after), places),
        unlinked=growth.unlinked,
        uncounted=growth.uncounted,
    )
    return Table(_("À qui est due la croissance ?"), columns, rows, note)
