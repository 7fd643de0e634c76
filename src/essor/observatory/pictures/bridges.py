"""Two bases on one day: the bridge, and who is in each of its parts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from essor.design.charts import Step, Waterfall
from essor.design.wording import write_as, write_day
from essor.observatory.labels import BRIDGE_PARTS, explain_part, label_bridge_part
from essor.observatory.pictures.amounts import Results, in_order


def draw_bridge(bridge: Results, *, label_a: str, label_b: str) -> Waterfall:
    """From the total on one base to the total on the other, the same day."""
    notes = {"only_in_a": label_a, "only_in_b": label_b}
    parts = [
        Step(label_bridge_part(code), amount, note=notes.get(code, explain_part(code)))
        for code, amount in in_order(bridge["parts"], BRIDGE_PARTS)
        if amount
    ]
    return Waterfall(
        title=_("Pourquoi deux totaux ?"),
        subtitle=_("Emplois, le même jour : {day}").format(day=write_day(date.fromisoformat(bridge["on"]))),
        description=_("Pont de {a} emplois sur la base « {label_a} » à {b} sur la base « {label_b} ».").format(
            a=write_as("whole", bridge["total_a"]),
            label_a=label_a,
            b=write_as("whole", bridge["total_b"]),
            label_b=label_b,
        ),
        steps=[
            Step(label_a, bridge["total_a"], "total"),
            *parts,
            Step(label_b, bridge["total_b"], "total"),
        ],
        value_heading=_("Emplois"),
    )


def tell_bridge(bridge: Results) -> list[dict[str, Any]]:
    """Each part of a bridge that has organisations, with their numbers in ``units``, one in each."""
    return [
        {
            "label": label_bridge_part(code),
            "note": "",
            "amount": bridge["parts"][code],
            "units": [[number] for number in organisations],
        }
        for code, organisations in in_order(bridge["organisations"], BRIDGE_PARTS)
        if organisations
    ]
