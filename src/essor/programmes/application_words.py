"""What an application says to a reader: answers, where each comes from and who wrote it, what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.cases.models import Case, CaseDocument
from essor.cases.wording import in_language
from essor.design.wording import is_english, write_cad, write_day, write_decimal, write_whole
from essor.knowledge.applications import ApplicationDefinition, FieldDefinition, SectionDefinition
from essor.knowledge.reading import Bilingual
from essor.programmes.answers import Change
from essor.programmes.models import ApplicationAnswer

EMPTY = _("pas encore répondu")
WHATS: Mapping[str, Any] = {"added": _("ajouté"), "removed": _("retiré"), "changed": _("changé")}
PARTS: Mapping[str, Any] = {
    "section": _("sa partie"),
    "kind": _("sa forme"),
    "label": _("son énoncé"),
    "help": _("pourquoi on le demande"),
    "is_required": _("s’il le faut pour déposer"),
    "longest": _("sa longueur"),
    "least": _("ses limites"),
    "most": _("ses limites"),
    "choices": _("ses choix"),
    "fact": _("d’où il peut se remplir"),
    "question": _("d’où il peut se remplir"),
}


def write_value(field: FieldDefinition, value: Any, documents: Mapping[int, CaseDocument] | None = None) -> str:
    """An answer as it is read; words for one that is not there."""
    if value is None:
        return str(EMPTY)
    write = _WRITERS.get(field.kind)
    if write is not None:
        return write(value)
    if field.kind == "choice":
        label = next((one.label for one in field.choices if one.code == value), None)
        return in_language(label) if label else str(value)
    if field.kind == "file":
        document = (documents or {}).get(value)
        return document.name if document and document.name else gettext("document {number}").format(number=value)
    return str(value)


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "money": write_cad,
    "whole": write_whole,
    "decimal": lambda value: write_decimal(Decimal(value), _places(value)),
    "yes_no": lambda value: gettext("oui") if value else gettext("non"),
    "day": lambda value: write_day(date.fromisoformat(value)),
}


def _places(value: str) -> int:
    return len(value.partition(".")[2])


def say_origin(answer: ApplicationAnswer) -> str:
    """Where a value that nobody typed here comes from; empty for one that was typed."""
    since = write_day(date.fromisoformat(answer.origin["since"])) if "since" in answer.origin else ""
    if answer.source == ApplicationAnswer.Source.FACT:
        said = gettext("D’après l’annuaire : « {title} », depuis le {since}.")
        return said.format(title=answer.origin.get("title", ""), since=since)
    if answer.source == ApplicationAnswer.Source.FINDER:
        return gettext("D’après vos réponses au questionnaire d’aide, jointes à la demande du {since}.").format(
            since=since
        )
    return ""


def say_writer(answer: ApplicationAnswer, case: Case) -> str:
    """Who wrote or confirmed it, and when; of a proposal, that nobody did yet."""
    if answer.is_proposed:
        return gettext("Proposé : gardez-le ou corrigez-le, puis enregistrez.")
    who, when = name_writer(answer, case), write_moment(answer.changed_at)
    if answer.source == ApplicationAnswer.Source.TYPED:
        return gettext("Écrit par {who}, le {when}.").format(who=who, when=when)
    return gettext("Confirmé par {who}, le {when}.").format(who=who, when=when)


def name_writer(answer: ApplicationAnswer, case: Case) -> str:
    return str(answer.co_applicant or case.promoter_name or case.reference)


def write_moment(moment: datetime) -> str:
    return gettext("{day} à {time}").format(day=write_day(timezone.localdate(moment)), time=write_time(moment))


def write_time(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if is_english() else f"{local.hour}\u00a0h\u00a0{local.minute:02d}"


def explain_conflict(field: FieldDefinition, answer: ApplicationAnswer, case: Case) -> str:
    said = gettext(
        "Pendant que vous écriviez, {who} y a mis « {value} » (le {when}). Rien n’est écrasé : gardez votre réponse en "
        "enregistrant de nouveau, ou reprenez la sienne."
    )
    value = write_value(field, answer.value)
    return said.format(who=name_writer(answer, case), value=value, when=write_moment(answer.changed_at))


def list_differences(
    form: ApplicationDefinition, changes: Iterable[Change], documents: Mapping[int, CaseDocument]
) -> list[tuple[str, str, str]]:
    """Of answers: what is asked, as it was, as it is."""
    fields = {one.code: one for one in form.list_fields()}
    told = [(fields[one.code], one) for one in changes if one.code in fields]
    return [
        (
            in_language(field.label),
            write_value(field, one.before, documents),
            write_value(field, one.after, documents),
        )
        for field, one in told
    ]


def describe_field_change(change: Change) -> str:
    """Of a form: « Coût du projet » : changé (son énoncé, ses limites)."""
    label = _in_language((change.after or change.before)["label"])
    said = (
        f"«\u00a0{label}\u00a0»\u00a0: {WHATS[change.what]}" if not is_english() else f"“{label}”: {WHATS[change.what]}"
    )
    if change.what != "changed":
        return said
    parts = [key for key in change.after if change.after[key] != change.before.get(key)]
    named = list(dict.fromkeys(str(PARTS[key]) for key in parts if key in PARTS))
    return f"{said} ({', '.join(named)})"


def describe_rule_change(change: Change) -> str:
    kind, _dot, code = change.code.partition(".")
    if kind == "scored":
        label = _in_language(change.after or change.before)
        if change.what == "changed" and change.before["weight"] != change.after["weight"]:
            said = gettext("Grille du comité, « {label} » : son poids passe de {before} à {after}")
            return said.format(label=label, before=change.before["weight"], after=change.after["weight"])
        return gettext("Grille du comité, « {label} » : {what}").format(label=label, what=WHATS[change.what])
    return gettext("Entente « {code} » : {what}").format(code=code, what=WHATS[change.what])


def _in_language(words: Mapping[str, Any]) -> str:
    return in_language(Bilingual(fr=words["fr"], en=words["en"]))


def count_section(section: SectionDefinition, values: Mapping[str, Any]) -> tuple[int, int, int]:
    """How many are answered, out of how many, and how many needed ones are not."""
    answered = sum(one.code in values for one in section.fields)
    return answered, len(section.fields), sum(one.is_required and one.code not in values for one in section.fields)
