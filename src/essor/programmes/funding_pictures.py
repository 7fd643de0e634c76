"""A funding stack as a table, a chart, and the rules of aids with how each stands."""

from __future__ import annotations

from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from essor.design.charts import Bar, BarChart
from essor.design.tables import Column, Row, Table
from essor.design.wording import is_english, write_percent
from essor.methods.funding import BROKEN, KEPT, OPEN, PAID, Bounds, Check, Stack
from essor.programmes.funding_words import INSTRUMENTS, OWN_MONEY, RULES, STATUSES
from essor.programmes.queries import to_dollars
from essor.programmes.queries.funding import FundingFile, ShareLine
from essor.programmes.wording import write_cents


def name_funder(line: ShareLine) -> str:
    return line.funder or str(OWN_MONEY)


def name_aid(funding: FundingFile, slug: str) -> str:
    name = funding.aid_names.get(slug)
    return slug if name is None else str(name.en if is_english() else name.fr)


def build_funding_table(funding: FundingFile) -> Table | None:
    """Who brings what, the money first and its total, then what is in kind; None where nothing is said."""
    live = [line for line in funding.lines if line.is_live]
    cash = [line for line in live if not line.share.is_in_kind]
    kind = [line for line in live if line.share.is_in_kind]
    if not live:
        return None
    rows = [_write_line(funding, line) for line in cash]
    rows += [Row([_("En argent, en tout"), "", to_dollars(funding.stack.total), ""], is_total=True)] if cash else []
    rows += [_write_line(funding, line) for line in kind]
    columns = [
        Column(_("Qui")), Column(_("Sous quelle forme")), Column(_("Montant"), "cad"), Column(_("Où en est la somme")),
    ]  # fmt: skip
    note = _("Ce qui est en nature est à part : il ne paie aucune facture.") if kind else ""
    return Table(_("Qui apporte quoi"), columns, rows, note)


def _write_line(funding: FundingFile, line: ShareLine) -> Row:
    share = line.share
    cells = [name_funder(line), str(INSTRUMENTS[share.instrument]), to_dollars(share.standing.cents), say_state(line)]
    return Row(cells, note=_note(funding, line))


def say_state(line: ShareLine) -> str:
    standing = line.share.standing
    said = str(STATUSES[standing.status])
    if standing.paid and standing.status != PAID:
        return _("{state}, dont {amount} versés").format(state=said, amount=write_cents(standing.paid))
    return said


def _note(funding: FundingFile, line: ShareLine) -> str:
    """Where it comes from: the aid, or the offer of the programme with the conditions that remain."""
    if line.offer is not None:
        conditions = [words for _number, words, met in line.offer.conditions if met is None]
        said = [_("Offre du programme.")]
        if conditions:
            said.append(_("Conditions qui restent : {conditions}").format(conditions=" · ".join(conditions)))
        return " ".join(said)
    return name_aid(funding, line.share.aid) if line.share.aid else ""


def build_funding_chart(stack: Stack) -> BarChart | None:
    """The money by state, and what is still to be found; None without any."""
    if not stack.total:
        return None
    bars = [Bar(capfirst(str(STATUSES[name])), to_dollars(stack.cash[name])) for name in OPEN]
    if stack.missing is None:
        bars.append(Bar(_("À trouver"), None, note=_("le coût du projet n’est pas dit")))
    else:
        bars.append(Bar(_("À trouver"), to_dollars(stack.missing), is_unknown=True))
    return BarChart(
        title=_("Du plus sûr au moins sûr"),
        description=_("L’argent du projet selon qu’il est versé, confirmé, promis, demandé ou encore à trouver."),
        bars=bars,
        label_heading=_("État"),
        value_heading=_("Montant"),
        kind="cad",
    )


def say_sums(stack: Stack) -> list[tuple[str, str]]:
    """What the money comes to: a name and its words."""
    said = [(_("Coût du projet"), _("pas encore dit") if stack.cost is None else write_cents(stack.cost))]
    said.append((_("En argent, en tout"), write_cents(stack.total)))
    if stack.missing is not None and stack.excess is not None and stack.unsure is not None:
        if stack.excess:
            said.append((_("En surplus"), write_cents(stack.excess)))
        else:
            said.append((_("Il manque"), write_cents(stack.missing)))
        said.append((_("Reste à confirmer ou à trouver"), write_cents(stack.unsure)))
    if stack.total:
        said.append((_("Argent public"), say_share(stack, stack.public)))
        said.append((_("À rembourser"), say_share(stack, stack.repayable)))
    if kind := sum(stack.in_kind.values()):
        said.append((_("En nature, à part"), write_cents(kind)))
    return said


def say_share(stack: Stack, bounds: Bounds) -> str:
    """« 25 000 $ (56 %) », or between two where it is not all known."""
    shares = stack.share_of(bounds) or (Fraction(0), Fraction(0))
    low, high = (
        f"{write_cents(cents)} ({write_percent(float(share), 0)})" for cents, share in zip(bounds, shares, strict=True)
    )
    return low if low == high else _("de {low} à {high}, selon ce qui n’est pas dit").format(low=low, high=high)


def build_caps_table(funding: FundingFile) -> Table | None:
    """Each rule of the aids of the stack; what is not known is never said to be kept."""
    checks = funding.stack.checks
    if not checks:
        return None
    columns = [Column(_("Aide")), Column(_("Règle")), Column(_("Limite"), "cad"), Column(_("Ce qu’il en est"))]
    rows = [
        Row([
            name_aid(funding, check.aid),
            str(RULES[check.code]).format(other=name_aid(funding, check.other) if check.other else ""),
            None if check.limit is None else to_dollars(check.limit),
            say_check(check),
        ])
        for check in checks
    ]  # fmt: skip
    return Table(
        _("Les règles des aides, si tout ce qui est demandé est donné"),
        columns,
        rows,
        _(
            "« On ne sait pas » : il manque le coût du projet, la part que l’aide p"
            "eut en payer, ce qui est public, ou un chiffre à la page de l’aide."
        ),
    )


def say_check(check: Check) -> str:
    if check.state == KEPT:
        return _("respectée")
    if check.state != BROKEN:
        return _("on ne sait pas")
    if check.code == "excludes":
        return _("pas respectée : choisissez l’une des deux")
    if check.code in {"floor", "own-share"}:
        return _("pas respectée : il manque {amount}").format(amount=write_cents(check.over))
    return _("pas respectée : {amount} de trop").format(amount=write_cents(check.over))
