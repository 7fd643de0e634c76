"""The spreadsheet of an edition, in the language in force: what it is, then a sheet per group of tables.

Dates inside the file are those of publication, so that the same edition is the same bytes. Text is written as text:
no cell is ever a formula or a link.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from essor.design.wording import is_english, write_day
from essor.methods.figures import DIMENSIONS
from essor.observatory.downloads.cells import NOT_AVAILABLE, TOTAL, list_lines
from essor.observatory.downloads.dossier import Dossier, open_reader
from essor.observatory.downloads.movements import list_bridge_rows, list_comparison_rows
from essor.observatory.labels import label_base, label_code, label_dimension, label_indicator, label_territory

Value = str | int | Decimal | date | None
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
TEXT_WIDTH, NUMBER_WIDTH, LEDE_WIDTH = 34, 15, 96


@dataclass(frozen=True, slots=True)
class Sheet:
    """``kinds``: how each column is written: text, day, whole, decimal or percent."""

    name: str
    headings: Sequence[str]
    kinds: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write_workbook(dossier: Dossier) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, OPTIONS)
    published = dossier.edition.published_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    workbook.set_properties({"title": dossier.title, "author": "Essor", "created": published})
    formats = _add_formats(workbook)
    _write_readme(workbook, dossier, formats)
    for sheet in (_list_totals(dossier), *_list_tables(dossier), *_list_movements(dossier)):
        _write_sheet(workbook, sheet, formats)
    workbook.close()
    return out.getvalue()


def _add_formats(workbook: Any) -> dict[str, Any]:
    """Number formats as a reader of the language writes them: 1 264, 25,9 %, 29 novembre 2017."""
    english = is_english()
    base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    days = "[$-1009]mmmm d, yyyy" if english else "[$-C0C]d mmmm yyyy"
    return {
        "title": workbook.add_format({**base, "bold": True, "font_size": 16, "font_color": "#0f5c63"}),
        "heading": workbook.add_format({**base, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#f3f0e8"}),
        "bold": workbook.add_format({**base, "bold": True, "text_wrap": True}),
        "notice": workbook.add_format({**base, "bold": True, "text_wrap": True, "font_color": "#8a2519"}),
        "text": workbook.add_format({**base, "text_wrap": True}),
        "day": workbook.add_format({**base, "num_format": days, "align": "left"}),
        "whole": workbook.add_format({**base, "num_format": "#,##0"}),
        "decimal": workbook.add_format({**base, "num_format": "#,##0.00"}),
        "percent": workbook.add_format({**base, "num_format": "0.0%" if english else "0.0\N{NO-BREAK SPACE}%"}),
        "missing": workbook.add_format({**base, "align": "right", "font_color": "#46545d"}),
    }


def _write_sheet(workbook: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page = workbook.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for column, (heading, kind) in enumerate(zip(sheet.headings, sheet.kinds, strict=True)):
        page.write_string(0, column, heading, formats["heading"])
        page.set_column(column, column, TEXT_WIDTH if kind == "text" else NUMBER_WIDTH + (kind == "day") * 5)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for column, (value, kind) in enumerate(zip(row, sheet.kinds, strict=True)):
            _write_value(page, (last, column), value, kind, formats)
    page.autofilter(0, 0, last, len(sheet.headings) - 1)


def _write_value(page: Any, place: tuple[int, int], value: Value, kind: str, formats: dict[str, Any]) -> None:
    if value is None:
        page.write_blank(*place, None, formats["missing"])
    elif isinstance(value, str):
        page.write_string(*place, value, formats["text"] if kind == "text" else formats["missing"])
    elif isinstance(value, date):
        page.write_datetime(*place, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001
    else:
        page.write_number(*place, value, formats[kind])


def _write_readme(workbook: Any, dossier: Dossier, formats: dict[str, Any]) -> None:
    page = workbook.add_worksheet(_("Lisez-moi"))
    page.set_column(0, 0, TEXT_WIDTH)
    page.set_column(1, 1, LEDE_WIDTH)
    page.hide_gridlines(2)
    page.write_string(0, 0, dossier.title, formats["title"])
    row = 1
    for notice in _list_notices(dossier):
        page.merge_range(row, 0, row, 1, "", formats["notice"])
        page.write_string(row, 0, notice, formats["notice"])
        row += 1
    for label, text in _tell_edition(dossier):
        row += 1
        page.write_string(row, 0, label, formats["bold"])
        page.write_string(row, 1, text, formats["text"])


def _list_notices(dossier: Dossier) -> list[str]:
    notices = []
    if dossier.is_demo:
        notices.append(_("Démonstration : les entreprises et les chiffres sont fictifs."))
    if dossier.successor is not None:
        notices.append(
            _("Cette édition a été corrigée par « %(slug)s » : %(reason)s")
            % {"slug": dossier.successor.slug, "reason": dossier.successor.correction_reason}
        )
    return notices


def _tell_edition(dossier: Dossier) -> list[tuple[str, str]]:
    edition, reader = dossier.edition, open_reader(dossier, with_names=False)
    told = [
        (_("Territoire"), f"{label_territory(dossier.results['territory'])} ({edition.territory_code})"),
        (_("Lieux"), dossier.results["territory"]["vintage"]),
        (_("Dates de référence"), ", ".join(write_day(date.fromisoformat(on)) for on in dossier.results["dates"])),
        (_("Ce qu’on savait"), write_day(dossier.known_on)),
        (_("Publiée"), f"{write_day(edition.published_at)}, {dossier.manifest['published_by']}"),
    ]
    if edition.predecessor:
        told.append((_("Corrige"), f"{edition.predecessor.slug} : {edition.correction_reason}"))
    for base in dossier.definitions["bases"]:
        lines = [
            base[f"description_{reader.language}"],
            *("  " * line.level + line.text for line in reader.describe(base)),
        ]
        told.append(
            (_("Base « %(base)s »") % {"base": label_base(base)}, "\n".join(line for line in lines if line.strip()))
        )
    return [
        *told,
        (_("Symboles"), _(
            "« .. » : non disponible, ce qui n’est pas un zéro. « r » : révisé. « Inconnu » réunit les réponses qui "
            "manquent ; les lignes d’un tableau font son total."
        )),
        (_("Chiffres manquants"), _(
            "Une somme ne contient que les entreprises qui ont un chiffre ; « Sans chiffre » compte les autres."
        )),
        (_("Masquage"), _("aucun : les chiffres sont publiés tels qu’ils sont comptés")),
        (_("Sources"), "\n".join(_name_source(source) for source in dossier.definitions["sources"])),
        (_("Citer"), dossier.citation),
        (_("Empreinte du manifeste"), edition.manifest_hash),
        (_("Empreinte des données"), edition.snapshot_hash),
        (_("Vérifier"), f"./essor edition verify {edition.slug}"),
    ]  # fmt: skip


def _name_source(source: dict[str, Any]) -> str:
    return " · ".join(part for part in (source["title"], source["publisher"], source["licence"]) if part)


def _list_totals(dossier: Dossier) -> Sheet:
    rows = [row for row, dimension in _list_rows(dossier) if dimension == TOTAL]
    headings, kinds = _name_columns(_("Mesure"))
    return Sheet(_("Totaux"), headings, kinds, [(*row[:3], *row[4:]) for row in rows])


def _list_tables(dossier: Dossier) -> list[Sheet]:
    rows = list(_list_rows(dossier))
    sheets = []
    for name in DIMENSIONS:
        headings, kinds = _name_columns(_("Mesure"), label_dimension(name))
        sheets.append(
            Sheet(label_dimension(name), headings, kinds, [row for row, dimension in rows if dimension == name])
        )
    return sheets


def _name_columns(*texts: str) -> tuple[list[str], list[str]]:
    headings = [
        _("Base"), _("Date de référence"), *texts, _("Valeur"), _("Au moins"), _("Au plus"), _("Statut"),
        _("Entreprises"), _("Sans chiffre"), _("Organisations indécises"),
        _("Organisations dont rien n’est dit"),
    ]  # fmt: skip
    amounts = ["decimal", "decimal", "decimal", "status", "whole", "whole", "whole", "whole"]
    return headings, ["text", "day", *("text" for _text in texts), *amounts]


def _list_rows(dossier: Dossier) -> Iterable[tuple[tuple[Value, ...], str]]:
    bases = {base["slug"]: label_base(base) for base in dossier.results["bases"]}
    for line in list_lines(dossier.results, dossier.edition.changes):
        figure, cell = line.figure, line.cell
        is_known = cell.status != NOT_AVAILABLE or line.enterprises > 0
        label = "" if line.dimension == TOTAL else label_code(line.dimension, line.code, dossier.definitions)
        row = (
            bases[figure["base"]],
            date.fromisoformat(figure["on"]),
            label_indicator(figure["indicator"], dossier.results["measures"]),
            label,
            NOT_AVAILABLE if cell.value is None else cell.value,
            cell.low,
            cell.high,
            cell.status,
            line.enterprises if is_known else NOT_AVAILABLE,
            line.without_figure if is_known else NOT_AVAILABLE,
            figure["undecided"],
            figure["unseen"],
        )
        yield row, line.dimension


def _list_movements(dossier: Dossier) -> list[Sheet]:
    kinds = ["text", "day", "day", "text", "text", "decimal", "percent"]
    headings = [_("Base"), _("De"), _("À"), _("Lecture"), _("Ligne"), _("Nombre"), _("Taux")]
    bridges = [_("De la base"), _("À la base"), _("Date de référence"), _("Ligne"), _("Emplois"), _("Entreprises")]
    return [
        Sheet(_("Comparaisons"), headings, kinds, list_comparison_rows(dossier.results)),
        Sheet(
            _("Ponts"), bridges, ["text", "text", "day", "text", "decimal", "whole"], list_bridge_rows(dossier.results)
        ),
    ]
