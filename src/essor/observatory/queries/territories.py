"""Which territory a portrait is about, when it is named and when it is not."""

from __future__ import annotations

import difflib
from datetime import date, datetime

from essor.directory.models import Fact
from essor.methods.bases import TERRITORY_VARIABLE
from essor.observatory.models import Edition
from essor.observatory.rules import ObservatoryError
from essor.territories.models import Territory
from essor.territories.queries import ancestors, is_known

MOST_NAMED = 6


def get_territory_code(code: str) -> str:
    """The code, if a loaded list knows it; raises ``territory-unknown`` with the nearest ones."""
    if is_known(code):
        return code
    known = list(Territory.objects.values_list("code", flat=True))
    near = difflib.get_close_matches(code, known, n=3, cutoff=0.5)
    raise ObservatoryError("territory-unknown", value=code, near=tuple(near or known[:MOST_NAMED]))


def choose_territory(*, on: date, known_at: datetime) -> str:
    """The one territory that editions speak of, else the only MRC with organisations; refused when several are."""
    published = sorted(set(Edition.objects.values_list("territory_code", flat=True)))
    if len(published) == 1:
        return published[0]
    peopled = published or list_peopled_mrcs(on=on, known_at=known_at)
    if len(peopled) == 1:
        return peopled[0]
    if not peopled:
        raise ObservatoryError("no-territory")
    raise ObservatoryError("territory-needed", allowed=tuple(peopled[:MOST_NAMED]))


def list_peopled_mrcs(*, on: date, known_at: datetime) -> list[str]:
    """The codes of the MRCs where a fact, as known then, places an organisation."""
    said = Fact.objects.known_at(known_at).filter(variable=TERRITORY_VARIABLE).order_by()
    codes = {code for text in said.values_list("codes", flat=True).distinct() for code in (text or "").split("|")}
    around = {place for code in codes if code for place in (code, *ancestors(code, on))}
    mrcs = Territory.objects.filter(kind=Territory.Kind.MRC, code__in=around)
    return list(mrcs.order_by("code").values_list("code", flat=True))
