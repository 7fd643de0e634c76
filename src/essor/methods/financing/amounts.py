"""How much each aid of a given set brings, and to which costs: a flow of whole cents, exactly.

Source → all aid → (public aid) → aids, each from its floor to its cap → kinds of cost → sink. The most that can be
covered with the least to repay is a maximum flow of least cost, found by successive cheapest augmenting paths
(Ahuja, Magnanti and Orlin, *Network Flows*, 1993, chapter 9): every capacity is an integer, so every amount is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

SOURCE, ALL_AID, PUBLIC_AID, FIRST_AID = range(4)


@dataclass(frozen=True, slots=True)
class Request:
    """What one aid may bring: from ``floor`` to ``cap`` cents, to the costs at ``kinds`` (positions, one at least)."""

    floor: int
    cap: int
    kinds: tuple[int, ...]
    is_public: bool
    repayable: bool


@dataclass(frozen=True, slots=True)
class Amounts:
    """Cents ``covered`` in all, ``repayable`` among them, of each request, and by request and kind of cost."""

    covered: int
    repayable: int
    of_each: tuple[int, ...]
    by_kind: tuple[tuple[int, ...], ...]


def share_out(
    costs: Sequence[int], requests: Sequence[Request], *, total: int, public: int, favoured: int | None = None
) -> Amounts | None:
    """The amounts that cover the most cents, then leave the fewest to repay; None where the floors do not fit.

    ``costs``: cents by kind. Every request receives at least its floor and at most its cap; all together at most
    ``total``, the public ones at most ``public``; each cent of cost is paid once. ``favoured``: the request (position)
    that, among equal answers, brings most, and to the first kinds first.

    >>> grant = Request(floor=0, cap=50, kinds=(0,), is_public=True, repayable=False)
    >>> loan = Request(floor=20, cap=100, kinds=(0, 1), is_public=False, repayable=True)
    >>> share_out([60, 30], [grant, loan], total=80, public=80, favoured=1)
    Amounts(covered=80, repayable=30, of_each=(50, 30), by_kind=((50, 0), (10, 20)))
    """
    network, routes = _lay(costs, requests, total=total, public=public, favoured=favoured)
    # Where nobody is favoured, what passes straight costs nothing: as cheap as any path, and found without a search.
    direct = [] if favoured is not None else [route for each in routes for route in each.values()]
    if sum(map(network.push, direct)) + network.fill() != sum(request.floor for request in requests):
        return None
    for place, (request, each) in enumerate(zip(requests, routes, strict=True)):
        price = int(3 ** len(costs)) * (4 * request.repayable - int(place == favoured))
        network.reopen(each[request.kinds[0]][GATE], request.cap - request.floor, price=price)
    for route in (each for each in direct if network.is_free(each)):
        network.push(route)
    network.fill()
    paid = [{kind: network.room[route[PIPE] + 1] for kind, route in each.items()} for each in routes]
    return _amounts(requests, tuple(tuple(row.get(kind, 0) for kind in range(len(costs))) for row in paid))


def settle_amounts(costs: Sequence[int], requests: Sequence[Request], *, total: int, public: int) -> Amounts | None:
    """The answer of :func:`share_out` that is taken among equal ones: the smallest caps are filled first.

    One request after the other, the smallest cap first (then the first in order), brings the most that still lets the
    whole cover as much for as little to repay, and pays the first kinds first.

    >>> one, other = (Request(floor=1, cap=cap, kinds=(0, 1), is_public=False, repayable=False) for cap in (9, 5))
    >>> settle_amounts([4, 6], [one, other], total=10, public=10)
    Amounts(covered=10, repayable=0, of_each=(5, 5), by_kind=((0, 5), (4, 1)))
    """
    rows: list[tuple[int, ...]] = [()] * len(requests)
    left, waiting = list(costs), list(range(len(requests)))
    for place in sorted(waiting, key=lambda each: (requests[each].cap, each)):
        found = share_out(
            left, [requests[each] for each in waiting], total=total, public=public, favoured=waiting.index(place)
        )
        if found is None:
            return None
        rows[place] = found.by_kind[waiting.index(place)]
        left = [cents - paid for cents, paid in zip(left, rows[place], strict=True)]
        total -= sum(rows[place])
        public -= sum(rows[place]) if requests[place].is_public else 0
        waiting.remove(place)
    return _amounts(requests, tuple(rows))


Route = tuple[int, ...]
"""The arcs from the source to the sink through one request and one kind."""
GATE, PIPE = -3, -2
"""Where, in a route, the arcs stand that enter the request and that leave it for the kind."""


def _lay(
    costs: Sequence[int], requests: Sequence[Request], *, total: int, public: int, favoured: int | None
) -> tuple[_Network, list[dict[int, Route]]]:
    """The network, with the arc into each request open up to its floor, and the route from each to each kind it pays.

    What a cent costs on an arc makes the cheapest flow the answer wanted, aim before aim. Two equal answers differ by
    cycles, and a cycle of one cent changes an arc by one cent at most and what is repaid by two: powers of 3 put one
    arc before all the next, and 4 times the greatest (:func:`share_out`) puts repayment before them all.
    """
    first_kind = FIRST_AID + len(requests)
    network = _Network(size=first_kind + len(costs) + 1)
    entry = network.link(SOURCE, ALL_AID, total)
    public_entry = network.link(ALL_AID, PUBLIC_AID, public)
    exits = [network.link(first_kind + kind, network.sink, cents) for kind, cents in enumerate(costs)]
    routes: list[dict[int, Route]] = []
    for place, request in enumerate(requests):
        parent, start = (PUBLIC_AID, (entry, public_entry)) if request.is_public else (ALL_AID, (entry,))
        gate = network.link(parent, FIRST_AID + place, request.floor)
        routes.append({})
        for kind in request.kinds:
            price = -int(3 ** (len(costs) - 1 - kind)) if place == favoured else 0
            pipe = network.link(FIRST_AID + place, first_kind + kind, costs[kind], price=price)
            routes[-1][kind] = (*start, gate, pipe, exits[kind])
    return network, routes


def _amounts(requests: Sequence[Request], rows: tuple[tuple[int, ...], ...]) -> Amounts:
    of_each = tuple(map(sum, rows))
    repayable = sum(amount for amount, request in zip(of_each, requests, strict=True) if request.repayable)
    return Amounts(sum(of_each), repayable, of_each, rows)


class _Network:
    """Arcs in pairs: ``n`` and, backwards, ``n + 1``; ``room`` is what may still pass in each. The sink comes last."""

    def __init__(self, size: int) -> None:
        self.size, self.sink = size, size - 1
        self.room: list[int] = []
        self._head: list[int] = []
        self._price: list[int] = []
        self._leaving: list[list[int]] = [[] for _ in range(size)]

    def link(self, tail: int, head: int, room: int, *, price: int = 0) -> int:
        arc = len(self.room)
        self.room += [room, 0]
        self._head += [head, tail]
        self._price += [price, -price]
        self._leaving[tail].append(arc)
        self._leaving[head].append(arc + 1)
        return arc

    def reopen(self, arc: int, room: int, *, price: int) -> None:
        """From now on, what has passed in the arc is settled; more may pass, at this price."""
        self.room[arc], self.room[arc + 1] = room, 0
        self._price[arc], self._price[arc + 1] = price, -price

    def is_free(self, path: Sequence[int]) -> bool:
        return all(self._price[arc] == 0 for arc in path)

    def push(self, path: Sequence[int]) -> int:
        """Adds along a path all the flow that fits; returns how much."""
        passing = min(self.room[arc] for arc in path)
        for arc in path:
            self.room[arc] -= passing
            self.room[arc ^ 1] += passing
        return passing

    def fill(self) -> int:
        """Adds all the flow that fits, cheapest paths first; returns how much."""
        added = 0
        while path := self._cheapest_path():
            added += self.push(path)
        return added

    def _cheapest_path(self) -> list[int]:
        """Arcs of the path of least price, then fewest arcs (so that the search ends soon whatever the amounts)."""
        best: list[tuple[int, int] | None] = [None] * self.size
        arrival = [-1] * self.size
        best[SOURCE] = (0, 0)
        waiting, is_waiting = deque([SOURCE]), [False] * self.size
        while waiting:
            place = waiting.popleft()
            is_waiting[place] = False
            price, length = best[place] or (0, 0)
            for arc in self._leaving[place]:
                head, reached = self._head[arc], (price + self._price[arc], length + 1)
                known = best[head]
                if self.room[arc] and (known is None or reached < known):
                    best[head], arrival[head] = reached, arc
                    if not is_waiting[head]:
                        waiting.append(head)
                        is_waiting[head] = True
        path, place = [], self.sink
        while arrival[place] >= 0 and place != SOURCE:
            path.append(arrival[place])
            place = self._head[arrival[place] ^ 1]
        return path[::-1]
