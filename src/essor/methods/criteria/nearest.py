"""The nearest change: the fewest answers to change, or to learn, that would make a criterion yes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from essor.methods.criteria.answers import Answer, Many
from essor.methods.criteria.buckets import (
    Bucket,
    buckets_of,
    code_buckets,
    codes_known,
    codes_of,
    is_known,
    leaves_by_variable,
    number_buckets,
    numbers_known,
    place_buckets,
    set_buckets,
    truth_of,
)
from essor.methods.criteria.evaluation import Truth, leaf_truth
from essor.methods.criteria.nodes import Leaf, Node, Test
from essor.methods.criteria.places import Places
from essor.methods.criteria.regions import region_of
from essor.methods.criteria.ways import Masks, Price, Ways
from essor.methods.variables import Variable

Direction = Literal["up", "down", "any"]
DIRECTIONS = ("up", "down", "any")
MOST_COMBINATIONS = 2_000
STAY = 1
"""The first option of every variable: leave its answer as it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One answer to change or to learn. ``accepted``: a criterion on this variable alone, which the answer must meet.

    ``is_learned``: what is known does not exclude it (nothing, a range or several codes are known); otherwise the fact
    itself must change.
    """

    variable: Variable
    accepted: Node
    is_learned: bool


@dataclass(frozen=True, slots=True)
class Change:
    """``steps``: in the order of the tree; any accepted answers, together, make a yes. ``effort``: their sum."""

    steps: tuple[Step, ...]
    effort: int


def nearest_change(
    node: Node,
    profile: Mapping[str, Answer],
    *,
    places: Places,
    protected: Collection[str] = (),
    fixed: Collection[str] = (),
    directions: Mapping[str, Direction] | None = None,
    effort: Mapping[str, int] | None = None,
) -> Change | None:
    """The smallest set of variables whose answers would make the criterion YES by ``evaluate``; None if there is none.

    Smallest: fewest variables, then least total ``effort`` (variable → effort; 1 where absent), then first in the order
    of the tree. A criterion that is YES already gives a change of no step. ``protected``, and variables marked
    sensitive: never proposed, neither changed nor asked. ``fixed``: what is known never changes, but may be learned
    more exactly. ``directions``: ``up`` (a history such as years operating: it never goes down), ``down`` or ``any``;
    codes follow their declared order, a boolean goes up from no to yes, a list going up only gains codes.

    ``accepted`` is everything acceptable, the other steps being whatever they accept; a region of places or of lists is
    told by the tests of the tree. Unchanged unknown answers stay unknown.

    Raises ValueError (``unknown-direction``; ``place-without-order``) and :class:`TooManyCases` where the search was
    stopped: then nothing is known.

    >>> from essor.methods.criteria import Exact, PlaceTree, describe_sentence, parse
    >>> jobs = Variable("jobs", "number", "Emplois", "Jobs")
    >>> sells = Variable("sells", "boolean", "Vend", "Sells")
    >>> rule = {"all": [{"fact": "sells", "is": True}, {"fact": "jobs", "between": [5, 9]}]}
    >>> node = parse(rule, variables={"jobs": jobs, "sells": sells})
    >>> found = nearest_change(node, {"jobs": Exact(3), "sells": Exact("true")}, places=PlaceTree({}))
    >>> [(describe_sentence(step.accepted, language="en"), step.is_learned) for step in found.steps]
    [('Jobs: from 5 to 9', False)]
    """
    limits = _Limits(places, frozenset(protected), frozenset(fixed), directions or {})
    leaves = leaves_by_variable([node])
    choices = {name: limits.choice_for(group, profile.get(name)) for name, group in leaves.items()}
    order, efforts = tuple(choices), effort or {}

    def price(masks: Masks) -> Price:
        moved = [place for place, name in enumerate(order) if not masks[name] & STAY]
        return len(moved), sum(efforts.get(order[place], 1) for place in moved), tuple(moved)

    ways = Ways({name: choice.options() for name, choice in choices.items()}, price=price)
    masks = ways.find_cheapest(node, Truth.YES)
    if masks is None:
        return None
    kept = {name: choices[name].chosen(mask) for name, mask in masks.items() if not mask & STAY}
    _widen(node, choices, kept)
    steps = [choices[name].step(buckets) for name, buckets in kept.items()]
    return Change(tuple(steps), price(masks)[1])


@dataclass(frozen=True, slots=True)
class _Choice:
    """What may become of one variable.

    ``present``: the truth of its tests today. ``moves``: the buckets that it may go to. ``learned``: the passes of the
    buckets that what is known does not exclude. ``codes``: those that a list may hold (None: any).
    """

    leaves: tuple[Leaf, ...]
    present: Mapping[Test, Truth]
    moves: tuple[Bucket, ...] = ()
    learned: frozenset[frozenset[Test]] = frozenset()
    codes: frozenset[str] | None = None

    def options(self) -> list[Mapping[Test, Truth]]:
        """As :class:`Ways` takes them: first to stay, then the moves."""
        return [self.present, *(bucket.truths(self.present) for bucket in self.moves)]

    def chosen(self, mask: int) -> list[Bucket]:
        return [bucket for place, bucket in enumerate(self.moves, start=1) if mask >> place & 1]

    def step(self, kept: Sequence[Bucket]) -> Step:
        variable = self.leaves[0].variable
        possible = self.codes
        if variable.kind == "place":
            possible = frozenset(code for bucket in kept for code in bucket.codes)
        accepted = region_of(self.leaves, self.moves, kept, possible=possible)
        return Step(variable, accepted, any(bucket.passes in self.learned for bucket in kept))


@dataclass(frozen=True, slots=True)
class _Limits:
    """What may never be proposed."""

    places: Places
    protected: frozenset[str]
    fixed: frozenset[str]
    directions: Mapping[str, Direction]

    def choice_for(self, leaves: tuple[Leaf, ...], answer: Answer | None) -> _Choice:
        variable = leaves[0].variable
        present = {leaf.test: leaf_truth(leaf, answer, self.places) for leaf in leaves}
        direction = self._direction_of(variable)
        if variable.sensitive or variable.id in self.protected:
            return _Choice(leaves, present)
        learned = buckets_of(leaves, answer, self.places)
        passes = frozenset(bucket.passes for bucket in learned)
        if answer is None or not is_known(answer) or variable.id in self.fixed:
            return _Choice(leaves, present, learned, passes)
        moves = _moves_from(answer, leaves, direction, self.places)
        codes = answer.values if isinstance(answer, Many) and direction == "down" else None
        return _Choice(leaves, present, moves, passes, codes)

    def _direction_of(self, variable: Variable) -> Direction:
        direction = self.directions.get(variable.id, "any")
        if direction not in DIRECTIONS:
            raise ValueError(f"unknown-direction: {variable.id}: {direction!r} (allowed: {', '.join(DIRECTIONS)})")
        if variable.kind == "place" and direction != "any":
            raise ValueError(f"place-without-order: {variable.id}")
        return direction


def _moves_from(answer: Answer, leaves: Sequence[Leaf], direction: Direction, places: Places) -> tuple[Bucket, ...]:
    """The buckets that a known fact may go to."""
    variable = leaves[0].variable
    if variable.is_numeric:
        low, high = numbers_known(answer)
        return number_buckets(leaves, (low if direction == "up" else None, high if direction == "down" else None))
    if variable.kind == "place":
        return place_buckets(leaves, None, places)
    if isinstance(answer, Many):
        held = answer.values if direction == "up" else ()
        return set_buckets(leaves, held=held, addable=answer.values if direction == "down" else codes_of(leaves))
    known = codes_known(answer) or ()
    order = codes_of(leaves)
    ranks = [order.index(code) for code in known if code in order]
    if direction == "any":
        return code_buckets(leaves, order)
    if len(ranks) < len(known):
        return code_buckets(leaves, known)
    return code_buckets(leaves, order[min(ranks) :] if direction == "up" else order[: max(ranks) + 1])


def _widen(node: Node, choices: Mapping[str, _Choice], kept: dict[str, list[Bucket]]) -> None:
    """Adds to each step the buckets that make a yes whatever the others accept, where these are few enough to try."""
    truths = {test: truth for choice in choices.values() for test, truth in choice.present.items()}
    for name, mine in kept.items():
        others = [[bucket.truths(choices[other].present) for bucket in kept[other]] for other in kept if other != name]
        if math.prod(len(found) for found in others) > MOST_COMBINATIONS:
            continue
        for bucket in choices[name].moves:
            if bucket not in mine and all(
                truth_of(node, {**truths, **bucket.truths(choices[name].present), **_merged(case)}) == Truth.YES
                for case in itertools.product(*others)
            ):
                mine.append(bucket)


def _merged(case: Sequence[Mapping[Test, Truth]]) -> dict[Test, Truth]:
    return {test: truth for truths in case for test, truth in truths.items()}
