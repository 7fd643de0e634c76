"""What became of the aids of projects, per programme, for a place and a period, in the files that one may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from essor.accounts.models import User
from essor.aid.models import AidRevision, FolderItem, FolderStep
from essor.aid.moves import ASKED, OBTAINED, PAID, REFUSED, SHORTLISTED, WITHDRAWN
from essor.aid.queries.folder import settle
from essor.cases.queries import list_visible_cases
from essor.methods.funnel import Funnel, Passage, count_funnel
from essor.territories.queries import tree_with_past

STAGES = (SHORTLISTED, ASKED, OBTAINED, PAID)
ENDINGS = (REFUSED, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Asked:
    """``territory_code`` empty: all that one may see. The period is half-open, on the day of the shortlist."""

    territory_code: str = ""
    starts_on: date | None = None
    ends_before: date | None = None

    def holds(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_before is None or day < self.ends_before
        )


@dataclass(frozen=True, slots=True)
class AidFunnels:
    """``each``: the programmes by slug, those most shortlisted first; ``names``: their names in both languages, now.
    ``total``: all of them together."""

    total: Funnel
    each: Mapping[str, Funnel]
    names: Mapping[str, Mapping[str, str]]


def read_funnels(*, user: User, on: date, asked: Asked) -> AidFunnels:
    """``on``: the day of the roles and of the places."""
    cases = list_visible_cases(user=user, on=on)
    if asked.territory_code:
        cases = cases.filter(territory_code__in=tree_with_past(on).inside([asked.territory_code]))
    items = dict(FolderItem.objects.filter(case__in=cases).values_list("pk", "aid__slug"))
    rows: dict[int, list[FolderStep]] = {}
    said = ("pk", "item", "code", "happened_on", "replaces", "is_void")
    for row in FolderStep.objects.filter(case__in=cases).only(*said).order_by("pk"):
        rows.setdefault(row.item_id, []).append(row)
    walked: dict[str, list[Passage]] = {}
    for pk, slug in items.items():
        passage = _read_passage(settle(rows.get(pk, []))[0])
        if passage is not None and asked.holds(passage.reached[0]):
            walked.setdefault(slug, []).append(passage)
    each = sorted(walked.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    names = AidRevision.objects.current().filter(aid__slug__in=walked).values_list("aid__slug", "content__name")
    return AidFunnels(
        _count([passage for _slug, passages in each for passage in passages]),
        {slug: _count(passages) for slug, passages in each},
        dict(names),
    )


def list_places_of_cases(*, user: User, on: date) -> list[str]:
    """The codes of the places where one may see a file, and of what contains them."""
    codes = set(list_visible_cases(user=user, on=on).values_list("territory_code", flat=True))
    return sorted({*codes, *tree_with_past(on).above(codes)}) if codes else []


def _count(passages: Sequence[Passage]) -> Funnel:
    return count_funnel(passages, stages=STAGES, endings=ENDINGS)


def _read_passage(steps: Sequence[FolderStep]) -> Passage | None:
    """None of an aid that was taken back whole."""
    if not steps:
        return None
    first: dict[str, date] = {}
    for step in steps:
        first.setdefault(step.code, step.happened_on)
    last = steps[-1].code
    return Passage(tuple(first[stage] for stage in STAGES if stage in first), last if last in ENDINGS else "")
