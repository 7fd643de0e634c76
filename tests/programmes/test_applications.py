"""An application is started, written by several, filed once complete, asked for again; nothing is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
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
    call_sitting,
    choose_file,
    declare_interest,
    deposit_application,
    enrol,
    invite,
    is_open,
    revoke,
    save_answers,
    send_invitations,
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
    Programme,
)
from essor.programmes.queries import applications as queries
from essor.programmes.queries.applications import ApplicationFile, read_application_file
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import SENTENCES
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


def test_a_later_form_and_later_rules_are_shown_and_never_applied(
    started: Case, adviser_client: StrictClient, client: StrictClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = load_latest_application("jec").model_dump(mode="json") | {"version": 2}
    first = form["sections"][0]["fields"]
    first[0]["longest"], first[1]["code"] = 50, "resume"
    monkeypatch.setattr(queries, "load_latest_application", lambda _id: queries.read_application(form))
    sheet = [{"code": "mission", "fr": "Mission", "en": "Purpose", "weight": 30}]
    Programme.objects.update(scoresheet=sheet)
    for reader, page in (
        (client, reverse("case_follow_application", args=[make_token(started.reference)])),
        (adviser_client, reverse("case_application", args=[started.reference])),
    ):
        text = reader.get(page).content.decode().replace("\xa0", " ")
        assert "« Nom du projet » : changé (sa longueur)" in text
        assert "« Ce que l’entreprise fera » : retiré" in text
        assert "« Ce que l’entreprise fera » : ajouté" in text
        assert "Grille du comité, « Mission » : ajouté" in text
    save(started, name="x" * 120)
    assert read(started).form.version == 1


def section(case: Case, code: str = "project", token: str = "") -> str:
    return reverse("case_follow_application_section", args=[token or make_token(case.reference), code])


def takes(client: StrictClient, address: str) -> bool:
    """Whether the paper is sent, whole."""
    answer = client.get(address)
    if answer.status_code != 200:
        return False
    assert answer.getvalue() == PDF
    return True


def marks(page: str) -> str:
    from html import unescape

    return unescape(page.partition('name="shown_marks" value="')[2].partition('"')[0])


def test_a_section_is_saved_without_script(started: Case, client: StrictClient) -> None:
    shown = marks(client.get(section(started)).content.decode())
    sent = {"name": "Épicerie", "summary": "a\r\nb", "legal_form": "", "stage": "", "shown_marks": shown}
    answer = client.post(section(started), sent)
    assert answer["Location"] == f"{section(started, 'group')}#contenu"
    assert read(started).values == {"name": "Épicerie", "summary": "a\nb"}
    wrong = client.post(section(started, "jobs"), {"jobs": "deux", "fte": "1,5"})
    assert wrong.status_code == 400
    assert 'value="deux"' in wrong.content.decode(), "what was typed is not lost"
    assert read(started).values["fte"] == "1.5"


def test_a_section_saves_itself_and_tells_so(started: Case, client: StrictClient) -> None:
    shown, headers = marks(client.get(section(started)).content.decode()), {"HX-Request": "true"}
    answer = client.post(section(started), {"name": "Épi", "shown_marks": shown}, headers=headers)
    text = answer.content.decode().replace("\xa0", " ")
    assert "Enregistré à" in text
    assert "<html" not in text
    again = client.post(section(started), {"name": "Épicerie", "shown_marks": marks(text)}, headers=headers)
    assert read(started).values == {"name": "Épicerie"}
    said = {"jobs": "-3", "fte": "1", "shown_marks": "{}"}
    told = client.post(section(started, "jobs"), said, headers=headers).content.decode()
    assert "pas enregistré" in told
    assert read(started).values == {"name": "Épicerie", "fte": "1"}
    assert again.status_code == 200


def test_what_another_wrote_in_a_box_that_one_did_not_touch_survives(started: Case, client: StrictClient) -> None:
    lou, headers = Invited(add_person(started)), {"HX-Request": "true"}
    shown = marks(client.get(section(started)).content.decode())
    save(started, lou, summary="De Lou.", name="De Lou aussi")
    mine = {"name": "Épi", "summary": "", "legal_form": "coop", "shown_marks": shown}
    told = client.post(section(started), mine, headers=headers).content.decode()
    assert "Nom du projet" in told
    assert "Ce que l’entreprise fera" not in told, "it was not touched"
    for _turn in range(2):
        mine["shown_marks"] = marks(client.post(section(started), mine, headers=headers).content.decode())
    asked = client.post(section(started), mine)
    assert asked.status_code == 409
    text = asked.content.decode()
    assert "De Lou." in text, "the page now shows it"
    assert read(started).values == {"name": "De Lou aussi", "summary": "De Lou.", "legal_form": "coop"}
    kept = {"name": "Épi", "summary": "De Lou.", "legal_form": "coop", "shown_marks": marks(text)}
    assert client.post(section(started), kept).status_code == 302
    assert read(started).values == {"name": "Épi", "summary": "De Lou.", "legal_form": "coop"}


def test_a_box_that_does_not_read_still_tells_what_another_wrote(started: Case, client: StrictClient) -> None:
    lou = Invited(add_person(started))
    shown = marks(client.get(section(started, "jobs")).content.decode())
    save(started, lou, jobs=4, fte="3")
    wrong = client.post(section(started, "jobs"), {"jobs": "deux", "fte": "", "shown_marks": shown})
    assert wrong.status_code == 400
    again = client.post(
        section(started, "jobs"), {"jobs": "2", "fte": "3", "shown_marks": marks(wrong.content.decode())}
    )
    assert again.status_code == 409
    assert "Lou Voisine y a mis" in again.content.decode()
    assert read(started).values == {"jobs": 4, "fte": "3"}


@pytest.mark.parametrize("shown", ["", "[]", "{", '{"name": 3}', "x" * 6000])
def test_made_up_marks_write_over_nothing(started: Case, client: StrictClient, shown: str) -> None:
    lou = Invited(add_person(started))
    save(started, lou, name="Chez Lou")
    answer = client.post(section(started), {"name": "Moi", "shown_marks": shown})
    assert answer.status_code == 409
    assert read(started).values == {"name": "Chez Lou"}


def test_the_second_of_two_is_told_what_the_first_wrote(started: Case, client: StrictClient) -> None:
    lou = make_person_token(started.reference, add_person(started).number)
    shown = marks(client.get(section(started)).content.decode())
    client.post(section(started, token=lou), {"name": "Chez Lou", "shown_marks": shown})
    answer = client.post(section(started), {"name": "Épicerie", "shown_marks": shown})
    text = answer.content.decode().replace("\xa0", " ")
    assert answer.status_code == 409
    assert "Lou Voisine y a mis « Chez Lou »" in text
    assert 'value="Épicerie"' in text
    kept = client.post(section(started), {"name": "Épicerie", "shown_marks": marks(answer.content.decode())})
    assert kept.status_code == 302
    assert read(started).values["name"] == "Épicerie"


def test_a_paper_is_joined_chosen_and_opened_by_both(started: Case, client: StrictClient) -> None:
    token, lou = make_token(started.reference), make_person_token(started.reference, add_person(started).number)
    join = reverse("case_follow_application_file", args=[lou, "budget"])
    client.post(join, {"file": SimpleUploadedFile("budget.pdf", PDF, "text/plain")})
    answer = read(started).answers["budget"]
    assert str(answer.co_applicant) == "Lou Voisine"
    paper = reverse("case_follow_application_document", args=[lou, answer.value])
    assert paper in client.get(section(started, "files", lou)).content.decode()
    assert takes(client, paper)
    other = attach(started)
    theirs = reverse("case_follow_application_document", args=[lou, other])
    assert not takes(client, theirs)
    client.post(reverse("case_follow_application_file", args=[token, "plan"]), {"chosen": str(other)})
    assert takes(client, theirs)
    refused = client.post(join, {"file": SimpleUploadedFile("budget.pdf", b"MZ\x90\x00 not a pdf")})
    assert refused.status_code == 400
    assert read(started).answers["budget"].value == answer.value
    assert client.post(join.replace("budget", "name"), {}).status_code == 404


def test_the_preview_names_what_is_missing_and_files(
    started: Case, client: StrictClient, adviser_client: StrictClient
) -> None:
    token = make_token(started.reference)
    page, file_it = (reverse(f"case_follow_application_{name}", args=[token]) for name in ("preview", "deposit"))
    text = client.get(page).content.decode()
    assert section(started, "files") in text
    assert "Déposer la demande" not in text
    assert client.post(file_it).status_code == 400
    complete(started)
    assert "Déposer la demande" in client.get(page).content.decode()
    assert "Ce qui est déposé ne se change plus" in client.post(file_it, follow=True).content.decode()
    assert client.get(section(started)).status_code == 302, "read only from now on"
    shown = adviser_client.get(reverse("case_application", args=[started.reference])).content.decode()
    assert "Épicerie du coin" in shown
    version = reverse("case_application_version", args=[started.reference, 1])
    assert version in shown
    assert "Épicerie du coin" in adviser_client.get(version).content.decode()
    assert adviser_client.get(version.replace("/1/", "/2/")).status_code == 404
    taken = client.get(reverse("case_follow_data", args=[token])).json()["programme"]["application"]
    assert taken["answers"]["jobs"]["value"] == 0
    assert taken["deposits"][0]["sha256"] == ApplicationDeposit.objects.get().sha256


def test_a_withdrawn_adviser_and_a_stranger_read_nothing(
    started: Case, adviser: User, adviser_client: StrictClient, signed_in_client: StrictClient, public: StrictClient
) -> None:
    page = reverse("case_application", args=[started.reference])
    assert adviser_client.get(page).status_code == 200
    declare_interest(person=adviser, kind="kin", starts_on=TODAY, words="", case=started, organisation=None, now=NOW)
    withdrawn = adviser_client.get(page)
    assert (withdrawn.status_code, "vous vous en retirez" in withdrawn.content.decode()) == (403, True)
    assert signed_in_client.get(page).status_code in {302, 403}
    assert public.get(page).status_code in {302, 401, 403}
    assert public.get(reverse("case_follow_application", args=["x" * 43])).status_code == 404


def test_the_committee_reads_what_was_filed_and_not_what_is_written(
    started: Case, adviser: User, members: list[User], client: StrictClient
) -> None:
    complete(started)
    deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    for move in ("to_analysis", "to_committee"):
        move_case(case=started, move=move, by=adviser, now=NOW)
    sitting = call_sitting(
        programme=Programme.objects.get(slug="essai"), held_on=TODAY, quorum=2, members=members, cases=[started],
        by=adviser, now=NOW,
    )  # fmt: skip
    item = sitting.items.get()
    page = reverse("committee_application", args=[item.pk])
    client.force_login(members[0])
    assert page in client.get(reverse("committee_item", args=[item.pk])).content.decode()
    assert "Épicerie du coin" in client.get(page).content.decode()
    paper = read(started).answers["budget"].value
    assert takes(client, reverse("committee_application_paper", args=[item.pk, paper]))
    assert not takes(client, reverse("committee_application_paper", args=[item.pk, paper + 1]))
    declare_interest(person=members[0], kind="kin", starts_on=TODAY, words="", case=started, organisation=None, now=NOW)
    assert client.get(page).status_code == 403
    client.force_login(adviser)
    assert client.get(page).status_code in {403, 404}


def test_pages_ask_as_many_questions_whatever_was_written(started: Case, client: StrictClient) -> None:
    token = make_token(started.reference)
    pages = [reverse(f"case_follow_application{name}", args=[token]) for name in ("", "_preview")] + [section(started)]

    def count() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(page)
            found.append(len(asked))
        return found

    few = count()
    for number in range(8):
        lou = Invited(add_person(started, f"p{number}@exemple.test"))
        save(started, lou, name=f"Nom {number}", need=f"Besoin {number}", jobs=number)
    complete(started)
    assert count() == few
    assert max(few) <= 16


def test_every_refusal_has_a_sentence() -> None:
    codes = {
        "application-none", "application-not-yours", "application-closed", "application-started",
        "application-incomplete", "application-unchanged", "deposit-too-early", "answer-malformed", "answer-too-long",
        "answer-out-of-reach", "answers-full", "name-needed", "email-wrong", "invited-already", "people-full",
        "revoked-already",
    }  # fmt: skip
    assert codes <= set(SENTENCES)
