"""Agreements in words and tables: their clauses, whether the money is enough, the reports owed, the credit shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_day, write_percent
from essor.methods.credit import ACCEPTED, EQUAL, PAID, Credit
from essor.programmes.models import AgreementLetter
from essor.programmes.pictures import SILENT, is_silent
from essor.programmes.queries import to_dollars
from essor.programmes.queries.agreements import AgreementLine, AgreementPage
from essor.programmes.reporting import EnvelopeCheck, ReportDue
from essor.programmes.rules import Clauses
from essor.programmes.wording import write_cents

REPORTS: Mapping[str, Any] = {
    "to_come": gettext_lazy("à venir"),
    "due": gettext_lazy("à rendre maintenant"),
    "late": gettext_lazy("en retard"),
    "done": gettext_lazy("reçu"),
}
RULES: Mapping[str, Any] = {
    EQUAL: gettext_lazy(
        "Une entreprise ouverte compte une fois. Son crédit de 1 se partage à parts égales entre les partenaires qui "
        "la réclament : elle a accepté leur offre, ou ils disent l’avoir aidée."
    ),
    ACCEPTED: gettext_lazy(
        "Une entreprise ouverte compte une fois. Son crédit de 1 se partage selon ce que chaque partenaire lui a "
        "offert et qu’elle a accepté ; qui la réclame sans offre n’en a pas de part."
    ),
    PAID: gettext_lazy(
        "Une entreprise ouverte compte une fois. Son crédit de 1 se partage selon ce que chaque partenaire lui a "
        "versé ; qui la réclame sans argent n’en a pas de part."
    ),
}
LETTERS: Mapping[str, Any] = {
    "end": gettext_lazy("fin de l’entente annoncée"),
    "due": gettext_lazy("« {report} » demandé"),
    "late": gettext_lazy("retard de « {report} » signalé"),
}


def build_credit_table(credit: Credit, *, rule: str) -> Table:
    """What partners claim beside what is counted; the shares, exact, sum to it."""
    columns = [Column(_("Partenaire")), Column(_("Réclamées"), "whole"), Column(_("Crédit"), "decimal", 2)]
    rows = [Row([partner, credit.claimed[partner], share]) for partner, share in credit.shares.items()]
    if credit.unshared:
        rows.append(Row([_("À partager : les montants ne le disent pas encore"), "—", credit.unshared]))
    if credit.unclaimed:
        rows.append(Row([_("Sans partenaire connu"), "—", credit.unclaimed]))
    rows.append(Row([_("Comptées une fois"), sum(credit.claimed.values()), credit.counted], is_total=True))
    return Table(_("Qui peut dire les avoir fait démarrer ?"), columns, rows, str(RULES[rule]))


def build_agreements_table(lines: Sequence[AgreementLine], *, language: str) -> Table:
    columns = [
        Column(_("Partenaire")), Column(_("Part de la cible")), Column(_("Jusqu’au"), "day"),
        Column(_("Promis"), "cad"), Column(_("Libre"), "cad"), Column(_("Rapports")),
    ]  # fmt: skip
    rows = []
    for line in lines:
        agreement, envelope = line.agreement, line.envelope
        link = Link(agreement.partner, reverse("agreement", args=[agreement.programme.slug, agreement.code]))
        target = getattr(agreement.target, f"name_{language}")
        money = [to_dollars(envelope.promised), None if is_silent(envelope) else to_dollars(envelope.free)]
        rows.append(Row([link, target, line.last_day, *money, say_owed(line)]))
    note = str(SILENT) if any(is_silent(line.envelope) for line in lines) else ""
    return Table(_("Les ententes, ce jour-là"), columns, rows, note)


def say_owed(line: AgreementLine) -> str:
    if not line.reports:
        return _("aucun n’est demandé")
    late, due = ([one for one in line.reports if one.state == state] for state in ("late", "due"))
    said = [ngettext("{n} en retard", "{n} en retard", len(late)).format(n=len(late))] if late else []
    said += [ngettext("{n} à rendre", "{n} à rendre", len(due)).format(n=len(due))] if due else []
    return ", ".join(said) or _("rien à rendre ce jour-là")


def list_clauses(clauses: Clauses) -> list[tuple[str, str]]:
    """Each clause by its name, in words; what the agreement does not say is said to be so."""
    loan = None if clauses.most_loan is None else write_percent(clauses.most_loan)
    said = [
        (_("Plancher"), _("Au moins {value} pour chaque entreprise ; moins est refusé."), _write(clauses.floor)),
        (_("Plafond"), _("Au plus {value} par entreprise, toutes ses offres ensemble."), _write(clauses.cap)),
        (_("Prêt"), _("Au plus {value} d’une offre ; le reste est donné."), loan),
        (
            _("Deux personnes"),
            _("À partir de {value} versés en tout, une seconde personne approuve."),
            _write(clauses.two_people_from),
        ),
    ]
    silent = _("L’entente n’en dit rien.")
    public = {
        None: silent,
        True: _("Oui : il compte dans les limites de cumul de l’argent public."),
        False: _("Non."),
    }
    found = [(name, silent if value is None else words.format(value=value)) for name, words, value in said]
    return [*found, (_("Argent public"), public[clauses.is_public])]


def _write(cents: int | None) -> str | None:
    return None if cents is None else write_cents(cents)


def say_check(check: EnvelopeCheck, *, together: int | None) -> str:
    """15 × 23 000 $ = 345 000 $, against what is promised."""
    if check.floor is None or check.needed is None or check.left is None:
        return _("L’entente n’a pas de plancher : on ne peut pas dire si l’argent promis suffit.")
    sums = _("{n} × {floor} = {needed}, et {promised} promis.").format(
        n=check.startups, floor=write_cents(check.floor), needed=write_cents(check.needed),
        promised=write_cents(check.promised),
    )  # fmt: skip
    if not check.left:
        said = _("C’est juste assez pour le plancher de chaque entreprise visée.")
    elif check.left > 0:
        said = _("C’est assez : {left} de plus que le plancher de chaque entreprise visée.").format(
            left=write_cents(check.left)
        )
    else:
        said = _("Il manque {left} pour le plancher de chaque entreprise visée.").format(left=write_cents(-check.left))
    others = ""
    if together is not None:
        others = _("D’autres ententes servent la même part : ensemble, {together} promis.").format(
            together=write_cents(together)
        )
    return " ".join(one for one in (sums, said, others) if one)


def say_report(report: ReportDue, *, language: str) -> str:
    """Its name and the days of which it speaks."""
    label, last = report.clause.label[language], write_day(report.about_on)
    if report.first_on is None:
        return _("{label}, au {last}").format(label=label, last=last)
    return _("{label}, du {first} au {last}").format(label=label, first=write_day(report.first_on), last=last)


def build_reports_table(
    page: AgreementPage, reports: Sequence[ReportDue], title: str, *, language: str
) -> Table | None:
    """None where there is nothing to say."""
    columns = [
        Column(_("Rapport")), Column(_("Pour le"), "day"), Column(_("État")), Column(_("Reçu le")),
        Column(_("Document")),
    ]  # fmt: skip
    rows = []
    for one in reports:
        came, document = page.rendered.get(one.key), None
        agreement = page.line.agreement
        if came is not None and came.document is not None:
            href = reverse("agreement_document", args=[agreement.programme.slug, agreement.code, came.document.pk])
            document = Link(str(came.document), href)
        rows.append(
            Row(
                [
                    say_report(one, language=language), one.due_on, str(REPORTS[one.state]),
                    "—" if came is None else write_day(came.rendered_on), document or "—",
                ],
                note="" if came is None else _tell_who(came.words, came.recorded_by),
            )
        )  # fmt: skip
    return Table(title, columns, rows) if rows else None


def _tell_who(words: str, person: Any) -> str:
    who = _("Inscrit par {person}.").format(person=person) if person else _("Inscrit à la console.")
    return " · ".join(one for one in (words, who) if one)


def say_letter(letter: AgreementLetter, reports: Sequence[ReportDue], *, language: str) -> str:
    """``reports``: of the agreement, whose names it tells."""
    to = str(letter.recipient) if letter.recipient else _("le partenaire")
    about = next((one for one in reports if one.key == (letter.code, letter.about_on)), None)
    what = str(LETTERS[letter.kind.partition("_")[0]]).format(
        report="" if about is None else say_report(about, language=language)
    )
    told = _("{what}, à {who}").format(what=what, who=to)
    return told if letter.sent_at else _("{told} (pas encore partie)").format(told=told)
