"""The tables of what a reorganisation moves, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.aid.handlers import GIVER, Handling
from essor.aid.queries.reorganising import MovedAid, MovedFile, MovedMandate, Preview
from essor.cases.wording import write_need
from essor.design.tables import Column, Link, Row, Table
from essor.territories.body_pictures import Words, explain_taking, link_source, write_since
from essor.territories.lives import NEED, Mandate, Register


def build_handlers_table(mandates: Iterable[Mandate], words: Words) -> Table:
    """Who handles a programme, where, since when."""
    columns = [Column(_("Organisme")), Column(_("Où")), Column(_("Depuis")), Column(_("Source"))]
    rows = [
        Row(
            [
                words.link_body(one.body), words.link_place(one.place), write_since(one.starts_on), link_source(one),
            ],
            note=" ".join(part for part in (one.agreement, explain_taking(one, words)) if part),
        )
        for one in mandates
    ]  # fmt: skip
    return Table(_("À qui s’adresser"), columns, rows)


def explain_handling(handling: Handling, *, place: str) -> str:
    """Why these bodies, in one sentence."""
    if handling.by == GIVER:
        said = _("Aucun organisme connu ne s’en occupe à {place} ce jour-là : demandez à qui la donne, {giver}.")
    elif handling.by == NEED:
        said = _(
            "Aucun organisme n’a de mandat pour cette aide à {place} ce jour-là ; "
            "ceux-ci y aident pour ce besoin : {need}."
        )
    else:
        said = _("À {place}, ce jour-là, s’en occupe qui en a le mandat.")
    return said.format(place=place, giver=handling.giver, need=write_need(handling.need))


def build_preview_tables(preview: Preview, words: Words) -> dict[str, Table | None]:
    """``words``: of the day of the reorganisation. A table that would be empty is None."""
    before, after = preview.foreseen.before, preview.foreseen.after
    columns = [Column(_("Avant")), Column(_("À partir de ce jour"))]
    tables = {
        "mandates": Table(
            _("Qui tient chaque mandat"),
            [Column(_("Pour quoi")), Column(_("Où")), *columns],
            [_write_mandate(one, words, before, after) for one in preview.mandates],
        ),
        "agreements": Table(
            _("Qui est partie à chaque entente"),
            [Column(_("Entente")), *columns],
            [
                Row([one.before.agreement, *_name_both(one, words, before, after)], note=words.name_subject(one.before))
                for one in preview.agreements
            ],
        ),
        "aids": Table(
            _("À qui demander chaque aide"),
            [Column(_("Programme")), Column(_("Où")), *columns],
            [_write_aid(one, words, before, after) for one in preview.aids],
        ),
        "files": Table(
            _("Qui suit chaque dossier"),
            [Column(_("Dossier")), Column(_("Besoin")), Column(_("Lieu")), *columns],
            [_write_file(one, words, before, after) for one in preview.files],
        ),
    }
    return {name: table if table.rows else None for name, table in tables.items()}


def _name_both(one: MovedMandate, words: Words, before: Register, after: Register) -> list[str]:
    taken = [after.name_of(mandate.body, words.on) for mandate in one.after]
    return [before.name_of(one.before.body, words.on), ", ".join(dict.fromkeys(taken)) or _("plus aucun organisme")]


def _write_mandate(one: MovedMandate, words: Words, before: Register, after: Register) -> Row:
    place = words.places.get(one.before.place, one.before.place)
    return Row([words.name_subject(one.before), place, *_name_both(one, words, before, after)])


def _write_aid(one: MovedAid, words: Words, before: Register, after: Register) -> Row:
    name = words.subjects.get(("aid", one.programme.slug), one.programme.slug)
    return Row(
        [
            Link(name, reverse("aid", args=[one.programme.slug])),
            words.places.get(one.place, one.place),
            _name_handlers(one.before, before, words),
            _name_handlers(one.after, after, words),
        ]
    )


def _name_handlers(handling: Handling, register: Register, words: Words) -> str:
    names = [register.name_of(body, words.on) for body in handling.bodies]
    return ", ".join(names) or _("qui donne l’aide : {giver}").format(giver=handling.giver)


def _write_file(one: MovedFile, words: Words, before: Register, after: Register) -> Row:
    return Row(
        [
            Link(one.case.reference, reverse("case", args=[one.case.reference])),
            write_need(one.case.need),
            words.places.get(one.case.territory_code, one.case.territory_code),
            before.name_of(one.case.assigned_body, words.on),
            after.name_of(one.after, words.on) if one.after else _("aucun organisme connu"),
        ]
    )
