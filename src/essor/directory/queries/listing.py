"""The directory: who is known, found by a name or by what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, When
from django.db.models import Q as Where

from essor.directory.models import Fact, Organisation, OrganisationName
from essor.directory.queries.known import last_names_of, names_of, observations
from essor.directory.rules import fold
from essor.knowledge import load_variables
from essor.methods import figures
from essor.methods.facts import Observation, profile

MUNICIPALITY = "municipality"
LISTED = ("legal_form", "sector", MUNICIPALITY)
JOBS = "jobs_headcount"
LINES_AT_ONCE = 1000
SIZE_CLASSES = tuple((least, most) for _code, least, most in figures.SIZE_CLASSES)
"""Bounds in people, both included: those of the published portraits."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Words of a name, and codes; empty: all."""

    search: str = ""
    legal_form: str = ""
    sector: str = ""
    municipality: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation in a list, on a day. Codes, empty where unknown.

    ``size``: bounds of the latest size class known, and ``size_on`` the first day that it speaks of: nobody answers
    every year, and what one said of 2017 is worth more than silence, with its date. ``is_name_withdrawn``: what named
    it is believed no more.
    """

    key: str
    name: str
    legal_form: str
    sector: str
    municipality: str
    size: tuple[int, int | None] | None
    is_name_withdrawn: bool = False
    size_on: date | None = None


def list_organisations(*, filters: Filters, on: date) -> QuerySet[Organisation]:
    """Those that have a name, by name; :func:`read_lines` says what is known of a page of them.

    One whose names were all withdrawn is listed, and found, by the last of them while a fact of it is believed.
    """
    names = OrganisationName.objects.filter(organisation=OuterRef("pk"))
    has_ended = Case(When(ends_before__lte=on, then=1), default=0)
    legal = names.filter(kind=OrganisationName.Kind.LEGAL).order_by(
        F("known_to").desc(nulls_first=True), has_ended, F("starts_on").desc(nulls_last=True), "-id"
    )
    is_named = Exists(legal.filter(known_to=None))
    is_spoken_of = Exists(Fact.objects.filter(organisation=OuterRef("pk"), known_to=None))
    rows = Organisation.objects.filter(is_named | (Exists(legal) & is_spoken_of), erased_at=None)
    for word in fold(filters.search).split()[:6]:
        said = names.filter(folded__contains=word)
        rows = rows.filter(Exists(said.filter(known_to=None)) | (~is_named & Exists(said)))
    for variable in LISTED:
        if code := getattr(filters, variable):
            rows = rows.annotate(**{f"latest_{variable}": Subquery(_latest(variable, on))})
            rows = rows.filter(**{f"latest_{variable}": code})
    return rows.annotate(folded=Subquery(legal.values("folded")[:1])).order_by("folded", "pk")


def _latest(variable: str, on: date) -> QuerySet[Fact, str | None]:
    """The code that answers today: most trusted, then latest, as in :func:`essor.methods.facts.profile`."""
    holds = Where(starts_on__lte=on) & (Where(ends_before=None) | Where(ends_before__gt=on))
    facts = Fact.objects.filter(holds, organisation=OuterRef("pk"), variable=variable, known_to=None)
    return facts.order_by("-trust", "-starts_on", "-known_from", "-id").values_list("codes", flat=True)[:1]


def read_lines(rows: Iterable[Organisation], *, on: date, known_at: datetime) -> list[Line]:
    """The listed organisations with what is known of them, in three or four queries whatever their number."""
    found = list(rows)
    said: dict[int, list[Observation]] = {}
    wanted = [row.pk for row in found]
    for item in observations(variables=(*LISTED, JOBS), organisations=wanted, known_at=known_at):
        said.setdefault(item.organisation, []).append(item)
    names = names_of(organisations=wanted, known_at=known_at)
    nameless = [row.pk for row in found if row.pk not in names]
    last = last_names_of(organisations=nameless) if nameless else {}
    return [
        _read_line(row, names.get(row.pk), last.get(row.pk), _answer(said.get(row.pk, ()), on, known_at))
        for row in found
    ]


def _answer(said: Sequence[Observation], on: date, known_at: datetime) -> Mapping[str, Observation]:
    """What is answered on a day; the jobs, where nobody said them since, are those of the last day they were said."""
    answers = dict(profile(said, on=on, known_at=known_at))
    counted = [item for item in said if item.variable == JOBS and item.starts_on <= on]
    if JOBS not in answers and counted:
        latest = max(item.starts_on for item in counted)
        answers |= profile(counted, on=latest, known_at=known_at)
    return answers


def read_all_lines(rows: QuerySet[Organisation], *, on: date, known_at: datetime) -> Iterator[Line]:
    """The same for a whole list, a thousand at a time."""
    waiting = rows.iterator(chunk_size=LINES_AT_ONCE)
    while chunk := list(islice(waiting, LINES_AT_ONCE)):
        yield from read_lines(chunk, on=on, known_at=known_at)


def _read_line(row: Organisation, name: str | None, last: str | None, answers: Mapping[str, Observation]) -> Line:
    form, sector, place = (answers[variable].codes or "" if variable in answers else "" for variable in LISTED)
    size, is_withdrawn = size_class(answers.get(JOBS)), name is None
    size_on = answers[JOBS].starts_on if size else None
    return Line(row.key, name or last or row.key, form, sector, place, size, is_withdrawn, size_on)


def size_class(jobs: Observation | None) -> tuple[int, int | None] | None:
    """The class that holds every possible number of jobs; None where unknown, or where a band spans two classes."""
    if jobs is None or jobs.low is None:
        return None
    for low, high in SIZE_CLASSES:
        if low <= jobs.low and (high is None or (jobs.high is not None and jobs.high <= high)):
            return low, high
    return None


def list_choices() -> Mapping[str, Sequence[str]]:
    """The codes that may be asked: those of each choice, and the municipalities that are said today of someone."""
    variables = load_variables()
    rows = (
        Fact.objects.filter(variable=MUNICIPALITY, known_to=None).order_by().values_list("codes", flat=True).distinct()
    )
    places = sorted(code for code in rows if code and "|" not in code)
    return {name: places if name == MUNICIPALITY else variables[name].values for name in LISTED}
