"""What a verdict means for people: yes, maybe or no, the conditions that decide it in words, and whether one may apply.

A yes is « eligible on paper »: what is left to judgement is listed beside it and never evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from essor.methods.criteria.answers import Answer
from essor.methods.criteria.checking import Period, find_gaps
from essor.methods.criteria.evaluation import Reason, Truth, Verdict, group_truth
from essor.methods.criteria.nodes import AllOf, AnyOf, AtLeast, Certainty, Leaf, Node, Not
from essor.methods.criteria.words import Pair, describe_sentence
from essor.methods.variables import Variable

State = Literal["met", "failed", "missing"]
Status = Literal["open", "closed", "unknown"]
WindowState = Literal["open", "closed", "not_yet", "unknown"]

ANSWERS: Mapping[Truth, Literal["yes", "maybe", "no"]] = {Truth.YES: "yes", Truth.UNKNOWN: "maybe", Truth.NO: "no"}
STATES: Mapping[Truth, State] = {Truth.YES: "met", Truth.UNKNOWN: "missing", Truth.NO: "failed"}
ANSWER_WORDS: Mapping[str, Pair] = {
    "yes": ("admissible sur papier", "eligible on paper"),
    "maybe": ("à préciser", "to be completed"),
    "no": ("non admissible", "not eligible"),
    "probably_no": ("probablement non, à vérifier", "probably not, to be checked"),
}
WINDOW_WORDS: Mapping[str, Pair] = {
    "open": ("ouvert", "open"),
    "closed": ("fermé", "closed"),
    "not_yet": ("pas encore ouvert", "not open yet"),
    "unknown": ("vérifier si ouvert", "check whether it is open"),
    "closed_between": ("fermé entre {0} et {1}", "closed between {0} and {1}"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One leaf that decides: what it requires, in both languages, and how it stands.

    ``state``: ``met``, ``failed`` or ``missing``. ``answer``: what was seen (None: nothing). ``is_refused``: the leaf
    stands under a « not », and the words say so. ``certainty``, ``source``: those of the rule, not of the answer.
    """

    path: str
    variable: Variable
    state: State
    answer: Answer | None
    is_refused: bool
    certainty: Certainty
    source: str | None
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is still wanted, all of it together: one leaf, or several of which one way is enough (« a or b »).

    ``variables``: what it asks of; ``sources``: those of its leaves, each once.
    """

    state: State
    variables: tuple[str, ...]
    sources: tuple[str, ...]
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Window:
    """Whether one may apply on a day. ``version``: position of the version in force, None where there is none.

    ``closed_between``: the gap between two versions that the day lies in, else None.
    """

    state: WindowState
    version: int | None = None
    closed_between: Period | None = None

    def words(self, language: str, *, say_date: Callable[[date], str] = date.isoformat) -> str:
        """In ``fr`` or ``en`` (anything that does not start with ``en`` is French)."""
        side = _side(language)
        gap = self.closed_between
        if gap is None or gap.starts_on is None or gap.ends_before is None:
            return WINDOW_WORDS[self.state][side]
        return WINDOW_WORDS["closed_between"][side].format(say_date(gap.starts_on), say_date(gap.ends_before))


@dataclass(frozen=True, slots=True)
class Outcome:
    """``answer``: yes, maybe or no. ``conditions``: the leaves that decide it, in the order of the tree: those that
    fail, those that are missing, or those that carry a yes. ``requirements``: the same with what joins them.

    ``probably_no``: the conditions read in a source do not suffice for the no. ``is_by_cases``: the conditions listed
    are unknown, but every case of theirs gives this answer. ``judgement``, ``window``: as given.
    """

    answer: Literal["yes", "maybe", "no"]
    conditions: tuple[Condition, ...]
    requirements: tuple[Requirement, ...] = ()
    probably_no: bool = False
    is_by_cases: bool = False
    judgement: tuple[Mapping[str, str], ...] = ()
    window: Window | None = None

    def words(self, language: str) -> str:
        """The answer in ``fr`` or ``en`` (anything that does not start with ``en`` is French)."""
        return ANSWER_WORDS["probably_no" if self.probably_no else self.answer][_side(language)]


def outcome_of(
    verdict: Verdict,
    *,
    by_cases: Truth = Truth.UNKNOWN,
    judgement: Sequence[Mapping[str, str]] = (),
    window: Window | None = None,
    variables: Mapping[str, Variable] | None = None,
    place_names: Mapping[str, str] | None = None,
) -> Outcome:
    """What a verdict means. ``by_cases``: of :func:`essor.methods.criteria.settle_by_cases`, heard where the verdict is
    unknown. ``variables``, ``place_names``: as in :func:`essor.methods.criteria.describe`.

    A no is only probable where it would become unknown if the leaves that are not ``sourced`` were unknown: in a plain
    list of conditions, where all those that fail are inferred or unclear.
    """
    is_by_cases = verdict.truth == Truth.UNKNOWN and by_cases != Truth.UNKNOWN
    truth = by_cases if is_by_cases else verdict.truth
    state = STATES[verdict.truth]
    conditions = tuple(
        _condition(leaf, reason, is_refused, state, variables, place_names)
        for leaf, reason, is_refused in _decisive(verdict.reasons, is_refused=False)
    )
    if is_by_cases:
        is_doubtful = any(condition.certainty != "sourced" for condition in conditions)
    else:
        is_doubtful = _truth_from_sources(verdict.reasons) != Truth.NO
    return Outcome(
        answer=ANSWERS[truth],
        conditions=conditions,
        requirements=tuple(
            _require(node, state, variables, place_names) for node in _list_required(verdict.reasons, is_refused=False)
        ),
        probably_no=truth == Truth.NO and is_doubtful,
        is_by_cases=is_by_cases,
        judgement=tuple(judgement),
        window=window,
    )


def _decisive(reason: Reason, *, is_refused: bool) -> Iterator[tuple[Leaf, Reason, bool]]:
    """The leaves of ``Reason.decisive``, each with whether it stands under an odd number of « not »."""
    if isinstance(reason.node, Leaf):
        yield reason.node, reason, is_refused
        return
    flips = isinstance(reason.node, Not)
    wanted = Truth(-reason.truth) if flips else reason.truth
    for part in reason.parts:
        if part.truth == wanted:
            yield from _decisive(part, is_refused=is_refused != flips)


def _list_required(reason: Reason, *, is_refused: bool) -> Iterator[Node]:
    """What decides, as criteria that must all be met: an alternative stays one, without the parts that are settled."""
    node = reason.node
    if isinstance(node, Leaf):
        yield Not(node) if is_refused else node
        return
    if isinstance(node, Not):
        yield from _list_required(reason.parts[0], is_refused=not is_refused)
        return
    if isinstance(node, AtLeast):
        yield Not(node) if is_refused else _lessen(node, reason)
        return
    deciding = [part for part in reason.parts if part.truth == reason.truth]
    if isinstance(node, AnyOf if is_refused else AllOf):
        for part in deciding:
            yield from _list_required(part, is_refused=is_refused)
        return
    ways = [_join(tuple(_list_required(part, is_refused=is_refused))) for part in deciding]
    yield ways[0] if len(ways) == 1 else AnyOf(tuple(ways), node.path)


def _lessen(node: AtLeast, reason: Reason) -> Node:
    """Less those of its parts that are met already."""
    left = tuple(part.node for part in reason.parts if part.truth != Truth.YES)
    wanted = node.n - (len(node.of) - len(left))
    return AtLeast(wanted, left, node.path) if 0 < wanted <= len(left) else node


def _join(parts: tuple[Node, ...]) -> Node:
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _require(
    node: Node, state: State, variables: Mapping[str, Variable] | None, place_names: Mapping[str, str] | None
) -> Requirement:
    french, english = (
        describe_sentence(node, language=language, variables=variables, place_names=place_names)
        for language in ("fr", "en")
    )
    leaves = list(_list_leaves(node))
    return Requirement(
        state=state,
        variables=tuple(dict.fromkeys(leaf.variable.id for leaf in leaves)),
        sources=tuple(dict.fromkeys(leaf.source for leaf in leaves if leaf.source)),
        fr=french,
        en=english,
    )


def _list_leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    for part in node.of:
        yield from _list_leaves(part)


def _condition(
    leaf: Leaf,
    reason: Reason,
    is_refused: bool,
    state: State,
    variables: Mapping[str, Variable] | None,
    place_names: Mapping[str, str] | None,
) -> Condition:
    required = Not(leaf) if is_refused else leaf
    french, english = (
        describe_sentence(required, language=language, variables=variables, place_names=place_names)
        for language in ("fr", "en")
    )
    return Condition(
        path=leaf.path,
        variable=leaf.variable,
        state=state,
        answer=reason.answer,
        is_refused=is_refused,
        certainty=leaf.certainty,
        source=leaf.source,
        fr=french,
        en=english,
    )


def _truth_from_sources(reason: Reason) -> Truth:
    """The truth if every leaf that is not ``sourced`` were unknown."""
    if isinstance(reason.node, Leaf):
        return reason.truth if reason.node.certainty == "sourced" else Truth.UNKNOWN
    return group_truth(reason.node, [_truth_from_sources(part) for part in reason.parts])


@dataclass(frozen=True, slots=True)
class Version:
    """One dated version of a set of criteria. ``status``: what its page said when it was read, on ``read_on``."""

    period: Period
    status: Status
    read_on: date | None = None


def window_of(version: Version, day: date) -> WindowState:
    """Whether one may apply under a version on a day: its dates first, then what its page said.

    Outside known dates: ``not_yet`` or ``closed``. Within: read as open, ``open``; read as unknown, ``open`` only where
    both dates are known; read as closed, ``closed``, unless its end was past when it was read (with no ``read_on``, it
    is taken so): it was then open until its end if its start is known; or unless the day is before the reading.

    >>> spring = Period(date(2024, 5, 1), date(2024, 8, 31))
    >>> [window_of(Version(spring, "closed"), date(2024, month, 1)) for month in (4, 6, 9)]
    ['not_yet', 'open', 'closed']
    """
    period = version.period
    if period.is_after(day):
        return "not_yet"
    if period.is_before(day):
        return "closed"
    if version.status == "closed":
        return _closed_within(version, day)
    is_bounded = period.starts_on is not None and period.ends_before is not None
    return "open" if version.status == "open" or is_bounded else "unknown"


def _closed_within(version: Version, day: date) -> WindowState:
    ends_before, read_on = version.period.ends_before, version.read_on
    if ends_before is not None and (read_on is None or ends_before <= read_on):
        return "open" if version.period.starts_on is not None else "unknown"
    return "unknown" if read_on is not None and day < read_on else "closed"


def window_on(versions: Sequence[Version], day: date) -> Window:
    """Whether one may apply on a day, under the versions of one set of criteria, in any order.

    Where several hold the day (they should not), the one that starts last speaks. A gap reads « closed between ».

    >>> versions = [Version(Period(date(2024, 5, 1), date(2024, 10, 4)), "closed"),
    ...             Version(Period(date(2025, 1, 1), None), "open")]
    >>> window_on(versions, date(2024, 12, 1)).words("en")
    'closed between 2024-10-04 and 2025-01-01'
    """
    holding = [place for place, version in enumerate(versions) if version.period.holds(day)]
    if holding:
        latest = max(holding, key=lambda place: (versions[place].period.starts_on or date.min, place))
        return Window(window_of(versions[latest], day), latest)
    if not versions:
        return Window("unknown")
    if all(version.period.is_after(day) for version in versions):
        return Window("not_yet")
    gaps = find_gaps([version.period for version in versions])
    return Window("closed", closed_between=next((gap for gap in gaps if gap.holds(day)), None))


def _side(language: str) -> int:
    return 1 if language.lower().startswith("en") else 0
