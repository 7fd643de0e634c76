"""Programmes with their rules parsed, a profile read from plain data, and the verdict of each programme on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from essor.knowledge.aids import AidDefinition
from essor.knowledge.questions import QuestionDefinition
from essor.methods.criteria import (
    Answer,
    Change,
    Exact,
    Leaf,
    Many,
    Node,
    OneOf,
    Outcome,
    Places,
    Range,
    TooManyCases,
    Version,
    Window,
    evaluate,
    nearest_change,
    outcome_of,
    settle_by_cases,
    window_on,
)
from essor.methods.variables import FALSE, TRUE, ValueRefused, Variable

PLACE = "territory"
"""The question that says where an enterprise is."""
GROUPS = ("yes", "judge", "maybe", "no")
RANGE_KEYS = ("at_least", "at_most")
MOST_DIGITS = 12
"""No answer counts more than thousands of billions."""


PAGES = frozenset({"ajouter", "brouillons", "flou", "integrer", "propositions"})
"""Words of addresses of the catalogue's own pages: no programme may bear one."""


class AidError(ValueError):
    """A refusal: ``code`` and ``facts``; :func:`essor.aid.wording.explain` makes the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class RuledVersion:
    """One dated set of rules of a programme, parsed. ``number`` counts from 1 in the order of the programme."""

    number: int
    version: Version
    criteria: Node


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme of aid. ``versions``: in the order written, their periods apart from one another.

    ``revision``: the number under which the catalogue published it; None: it was read from a file.
    """

    definition: AidDefinition
    versions: tuple[RuledVersion, ...]
    revision: int | None = None

    @property
    def slug(self) -> str:
        return self.definition.id

    def window(self, on: date) -> Window:
        return window_on([ruled.version for ruled in self.versions], on)

    def rules_on(self, on: date, window: Window) -> RuledVersion:
        """The rules that answer for a day: in force, else the last that ended before it, else the next to come."""
        if window.version is not None:
            return self.versions[window.version]
        ended = [ruled for ruled in self.versions if ruled.version.period.is_before(on)]
        if ended:
            return max(ended, key=lambda ruled: ruled.version.period.ends_before or date.min)
        return min(self.versions, key=lambda ruled: ruled.version.period.starts_on or date.min)


@dataclass(frozen=True, slots=True)
class Found:
    """What one programme answers to a profile on a day. ``missing``: questions that can still change the verdict.

    ``nearest``: for a no, the fewest answers that would make it a yes (None where nothing that may change would do);
    ``assumed``: what was not asked, being private, and must be so for that, as criteria.
    """

    programme: Programme
    ruled: RuledVersion
    window: Window
    outcome: Outcome
    missing: tuple[str, ...]
    nearest: Change | None
    assumed: tuple[Leaf, ...] = ()

    @property
    def group(self) -> str:
        """One of :data:`GROUPS`; ``judge``: nothing written is against it, and a person must judge the rest."""
        return "judge" if self.outcome.answer == "yes" and self.outcome.judgement else self.outcome.answer


def find_aids(
    programmes: Iterable[Programme],
    profile: Mapping[str, Answer],
    *,
    on: date,
    places: Places,
    questionnaire: Questionnaire,
    place_names: Mapping[str, str] | None = None,
    with_nearest: bool = True,
) -> tuple[Found, ...]:
    """The verdict of every programme, in the order given. ``places``: those of day ``on``. ``with_nearest``: what would
    turn each no is sought too."""
    found = []
    for programme in programmes:
        window = programme.window(on)
        ruled = programme.rules_on(on, window)
        verdict = evaluate(ruled.criteria, profile, places=places)
        outcome = outcome_of(
            verdict,
            by_cases=settle_by_cases(ruled.criteria, profile, places=places),
            judgement=[{"fr": words.fr, "en": words.en} for words in programme.definition.judgement],
            window=window,
            variables=questionnaire.variables,
            place_names=place_names,
        )
        is_sought = with_nearest and outcome.answer == "no"
        nearest, assumed = (
            questionnaire.find_nearest(ruled.criteria, profile, places=places) if is_sought else (None, ())
        )
        missing = verdict.missing if outcome.answer == "maybe" else ()
        found.append(Found(programme, ruled, window, outcome, missing, nearest, assumed))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The questions by id and how answers to them are read. ``place_codes``: other names of places → official codes."""

    questions: Mapping[str, QuestionDefinition]
    variables: Mapping[str, Variable]
    place_codes: Mapping[str, Sequence[str]]
    known_places: frozenset[str]

    def read_profile(self, said: Mapping[str, Any]) -> dict[str, Answer]:
        """Plain data (a value, a range ``{"at_least": …, "at_most": …}`` or a list) → answers; null is unknown.

        A question is named by its id, or by the directory variable that answers it. Raises :class:`AidError`:
        ``question-unknown``, ``answer-refused`` (with ``question``, ``value``, ``allowed``), ``place-unknown``.
        """
        by_variable = {item.variable: name for name, item in self.questions.items() if item.variable}
        answers: dict[str, Answer] = {}
        for name, value in said.items():
            question = name if name in self.questions else by_variable.get(name, name)
            if question not in self.questions:
                raise AidError("question-unknown", question=name, allowed=tuple(self.questions))
            if value is not None:
                answers[question] = self.read_answer(question, value)
        return answers

    def find_nearest(
        self, criteria: Node, profile: Mapping[str, Answer], *, places: Places
    ) -> tuple[Change | None, tuple[Leaf, ...]]:
        """The fewest answers that would make a yes: never a fact that cannot be had, or should not be asked for; and
        what is then assumed of what is not asked.

        None where nothing of the kind would do, or where the search had to be stopped.
        """
        assumed = tuple(
            Leaf(self.variables[name], "is", (code,))
            for name, item in self.questions.items()
            if item.sensitive and name not in profile and self.variables[name].kind == "boolean"
            for code in (FALSE, TRUE)
        )
        for leaves in ((), *((leaf,) for leaf in assumed)):
            told = dict(profile) | {leaf.variable.id: Exact(leaf.values[0]) for leaf in leaves}
            if change := self._find_change(criteria, told, places=places):
                return change, leaves
        return None, ()

    def _find_change(self, criteria: Node, profile: Mapping[str, Answer], *, places: Places) -> Change | None:
        questions = self.questions.items()
        try:
            return nearest_change(
                criteria,
                profile,
                places=places,
                protected=[name for name, item in questions if item.sensitive],
                fixed=[name for name, item in questions if item.change == "fixed"],
                directions={name: "up" for name, item in questions if item.change == "up"},
                effort={name: item.effort for name, item in questions},
            )
        except TooManyCases:
            return None

    def read_answer(self, question: str, value: Any) -> Answer:
        variable = self.variables[question]
        try:
            if variable.is_numeric:
                return _read_number(variable, value)
            if variable.kind == "choice_many":
                return Many(frozenset(_read_code(variable, item) for item in _listed(value)))
            codes = frozenset(code for item in _listed(value) for code in self._read_codes(question, item))
        except ValueRefused as refused:
            raise AidError("answer-refused", question=question, value=value, allowed=refused.allowed) from None
        if not codes:
            raise AidError("answer-refused", question=question, value=value, allowed=variable.values)
        return Exact(next(iter(codes))) if len(codes) == 1 else OneOf(frozenset[int | str](codes))

    def _read_codes(self, question: str, item: Any) -> Iterable[str]:
        undecided = self.questions[question].undecided
        if undecided is not None and item == undecided.code:
            return undecided.means
        if self.variables[question].kind != "place":
            return (_read_code(self.variables[question], item),)
        codes = self.place_codes.get(str(item), (str(item),))
        if any(code not in self.known_places for code in codes):
            raise AidError("place-unknown", question=question, value=item)
        return codes


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _read_code(variable: Variable, item: Any) -> str:
    code = (TRUE if item else FALSE) if isinstance(item, bool) else item
    if not isinstance(code, str) or code not in variable.values:
        raise ValueRefused("not-a-choice", value=item, allowed=variable.values)
    return code


def _read_number(variable: Variable, value: Any) -> Answer:
    """A number finer than the variable's decimals is read as the range that holds it."""
    if isinstance(value, Mapping):
        if not value or not set(value) <= set(RANGE_KEYS):
            raise ValueRefused("not-a-range", value=value, allowed=RANGE_KEYS)
        low, high = (_to_stored(variable, value.get(key)) for key in RANGE_KEYS)
        bounds = (low[0] if low else None, high[1] if high else None)
    elif isinstance(value, list | tuple):
        exact = [_to_stored(variable, item) for item in value]
        if not exact or any(item is None or item[0] != item[1] for item in exact):
            raise ValueRefused("not-a-number", value=value)
        return OneOf(frozenset(item[0] for item in exact if item))
    else:
        found = _to_stored(variable, value)
        bounds = found if found is not None else (None, None)
    if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
        raise ValueRefused("range-reversed", value=value)
    return Exact(bounds[0]) if bounds[0] is not None and bounds[0] == bounds[1] else Range(*bounds)


def _to_stored(variable: Variable, value: Any) -> tuple[int, int] | None:
    """The stored integers just below and above a number in natural units, equal when it is exact."""
    if value is None:
        return None
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        raise ValueRefused("not-a-number", value=value) from None
    if not number.is_finite() or number.adjusted() > MOST_DIGITS:
        raise ValueRefused("not-a-number" if not number.is_finite() else "too-large", value=value)
    unit = Decimal(1).scaleb(-variable.scale)
    below, above = (number.quantize(unit, rounding=side) for side in (ROUND_FLOOR, ROUND_CEILING))
    return variable.to_stored(below), variable.to_stored(above)
