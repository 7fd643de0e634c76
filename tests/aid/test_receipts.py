"""A financing plan, « why not this one? », and the receipt of an answer that can be replayed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from essor.aid.actions import draft_aid, publish_aid
from essor.aid.links import Asked, write_link
from essor.aid.receipts import Receipt, sign_receipt
from essor.knowledge.aids import AidDefinition, check_aid, load_aids
from tests.pages import StrictClient

COOP = Asked({"legal_form": "coop", "social_economy": True, "territory": "64015", "stage": "startup"})
SLUG = "jec_lanaudiere_2017"


def ask(client: StrictClient, path: str, **more: str) -> Any:
    return client.get(path, {"p": write_link(COOP), "on": "2018-05-01", **more})


def narrow() -> AidDefinition:
    """The article's aid, for non-profits alone."""
    content = next(aid for aid in load_aids() if aid.id == SLUG).model_dump(mode="json")
    version = content["versions"][0] | {"conditions": {"fact": "legal_form", "is": "npo"}}
    return check_aid(content | {"versions": [version], "examples": []})


def publish(definition: AidDefinition) -> None:
    now = timezone.now()
    publish_aid(revision=draft_aid(definition=definition, by=None, now=now), by=None, now=now)


@pytest.mark.parametrize(
    ("why", "answer"), [("jeunes lanaudière", "yes"), ("jeunes montreal", "no"), ("RISQ émergence", "no")]
)
def test_an_aid_named_says_why_or_why_not(public: StrictClient, why: str, answer: str) -> None:
    page = ask(public, "/trouver/resultats/", why=why)
    assert [aid["answer"] for aid in page.context["why"]["aids"]] == [answer]
    assert page.context["why"]["aids"][0]["requirements"]


def test_an_aid_that_is_not_there_is_said_so(public: StrictClient) -> None:
    assert "Aucune aide de ce nom" in ask(public, "/trouver/resultats/", why="licorne").content.decode()


def test_a_plan_is_made_on_the_page(public: StrictClient) -> None:
    page = ask(public, "/trouver/plan/", plan="1", cost_equipment="20 000", cost_consulting="10000", own_cash="6000")
    plan = page.context["plan"]
    assert (plan["covered_cad"], plan["own_required_cad"], plan["gap_cad"]) == (24_000, 6_000, 0)
    for part in ("sums", "order", "binding"):
        assert all(line.split("«")[0] in page.content.decode() for line in plan["parts"][part])
    assert page.content.decode().count('name="p"') == 1


@pytest.mark.parametrize("said", [{}, {"cost_equipment": "-5"}, {"cost_equipment": "9" * 15}, {"cost_equipment": "x"}])
def test_costs_that_cannot_be_are_refused(public: StrictClient, said: dict[str, str]) -> None:
    page = ask(public, "/trouver/plan/", plan="1", **said)
    assert page.status_code == 400
    assert page.context["plan"] is None
    assert page.context["form"].errors


def test_a_receipt_answers_by_the_rules_of_then(public: StrictClient, tmp_path: Path, capsys: Any) -> None:
    given = ask(public, "/trouver/recu/donner/")["Location"]
    assert public.get(given).context["flips"] == []
    publish(narrow())
    page = public.get(given)
    (flip,) = page.context["flips"]
    assert (flip["before"]["verdict"], flip["after"]["verdict"]) == ("une personne doit juger", "non admissible")
    kept = public.get(f"{given}&format=json").json()
    assert {one["id"]: one["verdict"] for one in kept["answers"]}[SLUG] == "yes"
    file = tmp_path / "recu.json"
    file.write_text(json.dumps({name: kept[name] for name in ("shape", "profile", "on", "known_at", "version")}))
    call_command("aid", "find", "--receipt", str(file), "--json")
    assert {one["id"]: one["verdict"] for one in json.loads(capsys.readouterr().out)} == {
        one["id"]: one["verdict"] for one in kept["answers"]
    }


def test_a_receipt_older_than_the_catalogue_answers_nothing(public: StrictClient) -> None:
    old = Receipt(COOP.said, timezone.localdate(), timezone.now() - timedelta(days=400))
    page = public.get("/trouver/recu/", {"r": sign_receipt(old)})
    assert {flip["before"] for flip in page.context["flips"]} == {None}


@pytest.mark.parametrize("change", [lambda word: word[:-3], lambda word: "x" + word, lambda word: word[:0]])
def test_a_receipt_that_was_changed_says_so(public: StrictClient, change: Any) -> None:
    word = sign_receipt(Receipt(COOP.said, timezone.localdate(), timezone.now()))
    page = public.get("/trouver/recu/", {"r": change(word)})
    assert page.status_code == 400
    assert "coupée ou changée" in page.content.decode()


def test_a_receipt_whose_question_is_gone_says_so(public: StrictClient) -> None:
    word = sign_receipt(Receipt({"favourite_colour": "blue"}, timezone.localdate(), timezone.now()))
    assert "favourite_colour" in public.get("/trouver/recu/", {"r": word}).content.decode()


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"shape": "essor-receipt-1", "profile": {}, "on": "x", "known_at": "y"}']
)
def test_a_file_that_is_no_receipt_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "recu.json"
    file.write_text(content)
    with pytest.raises(CommandError):
        call_command("aid", "find", "--receipt", str(file))


def test_pages_ask_few_questions_of_the_database(public: StrictClient, django_assert_max_num_queries: Any) -> None:
    addresses = ("/trouver/", "/trouver/resultats/", "/trouver/plan/")
    for address in addresses:
        ask(public, address)
        with django_assert_max_num_queries(14):
            ask(public, address, plan="1", cost_equipment="20000")
