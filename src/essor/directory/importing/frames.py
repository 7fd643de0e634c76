"""The columns that the frames of an import share."""

from __future__ import annotations

from typing import Any

import polars as pl

from essor.directory.rules import TRUST_BY_STATUS
from essor.knowledge import load_variables

INSTANT = pl.Datetime("us", "UTC")
VARIABLE = pl.Enum(sorted(load_variables()))
STATUS = pl.Enum(list(TRUST_BY_STATUS))
STATEMENT: dict[str, Any] = {
    "line": pl.Int64, "variable": VARIABLE, "starts_on": pl.Date, "low": pl.Int64, "high": pl.Int64,
    "codes": pl.String,
}  # fmt: skip
IDENTIFIER: dict[str, Any] = {
    "line": pl.Int64, "scheme": pl.String, "issuer": pl.String, "value": pl.String, "is_doubtful": pl.Boolean,
}  # fmt: skip
EVENT: dict[str, Any] = {"group": pl.Int64, "kind": pl.String, "day": pl.Date, "known": INSTANT, "line": pl.Int64}
