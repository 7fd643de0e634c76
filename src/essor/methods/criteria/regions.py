"""The values kept of one variable, told as a criterion on that variable alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from essor.methods.criteria.buckets import ANYTHING, Bucket, domain_of
from essor.methods.criteria.evaluation import Truth
from essor.methods.criteria.nodes import AllOf, AnyOf, Interval, Leaf, Node, Not, Operator
from essor.methods.variables import Variable

Claim = tuple[Leaf, Truth]
"""A leaf, and whether it passes."""


def region_of(
    leaves: Sequence[Leaf],
    buckets: Sequence[Bucket],
    kept: Collection[Bucket],
    *,
    possible: Collection[str] | None = None,
) -> Node:
    """The criterion met by the buckets kept and by no other of ``buckets`` (all of one variable; ``kept`` not empty).

    Numbers and single codes are listed; where a leaf of the tree says exactly that, it is returned with its own words
    and source. Places and lists are told by the tests of the tree; ``possible``: the codes worth naming (None: all).

    >>> from essor.methods.criteria import describe_sentence, parse
    >>> jobs = Variable("jobs", "number", "Emplois", "Jobs")
    >>> leaf = parse({"fact": "jobs", "more_than": 4}, variables={"jobs": jobs})
    >>> low, high = Bucket(frozenset(), (None, 4)), Bucket(frozenset({leaf.test}), (5, None))
    >>> describe_sentence(region_of([leaf], [low, high], [high]), language="en")
    'Jobs: more than 4'
    """
    variable = leaves[0].variable
    if variable.is_numeric:
        intervals = _joined([_loosened(bucket.interval, variable) for bucket in buckets if bucket in kept])
        if intervals != [ANYTHING]:
            return _numbers(leaves, intervals)
    elif variable.kind in {"choice", "boolean"}:
        return _codes(leaves, tuple(code for bucket in buckets if bucket in kept for code in bucket.codes))
    parts = [_conjunction(claims, possible) for claims in _cover(leaves, buckets, kept)]
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _joined(ascending: Sequence[Interval]) -> list[Interval]:
    """Intervals that touch, joined: (1, 4), (5, 9) → (1, 9)."""
    joined: list[Interval] = []
    for low, high in ascending:
        before = joined[-1][1] if joined else None
        if before is not None and low == before + 1:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def _loosened(interval: Interval, variable: Variable) -> Interval:
    """Without the bounds that every value of the variable respects anyway."""
    (low, high), (least, most) = interval, domain_of(variable)
    is_low_idle = low is not None and least is not None and low <= least
    is_high_idle = high is not None and most is not None and high >= most
    return (None if is_low_idle else low, None if is_high_idle else high)


def _numbers(leaves: Sequence[Leaf], intervals: Sequence[Interval]) -> Node:
    variable = leaves[0].variable
    for leaf in leaves:
        if [_loosened(interval, variable) for interval in leaf.intervals] == list(intervals):
            return leaf
    parts = tuple(_number(variable, low, high) for low, high in intervals)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _number(variable: Variable, low: int | None, high: int | None) -> Leaf:
    match low, high:
        case None, int(most):
            return Leaf(variable, "at_most", (most,))
        case int(least), None:
            return Leaf(variable, "at_least", (least,))
        case int(least), int(most) if least < most:
            return Leaf(variable, "between", (least, most))
        case int(only), int():
            return Leaf(variable, "is", (only,))
    raise ValueError("interval-without-bound")


def _codes(leaves: Sequence[Leaf], codes: tuple[str, ...]) -> Node:
    for leaf in leaves:
        if leaf.codes == frozenset(codes):
            return leaf
    operator: Operator = "is" if len(codes) == 1 else "in"
    return Leaf(leaves[0].variable, operator, codes)


def _cover(leaves: Sequence[Leaf], buckets: Sequence[Bucket], kept: Collection[Bucket]) -> list[list[Claim]]:
    """Conjunctions of tests which together hold the buckets kept, and no other: each is shortened while it may be."""
    found: list[list[Claim]] = []
    waiting = [bucket for bucket in buckets if bucket in kept]
    while waiting:
        claims = [(leaf, Truth.YES if leaf.test in waiting[0].passes else Truth.NO) for leaf in leaves]
        for claim in sorted(claims, key=lambda each: each[1]):
            fewer = [each for each in claims if each is not claim]
            if fewer and all(bucket in kept for bucket in buckets if _holds(fewer, bucket)):
                claims = fewer
        found.append(claims)
        waiting = [bucket for bucket in waiting if not _holds(claims, bucket)]
    return found


def _holds(claims: Sequence[Claim], bucket: Bucket) -> bool:
    return all((leaf.test in bucket.passes) == (truth == Truth.YES) for leaf, truth in claims)


def _conjunction(claims: Sequence[Claim], possible: Collection[str] | None) -> Node:
    parts = [_narrowed(leaf, possible) if truth == Truth.YES else Not(leaf) for leaf, truth in claims]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _narrowed(leaf: Leaf, possible: Collection[str] | None) -> Leaf:
    """The leaf without the codes that may not be proposed; its own words and source, which name them, go too."""
    if leaf.variable.is_numeric or possible is None or leaf.codes.issubset(possible):
        return leaf
    return replace(leaf, values=tuple(str(code) for code in leaf.values if code in possible), fr=None, en=None)
