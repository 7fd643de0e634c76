"""What is foreseen of a programme, as its public page and its partners' page say it: one fan, and the whole table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest

from essor.methods.forecast import ForecastError
from essor.programmes.board_pictures import draw_fan, say_chances, say_reached
from essor.programmes.models import Programme
from essor.programmes.pictures import build_forecast_table, build_reached_table
from essor.programmes.queries import TargetLine
from essor.programmes.queries.journeys import ForeseenTarget, read_forecasts
from essor.programmes.wording import explain_forecast


def find_forecasts(
    programme: Programme, *, on: date, state: str, lines: Sequence[TargetLine]
) -> tuple[list[ForeseenTarget], str]:
    """What is foreseen, or why nothing is. Nothing is of a programme without a file: what is not entered here is not
    known."""
    try:
        return (read_forecasts(programme, on=on, state=state, lines=lines) if state else []), ""
    except ForecastError as error:
        return [], explain_forecast(error)


def tell_forecasts(
    request: HttpRequest, found: Sequence[ForeseenTarget], *, on: date, language: str, has_ended: bool
) -> dict[str, Any]:
    """``part`` in the address: the code of the part whose fan is drawn; else the first one that an agreement serves.
    ``has_ended``: nothing is to be foreseen any more, only told."""
    if not found:
        return {"forecast": None, "fan": None, "chances": "", "parts": []}
    served = [one for one in found if one.is_served] or found
    asked = request.GET.get("part", "")
    shown = next((one for one in found if one.target.code == asked), served[0])
    return {
        "forecast": (build_reached_table if has_ended else build_forecast_table)(found, language=language),
        "fan": draw_fan(shown, language=language),
        "chances": say_reached(shown, language=language) if has_ended else say_chances(shown),
        "parts": [
            (getattr(one.target, f"name_{language}"), f"?on={on.isoformat()}&part={one.target.code}", one is shown)
            for one in found
            if one.forecast.course
        ],
    }
