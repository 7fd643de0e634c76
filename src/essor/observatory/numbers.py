"""What a published number is called: which measure, on which base, on which day or from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from essor.design.wording import write_day, write_month
from essor.observatory.labels import label_base, label_code, label_dimension, label_indicator

Data = Mapping[str, Any]
"""``known``, below: ``bases`` and ``measures`` of the results that the key is of, or of two editions together."""


def name_figure(key: str, known: Data) -> str:
    """``<slug>.<version>.<indicator>.<date>``"""
    slug, version, indicator, on = key.split(".")
    said = {
        "measure": label_indicator(indicator, known["measures"]),
        "base": name_base(slug, version, known),
        "day": write_day(date.fromisoformat(on)),
    }
    return _("%(measure)s, « %(base)s », %(day)s") % said


def name_comparison(key: str, known: Data) -> str:
    """``<slug>.<version>.<jobs variable>.<from>.<to>``"""
    slug, version, _jobs, *days = key.split(".")
    start, end = (write_month(date.fromisoformat(day)) for day in days)
    said = {"base": name_base(slug, version, known), "start": start, "end": end}
    return _("Emplois, « %(base)s », de %(start)s à %(end)s") % said


def name_membership(key: str, known: Data) -> str:
    """``<slug>.<version>.<date>``"""
    slug, version, on = key.split(".")
    said = {"base": name_base(slug, version, known), "day": write_day(date.fromisoformat(on))}
    return _("Qui est compté, « %(base)s », %(day)s") % said


def name_bridge(key: str, known: Data) -> str:
    """``<slug>.<version>.<slug>.<version>.<date>``"""
    first, version, second, other_version, on = key.split(".")
    said = {
        "first": name_base(first, version, known),
        "second": name_base(second, other_version, known),
        "day": write_day(date.fromisoformat(on)),
    }
    return _("Pont de « %(first)s » à « %(second)s », %(day)s") % said


def name_line(dimension: str, code: str, definitions: Data) -> str:
    """One line of a table of a figure: « Secteur : commerce »."""
    said = {"dimension": label_dimension(dimension), "line": label_code(dimension, code, definitions)}
    return _("%(dimension)s : %(line)s") % said


def name_base(slug: str, version: str, known: Data) -> str:
    """The base's name; with its version where another of the same base is known beside it."""
    versions = {str(base["version"]): base for base in known["bases"] if base["slug"] == slug}
    label = label_base(versions[version])
    return _("%(base)s, version %(number)s") % {"base": label, "number": version} if len(versions) > 1 else label
