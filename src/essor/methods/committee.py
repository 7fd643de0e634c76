"""A committee decides: who must withdraw from a file, what its votes say, how far its members stand apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal

FOR, AGAINST, ABSTAIN = "for", "against", "abstain"
CHOICES = (FOR, AGAINST, ABSTAIN)
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
POSTPONED: Final = "postponed"
POINTS = range(1, 6)
Result = Literal["accepted", "refused", "postponed"]


class CommitteeError(ValueError):
    """A refusal: ``code`` (``no-quorum``, ``recused-voted``, ``stranger-voted``, ``points-unknown``) and ``facts``."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class HeldInterest:
    """``member`` has an interest in ``subject`` (a file, an organisation), of a ``kind``, from a day to another, which
    is not of it; None: still."""

    member: int
    kind: str
    subject: str
    starts_on: date
    ends_before: date | None = None

    def touches(self, first: date, last: date) -> bool:
        """Whether it holds on any of these days, both included."""
        return self.starts_on <= last and (self.ends_before is None or first < self.ends_before)


def find_recusals(
    interests: Iterable[HeldInterest], *, subjects: Collection[str], first: date, last: date
) -> dict[int, list[HeldInterest]]:
    """Who must withdraw from a file whose ``subjects`` are the file itself and the organisation that it is of, and why:
    whoever has an interest in it on any day from ``first``, when it was called, to ``last``.

    >>> seat = HeldInterest(7, "seat", "organisation:3", date(2020, 1, 1), date(2022, 1, 1))
    >>> years = [(2018, 2019), (2019, 2020), (2021, 2023), (2022, 2023)]
    >>> [bool(find_recusals([seat], subjects=["organisation:3"], first=date(first, 1, 1), last=date(last, 1, 1)))
    ...  for first, last in years]
    [False, True, True, False]
    """
    found: dict[int, list[HeldInterest]] = {}
    for one in interests:
        if one.subject in subjects and one.touches(first, last):
            found.setdefault(one.member, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class Tally:
    """Members by what they said of a file: each is in one list, and in one only."""

    said_for: tuple[int, ...]
    said_against: tuple[int, ...]
    abstained: tuple[int, ...]
    silent: tuple[int, ...]
    recused: tuple[int, ...]
    quorum: int

    @property
    def present(self) -> int:
        return len(self.said_for) + len(self.said_against) + len(self.abstained)

    @property
    def has_quorum(self) -> bool:
        return self.present >= self.quorum

    @property
    def result(self) -> Result:
        """By the majority of those for and against; even, it is put off. Raises CommitteeError ``no-quorum``."""
        if not self.has_quorum:
            raise CommitteeError("no-quorum", present=self.present, quorum=self.quorum)
        margin = len(self.said_for) - len(self.said_against)
        return ACCEPTED if margin > 0 else REFUSED if margin < 0 else POSTPONED


def count_votes(votes: Mapping[int, str], *, members: Collection[int], recused: Collection[int], quorum: int) -> Tally:
    """Raises CommitteeError: ``recused-voted``, ``stranger-voted``.

    >>> count_votes({1: "for", 2: "against", 3: "for"}, members=[1, 2, 3, 4], recused=[4], quorum=3).result
    'accepted'
    """
    if wrong := sorted(set(votes) & set(recused)):
        raise CommitteeError("recused-voted", member=wrong[0])
    if wrong := sorted(set(votes) - set(members)):
        raise CommitteeError("stranger-voted", member=wrong[0])

    def said(choice: str) -> tuple[int, ...]:
        return tuple(member for member in members if votes.get(member) == choice)

    out = tuple(member for member in members if member in recused)
    silent = tuple(member for member in members if member not in votes and member not in recused)
    return Tally(said(FOR), said(AGAINST), said(ABSTAIN), silent, out, quorum)


@dataclass(frozen=True, slots=True)
class Weighed:
    """``by_member``: the weighted mean of each whose sheet is whole, from 1 to 5; ``mean``: theirs, None where no sheet
    is; ``spread``: the widest gap between two of them; ``by_criterion``: the mean and the spread of each
    criterion, of all who scored it, None where nobody did."""

    by_member: Mapping[int, Fraction]
    mean: Fraction | None
    spread: Fraction | None
    by_criterion: Mapping[str, tuple[Fraction, int] | None]


def weigh_scores(scores: Mapping[int, Mapping[str, int]], *, weights: Mapping[str, int]) -> Weighed:
    """``scores``: member → criterion → points, 1 to 5; a criterion not scored is not known, and is never a zero: a
    sheet that lacks one has no total. Raises CommitteeError ``points-unknown``.

    >>> sheets = {1: {"a": 5, "b": 1}, 2: {"a": 3, "b": 3}, 3: {"a": 1}}
    >>> found = weigh_scores(sheets, weights={"a": 3, "b": 1})
    >>> found.mean, found.spread, found.by_criterion["a"]
    (Fraction(7, 2), Fraction(1, 1), (Fraction(3, 1), 4))
    """
    for sheet in scores.values():
        for criterion, points in sheet.items():
            if points not in POINTS or criterion not in weights:
                raise CommitteeError("points-unknown", criterion=criterion, points=points)
    total = sum(weights.values())
    by_member = {
        member: Fraction(sum(weights[name] * sheet[name] for name in weights), total)
        for member, sheet in scores.items()
        if total and set(sheet) == set(weights)
    }
    values = list(by_member.values())
    return Weighed(
        by_member,
        sum(values, Fraction(0)) / len(values) if values else None,
        max(values) - min(values) if values else None,
        {name: _spread([sheet[name] for sheet in scores.values() if name in sheet]) for name in weights},
    )


def _spread(points: list[int]) -> tuple[Fraction, int] | None:
    return (Fraction(sum(points), len(points)), max(points) - min(points)) if points else None
