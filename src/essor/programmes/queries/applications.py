"""An application as it stands: the form that it keeps to, the latest answers and who wrote them, what was filed, what
changed since it was started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Max
from django.utils import timezone

from essor.aid.queries.known_answers import read_facts
from essor.cases.access import hash_token, opens
from essor.cases.models import Case, CaseDocument
from essor.knowledge.applications import (
    ApplicationDefinition,
    FieldDefinition,
    load_latest_application,
    read_application,
)
from essor.programmes.answers import Change, compare_forms, compare_values, list_missing, pin_rules, propose
from essor.programmes.models import (
    Agreement,
    Application,
    ApplicationAnswer,
    ApplicationDeposit,
    CoApplicant,
    Enrolment,
    Programme,
)


@dataclass
class ApplicationFile:
    """``programme`` None: the case is of none, or of one that asks for no form; ``application`` None: not started.

    ``answers``: the latest of each field, proposals included.
    """

    case: Case
    programme: Programme | None = None
    application: Application | None = None
    answers: Mapping[str, ApplicationAnswer] = field(default_factory=dict)
    people: Sequence[CoApplicant] = ()
    deposits: Sequence[ApplicationDeposit] = ()
    documents: Mapping[int, CaseDocument] = field(default_factory=dict)

    @cached_property
    def form(self) -> ApplicationDefinition:
        """The version that it keeps to."""
        if self.application is None:
            raise LookupError(self.case.reference)
        return read_application(self.application.form)

    @property
    def values(self) -> dict[str, Any]:
        """What somebody wrote or confirmed."""
        return {code: one.value for code, one in self.answers.items() if not one.is_proposed and one.value is not None}

    @property
    def missing(self) -> list[FieldDefinition]:
        return list_missing(self.form, self.values)

    @property
    def last(self) -> ApplicationDeposit | None:
        return self.deposits[-1] if self.deposits else None

    def list_papers(self, *, of: ApplicationDeposit | None = None) -> set[int]:
        """The documents that answer it, now or in a deposit; ``of``: in that one alone."""
        codes = {one.code for one in self.form.list_fields() if one.kind == "file"} if self.application else set()
        said = [of.read_values()] if of else [self.values, *(one.read_values() for one in self.deposits)]
        return {values[code] for values in said for code in codes if values.get(code) in self.documents}

    def list_changes(self) -> list[Change]:
        """Since the last deposit."""
        return compare_values(self.last.read_values(), self.values) if self.last else []


def read_application_file(case: Case) -> ApplicationFile:
    """In seven queries at most, whatever was written."""
    enrolment = Enrolment.objects.select_related("programme").filter(case=case).first()
    application = Application.objects.filter(case=case).first() if enrolment else None
    if enrolment is None or (application is None and not enrolment.programme.form):
        return ApplicationFile(case)
    if application is None:
        return ApplicationFile(case, enrolment.programme)
    latest = ApplicationAnswer.objects.filter(application=application).order_by().values("field")
    rows = ApplicationAnswer.objects.filter(pk__in=latest.annotate(last=Max("pk")).values("last"))
    return ApplicationFile(
        case,
        enrolment.programme,
        application,
        {one.field: one for one in rows.select_related("co_applicant")},
        list(CoApplicant.objects.filter(application=application)),
        list(ApplicationDeposit.objects.filter(application=application)),
        {one.pk: one for one in CaseDocument.objects.filter(case=case, removed_at=None)},
    )


def has_deposit(case: Case) -> bool:
    return ApplicationDeposit.objects.filter(application=case.pk).exists()


def find_co_applicant(token: str) -> CoApplicant | None:
    """Whose link this is; None once it is revoked, or the case erased."""
    found = CoApplicant.objects.select_related("application__case").filter(access_hash=hash_token(token)).first()
    if found is None or found.revoked_at is not None or not opens(token, found.access_hash):
        return None
    return None if found.application.case.erased_at is not None else found


def read_rules(programme: Programme) -> dict[str, Any]:
    """As they are now."""
    agreements = Agreement.objects.filter(programme=programme).order_by("pk").values_list("code", "clauses")
    return pin_rules(programme.scoresheet, dict(agreements))


@dataclass(frozen=True, slots=True)
class Later:
    """What changed after an application was started, and does not apply to it. ``form``: the current one."""

    form: ApplicationDefinition
    fields: Sequence[Change]
    rules: Sequence[Change]

    def __bool__(self) -> bool:
        return bool(self.fields or self.rules)


def read_later(file: ApplicationFile) -> Later | None:
    if file.application is None or file.programme is None:
        return None
    now = load_latest_application(file.programme.form or file.application.form_id)
    return Later(now, compare_forms(file.form, now), compare_values(file.application.rules, read_rules(file.programme)))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is already known of a field, from where. ``origin``: see :class:`ApplicationAnswer`."""

    value: Any
    source: str
    origin: Mapping[str, str]


def list_proposals(case: Case, form: ApplicationDefinition, *, now: datetime) -> dict[str, Proposal]:
    """By field: what the person answered to the finder, else what the directory's facts answer that day."""
    found = dict[str, Proposal]()
    fields, said = form.list_fields(), case.profile_values or {}
    if case.organisation is not None and case.organisation.erased_at is None:
        variables = {one.fact for one in fields if one.fact}
        facts = read_facts(case.organisation, variables=variables, on=timezone.localdate(now), known_at=now)
        for one in fields:
            known = facts.get(one.fact or "")
            if known is not None and (value := propose(one, known.value)) is not None:
                origin = {"title": known.source, "since": known.since.isoformat()}
                found[one.code] = Proposal(value, ApplicationAnswer.Source.FACT, origin)
    for one in fields:
        if one.question in said and (value := propose(one, said[one.question])) is not None:
            origin = {"since": timezone.localdate(case.opened_at).isoformat()}
            found[one.code] = Proposal(value, ApplicationAnswer.Source.FINDER, origin)
    return found


def export_application(file: ApplicationFile) -> dict[str, Any] | None:
    """What the promoter takes away."""
    if file.application is None:
        return None
    return {
        "form": f"{file.application.form_id}.{file.application.form_version}",
        "started_at": file.application.started_at.isoformat(),
        "answers": {
            code: {
                "value": one.value,
                "source": one.source,
                "is_proposed": one.is_proposed,
                "by": str(one.co_applicant or ""),
                "written_at": one.changed_at.isoformat(),
            }
            for code, one in file.answers.items()
        },
        "co_applicants": [{"name": one.name, "email": one.email} for one in file.people],
        "deposits": [
            {"number": one.number, "deposited_at": one.deposited_at.isoformat(), "sha256": one.sha256}
            | {"answers": one.content}
            for one in file.deposits
        ],
    }
