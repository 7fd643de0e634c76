"""The next question: the one whose answer should settle the most aids for the least effort.

Greedy choice by expected gain, as in the induction of decision trees (J. R. Quinlan, Induction of Decision Trees,
Machine Learning 1, 1986); the best order over all questions is NP-hard to find (L. Hyafil and R. L. Rivest,
Constructing Optimal Binary Decision Trees is NP-complete, Information Processing Letters 5, 1976).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from essor.methods.criteria.answers import Answer, Many
from essor.methods.criteria.buckets import (
    MOST_BUCKETS,
    Bucket,
    TooManyCases,
    buckets_of,
    codes_of,
    is_known,
    leaves_by_variable,
    open_variables,
    truth_of,
)
from essor.methods.criteria.evaluation import Truth, leaf_truth
from essor.methods.criteria.nodes import Leaf, Node, Test
from essor.methods.criteria.places import Places
from essor.methods.variables import Variable

CASES_LIMIT = 3
"""How many unknown variables are tried case by case (docs/methods/eligibility.md)."""
EFFORTS = (1, 2, 3)

Prior = Mapping[Answer, int]
"""Answer → how many known profiles gave it."""
Truths = Mapping[Test, Truth]


@dataclass(frozen=True, slots=True)
class Question:
    """One variable worth asking.

    ``settles``: expected number of aids that its answer alone would settle. ``touches``: how many undecided aids it can
    still change. ``effort``: from 1 (from memory) to 3 (must be computed or decided).
    """

    variable: Variable
    settles: Fraction
    touches: int
    effort: int
    is_sensitive: bool

    @property
    def score(self) -> Fraction:
        """Aids settled per unit of effort, expected."""
        return self.settles / self.effort


def rank_questions(
    criteria: Mapping[str, Node],
    profile: Mapping[str, Answer],
    *,
    places: Places,
    effort: Mapping[str, int],
    sensitive: Collection[str] = (),
    priors: Mapping[str, Prior] | None = None,
) -> tuple[Question, ...]:
    """The variables whose answer can still settle an aid, best first; none once every aid is settled.

    ``criteria``: aid → its criterion. ``effort``: variable → 1, 2 or 3; a variable that it lacks cannot be asked.
    ``sensitive``: asked last, with the variables marked so. ``priors``: see :func:`count_answers`; each possible value
    counts once more than it was seen, so without them all are equally likely. Order: not sensitive, then score, then
    ``touches``, then the order of ``effort``. An aid is settled as :func:`settle_by_cases` says.
    Raises ValueError (``effort-out-of-range``).

    >>> from essor.methods.criteria import PlaceTree, parse
    >>> form = Variable("form", "choice", "Forme", "Form", values=("coop", "npo", "other"))
    >>> sells = Variable("sells", "boolean", "Vend", "Sells")
    >>> rule = {"all": [{"fact": "sells", "is": True}, {"fact": "form", "is": "coop"}]}
    >>> node = parse(rule, variables={"form": form, "sells": sells})
    >>> found = rank_questions({"aid": node}, {}, places=PlaceTree({}), effort={"sells": 1, "form": 1})
    >>> [(question.variable.id, str(question.settles)) for question in found]
    [('form', '2/3'), ('sells', '1/2')]
    """
    for name, each in effort.items():
        if each not in EFFORTS:
            raise ValueError(f"effort-out-of-range: {name}: {each}")
    rules = [rule for node in criteria.values() if (rule := _Rule(node, profile, places)).is_open]
    leaves = leaves_by_variable([rule.node for rule in rules])
    found = []
    for name, each in effort.items():
        touched = [rule for rule in rules if rule.can_depend_on(name)]
        if touched:
            chances = _chances(leaves[name], profile.get(name), (priors or {}).get(name, {}), places)
            variable = leaves[name][0].variable
            settles = sum((rule.chance_to_settle(name, chances) for rule in touched), Fraction(0))
            is_sensitive = variable.sensitive or name in sensitive
            found.append(Question(variable, settles, len(touched), each, is_sensitive))
    return tuple(sorted(found, key=lambda question: (question.is_sensitive, -question.score, -question.touches)))


def settle_by_cases(node: Node, profile: Mapping[str, Answer], *, places: Places, limit: int = CASES_LIMIT) -> Truth:
    """The truth of a criterion, trying every case of the unknown variables where Kleene's tables leave it unknown.

    YES or NO of :func:`essor.methods.criteria.evaluate` is returned as it is. Otherwise, if at most ``limit`` variables
    can still change it (and their cases are at most MOST_BUCKETS), each bucket of theirs is tried: all YES, or all NO,
    settles it. UNKNOWN where cases disagree or are too many.

    >>> from essor.methods.criteria import PlaceTree, parse
    >>> jobs = Variable("jobs", "number", "Emplois", "Jobs")
    >>> rule = {"any": [{"fact": "jobs", "less_than": 10}, {"fact": "jobs", "at_least": 10}]}
    >>> settle_by_cases(parse(rule, variables={"jobs": jobs}), {}, places=PlaceTree({})).name
    'YES'
    """
    rule = _Rule(node, profile, places, limit)
    return rule.settled


def count_answers(profiles: Iterable[Mapping[str, Answer]]) -> dict[str, Prior]:
    """Profiles already known → for each variable, how many gave each answer (those that say nothing are left out)."""
    counts: dict[str, Counter[Answer]] = {}
    for profile in profiles:
        for name, answer in profile.items():
            if is_known(answer):
                counts.setdefault(name, Counter())[answer] += 1
    return dict(counts)


class _Rule:
    """One criterion on one profile: what is settled, and the buckets of each variable that is still open."""

    def __init__(self, node: Node, profile: Mapping[str, Answer], places: Places, limit: int = CASES_LIMIT) -> None:
        self.node, self.limit = node, limit
        leaves = leaves_by_variable([node])
        self.truths: dict[Test, Truth] = {
            leaf.test: leaf_truth(leaf, profile.get(name), places) for name, group in leaves.items() for leaf in group
        }
        self.open = open_variables(node, self.truths)
        self.tests = {name: frozenset(leaf.test for leaf in leaves[name]) for name in self.open}
        self.buckets = {name: _buckets_or_none(leaves[name], profile.get(name), places) for name in self.open}
        self.settled = self._settle(self.truths)

    @property
    def is_open(self) -> bool:
        return self.settled == Truth.UNKNOWN

    def can_depend_on(self, name: str) -> bool:
        """Whether some answer to a variable changes something; taken as true where the cases are too many to try."""
        if name not in self.open:
            return False
        others = [other for other in self.open if other != name]
        return self._count(self.open) is None or self._depends(name, others, self.truths)

    def chance_to_settle(self, name: str, chances: Mapping[frozenset[Test], Fraction]) -> Fraction:
        """The probability that an answer settles the criterion, given that of each bucket (as the tests passed)."""
        own = self.tests[name]
        known: dict[frozenset[Test], bool] = {}
        total = Fraction(0)
        for every, chance in chances.items():
            passes = every & own
            if passes not in known:
                truths = {**self.truths, **Bucket(passes).truths(own)}
                known[passes] = self._settle(truths) != Truth.UNKNOWN
            total += chance if known[passes] else 0
        return total

    def _count(self, names: Sequence[str]) -> int | None:
        """How many cases these variables have together; None: too many."""
        buckets = [self.buckets[name] for name in names]
        if len(names) > self.limit or None in buckets:
            return None
        count = math.prod(len(found) for found in buckets if found is not None)
        return count if count <= MOST_BUCKETS else None

    def _settle(self, truths: Truths) -> Truth:
        found = truth_of(self.node, truths)
        if found != Truth.UNKNOWN:
            return found
        names = open_variables(self.node, truths)
        if self._count(names) is None:
            return Truth.UNKNOWN
        agreed: set[Truth] = set()
        for case in self._cases(names[0], truths):
            agreed.add(self._settle(case))
            if len(agreed) > 1 or Truth.UNKNOWN in agreed:
                return Truth.UNKNOWN
        return agreed.pop()

    def _cases(self, name: str, truths: Truths) -> Iterable[dict[Test, Truth]]:
        for bucket in self.buckets[name] or ():
            yield {**truths, **bucket.truths(self.tests[name])}

    def _depends(self, name: str, others: Sequence[str], truths: Truths) -> bool:
        if name not in open_variables(self.node, truths):
            return False
        if others:
            return any(self._depends(name, others[1:], case) for case in self._cases(others[0], truths))
        return len({truth_of(self.node, case) for case in self._cases(name, truths)}) > 1


def _buckets_or_none(leaves: Sequence[Leaf], answer: Answer | None, places: Places) -> tuple[Bucket, ...] | None:
    try:
        return buckets_of(leaves, answer, places)
    except TooManyCases:
        return None


def _chances(
    leaves: Sequence[Leaf], answer: Answer | None, prior: Prior, places: Places
) -> dict[frozenset[Test], Fraction]:
    """The tests that the answer would pass → their probability, by the profiles already known.

    A possible value counts once, plus once for each profile that gave it; a profile that gave several possible values
    is shared among their buckets. For a list of codes the values counted once are its codes, each alone.
    """
    weights: Counter[frozenset[Test]] = Counter()
    variable = leaves[0].variable
    if variable.kind == "choice_many":
        for code in codes_of(leaves):
            weights[frozenset(leaf.test for leaf in leaves if code in leaf.codes)] += 1
    else:
        for bucket in buckets_of(leaves, answer, places):
            weights[bucket.passes] += len(bucket.codes) if variable.kind in {"choice", "boolean"} else 1
    shares = {passes: Fraction(weight) for passes, weight in weights.items()}
    for past, count in prior.items():
        possible = _passes_of(leaves, past, places)
        if variable.kind != "choice_many":
            possible &= weights.keys()
        for passes in possible:
            shares[passes] = shares.get(passes, Fraction(0)) + Fraction(count, len(possible))
    total = sum(shares.values(), Fraction(0))
    return {passes: share / total for passes, share in shares.items()}


def _passes_of(leaves: Sequence[Leaf], answer: Answer, places: Places) -> frozenset[frozenset[Test]]:
    """The sets of tests that a known answer may pass: only one where it is precise enough."""
    truths = {leaf.test: leaf_truth(leaf, answer, places) for leaf in leaves}
    if isinstance(answer, Many) or Truth.UNKNOWN not in truths.values():
        return frozenset({frozenset(test for test, truth in truths.items() if truth == Truth.YES)})
    return frozenset(bucket.passes for bucket in buckets_of(leaves, answer, places))
