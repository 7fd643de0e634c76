"""What the printed report of an edition says, in the language in force: its opening, its sections, its appendix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from essor.design import blocks
from essor.design.blocks import Block
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day, write_month, write_signed, write_whole
from essor.directory.rules import fold
from essor.methods.bases import FULL_TIME
from essor.observatory import pictures
from essor.observatory.downloads.cells import NOT_AVAILABLE, read_cell
from essor.observatory.downloads.corrections import tell_corrections
from essor.observatory.downloads.dossier import Dossier, open_reader
from essor.observatory.growths import say_growth
from essor.observatory.labels import label_base, label_place, label_territory
from essor.observatory.reading import BaseReading, BridgeReading, Reader
from essor.observatory.rules import is_decided, may_name
from essor.observatory.sentences import find_figure, say_bridge, say_gaps, say_withheld, write_amount

MOST_NAMED = 1000
CONTINUING = "continuing"
THREE_THINGS = gettext_noop(
    "« Sur cette même base » peut vouloir dire trois choses. Elles donnent trois nombres ; "
    "chacun est juste, pour sa question."
)
NOT_COUNTED = gettext_noop(
    "Une réponse qui manque n’est ni un zéro ni un oui. Ces organisations ne sont pas comptées ; elles "
    "pourraient l’être."
)


def tell_report(dossier: Dossier) -> dict[str, Any]:
    """All that the document says, as plain data for ``documents/portrait.typ``."""
    reader = open_reader(dossier, with_names=True)
    bases, bridges = reader.read_bases(), reader.read_bridges()
    place, last = label_territory(dossier.results["territory"]), date.fromisoformat(dossier.results["dates"][-1])
    return {
        "language": reader.language,
        "title": dossier.title,
        "kicker": _("Portrait — %(place)s") % {"place": place},
        "place": place,
        "beside": write_day(last),
        "demo": _("Démonstration : entreprises fictives") if dossier.is_demo else "",
        "notice": _tell_successor(dossier),
        "openings": [_tell_opening(dossier, base) for base in dossier.results["bases"]],
        "apart": _("Ces totaux ne se comparent pas : chacun a sa définition.") if len(bases) > 1 else "",
        "facts": _tell_facts(dossier),
        "page": _("page"),
        "sections": [
            *_tell_growths(dossier, reader, bases),
            *(_tell_bridge(dossier, bridge) for bridge in bridges),
            *(_tell_detail(base) for base in bases),
            _tell_gaps(dossier, reader, bases),
            *tell_corrections(dossier),
            _tell_method(dossier, bases),
            _tell_members(dossier, reader),
        ],
    }


def _tell_successor(dossier: Dossier) -> Block | None:
    successor = dossier.successor
    if successor is None:
        return None
    told = {"reason": successor.correction_reason, "slug": successor.slug}
    return blocks.set_notice(
        _("Cette édition a été corrigée"), _("%(reason)s Lisez plutôt l’édition « %(slug)s ».") % told
    )


def _tell_opening(dossier: Dossier, base: Any) -> Block:
    """One base's total at the last date: the number apart, large, then the words that it belongs to."""
    on = dossier.results["dates"][-1]
    jobs, count = find_figure(dossier.results, base, "jobs", on), find_figure(dossier.results, base, "enterprises", on)
    said = {
        "month": write_month(date.fromisoformat(on)),
        "n": write_whole(count["enterprises"]),
        "place": label_place(dossier.definitions["territory"]),
    }
    if read_cell(jobs).status == NOT_AVAILABLE and jobs["value"] is not None:
        figure, words = (
            NOT_AVAILABLE,
            _("En %(month)s, on n’en sait pas assez pour compter les entreprises %(place)s.") % said,
        )
    else:
        figure, words = write_amount(jobs), _name_amount(base, count["enterprises"]) % said
    basis = _("Selon la base « %(base)s » (version %(version)s).") % {
        "base": label_base(base),
        "version": base["version"],
    }
    return {"figure": figure, "words": words, "basis": basis, "gaps": _tell_missing(dossier, base, jobs)}


def _name_amount(base: Any, number: int) -> str:
    if base["jobs_variable"] == FULL_TIME:
        return ngettext(
            "équivalents temps plein dans %(n)s entreprise d’économie sociale %(place)s, en %(month)s.",
            "équivalents temps plein dans %(n)s entreprises d’économie sociale %(place)s, en %(month)s.",
            number,
        )
    return ngettext(
        "personnes travaillent dans %(n)s entreprise d’économie sociale %(place)s, en %(month)s.",
        "personnes travaillent dans %(n)s entreprises d’économie sociale %(place)s, en %(month)s.",
        number,
    )


def _tell_missing(dossier: Dossier, base: Any, jobs: Any) -> str:
    full_time = find_figure(dossier.results, base, FULL_TIME, jobs["on"])
    said = [say_gaps(jobs)]
    if base["jobs_variable"] != FULL_TIME and is_decided(full_time) and full_time["exact"] + full_time["banded"]:
        told = {"amount": write_amount(full_time), "missing": write_whole(full_time["without_figure"])}
        words = _("En équivalents temps plein : %(amount)s")
        if full_time["without_figure"]:
            words = ngettext(
                "En équivalents temps plein : %(amount)s, sans %(missing)s entreprise qui ne l’a pas dit.",
                "En équivalents temps plein : %(amount)s, sans %(missing)s entreprises qui ne l’ont pas dit.",
                full_time["without_figure"],
            )
        said.append((words % told).rstrip(".") + ".")
    return " ".join(sentence for sentence in said if sentence)


def _tell_facts(dossier: Dossier) -> list[list[str]]:
    published = f"{write_day(dossier.edition.published_at)}, {dossier.manifest['published_by']}"
    return [
        [_("Ce qu’on savait"), write_day(dossier.known_on)],
        [_("Publiée"), published],
        [_("Lieux"), dossier.results["territory"]["vintage"]],
    ]


def _section(heading: str, told: Sequence[Block], *, is_new_page: bool = False) -> dict[str, Any]:
    return {"heading": heading, "blocks": list(told), "is_new_page": is_new_page}


def _tell_growths(dossier: Dossier, reader: Reader, bases: Sequence[BaseReading]) -> Iterator[dict[str, Any]]:
    for reading, base in zip(bases, dossier.results["bases"], strict=True):
        if reading.comparison is None or reading.growth is None or not reading.readings or not reading.flows:
            continue
        stored = dossier.results["comparisons"][reading.comparison["key"]]
        words = [say_growth(stored, base), *reading.cautions]
        told = [blocks.set_text(" ".join(words)), blocks.set_chart(reading.growth)]
        if reading.parts:
            told.append(blocks.set_table(reading.parts))
        told += [*_list_moved(reader, reading), blocks.set_text(_(THREE_THINGS))]
        told += [blocks.set_table(reading.readings), blocks.set_table(reading.flows)]
        if reading.series:
            told.append(blocks.set_chart(reading.series))
        yield _section(_name_growth(reading.comparison), told, is_new_page=True)


def _name_growth(comparison: Any) -> str:
    months = (write_month(date.fromisoformat(comparison[end])) for end in ("from", "to"))
    return _("De {start} à {end}").format(**dict(zip(("start", "end"), months, strict=True)))


def _list_moved(reader: Reader, reading: BaseReading) -> list[Block]:
    """Who came, left or was seen late: the classes that are not the same enterprises still there."""
    if reading.comparison is None:
        return []
    moved = {**reading.comparison, "units": [unit for unit in reading.comparison["units"] if _has_moved(unit)]}
    parts = reader.naming.name_parts(pictures.tell_parts(moved), is_confidential=bool(reading.withheld))
    items = _list_parts(parts)
    return [blocks.set_heading(_("Qui a changé de place")), blocks.set_facts(items)] if items else []


def _has_moved(unit: Mapping[str, Any]) -> bool:
    return not unit["class"].startswith(CONTINUING)


def _list_parts(parts: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each part with its jobs, and who is in it; what merged stands together."""
    told = []
    for part in parts:
        names = " · ".join(" + ".join(named.name for named in unit) for unit in part["named"])
        if not part["named"]:
            words = ngettext("%(n)s entreprise", "%(n)s entreprises", part["count"])
            names = words % {"n": write_whole(part["count"])}
        if part["more"]:
            names = _("%(names)s et %(n)s autres") % {"names": names, "n": write_whole(part["more"])}
        told.append((f"{part['label']} ({write_signed(part['amount'])})", names))
    return told


def _tell_bridge(dossier: Dossier, reading: BridgeReading) -> dict[str, Any]:
    bridge = reading.bridge
    first, second = (
        next(base for base in dossier.results["bases"] if base["slug"] == bridge[end]["base"]) for end in ("from", "to")
    )
    told = [
        blocks.set_notice(_("Ces deux chiffres ne se comparent pas"), say_bridge(bridge, first, second)),
        blocks.set_chart(reading.chart),
        *([blocks.set_note(reading.left_out)] if reading.left_out else []),
        blocks.set_heading(_("Quelles entreprises font l’écart")),
        blocks.set_facts(_list_parts(reading.parts)),
    ]
    return _section(_("Deux définitions, deux totaux"), told)


def _tell_detail(base: BaseReading) -> dict[str, Any]:
    heading = _("Le détail, selon « %(base)s »") % {"base": base.label}
    if not base.dimensions:
        return _section(heading, [blocks.set_text(_("Rien n’a pu être compté : le total est inconnu."))])
    said = _("Au %(day)s. « Inconnu » réunit les réponses qui manquent ; les lignes font le total.")
    told = [blocks.set_note(said % {"day": write_day(base.headline.on)})]
    return _section(heading, told + [blocks.set_table(part.table) for part in base.dimensions])


def _tell_gaps(dossier: Dossier, reader: Reader, bases: Sequence[BaseReading]) -> dict[str, Any]:
    told, last = [blocks.set_text(_(NOT_COUNTED))], dossier.results["dates"][-1]
    for base, kept in zip(bases, dossier.definitions["bases"], strict=True):
        told.append(blocks.set_heading(base.label))
        if not base.headline.undecided:
            told.append(blocks.set_text(_("Aucune organisation n’est indécise.")))
        elif base.withheld:
            told += [blocks.set_text(say_withheld(base.withheld)), blocks.set_facts(base.missing)]
        else:
            undecided = reader.read_undecided(kept, last, most=MOST_NAMED)
            rows = [Row([item["named"].name, ", ".join(item["missing"])]) for item in undecided]
            columns = [Column(_("Organisation indécise")), Column(_("Ce qui manque"))]
            told.append(blocks.set_table(Table("", columns, rows)))
        if base.headline.unseen:
            told.append(blocks.set_text(base.headline.unseen))
    return _section(_("Ce qu’on ne sait pas"), told)


def _tell_method(dossier: Dossier, bases: Sequence[BaseReading]) -> dict[str, Any]:
    edition, told = dossier.edition, []
    for base in bases:
        told += [
            blocks.set_heading(base.label),
            blocks.set_note(_("Responsable : %(owner)s. Version %(n)s.") % {"owner": base.owner, "n": base.version}),
            *([blocks.set_text(base.description)] if base.description else []),
            blocks.set_lines([(line.level, line.text) for line in base.criteria]),
        ]
    told += [
        blocks.set_heading(_("Sources")),
        blocks.set_table(_tabulate_sources(dossier)),
        blocks.set_heading(_("Vérifier et citer")),
        blocks.set_facts(
            [
                (_("Ce qu’on savait"), write_day(dossier.known_on)),
                (_("Lieux"), dossier.results["territory"]["vintage"]),
                (_("Masquage"), _("aucun : les chiffres sont publiés tels qu’ils sont comptés")),
                (_("Citer"), dossier.citation),
            ]
        ),
        blocks.set_codes(
            [
                (_("Vérifier"), f"./essor edition verify {edition.slug}"),
                (_("Empreinte du manifeste"), edition.manifest_hash),
                (_("Empreinte des données"), edition.snapshot_hash),
            ]
        ),
    ]
    return _section(_("Comment on le sait"), told)


def _tabulate_sources(dossier: Dossier) -> Table:
    columns = [Column(_("Source")), Column(_("Obtenue le"), "day"), Column(_("Faits"), "whole"), Column(_("Licence"))]
    rows = [
        Row(
            [
                source["title"],
                date.fromisoformat(source["retrieved_on"]) if source["retrieved_on"] else None,
                source["facts"],
                source["licence"] or _("non dite"),
            ],
            note=source["publisher"],
        )
        for source in dossier.definitions["sources"]
    ]
    return Table("", columns, rows)


def _tell_members(dossier: Dossier, reader: Reader) -> dict[str, Any]:
    last, told = dossier.results["dates"][-1], []
    for base in dossier.definitions["bases"]:
        members = dossier.results["memberships"][f"{base['slug']}.{base['number']}.{last}"]["members"]
        words = ngettext("%(n)s entreprise comptée", "%(n)s entreprises comptées", len(members))
        told.append(blocks.set_heading(f"{label_base(base)} — {words % {'n': write_whole(len(members))}}"))
        withheld = reader.list_withheld(base)
        if withheld:
            told.append(blocks.set_note(say_withheld(withheld)))
        is_named = may_name(len(members), is_adviser=False, is_confidential=bool(withheld))
        names = sorted((reader.naming.name(number).name for number in members if is_named), key=fold)
        told.append(blocks.set_names(names[:MOST_NAMED]))
        if len(names) > MOST_NAMED:
            rest = {"n": write_whole(len(names) - MOST_NAMED)}
            told.append(blocks.set_note(_("Et %(n)s autres.") % rest))
    heading = _("Annexe : qui est compté au %(day)s") % {"day": write_day(date.fromisoformat(last))}
    return _section(heading, told)
