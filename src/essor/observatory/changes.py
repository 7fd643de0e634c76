"""What a correction changes, in words: one line for each amount, part or list that is not what it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_signed, write_signed_percent, write_unknown, write_whole
from essor.observatory.differences import PLACES
from essor.observatory.labels import label_bridge_part, label_part, label_reading
from essor.observatory.numbers import name_bridge, name_comparison, name_figure, name_line, name_membership
from essor.observatory.sentences import find_amount, natural, write_amount, write_natural

Data = Mapping[str, Any]
MOST_CHANGES = 60
NOTHING = "—"
COUNT = "enterprises"
AMOUNT = frozenset({"value", "low", "high"})
"""The fields of a figure, or of a line of its tables, that its amount says together."""
FOLLOWS = frozenset({"enterprises", "exact", "undecided", "unseen"})
"""The fields that the figure of enterprises, or the amount, says already."""
LISTS, MISSING = frozenset({"units", "undecided_in_other"}), ("bridge", "without_figure")
COUNTS = frozenset({"undecided", "unseen", "without_figure", "in_both", "banded"})
WORDS = {
    "undecided": gettext_noop("indécises"),
    "unseen": gettext_noop("existantes, dont rien n’est dit"),
    "without_figure": gettext_noop("sans chiffre"),
    "exact_sum": gettext_noop("chiffres exacts seulement"),
    "banded": gettext_noop("avec une fourchette"),
    "fingerprint.vintage": gettext_noop("liste des lieux"),
    "members": gettext_noop("combien en sortent, combien y entrent"),
    "before": gettext_noop("au départ"),
    "after": gettext_noop("à l’arrivée"),
    "growth": gettext_noop("croissance"),
    "enterprises_before": gettext_noop("entreprises au départ"),
    "enterprises_after": gettext_noop("entreprises à l’arrivée"),
    "units": gettext_noop("entreprises classées ou comptées autrement"),
    "total_a": gettext_noop("total de la première base"),
    "total_b": gettext_noop("total de la deuxième base"),
    "enterprises_a": gettext_noop("entreprises de la première base"),
    "enterprises_b": gettext_noop("entreprises de la deuxième base"),
    "in_both": gettext_noop("entreprises en commun"),
    "undecided_in_other": gettext_noop("indécises dans l’autre base"),
}
PARTS = {"comparison": label_part, "bridge": label_bridge_part}
NAMES = {"membership": name_membership, "comparison": name_comparison, "bridge": name_bridge}
READINGS = ("cohort", "survivors")
"""The readings told apart; the first, the same criteria, is the comparison itself."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """One thing that changed: a figure, a line of its tables, a membership, a comparison or a bridge."""

    kind: str
    key: str
    dimension: str = ""
    code: str = ""

    @classmethod
    def of(cls, change: Data) -> _Subject:
        return cls(change["kind"], change["key"], change.get("dimension", ""), change.get("code", ""))


@dataclass(frozen=True, slots=True)
class _Telling:
    """Both results, and the words for what they name."""

    before: Data
    after: Data
    definitions: Data

    @property
    def sides(self) -> tuple[Data, Data]:
        return self.before, self.after

    @property
    def known(self) -> Data:
        """The bases and measures of both, for their names."""
        before, after = self.sides
        return {"bases": [*before["bases"], *after["bases"]], "measures": before["measures"] | after["measures"]}

    def tell(self, subject: _Subject, changes: Sequence[Data]) -> Iterator[Row]:
        """The lines for one subject; never none, unless a figure of the same base and day says it."""
        fields = {change["field"]: change for change in changes}
        if subject.kind in ("figure", "table"):
            told = list(self._tell_figure(subject, fields))
        else:
            told = [self._tell_field(subject, change) for change in changes if _has_words(change, fields)]
        yield from told
        if not told and (rest := fields.keys() - FOLLOWS) and not all(name.startswith("fingerprint") for name in rest):
            words = ngettext("%(n)s nombre", "%(n)s nombres", len(rest))
            name = f"{self.name(subject)} — {_('autres calculs')}"
            yield Row([name, NOTHING, words % {"n": write_whole(len(rest))}])

    def _tell_figure(self, subject: _Subject, fields: Mapping[str, Data]) -> Iterator[Row]:
        is_count = subject.key.split(".")[2] == COUNT
        if AMOUNT.intersection(fields):
            yield Row([self.name(subject), *(_amount(subject, side) for side in self.sides)])
        shown = [] if AMOUNT.intersection(fields) else [name for name in ("exact_sum", "banded") if name in fields][:1]
        shown += [name for name in ("without_figure",) if name in fields]
        if is_count and subject.kind == "figure":
            shown += [name for name in ("undecided", "unseen", "fingerprint.vintage") if name in fields]
        for name in shown:
            yield self._tell_field(subject, fields[name])

    def _tell_field(self, subject: _Subject, change: Data) -> Row:
        cells = [
            self._write(subject, change["field"], change[place], side)
            for place, side in zip(("before", "after"), self.sides, strict=True)
        ]
        return Row([f"{self.name(subject)} — {_label_field(subject.kind, change['field'])}", *cells])

    def _write(self, subject: _Subject, field: str, value: Any, side: Data) -> str:
        """« non publié » where this edition says nothing of it, « inconnu » where it says that nobody knows."""
        if subject.key not in side[PLACES.get(subject.kind, "figures")]:
            return _("non publié")
        if _is_list(subject.kind, field):
            return write_whole(value)
        if isinstance(value, str):
            return value
        if value is None and _is_rate(field):
            return NOTHING
        behind = [side["figures"][key] for key in _list_behind(subject, field, side)]
        if value is None or not all(_is_said(field, figure) for figure in behind):
            return write_unknown()
        return _write_number(field, value, behind[0]["scale"])

    def name(self, subject: _Subject) -> str:
        name = NAMES.get(subject.kind, name_figure)(subject.key, self.known)
        if subject.kind == "table":
            return f"{name} — {name_line(subject.dimension, subject.code, self.definitions)}"
        return name


def tabulate_changes(changes: Sequence[Data], *, before: Data, after: Data, definitions: Data) -> Table:
    """The changes of :func:`essor.observatory.differences.list_changes`, in words; at most MOST_CHANGES lines.

    ``before``, ``after``: the results of both editions. What follows from a line already told is left out.
    """
    telling = _Telling(before, after, definitions)
    grouped = groupby(changes, key=_Subject.of)
    rows = (row for subject, group in grouped for row in telling.tell(subject, list(group)))
    shown = list(islice(rows, MOST_CHANGES))
    rest = sum(1 for _row in rows)
    words = ngettext("… et %(n)s autre ligne.", "… et %(n)s autres lignes.", rest) % {"n": write_whole(rest)}
    columns = [Column(_("Chiffre")), Column(_("Avant"), "whole"), Column(_("Après"), "whole")]
    return Table(_("Ce qui change"), columns, shown, note=words if rest else "")


def _has_words(change: Data, fields: Mapping[str, Data]) -> bool:
    """Whether a change of a membership, a comparison or a bridge is told: not what a line beside it says already."""
    field = change["field"]
    first, _dot, rest = field.partition(".")
    if first == "readings":
        return rest.split(".")[0] in READINGS and rest.split(".")[1] in ("before", "after", "growth")
    if first == "organisations":
        return f"enterprise_parts.{rest}" not in fields
    if field == "units":
        return not any(name.startswith(("parts.", "enterprise_parts.")) for name in fields)
    return first in ("parts", "enterprise_parts") or field in WORDS


def _label_field(kind: str, field: str) -> str:
    first, _dot, rest = field.partition(".")
    if first == "readings":
        reading, name = rest.split(".")[:2]
        return f"{label_reading(reading)}, {_(WORDS[name])}"
    if first == "parts":
        return PARTS[kind](rest)
    if first == "enterprise_parts":
        return _("%(part)s, en entreprises") % {"part": PARTS[kind](rest)}
    if first == "organisations":
        return f"{PARTS[kind](rest)}, {_(WORDS['members'])}"
    if kind == "membership" and field == "undecided":
        return _("indécises, qui ne le sont plus ou ne l’étaient pas")
    return _(WORDS[field])


def _is_said(field: str, figure: Data) -> bool:
    """Whether a figure behind a number is known: that it can be counted, or its amount."""
    if field in {"undecided", "unseen"}:
        return True
    if _is_count(field):
        return bool(figure["enterprises"]) or not figure["undecided"]
    return find_amount(figure) is not None


def _is_list(kind: str, field: str) -> bool:
    """Whether a change says how many entries of a list are not those of the other side."""
    return kind == "membership" or field in LISTS or field.startswith("organisations.") or (kind, field) == MISSING


def _is_count(field: str) -> bool:
    """Whether a field counts enterprises rather than jobs."""
    return field.startswith(("enterprises_", "enterprise_parts.")) or field in COUNTS


def _is_rate(field: str) -> bool:
    """Whether a field is a rate: null, it is no ignorance, but a rate that may not be said."""
    return field.rpartition(".")[2] == "growth"


def _write_number(field: str, value: Any, scale: int) -> str:
    if _is_rate(field):
        return write_signed_percent(value, 1)
    if field.startswith("parts."):
        return write_signed(natural(value, scale), min(scale, 1))
    if field.startswith("enterprise_parts."):
        return write_signed(value)
    return write_whole(value) if _is_count(field) else write_natural(value, scale)


def _amount(subject: _Subject, side: Data) -> str:
    """The amount of a figure or of a line, as an interval where a member has a band."""
    figure = side["figures"].get(subject.key)
    if figure is None:
        return _("non publié")
    amount = find_amount(figure)
    if subject.kind == "figure" or amount is None:
        return write_unknown() if amount is None else amount
    line = next((line for line in figure["tables"][subject.dimension] if line["code"] == subject.code), None)
    # A line that a table does not have stands for no enterprise at all.
    return write_whole(0) if line is None else write_amount(line | {"scale": figure["scale"]})


def _list_behind(subject: _Subject, field: str, side: Data) -> list[str]:
    """The keys of the figures that a changed number is made of."""
    parts = subject.key.split(".")
    if subject.kind == "comparison":
        days = {"before": parts[3:4], "after": parts[4:5]}.get(field.removeprefix("enterprises_"), parts[3:5])
        return [".".join([*parts[:3], day]) for day in days]
    if subject.kind == "bridge":
        ends = {"a": [parts[:2]], "b": [parts[2:4]]}.get(field.rpartition("_")[2], [parts[:2], parts[2:4]])
        return [_find_jobs_key(slug, version, parts[4], side) for slug, version in ends]
    return [subject.key]


def _find_jobs_key(slug: str, version: str, on: str, side: Data) -> str:
    base = next(base for base in side["bases"] if base["slug"] == slug and str(base["version"]) == version)
    return f"{slug}.{version}.{base['jobs_variable']}.{on}"
