"""An edition's results as one tidy table: a row for each number, with all that it takes to read it alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils import translation

from essor.observatory.labels import label_code, label_indicator

Results = Mapping[str, Any]
Definitions = Mapping[str, Any]
NOT_AVAILABLE, INTERVAL = "..", "~"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("edition", "string", "Édition", "Edition"),
    ("territory", "string", "Code du territoire", "Territory code"),
    ("base", "string", "Base", "Base"),
    ("base_version", "integer", "Version de la base", "Version of the base"),
    ("reference_date", "date", "Date de référence", "Reference date"),
    ("known_on", "dateTime", "Ce qu’on savait le", "Known on"),
    ("indicator", "string", "Indicateur", "Indicator"),
    ("indicator_fr", "string", "Indicateur en français", "Indicator in French"),
    ("indicator_en", "string", "Indicateur en anglais", "Indicator in English"),
    ("dimension", "string", "Dimension (vide : le total)", "Dimension (empty: the total)"),
    ("code", "string", "Code", "Code"),
    ("label_fr", "string", "Libellé en français", "Label in French"),
    ("label_en", "string", "Libellé en anglais", "Label in English"),
    ("value", "decimal", "Valeur", "Value"),
    ("low", "decimal", "Au moins", "At least"),
    ("high", "decimal", "Au plus (vide : sans borne)", "At most (empty: no bound)"),
    ("enterprises", "integer", "Entreprises comptées", "Enterprises counted"),
    ("without_figure", "integer", "Entreprises sans chiffre", "Enterprises without a figure"),
    ("status", "string", "Statut (.. non disponible; ~ intervalle)", "Status (.. not available; ~ interval)"),
    ("fingerprint", "string", "Empreinte", "Fingerprint"),
)


def list_rows(slug: str, results: Results, definitions: Definitions) -> Iterator[dict[str, Any]]:
    """Each figure, then each line of its tables, in the order of the results; amounts in natural units, exact."""
    for figure in results["figures"].values():
        shared = {
            "edition": slug,
            "territory": results["territory"]["code"],
            "base": figure["base"],
            "base_version": figure["version"],
            "reference_date": figure["on"],
            "known_on": results["known_at"],
            "indicator": figure["indicator"],
            "fingerprint": figure["fingerprint"]["code"],
            **_in_both("indicator", lambda name=figure["indicator"]: label_indicator(name, results["measures"])),
        }
        is_blind = figure["enterprises"] == 0 and figure["undecided"] > 0
        yield shared | {"dimension": "", "code": ""} | _amounts(figure, figure["scale"], is_blind=is_blind)
        for dimension, lines in figure["tables"].items():
            for line in lines:
                told = _in_both("label", lambda d=dimension, c=line["code"]: label_code(d, c, definitions))
                amounts = _amounts(line, figure["scale"], is_blind=is_blind)
                yield shared | {"dimension": dimension, "code": line["code"]} | told | amounts


def write_csv(slug: str, results: Results, definitions: Definitions) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need to read accents; commas, CRLF (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [name for name, *_titles in COLUMNS], restval="")
    writer.writeheader()
    for row in list_rows(slug, results, definitions):
        writer.writerow({name: neutralise(value) for name, value in row.items()})
    return out.getvalue().encode("utf-8-sig")


def write_csvw(slug: str, definitions: Definitions, *, address: str, title: str) -> bytes:
    """The W3C metadata (CSV on the Web, 2015) of :func:`write_csv`'s file."""
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "url": address,
        "dc:title": title,
        "dc:source": [source["title"] for source in definitions["sources"]],
        "dc:license": sorted({source["licence"] for source in definitions["sources"] if source["licence"]}),
        "dc:identifier": slug,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "notes": [{"fr": base["description_fr"], "en": base["description_en"]} for base in definitions["bases"]],
        "tableSchema": {
            "columns": [
                {"name": name, "titles": {"fr": [name, french], "en": [name, english]}, "datatype": kind, "null": [""]}
                for name, kind, french, english in COLUMNS
            ],
            "primaryKey": ["base", "base_version", "reference_date", "indicator", "dimension", "code"],
        },
    }
    return (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()


def write_json(results: Results, manifest: Mapping[str, Any]) -> bytes:
    """The results without what they say of one enterprise alone, and the manifest that proves them."""
    comparisons = {
        key: {name: value for name, value in kept.items() if name != "units"}
        for key, kept in results["comparisons"].items()
    }
    public = {**results, "comparisons": comparisons, "manifest": manifest}
    return (json.dumps(public, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def neutralise(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is preceded by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) and value != "-" else value


def plain(stored: int | None, scale: int) -> Decimal | int | None:
    """A stored integer in natural units, exact."""
    return stored if stored is None or scale == 0 else Decimal(stored).scaleb(-scale)


def _amounts(line: Results, scale: int, *, is_blind: bool) -> dict[str, Any]:
    counts = {"enterprises": line["enterprises"], "without_figure": line["without_figure"]}
    if is_blind or (line["value"] is None and not line["banded"]):
        return counts | {"status": NOT_AVAILABLE}
    if line["value"] is None:
        return counts | {"low": plain(line["low"], scale), "high": plain(line["high"], scale), "status": INTERVAL}
    value = plain(line["value"], scale)
    return counts | {"value": value, "low": value, "high": value, "status": ""}


def _in_both(name: str, say: Any) -> dict[str, str]:
    told = {}
    for language in ("fr", "en"):
        with translation.override(language):
            told[f"{name}_{language}"] = str(say())
    return told
