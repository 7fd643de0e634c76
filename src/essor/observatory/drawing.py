"""The criteria builder as the page draws it: each row with the operators and values that its variable allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from essor.knowledge import load_variables
from essor.methods.criteria import OPERATORS_BY_KIND
from essor.methods.variables import FALSE, TRUE, Variable
from essor.observatory.builder import Builder, BuilderGroup, BuilderRow

BUILDER_ID = "batisseur"
"""The element of the page that is drawn again when a row changes of shape."""


def draw_builder(builder: Builder, language: str) -> dict[str, Any]:
    """The context of ``observatory/builder.html``."""
    variables = load_variables()
    labels = sorted(
        ((name, variable.label(language)) for name, variable in variables.items()), key=lambda pair: pair[1].casefold()
    )
    return {
        "id": BUILDER_ID,
        "mode": builder.mode,
        "n": builder.n,
        "modes": _group_modes(),
        "variables": labels,
        "groups": [_draw_group(index, group, variables, language) for index, group in enumerate(builder.groups)],
    }


def _draw_group(index: int, group: BuilderGroup, variables: Mapping[str, Variable], language: str) -> dict[str, Any]:
    rows = [_draw_row(f"g{index}r{r}", row, variables, language) for r, row in enumerate(group.rows)]
    return {"index": index, "name": f"g{index}", "mode": group.mode, "n": group.n, "modes": _modes(), "rows": rows}


def _draw_row(name: str, row: BuilderRow, variables: Mapping[str, Variable], language: str) -> dict[str, Any]:
    variable = variables.get(row.fact)
    drawn: dict[str, Any] = {"name": name, "fact": row.fact if variable else "", "words": row.words_text}
    if variable is None:
        return drawn
    allowed, words = OPERATORS_BY_KIND[variable.kind], _operators()
    operator = row.operator if row.operator in allowed else allowed[0]
    is_many = operator in {"in", "any_of"}
    values = [_write(value, variable, language) for value in row.values]
    return drawn | {
        "operators": [(code, words[code]) for code in allowed],
        "operator": operator,
        "choices": _choices(variable, row.values if is_many else row.values[:1], language),
        "is_many": is_many,
        "is_place": variable.kind == "place",
        "is_number": variable.is_numeric,
        "first": "".join(values[:1]),
        "second": "".join(values[1:2]),
        "text": ("; " if variable.is_numeric else ", ").join(values)
        if operator in {"in", "within"}
        else "".join(values[:1]),
        "unit": _units().get(variable.unit or "", ""),
    }


def _write(value: str, variable: Variable, language: str) -> str:
    """A number as it is typed in that language: a comma in French."""
    return value.replace(".", ",") if variable.is_numeric and language == "fr" else value


def _choices(variable: Variable, chosen: Sequence[str], language: str) -> list[tuple[str, str, bool]]:
    if variable.kind == "boolean":
        options = [(TRUE, _("oui")), (FALSE, _("non"))]
    else:
        options = [(code, variable.value_label(code, language)) for code in variable.values]
    return [(code, label, code in chosen) for code, label in options]


def _modes() -> list[tuple[str, str]]:
    """How many conditions of a group are to be met."""
    return [
        ("all", pgettext("conditions", "toutes")),
        ("any", pgettext("conditions", "au moins une")),
        ("at_least_n", pgettext("conditions", "au moins…")),
        ("not", pgettext("conditions", "aucune")),
    ]


def _group_modes() -> list[tuple[str, str]]:
    """How many groups are to be met."""
    return [
        ("all", pgettext("groups", "tous")),
        ("any", pgettext("groups", "au moins un")),
        ("at_least_n", pgettext("groups", "au moins…")),
        ("not", pgettext("groups", "aucun")),
    ]


def _operators() -> Mapping[str, str]:
    return {
        "is": _("est"),
        "in": _("est l’une de"),
        "within": _("est dans le territoire"),
        "at_least": _("est d’au moins"),
        "at_most": _("est d’au plus"),
        "more_than": _("est de plus de"),
        "less_than": _("est de moins de"),
        "between": _("est entre"),
        "contains": _("comprend"),
        "any_of": _("comprend l’une de"),
    }


def _units() -> Mapping[str, str]:
    return {
        "persons": _("personnes"),
        "jobs": _("emplois"),
        "fte": _("équivalents temps plein"),
        "years": _("ans"),
        "CAD": _("dollars"),
        "share": _("part, de 0 à 1"),
    }
