"""The cheapest way of making a criterion yes, or no, when each of its variables may be given one of a few options.

Every group is read as « n of these items at least » (all: every one; any: one; a group wanted false: as many false
items as would leave it too few). Options are bits of a mask, one mask per variable. What is forced is done first; what
then remains is split where it shares no variable, and branched on with the price found so far as a bound (branch and
bound: A. H. Land and A. G. Doig, An Automatic Method of Solving Discrete Programming Problems, Econometrica 28, 1960).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from essor.methods.criteria.buckets import TooManyCases
from essor.methods.criteria.evaluation import Truth
from essor.methods.criteria.nodes import AllOf, AnyOf, AtLeast, Leaf, Node, Not, Test, variables_of

MOST_LOOKS = 1_000_000
"""One or two seconds; counted over all the searches of one :class:`Ways`."""

Masks = dict[str, int]
"""Variable → the options left, as bits."""
Price = tuple[int, int, tuple[int, ...]]
Item = tuple[Node, Truth]
"""A part, and the truth wanted of it (YES or NO)."""
Clause = tuple[int, tuple[Item, ...]]
"""How many of these items at least."""

FREE: Price = (0, 0, ())


class Ways:
    """The options of every variable of a criterion, and the search among them.

    ``options``: variable → for each option, the truth of each test of the variable; UNKNOWN meets no wish. ``price``:
    of the options left; it must not fall as they grow fewer, and separate variables must add up (default: free, so
    that any way will do). ``relaxed`` may be set to paths of leaves, then taken as met whatever is wanted of them.
    """

    def __init__(
        self,
        options: Mapping[str, Sequence[Mapping[Test, Truth]]],
        *,
        price: Callable[[Masks], Price] = lambda _masks: FREE,
    ) -> None:
        self.price, self.looks = price, 0
        self.relaxed: Collection[str] = frozenset()
        self.all = {name: (1 << len(found)) - 1 for name, found in options.items()}
        self.good: dict[tuple[Test, Truth], int] = {}
        for found in options.values():
            for place, truths in enumerate(found):
                for test, truth in truths.items():
                    self.good[test, truth] = self.good.get((test, truth), 0) | 1 << place
        self.variables: dict[int, frozenset[str]] = {}

    def find_cheapest(self, node: Node, wanted: Truth) -> Masks | None:
        """The options left by the cheapest way: any choice among them gives the truth wanted. None: there is no way.

        Raises :class:`TooManyCases` once MOST_LOOKS parts were looked at, over every search so far.
        """
        return self._search(self.all, [(1, ((node, wanted),))], None)

    def _search(self, start: Masks, clauses: Sequence[Clause], bound: Price | None) -> Masks | None:
        best: Masks | None = None
        while True:
            forced = self._do_forced(start, clauses)
            if forced is None or (bound is not None and self.price(forced[0]) >= bound):
                return best
            masks, left = forced
            groups = self._split(masks, left)
            if len(groups) != 1:
                return self._search_each(masks, groups, bound) or best
            first, *others = sorted(left, key=lambda clause: len(clause[1]))
            need, (item, *rest) = first
            found = self._search(masks, [*others, (1, (item,)), (need - 1, tuple(rest))], bound)
            if found is not None:
                best, bound = found, self.price(found)
                if bound == self.price(masks):
                    return best
            start, clauses = masks, [*others, (need, tuple(rest))]

    def _search_each(self, masks: Masks, groups: Sequence[Sequence[Clause]], bound: Price | None) -> Masks | None:
        for group in groups:
            found = self._search(masks, group, bound)
            if found is None:
                return None
            masks = found
        return masks

    def _do_forced(self, start: Masks, clauses: Sequence[Clause]) -> tuple[Masks, list[Clause]] | None:
        """Does what leaves no choice: the options and the clauses left, or None where a clause cannot be met."""
        masks, left, has_changed = dict(start), list(clauses), True
        while has_changed:
            has_changed, waiting, left = False, left, []
            for need, items in waiting:
                standing = [self._standing(item, masks) for item in items]
                more = need - standing.count(Truth.YES)
                undecided = [item for item, truth in zip(items, standing, strict=True) if truth == Truth.UNKNOWN]
                if more > len(undecided):
                    return None
                if 0 < more < len(undecided):
                    left.append((more, tuple(undecided)))
                elif more > 0:
                    has_changed = True
                    if not self._force(undecided, masks, left):
                        return None
        return masks, left

    def _force(self, items: Sequence[Item], masks: Masks, left: list[Clause]) -> bool:
        for node, wanted in items:
            if not isinstance(node, Leaf):
                left.append(clause_of(node, wanted))
                continue
            masks[node.variable.id] &= self.good.get((node.test, wanted), 0)
            if not masks[node.variable.id]:
                return False
        return True

    def _standing(self, item: Item, masks: Masks) -> Truth:
        """Whether an item is met by every option left (YES), by none (NO), or by some."""
        self.looks += 1
        if self.looks > MOST_LOOKS:
            raise TooManyCases(MOST_LOOKS)
        node, wanted = item
        if isinstance(node, Leaf):
            if node.path in self.relaxed:
                return Truth.YES
            mask, good = masks[node.variable.id], self.good.get((node.test, wanted), 0)
            if not mask & good:
                return Truth.NO
            return Truth.UNKNOWN if mask & ~good else Truth.YES
        need, items = clause_of(node, wanted)
        standing = [self._standing(part, masks) for part in items]
        if standing.count(Truth.YES) >= need:
            return Truth.YES
        return Truth.NO if len(standing) - standing.count(Truth.NO) < need else Truth.UNKNOWN

    def _split(self, masks: Masks, clauses: Sequence[Clause]) -> list[list[Clause]]:
        """Clauses in groups that share no variable with a choice left."""
        groups: list[tuple[set[str], list[Clause]]] = []
        for clause in clauses:
            names = {name for node, _ in clause[1] for name in self._variables_of(node) if masks[name].bit_count() > 1}
            together = [clause]
            apart = []
            for group in groups:
                if names.isdisjoint(group[0]):
                    apart.append(group)
                else:
                    names |= group[0]
                    together = [*group[1], *together]
            groups = [*apart, (names, together)]
        return [together for _, together in groups]

    def _variables_of(self, node: Node) -> frozenset[str]:
        if id(node) not in self.variables:
            self.variables[id(node)] = frozenset(variables_of(node))
        return self.variables[id(node)]


def clause_of(node: AllOf | AnyOf | Not | AtLeast, wanted: Truth) -> Clause:
    """A group wanted true or false, as « n of these items at least ».

    >>> from essor.methods.criteria import parse
    >>> from essor.methods.variables import Variable
    >>> facts = {name: Variable(name, "boolean", name, name) for name in "abc"}
    >>> three = [{"fact": name, "is": True} for name in "abc"]
    >>> node = parse({"at_least_n": {"n": 2, "of": three}}, variables=facts)
    >>> clause_of(node, Truth.NO)[0]
    2
    """
    if isinstance(node, Not):
        return 1, ((node.part, Truth(-wanted)),)
    size = len(node.of)
    least = {AllOf: size, AnyOf: 1}.get(type(node), getattr(node, "n", 1))
    need = least if wanted == Truth.YES else size - least + 1
    return need, tuple((part, wanted) for part in node.of)
