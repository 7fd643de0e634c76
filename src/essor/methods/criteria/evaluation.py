"""One profile: the truth of a criterion, with its reasons and what is missing.

Strong Kleene logic (S. C. Kleene, Introduction to Metamathematics, 1952, § 64): a group is settled as soon as the
parts known suffice, whatever the others may turn out to be. An answer may be a value, a range or a set: a leaf is
YES when every possible value passes, NO when none does, and UNKNOWN otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from essor.methods.criteria.answers import NOTHING, Answer, Exact, Many, OneOf, Range, code_of
from essor.methods.criteria.nodes import AllOf, AnyOf, AtLeast, Interval, Leaf, Node, Not
from essor.methods.criteria.places import Places


class Truth(IntEnum):
    """The three truths, ordered: « all » is the least of its parts, « any » the greatest, « not » the opposite."""

    NO = -1
    UNKNOWN = 0
    YES = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one node has its truth. ``answer``: what was seen by a leaf (None: nothing). ``parts``: those of a group."""

    node: Node
    truth: Truth
    answer: Answer | None = None
    parts: tuple[Reason, ...] = ()

    @property
    def path(self) -> str:
        return self.node.path

    @property
    def is_leaf(self) -> bool:
        return isinstance(self.node, Leaf)

    def leaves(self) -> Iterator[Reason]:
        """The reasons of the leaves, in the order written."""
        if self.is_leaf:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def decisive(self) -> Iterator[Reason]:
        """The leaves that make this truth: those that fail it, that carry it, or that can still change it."""
        if self.is_leaf:
            yield self
        wanted = Truth(-self.truth) if isinstance(self.node, Not) else self.truth
        for part in self.parts:
            if part.truth == wanted:
                yield from part.decisive()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``truth`` of the whole, ``reasons``: the tree of reasons from its root, ``missing``: ids of the variables whose
    answer can still change the truth, in the order of the tree, each once (empty once YES or NO)."""

    truth: Truth
    reasons: Reason
    missing: tuple[str, ...]

    @property
    def decisive(self) -> tuple[Reason, ...]:
        """The leaves that make the verdict, in the order written (see :meth:`Reason.decisive`)."""
        return tuple(self.reasons.decisive())


def evaluate(node: Node, profile: Mapping[str, Answer], *, places: Places) -> Verdict:
    """The truth of a criterion for one profile (variable id → answer; absent: unknown).

    ``places``: the territory at the date of the profile. Raises TypeError where an answer is not of its kind.

    >>> from essor.methods.criteria import PlaceTree, parse
    >>> from essor.methods.variables import Variable
    >>> jobs = Variable("jobs", "number", "Emplois", "Jobs")
    >>> node = parse({"fact": "jobs", "at_least": 5}, variables={"jobs": jobs})
    >>> evaluate(node, {"jobs": Range(6, 10)}, places=PlaceTree({})).truth.name
    'YES'
    >>> evaluate(node, {"jobs": Range(1, 10)}, places=PlaceTree({})).missing
    ('jobs',)
    """
    reasons = _explain(node, profile, places)
    missing: tuple[str, ...] = ()
    if reasons.truth == Truth.UNKNOWN:
        found = (part.node.variable.id for part in reasons.decisive() if isinstance(part.node, Leaf))
        missing = tuple(dict.fromkeys(found))
    return Verdict(reasons.truth, reasons, missing)


def _explain(node: Node, profile: Mapping[str, Answer], places: Places) -> Reason:
    if isinstance(node, Leaf):
        answer = profile.get(node.variable.id)
        return Reason(node, leaf_truth(node, answer, places), answer)
    parts = tuple([_explain(part, profile, places) for part in node.of])
    return Reason(node, group_truth(node, [part.truth for part in parts]), None, parts)


def group_truth(node: AllOf | AnyOf | Not | AtLeast, truths: list[Truth]) -> Truth:
    """The truth of a group, given that of each of its parts."""
    match node:
        case AllOf():
            return min(truths)
        case AnyOf():
            return max(truths)
        case Not():
            return Truth(-truths[0])
        case AtLeast():
            if truths.count(Truth.YES) >= node.n:
                return Truth.YES
            return Truth.NO if len(truths) - truths.count(Truth.NO) < node.n else Truth.UNKNOWN


def leaf_truth(leaf: Leaf, answer: Answer | None, places: Places) -> Truth:
    """The truth of one leaf for one answer (None: nothing known)."""
    if answer is None or answer == NOTHING:
        return Truth.UNKNOWN
    if leaf.variable.is_numeric:
        return _numeric_truth(leaf, answer)
    return coded_judge(leaf, places)(_codes_of(leaf, answer))


def coded_judge(leaf: Leaf, places: Places) -> Callable[[Collection[str]], Truth]:
    """How a coded leaf judges an answer that is one of several codes (for ``choice_many``: exactly these codes)."""
    targets = leaf.codes
    if leaf.variable.kind == "choice_many":
        return lambda codes: Truth.NO if targets.isdisjoint(codes) else Truth.YES
    if leaf.variable.kind == "place":
        inside, outside = places.inside(targets), places.outside(targets)
        return lambda codes: _among(inside.issuperset(codes), outside.issuperset(codes))
    return lambda codes: _among(targets.issuperset(codes), targets.isdisjoint(codes))


def _among(all_pass: bool, all_fail: bool) -> Truth:
    if all_pass:
        return Truth.YES
    return Truth.NO if all_fail else Truth.UNKNOWN


def _codes_of(leaf: Leaf, answer: Answer) -> Collection[str]:
    match answer:
        case Many() if leaf.variable.kind == "choice_many":
            return answer.values
        case Exact() if leaf.variable.kind != "choice_many":
            return (code_of(answer.value),)
        case OneOf() if leaf.variable.kind != "choice_many":
            return [code_of(value) for value in answer.values]
    raise TypeError(f"{leaf.variable.id} ({leaf.variable.kind}) cannot be answered by {answer!r}")


def _numeric_truth(leaf: Leaf, answer: Answer) -> Truth:
    match answer:
        case Exact(int(value)) if not isinstance(value, bool):
            return _range_truth(leaf.intervals, value, value)
        case Range(low, high):
            return _range_truth(leaf.intervals, low, high)
        case OneOf(values):
            truths = {_numeric_truth(leaf, Exact(value)) for value in values}
            return truths.pop() if len(truths) == 1 else Truth.UNKNOWN
    raise TypeError(f"{leaf.variable.id} ({leaf.variable.kind}) cannot be answered by {answer!r}")


def _range_truth(intervals: tuple[Interval, ...], low: int | None, high: int | None) -> Truth:
    outside = True
    for least, most in intervals:
        above_least = least is None or (low is not None and low >= least)
        below_most = most is None or (high is not None and high <= most)
        if above_least and below_most:
            return Truth.YES
        too_small = least is not None and high is not None and high < least
        too_large = most is not None and low is not None and low > most
        outside = outside and (too_small or too_large)
    return Truth.NO if outside else Truth.UNKNOWN
