"""Which places lie within which, at one date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol


class Places(Protocol):
    """What criteria ask of a territory at one date. Every answer is a set of place codes."""

    def inside(self, targets: Collection[str]) -> frozenset[str]:
        """The targets and everything within them."""

    def above(self, targets: Collection[str]) -> frozenset[str]:
        """Places partly inside: knowing only one of them does not tell whether one is inside the targets."""

    def outside(self, targets: Collection[str]) -> frozenset[str]:
        """The known places that share nothing with the targets."""


class PlaceTree:
    """Places with their parents at one date; there may be several (an MRC in a region and a metropolitan community).

    ``parents``: code → codes of the places that contain it directly (empty for the widest ones). Parents need no entry
    of their own. ``codes``: every place that the tree holds. Raises ValueError where a place would lie within itself.
    A code that the tree does not hold is neither inside, above nor outside: criteria then answer unknown, because such
    a code belongs to another date.

    >>> tree = PlaceTree({"64008": ["640"], "64015": ["640"], "640": ["14"], "14": ["qc"], "06": ["qc"]})
    >>> sorted(tree.inside(["640"])), sorted(tree.above(["640"])), sorted(tree.outside(["640"]))
    (['640', '64008', '64015'], ['14', 'qc'], ['06'])
    """

    def __init__(self, parents: Mapping[str, Collection[str]]) -> None:
        self._parents: dict[str, tuple[str, ...]] = {code: tuple(above) for code, above in parents.items()}
        for above in list(self._parents.values()):
            for code in above:
                self._parents.setdefault(code, ())
        self._children: dict[str, list[str]] = {}
        for code, direct in self._parents.items():
            for parent in direct:
                self._children.setdefault(parent, []).append(code)
        self._refuse_circles()
        self.codes: frozenset[str] = frozenset(self._parents)
        self._inside: dict[frozenset[str], frozenset[str]] = {}
        self._above: dict[frozenset[str], frozenset[str]] = {}
        self._outside: dict[frozenset[str], frozenset[str]] = {}

    def inside(self, targets: Collection[str]) -> frozenset[str]:
        """The targets and everything within them; a target that the tree does not hold stands alone."""
        key = frozenset(targets)
        if key not in self._inside:
            self._inside[key] = _reach(key, self._children)
        return self._inside[key]

    def above(self, targets: Collection[str]) -> frozenset[str]:
        """Places not inside the targets that contain something inside them.

        Ancestors of all that is inside, not of the targets alone: where places overlap, a region that is no ancestor
        of a metropolitan community may still hold one of its members.
        """
        key = frozenset(targets)
        if key not in self._above:
            inside = self.inside(key)
            self._above[key] = _reach(inside, self._parents) - inside
        return self._above[key]

    def outside(self, targets: Collection[str]) -> frozenset[str]:
        """The places of the tree that are neither inside nor above the targets."""
        key = frozenset(targets)
        if key not in self._outside:
            self._outside[key] = self.codes - self.inside(key) - self.above(key)
        return self._outside[key]

    def with_vanished(self, earlier: PlaceTree) -> PlaceTree:
        """This tree, and the places that only ``earlier`` holds, where it puts them: two days read on one list.

        >>> later = PlaceTree({"64008": ["640"], "640": ["14"]})
        >>> earlier = PlaceTree({"64008": ["600"], "64999": ["640"], "640": ["14"]})
        >>> sorted(later.with_vanished(earlier).inside(["640"]))
        ['640', '64008', '64999']
        """
        return PlaceTree({**earlier._parents, **self._parents})

    def _refuse_circles(self) -> None:
        waiting = {code: len(above) for code, above in self._parents.items()}
        free = [code for code, count in waiting.items() if not count]
        for code in free:
            for child in self._children.get(code, ()):
                waiting[child] -= 1
                if not waiting[child]:
                    free.append(child)
        if len(free) < len(self._parents):
            circle = sorted(code for code, count in waiting.items() if count)
            raise ValueError(f"place-within-itself: {', '.join(circle)}")


def _reach(start: Iterable[str], links: Mapping[str, Iterable[str]]) -> frozenset[str]:
    reached = set(start)
    queue = list(reached)
    while queue:
        for code in links.get(queue.pop(), ()):
            if code not in reached:
                reached.add(code)
                queue.append(code)
    return frozenset(reached)
