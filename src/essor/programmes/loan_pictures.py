"""A loan as tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_day, write_percent
from essor.methods.loans import Line
from essor.programmes.models import LoanSchedule
from essor.programmes.queries.loans import Loan
from essor.programmes.rules import CENTS
from essor.programmes.wording import write_cents

NEXT_SHOWN = 3
"""Payments to come that a page shows unfolded: a phone holds no more. Essor's own."""
STATES: Mapping[str, Any] = {
    "received": gettext_lazy("reçu"),
    "late": gettext_lazy("en retard"),
    "to_come": gettext_lazy("à venir"),
}


def say_terms(schedule: LoanSchedule) -> str:
    """« 10 000 $ à 5 % par année, en 12 paiements par mois dont 2 d’intérêt seulement »."""
    said = _("{amount} à {rate} par année, remboursés en {months} paiements, un par mois.")
    if schedule.moratorium:
        said = ngettext(
            "{amount} à {rate} par année, remboursés en {months} paiements, un par mois, dont le premier d’intérêt "
            "seulement.",
            "{amount} à {rate} par année, remboursés en {months} paiements, un par mois, dont les {moratorium} "
            "premiers d’intérêt seulement.",
            schedule.moratorium,
        )
    elif not schedule.rate_percent:
        said = _("{amount} sans intérêt, remboursés en {months} paiements, un par mois.")
    return said.format(
        amount=write_cents(schedule.principal_cents), rate=_say_rate(schedule), months=schedule.months,
        moratorium=schedule.moratorium,
    )  # fmt: skip


def _say_rate(schedule: LoanSchedule) -> str:
    decimals = len(f"{schedule.rate_percent.normalize():f}".partition(".")[2])
    return write_percent(schedule.rate_percent / 100, decimals)


def say_sums(loan: Loan, *, on: date) -> list[tuple[str, str]]:
    """Name and words of each; nothing agreed is nothing known."""
    standing = loan.stand(on)
    sums = [(_("Prêté"), write_cents(loan.offer.loan_cents))]
    sums.append((_("Capital qui reste"), write_cents(loan.principal_left)))
    if standing is None:
        return [*sums, (_("Ce qui est dû"), _("inconnu : aucun échéancier n’est convenu"))]
    if standing.next is not None:
        said = _("{amount}, le {day}").format(
            amount=write_cents(standing.next.left), day=write_day(standing.next.instalment.due_on)
        )
        sums.append((_("Prochain paiement"), said))
    sums.append((_("En retard"), write_cents(standing.arrears) if standing.arrears else _("rien")))
    return sums


def build_schedule_tables(loan: Loan, *, on: date) -> tuple[Table | None, list[tuple[str, Table]]]:
    """What is late and the next few; then what came and what follows, each with its title. Nothing agreed: nothing."""
    standing, schedule = loan.stand(on), loan.schedule
    if standing is None or schedule is None:
        return None, []
    came, due = ([one for one in standing.lines if (one.state == "received") == is_in] for is_in in (True, False))
    near = [one for one in due if one.state == "late"]
    near += [one for one in due if one.state == "to_come"][:NEXT_SHOWN]
    after = due[len(near) :]
    shown = near or came
    folded = [(_count_after(len(after)), after)] if after else []
    if came and near:
        folded.append((_count_came(len(came)), came))
    main = _build_schedule(shown, _("L’échéancier"), _note_schedule(schedule))
    return main, [(title, _build_schedule(lines, title)) for title, lines in folded]


def _count_after(n: int) -> str:
    return ngettext("Le paiement suivant", "Les {n} paiements suivants", n).format(n=n)


def _count_came(n: int) -> str:
    return ngettext("Le paiement déjà reçu", "Les {n} paiements déjà reçus", n).format(n=n)


def _build_schedule(lines: Sequence[Line], title: str, note: str = "") -> Table:
    columns = [
        Column(_("Pour le"), "day"), Column(_("Capital"), "cad", 2), Column(_("Intérêt"), "cad", 2),
        Column(_("À payer"), "cad", 2), Column(_("Reçu"), "cad", 2), Column(_("État")),
    ]  # fmt: skip
    return Table(title, columns, [_make_row(line) for line in lines], note)


def _note_schedule(schedule: LoanSchedule) -> str:
    note = _("L’intérêt d’un mois est le douzième du taux de l’année, sur le capital qui reste ; le dernier paiement "
             "ajuste les cents. Un paiement reçu va au plus ancien dû, l’intérêt d’abord.")  # fmt: skip
    if schedule.carried_cents:
        carried = _("Le premier paiement demande aussi {amount} d’intérêt que l’échéancier d’avant laissait dus.")
        note = f"{note} {carried.format(amount=write_cents(schedule.carried_cents))}"
    return note


def _make_row(line: Line) -> Row:
    one = line.instalment
    sums = [cents / CENTS for cents in (one.principal, one.interest, one.cents, line.received)]
    return Row([one.due_on, *sums, str(STATES[line.state])])


def build_receipts_table(loan: Loan) -> Table | None:
    """The latest first, what was taken back included."""
    gone = {one.reverses_id for one in loan.receipts if one.reverses_id}
    columns = [
        Column(_("Reçu le"), "day"), Column(_("Somme"), "cad", 2), Column(_("Capital"), "cad", 2),
        Column(_("Intérêt"), "cad", 2),
    ]  # fmt: skip
    rows = [
        Row(
            [one.received_on, *(cents / CENTS for cents in (one.cents, one.principal_cents, one.interest_cents))],
            note=_("repris : ne compte plus") if one.pk in gone else "",
        )
        for one in reversed(loan.receipts)
        if one.reverses_id is None
    ]
    return Table(_("Les paiements reçus"), columns, rows) if rows else None


def build_loans_table(loans: Sequence[Loan], *, on: date) -> Table:
    """Those with the most in arrears first; a loan of which nothing is agreed says so."""
    found = [(loan, loan.stand(on)) for loan in loans]
    found.sort(key=lambda one: (-(one[1].arrears if one[1] else 0), one[0].offer.pk))
    columns = [
        Column(_("Dossier")), Column(_("Qui prête")), Column(_("Prêté"), "cad"),
        Column(_("Capital qui reste"), "cad", 2), Column(_("Prochain paiement")),
        Column(_("En retard"), "cad", 2), Column(_("Depuis le"), "day"),
    ]  # fmt: skip
    rows = []
    for loan, standing in found:
        case, late, following = loan.offer.case, standing.late if standing else (), standing.next if standing else None
        rows.append(
            Row([
                Link(case.reference, reverse("case_loan", args=[case.reference, loan.offer.pk])),
                loan.offer.agreement.partner, loan.offer.loan_cents / CENTS, loan.principal_left / CENTS,
                write_day(following.instalment.due_on) if following else "—",
                standing.arrears / CENTS if standing else None,
                late[0].instalment.due_on if late else "—",
            ])
        )  # fmt: skip
    note = _("Inconnu : aucun échéancier n’est encore convenu.")
    is_unknown = any(standing is None for _loan, standing in found)
    return Table(_("Les prêts"), columns, rows, note if is_unknown else "")
