"""Lines that have a level each → branches within branches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol


class Levelled(Protocol):
    @property
    def level(self) -> int: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Branch:
    text: str
    below: list[Branch] = field(default_factory=list)


def nest(lines: Iterable[Levelled]) -> list[Branch]:
    """Each line under the nearest one before it of a lower level, in the order given."""
    roots: list[Branch] = []
    above: list[tuple[int, Branch]] = []
    for line in lines:
        branch = Branch(line.text)
        while above and above[-1][0] >= line.level:
            above.pop()
        (above[-1][1].below if above else roots).append(branch)
        above.append((line.level, branch))
    return roots
