"""What a committee reads before it sits: each file with what its promoter said first, its offers, its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Min

from essor.accounts.models import User
from essor.cases.models import CaseMessage
from essor.programmes.models import Sitting
from essor.programmes.queries.funding import FundingFile, read_funding
from essor.programmes.queries.sittings import ItemState, read_items


@dataclass(frozen=True, slots=True)
class PackedFile:
    """``is_closed``: the reader withdraws from it; then nothing else of it is here."""

    state: ItemState
    is_closed: bool = False
    said: str = ""
    funding: FundingFile | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """``reader``: the member whose pack it is; None: the whole."""

    sitting: Sitting
    files: Sequence[PackedFile]
    reader: User | None = None


def read_pack(sitting: Sitting, *, reader: User | None = None) -> Pack:
    """In a bounded number of queries for each file. What a member withdraws from, or withdrew from when it was decided,
    is not read."""
    states = read_items(sitting, reader=reader)
    opened = [state.item.case_id for state in states if not state.is_closed_to(reader)]
    messages = CaseMessage.objects.filter(case__in=opened, is_note=False).order_by()
    firsts = messages.values("case").annotate(first=Min("pk")).values("first")
    said: Mapping[Any, str] = dict(CaseMessage.objects.filter(pk__in=firsts).values_list("case_id", "text"))
    files = [
        PackedFile(state, is_closed=True)
        if state.is_closed_to(reader)
        else PackedFile(state, said=said.get(state.item.case_id, ""), funding=read_funding(state.item.case))
        for state in states
    ]
    return Pack(sitting, files, reader)
