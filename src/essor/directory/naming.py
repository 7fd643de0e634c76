"""What names an organisation in a text, so that a privacy erasure finds it wherever it was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from essor.directory.rules import fold

_NOT_A_DIGIT = re.compile(r"[\s.\-]")
SHORTEST_NUMBER = 9
"""Fewer marks than a business number are found in texts that name nobody."""


@dataclass(frozen=True, slots=True)
class Marks:
    """``names``: folded, of all times. ``key``: of its address. ``numbers``: given by registers, without spaces."""

    key: str
    names: frozenset[str]
    numbers: frozenset[str]

    def are_in(self, text: str) -> bool:
        """As whole words, accents and case apart.

        >>> marks = Marks("ruche", frozenset({"la ruche"}), frozenset({"1142855148"}))
        >>> [marks.are_in(text) for text in ("Liste de LA RUCHE, 2026", "La Ruchette", "NEQ 1142 855 148", "a-ruche-b")]
        [True, False, True, False]
        """
        words = f" {fold(text)} "
        if any(f" {name} " in words for name in self.names):
            return True
        if re.search(rf"(?<![\w-]){re.escape(self.key)}(?![\w-])", text):
            return True
        digits = _NOT_A_DIGIT.sub("", text).upper()
        return any(number in digits for number in self.numbers)

    def are_in_any(self, texts: Iterable[object]) -> bool:
        return any(isinstance(text, str) and self.are_in(text) for text in texts)


def make_marks(*, key: str, names: Iterable[str], numbers: Iterable[str]) -> Marks:
    """``names`` as written; numbers too short to name anybody are left out."""
    kept = (number for number in numbers if len(number) >= SHORTEST_NUMBER)
    return Marks(key, frozenset(filter(None, map(fold, names))), frozenset(kept))


def clean_mapping(mapping: Mapping[str, Any], marks: Marks) -> dict[str, Any]:
    """The mapping of a file without what names the organisation: decisions, words of outcomes, rows left out, words of
    the source."""
    cleaned = dict(mapping)
    if decisions := cleaned.get("decisions"):
        cleaned["decisions"] = {
            said: choice for said, choice in decisions.items() if not marks.are_in_any((said, choice))
        }
    if outcomes := cleaned.get("outcomes"):
        cleaned["outcomes"] = {said: code for said, code in outcomes.items() if not marks.are_in_any((said,))}
    if source := cleaned.get("source"):
        cleaned["source"] = {name: said for name, said in source.items() if not marks.are_in_any((said,))}
    if left_out := cleaned.get("leave_out"):
        cleaned["leave_out"] = [
            {**rule, "values": [value for value in rule.get("values", ()) if not marks.are_in(value)]}
            | ({"reason": ""} if marks.are_in_any((rule.get("reason"),)) else {})
            for rule in left_out
        ]
    return cleaned
