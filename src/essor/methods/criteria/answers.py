"""What is known of one variable of one organisation: a value, a range, one of several, or an exact set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from essor.methods.facts import Observation
from essor.methods.variables import FALSE, TRUE, Variable

SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Exact:
    """One value: an integer at the variable's scale, or a code (``true`` and ``false`` for a boolean)."""

    value: int | str


@dataclass(frozen=True, slots=True)
class Range:
    """A number between ``low`` and ``high``, inclusive, at the variable's scale; None: no bound on that side.

    ``Range(None, None)`` says nothing: it is unknown, for a variable of any kind.
    """

    low: int | None
    high: int | None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"range-reversed: {self.low} > {self.high}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these values, not known which. Never empty."""

    values: frozenset[int | str]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("one-of-nothing: an answer needs a possible value")


@dataclass(frozen=True, slots=True)
class Many:
    """Exactly these codes, all of them and no other (a ``choice_many`` variable). May be empty."""

    values: frozenset[str]


Answer = Exact | Range | OneOf | Many
NOTHING = Range(None, None)


def answer_of(observation: Observation, variable: Variable) -> Answer:
    """What an observation says of its variable, as an answer; :data:`NOTHING` where it says nothing.

    >>> from essor.methods.variables import Variable
    >>> answer_of_codes("coop|npo", Variable("form", "choice", "Forme", "Form")) == OneOf(frozenset({"coop", "npo"}))
    True
    """
    if variable.is_numeric:
        if observation.low is not None and observation.low == observation.high:
            return Exact(observation.low)
        return Range(observation.low, observation.high)
    return answer_of_codes(observation.codes, variable)


def answer_of_codes(codes: str | None, variable: Variable) -> Answer:
    """The answer written in the ``codes`` of an :class:`essor.methods.facts.Observation` (sorted, joined by ``|``)."""
    if codes is None:
        return NOTHING
    if variable.kind == "choice_many":
        return Many(frozenset(codes.split(SEPARATOR)) if codes else frozenset())
    if not codes:
        return NOTHING
    found = codes.split(SEPARATOR)
    return Exact(found[0]) if len(found) == 1 else OneOf(frozenset(found))


def answers_of(profile: Mapping[str, Observation], variables: Mapping[str, Variable]) -> dict[str, Answer]:
    """A profile (see :func:`essor.methods.facts.profile`) → answers; variables not described are left out."""
    return {name: answer_of(found, variables[name]) for name, found in profile.items() if name in variables}


def codes_text(codes: Iterable[str]) -> str:
    """The text that stands for several codes in a column: sorted, joined by ``|``.

    >>> codes_text({"npo", "coop"})
    'coop|npo'
    """
    return SEPARATOR.join(sorted(codes))


def code_of(value: int | str) -> str:
    """A value of a coded answer as its code; Python's True and False are read as ``true`` and ``false``."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, str):
        return value
    raise TypeError(f"a code was expected, not the number {value!r}")
