"""The tables of the directory's pages, ready for design's components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import (
    write_cad,
    write_day,
    write_decimal,
    write_interval,
    write_month,
    write_percent,
    write_whole,
)
from essor.directory.models import Fact, LifeEvent, Source
from essor.directory.queries import Line, OrganisationPage, SourcePage
from essor.directory.queries.listing import JOBS, SIZE_CLASSES
from essor.directory.rules import is_confidential
from essor.knowledge import load_variables
from essor.methods.variables import TRUE, Variable


def write_size(size: tuple[int, int | None] | None) -> str | None:
    if size is None:
        return None
    low, high = size
    if low == high:
        return _("aucun emploi") if low == 0 else write_whole(low)
    return _("{band} emplois").format(band=write_interval(size))


def write_dated_size(line: Line) -> str | None:
    """« de 25 à 49 emplois, novembre 2017 »: the latest known, with the month that it speaks of."""
    size = write_size(line.size)
    return None if size is None else _("{size}, {month}").format(size=size, month=write_month(line.size_on))


def write_code(variable: str, code: str, *, language: str, places: Mapping[str, str]) -> str | None:
    """The words for a code; None where there is none."""
    if not code:
        return None
    known = load_variables().get(variable)
    if known is None:
        return code
    between = ", " if known.kind == "choice_many" else _(" ou ")
    return between.join(_word(known, part, language, places) for part in code.split("|"))


def _word(variable: Variable, code: str, language: str, places: Mapping[str, str]) -> str:
    if variable.kind == "place":
        return places.get(code, code)
    if variable.kind == "boolean":
        return _("oui") if code == TRUE else _("non")
    return variable.value_label(code, language)


def build_directory_table(lines: Sequence[Line], *, language: str, places: Mapping[str, str]) -> Table:
    columns = [
        Column(_("Nom")),
        Column(_("Forme")),
        Column(_("Secteur")),
        Column(_("Municipalité")),
        Column(_("Taille")),
    ]

    def said(line: Line, variable: str) -> str | None:
        return write_code(variable, getattr(line, variable), language=language, places=places)

    rows = [
        Row(
            [
                Link(_write_name(line), reverse("organisation", args=[line.key])),
                said(line, "legal_form"),
                said(line, "sector"),
                said(line, "municipality"),
                write_dated_size(line),
            ]
        )
        for line in lines
    ]
    return Table(caption=_("Les organisations connues"), columns=columns, rows=rows)


def _write_name(line: Line) -> str:
    return _("{name} (nom retiré)").format(name=line.name) if line.is_name_withdrawn else line.name


def write_fact(fact: Fact, *, language: str, places: Mapping[str, str]) -> str:
    """What a fact says, in words: an exact number, a band, or codes."""
    variable = load_variables().get(fact.variable)
    if variable is None:
        return str(fact.codes or fact.low)
    if not variable.is_numeric:
        return write_code(fact.variable, fact.codes or "", language=language, places=places) or _("aucun de ces choix")
    low = None if fact.low is None else variable.from_stored(fact.low)
    high = None if fact.high is None else variable.from_stored(fact.high)
    if low is None or high is None or low != high:
        return write_interval((low, high))
    if variable.kind == "money":
        return write_cad(low, 0 if low == low.to_integral_value() else 2)
    if variable.kind == "ratio":
        return write_percent(low, 1)
    return write_decimal(low, 0 if low == low.to_integral_value() else variable.scale)


def write_public_fact(fact: Fact, *, language: str, places: Mapping[str, str]) -> str | None:
    """What the public may read of a fact: nothing of a sensitive one, the size class of jobs."""
    variable = load_variables().get(fact.variable)
    if variable is None:
        return None
    if is_confidential(variable):
        return write_size(_class_of(fact, variable)) if fact.variable == JOBS else None
    return write_fact(fact, language=language, places=places)


def _class_of(fact: Fact, variable: Variable) -> tuple[int, int | None] | None:
    if fact.low is None:
        return None
    low = variable.from_stored(fact.low)
    high = None if fact.high is None else variable.from_stored(fact.high)
    for bottom, top in SIZE_CLASSES:
        if bottom <= low and (top is None or (high is not None and high <= top)):
            return bottom, top
    return None


def build_facts_table(page: OrganisationPage, *, is_adviser: bool, language: str, places: Mapping[str, str]) -> Table:
    """Each fact with its date, source and knowledge; those no longer believed say until when they were."""
    columns = [Column(_("Ce qui est dit")), Column(_("Valeur")), Column(_("Période")), Column(_("Statut")),
               Column(_("Source")), Column(_("On le sait"))]  # fmt: skip
    if is_adviser:
        columns.append(Column(_("Agir")))
    write = write_fact if is_adviser else write_public_fact
    rows = []
    for fact in page.facts:
        value = write(fact, language=language, places=places)
        if value is None:
            continue
        variable = load_variables().get(fact.variable)
        label = variable.label(language) if variable else fact.variable
        cells: list[object] = [
            label, value, write_period(fact.starts_on, fact.ends_before), fact.get_status_display(),
            link_source(fact.source), write_known(fact),
        ]  # fmt: skip
        if is_adviser:
            cells.append(_link_correction(page, fact))
        rows.append(Row(cells, note=_write_reasons(fact) if is_adviser else ""))
    return Table(caption=_("Les faits et leurs sources"), columns=columns, rows=rows)


def _write_reasons(fact: Fact) -> str:
    """Why it was said, and why it is believed no more when nothing replaces it."""
    closed = _("Plus cru : {reason}").format(reason=fact.closing_reason) if fact.closing_reason else ""
    return " · ".join(reason for reason in (fact.reason, closed) if reason)


def _link_correction(page: OrganisationPage, fact: Fact) -> Link | str:
    if fact.known_to is not None:
        return "—"
    return Link(_("Corriger"), reverse("fact_correct", args=[page.organisation.key, fact.pk]))


def link_source(source: Source) -> Link:
    return Link(source.title, reverse("source", args=[source.pk]))


def write_period(starts_on: date | None, ends_before: date | None) -> str:
    if starts_on is None:
        return _("depuis toujours") if ends_before is None else _("avant le {end}").format(end=write_day(ends_before))
    if ends_before is None:
        return _("depuis le {start}").format(start=write_day(starts_on))
    last = ends_before - timedelta(days=1)
    if last <= starts_on:
        return _("le {day}").format(day=write_day(starts_on))
    return _("du {start} au {end}").format(start=write_day(starts_on), end=write_day(last))


def write_known(fact: Fact) -> str:
    since = _("depuis le {day}").format(day=write_day(fact.known_from))
    if fact.known_to is None:
        return since
    return _("du {start} au {end}, corrigé ou retiré depuis").format(
        start=write_day(fact.known_from), end=write_day(fact.known_to)
    )


def build_names_table(page: OrganisationPage) -> Table:
    columns = [Column(_("Nom")), Column(_("Genre")), Column(_("Période")), Column(_("Source"))]
    rows = [
        Row([row.name, row.get_kind_display(), write_period(row.starts_on, row.ends_before), link_source(row.source)])
        for row in page.names
    ]
    return Table(caption=_("Ses noms"), columns=columns, rows=rows)


def build_events_table(page: OrganisationPage, *, is_adviser: bool) -> Table:
    """What happened, and when; why or whence it is known is for advisers, like the reasons of facts."""
    columns = [Column(_("Événement")), Column(_("Date")), Column(_("Avec")), Column(_("Source"))]
    if is_adviser:
        columns.append(Column(_("Agir")))
    rows = []
    for event in page.events:
        other: object = "—"
        if event.other is not None:
            name = page.other_names.get(event.other.pk, event.other.key)
            other = Link(name, reverse("organisation", args=[event.other.key]))
        cells: list[object] = [
            event.get_kind_display(), write_day(event.happened_on), other, link_source(event.source),
        ]  # fmt: skip
        if is_adviser:
            cells.append(_link_withdrawal(page, event))
        rows.append(Row(cells, note=event.note if is_adviser else ""))
    return Table(caption=_("Sa vie"), columns=columns, rows=rows)


def _link_withdrawal(page: OrganisationPage, event: LifeEvent) -> Link | str:
    """An event of a file goes with its file; one entered by hand goes alone."""
    if event.source.kind != Source.Kind.ENTRY:
        return "—"
    return Link(_("Retirer"), reverse("life_event_withdraw", args=[page.organisation.key, event.pk]))


def build_sources_table(sources: Sequence[Source]) -> Table:
    columns = [
        Column(_("Source")), Column(_("Éditeur")), Column(_("Genre")), Column(_("Licence")), Column(_("Versée le")),
        Column(_("État")),
    ]  # fmt: skip
    rows = [
        Row(
            [
                link_source(source),
                source.publisher or None,
                source.get_kind_display(),
                source.licence or None,
                write_day(source.recorded_at),
                _("en vigueur") if source.withdrawn_at is None else _("retirée"),
            ]
        )
        for source in sources
    ]
    return Table(caption=_("Les sources, la plus récente d’abord"), columns=columns, rows=rows)


def build_variables_table(page: SourcePage, *, language: str) -> Table:
    variables = load_variables()
    rows = [
        Row([variables[name].label(language) if name in variables else name, count])
        for name, count in page.variables.items()
    ]
    return Table(
        caption=_("Ce que cette source dit"),
        columns=[Column(_("Variable")), Column(_("Faits"), kind="whole")],
        rows=rows,
    )
