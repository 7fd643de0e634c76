"""The criteria builder: what a person has put together on the page ↔ the criteria tree.

A builder is one level of groups over rows: « all of these groups », each group being all, one, at least n or none of
its rows. A tree that is deeper is edited as text. Nothing here judges the tree: ``methods.criteria.parse`` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from essor.methods.criteria import LIST_OPERATORS, OPERATORS
from essor.methods.variables import Variable

MODES = ("all", "any", "at_least_n", "not")
MOST_GROUPS, MOST_ROWS = 12, 20
KEPT_WORDS = ("certainty", "source", "fr", "en")


class Posted(Protocol):
    """What a submitted form offers (Django's QueryDict)."""

    def getlist(self, key: str) -> list[str]: ...
    def __contains__(self, key: object) -> bool: ...


@dataclass(frozen=True, slots=True)
class BuilderRow:
    """One condition as typed. ``words``: what the leaf says of itself (source, certainty), kept as it came."""

    fact: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.fact

    @property
    def words_text(self) -> str:
        return json.dumps(dict(self.words), ensure_ascii=False) if self.words else ""


@dataclass(frozen=True, slots=True)
class BuilderGroup:
    mode: str = "all"
    n: int = 1
    rows: tuple[BuilderRow, ...] = (BuilderRow(),)


@dataclass(frozen=True, slots=True)
class Builder:
    mode: str = "all"
    n: int = 1
    groups: tuple[BuilderGroup, ...] = (BuilderGroup(),)

    def to_tree(self, variables: Mapping[str, Variable]) -> dict[str, Any]:
        """The tree that the rows say; empty rows are left out, a group of one « all » row is that row."""
        groups = [_group_tree(group, variables) for group in self.groups]
        return _join(self.mode, self.n, [group for group in groups if group is not None]) or {"all": []}

    def apply(self, do: str) -> Builder:
        """One press of a button: ``add-group``, ``add-row-<g>``, ``remove-row-<g>-<r>``, ``remove-group-<g>``."""
        word, _, place = do.rpartition("-")
        groups = list(self.groups)
        if do == "add-group" and len(groups) < MOST_GROUPS:
            groups.append(BuilderGroup())
        elif word == "add-row" and (group := _at(groups, place)) is not None and len(group.rows) < MOST_ROWS:
            groups[int(place)] = replace(group, rows=(*group.rows, BuilderRow()))
        elif word == "remove-group" and _at(groups, place) is not None:
            del groups[int(place)]
        elif found := re.fullmatch(r"remove-row-(\d+)-(\d+)", do):
            g, r = int(found[1]), int(found[2])
            if (group := _at(groups, found[1])) is not None and r < len(group.rows):
                groups[g] = replace(group, rows=group.rows[:r] + group.rows[r + 1 :])
        return replace(self, groups=tuple(groups))


def read_builder(posted: Posted) -> Builder:
    """What the form says, as it was typed; counts are bounded whatever is sent."""
    groups = []
    for g in range(MOST_GROUPS):
        if f"g{g}-mode" not in posted:
            break
        rows = [_read_row(posted, f"g{g}r{r}") for r in range(MOST_ROWS) if f"g{g}r{r}-fact" in posted]
        groups.append(BuilderGroup(_mode(posted, f"g{g}"), _count(posted, f"g{g}"), tuple(rows)))
    return Builder(_mode(posted, "top"), _count(posted, "top"), tuple(groups) or (BuilderGroup(),))


def open_builder(tree: Mapping[str, Any]) -> Builder | None:
    """The builder that says the same as ``tree``, or None where the tree is too deep for rows."""
    mode, n, parts = _open_group(tree) or ("all", 1, [tree])
    groups: list[BuilderGroup] = []
    plain: list[BuilderRow] = []
    for part in parts:
        row = _open_row(part)
        if row is not None:
            plain.append(row)
            continue
        opened = _open_group(part)
        rows = [_open_row(leaf) for leaf in opened[2]] if opened else []
        if opened is None or any(row is None for row in rows):
            return None
        groups.append(BuilderGroup(opened[0], opened[1], tuple(row for row in rows if row is not None)))
    if not plain:
        return Builder(mode, n, tuple(groups) or (BuilderGroup(),))
    if mode == "all" or not groups:
        together = BuilderGroup(mode, n, tuple(plain)) if not groups else BuilderGroup("all", 1, tuple(plain))
        return Builder("all", 1, (together, *groups))
    alone = tuple(BuilderGroup("all", 1, (row,)) for row in plain)
    return Builder(mode, n, (*alone, *groups))


def _group_tree(group: BuilderGroup, variables: Mapping[str, Variable]) -> dict[str, Any] | None:
    leaves = [_leaf(row, variables.get(row.fact)) for row in group.rows if not row.is_empty]
    return _join(group.mode, group.n, leaves)


def _join(mode: str, n: int, parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not parts:
        return None
    if mode == "not":
        return {"not": parts[0] if len(parts) == 1 else {"any": parts}}
    if mode == "at_least_n":
        return {"at_least_n": {"n": n, "of": parts}}
    return parts[0] if len(parts) == 1 else {mode: parts}


def _leaf(row: BuilderRow, variable: Variable | None) -> dict[str, Any]:
    values = [_typed(value, variable) for value in row.values]
    operand: Any = values if row.operator in LIST_OPERATORS else values[0] if values else ""
    return {"fact": row.fact, row.operator or "is": operand, **row.words}


def _typed(text: str, variable: Variable | None) -> Any:
    """The value as YAML would hold it; what is not a number stays text, for parse to refuse with its place."""
    if variable is not None and variable.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if variable is None or not variable.is_numeric:
        return text
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _read_row(posted: Posted, name: str) -> BuilderRow:
    operator = _read(posted, f"{name}-operator")
    values = [value.strip() for value in posted.getlist(f"{name}-value") if value.strip()]
    if operator in {"in", "within", "any_of"}:
        values = [part for value in values for part in re.split(r"[,;\s]+", value) if part]
    try:
        words = json.loads(_read(posted, f"{name}-words") or "{}")
    except ValueError:
        words = {}
    kept = {key: str(words[key]) for key in KEPT_WORDS if isinstance(words, dict) and key in words}
    return BuilderRow(_read(posted, f"{name}-fact"), operator, tuple(values), kept)


def _read(posted: Posted, name: str) -> str:
    """The last value typed for that name, empty where the form has none."""
    return (posted.getlist(name) or [""])[-1]


def _mode(posted: Posted, name: str) -> str:
    mode = _read(posted, f"{name}-mode")
    return mode if mode in MODES else "all"


def _count(posted: Posted, name: str) -> int:
    text = _read(posted, f"{name}-n")
    return int(text) if text.isdecimal() and len(text) < 4 else 1


def _at(groups: Sequence[BuilderGroup], place: str) -> BuilderGroup | None:
    return groups[int(place)] if place.isdecimal() and int(place) < len(groups) else None


def _open_row(part: Mapping[str, Any]) -> BuilderRow | None:
    operator = next((name for name in OPERATORS if name in part), None)
    if "fact" not in part or operator is None:
        return None
    operand = part[operator]
    values = operand if isinstance(operand, (list, tuple)) else [operand]
    words = {key: part[key] for key in KEPT_WORDS if part.get(key) is not None}
    return BuilderRow(part["fact"], operator, tuple(_text(value) for value in values), words)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _open_group(part: Mapping[str, Any]) -> tuple[str, int, list[Mapping[str, Any]]] | None:
    if "all" in part:
        return "all", 1, list(part["all"])
    if "any" in part:
        return "any", 1, list(part["any"])
    if "at_least_n" in part:
        return "at_least_n", part["at_least_n"]["n"], list(part["at_least_n"]["of"])
    if "not" in part:
        inner = part["not"]
        return "not", 1, list(inner["any"]) if "any" in inner else [inner]
    return None
