"""The usual time left of a file, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.design.wording import write_day
from essor.methods.waiting import FEWEST, UsualTime
from essor.programmes.queries.waiting import TimeLeft

DAYS_A_MONTH = 365.25 / 12
LONGEST_IN_DAYS = 45
GOALS: Mapping[str, Any] = {
    "decision": gettext_lazy("Avant une décision favorable"),
    "opened": gettext_lazy("Avant l’ouverture"),
}


def say_time_left(left: TimeLeft) -> list[str]:
    """A line for each goal, then what happens to the clock."""
    lines = [f"{GOALS[one.goal]}{_(' : ')}{_say(one.left, one.whole)}" for one in left.goals]
    stood = _("Le projet est entré à cette étape le {day}.").format(day=write_day(left.entered_on))
    if left.waiting_since is not None:
        said = _(
            "Le délai promis est arrêté depuis le {day} : on attend une réponse du groupe. Ce temps compte dans "
            "ces durées."
        )
        return [*lines, stood, said.format(day=write_day(left.waiting_since))]
    clock = _("Le délai promis s’arrête pendant qu’on attend une réponse du groupe ; ces durées, non.")
    return [*lines, stood, clock]


def _say(usual: UsualTime, whole: UsualTime) -> str:
    if usual.n < FEWEST and whole.median is not None:
        said = _(
            "d’habitude {median} depuis l’entrée à cette étape (n = {whole} dossiers) ; trop peu y sont restés aussi "
            "longtemps que celui-ci pour dire la suite (n = {n})."
        )
        return said.format(median=_write(whole.median), whole=whole.n, n=usual.n)
    if usual.n < FEWEST:
        return _("trop peu de dossiers pour le dire (n = {n}).").format(n=usual.n)
    if usual.median is None or usual.low is None:
        said = _("moins de la moitié des {followed} dossiers y sont arrivés ; la durée habituelle n’est pas connue.")
        return said.format(followed=usual.followed)
    said = _("d’habitude, encore {median} ; 8 fois sur 10, de {low} à {high} (n = {n} dossiers).")
    if usual.high is None:
        said = _("d’habitude, encore {median} ; 9 fois sur 10, {low} ou plus (n = {n} dossiers).")
    return said.format(median=_write(usual.median), low=_write(usual.low), high=_write(usual.high or 0), n=usual.n)


def _write(days: int) -> str:
    """In days, then in months."""
    if days <= LONGEST_IN_DAYS:
        return ngettext("{n} jour", "{n} jours", days).format(n=days)
    months = round(days / DAYS_A_MONTH)
    return ngettext("{n} mois", "{n} mois", months).format(n=months)
