"""What to do to open, by legal form: both sides tick it, nothing is rubbed out, who has the mandate helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from essor.accounts.audit import verify_chain
from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.access import make_token
from essor.cases.actions import THE_PROMOTER, close_case, erase_case
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import CaseError
from essor.knowledge import load_variable_definitions
from essor.knowledge.checklists import ChecklistDefinition, load_checklists
from essor.knowledge.reading import DefinitionRefused, list_files, read_model
from essor.programmes import actions
from essor.programmes.queries.checklists import list_choices, read_checklist
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import describe_deed, explain
from essor.territories.actions import import_bodies
from tests.pages import StrictClient

from .conftest import NOW, TODAY, open_file


def choose(case: Case, *, form: str = "coop", kind: str = "solidarity", by: Any = THE_PROMOTER) -> CaseEvent | None:
    return actions.choose_checklist(case=case, form=form, kind=kind, by=by, now=NOW)


def tick(case: Case, step: str = "name", *, is_done: bool = True, by: Any = THE_PROMOTER) -> CaseEvent | None:
    return actions.tick_step(case=case, step=step, is_done=is_done, by=by, now=NOW)


@pytest.mark.parametrize("form", ["coop", "npo"])
def test_each_list_says_where_it_comes_from_or_that_it_is_our_own(form: str) -> None:
    definition = load_checklists()[form]
    assert form in {choice.code for choice in load_variable_definitions()["legal_form"].choices}
    assert {kind.code for kind in definition.kinds} <= {
        choice.code for choice in load_variable_definitions()["coop_kind"].choices
    }
    for kind in [one.code for one in definition.kinds] or [""]:
        steps = definition.list_steps(kind)
        assert len({step.code for step in steps}) == len(steps) >= 9
        assert sum(step.code.startswith("members") for step in steps) == (form == "coop")
    assert any(step.source for step in definition.steps)
    assert all("2026" in step.source.fr or "RLRQ" in step.source.fr for step in definition.steps if step.source)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said["steps"].append(said["steps"][0]), "même code"),
        (lambda said: said["steps"][0].update(only=["lune"]), "genre inconnu"),
        (lambda said: said["steps"][0].update(need="miracle"), "besoin inconnu"),
        (lambda said: said["steps"][0]["what"].update(en=" "), "deux langues"),
        (lambda said: said.update(steps=[]), "au moins un"),
    ],
)
def test_a_list_that_does_not_hold_together_is_refused(tmp_path: Path, change: Any, words: str) -> None:
    said = yaml.safe_load(list_files("checklists")[0].read_text(encoding="utf-8"))
    change(said)
    file = tmp_path / "coop.yaml"
    file.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DefinitionRefused, match=words):
        read_model(file, ChecklistDefinition)


def test_both_sides_tick_and_the_timeline_keeps_it_all(case: Case, adviser: User) -> None:
    assert read_checklist(case) is None
    choose(case)
    assert tick(case) is not None
    assert tick(case) is None, "it is done already"
    tick(case, "group", by=adviser)
    tick(case, is_done=False, by=adviser)
    checklist = read_checklist(case)
    assert checklist is not None
    assert checklist.done == 1
    assert checklist.ticks["group"].actor == adviser
    assert not checklist.is_done("name")
    told = CaseEvent.objects.filter(case=case, facts__deed__startswith="step_").order_by("pk")
    assert [(one.facts["deed"], one.party) for one in told] == [
        ("step_done", "promoter"), ("step_done", "adviser"), ("step_undone", "adviser"),
    ]  # fmt: skip
    assert describe_deed(told[0].facts).endswith("Choisir un nom")
    assert verify_chain().is_whole


def test_another_form_keeps_what_was_ticked_of_the_first(case: Case) -> None:
    choose(case)
    tick(case)
    assert choose(case) is None
    choose(case, form="npo", kind="")
    other = read_checklist(case)
    assert other is not None
    assert (other.definition.id, other.done) == ("npo", 0)
    choose(case, kind="workers")
    again = read_checklist(case)
    assert again is not None
    assert (again.kind, again.done) == ("workers", 1)


def test_what_is_not_of_the_list_changes_nothing(case: Case) -> None:
    events = CaseEvent.objects.count()
    for deed in (lambda: tick(case), lambda: choose(case, form="mutual"), lambda: choose(case, kind="")):
        with pytest.raises(ProgrammeError) as refused:
            deed()
        assert refused.value.code == "checklist-unknown"
        assert explain(refused.value)
    assert CaseEvent.objects.count() == events
    choose(case)
    with pytest.raises(ProgrammeError, match="checklist-unknown"):
        tick(case, "members-workers")


def test_a_closed_file_is_read_and_no_longer_ticked(case: Case, client: StrictClient) -> None:
    choose(case)
    tick(case)
    close_case(case=case, outcome="stopped", words="Le projet s’arrête ici, dit-elle.", by=None, now=NOW)
    with pytest.raises(CaseError):
        tick(case, "group")
    page = client.get(reverse("case_follow_checklist", args=[make_token(case.reference)])).content.decode()
    assert "C’est fait" not in page
    erase_case(case=case, reason="asked", by=None, now=NOW)
    assert read_checklist(case) is not None


def test_who_has_an_interest_or_no_role_sees_and_does_nothing(case: Case, adviser: User, client: StrictClient) -> None:
    far = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    far.roles.create(kind="adviser", body="CLD d’ailleurs", territory_code="660", starts_on=TODAY)
    page, deed = (reverse(name, args=[case.reference]) for name in ("case_checklist", "case_checklist_tick"))
    choose(case)
    client.force_login(far)
    assert client.get(page).status_code == 403
    with pytest.raises(NotAllowed):
        tick(case, by=far)
    client.force_login(adviser)
    actions.declare_interest(person=adviser, kind="kin", starts_on=TODAY, words="", case=case, now=NOW)
    for answer in (client.get(page), client.post(deed, {"step": "name", "is_done": "on"})):
        assert answer.status_code == 403
        assert "Choisir un nom" not in answer.content.decode()
    with pytest.raises(ProgrammeError, match="recused"):
        actions.tick_step(case=case, step="name", is_done=True, by=adviser, now=timezone.now())


def test_the_page_works_without_script_on_both_sides(case: Case, adviser: User, client: StrictClient) -> None:
    token = make_token(case.reference)
    theirs = reverse("case_follow_checklist", args=[token])
    assert theirs in client.get(reverse("case_follow_programme", args=[token])).content.decode()
    assert "Quelle forme aura" in client.get(theirs).content.decode()
    wrong = client.post(reverse("case_follow_checklist_choose", args=[token]), {"form": "lune:"})
    assert wrong.status_code == 400
    client.post(reverse("case_follow_checklist_choose", args=[token]), {"form": "coop:workers"})
    client.post(reverse("case_follow_checklist_tick", args=[token]), {"step": "name", "is_done": "on"})
    shown = client.get(theirs).content.decode()
    assert "coché par vous" in shown
    assert "Seules des personnes physiques" in shown
    assert "Au moins deux de ces groupes" not in shown
    refused = client.post(reverse("case_follow_checklist_tick", args=[token]), {"step": "lune"})
    assert refused.status_code == 400
    assert "n’est pas de la liste" in refused.content.decode()
    client.force_login(adviser)
    assert "coché par la personne" in client.get(reverse("case_checklist", args=[case.reference])).content.decode()
    client.post(reverse("case_checklist_tick", args=[case.reference]), {"step": "name"})
    assert "coché par" not in client.get(theirs).content.decode()


BODIES = """body,what,from,until,name,site,other,need,aid,place,agreement,reason,source,source_url
aide-gouv,created,,,Aide à la gouvernance,,,,,,,,Essai,
aide-gouv,mandate,2010-01-01,,,,,governance,,14,,,Essai,
"""


def test_who_helps_is_whoever_has_the_mandate_there(case: Case, client: StrictClient, tmp_path: Path) -> None:
    choose(case)
    page = reverse("case_follow_checklist", args=[make_token(case.reference)])
    assert "Un organisme qui accompagne la gouvernance" in client.get(page).content.decode()
    file = tmp_path / "organismes.csv"
    file.write_text(BODIES, encoding="utf-8")
    import_bodies(file=file, by=None, now=NOW)
    shown = client.get(page).content.decode()
    assert reverse("body", args=["aide-gouv"]) in shown
    assert "Un organisme qui accompagne la gouvernance" not in shown


def test_everyone_reads_the_lists(client: StrictClient, db: None) -> None:
    page = client.get(reverse("checklists")).content.decode()
    for form in load_checklists():
        assert reverse("checklist", args=[form]) in page
        shown = client.get(reverse("checklist", args=[form])).content.decode()
        assert "Hypothèse propre à Essor" in shown
        assert "Papiers" in shown
    assert "Papers" in client.get("/en" + reverse("checklist", args=["coop"])).content.decode()
    assert client.get(reverse("checklist", args=["lune"])).status_code == 404
    assert len(list_choices()) == 5


def test_a_page_asks_as_much_with_few_ticks_as_with_many(case: Case, client: StrictClient) -> None:
    choose(case)
    page = reverse("case_follow_checklist", args=[make_token(case.reference)])
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    checklist = read_checklist(case)
    assert checklist is not None
    for step in checklist.steps:
        tick(case, step.code)
    open_file()
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(few) == len(many)


def test_a_tick_leads_back_to_its_step_and_what_is_ours_is_said_once(case: Case, client: StrictClient) -> None:
    choose(case)
    page, deed = (
        reverse(name, args=[make_token(case.reference)])
        for name in ("case_follow_checklist", "case_follow_checklist_tick")
    )
    answer = client.post(deed, {"step": "name", "is_done": "on"})
    assert answer["Location"] == f"{page}#name"
    told = client.get(page).content.decode()
    assert "1 étape faite sur" in told
    assert told.count("Papiers et durées") == 1
    assert "Terminer la première année" in told
    client.post(deed, {"step": "group", "is_done": "on"})
    assert "2 étapes faites sur" in client.get(page).content.decode()
    refused = client.post(deed, {"step": "nulle", "is_done": "on"})
    assert refused.status_code == 400
