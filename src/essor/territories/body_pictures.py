"""The tables and the sentences of bodies: what each does, what became of it, who serves a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_day
from essor.knowledge import load_needs
from essor.territories.actions.bodies import as_problem
from essor.territories.faults import BodyError
from essor.territories.lives import (
    MERGED,
    NEED,
    Event,
    Life,
    Mandate,
    Register,
    Step,
    list_takers,
    order_event,
    order_mandate,
)
from essor.territories.models import BodyEvent
from essor.territories.pictures import link_place
from essor.territories.problems import describe_problem
from essor.territories.reorganisations import ReorganisationRefused

MOST_PLACES = 3
NOBODY = "—"


@dataclass(frozen=True, slots=True)
class Words:
    """What a page of bodies needs to say things by their names. ``on``: the day that the page speaks of."""

    register: Register
    places: Mapping[str, str]
    subjects: Mapping[tuple[str, str], str]
    on: date

    def link_body(self, body: str) -> Link:
        return Link(self.register.name_of(body, self.on), reverse("body", args=[body]))

    def link_place(self, code: str) -> Link:
        return link_place(code, self.places.get(code, code))

    def name_subject(self, mandate: Mandate) -> str:
        name = self.subjects.get((mandate.subject_kind, mandate.subject), mandate.subject)
        return name if mandate.subject_kind == NEED else _("Aide : {name}").format(name=name)


def write_since(day: date | None) -> str:
    return write_day(day) if day else _("on ne sait quand")


def link_source(record: Event | Mandate) -> Link | str:
    return Link(record.source, record.source_url) if record.source_url else record.source


def explain_step(step: Step, words: Words) -> str:
    """What became of a body, with the day and the reason."""
    name = words.register.name_of(step.body, step.event.on or words.on)
    other = words.register.name_of(step.other, words.on) if step.other else ""
    if step.event.kind == MERGED:
        said = _("« {name} » n’existe plus depuis le {day} : l’organisme a fusionné avec « {other} ».")
    elif other:
        said = _("« {name} » n’existe plus depuis le {day} : dissous, il est remplacé par « {other} ».")
    else:
        said = _("« {name} » n’existe plus depuis le {day} : il est dissous, et rien ne dit ce qui le remplace.")
    told = said.format(name=name, day=write_day(step.event.on), other=other)
    return " ".join(part for part in (told, step.event.reason, f"({step.event.source})") if part)


def describe_faults(error: BodyError) -> list[str]:
    return [capfirst(describe_problem(as_problem(fault))) for fault in error.faults]


def explain_refusal(error: ReorganisationRefused, register: Register) -> str:
    """Why a reorganisation cannot be, and what to do."""
    body = str(error.facts.get("body", ""))
    life = register.lives.get(body)
    sentences = {
        "body-unknown": _("Aucun organisme n’a l’adresse « {body} ». Choisissez-en un dans la liste."),
        "bodies-missing": _("Il faut deux organismes pour une fusion. Choisissez-en un autre."),
        "into-missing": _("Dites qui prend la suite."),
        "into-itself": _("Un organisme ne peut pas prendre sa propre suite. Choisissez-en un autre."),
        "name-missing": _("Écrivez le nom de l’organisme."),
        "ended": _("« {body} » n’existe pas ce jour-là. Corrigez la date, ou choisissez un autre organisme."),
        "nothing-moves": _("Aucun de ces mandats ne tient encore ce jour-là. Corrigez la date."),
    }
    return sentences[error.code].format(body=life.names[-1].name if life else body)


def build_bodies_table(lives: Iterable[Life], words: Words) -> Table:
    """Those that live: where each serves, for how many things, since when it exists."""
    rows = []
    for life in lives:
        held = [one for one in words.register.mandates_of(life.body) if one.holds_on(words.on)]
        rows.append(
            Row(
                [
                    words.link_body(life.body),
                    _list_some([words.places.get(code, code) for code in sorted({one.place for one in held})]),
                    len({(one.subject_kind, one.subject) for one in held}),
                    write_since(life.starts_on),
                ]
            )
        )
    columns = [Column(_("Organisme")), Column(_("Où")), Column(_("Mandats"), kind="whole"), Column(_("Existe depuis"))]
    return Table(_("Organismes dont aucune fin n’est connue"), columns, rows)


def _list_some(names: Sequence[str]) -> str:
    if not names:
        return NOBODY
    rest = len(names) - MOST_PLACES
    more = ngettext(" et {n} autre", " et {n} autres", rest).format(n=rest) if rest > 0 else ""
    return ", ".join(names[:MOST_PLACES]) + more


def build_ended_table(lives: Iterable[Life], words: Words) -> Table:
    """Those that are no more, and what became of each."""
    rows = [
        Row([words.link_body(life.body), write_since(life.ends_before), _name_successors(life, words)])
        for life in lives
    ]
    columns = [Column(_("Organisme")), Column(_("N’existe plus depuis")), Column(_("Devenu"))]
    return Table(_("Ceux qui ne sont plus"), columns, rows)


def _name_successors(life: Life, words: Words) -> Link | str:
    if life.end and life.end.other:
        return words.link_body(life.end.other)
    takers = [words.register.name_of(body, words.on) for body in list_takers(words.register, life.body)]
    return ", ".join(takers) or _("rien de connu")


def build_mandates_table(mandates: Iterable[Mandate], words: Words, *, caption: str, is_past: bool = False) -> Table:
    """For what, where, since when, by which agreement; those of the past with their end."""
    columns = [Column(_("Pour quoi")), Column(_("Où")), Column(_("Depuis"))]
    columns += [Column(_("Avant le"))] if is_past else []
    columns += [Column(_("Entente")), Column(_("Source"))]
    rows = []
    for mandate in sorted(mandates, key=order_mandate):
        ends = [write_day(mandate.ends_before) if mandate.ends_before else NOBODY] if is_past else []
        cells = [words.name_subject(mandate), words.link_place(mandate.place), write_since(mandate.starts_on), *ends]
        rows.append(
            Row([*cells, mandate.agreement or NOBODY, link_source(mandate)], note=explain_taking(mandate, words))
        )
    return Table(caption, columns, rows)


def explain_taking(mandate: Mandate, words: Words) -> str:
    """Whom a mandate was taken from, and why."""
    said = ""
    if mandate.taken_from:
        name = words.register.name_of(mandate.taken_from, mandate.starts_on or words.on)
        said = _("Repris de « {name} ».").format(name=name)
    return " ".join(part for part in (said, mandate.reason) if part)


def build_life_table(body: str, words: Words) -> Table:
    kinds = dict(BodyEvent.Kind.choices)
    events = sorted((one for one in words.register.events if one.body == body), key=order_event)
    columns = [Column(_("Ce qui est arrivé")), Column(_("Quand")), Column(_("Nom, site ou suite")), Column(_("Source"))]
    rows = [
        Row(
            [
                capfirst(str(kinds[event.kind])),
                write_since(event.on),
                words.link_body(event.other) if event.other else event.name or event.site or NOBODY,
                link_source(event),
            ],
            note=event.reason,
        )
        for event in events
    ]
    return Table(_("Sa vie"), columns, rows)


def build_needs_table(serving: Sequence[Mandate], words: Words) -> Table:
    """Every need, and who serves it there that day; a need that nobody serves is said too."""
    rows = []
    for code in load_needs():
        found = [one for one in serving if (one.subject_kind, one.subject) == (NEED, code)]
        rows += [_write_serving(one, words) for one in found]
        if not found:
            rows.append(Row([words.subjects[NEED, code], _("aucun organisme connu"), NOBODY, NOBODY, NOBODY]))
    return Table(_("Pour chaque besoin, qui aide ici"), _list_serving_columns(_("Besoin")), rows)


def build_aids_table(serving: Sequence[Mandate], words: Words) -> Table:
    rows = [_write_serving(one, words) for one in serving if one.subject_kind != NEED]
    return Table(_("Les programmes d’aide qu’un organisme tient ici"), _list_serving_columns(_("Programme")), rows)


def _list_serving_columns(first: str) -> list[Column]:
    return [Column(first), Column(_("Organisme")), Column(_("Depuis")), Column(_("Mandat sur")), Column(_("Source"))]


def _write_serving(mandate: Mandate, words: Words) -> Row:
    cells: list[Any] = [
        words.subjects.get((mandate.subject_kind, mandate.subject), mandate.subject),
        words.link_body(mandate.body), write_since(mandate.starts_on), words.link_place(mandate.place),
        link_source(mandate),
    ]  # fmt: skip
    return Row(cells, note=explain_taking(mandate, words))


def summarise_serving(serving: Sequence[Mandate], words: Words, *, place: str) -> str:
    """The answer of a place's page, in one sentence."""
    day, bodies = write_day(words.on), len({one.body for one in serving})
    needs = len({one.subject for one in serving if one.subject_kind == NEED})
    if not bodies:
        return _("Le {day}, aucun organisme connu ne sert {place}.").format(day=day, place=place)
    return ngettext(
        "Le {day}, {n} organisme sert {place}, pour {needs} des {all} besoins.",
        "Le {day}, {n} organismes servent {place}, pour {needs} des {all} besoins.",
        bodies,
    ).format(day=day, n=bodies, place=place, needs=needs, all=len(load_needs()))


def summarise_life(life: Life, words: Words) -> str:
    """What a body is today, in one sentence."""
    held = [one for one in words.register.mandates_of(life.body) if one.holds_on(words.on)]
    if life.end and not life.is_alive(words.on):
        return ""
    if life.starts_on and life.starts_on > words.on:
        return _("Cet organisme existera à partir du {day}.").format(day=write_day(life.starts_on))
    if not held:
        return _("On ne lui connaît aujourd’hui aucun mandat.")
    subjects, places = len({(one.subject_kind, one.subject) for one in held}), len({one.place for one in held})
    first = ngettext("Il tient aujourd’hui {n} mandat", "Il tient aujourd’hui {n} mandats", subjects).format(n=subjects)
    return first + ngettext(", sur {n} territoire.", ", sur {n} territoires.", places).format(n=places)
