"""Plain data (YAML or JSON) → a criterion, or an error that names the faulty place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

from essor.methods.criteria.answers import SEPARATOR
from essor.methods.criteria.nodes import (
    CERTAINTIES,
    GROUPS,
    LIST_OPERATORS,
    OPERATORS,
    OPERATORS_BY_KIND,
    AllOf,
    AnyOf,
    AtLeast,
    Certainty,
    CriterionError,
    Leaf,
    Node,
    Not,
    Operator,
)
from essor.methods.variables import FALSE, TRUE, ValueRefused, Variable

DEEPEST = 20
MOST_NODES = 500
WORDS = ("source", "fr", "en")


def parse(tree: object, *, variables: Mapping[str, Variable], path: str = "criteria") -> Node:
    """A tree of plain data → the criterion it describes, its thresholds as integers at their variable's scale.

    ``path``: the name given to the root in the paths of errors. Raises :class:`CriterionError`; its codes and their
    sentences are in :mod:`essor.methods.criteria.error_words`.

    >>> share = Variable("share", "ratio", "Part", "Share", scale=4)
    >>> leaf = parse({"fact": "share", "at_least": 0.2}, variables={"share": share})
    >>> leaf.values
    (2000,)
    >>> parse({"all": [{"fact": "shrae", "at_least": 0.2}]}, variables={"share": share})
    Traceback (most recent call last):
    ...
    essor.methods.criteria.nodes.CriterionError: criteria.all[0].fact: unknown-variable: 'shrae' (allowed: share)
    """
    return _Reader(variables).read(tree, path, 1)


class _Reader:
    def __init__(self, variables: Mapping[str, Variable]) -> None:
        self.variables = variables
        self.count = 0

    def read(self, tree: object, path: str, depth: int) -> Node:
        self.count += 1
        if depth > DEEPEST:
            raise CriterionError("too-deep", path, depth, (str(DEEPEST),))
        if self.count > MOST_NODES:
            raise CriterionError("too-many-nodes", path, self.count, (str(MOST_NODES),))
        entry = _mapping(tree, path)
        if "fact" in entry:
            return _read_leaf(entry, path, self.variables)
        found = [name for name in GROUPS if name in entry]
        if len(found) != 1:
            raise CriterionError("not-a-criterion", path, ", ".join(map(str, entry)), (*GROUPS, "fact"))
        _refuse_extra(entry, path, (found[0],))
        return self._read_group(found[0], entry[found[0]], path, depth)

    def _read_group(self, name: str, content: object, path: str, depth: int) -> Node:
        inner = f"{path}.{name}"
        if name == "not":
            return Not(self.read(content, inner, depth + 1), path)
        if name == "at_least_n":
            return self._read_at_least(content, path, depth)
        parts = self._read_parts(content, inner, depth)
        return AllOf(parts, path) if name == "all" else AnyOf(parts, path)

    def _read_at_least(self, content: object, path: str, depth: int) -> Node:
        inner = f"{path}.at_least_n"
        entry = _mapping(content, inner)
        _refuse_extra(entry, inner, ("n", "of"))
        for name in ("n", "of"):
            if name not in entry:
                raise CriterionError("missing-key", inner, name, ("n", "of"))
        parts = self._read_parts(entry["of"], f"{inner}.of", depth)
        n = entry["n"]
        if isinstance(n, bool) or not isinstance(n, int):
            raise CriterionError("wrong-type", f"{inner}.n", n, ("whole number",))
        if not 1 <= n <= len(parts):
            raise CriterionError("n-out-of-range", f"{inner}.n", n, ("1", str(len(parts))))
        return AtLeast(n, parts, path)

    def _read_parts(self, content: object, path: str, depth: int) -> tuple[Node, ...]:
        return tuple(self.read(part, f"{path}[{i}]", depth + 1) for i, part in enumerate(_full_list(content, path)))


def _read_leaf(entry: Mapping[Any, Any], path: str, variables: Mapping[str, Variable]) -> Leaf:
    variable = _variable(entry["fact"], f"{path}.fact", variables)
    allowed = OPERATORS_BY_KIND[variable.kind]
    _refuse_extra(entry, path, ("fact", *OPERATORS, "certainty", *WORDS))
    found = [name for name in OPERATORS if name in entry]
    if not found:
        raise CriterionError("no-operator", path, variable.id, allowed)
    if len(found) > 1:
        raise CriterionError("several-operators", path, ", ".join(found), allowed)
    operator = found[0]
    if operator not in allowed:
        raise CriterionError("operator-not-allowed", f"{path}.{operator}", operator, allowed)
    return Leaf(
        variable=variable,
        operator=operator,
        values=_read_values(entry[operator], f"{path}.{operator}", variable, operator),
        certainty=_certainty(entry, path),
        path=path,
        **{name: _text_or_none(entry, path, name) for name in WORDS},
    )


def _read_values(
    content: object, path: str, variable: Variable, operator: Operator
) -> tuple[int, ...] | tuple[str, ...]:
    raw = _full_list(content, path) if operator in LIST_OPERATORS else [content]
    if not variable.is_numeric:
        read = _READERS[variable.kind]
        return tuple(dict.fromkeys(read(value, path, variable) for value in raw))
    numbers = tuple(_read_number(value, path, variable) for value in raw)
    if operator != "between":
        return tuple(sorted(set(numbers)))
    if len(numbers) != 2:
        raise CriterionError("not-two-bounds", path, len(numbers), ("2",))
    if numbers[0] > numbers[1]:
        raise CriterionError("bounds-reversed", path, raw)
    return numbers


def _read_number(value: object, path: str, variable: Variable) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise CriterionError("wrong-type", path, value, ("number",))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise CriterionError("wrong-type", path, value, ("number",))
    try:
        return variable.to_stored(value)
    except ValueRefused as refused:
        raise CriterionError(refused.code, path, refused.value, refused.allowed) from None


def _read_boolean(value: object, path: str, _variable: Variable) -> str:
    if not isinstance(value, bool):
        raise CriterionError("wrong-type", path, value, ("true", "false"))
    return TRUE if value else FALSE


def _read_choice(value: object, path: str, variable: Variable) -> str:
    if not isinstance(value, str):
        raise CriterionError("wrong-type", path, value, ("text",))
    if value not in variable.values:
        raise CriterionError("unknown-value", path, value, variable.values)
    return value


def _read_place(value: object, path: str, variable: Variable) -> str:
    if not isinstance(value, str):
        raise CriterionError("wrong-type", path, value, ("text",))
    if not value.strip() or SEPARATOR in value:
        raise CriterionError("not-a-code", path, value)
    if variable.values and value not in variable.values:
        raise CriterionError("unknown-value", path, value, variable.values)
    return value


_READERS: Mapping[str, Callable[[object, str, Variable], str]] = {
    "boolean": _read_boolean,
    "choice": _read_choice,
    "choice_many": _read_choice,
    "place": _read_place,
}


def _variable(name: object, path: str, variables: Mapping[str, Variable]) -> Variable:
    if not isinstance(name, str):
        raise CriterionError("wrong-type", path, name, ("text",))
    if name not in variables:
        close = difflib.get_close_matches(name, variables, n=3, cutoff=0.5)
        raise CriterionError("unknown-variable", path, name, tuple(close) or tuple(sorted(variables))[:10])
    return variables[name]


def _certainty(entry: Mapping[Any, Any], path: str) -> Certainty:
    found = entry.get("certainty", "sourced")
    if found not in CERTAINTIES:
        raise CriterionError("unknown-value", f"{path}.certainty", found, CERTAINTIES)
    return cast(Certainty, found)


def _text_or_none(entry: Mapping[Any, Any], path: str, name: str) -> str | None:
    found = entry.get(name)
    if found is None or (isinstance(found, str) and found.strip()):
        return found
    raise CriterionError("wrong-type", f"{path}.{name}", found, ("text",))


def _mapping(content: object, path: str) -> Mapping[Any, Any]:
    if not isinstance(content, Mapping):
        raise CriterionError("wrong-type", path, content, ("mapping",))
    return content


def _full_list(content: object, path: str) -> list[Any]:
    if not isinstance(content, list | tuple):
        raise CriterionError("wrong-type", path, content, ("list",))
    if not content:
        raise CriterionError("empty-list", path, content)
    return list(content)


def _refuse_extra(entry: Mapping[Any, Any], path: str, allowed: tuple[str, ...]) -> None:
    for name in entry:
        if name not in allowed:
            raise CriterionError("extra-key", f"{path}.{name}", name, allowed)
