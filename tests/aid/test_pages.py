"""The finder's pages, as a person without script meets them: one question, « I do not know », and the answers."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from essor.aid.links import Asked, read_link, write_link
from essor.knowledge.questions import load_questions
from tests.pages import StrictClient

PROMOTER = Asked({"legal_form": "none", "territory": "64015", "stage": "prestartup"})


def read_answers(address: str) -> Asked:
    asked = read_link(parse_qs(urlsplit(address).query).get("p", [""])[0])
    assert asked is not None
    return asked


def test_a_promoter_answers_some_questions_and_reads_what_there_is(public: StrictClient) -> None:
    address = "/trouver/"
    given = {"legal_form": "none", "territory": "mascouche", "stage": "prestartup"}
    for _turn in range(len(load_questions())):
        answer = public.get(address)
        if answer.status_code == 302:
            break
        assert answer.status_code == 200
        name = answer.context["form"]._question.id
        said = {"answer": given[name]} if name in given else {"skip": "1"}
        address = public.post(address, said)["Location"]
    assert read_answers(address).said == dict(PROMOTER.said)
    results = answer["Location"]
    page = public.get(results).content.decode()
    assert results.startswith("/trouver/resultats/")
    assert "Prêt Émergence" in page
    assert "Mascouche" in page
    assert "aucune encore" in page
    assert "Préciser encore" not in page, "nothing is left to ask"


def test_nothing_is_asked_for_what_is_closed_nor_what_was_answered(public: StrictClient) -> None:
    page = public.get("/trouver/", {"p": write_link(PROMOTER)})
    assert page.context["form"]._question.id not in PROMOTER.said
    everything = Asked({}, tuple(load_questions()))
    assert public.get("/trouver/", {"p": write_link(everything)}).status_code == 302


def test_the_article_s_aid_stands_in_the_answers_of_2018_with_its_reasons(public: StrictClient) -> None:
    page = public.get("/trouver/resultats/", {"p": write_link(PROMOTER), "on": "2018-05-01"}).content.decode()
    told = re.search(r">Jeunes entreprises collectives — Lanaudière</a></h3>.*?</article>", page, re.DOTALL)
    assert told is not None
    assert "ouvert" in told[0]
    assert "coopérative ou organisme à but non lucratif" in told[0]
    english = public.get("/en/trouver/resultats/", {"p": write_link(PROMOTER), "on": "2018-05-01"}).content.decode()
    assert "Legal form: co-operative or non-profit organisation" in english


def test_an_altered_link_falls_back_to_an_empty_profile_and_says_so(public: StrictClient) -> None:
    for word in ("x", write_link(PROMOTER)[1:], write_link(Asked({"colour": "blue"}))):
        page = public.get("/trouver/", {"p": word}).content.decode()
        assert "Recommençons" in page
        assert "Quelle est votre forme juridique" in page


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("territory", "New York"),
        ("employees", "beaucoup"),
        ("stage", "zzz"),
        ("project_cost", "60 000 à 40 000"),
        ("project_cost", "-5"),
        ("project_cost", "40-60 000"),
        ("down_payment_share", "150"),
    ],
)
def test_an_answer_that_says_nothing_is_asked_again_with_why(public: StrictClient, question: str, wrong: str) -> None:
    answer = public.post(f"/trouver/?question={question}", {"answer": wrong})
    assert answer.status_code == 400
    assert answer.context["form"].errors["answer"]


@pytest.mark.parametrize(
    ("question", "said", "kept"),
    [
        ("employees", "11 à 25", {"at_least": "11", "at_most": "25"}),
        ("employees", "12", "12"),
        ("project_cost", "45 000 $", "45000"),
        ("project_cost", "environ 50k", "50000"),
        ("down_payment_share", "20", "0.2"),
        ("down_payment_share", "10 à 20", {"at_least": "0.1", "at_most": "0.2"}),
        ("down_payment_share", "0,35", "0.35"),
        ("territory", "Les Moulins", "640"),
        ("project_types", ["website", "training"], ["website", "training"]),
        ("social_economy", "true", True),
    ],
)
def test_answers_are_kept_in_the_address_alone(public: StrictClient, question: str, said: object, kept: object) -> None:
    answer = public.post(f"/trouver/?question={question}", {"answer": said})
    assert answer.status_code == 302
    assert read_answers(answer["Location"]).said == {question: kept}
    assert "sessionid" not in answer.cookies


def test_the_answers_go_with_whoever_wants_to_talk_to_someone(public: StrictClient) -> None:
    page = public.get("/trouver/resultats/", {"p": write_link(PROMOTER)})
    talk = page.context["talk"]
    assert talk.startswith("/demander/?")
    assert "place=Mascouche" in talk
    asked = public.get(talk).content.decode()
    assert "Mascouche" in asked


@pytest.mark.parametrize(
    ("said", "near"),
    [("Mascouche, Les Moulins", {"64015", "640"}), ("Mascouch", {"64015"}), ("Lachute-sur-Lune", set())],
)
def test_a_place_ill_written_is_proposed_by_name(public: StrictClient, said: str, near: set[str]) -> None:
    answer = public.post("/trouver/?question=territory", {"answer": said})
    choices = {code for code, _name in getattr(answer.context["form"].fields["answer"], "choices", ())}
    assert (answer.status_code, choices) == (400, near)
    if near:
        chosen = public.post("/trouver/?question=territory", {"answer": min(near)})
        assert read_answers(chosen["Location"]).said == {"territory": min(near)}


def test_an_answer_to_change_is_written_again(public: StrictClient) -> None:
    said = {"territory": "64015", "project_cost": {"at_least": "40000", "at_most": "60000"}, "social_economy": True}
    link = write_link(Asked(said))
    written = {
        name: public.get("/trouver/", {"p": link, "question": name}).context["form"]["answer"].value() for name in said
    }
    plain = {name: str(text).replace("\u00a0", " ") for name, text in written.items()}
    assert plain == {"territory": "Mascouche", "project_cost": "de 40 000 $ à 60 000 $", "social_economy": "true"}
    again = public.post(f"/trouver/?question=project_cost&p={link}", {"answer": written["project_cost"]})
    assert read_answers(again["Location"]).said["project_cost"] == said["project_cost"]


def test_what_nobody_asks_stands_beside_what_would_change_a_no(public: StrictClient) -> None:
    said = {"legal_form": "coop", "territory": "64015", "annual_revenue": "1000", "project_types": ["study"]}
    page = public.get("/trouver/resultats/", {"p": write_link(Asked(said)), "why": "essor 1b"})
    (aid,) = page.context["why"]["aids"]
    told = [one.replace("\u00a0", " ") for one in aid["nearest"]]
    assert "Revenu annuel : au moins 2 500 000 $" in told
    assert told[-1] == "Est en faillite ou insolvable : non"


def test_what_ended_says_when(public: StrictClient) -> None:
    page = public.get(
        "/trouver/resultats/", {"p": write_link(PROMOTER), "on": "2026-11-27", "why": "jeunes lanaudière"}
    )
    told = page.content.decode().replace("\u00a0", " ")
    assert "Terminé depuis le 31 décembre 2022" in told
    assert "au moins 23 000 $" in told
