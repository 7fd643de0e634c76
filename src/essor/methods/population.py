"""Many profiles at once, as columns: what criteria are evaluated on and figures are summed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class NumericColumn:
    """A numeric variable for n organisations: integers at the variable's scale.

    ``low``, ``high``: int64, shape (n,); ``has_low``, ``has_high``: bool, shape (n,). Exact when both and equal;
    a band otherwise; one side absent: open-ended; both absent: unknown (the int64 entry is then meaningless).
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    has_low: NDArray[np.bool_]
    has_high: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """A coded variable for n organisations: ``index`` int32, shape (n,), into ``categories``; -1 is unknown.

    Each category is the ``codes`` text of an observation (see :class:`essor.methods.facts.Observation`).
    """

    index: NDArray[np.int32]
    categories: tuple[str, ...]


Column = NumericColumn | CodedColumn


@dataclass(frozen=True, slots=True)
class Population:
    """n profiles at one (T, K). ``organisations``: int64, shape (n,), ascending, unique. Absent columns: unknown."""

    organisations: NDArray[np.int64]
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return int(self.organisations.shape[0])

    def select(self, rows: NDArray[np.bool_]) -> Population:
        """The profiles chosen by ``rows`` (bool, shape (n,)), in the same order."""
        columns = {name: _select(column, rows) for name, column in self.columns.items()}
        return Population(np.ascontiguousarray(self.organisations[rows]), columns)


def _select(column: Column, rows: NDArray[np.bool_]) -> Column:
    if isinstance(column, CodedColumn):
        return CodedColumn(column.index[rows], column.categories)
    return NumericColumn(*(getattr(column, field.name)[rows] for field in fields(NumericColumn)))
