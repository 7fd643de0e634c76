"""The finder in a partner's page: framed there and nowhere else, in colours that can be read, without a cookie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

import essor.design
from essor.aid.frames import READABLE, Frame, list_weak, read_frame, write_sheet
from essor.aid.links import Asked, write_link
from essor.design.colours import contrast
from tests.pages import StrictClient

FRAMED = ["aid_frame", "aid_frame_results"]
OTHERS = ["find_aid", "aid_results", "aid_list", "aid_frame_maker", "case_open", "aid_alert"]


@pytest.mark.parametrize("name", FRAMED)
def test_any_site_may_frame_it_and_nothing_is_left_there(client: StrictClient, name: str) -> None:
    answer = client.get(reverse(name))
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in answer.content.decode()


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_page_may_be_framed(client: StrictClient, name: str) -> None:
    answer = client.get(reverse(name))
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_a_question_is_answered_in_the_frame_without_a_cookie() -> None:
    client = Client(enforce_csrf_checks=True)
    start = reverse("aid_frame") + "?accent=7a1f5c&question=legal_form"
    answer = client.post(start, {"answer": "coop"})
    assert answer.status_code == 302
    assert not answer.cookies
    assert answer["Location"].startswith(reverse("aid_frame"))
    assert "accent=7a1f5c" in answer["Location"]
    assert "p=" in answer["Location"]
    skipped = client.post(start, {"skip": "1"})
    assert skipped["Location"].startswith(reverse("aid_frame"))
    page = client.get(answer["Location"]).content.decode()
    assert '<base target="_blank">' in page
    assert "couleurs.css?accent=7a1f5c" in page


def test_altered_answers_are_said_lost_without_a_cookie() -> None:
    client, word = Client(enforce_csrf_checks=True), write_link(Asked({"legal_form": "coop"}))[:-2] + "zz"
    page = client.get(reverse("aid_frame"), {"p": word})
    assert "n’est plus entier" in page.content.decode()
    assert not page.cookies
    posted = client.post(reverse("aid_frame") + f"?p={word}&question=legal_form", {"answer": "coop"})
    assert posted.status_code == 302
    assert not posted.cookies


def test_the_frame_opens_no_file(client: StrictClient) -> None:
    page = client.get(reverse("aid_frame_results"), {"dossier": "x" * 43}).content.decode()
    assert "dossier=" not in page


@pytest.mark.parametrize(
    "said",
    [
        {"accent": "red"}, {"accent": "fff;}body{display:none", "ink": "0"},
        {"paper": "\u0661\u0661\u0661\u0661\u0661\u0661"},
        {"accent": "ffffff"}, {"ink": "fbfaf7"}, {"accent": "#0f5c63"},
    ],
)  # fmt: skip
def test_colours_that_are_not_ones_or_cannot_be_read_give_way(client: StrictClient, said: dict[str, str]) -> None:
    assert read_frame(said) == Frame()
    sheet = client.get(reverse("aid_frame_colours"), said)
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert sheet.content.decode() == write_sheet(Frame())


hexes = st.integers(0, 0xFFFFFF).map(lambda number: f"{number:06x}")


@example("767676", "767676", "ffffff")  # just enough
@given(hexes, hexes, hexes)
def test_what_a_sheet_says_can_always_be_read(accent: str, ink: str, paper: str) -> None:
    frame = read_frame({"accent": accent, "ink": ink, "paper": paper})
    assert list_weak(frame) == []
    tokens = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6});", write_sheet(frame)))
    grounds = ("paper", "paper-deep", "paper-raised")
    for words in ("ink", "ink-soft", "water", "water-deep", "ochre-text", "clay-text", "moss-text"):
        assert all(contrast(tokens[words], tokens[ground]) >= READABLE for ground in grounds)
    assert contrast(tokens["on-water"], tokens["water"]) >= READABLE
    assert contrast(tokens["rule-strong"], tokens["paper"]) >= 3, "the border of a field"
    assert re.fullmatch(r":root\{color-scheme:(light|dark);(--[\w-]+:#[0-9a-f]{6};)+\}\n", write_sheet(frame))


def test_what_a_partner_does_not_choose_is_the_colour_of_the_platform() -> None:
    tokens = Path(essor.design.__file__).parent / "static/design/tokens.css"
    light = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", tokens.read_text().split("prefers-color-scheme")[0]))
    assert Frame() == Frame(accent=light["water"], ink=light["ink"], paper=light["paper"])


def test_a_partner_copies_one_frame_or_one_link(client: StrictClient, settings: pytest.FixtureRequest) -> None:
    settings.SITE_URL = "https://essor.exemple.test"  # type: ignore[attr-defined]
    said = {"accent": "#7a1f5c", "ink": "#222222", "paper": "#ffffff", "language": "en", "place": "Mascouche"}
    page = client.get(reverse("aid_frame_maker"), said)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    text = page.content.decode()
    assert "https://essor.exemple.test/en/integre/trouver/?p=" in text
    assert "accent=7a1f5c" in text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"accent": "#ffee00"}, "On lirait mal cette couleur"),
        ({"accent": "rouge"}, "Écrivez une couleur ainsi"),
        ({"place": "Nulle part"}, "Aucun lieu, ou plusieurs"),
        ({"language": "de"}, ""),
    ],
)
def test_a_choice_that_cannot_be_is_said(client: StrictClient, said: dict[str, str], words: str) -> None:
    page = client.get(reverse("aid_frame_maker"), said)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert "<iframe" not in page.content.decode()
