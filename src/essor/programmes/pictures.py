"""Targets and money as tables, and as lines of a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.accounts.models import User
from essor.design.tables import Column, Row, Table
from essor.design.wording import is_english, write_day, write_decimal, write_percent
from essor.methods.forecast import BackTest
from essor.methods.ledger import Envelope
from essor.programmes.models import Agreement
from essor.programmes.queries import TargetLine, sum_envelopes, to_dollars
from essor.programmes.queries.journeys import ForeseenTarget, TargetForecast
from essor.programmes.queries.sittings import ItemState
from essor.programmes.wording import RESULTS, explain_thin, write_cents

INDENT = "\u2003"
LEAST_TOLD = 0.05
"""A chance under it is not told more finely where the data is too thin. Essor's own."""
HEADINGS: Mapping[str, Any] = {
    "promised": gettext_lazy("Promis"),
    "free": gettext_lazy("Libre"),
    "offered": gettext_lazy("Offert"),
    "accepted": gettext_lazy("Accepté"),
    "paid": gettext_lazy("Versé, non revenu"),
    "recovered": gettext_lazy("Remboursé ou récupéré"),
}
NAMES = tuple(HEADINGS)
SILENT = gettext_lazy(
    "Aucune offre n’est inscrite ici ce jour-là : ce que le partenaire a donné ailleurs n’est pas connu, et ce n’est "
    "pas zéro."
)


def build_targets_table(lines: Sequence[TargetLine], *, language: str) -> Table:
    columns = [Column(_("Où")), Column(_("Visées"), "whole"), Column(_("À attribuer"), "whole")]
    rows = [
        Row([
            INDENT * line.depth + str(getattr(line.target, f"name_{language}")),
            line.target.startups,
            line.unallocated,
        ])
        for line in lines
    ]  # fmt: skip
    return Table(_("Combien d’entreprises, et où"), columns, rows)


def is_silent(envelope: Envelope) -> bool:
    """Whether no offer was ever entered by that day: what is free, then, is not known."""
    return envelope.promised == envelope.free


def build_envelopes_table(envelopes: Mapping[Agreement, Envelope], *, is_public: bool = False) -> Table:
    """What was promised, and where it is; where no offer was ever entered, nothing is said of what is not known.
    ``is_public``: what came back is told with what was paid: day by day, it would tell how one enterprise repays."""
    headings, names = HEADINGS, NAMES
    note = _("Promis = libre + offert + accepté + versé et non revenu + remboursé ou récupéré.")
    if is_public:
        envelopes = {
            agreement: replace(one, paid=one.paid + one.recovered, recovered=0) for agreement, one in envelopes.items()
        }
        headings, names = {**HEADINGS, "paid": _("Versé")}, tuple(name for name in NAMES if name != "recovered")
        note = _("Promis = libre + offert + accepté + versé.")
    total = sum_envelopes(list(envelopes.values()))
    if is_silent(total):
        names, note = NAMES[:1], str(SILENT)
    columns = [Column(_("Partenaire")), *(Column(str(headings[name]), "cad") for name in names)]
    rows = [Row([agreement.partner, *_list_dollars(envelope, names)]) for agreement, envelope in envelopes.items()]
    if len(rows) > 1:
        rows.append(Row([_("Tous les partenaires"), *_list_dollars(total, names)], is_total=True))
    return Table(_("Où est l’argent"), columns, rows, note)


def build_forecast_table(found: Sequence[ForeseenTarget], *, language: str) -> Table:
    """For each part: what opened, what is to be expected, and how sure the target is."""
    columns = [
        Column(_("Où")), Column(_("Visées"), "whole"), Column(_("Ont ouvert"), "whole"), Column(_("En route"), "whole"),
        Column(_("À l’échéance, 8 chances sur 10")), Column(_("Chances d’atteindre la cible"), "percent"),
        Column(_("Au rythme d’ici là"), "decimal", 1),
    ]  # fmt: skip
    rows = [
        Row(
            [
                INDENT * one.depth + str(getattr(one.target, f"name_{language}")),
                one.target.startups, one.forecast.opened, one.forecast.open_files, say_interval(one.forecast),
                say_chance(one.forecast), one.forecast.pace,
            ],
            note=explain_thin() if one.forecast.is_thin else "",
        )
        for one in found
    ]  # fmt: skip
    return Table(
        _("La cible sera-t-elle atteinte ?"),
        columns,
        rows,
        _("« Au rythme d’ici là » : ce qu’on annonce d’habitude, sans compter les dossiers en route ni leur étape."),
    )


def say_chance(forecast: TargetForecast) -> str:
    """Of what rests on suppositions, no chance is said to be none."""
    if forecast.is_thin and forecast.probability < LEAST_TOLD:
        return _("moins de {percent}").format(percent=write_percent(LEAST_TOLD, 0))
    return write_percent(forecast.probability, 0)


def build_reached_table(found: Sequence[ForeseenTarget], *, language: str) -> Table:
    """For each part, once the programme has ended: what opened, and whether the target was met."""
    columns = [
        Column(_("Où")), Column(_("Visées"), "whole"), Column(_("Ont ouvert"), "whole"), Column(_("Cible atteinte")),
    ]  # fmt: skip
    rows = [
        Row([
            INDENT * one.depth + str(getattr(one.target, f"name_{language}")), one.target.startups,
            one.forecast.opened, _("oui") if one.forecast.opened >= one.target.startups else _("non"),
        ])
        for one in found
    ]  # fmt: skip
    return Table(_("La cible a-t-elle été atteinte ?"), columns, rows)


def say_forecasts(found: Sequence[ForeseenTarget], *, on: date) -> list[str]:
    language = "en" if is_english() else "fr"
    lines = [write_day(on)]
    for one in found:
        name = getattr(one.target, f"name_{language}")
        said = _(
            "{name} : {opened} ouvertes sur {target}, {interval} à l’échéance ; chances d’atteindre la cible : {chance}"
        )
        lines.append(
            said.format(
                name=name, opened=one.forecast.opened, target=one.target.startups,
                interval=say_interval(one.forecast), chance=write_percent(one.forecast.probability, 0),
            )
        )  # fmt: skip
        lines += [f"  {explain_thin()}"] if one.forecast.is_thin else []
    return lines


def say_trials(trials: BackTest) -> list[str]:
    if trials.coverage is None or trials.mean_crps is None:
        return [_("Aucun jour passé ne se laisse essayer : il faut dix-huit mois de dossiers.")]
    said = _("Essayée sur {n} jours passés : l’intervalle a tenu {share} du temps ; écart moyen (CRPS) : {crps}.")
    coverage, crps = write_percent(trials.coverage, 0), write_decimal(trials.mean_crps, 1)
    return [said.format(n=len(trials.trials), share=coverage, crps=crps)]


def build_minutes_table(states: Sequence[ItemState], *, reader: User | None = None) -> Table:
    """Who withdrew, how it was voted, what was decided and why; ``reader``: is told no reason of a file that they
    withdraw from."""
    columns = [
        Column(_("Dossier")), Column(_("Retirés")), Column(_("Pour"), "whole"), Column(_("Contre"), "whole"),
        Column(_("Abstentions"), "whole"), Column(_("N’ont pas voté")), Column(_("Décision")),
    ]  # fmt: skip
    rows = [
        Row(
            [
                state.item.case.reference,
                ", ".join(state.name(state.tally.recused)) or _("aucun"),
                len(state.tally.said_for), len(state.tally.said_against), len(state.tally.abstained),
                ", ".join(state.name(state.tally.silent)) or _("aucun"),
                str(RESULTS[state.outcome]),
            ],
            note="" if state.is_closed_to(reader) else _tell_why(state),
        )
        for state in states
    ]  # fmt: skip
    return Table(_("Procès-verbal"), columns, rows)


def _tell_why(state: ItemState) -> str:
    return " · ".join([*([state.item.reasons] if state.item.reasons else []), *state.item.conditions])


def build_scores_table(states: Sequence[ItemState], *, language: str) -> Table | None:
    """The weighted mean of each file and how far members stand apart; the criterion that divides them most is named."""
    rows = []
    for state in states:
        labels = {str(one["code"]): str(one[language]) for one in state.item.sitting.programme.scoresheet}
        apart = [(found[1], name) for name, found in state.weighed.by_criterion.items() if found and found[1] > 0]
        widest = max(apart, default=None)
        rows.append(
            Row([
                state.item.case.reference, len(state.weighed.by_member), state.weighed.mean,
                state.weighed.spread if len(state.weighed.by_member) > 1 else None,
                labels[widest[1]] if widest else "—",
            ])
        )  # fmt: skip
    columns = [
        Column(_("Dossier")), Column(_("Grilles complètes"), "whole"), Column(_("Note sur 5"), "decimal", 1),
        Column(_("Écart"), "decimal", 1), Column(_("Ce qui divise le plus")),
    ]  # fmt: skip
    return Table(_("Les notes, avant la séance"), columns, rows) if rows else None


def say_interval(one: TargetForecast) -> str:
    low, high = one.interval
    return str(low) if low == high else _("de {low} à {high}").format(low=low, high=high)


def say_envelopes(envelopes: Mapping[Agreement, Envelope], *, on: date) -> list[str]:
    words = (_("promis"), _("libre"), _("offert"), _("accepté"), _("versé"), _("récupéré"))
    lines = [write_day(on)]
    for agreement, envelope in envelopes.items():
        said = ", ".join(f"{word} {amount}" for word, amount in zip(words, _write(envelope), strict=True))
        lines.append(f"{agreement.partner}{_(' : ')}{said}")
    return lines


def _write(envelope: Envelope) -> list[str]:
    return [write_cents(getattr(envelope, name)) for name in NAMES]


def _list_dollars(envelope: Envelope, names: Sequence[str]) -> list[int | float]:
    return [to_dollars(getattr(envelope, name)) for name in names]
