"""What a funding stack says in words: instruments, states, rules of aids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

INSTRUMENTS: Mapping[str, Any] = {
    "bursary": _("bourse"),
    "grant": _("subvention"),
    "loan": _("prêt"),
    "gift": _("don"),
    "own_cash": _("mise de fonds"),
    "in_kind": _("apport en nature"),
    "grant_and_loan": _("subvention et prêt"),
}
STATUSES: Mapping[str, Any] = {
    "paid": pgettext_lazy("funding", "versé"),
    "confirmed": _("confirmé"),
    "conditional": _("promis sous conditions"),
    "asked": _("demandé"),
    "refused": _("refusé"),
    "withdrawn": _("abandonné"),
    "mistaken": _("inscrit par erreur"),
}
RULES: Mapping[str, Any] = {
    "cap": _("Son montant, au plus"),
    "floor": _("Son montant, au moins"),
    "share-of-cost": _("Sa part du coût, au plus"),
    "cumulation": _("Tout l’argent public, au plus"),
    "own-share": _("La mise de fonds, au moins"),
    "excludes": _("Ne va pas avec « {other} »"),
    "rules": _("Ce que l’aide permet"),
}
OWN_MONEY = _("Le groupe lui-même")
