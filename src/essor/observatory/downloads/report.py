"""An edition on paper: a tagged PDF (PDF/UA-1) set by Typst from ``documents/portrait.typ``."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.design.charts import Waterfall, draw_standalone
from essor.design.tables import Table
from essor.design.wording import write_as, write_day, write_decimal, write_month, write_signed, write_signed_percent
from essor.observatory.models import Edition
from essor.observatory.reading import BaseReading, BridgeReading, Reader
from essor.observatory.rules import sha256_of

TEMPLATE = Path(__file__).resolve().parents[1] / "documents" / "portrait.typ"
MOST_UNDECIDED = 40


def find_report(edition: Edition, reader: Reader, *, title: str, address: str, is_demo: bool) -> bytes:
    """The PDF, set once and kept: what it says, and how it is set, name the file."""
    said = json.dumps(tell(edition, reader, title=title, address=address, is_demo=is_demo), ensure_ascii=False)
    kept = Path(settings.DATA_DIR) / "documents" / edition.slug
    file = kept / f"{sha256_of(said + TEMPLATE.read_text(encoding='utf-8'))}.{reader.language}.pdf"
    if file.is_file():
        return file.read_bytes()
    content = set_pdf(said, edition.published_at)
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept, delete=False) as out:
        out.write(content)
    Path(out.name).replace(file)
    return content


def set_pdf(said: str, published_at: datetime) -> bytes:
    """PDF/UA-1 bytes, the same each time; a picture without its alternative text is an error."""
    timestamp = int(published_at.astimezone(UTC).timestamp())
    return bytes(
        typst.compile(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            sys_inputs={"data": said},
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
            timestamp=timestamp,
        )
    )


def tell(edition: Edition, reader: Reader, *, title: str, address: str, is_demo: bool) -> dict[str, Any]:
    """All that the document says, in the language in force, as plain data."""
    bases = reader.read_bases()
    published = edition.published_at
    return {
        "language": reader.language,
        "title": title,
        "lede": bases[0].label,
        "kicker": _("Portrait — {place}").format(place=reader.territory_name),
        "published": [published.year, published.month, published.day],
        "footer": _("Ce qu’on savait le {day}").format(day=write_day(edition.known_at)),
        "demo": _("Démonstration : entreprises fictives") if is_demo else "",
        "superseded": _tell_successor(edition),
        "bases": [_tell_base(base, reader.territory_name) for base in bases],
        "bridges": [_tell_bridge(bridge) for bridge in reader.read_bridges()],
        "unknown": {
            "heading": _("Ce qu’on ne sait pas"),
            "text": _("Une réponse qui manque n’est ni un zéro ni un oui. Ces organisations ne sont pas comptées."),
        },
        "method": {"heading": _("Comment on le sait"), "facts": _tell_method(edition, reader, title, address)},
    }


def _tell_base(base: BaseReading, place: str) -> dict[str, Any]:
    headline = base.headline
    said = {"month": write_month(headline.on), "n": write_as("whole", headline.enterprises), "place": place}
    change = ""
    if base.comparison is not None:
        change = _("{growth} depuis {start}, aux mêmes critères : {yearly} par an.").format(
            growth=write_signed_percent(base.comparison["growth"], 1),
            start=write_month(base.first_on),
            yearly=write_signed_percent(base.comparison["yearly"], 1),
        )
    return {
        "label": base.label,
        "sentence": _(
            "En {month}, {{figure}} personnes travaillent dans {n} entreprises d’économie sociale ({place})."
        ).format(**said),
        "value": write_as("whole", headline.jobs),
        "change": change,
        "gaps": _tell_gaps(base),
        "growth": _draw(base.growth),
        "compared": [_write_table(table) for table in (base.readings, base.flows) if table],
        "detail": _("Le détail, selon « {label} »").format(label=base.label),
        "tables": [_write_table(part.table) for part in base.dimensions],
        "undecided": [
            {"name": item["name"], "missing": ", ".join(item["missing"])} for item in base.undecided[:MOST_UNDECIDED]
        ],
        "description": base.description,
        "criteria": [{"level": line.level, "text": line.text} for line in base.criteria],
    }


def _tell_gaps(base: BaseReading) -> str:
    said = []
    if base.headline.full_time is not None:
        amount = write_decimal(base.headline.full_time, 1)
        said.append(_("En équivalents temps plein, pour celles qui l’ont dit : {amount}.").format(amount=amount))
    if number := base.headline.undecided:
        words = ngettext("{n} organisation reste indécise.", "{n} organisations restent indécises.", number)
        said.append(words.format(n=write_as("whole", number)))
    return " ".join(said)


def _tell_bridge(reading: BridgeReading) -> dict[str, Any]:
    bridge = reading.bridge
    return {
        "heading": _("De « {a} » à « {b} »").format(a=reading.label_a, b=reading.label_b),
        "title": _("Ces deux chiffres ne se comparent pas"),
        "text": _(
            "{total_a} est compté selon « {a} », {total_b} selon « {b} ». "
            "L’écart n’est pas une croissance : voici de quoi il est fait."
        ).format(
            total_a=write_as("whole", bridge["total_a"]),
            a=reading.label_a,
            total_b=write_as("whole", bridge["total_b"]),
            b=reading.label_b,
        ),
        "chart": _draw(reading.chart),
        "parts": [
            {"label": part["label"], "amount": write_signed(part["amount"]), "names": ", ".join(part["names"])}
            for part in reading.parts
        ],
    }


def _tell_method(edition: Edition, reader: Reader, title: str, address: str) -> list[dict[str, Any]]:
    facts = [
        (_("Ce qu’on savait le"), write_day(edition.known_at), False),
        (_("Lieux"), reader.results["territory"]["vintage"], False),
        (_("Masquage"), _("aucun : les chiffres sont publiés tels qu’ils sont comptés"), False),
        (_("Sources"), " ; ".join(source["title"] for source in reader.definitions["sources"]), False),
        (_("Empreinte des données"), edition.snapshot_hash, True),
        (_("Empreinte du manifeste"), edition.manifest_hash, True),
        (_("Vérifier"), f"./essor edition verify {edition.slug}", True),
        (_("Citer"), f"{title}. Essor, {write_day(edition.published_at)}. {address}", False),
    ]
    return [{"label": label, "text": text, "code": is_code} for label, text, is_code in facts]


def _tell_successor(edition: Edition) -> Mapping[str, str] | None:
    successor = Edition.objects.filter(predecessor=edition).first()
    if successor is None:
        return None
    return {"title": _("Cette édition a été corrigée"), "text": f"{successor.correction_reason} ({successor.slug})"}


def _draw(chart: Waterfall | None) -> dict[str, str] | None:
    if chart is None:
        return None
    return {
        "svg": draw_standalone(chart),
        "alt": chart.description,
        "title": chart.title,
        "subtitle": chart.subtitle,
    }


def _write_table(table: Table) -> dict[str, Any]:
    rows = [
        {"cells": [row.head.text, *(cell.text for cell in row.cells)], "note": row.note, "total": row.is_total}
        for row in table.written_rows()
    ]
    return {
        "caption": table.caption,
        "columns": [column.label for column in table.columns],
        "rows": rows,
        "note": table.note,
    }
