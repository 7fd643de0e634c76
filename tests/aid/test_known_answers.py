"""The finder asks nothing that the directory's public facts answer, shows where each comes from, and changes none."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from essor.aid.links import Asked, read_link, write_link
from essor.aid.queries.known_answers import read_known
from essor.directory.actions import create_organisation, create_source, record_facts, record_life_event
from essor.directory.models import Fact, Organisation
from tests.pages import StrictClient

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
SAID: dict[str, Any] = {
    "legal_form": "coop", "municipality": "64015", "social_economy": True, "annual_revenue": 250_000,
    "jobs_headcount": 12,
}  # fmt: skip


@pytest.fixture
def cafe() -> Organisation:
    source = create_source(title="Recensement 2025", publisher="Table", licence="CC0", by=None, now=NOW)
    organisation = create_organisation(name="Café", key="cafe", source=source, by=None, now=NOW, known_from=NOW)
    facts: Any = [
        (organisation, {"variable": name, "value": value, "starts_on": TODAY - timedelta(days=100), "known_from": NOW})
        for name, value in SAID.items()
    ]
    record_facts(facts=facts, source=source, by=None, now=NOW)
    record_life_event(
        organisation=organisation, kind="created", happened_on=TODAY - timedelta(days=3 * 366), source=source,
        known_from=NOW, by=None, now=NOW,
    )  # fmt: skip
    return organisation


@pytest.mark.usefixtures("cafe")
def test_only_what_the_public_may_read_answers() -> None:
    known = read_known("cafe", on=TODAY, known_at=timezone.now())
    assert known is not None
    assert {name: answer.value for name, answer in known.answers.items()} == {
        "legal_form": "coop",
        "territory": "64015",
        "social_economy": True,
        "employees": {"at_least": 10, "at_most": 24},
        "years_operating": 3,
    }
    assert {answer.source for answer in known.answers.values()} == {"Recensement 2025"}


@pytest.mark.usefixtures("cafe")
def test_facts_of_later_do_not_answer_for_before() -> None:
    known = read_known("cafe", on=date(2024, 6, 1), known_at=timezone.now())
    assert known is not None
    assert set(known.answers) == {"years_operating"}
    unknown_yet = read_known("cafe", on=TODAY, known_at=NOW - timedelta(days=1))
    assert unknown_yet is not None
    assert not unknown_yet.answers


@pytest.mark.usefixtures("cafe")
def test_what_is_known_is_not_asked_and_its_source_is_shown(client: StrictClient) -> None:
    page = client.get(reverse("find_aid"), {"organisation": "cafe"})
    assert page.context["form"].fields["answer"].label
    text = page.content.decode()
    assert "Recensement 2025" in text
    assert "250" not in text
    assert "organisation=" not in page.context["without"]
    seen = {answer["question"] for answer in page.context["answers"]}
    assert {"legal_form", "territory", "social_economy"} <= seen
    results = client.get(reverse("aid_results"), {"organisation": "cafe"})
    assert "Pour" in results.content.decode()


@pytest.mark.usefixtures("cafe")
def test_an_answer_given_otherwise_wins_and_changes_no_fact(client: StrictClient) -> None:
    before = list(Fact.objects.order_by("pk").values())
    address = reverse("find_aid") + "?organisation=cafe&question=legal_form"
    moved = client.post(address, {"answer": "npo"})
    assert "organisation=cafe" in moved["Location"]
    page = client.get(moved["Location"])
    said = {answer["question"]: answer for answer in page.context["answers"]}
    assert said["legal_form"]["known"] is None
    assert said["territory"]["known"] is not None
    unknown = client.get(client.post(address, {"skip": "1"})["Location"])
    assert {answer["question"]: answer["known"] for answer in unknown.context["answers"]}["legal_form"] is None
    assert list(Fact.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("cafe")
def test_no_link_carries_what_the_public_may_not_read(administrator_client: StrictClient) -> None:
    page = administrator_client.get(reverse("aid_results"), {"organisation": "cafe"})
    asked = read_link(page.context["link"])
    assert asked is not None
    assert "annual_revenue" not in asked.said
    assert asked.said["employees"] == {"at_least": 10, "at_most": 24}


def test_an_organisation_that_is_not_there_is_said(client: StrictClient, cafe: Organisation) -> None:
    assert client.get(reverse("find_aid"), {"organisation": "nulle"}).status_code == 404
    Organisation.objects.filter(pk=cafe.pk).update(erased_at=NOW)
    assert client.get(reverse("find_aid"), {"organisation": "cafe"}).status_code == 404


@pytest.mark.usefixtures("cafe")
def test_the_command_answers_for_an_organisation() -> None:
    out = StringIO()
    call_command("aid", "find", "--organisation", "cafe", "--json", stdout=out)
    assert {one["verdict"] for one in json.loads(out.getvalue())} <= {"yes", "maybe", "no"}
    with pytest.raises(CommandError, match="nulle"):
        call_command("aid", "find", "--organisation", "nulle")


@pytest.mark.usefixtures("cafe")
def test_the_page_of_an_organisation_leads_there(client: StrictClient) -> None:
    page = client.get(reverse("organisation", args=["cafe"])).content.decode()
    assert reverse("find_aid") + "?organisation=cafe" in page


def test_what_a_person_must_judge_stands_apart(client: StrictClient) -> None:
    said = {
        "legal_form": "coop", "territory": "64015", "social_economy": True, "stage": "startup",
        "project_types": ["consulting", "study"], "years_operating": 5,
    }  # fmt: skip
    page = client.get(reverse("aid_results"), {"p": write_link(Asked(said))})
    groups = {group["answer"]: [*group["open"], *group["closed"]] for group in page.context["groups"]}
    assert groups["judge"]
    assert all(aid["judgement"] for aid in groups["judge"])
    assert not any(aid["judgement"] for aid in groups["yes"])
    assert sum(len(aids) for aids in groups.values()) == sum(page.context["counts"].values())
    assert "Une personne doit juger (" in page.content.decode()
