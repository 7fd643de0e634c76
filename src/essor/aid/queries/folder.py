"""Reads of a project's folder: each aid with its steps as they stand, corrections applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from essor.aid.models import AidRevision, FolderItem, FolderStep
from essor.aid.moves import ENDS, OBTAINED, PAID, Step, find_amount, list_moves, sum_paid
from essor.cases.models import Case


@dataclass(frozen=True, slots=True)
class FolderLine:
    """One aid of a folder. ``steps``: those that stand, in order; ``corrected``: those that another row replaced."""

    item: FolderItem
    steps: list[FolderStep]
    corrected: list[FolderStep]

    @property
    def moves(self) -> tuple[str, ...]:
        return list_moves(as_rules(self.steps))

    @property
    def last(self) -> FolderStep:
        return self.steps[-1]

    @property
    def cap_cad(self) -> int | None:
        return read_cap(self.item.revision)

    def get_name(self, language: str) -> str:
        return str(self.item.revision.content["name"]["en" if language == "en" else "fr"])

    @property
    def provider(self) -> str:
        return str(self.item.revision.content["provider"])


def read_folder(*, case: Case) -> list[FolderLine]:
    """The aids of a case in the order in which they came; one that was taken back whole is not shown."""
    items = list(FolderItem.objects.filter(case=case).select_related("aid", "revision").order_by("pk"))
    rows = FolderStep.objects.filter(case=case).select_related("recorded_by").order_by("pk")
    return gather_lines(items, rows)


def gather_lines(items: Iterable[FolderItem], rows: Iterable[FolderStep]) -> list[FolderLine]:
    """``rows``: every step of these items, in the order recorded."""
    by_item: dict[int, list[FolderStep]] = {}
    for row in rows:
        by_item.setdefault(row.item_id, []).append(row)
    lines = [FolderLine(item, *settle(by_item.get(item.pk, []))) for item in items]
    return [line for line in lines if line.steps]


def settle(rows: Iterable[FolderStep]) -> tuple[list[FolderStep], list[FolderStep]]:
    """The steps that stand, each correction in the place of what it corrects; and what was corrected."""
    known = list(rows)
    later = {row.replaces_id: row for row in known if row.replaces_id is not None}
    standing = []
    for row in known:
        if row.replaces_id is not None:
            continue
        last = row
        while last.pk in later:
            last = later[last.pk]
        if not last.is_void:
            standing.append(last)
    return standing, [row for row in known if row.pk in later]


def as_rules(steps: Iterable[FolderStep]) -> list[Step]:
    return [Step(step.code, step.happened_on, step.amount_cad, step.words) for step in steps]


def read_cap(revision: AidRevision) -> int | None:
    """The most that the programme gives, in dollars; None where it does not say."""
    return (revision.content.get("amount") or {}).get("max")


def read_line(*, item: FolderItem) -> FolderLine:
    """Also of an item taken back whole: its steps are then none."""
    return FolderLine(item, *settle(item.steps.order_by("pk")))


def get_item(*, case: Case, pk: int) -> FolderItem:
    return FolderItem.objects.select_related("case", "aid", "revision").get(case=case, pk=pk)


def list_shelved(*, case: Case) -> set[str]:
    """The programmes that are in the folder and still under way: they cannot be put there twice."""
    return {line.item.aid.slug for line in read_folder(case=case) if line.last.code not in ENDS}


def list_choices(language: str) -> list[tuple[str, str]]:
    """Every published programme: its slug and its name, by name."""
    rows = AidRevision.objects.current().values_list("aid__slug", "content__name")
    side = "en" if language == "en" else "fr"
    return sorted(((slug, str(name[side])) for slug, name in rows), key=lambda row: row[1].casefold())


def export_folder(case: Case) -> list[dict[str, Any]]:
    """What a promoter takes away of it, with the rest of their request."""
    return [
        {
            "aid": line.item.aid.slug,
            "name": line.get_name(case.language),
            "steps": [
                {
                    "step": step.code,
                    "on": step.happened_on.isoformat(),
                    "amount_cad": step.amount_cad,
                    "words": step.words,
                    "from": step.party,
                }
                for step in line.steps
            ],
        }
        for line in read_folder(case=case)
    ]


@dataclass(frozen=True, slots=True)
class FolderTotals:
    """Dollars of a folder: granted for what was not given up since, and received.

    ``unsaid``: how many aids were granted without their amount being said; ``obtained_cad`` leaves them out.
    """

    obtained_cad: int
    unsaid: int
    paid_cad: int


def sum_folder(lines: Sequence[FolderLine]) -> FolderTotals:
    granted = [find_amount(as_rules(line.steps), OBTAINED) for line in lines if line.last.code in {OBTAINED, PAID}]
    paid = sum(sum_paid(as_rules(line.steps)) for line in lines)
    return FolderTotals(sum(amount or 0 for amount in granted), granted.count(None), paid)
