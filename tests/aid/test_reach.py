"""Who may have an aid, for advisers; the catalogue for machines."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from essor.aid.actions import draft_aid, publish_aid
from essor.aid.exports import COLUMNS
from essor.directory.actions import create_organisation, create_source, record_facts
from essor.knowledge.aids import check_aid, load_aids
from tests.pages import StrictClient

NOW = timezone.now()
SLUG = "jec_lanaudiere_2017"
KNOWN: dict[str, dict[str, Any]] = {
    "cafe": {"legal_form": "coop", "social_economy": True, "municipality": "64015"},
    "garderie": {"legal_form": "npo", "municipality": "64008"},
    "societe": {"legal_form": "for_profit", "municipality": "64008"},
    "ailleurs": {"legal_form": "coop", "municipality": "60013"},
}


@pytest.fixture
def directory() -> None:
    source = create_source(title="Recensement", publisher="Table", licence="CC0", by=None, now=NOW)
    for key, said in KNOWN.items():
        organisation = create_organisation(name=key, key=key, source=source, by=None, now=NOW, known_from=NOW)
        facts: Any = [
            (organisation, {"variable": name, "value": value, "starts_on": date(2017, 1, 1), "known_from": NOW})
            for name, value in said.items()
        ]
        record_facts(facts=facts, source=source, by=None, now=NOW)


def reach(client: StrictClient, **asked: str) -> Any:
    return client.get(f"/aides/{SLUG}/organisations/", {"on": "2018-05-01", **asked})


@pytest.mark.usefixtures("directory")
def test_an_adviser_reads_who_may_have_an_aid_and_whom_to_ask_what(adviser_client: StrictClient) -> None:
    page = reach(adviser_client)
    assert page.context["counts"] == {"yes": 0, "maybe": 2, "no": 1}
    rows = {row["key"]: row for row in page.context["rows"]}
    assert set(rows) == {"cafe", "garderie"}
    assert len(rows["cafe"]["ask"]) == 1
    assert len(rows["garderie"]["ask"]) == 2
    assert page.context["asked"][0][1] == 2
    told = list(csv.DictReader(io.StringIO(reach(adviser_client, format="csv").content.decode("utf-8-sig"))))
    assert [(row["key"], row["answer"]) for row in told] == [("cafe", "maybe"), ("garderie", "maybe")]


@pytest.mark.usefixtures("directory")
def test_another_territory_is_not_theirs(adviser_client: StrictClient, administrator_client: StrictClient) -> None:
    assert reach(adviser_client, place="600").status_code == 403
    assert reach(administrator_client, place="600").context["counts"]["no"] == 1
    assert reach(adviser_client, place="Toronto").status_code == 400


@pytest.mark.usefixtures("directory")
def test_as_many_queries_for_one_or_many(adviser_client: StrictClient, django_assert_max_num_queries: Any) -> None:
    reach(adviser_client)
    with django_assert_max_num_queries(20):
        reach(adviser_client)


def test_the_catalogue_is_a_table_for_anyone(public: StrictClient) -> None:
    answer = public.get("/donnees/aides.csv", {"on": "2018-05-01"})
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert set(rows) == {aid.id for aid in load_aids()}
    assert tuple(rows[SLUG]) == tuple(COLUMNS)
    told = {name: rows[SLUG][name] for name in ("window", "min_cad", "max_cad", "repayment", "closes_before")}
    assert told == {
        "window": "open", "min_cad": "23000", "max_cad": "", "repayment": "partly", "closes_before": "2023-01-01"
    }  # fmt: skip
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    assert public.get("/donnees/aides/").status_code == 200


def test_a_name_that_a_spreadsheet_would_run_is_plain_text(public: StrictClient) -> None:
    content = load_aids()[0].model_dump(mode="json") | {"provider": "=HYPERLINK(1)", "examples": []}
    publish_aid(revision=draft_aid(definition=check_aid(content), by=None, now=NOW), by=None, now=NOW)
    assert "'=HYPERLINK(1)" in public.get("/donnees/aides.csv").content.decode()


def test_what_is_read_again_is_the_grammar_of_the_files(public: StrictClient) -> None:
    answer = public.get("/api/aides/")
    listed = answer.json()["aids"]
    assert [check_aid(one["definition"]) for one in listed] == list(load_aids())
    again = public.get("/api/aides/", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert public.get(f"/api/aides/{SLUG}/").json() == next(one for one in listed if one["id"] == SLUG)
    assert public.get("/api/aides/", {"known_at": "2001-01-01"}).json()["aids"] == []


def test_a_profile_sent_is_answered_as_by_the_command(public: StrictClient) -> None:
    profile = {"legal_form": "none", "territory": "64015", "stage": "prestartup"}
    posted = public.post("/api/trouver/?on=2018-05-01", json.dumps(profile), content_type="application/json")
    verdicts = {one["id"]: one["verdict"] for one in posted.json()["answers"]}
    assert verdicts[SLUG] == "maybe"
    asked = public.get("/api/trouver/", {"on": "2018-05-01", "profile": json.dumps(profile)})
    assert asked.json() == posted.json()
    assert not posted.cookies


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/aides/rien/", 404, "aid-unknown"),
        ("/api/aides/?on=hier", 400, "date-malformed"),
        ("/api/aides/?known_at=hier", 400, "date-malformed"),
        ("/api/trouver/?profile=[1]", 400, "profile-unreadable"),
        ("/api/trouver/?profile={", 400, "profile-unreadable"),
        ('/api/trouver/?profile={"territory": "3520005"}', 400, "place-unknown"),
        ('/api/trouver/?profile={"colour": "blue"}', 400, "question-unknown"),
    ],
)
def test_a_refusal_is_a_problem_with_a_sentence(public: StrictClient, path: str, status: int, code: str) -> None:
    answer = public.get(path)
    assert (answer.status_code, answer.json()["type"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert len(answer.json()["title"]) > 20


def test_a_body_too_large_is_refused(public: StrictClient) -> None:
    answer = public.post("/api/trouver/", "x" * 30_000, content_type="application/json")
    assert answer.status_code == 413
