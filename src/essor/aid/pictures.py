"""Tables of aids, and what a draft changes, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import ndiff
from typing import Any

import yaml
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from essor.aid.checking import Tried, name_verdict
from essor.aid.queries.drafts import Movement
from essor.aid.queries.funnel import ENDINGS, AidFunnels
from essor.aid.wording import explain
from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_decimal, write_whole
from essor.methods.funnel import Funnel, StageCount


def build_funnel_tables(funnels: AidFunnels, *, language: str) -> list[Table]:
    """How many of each aid reached each stage, then how many days it took; the total last."""
    side = "en" if language == "en" else "fr"
    named = [
        (Link(funnels.names[slug][side], reverse("aid", args=[slug])) if slug in funnels.names else slug, funnel)
        for slug, funnel in funnels.each.items()
    ]
    return [_build_counts(named, funnels.total), _build_days(named, funnels.total)]


def _build_counts(named: list[tuple[str | Link, Funnel]], total: Funnel) -> Table:
    columns = [
        Column(_("Aide")), Column(_("Retenues"), "whole"), Column(_("Demandées"), "whole"),
        Column(_("Obtenues"), "whole"), Column(_("Versées"), "whole"), Column(_("Refusées"), "whole"),
        Column(_("Abandonnées"), "whole"), Column(_("En cours"), "whole"),
    ]  # fmt: skip
    rows = [Row(_write_counts(name, funnel)) for name, funnel in named]
    rows.append(Row(_write_counts(_("Toutes les aides"), total), is_total=True))
    note = _("Retenues = versées + refusées + abandonnées + en cours : chaque aide est à un seul de ces endroits.")
    return Table(_("Combien d’aides, jusqu’où ?"), columns, rows, note)


def _write_counts(name: str | Link, funnel: Funnel) -> list[Any]:
    return [
        name,
        *(stage.n for stage in funnel.stages),
        *(funnel.count_ended(ending) for ending in ENDINGS),
        funnel.waiting,
    ]


def _build_days(named: list[tuple[str | Link, Funnel]], total: Funnel) -> Table:
    columns = [
        Column(_("Aide")), Column(_("Jusqu’à la demande")), Column(_("De la demande à l’accord")),
        Column(_("De l’accord au versement")),
    ]  # fmt: skip
    rows = [Row([name, *map(_write_days, funnel.stages[:-1])]) for name, funnel in named]
    rows.append(Row([_("Toutes les aides"), *map(_write_days, total.stages[:-1])], is_total=True))
    note = _("Médianes, en jours, de celles qui sont passées à la suite ; celles qui attendent encore n’y sont pas.")
    return Table(_("En combien de jours ?"), columns, rows, note)


def _write_days(stage: StageCount) -> str:
    if stage.median_days is None:
        return "—"
    places = 0 if stage.median_days.denominator == 1 else 1
    days = write_decimal(stage.median_days, places)
    return _("{days} j (n = {n})").format(days=days, n=write_whole(stage.went_on))


LONGEST = 600
"""What is shown of one part of a text, in characters."""
PARTS: Mapping[str, str] = {
    "name.fr": gettext_noop("Nom en français"),
    "name.en": gettext_noop("Nom en anglais"),
    "provider": gettext_noop("Qui donne"),
    "partners": gettext_noop("Avec"),
    "givers": gettext_noop("Qui fait quoi"),
    "forms": gettext_noop("Genre"),
    "is_public": gettext_noop("C’est de l’argent public"),
    "amount.min": gettext_noop("Au moins, en dollars"),
    "amount.max": gettext_noop("Au plus, en dollars"),
    "amount.rate_of_project": gettext_noop("Part du coût"),
    "amount.own_share": gettext_noop("Mise de fonds"),
    "amount.public_aid_cap": gettext_noop("Aide publique, en tout"),
    "project_types": gettext_noop("Pour"),
    "eligible_costs": gettext_noop("Ce qui compte comme coût"),
    "excludes": gettext_noop("Ne va pas avec"),
    "versions": gettext_noop("Règles et dates"),
    "examples": gettext_noop("Exemples"),
    "judgement": gettext_noop("À vérifier par une personne"),
    "uncertain": gettext_noop("Incertain"),
    "how_to_ask": gettext_noop("Comment demander"),
    "documents": gettext_noop("Ce qu’il faut fournir"),
    "contact": gettext_noop("À qui écrire"),
    "sources": gettext_noop("Sources"),
}


def tell_difference(path: str, before: Any, after: Any) -> dict[str, str]:
    label = PARTS.get(path) or PARTS.get(path.split(".", maxsplit=1)[0])
    was, is_now = _write_part(before), _write_part(after)
    if min(was.count("\n"), is_now.count("\n")) >= 1:
        was, is_now = _keep_changed(was, is_now)
    return {"label": _(label) if label else path, "before": was, "after": is_now}


def _keep_changed(before: str, after: str) -> tuple[str, str]:
    """Of long texts, the lines that differ, on each side."""
    lines = list(ndiff(before.splitlines(), after.splitlines()))
    return tuple("\n".join(line[2:] for line in lines if line.startswith(sign)) for sign in ("- ", "+ "))  # type: ignore[return-value]


def tell_tried(tried: Tried, language: str) -> dict[str, Any]:
    return {
        "name": getattr(tried.example.name, language),
        "reason": getattr(tried.example.reason, language),
        "expected": say_verdict(tried.example.expected, language),
        "found": explain(tried.fault) if tried.fault else say_verdict(tried.found, language),
        "holds": tried.holds,
    }


def tell_movement(movement: Movement, language: str) -> dict[str, Any]:
    return {
        "before": say_verdict(movement.before, language) if movement.before else "",
        "after": say_verdict(movement.after, language),
        "count": movement.count,
    }


def say_verdict(code: str, language: str) -> str:
    return str(getattr(name_verdict(code), language))


def _write_part(value: Any) -> str:
    if value is None or value in ([], "", {}):
        return _("rien")
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    if not isinstance(value, list | dict):
        return str(value)
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100).strip()
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
