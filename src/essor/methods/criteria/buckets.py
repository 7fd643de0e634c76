"""The values of a variable that rules tell apart: within a bucket, every test has the same truth.

Cutting a variable at the thresholds of its tests leaves finitely many buckets. Trying one value of each is trying them
all, so what is found over buckets is exact: this is how the next question is chosen, how a change is searched and how
a rule is checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR

from essor.methods.criteria.answers import NOTHING, Answer, Exact, Many, OneOf, Range, code_of
from essor.methods.criteria.evaluation import Truth, group_truth
from essor.methods.criteria.nodes import Interval, Leaf, Node, Test, leaves_of
from essor.methods.criteria.places import Places
from essor.methods.variables import FALSE, TRUE, Variable

MOST_BUCKETS = 4096
ANYTHING: Interval = (None, None)


class TooManyCases(ValueError):
    """A criterion with more cases than can be tried: nothing was concluded. ``code``: ``too-many-cases``."""

    code = "too-many-cases"

    def __init__(self, most: int) -> None:
        super().__init__(f"{self.code}: more than {most}")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Values of one variable that no test tells apart.

    ``passes``: the tests that these values pass; they fail every other. ``interval``: the numbers (numeric kinds).
    ``codes``: the codes (choice, boolean: any one of them), or the places named by the tests that such a place lies
    within (place: all of them; none: elsewhere). A bucket of a ``choice_many`` stands for the sets with these passes.
    """

    passes: frozenset[Test]
    interval: Interval = ANYTHING
    codes: tuple[str, ...] = ()

    def truths(self, tests: Collection[Test]) -> dict[Test, Truth]:
        """The truth of each of these tests for the values of the bucket."""
        return {test: Truth.YES if test in self.passes else Truth.NO for test in tests}


def truth_of(node: Node, truths: Mapping[Test, Truth]) -> Truth:
    """The truth of a criterion, given the truth of each test of its leaves (strong Kleene, as in ``evaluate``)."""
    if isinstance(node, Leaf):
        return truths[node.test]
    return group_truth(node, [truth_of(part, truths) for part in node.of])


def open_variables(node: Node, truths: Mapping[Test, Truth]) -> tuple[str, ...]:
    """The variables of the unknown leaves that can still change an unknown truth, in the order of the tree."""
    return tuple(dict.fromkeys(leaf.variable.id for leaf in _open_leaves(node, truths)))


def _open_leaves(node: Node, truths: Mapping[Test, Truth]) -> Iterator[Leaf]:
    if truth_of(node, truths) != Truth.UNKNOWN:
        return
    if isinstance(node, Leaf):
        yield node
        return
    for part in node.of:
        yield from _open_leaves(part, truths)


def leaves_by_variable(nodes: Sequence[Node]) -> dict[str, tuple[Leaf, ...]]:
    """Variable id → its leaves in these trees, in the order written, one for each distinct test."""
    found: dict[str, dict[Test, Leaf]] = {}
    for node in nodes:
        for leaf in leaves_of(node):
            found.setdefault(leaf.variable.id, {}).setdefault(leaf.test, leaf)
    return {variable: tuple(leaves.values()) for variable, leaves in found.items()}


def buckets_of(leaves: Sequence[Leaf], answer: Answer | None, places: Places) -> tuple[Bucket, ...]:
    """The buckets that an answer leaves possible (None: nothing known), in ascending or declared order; never none.

    ``leaves``: one or more, all on one variable. Raises :class:`TooManyCases` above MOST_BUCKETS.

    >>> from essor.methods.criteria import PlaceTree, leaves_of, parse
    >>> jobs = Variable("jobs", "number", "Emplois", "Jobs")
    >>> node = parse({"any": [{"fact": "jobs", "at_least": 5}, {"fact": "jobs", "is": 2}]}, variables={"jobs": jobs})
    >>> found = buckets_of(tuple(leaves_of(node)), Range(2, None), PlaceTree({}))
    >>> [(bucket.interval, len(bucket.passes)) for bucket in found]
    [((2, 2), 1), ((3, 4), 0), ((5, None), 1)]
    """
    variable = leaves[0].variable
    if variable.is_numeric:
        return _numbers_known(leaves, answer)
    if variable.kind == "place":
        return place_buckets(leaves, codes_known(answer), places)
    if variable.kind == "choice_many":
        if isinstance(answer, Many):
            return set_buckets(leaves, held=answer.values, addable=())
        return set_buckets(leaves, held=(), addable=codes_of(leaves))
    known = codes_known(answer)
    return code_buckets(leaves, codes_of(leaves) if known is None else known)


def codes_of(leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """Every code of a coded variable: those declared, in order (booleans: no, then yes), then those tested for."""
    variable = leaves[0].variable
    declared = (FALSE, TRUE) if variable.kind == "boolean" else variable.values
    return tuple(dict.fromkeys((*declared, *(code for leaf in leaves for code in sorted(leaf.codes)))))


def codes_known(answer: Answer | None) -> tuple[str, ...] | None:
    """The codes that an answer leaves possible, sorted; None where nothing is known."""
    match answer:
        case Exact(value):
            return (code_of(value),)
        case OneOf(values):
            return tuple(sorted(code_of(value) for value in values))
    return None


def numbers_known(answer: Answer | None) -> Interval:
    """The least and the greatest number that an answer leaves possible."""
    match answer:
        case Exact(int(value)):
            return (value, value)
        case Range(low, high):
            return (low, high)
        case OneOf(values):
            numbers = [value for value in values if isinstance(value, int)]
            return (min(numbers), max(numbers))
    return ANYTHING


def domain_of(variable: Variable) -> Interval:
    """The least and the greatest number that the variable may hold, at its scale."""
    low, high = variable.minimum, variable.maximum
    return (
        None if low is None else int(low.scaleb(variable.scale).to_integral_value(ROUND_CEILING)),
        None if high is None else int(high.scaleb(variable.scale).to_integral_value(ROUND_FLOOR)),
    )


def meet(first: Interval, second: Interval) -> bool:
    """Whether two inclusive intervals share a number."""
    return _lies_under(first[0], second[1]) and _lies_under(second[0], first[1])


def _lies_under(low: int | None, high: int | None) -> bool:
    return low is None or high is None or low <= high


def _numbers_known(leaves: Sequence[Leaf], answer: Answer | None) -> tuple[Bucket, ...]:
    found = number_buckets(leaves, numbers_known(answer))
    if isinstance(answer, OneOf):
        numbers = [(value, value) for value in answer.values if isinstance(value, int)]
        return tuple(bucket for bucket in found if any(meet(bucket.interval, number) for number in numbers))
    return found


def number_buckets(leaves: Sequence[Leaf], allowed: Interval) -> tuple[Bucket, ...]:
    """Ascending buckets of the numbers of ``allowed``, cut at its bounds.

    Buckets wholly outside the variable's own bounds are left out, unless ``allowed`` lies outside them too.
    """
    domain = domain_of(leaves[0].variable)
    domain = domain if meet(domain, allowed) else ANYTHING
    cuts = {allowed[0], None if allowed[1] is None else allowed[1] + 1}
    for least, most in (interval for leaf in leaves for interval in leaf.intervals):
        cuts |= {least, None if most is None else most + 1}
    starts = [None, *sorted(cut for cut in cuts if cut is not None)]
    ends = [None if start is None else start - 1 for start in (*starts[1:], None)]
    cells = [cell for cell in zip(starts, ends, strict=True) if meet(cell, allowed) and meet(cell, domain)]
    return tuple(Bucket(_passes_of(leaves, cell), interval=cell) for cell in cells)


def _passes_of(leaves: Sequence[Leaf], cell: Interval) -> frozenset[Test]:
    """The tests that a cell passes: no threshold cuts it, so one of its numbers speaks for all."""
    number = cell[0] if cell[0] is not None else cell[1]
    if number is None:
        return frozenset()
    one = (number, number)
    return frozenset(leaf.test for leaf in leaves if any(meet(one, interval) for interval in leaf.intervals))


def code_buckets(leaves: Sequence[Leaf], codes: Sequence[str]) -> tuple[Bucket, ...]:
    """The codes of a choice or a boolean, those that no test tells apart together."""
    groups: dict[frozenset[Test], list[str]] = {}
    for code in codes:
        groups.setdefault(frozenset(leaf.test for leaf in leaves if code in leaf.codes), []).append(code)
    return tuple(Bucket(passes, codes=tuple(group)) for passes, group in groups.items())


def set_buckets(leaves: Sequence[Leaf], *, held: Collection[str], addable: Collection[str]) -> tuple[Bucket, ...]:
    """The sets of codes that hold all of ``held`` and any of ``addable``, those that no test tells apart together."""
    first = frozenset(leaf.test for leaf in leaves if not leaf.codes.isdisjoint(held))
    found: dict[frozenset[Test], None] = {first: None}
    for code in addable:
        more = frozenset(leaf.test for leaf in leaves if code in leaf.codes)
        found |= dict.fromkeys([passes | more for passes in found])
        if len(found) > MOST_BUCKETS:
            raise TooManyCases(MOST_BUCKETS)
    return tuple(Bucket(passes) for passes in found)


def place_buckets(leaves: Sequence[Leaf], known: Collection[str] | None, places: Places) -> tuple[Bucket, ...]:
    """What a place may lie within, among the places that the tests name.

    A territory may hold places that its list does not name, so a place may lie within a named one and none of its
    parts, within two that share a listed place, or elsewhere. ``known``: the place is, or lies within, one of these.
    """
    named = _Named(leaves, places)
    found: dict[tuple[str, ...], None] = {}
    for code in (None,) if known is None else known:
        found |= dict.fromkeys(named.within(code))
    passes = {within: frozenset(leaf.test for leaf in leaves if not leaf.codes.isdisjoint(within)) for within in found}
    return tuple(Bucket(passes[within], codes=within) for within in found)


class _Named:
    """The places that tests name, the widest first, and how they lie in one another."""

    def __init__(self, leaves: Sequence[Leaf], places: Places) -> None:
        written = dict.fromkeys(code for leaf in leaves for code in leaf.values if isinstance(code, str))
        self.inside = {code: places.inside([code]) for code in written}
        self.outside = {code: places.outside([code]) for code in written}
        self.codes = sorted(written, key=lambda code: -len(self.inside[code]))
        self.around = {
            code: {wide for wide in written if wide != code and code in self.inside[wide]} for code in written
        }

    def within(self, known: str | None) -> list[tuple[str, ...]]:
        """Every set of named places that one place may lie within: whatever holds one of them is in it, all overlap."""
        found: list[tuple[str, ...]] = [()]
        for code in self.codes:
            wider = [(*cell, code) for cell in found if self._may_lie(code, cell)]
            if known is not None and known in self.inside[code]:
                found = wider
            elif known is None or known not in self.outside[code]:
                found = [*found, *wider]
            if len(found) > MOST_BUCKETS:
                raise TooManyCases(MOST_BUCKETS)
        return found

    def _may_lie(self, code: str, cell: Sequence[str]) -> bool:
        return self.around[code].issubset(cell) and all(self._overlap(code, other) for other in cell)

    def _overlap(self, first: str, second: str) -> bool:
        return first not in self.outside[second] or second not in self.outside[first]


def is_known(answer: Answer | None) -> bool:
    """Whether an answer says anything at all."""
    return answer is not None and answer != NOTHING
