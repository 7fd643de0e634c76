"""An application is started, written by several, then filed; what was filed is never rewritten."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from essor.accounts.audit import record_event
from essor.cases.access import hash_token
from essor.cases.actions import THE_PROMOTER, By, Promoter, attach_document, move_case
from essor.cases.actions.writing import add_event, hold_case, leave_letter, workflow_of
from essor.cases.models import Case, CaseDocument, CaseEvent, Party
from essor.cases.rules import ADVISER, PROMOTER
from essor.knowledge.applications import FieldDefinition, load_latest_application
from essor.programmes.actions.funding import is_locked, set_project_cost
from essor.programmes.answers import COST, check_value, hash_content, mark
from essor.programmes.invitations import make_person_token
from essor.programmes.models import Application, ApplicationAnswer, ApplicationDeposit, CoApplicant, Enrolment
from essor.programmes.queries.applications import (
    ApplicationFile,
    list_proposals,
    read_application_file,
    read_rules,
)
from essor.programmes.rules import CENTS, ProgrammeError, has_reached

PLAN, FILED, WAITING, ON_HOLD = "plan", "filing", "waiting_promoter", "on_hold"
SITTING = timedelta(minutes=30)
"""What one person changes again within this time of their first words is the same version of an answer."""

CROSSING = timedelta(minutes=1)
"""What one saved by hand and what was saved by itself cross within this time."""

MOST_PEOPLE, MOST_VERSIONS, LONGEST_NAME = 10, 3000, 150
"""Of one file: whoever holds a link writes without an account."""


class Invited(Promoter):
    """A co-applicant, by their own link."""

    def __init__(self, person: CoApplicant) -> None:
        self.person = person


KEEP, WRITE, CONFIRM, CONFLICT = "keep", "write", "confirm", "conflict"


@dataclass(frozen=True, slots=True)
class Saved:
    """``conflicts``: answers that somebody else changed since they were shown; nothing of them was written over."""

    fields: Sequence[str] = ()
    conflicts: Sequence[ApplicationAnswer] = ()


def person_of(by: By) -> CoApplicant | None:
    return by.person if isinstance(by, Invited) else None


def is_open(file: ApplicationFile) -> bool:
    """Whether its answers may change: until it is filed; then while the adviser waits for the person, until what was
    changed meanwhile is filed in turn; never before the committee."""
    case = file.case
    if case.closed_at is not None or file.application is None or is_locked(case):
        return False
    if file.last is None or not has_reached(workflow_of(case), case.came_from or case.stage, FILED):
        return True
    return case.stage == WAITING or bool(file.list_changes())


@transaction.atomic
def start_application(*, case: Case, by: By, now: datetime) -> Application:
    """Pins the form and the rules as they are, and proposes what is already known.

    Raises ProgrammeError: ``application-none``, ``application-not-yours``, ``application-closed``,
    ``application-started``; CaseError ``case_closed``.
    """
    held = _hold(case, by=by, now=now)
    file = read_application_file(held)
    if file.programme is None:
        raise ProgrammeError("application-none")
    if file.application is not None:
        raise ProgrammeError("application-started")
    if is_locked(held):
        raise ProgrammeError("application-closed")
    form, rules = load_latest_application(file.programme.form), read_rules(file.programme)
    pinned = form.model_dump(mode="json")
    application = Application.objects.create(
        case=held, form_id=form.id, form_version=form.version, form=pinned, form_hash=hash_content(pinned),
        rules=rules, rules_hash=hash_content(rules), started_at=now,
    )  # fmt: skip
    proposals = list_proposals(held, form, now=now)
    ApplicationAnswer.objects.bulk_create(
        ApplicationAnswer(
            application=application, field=code, number=1, value=one.value, source=one.source,
            origin=dict(one.origin), party=Party.PLATFORM, written_at=now, changed_at=now,
        )
        for code, one in proposals.items()
    )  # fmt: skip
    facts = {"form": f"{form.id}.{form.version}", "form_sha256": application.form_hash, "proposed": sorted(proposals)}
    _tell(held, {"deed": "application_start", **facts, "rules_sha256": application.rules_hash}, by=by, now=now)
    return application


@transaction.atomic
def save_answers(
    *, case: Case, answers: Mapping[str, Any], shown: Mapping[str, str], by: By, now: datetime, is_draft: bool = False
) -> Saved:
    """``answers``: by field, as read of a form. ``shown``: the :func:`mark` of what the writer had before their eyes:
    what somebody else changed since is kept, and told where the writer changed it too. ``is_draft``: saved by itself,
    which confirms no proposal.

    Raises ProgrammeError: ``application-not-yours``, ``application-closed``, ``answers-full``, and those of
    :func:`check_value`; CaseError ``case_closed``.
    """
    file = _hold_open(case, by=by, now=now)
    fields = {one.code: one for one in file.form.list_fields()}
    said = {code: check_value(fields[code], value) for code, value in answers.items()}
    verdicts = {
        code: _judge(value, file.answers.get(code), shown.get(code, mark(None)), is_draft=is_draft)
        for code, value in said.items()
    }
    verdicts |= {
        code: WRITE
        for code, verdict in verdicts.items()
        if verdict == CONFLICT and _is_own(file.answers[code], by=by, now=now)
    }
    written = [code for code, verdict in verdicts.items() if verdict in {WRITE, CONFIRM}]
    _write(file, {code: said[code] for code in written}, by=by, now=now)
    return Saved(written, [file.answers[code] for code, verdict in verdicts.items() if verdict == CONFLICT])


def _judge(value: Any, latest: ApplicationAnswer | None, shown: str, *, is_draft: bool) -> str:
    """What becomes of a value, ``latest`` being the answer as it is and ``shown`` the mark of what was read."""
    current = None if latest is None else latest.value
    if mark(value) == mark(current):
        return CONFIRM if latest is not None and latest.is_proposed and not is_draft else KEEP
    if latest is None or mark(current) == shown:
        return WRITE
    # Somebody else changed it meanwhile. Left as it was shown, it takes what they wrote.
    return KEEP if mark(value) == shown else CONFLICT


def _is_own(answer: ApplicationAnswer, *, by: By, now: datetime) -> bool:
    """One's own words of a moment ago: saved by itself while the same form was being sent."""
    person = person_of(by)
    is_same = not answer.is_proposed and answer.co_applicant_id == (person and person.pk)
    return is_same and now - answer.changed_at < CROSSING


def _write(file: ApplicationFile, values: Mapping[str, Any], *, by: By, now: datetime) -> None:
    """The answers, and one line of the trace for those of which a version begins."""
    application = _application_of(file)
    begun = [code for code, value in values.items() if not _continue(file, code, value, by=by, now=now)]
    _refuse_more(application, begun)
    for code in begun:
        latest, value = file.answers.get(code), values[code]
        is_same = latest is not None and latest.is_proposed and mark(latest.value) == mark(value)
        ApplicationAnswer.objects.create(
            application=application, field=code, number=latest.number + 1 if latest else 1, value=value,
            source=latest.source if latest and is_same else ApplicationAnswer.Source.TYPED,
            origin=latest.origin if latest and is_same else {}, party=Party.PROMOTER, co_applicant=person_of(by),
            written_at=now, changed_at=now,
        )  # fmt: skip
    if begun:
        _trace("write_application", file.case, {"fields": sorted(begun)}, by=by, now=now)


def _continue(file: ApplicationFile, code: str, value: Any, *, by: By, now: datetime) -> bool:
    """The same person goes on with what they began a moment ago, which nothing has kept yet."""
    latest, person, last = file.answers.get(code), person_of(by), file.last
    if latest is None or latest.is_proposed or latest.source != ApplicationAnswer.Source.TYPED:
        return False
    is_kept = last is not None and latest.written_at <= last.deposited_at
    if is_kept or latest.co_applicant_id != (person and person.pk) or now - latest.written_at > SITTING:
        return False
    latest.value, latest.changed_at = value, now
    latest.save(update_fields=["value", "changed_at"])
    return True


def _refuse_more(application: Application, begun: Sequence[str]) -> None:
    if begun and ApplicationAnswer.objects.filter(application=application).count() + len(begun) > MOST_VERSIONS:
        raise ProgrammeError("answers-full", most=MOST_VERSIONS)


def attach_file(
    *, case: Case, field: FieldDefinition, name: str, chunks: Iterable[bytes], by: By, now: datetime
) -> None:
    """A document is deposited with the file's others, and answers a field. Raises as :func:`save_answers`, and
    CaseError as ``attach_document``."""
    with transaction.atomic():
        before = _hold_open(case, by=by, now=now)  # before anything is kept
    document = attach_document(case=case, name=name, chunks=chunks, by=by, now=now)
    with transaction.atomic():
        # The deposit of what was awaited may itself end the wait: open or not, the file says no more.
        file = read_application_file(_hold(case, by=by, now=now))
        if file.last != before.last or is_locked(file.case):
            raise ProgrammeError("application-closed")
        _write(file, {field.code: document.pk}, by=by, now=now)


def list_choices(file: ApplicationFile, by: By) -> dict[int, CaseDocument]:
    """What may answer a field: who was invited to write is shown no other paper of the file."""
    papers = file.list_papers()
    return {pk: one for pk, one in file.documents.items() if not isinstance(by, Invited) or pk in papers}


@transaction.atomic
def choose_file(*, case: Case, field: FieldDefinition, document: int | None, by: By, now: datetime) -> None:
    """One of the file's documents answers a field, for whoever was invited one that already does; None: none does any
    more. Raises ProgrammeError
    ``answer-malformed``, and as :func:`save_answers`."""
    file = _hold_open(case, by=by, now=now)
    if document is not None and document not in list_choices(file, by):
        raise ProgrammeError("answer-malformed", field=field.code)
    _write(file, {field.code: document}, by=by, now=now)


@transaction.atomic
def deposit_application(*, case: Case, by: By, now: datetime) -> ApplicationDeposit:
    """Files what is written, whole, and makes the move of the workflow that says so. Filed again, it is another
    version, and the person's answer to what was asked.

    Raises ProgrammeError: ``application-not-yours`` (a co-applicant writes, whoever asked files),
    ``application-closed``, ``application-incomplete``, ``application-unchanged``, ``deposit-too-early``; CaseError
    ``case_closed``.
    """
    if by is not THE_PROMOTER:
        raise ProgrammeError("application-not-yours")
    file = _hold_open(case, by=by, now=now)
    if missing := file.missing:
        raise ProgrammeError("application-incomplete", missing=len(missing))
    if file.last is not None and not file.list_changes():
        raise ProgrammeError("application-unchanged")
    held = file.case
    if held.stage in {WAITING, ON_HOLD}:
        held = move_case(case=held, move="answer", by=by, now=now)
    if held.stage == PLAN:
        held = move_case(case=held, move="file", by=by, now=now)
    if not has_reached(workflow_of(held), held.stage, FILED):
        raise ProgrammeError("deposit-too-early")
    content = [_freeze(one) for one in file.answers.values() if one.field in file.values]
    deposit = ApplicationDeposit.objects.create(
        application=_application_of(file), number=len(file.deposits) + 1, content=content,
        sha256=hash_content(content), deposited_at=now,
    )  # fmt: skip
    facts = {"deed": "application_deposit", "number": deposit.number, "sha256": deposit.sha256}
    _tell(held, facts, by=by, now=now)
    leave_letter(held, "application", to=ADVISER, now=now)
    leave_letter(held, "filed", to=PROMOTER, now=now)
    cost = file.values.get(COST)
    if isinstance(cost, int) and Enrolment.objects.filter(case=held, cost_cents=None).exists():
        set_project_cost(case=held, cents=cost * CENTS, by=by, now=now)
    return deposit


def _freeze(answer: ApplicationAnswer) -> dict[str, Any]:
    return {
        "field": answer.field,
        "value": answer.value,
        "source": answer.source,
        "by": answer.co_applicant.number if answer.co_applicant else 0,
        "at": answer.changed_at.isoformat(),
    }


@transaction.atomic
def invite(*, case: Case, name: str, email: str, by: By, now: datetime) -> CoApplicant:
    """Someone else who carries the project receives their own link by e-mail.

    Raises ProgrammeError: ``application-not-yours``, ``application-closed``, ``name-needed``, ``email-wrong``,
    ``invited-already``, ``people-full``; CaseError ``case_closed``.
    """
    if by is not THE_PROMOTER:
        raise ProgrammeError("application-not-yours")
    file = _hold_open(case, by=by, now=now)
    called, address = " ".join(name.split())[:LONGEST_NAME], email.strip()
    if not called:
        raise ProgrammeError("name-needed")
    try:
        validate_email(address)
    except ValidationError as error:
        raise ProgrammeError("email-wrong", value=address) from error
    there = {one.email.lower() for one in file.people if one.revoked_at is None}
    if address.lower() in there | {file.case.promoter_email.lower()}:
        raise ProgrammeError("invited-already", value=address)
    if len(file.people) >= MOST_PEOPLE:
        raise ProgrammeError("people-full", most=MOST_PEOPLE)
    number = len(file.people) + 1
    person = CoApplicant.objects.create(
        application=_application_of(file), number=number, name=called, email=address,
        access_hash=hash_token(make_person_token(file.case.reference, number)), created_at=now,
    )  # fmt: skip
    _tell(file.case, {"deed": "application_invite", "person": number}, by=by, now=now, words=called)
    return person


@transaction.atomic
def revoke(*, person: CoApplicant, by: By, now: datetime) -> None:
    """Their link opens nothing any more; what they wrote stays, and stays theirs. Raises ProgrammeError:
    ``application-not-yours``, ``revoked-already``; CaseError ``case_erased``."""
    if by is not THE_PROMOTER:
        raise ProgrammeError("application-not-yours")
    held = hold_case(person.application.case, by=by, now=now, even_closed=True)
    found = CoApplicant.objects.get(pk=person.pk)
    if found.revoked_at is not None:
        raise ProgrammeError("revoked-already")
    found.revoked_at, found.access_hash = now, hash_token(secrets.token_urlsafe(32))
    found.save(update_fields=["revoked_at", "access_hash"])
    _tell(held, {"deed": "application_revoke", "person": found.number}, by=by, now=now, words=found.name)


def erase_application(case: Case) -> int:
    """The words of an erased case: answers, deposits, who was invited; their links open nothing any more. How many
    rows that is."""
    people = CoApplicant.objects.filter(application=case.pk)
    for person in people:
        person.access_hash = hash_token(secrets.token_urlsafe(32))
        person.save(update_fields=["access_hash"])
    return (
        ApplicationAnswer.objects.filter(application=case.pk).erase(value=None)
        + ApplicationDeposit.objects.filter(application=case.pk).erase(content=[])
        + people.update(name="", email="")
    )


def _hold(case: Case, *, by: By, now: datetime) -> Case:
    """The file, held; those who carry the project alone write."""
    if not isinstance(by, Promoter):
        raise ProgrammeError("application-not-yours")
    held = hold_case(case, by=by, now=now)
    if (person := person_of(by)) and CoApplicant.objects.get(pk=person.pk).revoked_at is not None:
        raise ProgrammeError("application-not-yours")
    return held


def _hold_open(case: Case, *, by: By, now: datetime) -> ApplicationFile:
    file = read_application_file(_hold(case, by=by, now=now))
    if not is_open(file):
        raise ProgrammeError("application-closed")
    return file


def _application_of(file: ApplicationFile) -> Application:
    if file.application is None:
        raise ProgrammeError("application-none")
    return file.application


def _tell(case: Case, facts: Mapping[str, Any], *, by: By, now: datetime, words: str = "") -> None:
    person = person_of(by)
    told = dict(facts) | ({"by": person.number} if person else {})
    add_event(case, CaseEvent.Kind.PROGRAMME, by=by, now=now, words=words, facts=told)


def _trace(action: str, case: Case, after: Mapping[str, Any], *, by: By, now: datetime) -> None:
    person = person_of(by)
    record_event(
        action=action, target_kind="case", target_id=case.reference, by=None, now=now,
        after=dict(after) | ({"by": person.number} if person else {}), label="promoter",
    )  # fmt: skip
