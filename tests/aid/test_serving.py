"""« Who handles aid Z in Mascouche? »: the right answer for any day, at the command line too."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from essor.aid.handlers import decide_handling
from essor.aid.queries.serving import find_handling
from essor.knowledge.aids import load_aids
from essor.territories.lives import Event, Mandate, Register
from essor.territories.reorganisations import Reorganisation
from tests.pages import StrictClient

AID = "jec_lanaudiere_2017"
DEFINITION = next(one for one in load_aids() if one.id == AID)
CHAIN = ("64015", "640", "14", "qc")
NEEDS = {"grant": "financing"}
DAY = date(2018, 1, 1)


def register(*mandates: Mandate, name: str = "Un organisme") -> Register:
    return Register((Event(body="a", kind="created", name=name),), mandates)


def mandate(kind: str, subject: str, place: str = "640") -> Mandate:
    return Mandate(body="a", subject_kind=kind, subject=subject, place=place)


@pytest.mark.parametrize(
    ("mandates", "by", "bodies"),
    [
        ((mandate("aid", AID), mandate("need", "financing")), "aid", ("a",)),
        ((mandate("need", "financing", "14"),), "need", ("a",)),
        ((mandate("need", "start"),), "giver", ()),
        ((mandate("aid", AID, "610"),), "giver", ()),
    ],
)
def test_a_mandate_for_the_programme_comes_before_one_for_its_need(
    mandates: tuple[Mandate, ...], by: str, bodies: tuple[str, ...]
) -> None:
    found = decide_handling(DEFINITION, register=register(*mandates), places=CHAIN, on=DAY, needs=NEEDS)
    assert (found.by, found.bodies) == (by, bodies)


def test_where_nobody_is_near_whoever_gives_it_is_named_and_recognised_by_its_name() -> None:
    known = register(name="Caisse d’économie solidaire  DESJARDINS")
    found = decide_handling(DEFINITION, register=known, places=CHAIN, on=DAY, needs=NEEDS)
    assert (found.by, found.giver_body, found.bodies) == ("giver", "a", ("a",))


def test_the_aid_of_the_article_in_mascouche_on_three_days(shipped_bodies: None) -> None:
    found = {
        day: find_handling(AID, place="64015", on=day)
        for day in (date(2017, 11, 22), date(2018, 5, 1), date(2024, 1, 1))
    }
    assert [one.by for one in found.values()] == ["giver", "aid", "giver"]
    assert found[date(2018, 5, 1)].bodies == ("cldem",)


def test_once_reorganised_the_answer_changes_that_day_and_not_before(shipped_bodies: None) -> None:
    from django.utils import timezone

    from essor.territories.actions import reorganise

    asked = Reorganisation(
        kind="merge", on=date(2020, 4, 1), bodies=("cldem",), into="agence", name="Agence", source="Avis"
    )  # fmt: skip
    reorganise(asked=asked, by=None, now=timezone.now())
    days = (date(2020, 3, 31), date(2020, 4, 1))
    assert [find_handling(AID, place="64015", on=day).bodies for day in days] == [("cldem",), ("agence",)]


def test_the_command_answers_in_words_and_in_json(shipped_bodies: None, capsys: Any) -> None:
    call_command("aid", "who-serves", "--place", "64015", "--on", "2018-05-01")
    said = capsys.readouterr().out
    assert "CLDE Les Moulins (CLDEM)" in said
    assert "depuis le 23\u00a0novembre 2017" in said
    call_command("aid", "who-serves", "--place", "64015", "--on", "2018-05-01", "--json")
    told = json.loads(capsys.readouterr().out)
    (one,) = told["serving"]
    assert (told["place"]["name"], one["body"]["slug"], one["for"]["code"], one["since"]) == (
        "Mascouche", "cldem", AID, "2017-11-23",
    )  # fmt: skip
    assert one["source_url"].startswith("https://www.laction.com/")
    call_command("aid", "who-serves", "--place", "64015", "--on", "2024-01-01", "--aid", AID)
    assert "Caisse d’économie solidaire" in capsys.readouterr().out
    call_command("aid", "who-serves", "--place", "06", "--on", "1999-01-01", "--language", "en")
    assert "no known body" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--place", "ca"), "hors du Québec"),
        (("--place", "99999"), "dans aucune liste"),
        (("--place", "64015", "--aid", "rien"), "Aucun programme"),
        (("--place", "64015", "--on", "avril"), "avril"),
    ],
)
def test_what_cannot_be_answered_says_why(shipped_bodies: None, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        call_command("aid", "who-serves", *words)
    assert refused.value.returncode == 2


def test_the_page_of_the_aid_says_who_handles_it_in_a_place_on_a_day(shipped_bodies: None) -> None:
    client = StrictClient()

    def read(**asked: str) -> str:
        return client.get(f"/aides/{AID}/", asked).content.decode()

    assert "CLDE Les Moulins (CLDEM)" in read(on="2018-05-01")
    assert "/organismes/mrc-de-matawinie/" in read(on="2018-05-01"), "without a place, everyone"
    mascouche = read(on="2018-05-01", place="Mascouche")
    assert "CLDE Les Moulins (CLDEM)" in mascouche
    assert "/organismes/mrc-de-matawinie/" not in mascouche
    assert "demandez à qui la donne, Caisse" in read(on="2024-01-01", place="Mascouche")
    assert "Aucun lieu ne porte ce nom" in read(on="2018-05-01", place="Nulle part")
    assert "hors du Québec" in read(on="2018-05-01", place="Canada")
