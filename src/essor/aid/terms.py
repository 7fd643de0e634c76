"""A programme's terms as lines of a page: what it gives, what it asks in return, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from essor.design.wording import write_cad, write_percent, write_whole
from essor.knowledge.aids import AidDefinition, AmountDefinition, StepDefinition

Term = tuple[str, str]
"""What it is, and what the programme says of it."""

KINDS: Mapping[str, str] = {
    "grant": gettext_noop("subvention"),
    "loan": gettext_noop("prêt"),
    "grant_or_loan": gettext_noop("subvention ou prêt"),
    "guarantee": gettext_noop("garantie de prêt"),
    "preferred_shares": gettext_noop("parts privilégiées"),
    "training": gettext_noop("formation"),
    "support": gettext_noop("accompagnement"),
    "grant_to_networks": gettext_noop("subvention aux réseaux"),
}
REPAYMENTS: Mapping[str, str] = {
    "nothing": gettext_noop("rien à rembourser"),
    "partly": gettext_noop("à rembourser en partie"),
    "all": gettext_noop("à rembourser"),
}
REPAID = frozenset({"loan", "preferred_shares", "guarantee"})
MIXED = frozenset({"grant_or_loan"})
GIFTS = frozenset({"grant", "grant_to_networks"})
WITHOUT_MONEY = frozenset({"training", "support"})
SOURCE_KINDS: Mapping[str, str] = {
    "official": gettext_noop("page de l’organisme"),
    "press": gettext_noop("presse"),
    "partner": gettext_noop("partenaire"),
    "aggregator": gettext_noop("répertoire"),
    "consultant": gettext_noop("firme-conseil"),
    "article": gettext_noop("article"),
    "form": gettext_noop("formulaire"),
}
OTHER: Mapping[str, tuple[str, str]] = {
    "grant": (gettext_noop("Part donnée"), "cad"),
    "loan_min": (gettext_noop("Prêt, au moins"), "cad"),
    "loan_max": (gettext_noop("Prêt, au plus"), "cad"),
    "max_per_enterprise": (gettext_noop("Au plus, par entreprise"), "cad"),
    "max_startup": (gettext_noop("Au plus, en démarrage"), "cad"),
    "max_structuring": (gettext_noop("Au plus, pour un projet structurant"), "cad"),
    "rate_of_project_startup": (gettext_noop("Part du coût, en démarrage"), "share"),
    "rate_second_project": (gettext_noop("Part du coût, au deuxième projet"), "share"),
    "rate_next": (gettext_noop("Part du coût, ensuite"), "share"),
    "rate_max_special": (gettext_noop("Part du coût, cas particuliers"), "share"),
    "rate_basic_literacy": (gettext_noop("Part du coût, formation de base"), "share"),
    "rate_range": (gettext_noop("Intérêt"), "share"),
    "years": (gettext_noop("Durée, en années"), "number"),
    "capital_due_years": (gettext_noop("Capital remboursé après, en années"), "number"),
    "capital_holiday_years": (gettext_noop("Sans remboursement de capital, en années"), "number"),
    "commitment_rate": (gettext_noop("Frais d’engagement"), "share"),
    "commitment_min": (gettext_noop("Frais d’engagement, au moins"), "cad"),
    "opening": (gettext_noop("Frais d’ouverture"), "cad"),
    "consultants": (gettext_noop("Consultants, au plus"), "cad"),
    "computer_equipment": (gettext_noop("Équipement informatique, au plus"), "cad"),
    "travel": (gettext_noop("Déplacements, au plus"), "cad"),
    "interest_free_until": (gettext_noop("Sans intérêt"), "word"),
    "guarantee": (gettext_noop("Garantie demandée"), "word"),
    "total": (gettext_noop("Enveloppe"), "cad"),
    "grant_total": (gettext_noop("Enveloppe"), "cad"),
    "min_total": (gettext_noop("Enveloppe, au moins"), "cad"),
    "project_total": (gettext_noop("Coût de l’ensemble"), "cad"),
    "target_enterprises": (gettext_noop("Entreprises visées"), "number"),
    "province_target_enterprises": (gettext_noop("Entreprises visées, tout le Québec"), "number"),
    "horizon_years": (gettext_noop("Horizon, en années"), "number"),
}
WORDS: Mapping[str, str] = {
    "project_done": gettext_noop("jusqu’à la fin du projet"),
    "none": gettext_noop("aucune"),
}
GIVER_ROLES: Mapping[str, str] = {
    "pays": gettext_noop("Qui verse"),
    "decides": gettext_noop("Qui décide"),
    "receives": gettext_noop("Qui reçoit les demandes"),
    "advises": gettext_noop("Qui conseille"),
    "guarantees": gettext_noop("Qui garantit"),
}
DEEDS: Mapping[str, str] = {
    "pays": gettext_noop("verse"),
    "decides": gettext_noop("décide"),
    "receives": gettext_noop("reçoit les demandes"),
    "advises": gettext_noop("conseille"),
    "guarantees": gettext_noop("garantit"),
}
"""What each role does, as one writes it after a name."""


def find_repayment(definition: AidDefinition) -> str:
    """``all``, ``partly`` or ``nothing``: the first thing that a promoter asks."""
    forms = set(definition.forms)
    if not forms & (REPAID | MIXED):
        return "nothing"
    return "partly" if forms & (MIXED | GIFTS) else "all"


def say_repayment(definition: AidDefinition) -> str:
    return _(REPAYMENTS[find_repayment(definition)])


def say_kinds(definition: AidDefinition) -> str:
    return ", ".join(_(KINDS[form]) for form in definition.forms)


def say_amount(amount: AmountDefinition) -> str:
    """The amount in a few words: « de 1 000 $ à 10 000 $, 35 % du coût »; empty where no page says it."""
    said = []
    if amount.min is not None and amount.max is not None:
        said.append(_("de %(least)s à %(most)s") % {"least": write_cad(amount.min), "most": write_cad(amount.max)})
    elif amount.max is not None:
        said.append(_("au plus %(most)s") % {"most": write_cad(amount.max)})
    elif amount.min is not None:
        said.append(_("au moins %(least)s") % {"least": write_cad(amount.min)})
    if amount.rate_of_project is not None:
        said.append(_("%(share)s du coût") % {"share": _write_share(amount.rate_of_project)})
    return ", ".join(said)


def has_amount(definition: AidDefinition) -> bool:
    """Whether it is said how much it gives; what gives no money has nothing to say."""
    amount = definition.amount
    said = say_amount(amount) or amount.steps or any(OTHER.get(name, ("", ""))[1] == "cad" for name in amount.other)
    return bool(said) or set(definition.forms) <= WITHOUT_MONEY


def list_links(definition: AidDefinition) -> tuple[str, ...]:
    """The pages of the web that it names, each once: those it was read on, and that of the contact."""
    named = [source.url for source in definition.sources] + ([definition.contact.url] if definition.contact else [])
    return tuple(dict.fromkeys(url for url in named if url.startswith(("http://", "https://"))))


def list_terms(definition: AidDefinition, *, language: str, cost_kinds: Mapping[str, str]) -> list[Term]:
    """``cost_kinds``: code → words of each kind of cost."""
    amount = definition.amount
    terms = [
        (_("À rembourser ?"), say_repayment(definition)),
        (_("Genre"), say_kinds(definition)),
        (_("Qui donne"), definition.provider),
        *((_(label), _join_givers(definition, role)) for role, label in GIVER_ROLES.items()),
        (_("Avec"), ", ".join(definition.partners)),
        (_("Montant"), say_amount(amount) or _("aucune page ne le dit")),
        *((_("Selon le montant"), _say_step(step)) for step in amount.steps),
        (_("Pour"), ", ".join(cost_kinds.get(code, code) for code in definition.project_types)),
        (_("Ce qui compte comme coût"), _join(definition.eligible_costs, language)),
        (_("Mise de fonds"), _say_share(amount.own_share, _("au moins %(share)s du coût"))),
        (_("Aide publique, en tout"), _say_share(amount.public_aid_cap, _("au plus %(share)s du coût"))),
        (_("Précision"), getattr(amount.note, language) if amount.note else ""),
        *_list_others(amount.other),
        *_list_others(definition.envelope),
    ]
    return [term for term in terms if term[1]]


def _say_step(step: StepDefinition) -> str:
    bounds = AmountDefinition(min=step.min or None, max=step.max)
    said = [say_amount(bounds), _say_share(step.own_share, _("mise de fonds de %(share)s"))]
    if step.needs_other_funder:
        said.append(_("avec un autre bailleur de fonds"))
    return ", ".join(part for part in said if part)


def _say_share(share: float | None, words: str) -> str:
    return "" if share is None else words % {"share": _write_share(share)}


def _write_share(share: float) -> str:
    return write_percent(share, 0 if round(share * 100, 6).is_integer() else 1)


def _list_others(terms: Mapping[str, Any]) -> Iterator[Term]:
    """Terms kept as read; one that is not known is told by its name in the file."""
    for name, value in terms.items():
        if isinstance(value, Mapping):
            yield from _list_others(value)
            continue
        label, kind = OTHER.get(name, (name, "word"))
        yield _(label), _write(kind, value)


def _write(kind: str, value: Any) -> str:
    ways: dict[str, Callable[[Any], str]] = {"cad": write_cad, "share": _write_share, "number": write_whole}
    if isinstance(value, list):
        return " – ".join(_write(kind, item) for item in value)
    return ways.get(kind, _say_word)(value)


def _say_word(value: object) -> str:
    word = WORDS.get(str(value))
    return _(word) if word else str(value)


def _join_givers(definition: AidDefinition, role: str) -> str:
    return ", ".join(giver.name for giver in definition.givers if giver.role == role)


def _join(words: Any, language: str) -> str:
    return ", ".join(getattr(one, language) for one in words)
