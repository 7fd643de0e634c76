"""What the pages of an application show, for whoever writes it, follows it or decides on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.cases.wording import in_language
from essor.design.wording import write_day
from essor.knowledge.applications import FieldDefinition, SectionDefinition
from essor.programmes.answers import compare_values, list_cautions
from essor.programmes.application_words import (
    count_section,
    describe_field_change,
    describe_rule_change,
    list_differences,
    say_origin,
    say_writer,
    write_moment,
    write_value,
)
from essor.programmes.models import ApplicationDeposit, CoApplicant
from essor.programmes.queries.applications import ApplicationFile, read_later

Lead = Callable[..., str]
CAUTIONS: Mapping[str, Any] = {
    "asked-over-cost": gettext_lazy("À relire : la somme demandée dépasse le coût du projet."),
    "opening-past": gettext_lazy("À relire : le jour d’ouverture prévu est déjà passé."),
}


def tell_application(file: ApplicationFile, *, lead_to: Lead) -> dict[str, Any]:
    """Its sections and how far each is, who writes it, what was filed."""
    if file.application is None:
        return {"sections": [], "people": [], "deposits": [], "missing": 0, "proposed": 0, "lede": ""}
    missing, proposed = len(file.missing), sum(one.is_proposed for one in file.answers.values())
    return {
        "lede": in_language(file.form.definition),
        "sections": [
            {
                "title": in_language(one.label),
                "address": lead_to("_section", one.code),
                "said": say_progress(one, file.values),
                "is_done": count_section(one, file.values)[2] == 0,
            }
            for one in file.form.sections
        ],
        "people": [
            {"person": one, "said": say_state(one), "revoke": "" if one.revoked_at else lead_to("_revoke", one.pk)}
            for one in file.people
        ],
        "deposits": [tell_deposit(file, one) for one in file.deposits],
        "missing": missing,
        "proposed": proposed,
    }


def say_progress(section: SectionDefinition, values: Mapping[str, Any]) -> str:
    answered, total, missing = count_section(section, values)
    told = ngettext("{answered} réponse sur {total}", "{answered} réponses sur {total}", answered)
    said = told.format(answered=answered, total=total)
    if missing:
        needed = ngettext("il manque {n} réponse pour déposer", "il manque {n} réponses pour déposer", missing)
        said += f", {needed.format(n=missing)}"
    return said


def say_state(person: CoApplicant) -> str:
    if person.revoked_at is not None:
        return _("son lien n’ouvre plus rien depuis le {day}").format(day=write_day(person.revoked_at))
    if person.sent_at is not None:
        return _("invitation partie le {day}").format(day=write_day(person.sent_at))
    if person.failure:
        return _("l’invitation n’a pas pu partir ; un autre essai suivra")
    return _("l’invitation part")


def tell_deposit(file: ApplicationFile, deposit: ApplicationDeposit) -> dict[str, Any]:
    """With what changed since the one before."""
    before = next((one for one in file.deposits if one.number == deposit.number - 1), None)
    changes = compare_values(before.read_values(), deposit.read_values()) if before else []
    return {
        "number": deposit.number,
        "moment": write_moment(deposit.deposited_at),
        "sha256": deposit.sha256,
        "is_erased": not deposit.content,
        "changes": list_differences(file.form, changes, file.documents),
    }


def tell_later(file: ApplicationFile) -> dict[str, Any] | None:
    """What changed in the form and the rules since it was started; None where nothing did."""
    later = read_later(file)
    if not later or file.application is None:
        return None
    return {
        "started": write_day(file.application.started_at),
        "kept": file.application.form_version,
        "current": later.form.version,
        "fields": [describe_field_change(one) for one in later.fields],
        "rules": [describe_rule_change(one) for one in later.rules],
    }


def tell_reading(
    file: ApplicationFile, *, open_document: Callable[[int], str], edit: Callable[[str], str] | None = None,
    deposit: ApplicationDeposit | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The whole of it, as it is read. ``edit``: where a section is written, by its code; None: it is read only.
    ``deposit``: as it was filed then, rather than as it stands."""
    is_draft, tell = deposit is None, _write_lines(file, deposit, open_document)
    missing = {one.code for one in file.missing} if is_draft else set[str]()
    return {
        "form": in_language(file.form.label),
        "version": file.form.version,
        "sections": [
            {
                "code": one.code,
                "title": in_language(one.label),
                "edit": edit(one.code) if edit else "",
                "lines": [tell(field) | {"is_missing": field.code in missing} for field in one.fields],
            }
            for one in file.form.sections
        ],
        "missing": [
            (in_language(field.label), edit(one.code) if edit else "")
            for one in file.form.sections
            for field in one.fields
            if field.code in missing
        ],
        "cautions": [CAUTIONS[one] for one in list_cautions(file.values, on=timezone.localdate())] if is_draft else [],
        "changes": list_differences(file.form, file.list_changes(), file.documents) if is_draft else [],
        "deposit": tell_deposit(file, deposit) if deposit else None,
        "last": tell_deposit(file, file.last) if is_draft and file.last else None,
    }


def _write_lines(
    file: ApplicationFile, deposit: ApplicationDeposit | None, open_document: Callable[[int], str]
) -> Callable[[FieldDefinition], dict[str, Any]]:
    """What is read of each field; what is only proposed is shown, and said to be so."""
    values = file.values if deposit is None else deposit.read_values()
    notes = _note_answers(file) if deposit is None else _note_deposit(file, deposit)

    def tell(field: FieldDefinition) -> dict[str, Any]:
        answer = file.answers.get(field.code) if deposit is None else None
        is_proposed = answer is not None and answer.is_proposed and answer.value is not None
        value = answer.value if answer is not None and is_proposed else values.get(field.code)
        is_paper = field.kind == "file" and isinstance(value, int)
        return {
            "label": in_language(field.label),
            "value": write_value(field, value, file.documents),
            "is_long": field.kind == "long_text" and value is not None,
            "is_proposed": is_proposed,
            "notes": notes.get(field.code, []) if value is not None else [],
            "href": open_document(int(value)) if value is not None and is_paper else "",
        }

    return tell


def _note_answers(file: ApplicationFile) -> dict[str, list[str]]:
    """Where each answer comes from, and who wrote it."""
    return {
        code: [one for one in (say_origin(answer), say_writer(answer, file.case)) if one]
        for code, answer in file.answers.items()
    }


def _note_deposit(file: ApplicationFile, deposit: ApplicationDeposit) -> dict[str, list[str]]:
    names = {one.number: str(one) for one in file.people} | {0: file.case.promoter_name or file.case.reference}
    return {
        said["field"]: [
            _("{who}, le {when}.").format(
                who=names.get(said["by"], ""), when=write_moment(datetime.fromisoformat(said["at"]))
            )
        ]
        for said in deposit.content
    }
