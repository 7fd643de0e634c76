"""What a committee prints, in the language in force: the pack that it reads before a sitting, and its minutes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.accounts.models import User
from essor.accounts.queries import get_instance_kind
from essor.design import blocks
from essor.design.blocks import Block
from essor.design.paper import set_pdf
from essor.design.tables import Column, Row, Table
from essor.design.wording import is_english, write_day, write_decimal
from essor.programmes.funding_pictures import build_caps_table, build_funding_table, say_sums
from essor.programmes.models import Offer, Sitting
from essor.programmes.pictures import build_scores_table
from essor.programmes.queries.funding import FundingFile
from essor.programmes.queries.packs import Pack, PackedFile
from essor.programmes.queries.sittings import ItemState
from essor.programmes.wording import RESULTS, write_cents

TEMPLATE = Path(__file__).resolve().parent / "documents" / "sitting.typ"
DEMO = "demo"


def print_pack(pack: Pack, *, places: Mapping[str, str], at: datetime) -> bytes:
    """PDF/UA-1 bytes. ``places``: the name of each, by code."""
    return _set(tell_pack(pack, places=places), at)


def print_minutes(sitting: Sitting, states: Sequence[ItemState], *, reader: User | None, at: datetime) -> bytes:
    """``reader``: is told no reason of a file that they withdraw from; None: the whole."""
    return _set(tell_minutes(sitting, states, reader=reader), at)


def tell_pack(pack: Pack, *, places: Mapping[str, str]) -> dict[str, Any]:
    sitting, opened = pack.sitting, [one.state for one in pack.files if not one.is_closed]
    scores = build_scores_table([one for one in opened if one.shows_scores_to(pack.reader)], language=_language())
    members = [str(one) for one in pack.files[0].state.members] if pack.files else []
    reader = str(pack.reader) if pack.reader else _("tous les dossiers de la séance")
    told = [
        blocks.set_heading(_("Sont convoqués")),
        blocks.set_lines([(0, one) for one in members]),
        blocks.set_table(_list_order(pack, places)),
        *([blocks.set_table(scores)] if scores else []),
    ]
    notice = blocks.set_notice(
        _("À garder pour vous"),
        _("Ce cahier parle de projets qui ne sont pas publics. Ne le transmettez pas ; détruisez-le après la séance."),
    )
    sections = [_section(_("La séance"), told)]
    sections += [
        _section(one.state.item.case.reference, _tell_file(one, pack.reader, places), is_new_page=not one.is_closed)
        for one in pack.files
    ]
    return _frame(_("Le cahier de la séance"), sitting, [notice], [(_("Cahier de"), reader)], sections)


def tell_minutes(sitting: Sitting, states: Sequence[ItemState], *, reader: User | None = None) -> dict[str, Any]:
    """What is not decided yet is not there: how it was voted so far is nobody's to read."""
    decided = [state for state in states if state.outcome]
    members = [str(one) for one in (states[0].members if states else sitting.members.order_by("name", "pk"))]
    told = [blocks.set_heading(_("Ont été convoqués")), blocks.set_lines([(0, one) for one in members])]
    sections = [_section(_("La séance"), [*told, *([blocks.set_table(_count_votes(decided))] if decided else [])])]
    for state in decided:
        is_closed = state.is_closed_to(reader)
        sections.append(_section(state.item.case.reference, _tell_decision(state, is_closed=is_closed)))
    sections.append(_section(_("L’adoption"), _tell_adoption(sitting)))
    notices = [] if sitting.adopted_at else [_tell_draft(len(states) - len(decided))]
    return _frame(_("Procès-verbal"), sitting, notices, [], sections)


def _tell_draft(left: int) -> Block:
    said = _("Ce procès-verbal n’est pas adopté : il peut encore changer.")
    if left:
        said += " " + ngettext("Il reste {n} dossier à décider.", "Il reste {n} dossiers à décider.", left).format(
            n=left
        )
    return blocks.set_notice(_("Projet"), said)


def _section(heading: str, told: Iterable[Block], *, is_new_page: bool = False) -> dict[str, Any]:
    return {"heading": heading, "blocks": list(told), "is_new_page": is_new_page}


def _frame(
    kind: str, sitting: Sitting, notices: list[Block], more: list[tuple[str, str]], sections: list[dict[str, Any]]
) -> dict[str, Any]:
    day = write_day(sitting.held_on)
    return {
        "language": _language(),
        "title": _("{kind} du {day}").format(kind=kind, day=day),
        "kicker": getattr(sitting.programme, f"name_{_language()}"),
        "beside": getattr(sitting.programme, f"name_{_language()}"),
        "demo": _("Démonstration : dossiers et personnes fictifs") if get_instance_kind() == DEMO else "",
        "page": _("page"),
        "notices": notices,
        "opening": [_tell_facts(sitting, more)],
        "sections": sections,
    }


def _tell_facts(sitting: Sitting, more: list[tuple[str, str]]) -> Block:
    voices = ngettext("{n} voix", "{n} voix", sitting.quorum).format(n=sitting.quorum)
    return blocks.set_facts(
        [
            (_("Programme"), getattr(sitting.programme, f"name_{_language()}")),
            (_("Séance"), write_day(sitting.held_on)),
            (_("Quorum"), _("{voices}, sans compter qui se retire").format(voices=voices)),
            *more,
        ]
    )


def _list_order(pack: Pack, places: Mapping[str, str]) -> Table:
    columns = [Column(_("Dossier")), Column(_("Lieu"))]
    rows = [
        Row([one.state.item.case.reference, _say_withdrawn() if one.is_closed else _name_place(one, places)])
        for one in pack.files
    ]
    return Table(_("L’ordre du jour"), columns, rows)


def _tell_file(one: PackedFile, reader: User | None, places: Mapping[str, str]) -> Iterator[Block]:
    if one.is_closed:
        yield blocks.set_text(_say_withdrawn())
        return
    case = one.state.item.case
    yield blocks.set_facts([(_("Qui demande"), case.promoter_name), (_("Lieu"), _name_place(one, places))])
    yield blocks.set_heading(_("Ce qui a été demandé, en ses mots"))
    yield from (blocks.set_text(part) for part in _split(one.said) or [_("Rien n’en est gardé.")])
    if one.funding is not None:
        yield blocks.set_heading(_("Le montage financier"))
        yield blocks.set_facts(say_sums(one.funding.stack))
        yield from (blocks.set_table(table) for table in _list_tables(one.funding))
        yield blocks.set_heading(_("Ce qui a été offert"))
        yield from (blocks.set_text(_say_offer(line.offer)) for line in one.funding.file.offers)
        if not one.funding.file.offers:
            yield blocks.set_text(_("Aucune offre n’est encore faite."))
    scoresheet = one.state.item.sitting.programme.scoresheet
    if scoresheet and one.state.shows_scores_to(reader):
        yield blocks.set_table(_score(one.state, scoresheet))
    elif scoresheet:
        yield blocks.set_text(
            _("Les notes du comité paraissent ici une fois votre grille complète, et une autre aussi.")
        )


def _list_tables(funding: FundingFile) -> list[Table]:
    found = (build_funding_table(funding), build_caps_table(funding))
    return [table for table in found if table is not None]


def _say_offer(offer: Offer) -> str:
    parts = [(_("{amount} donnés"), offer.grant_cents), (_("{amount} prêtés"), offer.loan_cents)]
    said = ", ".join(words.format(amount=write_cents(cents)) for words, cents in parts if cents)
    told = _("{partner}, le {day} : {said}.")
    return told.format(partner=offer.agreement.partner, day=write_day(offer.offered_on), said=said)


def _score(state: ItemState, scoresheet: Sequence[Mapping[str, Any]]) -> Table:
    """Each criterion with what it weighs; a criterion that nobody scored is not known."""
    columns = [
        Column(_("Critère")), Column(_("Poids"), "whole"), Column(_("Moyenne"), "decimal", 1),
        Column(_("Écart"), "whole"),
    ]  # fmt: skip
    rows = []
    for line in scoresheet:
        mean, spread = state.weighed.by_criterion.get(str(line["code"])) or (None, None)
        rows.append(Row([str(line[_language()]), int(line["weight"]), mean, spread]))
    whole = len(state.weighed.by_member)
    note = ngettext("{n} grille complète.", "{n} grilles complètes.", whole).format(n=whole)
    if state.weighed.mean is not None:
        said = _("Note sur 5 : {mean} ; écart entre les membres : {spread}.")
        told = said.format(mean=write_decimal(state.weighed.mean), spread=write_decimal(state.weighed.spread))
        note = f"{told} {note}"
    return Table(_("La grille"), columns, rows, note)


def _count_votes(states: Sequence[ItemState]) -> Table:
    columns = [
        Column(_("Dossier")), Column(_("Pour"), "whole"), Column(_("Contre"), "whole"),
        Column(_("Abstentions"), "whole"), Column(_("Décision")),
    ]  # fmt: skip
    rows = [
        Row([
            state.item.case.reference, len(state.tally.said_for), len(state.tally.said_against),
            len(state.tally.abstained), str(RESULTS[state.outcome]),
        ])
        for state in states
    ]  # fmt: skip
    return Table(_("Les votes et les décisions"), columns, rows)


def _tell_decision(state: ItemState, *, is_closed: bool) -> Iterator[Block]:
    none = _("aucun")
    withdrawn = [_say_why(state, number) for number in state.tally.recused]
    yield blocks.set_facts(
        [
            (_("Retirés"), ", ".join(withdrawn) or none),
            (_("N’ont pas voté"), ", ".join(state.name(state.tally.silent)) or none),
            (_("Décision"), str(RESULTS[state.outcome])),
        ]
    )
    if is_closed:
        yield blocks.set_text(_say_withdrawn())
        return
    if state.item.reasons:
        yield blocks.set_heading(_("Les raisons"))
        yield from (blocks.set_text(part) for part in _split(state.item.reasons))
    if state.item.conditions:
        yield blocks.set_heading(_("Les conditions"))
        yield blocks.set_lines([(0, str(one)) for one in state.item.conditions])


def _say_why(state: ItemState, number: int) -> str:
    """The name, then why where the interest is still known."""
    (name,) = state.name([number])
    why = ", ".join(str(one.get_kind_display()) for one in state.recusals.get(number, ()))
    return f"{name} ({why})" if why else name


def _tell_adoption(sitting: Sitting) -> list[Block]:
    if sitting.adopted_at is None:
        return [blocks.set_text(_("Pas encore adopté."))]
    told = _("Adopté par {who}, le {day}.").format(
        who=sitting.adopted_by, day=write_day(timezone.localdate(sitting.adopted_at))
    )
    note = _("L’empreinte est celle du procès-verbal tel qu’il a été adopté : un mot changé en ferait une autre.")
    return [
        blocks.set_text(told),
        blocks.set_codes([("SHA-256", sitting.minutes_hash)]),
        blocks.set_note(note),
    ]


def _say_withdrawn() -> str:
    return _("Vous vous retirez de ce dossier : rien d’autre n’en est dit ici.")


def _name_place(one: PackedFile, places: Mapping[str, str]) -> str:
    return places.get(one.state.item.case.territory_code, one.state.item.case.territory_code)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]


def _language() -> str:
    return "en" if is_english() else "fr"


def _set(told: Mapping[str, Any], at: datetime) -> bytes:
    return set_pdf(TEMPLATE, json.dumps(told, ensure_ascii=False), at=at)
