"""The parts of a criterion: groups of criteria, and leaves that test one variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from essor.methods.variables import TRUE, Variable

Operator = Literal[
    "is", "in", "within", "at_least", "at_most", "more_than", "less_than", "between", "contains", "any_of"
]
Certainty = Literal["sourced", "inferred", "unclear"]
Interval = tuple[int | None, int | None]
Test = tuple[str, str, tuple[Interval, ...], frozenset[str]]
"""What a leaf asks: the variable, its kind, the numbers accepted, the codes tested for."""

NUMERIC_OPERATORS: tuple[Operator, ...] = ("is", "in", "at_least", "at_most", "more_than", "less_than", "between")
OPERATORS_BY_KIND: Mapping[str, tuple[Operator, ...]] = {
    "number": NUMERIC_OPERATORS,
    "ratio": NUMERIC_OPERATORS,
    "money": NUMERIC_OPERATORS,
    "boolean": ("is",),
    "choice": ("is", "in"),
    "choice_many": ("contains", "any_of"),
    "place": ("within",),
}
OPERATORS: tuple[Operator, ...] = (*NUMERIC_OPERATORS[:2], "within", *NUMERIC_OPERATORS[2:], "contains", "any_of")
LIST_OPERATORS: frozenset[str] = frozenset({"in", "within", "between", "any_of"})
CERTAINTIES: tuple[Certainty, ...] = ("sourced", "inferred", "unclear")
GROUPS: tuple[str, ...] = ("all", "any", "not", "at_least_n")


class CriterionError(ValueError):
    """A criterion that cannot be read: the code of the fault, its exact path, what was found, what would do."""

    def __init__(self, code: str, path: str, found: object = None, allowed: tuple[str, ...] = ()) -> None:
        self.code, self.path, self.found, self.allowed = code, path, found, allowed
        hint = f" (allowed: {', '.join(allowed)})" if allowed else ""
        super().__init__(f"{path}: {code}: {found!r}{hint}")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test on one variable.

    ``values``: the operand or operands: integers at the variable's scale for numeric kinds, codes for the others.
    ``intervals`` (numeric kinds): the accepted integers as disjoint inclusive intervals, none touching the next, so
    that a range passes whole if and only if it lies within one of them. ``codes`` (other kinds): the codes tested for.
    """

    variable: Variable = field(hash=False)
    operator: Operator
    values: tuple[int, ...] | tuple[str, ...]
    certainty: Certainty = "sourced"
    source: str | None = None
    fr: str | None = None
    en: str | None = None
    path: str = field(default="criteria", compare=False)
    intervals: tuple[Interval, ...] = field(init=False, compare=False, repr=False)
    codes: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        numbers = tuple(value for value in self.values if isinstance(value, int))
        intervals = _intervals(self.operator, numbers) if self.variable.is_numeric else ()
        object.__setattr__(self, "intervals", intervals)
        object.__setattr__(self, "codes", frozenset(value for value in self.values if isinstance(value, str)))

    @property
    def test(self) -> Test:
        """What the leaf asks, whatever its words: two leaves with equal tests always have the same truth."""
        return (self.variable.id, self.variable.kind, self.intervals, self.codes)

    def to_data(self) -> dict[str, Any]:
        """The leaf as plain data, with natural units; what is left at its default is not written."""
        values = [self._plain(value) for value in self.values]
        written: dict[str, Any] = {
            "fact": self.variable.id,
            self.operator: values if self.operator in LIST_OPERATORS else values[0],
        }
        if self.certainty != "sourced":
            written["certainty"] = self.certainty
        words = {"source": self.source, "fr": self.fr, "en": self.en}
        return written | {name: text for name, text in words.items() if text is not None}

    def _plain(self, value: int | str) -> int | float | str | bool:
        if isinstance(value, int):
            natural = self.variable.from_stored(value)
            return int(natural) if natural == natural.to_integral_value() else float(natural)
        return value == TRUE if self.variable.kind == "boolean" else value


@dataclass(frozen=True, slots=True)
class AllOf:
    """True if every part is."""

    of: tuple[Node, ...]
    path: str = field(default="criteria", compare=False)

    def to_data(self) -> dict[str, Any]:
        return {"all": [part.to_data() for part in self.of]}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if one part at least is."""

    of: tuple[Node, ...]
    path: str = field(default="criteria", compare=False)

    def to_data(self) -> dict[str, Any]:
        return {"any": [part.to_data() for part in self.of]}


@dataclass(frozen=True, slots=True)
class Not:
    """True if its part is false."""

    part: Node
    path: str = field(default="criteria", compare=False)

    @property
    def of(self) -> tuple[Node, ...]:
        return (self.part,)

    def to_data(self) -> dict[str, Any]:
        return {"not": self.part.to_data()}


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True if ``n`` parts at least are (1 ≤ n ≤ number of parts)."""

    n: int
    of: tuple[Node, ...]
    path: str = field(default="criteria", compare=False)

    def to_data(self) -> dict[str, Any]:
        return {"at_least_n": {"n": self.n, "of": [part.to_data() for part in self.of]}}


Node = AllOf | AnyOf | Not | AtLeast | Leaf


def leaves_of(node: Node) -> Iterator[Leaf]:
    """Every leaf, in the order written."""
    if isinstance(node, Leaf):
        yield node
        return
    for part in node.of:
        yield from leaves_of(part)


def variables_of(node: Node) -> tuple[str, ...]:
    """The ids of the variables that the tree reads, in order of first appearance, each once."""
    return tuple(dict.fromkeys(leaf.variable.id for leaf in leaves_of(node)))


def _intervals(operator: str, numbers: tuple[int, ...]) -> tuple[Interval, ...]:
    first = numbers[0]
    match operator:
        case "at_least":
            return ((first, None),)
        case "more_than":
            return ((first + 1, None),)
        case "at_most":
            return ((None, first),)
        case "less_than":
            return ((None, first - 1),)
        case "between":
            return ((first, numbers[1]),)
        case _:
            return tuple(_runs(sorted(set(numbers))))


def _runs(ascending: list[int]) -> Iterator[tuple[int, int]]:
    """Consecutive integers joined: 1, 2, 3, 7 → (1, 3), (7, 7)."""
    low = high = ascending[0]
    for number in ascending[1:]:
        if number != high + 1:
            yield low, high
            low = number
        high = number
    yield low, high
