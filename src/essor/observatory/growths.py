"""A growth in words: its rate where one may be said, else the interval that bands allow, or why nothing is said.

``reading``: one of the three readings of a comparison, in stored integers (see :mod:`essor.methods.reserves`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from essor.design.wording import (
    write_interval,
    write_month,
    write_percent,
    write_signed,
    write_signed_percent,
    write_whole,
)
from essor.observatory.labels import label_base, label_reading
from essor.observatory.sentences import natural, write_natural

Data = Mapping[str, Any]


def say_growth(comparison: Data, base: Data, *, reading: str = "criteria") -> str:
    """From one amount to another on one base, in one of its three readings, with the yearly rate."""
    told, scale = comparison["readings"][reading], comparison["scale"]
    said = {
        "start": write_month(date.fromisoformat(comparison["from"])),
        "end": write_month(date.fromisoformat(comparison["to"])),
        "before": write_end(told, "before", scale),
        "after": write_end(told, "after", scale),
        "change": write_signed(natural(told["after"] - told["before"], scale)),
        "growth": write_signed_percent(told["growth"], 1),
        "yearly": write_signed_percent(told["yearly"], 1),
        "base": label_base(base),
        "reading": label_reading(reading),
    }
    if told["reserve"]:
        words = gettext(
            "De %(start)s à %(end)s, sur la base « %(base)s » (%(reading)s), on comptait %(before)s emplois, puis "
            "%(after)s. Aucun taux n’est dit : %(why)s."
        )
        return words % {**said, "why": explain_reserve(told)}
    if told["growth"] is None:
        words = gettext(
            "De %(start)s à %(end)s, sur la base « %(base)s » (%(reading)s), les emplois passent de "
            "%(before)s à %(after)s : sans point de départ, il n’y a pas de taux."
        )
        return words % said
    words = gettext(
        "De %(start)s à %(end)s, sur la base « %(base)s » (%(reading)s), les emplois passent de %(before)s à "
        "%(after)s : %(change)s, soit %(growth)s (%(yearly)s par an)."
    )
    return words % said


def explain_reserve(reading: Data) -> str:
    """Why a reading has a total and no rate, and what may be said instead; no capital, no full stop."""
    if reading["reserve"] == "too-much-missing":
        return gettext("les entreprises qui ne sont pas connues aux deux dates pèsent la moitié du changement, ou plus")
    if reading["reserve"] != "band-in-total":
        return gettext("sans point de départ, il n’y a pas de taux")
    growth = write_growth_range(reading["growth_range"])
    if not growth:
        return gettext("un total contient une fourchette, et rien ne borne la croissance")
    return gettext("un total contient une fourchette ; la croissance est %(growth)s") % {"growth": growth}


def write_growth_range(bounds: Any) -> str:
    """« entre +38,7 % et +41,9 % », « d’au moins +38,7 % »; empty where nothing bounds it."""
    low, high = (None if bound is None else write_signed_percent(bound, 1) for bound in bounds or (None, None))
    if low is None and high is None:
        return ""
    if high is None:
        return gettext("d’au moins %(low)s") % {"low": low}
    if low is None:
        return gettext("d’au plus %(high)s") % {"high": high}
    return gettext("entre %(low)s et %(high)s") % {"low": low, "high": high}


def say_missing(reading: Data, scale: int) -> list[str]:
    """Beside a rate, always: how many units are not known at both dates, and whether that makes it fragile."""
    missing = reading["missing"]
    count, said = len(missing["units"]), []
    numbers = {
        "n": write_whole(count),
        "jobs": write_natural(missing["jobs"], scale),
        "share": write_percent(missing["share"], 1),
    }
    if count and missing["share"] is None:
        words = ngettext(
            "%(n)s entreprise n’est pas connue aux deux dates (%(jobs)s emplois).",
            "%(n)s entreprises ne sont pas connues aux deux dates (%(jobs)s emplois).",
            count,
        )
        said.append(words % numbers)
    elif count:
        words = ngettext(
            "%(n)s entreprise n’est pas connue aux deux dates (%(jobs)s emplois, %(share)s de ceux du départ).",
            "%(n)s entreprises ne sont pas connues aux deux dates (%(jobs)s emplois, %(share)s de ceux du départ).",
            count,
        )
        said.append(words % numbers)
    if reading["fragile"] and not reading["reserve"]:
        said.append(gettext("Ce taux est fragile : ce qui manque dépasse le vingtième des emplois du départ."))
    return said


def write_end(reading: Data, side: str, scale: int) -> str:
    """The jobs ``before`` or ``after``: a number, or an interval where a band is in the total."""
    low, high = reading[f"{side}_range"]
    if low == high:
        return write_natural(reading[side], scale)
    return write_interval((natural(low, scale), natural(high, scale)))
