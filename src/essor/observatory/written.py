"""A definition while it is being written: rows of the builder, or text when the tree is too deep for rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from essor.methods.variables import Variable
from essor.observatory.builder import EMPTY_TREE, Builder, Posted, open_builder, read_builder

LONGEST_TEXT = 50_000


class _PlainDumper(yaml.SafeDumper):
    """A part that stands twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  PyYAML names it
        return True


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them unfold into more than a memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("alias")
        return super().compose_node(parent, index)


Fault = Literal["", "empty", "incomplete", "unreadable"]


@dataclass(frozen=True, slots=True)
class Written:
    """``builder``: the rows, None when it is written as ``text``. ``fault``: why there is nothing to try yet."""

    builder: Builder | None
    text: str
    tree: dict[str, Any]
    fault: Fault = ""


def open_written(tree: Mapping[str, Any]) -> Written:
    """A tree that is already a definition, or the empty one, ready to be edited."""
    plain = dict(tree)
    text = yaml.dump(plain, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False)
    if plain == EMPTY_TREE:
        return Written(Builder(), text, plain, "empty")
    return Written(open_builder(plain), text, plain)


def read_written(posted: Posted, variables: Mapping[str, Variable]) -> Written:
    """What the form says, with the button that was pressed (``do``) taken into account."""
    if "tree" in posted:
        return _read_text((posted.getlist("tree") or [""])[-1])
    builder = read_builder(posted, variables).apply((posted.getlist("do") or [""])[-1])
    tree = builder.to_tree(variables)
    fault: Fault = "empty" if tree == EMPTY_TREE else "incomplete" if builder.is_incomplete else ""
    return Written(builder, "", tree, fault)


def _read_text(text: str) -> Written:
    if len(text) > LONGEST_TEXT:
        return Written(None, text[:LONGEST_TEXT], EMPTY_TREE, "unreadable")
    try:
        tree = yaml.load(text, _PlainLoader)  # noqa: S506  a safe loader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError):
        return Written(None, text, EMPTY_TREE, "unreadable")
    if not isinstance(tree, dict):
        return Written(None, text, EMPTY_TREE, "unreadable" if tree else "empty")
    return Written(None, text, tree)
