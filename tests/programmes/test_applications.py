"""An application is started, written by several, filed once complete, asked for again; nothing is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from essor.accounts.models import AuditEvent, User
from essor.cases.access import make_token
from essor.cases.actions import THE_PROMOTER, close_case, erase_case, move_case, open_case
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.cases.rules import CaseError, list_moves
from essor.directory.actions import enter_organisation
from essor.directory.models import Organisation
from essor.directory.rules import Said
from essor.knowledge import load_latest_workflow
from essor.knowledge.applications import load_latest_application
from essor.programmes.actions import (
    Invited,
    choose_file,
    deposit_application,
    enrol,
    invite,
    is_open,
    revoke,
    save_answers,
    send_invitations,
    set_project_cost,
    start_application,
)
from essor.programmes.answers import hash_content, mark
from essor.programmes.invitations import make_person_token
from essor.programmes.models import (
    Agreement,
    Application,
    ApplicationAnswer,
    ApplicationDeposit,
    CoApplicant,
    Enrolment,
    Programme,
)
from essor.programmes.queries.applications import ApplicationFile, read_application_file
from essor.programmes.rules import ProgrammeError
from tests.cases.conftest import ask as ask_for_help
from tests.pages import StrictClient

from .conftest import NOW, TODAY, open_file

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FULL: dict[str, Any] = {
    "name": "Épicerie du coin", "summary": "Une épicerie coopérative.", "legal_form": "coop",
    "group_words": "Trois voisines.", "promoters": 3, "need": "Plus d’épicerie au village.", "offer": "Des aliments.",
    "jobs": 0, "cost": 300_000, "asked": 23_000, "use": "Des comptoirs.", "decides": "Les membres.",
    "opens_on": "2019-05-01",
}  # fmt: skip
VALUES = {"legal_form": "coop", "project_cost": "300000", "employees": {"at_least": 1}, "other_partner": True}


@pytest.fixture
def agreement(agreement: Agreement) -> Agreement:
    """Of a programme that asks for the shipped form."""
    Programme.objects.update(form="jec")
    return agreement


@pytest.fixture
def file(agreement: Agreement, adviser: User) -> Case:
    return open_file(until="to_plan")


@pytest.fixture
def started(file: Case) -> Case:
    start_application(case=file, by=THE_PROMOTER, now=NOW)
    return file


def read(case: Case) -> ApplicationFile:
    return read_application_file(Case.objects.select_related("organisation").get(pk=case.pk))


def save(
    case: Case, by: Any = THE_PROMOTER, *, shown: Any = None, now: Any = NOW, is_draft: bool = False, **said: Any
) -> Any:
    """``shown``: the values that the writer had before them; none: those of now."""
    seen = {code: one.value for code, one in read(case).answers.items()} if shown is None else shown
    marks = {code: mark(seen.get(code)) for code in said}
    return save_answers(case=case, answers=said, shown=marks, by=by, now=now, is_draft=is_draft)


def attach(case: Case) -> int:
    from essor.cases.actions import attach_document

    return attach_document(case=case, name="budget.pdf", chunks=[PDF], by=THE_PROMOTER, now=NOW).pk


def complete(case: Case) -> None:
    save(case, **FULL)
    field = next(one for one in read(case).form.list_fields() if one.code == "budget")
    choose_file(case=case, field=field, document=attach(case), by=THE_PROMOTER, now=NOW)


def test_a_deposit_is_acknowledged_and_says_what_the_project_costs(started: Case) -> None:
    complete(started)
    deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    told = CaseLetter.objects.filter(case=started, kind__in=["application", "filed"]).order_by("kind")
    assert [(one.kind, one.recipient is None) for one in told] == [("application", False), ("filed", True)]
    assert Enrolment.objects.get(case=started).cost_cents == 300_000_00
    assert CaseEvent.objects.filter(case=started, facts__deed="project_cost", party="promoter").count() == 1


def test_a_deposit_leaves_the_cost_that_was_said_in_the_stack(started: Case) -> None:
    set_project_cost(case=started, cents=280_000_00, by=THE_PROMOTER, now=NOW)
    complete(started)
    deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    assert Enrolment.objects.get(case=started).cost_cents == 280_000_00


def add_person(case: Case, email: str = "lou@exemple.test") -> CoApplicant:
    return invite(case=case, name="Lou Voisine", email=email, by=THE_PROMOTER, now=NOW)


def test_it_pins_the_form_and_the_rules_and_is_started_once(started: Case) -> None:
    application = Application.objects.get(case=started)
    form = load_latest_application("jec")
    assert (application.form_id, application.form_version) == ("jec", form.version)
    assert application.form_hash == hash_content(form.model_dump(mode="json"))
    assert application.rules["clauses.caisse"]["floor_cad"] == 23_000
    with pytest.raises(ProgrammeError, match="application-started"):
        start_application(case=started, by=THE_PROMOTER, now=NOW)
    told = CaseEvent.objects.get(case=started, facts__deed="application_start")
    assert told.facts["form_sha256"] == application.form_hash


def test_no_programme_or_no_form_has_nothing_to_fill_in(agreement: Agreement, adviser: User) -> None:
    case = open_case(request=ask_for_help(), now=NOW).case
    with pytest.raises(ProgrammeError, match="application-none"):
        start_application(case=case, by=THE_PROMOTER, now=NOW)
    Programme.objects.update(form="")
    with pytest.raises(ProgrammeError, match="application-none"):
        start_application(case=open_file(until="to_plan"), by=THE_PROMOTER, now=NOW)


def test_what_was_started_stays_when_the_programme_asks_for_nothing_more(started: Case) -> None:
    Programme.objects.update(form="")
    save(started, name="Épicerie")
    assert read(started).values == {"name": "Épicerie"}


def test_what_the_finder_was_told_is_proposed_until_somebody_confirms_it(agreement: Agreement, adviser: User) -> None:
    request = ask_for_help(profile={"Coût": "300 000 $"}, profile_values=VALUES, opening_key="k" * 32)
    case = open_case(request=request, now=NOW).case
    enrol(programme=Programme.objects.get(slug="essai"), case=case, by=None, now=NOW)
    start_application(case=case, by=THE_PROMOTER, now=NOW)
    proposed = {code: one.value for code, one in read(case).answers.items() if one.is_proposed}
    assert proposed == {"legal_form": "coop", "cost": 300_000, "other_funders": True}
    assert read(case).values == {}, "proposed is not answered"
    save(case, is_draft=True, cost=300_000)
    assert read(case).values == {}, "saved by itself confirms nothing"
    save(case, cost=300_000, legal_form="npo")
    answers = read(case).answers
    assert (answers["cost"].source, answers["cost"].number, answers["cost"].origin) == (
        "finder", 2, {"since": TODAY.isoformat()},
    )  # fmt: skip
    assert (answers["legal_form"].source, answers["legal_form"].value) == ("typed", "npo")
    assert ApplicationAnswer.objects.get(field="legal_form", number=1).value == "coop"


@pytest.fixture
def organisation(agreement: Agreement) -> Organisation:
    facts = [
        Said(variable="legal_form", value="npo", starts_on=TODAY),
        Said(variable="board_size", value=7, starts_on=TODAY),
        Said(variable="members", value=40, starts_on=TODAY),
    ]
    return enter_organisation(name="OBNL d’essai", neq="", facts=facts, title="Registre", by=None, now=NOW)


def test_what_the_directory_says_is_proposed_with_its_source(organisation: Organisation, adviser: User) -> None:
    case = open_case(request=ask_for_help(organisation=organisation), now=NOW).case
    enrol(programme=Programme.objects.get(slug="essai"), case=case, by=None, now=NOW)
    start_application(case=case, by=THE_PROMOTER, now=NOW + HOUR)
    found = {code: (one.value, one.source) for code, one in read(case).answers.items()}
    assert found == {"legal_form": ("npo", "fact"), "board": (7, "fact"), "members": (40, "fact")}
    page = StrictClient().get(
        reverse("case_follow_application_section", args=[make_token(case.reference), "governance"])
    )
    assert "D’après l’annuaire : « Registre »" in page.content.decode().replace("\xa0", " ")


def test_one_goes_on_with_ones_own_version_and_another_begins_another(started: Case) -> None:
    save(started, name="Épi")
    save(started, name="Épicerie", now=NOW + SECOND)
    answer = ApplicationAnswer.objects.get(field="name")
    assert (answer.value, answer.number, answer.changed_at) == ("Épicerie", 1, NOW + SECOND)
    save(started, name="Épicerie du coin", now=NOW + HOUR)
    lou = Invited(add_person(started))
    save(started, lou, name="Chez Lou", now=NOW + HOUR)
    versions = ApplicationAnswer.objects.filter(field="name").order_by("number")
    assert [one.value for one in versions] == ["Épicerie", "Épicerie du coin", "Chez Lou"]
    assert [str(one.co_applicant or "") for one in versions] == ["", "", "Lou Voisine"]
    traced = AuditEvent.objects.filter(action="write_application").order_by("sequence")
    assert [one.after.get("by") for one in traced] == [None, None, 1]
    assert all("Lou" not in json.dumps(one.after) for one in traced)


def test_two_who_write_at_once_lose_nothing(started: Case) -> None:
    lou, shown = Invited(add_person(started)), dict[str, Any]()
    save(started, name="Épicerie", summary="Une épicerie.")
    told = save(started, lou, shown=shown, name="Chez Lou", need="Manger.", summary=None)
    assert (list(told.fields), [one.value for one in told.conflicts]) == (["need"], ["Épicerie"])
    assert read(started).values == {"name": "Épicerie", "summary": "Une épicerie.", "need": "Manger."}
    save(started, lou, name="Chez Lou")
    assert read(started).values["name"] == "Chez Lou", "saved knowingly, once told"


def test_one_s_own_autosave_is_no_conflict(started: Case) -> None:
    save(started, is_draft=True, name="Épi")
    told = save(started, shown={}, now=NOW + SECOND, name="Épicerie")
    assert (list(told.fields), list(told.conflicts)) == (["name"], [])
    late = save(started, shown={}, now=NOW + HOUR, name="Autre")
    assert [one.value for one in late.conflicts] == ["Épicerie"]


@pytest.mark.parametrize(
    ("said", "code"),
    [({"jobs": -1}, "answer-out-of-reach"), ({"name": "x" * 121}, "answer-too-long"), ({"stage": "gone"}, "malformed")],
)
def test_what_does_not_read_changes_nothing(started: Case, said: dict[str, Any], code: str) -> None:
    with pytest.raises(ProgrammeError, match=code):
        save(started, **said, need="Manger.")
    assert not ApplicationAnswer.objects.exists()


def test_an_adviser_writes_nothing_in_it(started: Case, adviser: User) -> None:
    for deed in (
        lambda: save(started, adviser, name="X"),
        lambda: deposit_application(case=started, by=adviser, now=NOW),
    ):
        with pytest.raises(ProgrammeError, match="application-not-yours"):
            deed()


def test_it_is_filed_by_whoever_asked_once_complete(started: Case) -> None:
    lou = Invited(add_person(started))
    with pytest.raises(ProgrammeError, match="application-incomplete"):
        deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    complete(started)
    with pytest.raises(ProgrammeError, match="application-not-yours"):
        deposit_application(case=started, by=lou, now=NOW)
    assert Case.objects.get(pk=started.pk).stage == "plan"
    deposit = deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    assert Case.objects.get(pk=started.pk).stage == "filing"
    assert deposit.read_values() | {"budget": 0} == FULL | {"budget": 0}
    assert deposit.sha256 == hash_content(deposit.content)
    assert CaseLetter.objects.filter(case=started, kind="application").count() == 1
    move = CaseEvent.objects.get(case=started, kind="moved", facts__move="file")
    assert move.party == "promoter"
    with pytest.raises(ProgrammeError, match="application-closed"):
        save(started, name="Trop tard")


def test_the_workflow_lets_the_person_file_from_the_plan_and_make_no_other_new_move() -> None:
    workflow = load_latest_workflow("startup")
    moves = {
        stage.code: [one.code for one in list_moves(workflow, stage=stage.code, by="promoter")]
        for stage in workflow.stages
    }
    assert [stage for stage, codes in moves.items() if "file" in codes] == ["plan"]
    assert moves["filing"] == ["withdraw"]
    assert "file" in [one.code for one in list_moves(workflow, stage="plan", by="adviser")], "handed in otherwise"


def test_it_waits_for_the_stage_of_the_plan(agreement: Agreement, adviser: User) -> None:
    case = open_file(until="to_prestart")
    start_application(case=case, by=THE_PROMOTER, now=NOW)
    complete(case)
    with pytest.raises(ProgrammeError, match="deposit-too-early"):
        deposit_application(case=case, by=THE_PROMOTER, now=NOW)
    assert not ApplicationDeposit.objects.exists()


def test_asked_for_again_it_is_filed_as_another_version(started: Case, adviser: User) -> None:
    complete(started)
    first = deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    later = NOW + HOUR
    move_case(case=started, move="ask", words="Le coût ?", by=adviser, now=later)
    assert is_open(read(started))
    with pytest.raises(ProgrammeError, match="application-unchanged"):
        deposit_application(case=started, by=THE_PROMOTER, now=later)
    save(started, cost=310_000, now=later)
    attach(started)  # an answer to what was asked: the clock starts again, and the application stays open
    assert Case.objects.get(pk=started.pk).stage == "filing"
    assert is_open(read(started))
    second = deposit_application(case=started, by=THE_PROMOTER, now=later + HOUR)
    assert (first.read_values()["cost"], second.read_values()["cost"], second.number) == (300_000, 310_000, 2)
    assert not is_open(read(started))
    page = StrictClient().get(reverse("case_follow_application", args=[make_token(started.reference)])).content.decode()
    assert "310" in page
    move_case(case=started, move="ask", words="Autre chose ?", by=adviser, now=later + 2 * HOUR)
    save(started, cost=320_000, now=later + 2 * HOUR)
    deposit_application(case=started, by=THE_PROMOTER, now=later + 3 * HOUR)
    assert Case.objects.get(pk=started.pk).stage == "filing"


def test_before_the_committee_nothing_changes(started: Case, adviser: User) -> None:
    for move in ("file", "to_analysis", "to_committee", "ask"):
        move_case(case=started, move=move, words="Pourquoi ?", by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="application-closed"):
        save(started, name="Trop tard")


def test_who_is_invited_has_their_own_link_until_it_is_revoked(started: Case, client: StrictClient) -> None:
    lou = add_person(started)
    assert send_invitations(now=NOW).sent == 1
    letter = mail.outbox[-1]
    token = make_person_token(started.reference, lou.number)
    page = reverse("case_follow_application", args=[token])
    assert letter.to == ["lou@exemple.test"]
    assert page in letter.body
    assert "Lou" not in letter.body, "it repeats nothing of what was typed"
    assert client.get(page).status_code == 200
    for closed in ("case_follow", "case_follow_programme", "case_follow_funding"):
        assert client.get(reverse(closed, args=[token])).status_code == 404
    by = Invited(lou)
    with pytest.raises(ProgrammeError, match="application-not-yours"):
        invite(case=started, name="Max", email="max@exemple.test", by=by, now=NOW)
    revoke(person=lou, by=THE_PROMOTER, now=NOW)
    assert client.get(page).status_code == 404
    with pytest.raises(ProgrammeError, match="application-not-yours"):
        save(started, by, name="Encore moi")
    with pytest.raises(ProgrammeError, match="revoked-already"):
        revoke(person=lou, by=THE_PROMOTER, now=NOW)
    deeds = CaseEvent.objects.filter(case=started, facts__deed__startswith="application_").order_by("pk")
    assert [one.facts["deed"] for one in deeds][1:] == ["application_invite", "application_revoke"]
    assert all("Lou" not in json.dumps(one.facts) for one in deeds)


@pytest.mark.parametrize(
    ("name", "email", "code"),
    [
        (" ", "max@exemple.test", "name-needed"),
        ("Max", "max", "email-wrong"),
        ("Max", "LOU@exemple.test", "invited-already"),
    ],
)
def test_a_wrong_invitation_invites_nobody(started: Case, name: str, email: str, code: str) -> None:
    add_person(started)
    with pytest.raises(ProgrammeError, match=code):
        invite(case=started, name=name, email=email, by=THE_PROMOTER, now=NOW)
    assert CoApplicant.objects.count() == 1


def test_only_so_many_are_invited(started: Case) -> None:
    for number in range(10):
        add_person(started, f"p{number}@exemple.test")
    with pytest.raises(ProgrammeError, match="people-full"):
        add_person(started)


def test_a_closed_file_takes_nothing_and_sends_nothing(started: Case, adviser: User, client: StrictClient) -> None:
    lou = add_person(started)
    close_case(case=started, outcome="stopped", words="Le projet s’est arrêté.", by=adviser, now=NOW)
    with pytest.raises(CaseError, match="case_closed"):
        save(started, Invited(lou), name="X")
    revoke(person=lou, by=THE_PROMOTER, now=NOW)
    send_invitations(now=NOW)
    assert not any(one.to == ["lou@exemple.test"] for one in mail.outbox)


def test_an_erasure_blanks_every_word_and_closes_every_link(
    started: Case, adviser: User, administrator: User, client: StrictClient
) -> None:
    complete(started)
    lou = add_person(started)
    save(started, Invited(lou), need="Le besoin de Lou.")
    deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    close_case(case=started, outcome="stopped", words="Le projet s’est arrêté.", by=adviser, now=NOW)
    page = reverse("case_follow_application", args=[make_person_token(started.reference, 1)])
    assert client.get(page).status_code == 200
    erase_case(case=started, reason="asked", by=administrator, now=NOW)
    assert client.get(page).status_code == 404
    assert not ApplicationAnswer.objects.exclude(value=None).exists()
    assert ApplicationDeposit.objects.get().content == []
    assert (CoApplicant.objects.get().name, CoApplicant.objects.get().email) == ("", "")
    client.force_login(administrator)
    shown = client.get(reverse("case_application", args=[started.reference])).content.decode()
    assert "Épicerie" not in shown


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Application, {"form": {}}),
        (Application, {"rules_hash": "x"}),
        (ApplicationAnswer, {"field": "need"}),
        (ApplicationAnswer, {"party": "platform", "source": "fact"}),
        (ApplicationDeposit, {"content": []}),
        (ApplicationDeposit, {"sha256": "x"}),
        (CoApplicant, {"email": "autre@exemple.test"}),
    ],
)
def test_the_database_itself_keeps_what_was_said(started: Case, model: Any, change: dict[str, Any]) -> None:
    complete(started)
    add_person(started)
    deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    rows = model._base_manager.filter(pk=model._base_manager.first().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
