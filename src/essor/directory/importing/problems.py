"""What is wrong in a file, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]
MAX_KEPT = 20_000
"""Beyond this many problems the file is wrong as a whole: they are counted, not listed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """``line``: the row, as a spreadsheet numbers it (0: the whole file). ``code`` and ``facts`` make the sentence."""

    line: int
    column: str
    value: str
    code: str
    severity: Severity
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Problems:
    """Those kept, and how many there are."""

    kept: list[Problem] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0

    def add(self, problem: Problem) -> None:
        if problem.severity == "error":
            self.errors += 1
        else:
            self.warnings += 1
        if len(self.kept) < MAX_KEPT:
            self.kept.append(problem)

    def add_all(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)

    def in_order(self) -> list[Problem]:
        """Errors first, then by line and column."""
        return sorted(self.kept, key=lambda problem: (problem.severity != "error", problem.line, problem.column))
