from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import AuditEvent, User
from essor.observatory.actions import create_base, draft_base_version, publish_base_version
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.rules import ObservatoryError
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish
from tests.pages import StrictClient

NEW = "/editions/nouvelle/"
ASKED: dict[str, Any] = {
    "territory": "640",
    "bases": ["magazine-2014.1"],
    "dates": "2014-06-30\n2017-11-29",
    "known_on": "2018-03-02",
    "title_fr": "Les Moulins",
    "title_en": "Les Moulins, in English",
}
EARLIER, LATER = datetime(2018, 1, 1, tzinfo=UTC), datetime(2018, 2, 1, tzinfo=UTC)
SMALL = {"fact": "legal_form", "in": ["coop", "npo"]}


def send(client: StrictClient, *, status: int = 200, address: str = NEW, **said: Any) -> str:
    response = client.post(address, ASKED | said)
    assert response.status_code == status, response.content.decode()[:4000]
    return response.content.decode()


def find_seal(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found.group(1)


def find_instant(page: str) -> str:
    found = re.search(r'name="instant" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_the_form_starts_from_the_territory_of_the_role(adviser_client: StrictClient, world: World) -> None:
    page = adviser_client.get(NEW).content.decode()
    assert '<option value="640" selected' in page
    assert 'name="seen"' not in page


def test_a_preview_shows_what_would_be_published_and_writes_nothing(
    adviser_client: StrictClient, magazine: BaseVersion
) -> None:
    traced = AuditEvent.objects.count()
    page = send(adviser_client, do="preview")
    for said in ("Ce qui serait publié", "43", "38", "De petits groupes", "Publier, pour toujours"):
        assert said in page
    rows = [re.sub(r"<[^>]+>|\s", " ", row).replace("\u00a0", " ").split() for row in page.split('<tr role="row"')]
    told = {" ".join(row) for row in rows}
    magazine_now = "« Magazine local, juin 2014 »"
    for line in (
        f"> Municipalité : Terrebonne Emplois, {magazine_now}, 29 novembre 2017 1 14",
        f"> Naissances Emplois, {magazine_now}, de juin 2014 à novembre 2017 1 +7",
    ):
        assert line in told, "each number that one enterprise can be read from, with the number"
    assert re.search(r"\d+ nombres d’emplois reposent sur une ou deux entreprises \(sur une seule : \d+\)",
                     page.replace("\u00a0", " "))  # fmt: skip
    assert not Edition.objects.exists()
    assert AuditEvent.objects.count() == traced


def test_what_was_previewed_is_published(adviser_client: StrictClient, adviser: Any, magazine: BaseVersion) -> None:
    seen = find_seal(send(adviser_client, do="preview"))
    response = adviser_client.post(NEW, ASKED | {"do": "publish", "seen": seen}, follow=True)
    edition = Edition.objects.get()
    assert response.redirect_chain == [(f"/editions/{edition.slug}/", 302)]
    assert "Elle ne changera plus" in response.content.decode()
    assert (edition.published_by, edition.territory_code) == (adviser, "640")
    assert AuditEvent.objects.filter(action="publish_edition", actor=adviser).count() == 1


@pytest.mark.parametrize("changed", [{"title_fr": "Autre"}, {"dates": "2017-11-29"}, {"seen": ""}], ids=str)
def test_nothing_is_published_that_was_not_seen(
    adviser_client: StrictClient, magazine: BaseVersion, changed: dict[str, str]
) -> None:
    seen = find_seal(send(adviser_client, do="preview"))
    page = send(adviser_client, status=409, **({"do": "publish", "seen": seen} | changed))
    assert "Regardez de nouveau" in page
    assert not Edition.objects.exists()
    send(adviser_client, status=302, **({"do": "publish"} | changed | {"seen": find_seal(page)}))


def test_new_facts_between_preview_and_publication_ask_to_look_again(
    adviser_client: StrictClient, world: World, magazine: BaseVersion
) -> None:
    seen = find_seal(send(adviser_client, do="preview"))
    world.add("arrive", {2017: 9})
    page = send(adviser_client, status=409, do="publish", seen=seen)
    assert "52" in page
    assert not Edition.objects.exists()


def test_the_enter_key_previews(adviser_client: StrictClient, magazine: BaseVersion) -> None:
    """A browser presses a form's first button: it must never be the one that publishes."""
    page = send(adviser_client, do="preview")
    assert re.findall(r'name="do" value="(\w+)"', page) == ["preview", "publish", "preview"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dates": "hier"}, "n’est pas une date"),
        ({"dates": ""}, "error-summary"),
        ({"bases": []}, "error-summary"),
        ({"title_en": " "}, "error-summary"),
        ({"known_on": "2999-01-01"}, "est à venir"),
        ({"known_on": "2016-01-01"}, "vient après le jour"),
        ({"territory": "rien"}, "error-summary"),
    ],
    ids=str,
)
def test_a_wrong_request_says_what_to_mend(
    adviser_client: StrictClient, magazine: BaseVersion, wrong: dict[str, Any], said: str
) -> None:
    page = send(adviser_client, status=400, do="publish", **wrong)
    assert said in page
    assert not Edition.objects.exists()


def test_an_adviser_publishes_at_home_only(adviser_client: StrictClient, magazine: BaseVersion) -> None:
    send(adviser_client, status=403, territory="14", do="preview")
    edition = publish(magazine, territory_code="14")
    assert adviser_client.get(reverse("edition_correct", args=[edition.slug])).status_code == 403


def test_two_bases_that_nearly_agree_are_told(
    adviser_client: StrictClient, world: World, magazine: BaseVersion
) -> None:
    base = create_base(slug="presque", owner="Table", by=None, now=NOW)
    tree = {"all": [SMALL, {"fact": "commercial_activity", "is": True}, {"fact": "jobs_headcount", "at_least": 8}]}
    draft = draft_base_version(base=base, label_fr="Presque", label_en="Nearly", criteria=tree, by=None, now=NOW)
    publish_base_version(version=draft, by=None, now=NOW)
    page = send(adviser_client, do="preview", bases=["magazine-2014.1", "presque.1"])
    assert "Une soustraction révèle quelqu’un" in page


@pytest.fixture
def mistaken(world: World, magazine: BaseVersion) -> Edition:
    """An edition published before a mistake in its facts was mended."""
    edition = publish(magazine, dates=[FIRST], known_at=EARLIER)
    world.correct("avale", 2014, 26, known_from=LATER)
    return edition


def test_a_correction_says_what_changes_and_why(adviser_client: StrictClient, mistaken: Edition) -> None:
    address = reverse("edition_correct", args=[mistaken.slug])
    opened = adviser_client.get(address).content.decode()
    assert 'value="Les Moulins"' in opened
    assert "2014-06-30" in opened
    asked = {"dates": "2014-06-30", "reason": "Un atelier avait été oublié."}
    page = send(adviser_client, address=address, do="preview", **asked)
    shown = page.replace("\u00a0", " ")
    assert "Emplois, « Magazine local, juin 2014 », 30 juin 2014" in shown
    assert ">38<" in page
    assert ">44<" in page
    send(adviser_client, status=302, address=address, do="publish", seen=find_seal(page), **asked)
    correction = Edition.objects.get(predecessor=mistaken)
    assert correction.correction_reason == "Un atelier avait été oublié."
    published = adviser_client.get(f"/editions/{correction.slug}/").content.decode()
    assert "Ce qui change" in published
    assert ">44<" in published
    again = adviser_client.get(address).content.decode()
    assert "Cette édition est déjà corrigée" in again
    send(adviser_client, status=400, address=address, do="preview", **asked)


def test_a_change_from_ignorance_is_not_a_change_from_zero(
    adviser_client: StrictClient, world: World, table: BaseVersion
) -> None:
    edition = publish(table, dates=[LAST])
    world.add("repond", {2017: 9}, social_economy=True, board_size=5)
    address = reverse("edition_correct", args=[edition.slug])
    asked = {"bases": ["table-regionale-2017.1"], "dates": "2017-11-29", "reason": "Une réponse est arrivée."}
    page = send(adviser_client, address=address, do="preview", **asked)
    changed = page.replace("\u00a0", " ").split("Ce qui change", 1)[1]
    line = next(row for row in changed.split("<tr") if "Entreprises, «" in row and "—" not in row)
    assert "inconnu" in line


def test_a_correction_without_a_reason_is_refused(adviser_client: StrictClient, mistaken: Edition) -> None:
    page = send(adviser_client, status=400, address=reverse("edition_correct", args=[mistaken.slug]), reason="")
    assert "Pourquoi cette correction" in page
    assert "error-summary" in page


@pytest.mark.parametrize("known_on", ["", "2018-03-02"])
def test_publish_pressed_twice_makes_one_edition(
    adviser_client: StrictClient, magazine: BaseVersion, known_on: str
) -> None:
    """Without a day, what is known is that of the instant of the preview: it is the same at each press."""
    page = send(adviser_client, do="preview", known_on=known_on)
    pressed = {"do": "publish", "known_on": known_on, "seen": find_seal(page), "instant": find_instant(page)}
    first, second = (adviser_client.post(NEW, ASKED | pressed, follow=True) for _press in range(2))
    edition = Edition.objects.get()
    assert first.redirect_chain == second.redirect_chain == [(f"/editions/{edition.slug}/", 302)]
    assert "déjà publiés" in second.content.decode()
    assert edition.known_at == datetime.fromisoformat(find_instant(page))
    page = send(adviser_client, do="preview", known_on=known_on)
    again = pressed | {"seen": find_seal(page), "instant": find_instant(page)}
    send(adviser_client, status=302, **again)
    assert Edition.objects.count() == 1, "nor one that was previewed a moment later"


def test_what_is_learned_after_the_preview_asks_to_look_again(
    adviser_client: StrictClient, world: World, magazine: BaseVersion
) -> None:
    page = send(adviser_client, do="preview", known_on="")
    world.correct("grandit", 2017, 20, known_from=timezone.now(), now=timezone.now())
    pressed = {"do": "publish", "known_on": "", "seen": find_seal(page), "instant": find_instant(page)}
    assert "Regardez de nouveau" in send(adviser_client, status=409, **pressed)
    for instant in ("", "hier", "2999-01-01T00:00:00+00:00", "2018-03-02T10:00:00"):
        send(adviser_client, status=409, **pressed | {"instant": instant})
    assert not Edition.objects.exists()


def test_publishing_reads_in_english(adviser_client: StrictClient, mistaken: Edition) -> None:
    address = f"/en{reverse('edition_correct', args=[mistaken.slug])}"
    page = send(adviser_client, address=address, do="preview", dates="2014-06-30", reason="A workshop was forgotten.")
    assert "What would be published" in page
    assert "What changes" in page


def test_the_public_may_not_publish(public: StrictClient, mistaken: Edition) -> None:
    for address in (NEW, reverse("edition_correct", args=[mistaken.slug]), "/bureau/"):
        assert public.get(address).status_code == 302
    assert public.post(NEW, ASKED).status_code == 302
    assert Edition.objects.count() == 1


def test_an_unknown_edition_is_not_found(adviser_client: StrictClient, world: World) -> None:
    assert adviser_client.get(reverse("edition_correct", args=["rien"])).status_code == 404
    with pytest.raises(ObservatoryError):
        publish()


def test_the_desk_says_what_to_do_first(adviser_client: StrictClient, db: None) -> None:
    page = adviser_client.get("/bureau/").content.decode()
    assert "Commencez par un recensement" in page
    assert "Rien encore" in page


def test_the_desk_then_asks_for_an_edition(adviser_client: StrictClient, world: World) -> None:
    assert "Publiez une première édition" in adviser_client.get("/bureau/").content.decode()


def test_the_desk_lists_what_waits(
    adviser_client: StrictClient, adviser: Any, world: World, magazine: BaseVersion
) -> None:
    base = create_base(slug="nouvelle", owner="Table", by=adviser, now=NOW)
    draft_base_version(base=base, label_fr="Une ébauche", label_en="A draft", criteria=SMALL, by=adviser, now=NOW)
    publish(magazine)
    page = adviser_client.get("/bureau/").content.decode()
    for said in (
        "/annuaire/indecise/",
        "Une ébauche",
        "Base créée",
        "/importer/",
        "/editions/nouvelle/",
        "Recensement",
    ):
        assert said in page
    assert reverse("people") not in page.split("<main")[1]


def test_the_desk_asks_as_many_questions_however_many_wait(
    adviser_client: StrictClient, adviser: Any, world: World, magazine: BaseVersion
) -> None:
    counted = []
    for number in range(2):
        publish(magazine, dates=[LAST] if number else [FIRST, LAST])
        adviser_client.get("/bureau/")
        with CaptureQueriesContext(connection) as asked:
            adviser_client.get("/bureau/")
        counted.append(len(asked))
        for more in range(12):
            world.add(f"floue-{number}-{more}", {2017: 3}, commercial_activity=None)
            base = create_base(slug=f"base-{number}-{more}", owner="Table", by=adviser, now=NOW)
            draft_base_version(base=base, label_fr="É", label_en="D", criteria=SMALL, by=adviser, now=NOW)
    assert counted[0] == counted[1] <= 30


def test_an_administrator_finds_people_and_the_trace(administrator_client: StrictClient, world: World) -> None:
    page = administrator_client.get("/bureau/").content.decode().split("<main")[1]
    assert reverse("people") in page
    assert reverse("trace") in page


def test_someone_without_a_role_learns_what_they_may_do(world: World) -> None:
    client = StrictClient()
    user = User.objects.create_user("lecture@exemple.test", "un mot de passe long", name="Lou Lecture")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/bureau/").content.decode()
    assert "Bienvenue" in page
    assert "/portraits/" in page
