"""The words that pages use: filters for figures and dates, one tag for each component.

A component takes the variables that it declares and no other: an unknown word is a TemplateSyntaxError. Every one is
shown, with its variables, on the gallery page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from essor.design import wording
from essor.design.charts import Chart, Sparkline, draw_in_page, draw_sparkline
from essor.design.outlines import nest
from essor.design.tables import Table

register = template.Library()

MOST_ABREAST = 3
"""Columns of a table that hold side by side on a phone."""
NOTICE_KINDS = ("information", "demo", "warning", "refusal", "success")
TAG_KINDS = ("neutral", "new", "success", "warning", "refusal", "unknown")


def _written(write: Callable[..., str], value: Any, *details: Any) -> str:
    if value is None or value == "":
        return format_html('<span class="unknown">{}</span>', wording.write_unknown())
    return write(value, *details)


@register.filter
def whole(value: Any) -> str:
    return _written(wording.write_whole, value)


@register.filter
def decimal(value: Any, places: int = 1) -> str:
    return _written(wording.write_decimal, value, places)


@register.filter
def percent(share: Any, places: int = 0) -> str:
    return _written(wording.write_percent, share, places)


@register.filter
def share(part: Any, whole: Any) -> str:
    return _written(wording.write_share, part if whole else None, whole)


@register.filter
def signed(value: Any, places: int = 0) -> str:
    return _written(wording.write_signed, value, places)


@register.filter
def signed_percent(share: Any, places: int = 0) -> str:
    return _written(wording.write_signed_percent, share, places)


@register.filter
def cad(amount_cad: Any, places: int = 0) -> str:
    return _written(wording.write_cad, amount_cad, places)


@register.filter
def day(value: Any) -> str:
    return _written(wording.write_day, value)


@register.filter
def month(value: Any) -> str:
    return _written(wording.write_month, value)


@register.filter
def interval(bounds: Any) -> str:
    return _written(wording.write_interval, bounds)


@register.filter
def figure(written: Any) -> SafeString:
    """Sets a figure inside its sentence: ``{{ jobs|whole|figure }}``."""
    return format_html('<strong class="figure">{}</strong>', written)


@register.inclusion_tag("design/opening.html")
def opening(*, title: str, kicker: str = "", lede: str = "") -> dict[str, Any]:
    """The head of a page: what kind of page, its title, the answer in one sentence."""
    return {"title": title, "kicker": kicker, "lede": lede}


@register.inclusion_tag("design/key_figure.html")
def key_figure(
    *, sentence: str, value: Any, kind: str = "whole", basis: str = "", on: Any = None, href: str = "", change: str = ""
) -> dict[str, Any]:
    """One figure inside its sentence, at the place of « {figure} »; its basis and date beneath, with its address."""
    before, mark, after = str(sentence).partition("{figure}")
    if not mark:
        raise template.TemplateSyntaxError("key_figure: the sentence must say where the figure goes: {figure}")
    written = wording.write_as(kind, value)
    return {
        "before": before, "after": after, "written": written, "is_unknown": value is None,
        "basis": basis, "on": on, "href": href, "change": change,
    }  # fmt: skip


@register.inclusion_tag("design/data_table.html")
def data_table(*, table: Table, is_long: bool = False) -> dict[str, Any]:
    """A table with its caption. `is_long` keeps the header in sight while the rows scroll.

    One of more than MOST_ABREAST columns stacks its rows where there is no room for them side by side.
    """
    return {
        "table": table, "columns": table.columns, "rows": table.written_rows(), "is_long": is_long,
        "is_wide": len(table.columns) > MOST_ABREAST,
    }  # fmt: skip


@register.inclusion_tag("design/notice.html")
def notice(
    *, text: str, kind: str = "information", title: str = "", href: str = "", link_label: str = ""
) -> dict[str, Any]:
    """What happened, or what to know before reading on; with the way out."""
    return {
        "kind": _one_of("notice", kind, NOTICE_KINDS), "title": title, "text": text, "href": href,
        "link_label": link_label,
    }  # fmt: skip


@register.inclusion_tag("design/tag.html")
def tag(*, label: str, kind: str = "neutral") -> dict[str, Any]:
    """A state in a word; the shape before it says the same as its colour."""
    return {"label": label, "kind": _one_of("tag", kind, TAG_KINDS)}


@register.inclusion_tag("design/breadcrumb.html")
def breadcrumb(*, trail: Sequence[tuple[str, str]], here: str) -> dict[str, Any]:
    """The way back: (label, address) from the top, then the name of this page."""
    return {"trail": trail, "here": here}


@register.inclusion_tag("design/pagination.html", takes_context=True)
def pagination(context: template.Context, *, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Previous, next, and where one stands; keeps the other words of the address."""
    request = context.get("request")
    words = request.GET.copy() if request is not None else QueryDict(mutable=True)

    def address(number: int) -> str:
        words[parameter] = str(number)
        return "?" + words.urlencode()

    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("design/steps.html")
def steps(*, labels: Sequence[str], current: int) -> dict[str, Any]:
    """Progress through a task in several pages; `current` counts from 1."""
    if not 1 <= current <= len(labels):
        raise template.TemplateSyntaxError(f"steps: current must be between 1 and {len(labels)}, not {current}")
    states = ["done" if n < current else "current" if n == current else "next" for n in range(1, len(labels) + 1)]
    return {"steps": list(zip(labels, states, strict=True)), "current": current, "total": len(labels)}


@register.inclusion_tag("design/outline.html")
def outline(*, lines: Iterable[Any]) -> dict[str, Any]:
    """Lines with a ``level`` from 0 and a ``text``, as lists within lists: what depends on what is heard as well."""
    return {"branches": nest(lines)}


@register.inclusion_tag("design/empty_state.html")
def empty_state(*, title: str, text: str, href: str = "", action: str = "") -> dict[str, Any]:
    """Nothing here yet: says why, and what to do first."""
    return {"title": title, "text": text, "href": href, "action": action}


@register.simple_tag
def field(bound_field: BoundField) -> SafeString:
    """A form's field with its label, its hint and its errors."""
    return bound_field.as_field_group()


@register.inclusion_tag("design/error_summary.html")
def error_summary(*, form: Any) -> dict[str, Any]:
    """At the top of a form sent back: how many errors, and a link to each. `{{ form }}` brings its own."""
    return {"form": form}


@register.inclusion_tag("design/charts/chart.html")
def chart(*, chart: Chart, level: int = 3) -> dict[str, Any]:
    """A chart in words and pictures, with its figures in a table behind it. `level` is that of its heading."""
    return draw_in_page(chart) | {"level": level}


@register.simple_tag
def sparkline(*, line: Sparkline) -> SafeString:
    """A line as tall as a word, for the cell of a table or the middle of a sentence."""
    return draw_sparkline(line)


def _one_of(component: str, kind: str, allowed: Sequence[str]) -> str:
    if kind not in allowed:
        raise template.TemplateSyntaxError(f"{component}: kind {kind!r} is none of {', '.join(allowed)}")
    return kind
