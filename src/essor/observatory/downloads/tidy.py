"""The CSV of an edition, one row per cell, and the CSVW metadata that says what each column holds.

UTF-8 with a byte order mark, commas and decimal points: what spreadsheets, statistical software and the W3C's
« CSV on the Web » read without a question. Text that a spreadsheet would run as a formula is made plain text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, override

from essor.design.wording import plain
from essor.methods.figures import DIMENSIONS
from essor.observatory.downloads.cells import NOT_AVAILABLE, REVISED, TOTAL, Line, find_unit, list_lines
from essor.observatory.downloads.dossier import Dossier
from essor.observatory.folders import write_json
from essor.observatory.labels import label_code

MARK = "\N{BOM}"


@dataclass(frozen=True, slots=True)
class TidyColumn:
    """A column: its name in the file, its titles, its CSVW datatype, and whether every row has it."""

    name: str
    french: str
    english: str
    datatype: Any
    is_required: bool = True


COLUMNS = (
    TidyColumn("edition", "Édition", "Edition", "string"),
    TidyColumn("base", "Base", "Base", "string"),
    TidyColumn("version", "Version de la base", "Version of the base", "integer"),
    TidyColumn("territory", "Code du territoire", "Territory code", "string"),
    TidyColumn("reference_date", "Date de référence", "Reference date", "date"),
    TidyColumn("known_on", "Ce qu’on savait le", "As known on", "date"),
    TidyColumn("indicator", "Indicateur", "Indicator", "string"),
    TidyColumn("dimension", "Dimension", "Dimension", {"base": "string", "format": "|".join([TOTAL, *DIMENSIONS])}),
    TidyColumn("code", "Code", "Code", "string"),
    TidyColumn("label_fr", "Libellé français", "French label", "string"),
    TidyColumn("label_en", "Libellé anglais", "English label", "string"),
    TidyColumn("value", "Valeur", "Value", "decimal", is_required=False),
    TidyColumn("low", "Au moins", "At least", "decimal", is_required=False),
    TidyColumn("high", "Au plus", "At most", "decimal", is_required=False),
    TidyColumn("unit", "Unité", "Unit", "string"),
    TidyColumn("status", "Statut", "Status", {"base": "string", "format": r"\.\.|r"}, is_required=False),
    TidyColumn("enterprises", "Entreprises", "Enterprises", "integer", is_required=False),
    TidyColumn("without_figure", "Sans chiffre", "Without a figure", "integer", is_required=False),
    TidyColumn("undecided", "Organisations indécises", "Undecided organisations", "integer"),
    TidyColumn("unseen", "Organisations dont rien n’est dit", "Organisations of which nothing is said", "integer"),
    TidyColumn("fingerprint", "Empreinte de la définition", "Definition fingerprint", "string"),
)  # fmt: skip
PRIMARY_KEY = ("edition", "base", "version", "reference_date", "indicator", "dimension", "code")
NOTES = {
    "fr": (
        (
            f"« {NOT_AVAILABLE} » dans status : non disponible ; value est vide, ce qui n’est pas un zéro. "
            "Quand low est rempli, seul l’intervalle est connu ; si high est vide alors, il est ouvert."
        ),
        "Des organisations toutes indécises ne font pas un zéro : la valeur est non disponible.",
        "unseen compte celles qui existent et dont rien n’est dit ce jour-là : ni comptées, ni indécises.",
        f"« {REVISED} » : révisé par cette édition, qui en corrige une autre.",
        "without_figure compte les entreprises de la ligne dont le chiffre manque : il n’est dans aucune somme.",
        "La ligne « unknown » d’une dimension réunit les réponses qui manquent ; les lignes font le total.",
        (
            "UTF-8 avec marque d’ordre, virgules entre colonnes, point décimal. Pour un tableur en français, "
            "le classeur XLSX de la même édition s’ouvre sans réglage."
        ),
        "Une apostrophe précède un texte qu’un tableur prendrait pour une formule.",
        "Certains codes (« 5-9 ») ressemblent à des dates : importez la colonne code comme du texte.",
        "Aucun masquage : les chiffres sont publiés tels qu’ils sont comptés.",
    ),
    "en": (
        (
            f"“{NOT_AVAILABLE}” in status: not available; value is empty, which is not a zero. "
            "Where low is filled, only the interval is known; if high is then empty, it is open."
        ),
        "Organisations that are all undecided do not make a zero: the value is not available.",
        "unseen counts those that exist and of which nothing is said that day: neither counted nor undecided.",
        f"“{REVISED}”: revised by this edition, which corrects another.",
        "without_figure counts the enterprises of the row whose figure is missing: it is in no sum.",
        "The “unknown” row of a dimension gathers missing answers; the rows add up to the total.",
        (
            "UTF-8 with a byte order mark, commas between columns, decimal point. "
            "In a French spreadsheet, the XLSX workbook of the same edition opens without any setting."
        ),
        "An apostrophe stands before a text that a spreadsheet would take for a formula.",
        "Some codes (“5-9”) look like dates: import the code column as text.",
        "No suppression: figures are published as they are counted.",
    ),
}


def write_csv(dossier: Dossier) -> bytes:
    """The whole edition as tidy rows; the same bytes each time, in any language."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows(_list_rows(dossier))
    return (MARK + text.getvalue()).encode()


def _list_rows(dossier: Dossier) -> Iterator[list[str]]:
    results = dossier.results
    lines = list(list_lines(results, dossier.edition.changes))
    french, english = _list_labels(lines, dossier, "fr"), _list_labels(lines, dossier, "en")
    for line, label_fr, label_en in zip(lines, french, english, strict=True):
        figure, cell, is_known = line.figure, line.cell, line.cell.status != NOT_AVAILABLE or line.enterprises
        yield [
            plain(dossier.edition.slug),
            plain(figure["base"]),
            str(figure["version"]),
            plain(results["territory"]["code"]),
            figure["on"],
            dossier.known_on.isoformat(),
            plain(figure["indicator"]),
            line.dimension,
            plain(line.code),
            plain(label_fr),
            plain(label_en),
            _write_number(cell.value),
            _write_number(cell.low),
            _write_number(cell.high),
            plain(find_unit(figure, results)),
            cell.status,
            str(line.enterprises) if is_known else "",
            str(line.without_figure) if is_known else "",
            str(figure["undecided"]),
            str(figure["unseen"]),
            plain(figure["fingerprint"]["code"]),
        ]


def _list_labels(lines: list[Line], dossier: Dossier, language: str) -> list[str]:
    with override(language):
        return [
            gettext("Total") if line.dimension == TOTAL else label_code(line.dimension, line.code, dossier.definitions)
            for line in lines
        ]


def _write_number(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def write_csvw(dossier: Dossier) -> bytes:
    """The metadata of the CSV: a table description of « Metadata Vocabulary for Tabular Data » (W3C, 2015)."""
    columns = [_describe_column(column) for column in COLUMNS]
    notes = [{"schema:text": text, "schema:inLanguage": code} for code in NOTES for text in _list_notes(dossier, code)]
    return write_json(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
            "url": f"{dossier.stem}.csv",
            **_describe_edition(dossier),
            "notes": notes,
            "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True, "lineTerminators": ["\r\n"]},
            "tableSchema": {"columns": columns, "primaryKey": list(PRIMARY_KEY)},
        }
    )


def _describe_edition(dossier: Dossier) -> dict[str, Any]:
    edition = dossier.edition
    told = {
        "dc:title": [{"@value": edition.title_fr, "@language": "fr"}, {"@value": edition.title_en, "@language": "en"}],
        "dc:identifier": edition.slug,
        "dc:publisher": {"schema:name": dossier.manifest["published_by"]},
        "dc:issued": {"@value": timezone.localdate(edition.published_at).isoformat(), "@type": "xsd:date"},
        "dc:license": _list_licences(dossier),
        "dc:source": [_describe_source(source) for source in dossier.definitions["sources"]],
        "dc:isPartOf": dossier.address,
        "dc:provenance": f"SHA-256: manifest {edition.manifest_hash}, records {edition.snapshot_hash}",
    }
    if edition.predecessor:
        told["dc:replaces"] = edition.predecessor.slug
    return told


def _list_notes(dossier: Dossier, language: str) -> list[str]:
    demo = {"fr": "Entreprises fictives : une démonstration.", "en": "Fictitious enterprises: a demonstration."}
    bases = [
        f"{base['slug']} {base['number']} — {base[f'label_{language}']}. {base[f'description_{language}']}".strip()
        for base in dossier.definitions["bases"]
    ]
    return [*NOTES[language], *bases, *([demo[language]] if dossier.is_demo else [])]


def _list_licences(dossier: Dossier) -> list[str]:
    return list(dict.fromkeys(source["licence"] for source in dossier.definitions["sources"] if source["licence"]))


def _describe_source(source: Any) -> dict[str, Any]:
    told = {"dc:title": source["title"], "dc:publisher": source["publisher"], "dc:date": source["retrieved_on"]}
    return {name: value for name, value in told.items() if value}


def _describe_column(column: TidyColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "titles": {"fr": [column.name, column.french], "en": [column.name, column.english]},
        "datatype": column.datatype,
        "required": column.is_required,
        "null": [""],
    }
