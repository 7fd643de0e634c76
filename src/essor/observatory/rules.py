"""What may be published: days that do not overlap, a seal that says exactly what was defined, names of editions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from essor.directory.rules import fold, is_confidential
from essor.methods.bases import HEADCOUNT, SMALL_CELL
from essor.methods.bases import canonical_json as write_canonical
from essor.methods.criteria import Leaf, Node, PlaceTree, Range, Truth, evaluate, leaves_of
from essor.methods.figures import SIZE_CLASSES

SEALED = (
    "slug", "number", "owner", "label_fr", "label_en", "description_fr", "description_en", "criteria", "jobs_variable",
    "sources", "starts_on", "ends_before",
)  # fmt: skip
"""What the seal of a base version covers: its words count as much as its tree."""

FEWEST_NAMED = SMALL_CELL
"""Enterprises of a part whose names the public may read."""


class ObservatoryError(ValueError):
    """A refusal: ``code`` and ``facts``; :func:`essor.observatory.wording.explain` makes the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Days:
    """The half-open days ``[starts_on, ends_before)``; a None bound is open."""

    starts_on: date | None
    ends_before: date | None

    def overlap(self, other: Days) -> bool:
        """Whether a day belongs to both."""
        return _starts_before_end(self, other) and _starts_before_end(other, self)


def _starts_before_end(first: Days, second: Days) -> bool:
    return first.starts_on is None or second.ends_before is None or first.starts_on < second.ends_before


def find_overlap(days: Days, others: Mapping[int, Days]) -> int | None:
    """The smallest number of a version that covers one of ``days``, or None."""
    return next((number for number, other in sorted(others.items()) if days.overlap(other)), None)


def canonical_json(content: Any) -> str:
    """One text for one content: that of :func:`essor.methods.bases.canonical_json`."""
    return write_canonical(content).decode()


def sha256_of(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def is_decided(figure: Mapping[str, Any]) -> bool:
    """Whether a figure says something: no member beside undecided organisations is ignorance, not zero."""
    return bool(figure["enterprises"]) or not figure["undecided"]


def has_exact_total(figure: Mapping[str, Any]) -> bool:
    """Whether a figure of jobs can be compared, as :func:`essor.methods.bases.has_total` says of a membership."""
    return bool(figure["exact"]) if figure["enterprises"] else not figure["undecided"]


def find_value(figure: Mapping[str, Any]) -> int | None:
    """The stored amount of a figure; None where it is unknown or known as an interval only."""
    value: int | None = figure["value"] if is_decided(figure) else None
    return value


def may_name(count: int, *, is_adviser: bool, is_confidential: bool = False) -> bool:
    """Whether a reader may read who the ``count`` enterprises of a part are: names of one or two would tell their jobs.

    ``is_adviser``: whether the reader advises their territory. ``is_confidential``: whether who belongs depends on
    answers that the public may not read (:func:`list_confidential`): then to be named is to be told something.
    """
    return is_adviser or (count >= FEWEST_NAMED and not is_confidential)


def list_confidential(criteria: Node) -> tuple[str, ...]:
    """The variables of a tree whose answers the public may not read, in the order of the tree, each once.

    The public reads in which size class the jobs of an enterprise are (directory): a condition on them that each class
    decides, such as « at least one », tells nothing more and is left out.
    """
    leaves = [leaf for leaf in leaves_of(criteria) if is_confidential(leaf.variable) and not _is_decided_by_size(leaf)]
    return tuple(dict.fromkeys(leaf.variable.id for leaf in leaves))


def bound_count(known: int, resting: int, *, of: int) -> tuple[int, int]:
    """What may be said of a count that rests in part on confidential answers: (least, most), equal when it is exact.

    ``known``: those whose verdict public answers decide; ``resting``, among ``of``: those that rest on the others. When
    ``resting``, or what is left ``of`` them, is under FEWEST_NAMED, a range is said: neither « one of them » nor « all
    of them » may be read, however many organisations of known verdict are added.

    >>> bound_count(0, 1, of=9), bound_count(30, 1, of=9), bound_count(0, 9, of=9), bound_count(2, 4, of=9)
    ((0, 2), (30, 32), (7, 9), (6, 6))
    """
    if not of:
        return known, known
    if resting < FEWEST_NAMED:
        return known, known + min(of, FEWEST_NAMED - 1)
    if of - resting < FEWEST_NAMED:
        return known + of - FEWEST_NAMED + 1, known + of
    return known + resting, known + resting


def _is_decided_by_size(leaf: Leaf) -> bool:
    return leaf.variable.id == HEADCOUNT and all(
        evaluate(leaf, {HEADCOUNT: Range(least, most)}, places=PlaceTree({})).truth != Truth.UNKNOWN
        for _code, least, most in SIZE_CLASSES
    )


def may_steward(steward: str, *, bodies: Iterable[str], is_administrator: bool) -> bool:
    """Whether someone of these ``bodies`` may draft and publish a base that ``steward`` keeps (empty: nobody's)."""
    return is_administrator or (bool(steward) and fold(steward) in {fold(body) for body in bodies})


def seal_of(definition: Mapping[str, Any]) -> str:
    """The SHA-256 of what a published base version says (the keys of SEALED)."""
    return sha256_of(canonical_json({name: definition[name] for name in SEALED}))


def make_slug(text: str, *, longest: int = 100) -> str:
    """An address in lower case, without accents.

    >>> make_slug("Portrait de l’économie sociale : Les Moulins")
    'portrait-de-l-economie-sociale-les-moulins'
    """
    opened = text.lower().replace("’", "-").replace("œ", "oe").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", opened).encode("ascii", "ignore").decode()
    return re.sub(r"[^0-9a-z]+", "-", plain).strip("-")[:longest].strip("-")


def choose_free_slug(wanted: str, taken: Iterable[str]) -> str:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3``… that nobody took."""
    used = set(taken)
    if wanted not in used:
        return wanted
    number = 2
    while f"{wanted}-{number}" in used:
        number += 1
    return f"{wanted}-{number}"
