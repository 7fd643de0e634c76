"""Checks before a set of criteria is published: rules that decide nothing, versions that overlap or leave gaps."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from essor.methods.criteria.buckets import TooManyCases, buckets_of, leaves_by_variable
from essor.methods.criteria.evaluation import Truth
from essor.methods.criteria.nodes import Node, Test, leaves_of
from essor.methods.criteria.places import Places
from essor.methods.criteria.ways import Ways


def find_impossible(node: Node, *, places: Places) -> tuple[str, ...]:
    """The paths of leaves in conflict where a rule can never be true; empty where it can be, or might.

    Exact over the buckets of each variable within its declared bounds and codes: with these leaves, and with no fewer
    of them, no answers give a yes. Where the search has to be stopped, nothing is reported, or more leaves than are
    needed: never a false alarm. Paths must be those of :func:`essor.methods.criteria.parse`, each its own.

    >>> from essor.methods.criteria import PlaceTree, parse
    >>> from essor.methods.variables import Variable
    >>> jobs = Variable("jobs", "number", "Emplois", "Jobs")
    >>> rule = {"all": [{"fact": "jobs", "at_least": 5}, {"not": {"fact": "jobs", "at_least": 2}}]}
    >>> find_impossible(parse(rule, variables={"jobs": jobs}), places=PlaceTree({}))
    ('criteria.all[0]', 'criteria.all[1].not')
    """
    return _find_conflict(node, Truth.YES, places)


def find_always_true(node: Node, *, places: Places) -> tuple[str, ...]:
    """The paths of the leaves which together leave nobody out; empty where a rule can be false, or might.

    As exact and as cautious as :func:`find_impossible`. Such a rule still answers unknown where nothing is known.
    """
    return _find_conflict(node, Truth.NO, places)


def _find_conflict(node: Node, wanted: Truth, places: Places) -> tuple[str, ...]:
    options: dict[str, list[dict[Test, Truth]]] = {}
    try:
        for name, leaves in leaves_by_variable([node]).items():
            tests = [leaf.test for leaf in leaves]
            distinct = {bucket.passes: bucket for bucket in buckets_of(leaves, None, places)}
            options[name] = [bucket.truths(tests) for bucket in distinct.values()]
        ways = Ways(options)
        if ways.find_cheapest(node, wanted) is not None:
            return ()
    except TooManyCases:
        return ()
    paths = tuple(leaf.path for leaf in leaves_of(node))
    idle = _idle_leaves(node, wanted, ways, paths)
    return tuple(path for path in paths if path not in idle)


def _idle_leaves(node: Node, wanted: Truth, ways: Ways, paths: Sequence[str]) -> set[str]:
    """The leaves that a conflict does not need, dropped one by one in the order written."""
    idle: set[str] = set()
    for path in paths:
        ways.relaxed = idle | {path}
        try:
            if ways.find_cheapest(node, wanted) is None:
                idle.add(path)
        except TooManyCases:
            break
    return idle


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``starts_on`` (included) to ``ends_before`` (excluded); None: no known bound on that side.

    Raises ValueError (``period-reversed``) where no day would be left.
    """

    starts_on: date | None
    ends_before: date | None

    def __post_init__(self) -> None:
        if self.starts_on is not None and self.ends_before is not None and self.starts_on >= self.ends_before:
            raise ValueError(f"period-reversed: {self.starts_on} >= {self.ends_before}")

    def holds(self, day: date) -> bool:
        """Whether the day may lie within: an unknown bound excludes nothing."""
        return not self.is_before(day) and not self.is_after(day)

    def is_before(self, day: date) -> bool:
        """Whether the period is over on that day."""
        return self.ends_before is not None and self.ends_before <= day

    def is_after(self, day: date) -> bool:
        """Whether the period has not begun on that day."""
        return self.starts_on is not None and day < self.starts_on


def find_overlaps(periods: Sequence[Period]) -> tuple[tuple[int, int], ...]:
    """The pairs of positions (the lower first, ascending) whose periods share a day; a missing bound is no bound.

    >>> find_overlaps([Period(None, date(2020, 1, 1)), Period(date(2019, 6, 1), None), Period(date(2018, 1, 1), None)])
    ((0, 1), (0, 2), (1, 2))
    """
    return tuple(
        (first, second)
        for (first, one), (second, other) in itertools.combinations(enumerate(periods), 2)
        if _starts_in_time(one, other) and _starts_in_time(other, one)
    )


def _starts_in_time(one: Period, other: Period) -> bool:
    return one.starts_on is None or other.ends_before is None or one.starts_on < other.ends_before


def find_gaps(periods: Sequence[Period]) -> tuple[Period, ...]:
    """The periods between the first and the last of ``periods`` (in any order) that none holds, in order of time.

    A set of criteria reads « closed between » there.

    >>> find_gaps([Period(date(2025, 1, 1), None), Period(None, date(2024, 10, 3))])
    (Period(starts_on=datetime.date(2024, 10, 3), ends_before=datetime.date(2025, 1, 1)),)
    """
    return tuple(_gaps(periods))


def _gaps(periods: Sequence[Period]) -> Iterator[Period]:
    ordered = sorted(periods, key=lambda period: period.starts_on or date.min)
    if not ordered:
        return
    end = ordered[0].ends_before
    for period in ordered[1:]:
        if end is None:
            return
        if period.starts_on is not None and period.starts_on > end:
            yield Period(end, period.starts_on)
        end = None if period.ends_before is None else max(end, period.ends_before)
