"""The usual time left of a file, and the next news of an enterprise, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import ceil, floor
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.design.wording import write_day
from essor.methods.forecast.journeys import DAYS_A_MONTH
from essor.methods.waiting import FEWEST, UsualTime
from essor.programmes.news import find_owed
from essor.programmes.queries.following import Followed
from essor.programmes.queries.waiting import DECISION, GoalTime, TimeLeft

LONGEST_IN_DAYS = 60
"""From so many days on, all the times of a sentence are in months."""
GOALS: Mapping[str, Any] = {
    "decision": gettext_lazy("Avant une décision favorable"),
    "opened": gettext_lazy("Avant l’ouverture"),
}
USUAL: Mapping[tuple[bool, bool], Any] = {
    (True, True): gettext_lazy("d’habitude encore {median} ; rarement moins de {low} ou plus de {high}."),
    (True, False): gettext_lazy("d’habitude encore {median} ; rarement moins de {low}."),
    (False, True): gettext_lazy("d’habitude encore {median} ; rarement plus de {high}."),
    (False, False): gettext_lazy("d’habitude encore {median}."),
}
"""By whether a least and a most are said."""


def say_time_left(left: TimeLeft) -> list[str]:
    """From how many files, a line for each goal, then what happens to the clock. Nothing is said of the opening while
    nobody can say when the decision comes."""
    goals = list(left.goals)
    if goals and goals[0].goal == DECISION and _find_known(goals[0]) is None:
        goals = goals[:1]
    lines = [f"{GOALS[one.goal]}{_(' : ')}{_say(one)}" for one in goals]
    known = [found.n for one in goals if (found := _find_known(one)) is not None]
    if known:
        lines.insert(0, _say_from(min(known), is_more=len(set(known)) > 1))
    stood = _("Le projet est entré à cette étape le {day}.").format(day=write_day(left.entered_on))
    if left.waiting_since is not None:
        said = _(
            "Le délai promis est arrêté depuis le {day} : on attend une réponse du groupe. Ce temps compte dans "
            "ces durées."
        )
        return [*lines, stood, said.format(day=write_day(left.waiting_since))]
    clock = _("Le délai promis s’arrête pendant qu’on attend une réponse du groupe ; ces durées, non.")
    return [*lines, stood, clock]


def say_next_news(followed: Followed, *, on: date) -> str:
    """When the next news of an enterprise are owed."""
    if followed.closed_on is not None:
        return _("L’entreprise a fermé le {day}.").format(day=write_day(followed.closed_on))
    duties = followed.list_duties(on)
    duty = find_owed(duties) or next((one for one in duties if one.state == "to_come"), None)
    if duty is None:
        return _("L’entreprise est ouverte ; son suivi de cinq ans est fini.")
    if duty.state == "late":
        said = _("L’entreprise est ouverte ; ses nouvelles sont en retard depuis le {day}.")
    else:
        said = _("L’entreprise est ouverte ; ses prochaines nouvelles sont pour le {day}.")
    return said.format(day=write_day(duty.due_on))


def _say_from(n: int, *, is_more: bool) -> str:
    said = _("D’après {n} dossiers d’avant, tous programmes ensemble. « Rarement » : une fois sur dix.")
    if is_more:
        said = _("D’après {n} dossiers d’avant ou plus, tous programmes ensemble. « Rarement » : une fois sur dix.")
    return said.format(n=n)


def _find_known(one: GoalTime) -> UsualTime | None:
    """What is said of a goal: from today, or, where too few waited as long, from the day the stage was entered."""
    found = one.whole if one.left.n < FEWEST else one.left
    return None if found.median is None or found.low is None else found


def _say(one: GoalTime) -> str:
    usual, known = one.left, _find_known(one)
    if known is None and usual.n < FEWEST:
        return _("trop peu de dossiers pour le dire (n = {n}).").format(n=usual.n)
    if known is None or known.median is None or known.low is None:
        said = _("moins de la moitié des {followed} dossiers y sont arrivés ; la durée habituelle n’est pas connue.")
        return said.format(followed=usual.followed)
    if known is not usual:
        said = _(
            "d’habitude {median} depuis l’entrée à cette étape ; trop peu y sont restés aussi longtemps que celui-ci "
            "pour dire la suite (n = {n})."
        )
        return said.format(median=_write(known.median, is_months=known.median >= LONGEST_IN_DAYS), n=usual.n)
    is_months = max(known.median, known.high or 0) >= LONGEST_IN_DAYS
    has_low = not is_months or known.low >= DAYS_A_MONTH
    said = str(USUAL[has_low, known.high is not None])
    return said.format(
        median=_write(known.median, is_months=is_months),
        low=_write(known.low, is_months=is_months, to=floor),
        high=_write(known.high or 0, is_months=is_months, to=ceil),
    )


def _write(days: int, *, is_months: bool, to: Callable[[float], int] = round) -> str:
    """``to``: how months are rounded, so that a least is never said longer than it is, nor a most shorter."""
    if not is_months:
        return ngettext("{n} jour", "{n} jours", days).format(n=days)
    months = to(days / DAYS_A_MONTH)
    return ngettext("{n} mois", "{n} mois", months).format(n=months)
