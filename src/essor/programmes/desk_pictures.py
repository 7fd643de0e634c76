"""The lists of an adviser's desk of programmes, each row leading to the page where it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.accounts.models import User
from essor.cases.models import Case
from essor.cases.pictures import build_cases_table
from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_day
from essor.programmes.agreement_pictures import say_report
from essor.programmes.models import Sitting
from essor.programmes.queries import to_dollars
from essor.programmes.queries.desk import ProgrammeDesk, WaitingSitting
from essor.programmes.rules import CENTS
from essor.programmes.wording import DUTIES, write_age


def build_desk_tables(
    desk: ProgrammeDesk, *, person: User, on: date, places: Mapping[str, str], language: str
) -> list[Table]:
    """What presses first; a list with nothing in it is left out, and nothing that is late waits for later."""
    late = {one.offer.case_id for one, _standing in desk.loans}
    late |= {one.case.pk for one in desk.owed if one.duty.state == "late"}
    later = [one for one in desk.files.later if one.pk not in late]
    files = [
        (_("En retard"), desk.files.late),
        (_("À prendre en charge"), desk.files.to_take),
        (_("Aujourd’hui et bientôt"), desk.files.today),
    ]
    after = [(_("En attente de la personne"), desk.files.waiting), (_("Plus tard"), later)]
    tables = [
        *[_list_cases(title, found, places) for title, found in files],
        _list_loans(desk), _list_reports(desk, language), _list_payments(desk, person), _list_offers(desk, on),
        _list_sittings(desk, on, language), _list_news(desk),
        *[_list_cases(title, found, places) for title, found in after],
    ]  # fmt: skip
    return [table for table in tables if table.rows]


def _list_cases(title: str, cases: list[Case], places: Mapping[str, str]) -> Table:
    return build_cases_table(cases, caption=_count(title, cases), places=places)


def _count(title: str, rows: Sized) -> str:
    return f"{title} ({len(rows)})"


def _link(case: Case, page: str) -> Link:
    return Link(case.reference, reverse(page, args=[case.reference]))


def _list_payments(desk: ProgrammeDesk, person: User) -> Table:
    """The second person is somebody else than who asked."""
    columns = [
        Column(_("Dossier")), Column(_("Montant"), "cad"), Column(_("Demandé par")), Column(_("Le"), "day"),
        Column(_("À vous ?")),
    ]  # fmt: skip
    rows = [
        Row([
            _link(one.offer.case, "case_programme"), to_dollars(one.cents), str(one.asked_by),
            timezone.localdate(one.asked_at), _("une autre personne") if one.asked_by_id == person.pk else _("oui"),
        ])
        for one in desk.payments
    ]  # fmt: skip
    return Table(_count(_("Versements qui attendent une deuxième personne"), rows), columns, rows)


def _list_offers(desk: ProgrammeDesk, on: date) -> Table:
    columns = [
        Column(_("Dossier")), Column(_("Partenaire")), Column(_("Offert"), "cad"), Column(_("Finit le"), "day"),
        Column(_("État")),
    ]  # fmt: skip
    rows = [
        Row([
            _link(one.case, "case_programme"), one.agreement.partner, to_dollars(one.cents), one.expires_on,
            _("finie : à retirer") if one.expires_on < on else _("attend une réponse"),
        ])
        for one in desk.offers
    ]  # fmt: skip
    return Table(_count(_("Offres sans réponse, qui finissent bientôt"), rows), columns, rows)


def _list_sittings(desk: ProgrammeDesk, on: date, language: str) -> Table:
    columns = [Column(_("Séance")), Column(_("Dossiers"), "whole"), Column(_("État"))]
    rows = [
        Row([
            Link(_name_sitting(one.sitting, language), reverse("sitting", args=[one.sitting.pk])), one.files,
            _say_sitting(one, on),
        ])
        for one in desk.sittings
    ]  # fmt: skip
    return Table(_count(_("Séances du comité"), rows), columns, rows)


def _name_sitting(sitting: Sitting, language: str) -> str:
    name = getattr(sitting.programme, f"name_{language}")
    return _("{name}, le {day}").format(name=name, day=write_day(sitting.held_on))


def _say_sitting(one: WaitingSitting, on: date) -> str:
    if one.is_decided:
        return _("procès-verbal à adopter")
    return _("à venir") if one.sitting.held_on > on else _("à décider, puis à adopter")


def _list_loans(desk: ProgrammeDesk) -> Table:
    columns = [
        Column(_("Dossier")), Column(_("Qui prête")), Column(_("En retard"), "cad", 2), Column(_("Depuis le"), "day"),
    ]  # fmt: skip
    rows = [
        Row([
            Link(loan.offer.case.reference, reverse("case_loan", args=[loan.offer.case.reference, loan.offer.pk])),
            loan.offer.agreement.partner, standing.arrears / CENTS, standing.late[0].instalment.due_on,
        ])
        for loan, standing in desk.loans
    ]  # fmt: skip
    return Table(_count(_("Prêts en retard"), rows), columns, rows)


def _list_reports(desk: ProgrammeDesk, language: str) -> Table:
    columns = [Column(_("Entente")), Column(_("Rapport")), Column(_("Pour le"), "day")]
    rows = [
        Row([
            Link(agreement.partner, reverse("agreement", args=[agreement.programme.slug, agreement.code])),
            say_report(report, language=language), report.due_on,
        ])
        for agreement, report in desk.reports
    ]  # fmt: skip
    return Table(_count(_("Rapports d’entente en retard"), rows), columns, rows)


def _list_news(desk: ProgrammeDesk) -> Table:
    columns = [
        Column(_("Dossier")), Column(_("Projet")), Column(_("Après l’ouverture")), Column(_("Pour le"), "day"),
        Column(_("Dernières nouvelles"), "day"), Column(_("Nouvelles")),
    ]  # fmt: skip
    rows = [
        Row([
            _link(one.case, "case_news"), one.case.promoter_name, write_age(one.duty.months), one.duty.due_on,
            one.last_on or _("aucune"), str(DUTIES[one.duty.state]),
        ])
        for one in desk.owed
    ]  # fmt: skip
    return Table(_count(_("Nouvelles à prendre"), rows), columns, rows)
