"""What the floors above hang on a case: a page from both of its pages, lines of its timeline, a part of what one takes
away, and its own part of a privacy erasure. They say so at start-up, with :func:`learn_hanging`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.functional import Promise

from essor.accounts.models import User
from essor.cases.models import Case, CaseQuerySet


class Call(NamedTuple):
    """What is awaited of the promoter, the words of the link to where they answer, and the last day to do so."""

    awaited: str
    link: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Hanging:
    """``code``: its key in what is taken away, and the kind of its events.

    ``promoter_page``, ``adviser_page``: names of addresses, which take the link's token and the reference;
    ``overview_page``: of all files together, for advisers, called ``overview``.
    ``summarise``: a sentence. ``describe``: the facts of one of its events in a few words, asking nothing of the
    database. ``erase``: blanks its words and returns how many rows that is. ``list_kept``: the hashes of the documents
    that it keeps too, which the erasure of a file leaves on disk. ``leave_out``: of these files, those that are not
    closed to someone on a day: of the others they open nothing, and may have none in charge. ``call``: what it awaits
    of the promoter, and the words of the link to its page; None: nothing.
    """

    code: str
    title: Promise
    promoter_page: str
    adviser_page: str
    overview: Promise
    overview_page: str
    summarise: Callable[[Case], str]
    describe: Callable[[Mapping[str, Any]], str]
    export: Callable[[Case], Any]
    erase: Callable[[Case], int]
    leave_out: Callable[[CaseQuerySet, User, date], CaseQuerySet] = lambda cases, _person, _on: cases
    list_kept: Callable[[], set[str]] = set
    call: Callable[[Case], Call | None] = lambda _case: None


_hangings: dict[str, Hanging] = {}


def learn_hanging(hanging: Hanging) -> None:
    _hangings[hanging.code] = hanging


def list_hangings() -> list[Hanging]:
    return list(_hangings.values())


def is_barred(case: Case, person: User, *, on: date) -> bool:
    """Whether someone has to do with the file in a way that closes it to them."""
    return bool(find_barred([case], person, on=on))


def find_barred(cases: Sequence[Case], person: User, *, on: date) -> set[int]:
    """Of these files, the numbers of those closed to someone, in one query."""
    numbers = {case.pk for case in cases}
    return numbers - set(
        leave_out_barred(Case.objects.filter(pk__in=numbers), person, on=on).values_list("pk", flat=True)
    )


def leave_out_barred(cases: CaseQuerySet, person: User, *, on: date) -> CaseQuerySet:
    for one in _hangings.values():
        cases = one.leave_out(cases, person, on)
    return cases


def find_call(case: Case) -> tuple[Hanging, Call] | None:
    """The first that awaits something of the promoter."""
    return next(((one, called) for one in _hangings.values() if (called := one.call(case)) is not None), None)


def find_hanging(code: str) -> Hanging | None:
    return _hangings.get(code)
