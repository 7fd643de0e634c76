"""A question of a questionnaire or of an aid's rules, as a variable that criteria can test."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast, get_args

from essor.methods.criteria.nodes import CriterionError
from essor.methods.variables import DEFAULT_SCALE, FALSE, TRUE, Kind, Variable


def variable_from_question(question: Mapping[str, Any], *, path: str = "facts") -> Variable:
    """One entry of ``facts:`` of an aids file → the variable that its conditions test.

    ``question``: ``id``, ``type`` (a kind of variable), ``fr``, ``en`` (the words asked), and optionally ``values``
    (codes, for a choice), ``unit``, ``sensitive``, ``labels`` (code → {fr, en}), ``scale``. Ratios lie between 0 and 1,
    other numbers are not negative. Raises :class:`CriterionError` (``missing-key``, ``unknown-value``, ``wrong-type``,
    ``empty-list``).

    >>> variable_from_question({"id": "staff", "type": "number", "fr": "Combien?", "en": "How many?"}).scale
    2
    """
    for name in ("id", "type", "fr", "en"):
        if not isinstance(question.get(name), str):
            raise CriterionError("missing-key", path, name, ("id", "type", "fr", "en"))
    where = f"{path}.{question['id']}"
    kind = question["type"]
    if kind not in get_args(Kind):
        raise CriterionError("unknown-value", f"{where}.type", kind, get_args(Kind))
    numeric = kind in DEFAULT_SCALE
    return Variable(
        id=question["id"],
        kind=cast(Kind, kind),
        label_fr=question["fr"],
        label_en=question["en"],
        unit=question.get("unit"),
        values=_values(question, where),
        scale=question.get("scale", DEFAULT_SCALE[kind]) if numeric else 0,
        minimum=Decimal(0) if numeric else None,
        maximum=Decimal(1) if kind == "ratio" else None,
        sensitive=bool(question.get("sensitive", False)),
        value_labels=_labels(question),
    )


def _values(question: Mapping[str, Any], where: str) -> tuple[str, ...]:
    if question["type"] == "boolean":
        return (TRUE, FALSE)
    found = question.get("values", [])
    if not isinstance(found, list) or not all(isinstance(value, str) for value in found):
        raise CriterionError("wrong-type", f"{where}.values", found, ("list",))
    if not found and question["type"] in {"choice", "choice_many"}:
        raise CriterionError("empty-list", f"{where}.values", found)
    return tuple(found)


def _labels(question: Mapping[str, Any]) -> Mapping[str, tuple[str, str]] | None:
    labels = question.get("labels")
    return {code: (words["fr"], words["en"]) for code, words in labels.items()} if labels else None
