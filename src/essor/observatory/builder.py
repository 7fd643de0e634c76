"""The criteria builder: what a person has put together on the page ↔ the criteria tree.

A builder is one level of groups over rows: « all of these groups », each group being all, one, at least n or none of
its rows. A tree that is deeper is edited as text. Nothing here judges the tree: ``methods.criteria.parse`` does.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from essor.methods.criteria import LIST_OPERATORS, OPERATORS, OPERATORS_BY_KIND
from essor.methods.variables import Variable

MODES = ("all", "any", "at_least_n", "not")
MOST_GROUPS, MOST_ROWS = 12, 20
KEPT_WORDS = ("certainty", "source", "fr", "en")
UNORDERED = frozenset({"in", "within", "any_of"})
BETWEEN_CODES = re.compile(r"[,;\s]+")
BETWEEN_NUMBERS = re.compile(r"[;\s]+|,\s+")
"""A comma alone may be a decimal mark."""
EMPTY_TREE: dict[str, Any] = {"all": []}
SAME_AS = {"all": "all", "any": "any", "not": "any"}
"""The mode of a group that adds nothing to the whole's: « all » within « all », « any » within « any » or « none »."""
PRESS = re.compile(
    r"(?P<word>add-group|add-row|remove-row|remove-group)(?:-(?P<g>\d{1,3}))?(?:-(?P<r>\d{1,3}))?", re.ASCII
)


class Posted(Protocol):
    """What a submitted form offers (Django's QueryDict)."""

    def getlist(self, key: str) -> list[str]: ...
    def __contains__(self, key: object) -> bool: ...


@dataclass(frozen=True, slots=True)
class BuilderRow:
    """One condition as typed.

    ``words``: what an opened leaf says of itself (certainty, source, its own sentences); they hold for ``worded``
    alone, the condition that they were written for: once it is changed, only its certainty is kept.
    """

    fact: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    worded: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.fact

    @property
    def words_text(self) -> str:
        """The words as the form carries them, with the condition that they belong to."""
        return json.dumps({**self.words, "of": list(self.worded)}, ensure_ascii=False) if self.worded else ""


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

    @property
    def is_incomplete(self) -> bool:
        """True while a condition has a variable and no value yet."""
        return any(row.fact and not row.values for group in self.groups for row in group.rows)

    def to_tree(self, variables: Mapping[str, Variable]) -> dict[str, Any]:
        """The tree that the rows say. Empty rows are left out; a group that says what the whole says is set in it."""
        parts: list[dict[str, Any]] = []
        for group in self.groups:
            leaves = [_leaf(row, variables.get(row.fact)) for row in group.rows if not row.is_empty]
            if group.mode == SAME_AS.get(self.mode):
                parts += leaves
            else:
                parts += _join(group.mode, group.n, leaves)
        return next(iter(_join(self.mode, self.n, parts)), EMPTY_TREE)

    def apply(self, do: str) -> Builder:
        """One press of a button: ``add-group``, ``add-row-<g>``, ``remove-row-<g>-<r>``, ``remove-group-<g>``."""
        found = PRESS.fullmatch(do)
        if found is None:
            return self
        groups = list(self.groups)
        word, g, r = found["word"], int(found["g"] or 0), int(found["r"] or 0)
        if word == "add-group":
            groups = [*groups, BuilderGroup()][:MOST_GROUPS]
        elif g >= len(groups):
            return self
        elif word == "remove-group":
            del groups[g]
        elif word == "add-row":
            groups[g] = replace(groups[g], rows=(*groups[g].rows, BuilderRow())[:MOST_ROWS])
        else:
            rows = groups[g].rows
            groups[g] = replace(groups[g], rows=rows[:r] + rows[r + 1 :])
        return replace(self, groups=tuple(groups) or (BuilderGroup(),))


def read_builder(posted: Posted, variables: Mapping[str, Variable]) -> Builder:
    """What the form says, as it was typed; counts are bounded whatever is sent."""
    groups = []
    for g in range(MOST_GROUPS):
        if f"g{g}-mode" not in posted:
            break
        rows = [_read_row(posted, f"g{g}r{r}", variables) for r in range(MOST_ROWS) if f"g{g}r{r}-fact" in posted]
        groups.append(BuilderGroup(_mode(posted, f"g{g}"), _count(posted, f"g{g}"), tuple(rows)))
    return Builder(_mode(posted, "top"), _count(posted, "top"), tuple(groups) or (BuilderGroup(),))


def open_builder(tree: Mapping[str, Any]) -> Builder | None:
    """The builder that says the same as ``tree``, in its order, or None where rows cannot hold it."""
    mode, n, parts = _open_group(tree) or ("all", 1, [tree])
    groups: list[BuilderGroup] = []
    plain: list[BuilderRow] = []
    for part in parts:
        row = _open_row(part)
        if row is not None and mode in SAME_AS:
            plain.append(row)
            continue
        group = BuilderGroup(rows=(row,)) if row is not None else _open_rows(part)
        if group is None:
            return None
        groups += [*_gather(mode, plain), group]
        plain = []
    groups += _gather(mode, plain)
    if len(groups) > MOST_GROUPS or any(len(group.rows) > MOST_ROWS for group in groups):
        return None
    if len(groups) == 1 and mode in SAME_AS and mode != "not":
        return Builder(groups=(groups[0],))
    return Builder(mode, n, tuple(groups) or (BuilderGroup(),))


def _gather(mode: str, rows: list[BuilderRow]) -> list[BuilderGroup]:
    """Conditions that follow each other directly in the whole, as one group that adds nothing to it."""
    return [BuilderGroup(SAME_AS[mode], 1, tuple(rows))] if rows else []


def _open_rows(part: Mapping[str, Any]) -> BuilderGroup | None:
    opened = _open_group(part)
    if opened is None:
        return None
    rows = [_open_row(leaf) for leaf in opened[2]]
    kept = tuple(row for row in rows if row is not None)
    return BuilderGroup(opened[0], opened[1], kept) if len(kept) == len(rows) else None


def _join(mode: str, n: int, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The node over these parts, alone in a list; nothing over nothing."""
    if not parts:
        return []
    if mode == "not":
        return [{"not": parts[0] if len(parts) == 1 else {"any": parts}}]
    if mode == "at_least_n":
        return [{"at_least_n": {"n": n, "of": parts}}]
    return parts if len(parts) == 1 else [{mode: parts}]


def _leaf(row: BuilderRow, variable: Variable | None) -> dict[str, Any]:
    values = [_typed(value, variable) for value in row.values]
    operator = row.operator or _first_operator(variable)
    operand: Any = values if operator in LIST_OPERATORS else values[0] if values else ""
    first = [_typed(value, variable) for value in row.worded[2:]]
    if operator in UNORDERED and sorted(map(str, values)) == sorted(map(str, first)):
        operand = first
    is_unchanged = (row.fact, operator) == row.worded[:2] and first in (operand, [operand])
    words = {name: text for name, text in row.words.items() if is_unchanged or name == "certainty"}
    return {"fact": row.fact, operator: operand, **words}


def _first_operator(variable: Variable | None) -> str:
    return OPERATORS_BY_KIND[variable.kind][0] if variable else OPERATORS[0]


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
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() else number


def _read_row(posted: Posted, name: str, variables: Mapping[str, Variable]) -> BuilderRow:
    """One row; another variable than the one that was drawn forgets the operator and the values of the first."""
    fact, was = _read(posted, f"{name}-fact"), _read(posted, f"{name}-was")
    if was and was != fact:
        return BuilderRow(fact)
    operator = _read(posted, f"{name}-operator")
    values = [value.strip() for value in posted.getlist(f"{name}-value") if value.strip()]
    if operator in UNORDERED:
        marks = BETWEEN_NUMBERS if fact in variables and variables[fact].is_numeric else BETWEEN_CODES
        values = [part for value in values for part in marks.split(value) if part]
    words, worded = _read_words(_read(posted, f"{name}-words"))
    return BuilderRow(fact, operator, tuple(values), words, worded)


def _read_words(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    try:
        said = json.loads(text or "{}")
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict) or not isinstance(said.get("of"), list):
        return {}, ()
    return {name: str(said[name]) for name in KEPT_WORDS if name in said}, tuple(map(str, said["of"]))


def _read(posted: Posted, name: str) -> str:
    """The last value typed for that name, empty where the form has none."""
    return (posted.getlist(name) or [""])[-1]


def _mode(posted: Posted, name: str) -> str:
    mode = _read(posted, f"{name}-mode")
    return mode if mode in MODES else "all"


def _count(posted: Posted, name: str) -> int:
    text = _read(posted, f"{name}-n")
    return int(text) if text.isdecimal() and len(text) < 4 else 1


def _open_row(part: Mapping[str, Any]) -> BuilderRow | None:
    operator = next((name for name in OPERATORS if name in part), None)
    if "fact" not in part or operator is None:
        return None
    operand = part[operator]
    values = operand if isinstance(operand, (list, tuple)) else [operand]
    words = {key: str(part[key]) for key in KEPT_WORDS if part.get(key) is not None}
    typed = tuple(_text(value) for value in values)
    return BuilderRow(part["fact"], operator, typed, words, (part["fact"], operator, *typed))


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
