"""Bases on their pages: read by anyone, written by an adviser with or without script."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.observatory.actions import create_base, draft_base_version, publish_base_version
from essor.observatory.models import Base, BaseVersion
from essor.observatory.queries.membership import MOST_REASONS, MOST_SHOWN
from tests.observatory.conftest import LAST, NOW, World, publish
from tests.pages import StrictClient

SAID = {
    "label_fr": "Coopératives du territoire",
    "label_en": "Co-operatives of the territory",
    "slug": "cooperatives",
    "owner": "Table régionale",
    "jobs_variable": "jobs_headcount",
}
COOPS = {"top-mode": "all", "g0-mode": "all", "g0r0-fact": "legal_form", "g0r0-operator": "is", "g0r0-value": "coop"}
DAY = {"on": LAST.isoformat(), "territory": "640"}


def read(client: StrictClient, address: str, status: int = 200, **asked: Any) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def send(client: StrictClient, address: str, said: dict[str, Any], status: int = 200, **headers: str) -> str:
    answer = client.post(address, said, headers=headers)
    assert answer.status_code == status, answer.content.decode()
    return unescape(answer.content.decode())


def counts(page: str) -> list[int]:
    """In, undecided, out."""
    return [int(re.sub(r"\D", "", found)) for found in re.findall(r'<strong class="number">([^<]*)<', page)]


def tags(page: str) -> dict[str, str]:
    """The verdict of each organisation listed."""
    return dict(re.findall(r'role="rowheader"><a href="[^"]*/([\w-]+)/">.*?<span class="tag is-(\w+)">', page))


@pytest.fixture
def draft(magazine: BaseVersion) -> BaseVersion:
    return draft_base_version(
        base=magazine.base, by=None, now=NOW, criteria=magazine.criteria, label_fr="Suivante", label_en="Next"
    )


def test_anyone_reads_the_bases_and_who_is_counted(public: StrictClient, world: World) -> None:
    listed = read(public, "/bases/")
    assert "Magazine local, juin 2014" in listed
    assert "Nouvelle base" not in listed
    assert public.get("/bases/magazine-2014/").headers["Location"] == "/bases/magazine-2014/1/"
    page = read(public, "/bases/magazine-2014/1/", **DAY)
    assert "vend des biens ou des services" in page
    assert counts(page) == [3, 1, 0]
    assert tags(page) == {"indecise": "unknown", "grandit": "success", "nee": "success", "avale": "success"}
    assert "vend des biens ou des services (réponse\u00a0: inconnue)" in page
    assert "/annuaire/grandit/" in page
    for words in ("Modifier", "Publier cette version", "Préparer la version suivante"):
        assert words not in page


def test_the_same_page_in_english(public: StrictClient, world: World) -> None:
    page = read(public, "/en/bases/magazine-2014/1/", **DAY)
    assert counts(page) == [3, 1, 0]
    assert "sells goods or services (answer: unknown)" in page
    assert "/en/annuaire/grandit/" in page or "/en/directory/grandit/" in page
    assert "vend des biens" not in page
    assert "Definition" in read(public, "/en/bases/")


def test_who_is_out_is_told_why_in_few_words(public: StrictClient, world: World) -> None:
    world.add("autre", {2017: 4}, form="for_profit", commercial_activity=False)
    page = read(public, "/bases/magazine-2014/1/", **DAY)
    assert tags(page)["autre"] == "neutral"
    assert "est une coopérative ou un organisme à but non lucratif (réponse\u00a0: " in page
    undecided = read(public, "/bases/loi-e-1-1-1/1/", **DAY)
    rows = re.findall(r'<ul class="reasons">(.*?)</ul>', undecided)
    assert all(row.count("<li>") <= MOST_REASONS for row in rows)
    assert re.search(r"et \d autres?</li>", rows[0])


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_far_days_are_days_like_others(public: StrictClient, world: World, on: str) -> None:
    read(public, "/bases/magazine-2014/1/", on=on)


def test_a_day_that_is_not_one_is_refused_in_a_sentence(public: StrictClient, world: World) -> None:
    assert "ainsi\u00a0: 2017-11-29" in read(public, "/bases/magazine-2014/1/", status=400, on="hier")
    assert "Aucun territoire" in read(public, "/bases/magazine-2014/1/", status=400, territory="zzz")


def test_what_does_not_exist_is_not_found(public: StrictClient, adviser_client: StrictClient, world: World) -> None:
    for address in ("/bases/rien/", "/bases/rien/1/", "/bases/magazine-2014/9/"):
        read(public, address, status=404)
    read(adviser_client, "/bases/magazine-2014/9/modifier/", status=404)


def test_a_draft_is_not_shown_to_the_public(
    public: StrictClient, adviser_client: StrictClient, draft: BaseVersion
) -> None:
    read(public, "/bases/magazine-2014/2/", status=404)
    assert "Suivante" not in read(public, "/bases/")
    assert "Suivante" in read(adviser_client, "/bases/")
    assert "Ébauche" in read(adviser_client, "/bases/magazine-2014/2/")


def test_a_base_with_a_draft_alone_can_be_reached_by_those_who_write(
    public: StrictClient, adviser_client: StrictClient, magazine: BaseVersion
) -> None:
    base = Base.objects.create(slug="neuve", owner="Une table", created_at=NOW)
    draft_base_version(
        base=base, by=None, now=NOW, criteria=magazine.criteria, label_fr="Base neuve", label_en="New base"
    )
    assert "Base neuve" not in read(public, "/bases/")
    assert 'href="/bases/neuve/1/"' in read(adviser_client, "/bases/")


@pytest.mark.parametrize(
    ("address", "method"),
    [
        ("/bases/nouvelle/", "get"),
        ("/bases/nouvelle/", "post"),
        ("/bases/apercu/", "post"),
        ("/bases/magazine-2014/2/modifier/", "post"),
        ("/bases/magazine-2014/2/publier/", "post"),
        ("/bases/magazine-2014/1/suivante/", "post"),
    ],
)
def test_the_public_writes_nothing(public: StrictClient, draft: BaseVersion, address: str, method: str) -> None:
    before = list(BaseVersion.objects.values_list("pk", "status", "recorded_at"))
    assert getattr(public, method)(address, {**SAID, **COOPS, "do": "save"}).status_code == 302
    assert list(BaseVersion.objects.values_list("pk", "status", "recorded_at")) == before


def test_a_base_is_built_without_script(adviser_client: StrictClient, world: World) -> None:
    page = read(adviser_client, "/bases/nouvelle/")
    assert "Choisissez au moins une condition." in page
    typed = {**SAID, "top-mode": "all", "g0-mode": "all", "g0r0-fact": "legal_form"}
    page = send(adviser_client, "/bases/nouvelle/", typed | {"do": "refresh"})
    assert 'name="g0r0-operator"' in page
    assert 'value="Coopératives du territoire"' in page
    assert "n’a pas encore de valeur" in page
    assert "field-error" not in page
    typed |= {"g0r0-was": "legal_form", "g0r0-operator": "is", "g0r0-value": "coop"}
    page = send(adviser_client, "/bases/nouvelle/", typed | {"do": "add-row-0"})
    assert 'name="g0r1-fact"' in page
    page = send(adviser_client, "/bases/nouvelle/", typed | {"g0r1-fact": "", "do": "add-group"})
    assert 'name="g1-mode"' in page
    typed |= {
        "g1-mode": "any",
        "g1r0-fact": "jobs_headcount",
        "g1r0-operator": "at_least",
        "g1r0-value": "10",
        "g1r1-fact": "commercial_activity",
        "g1r1-operator": "is",
        "g1r1-value": "true",
    }
    page = send(adviser_client, "/bases/nouvelle/", typed | DAY | {"do": "refresh"})
    assert counts(page) == [1, 1, 2]
    assert not Base.objects.filter(slug="cooperatives").exists()
    send(adviser_client, "/bases/nouvelle/", typed | {"do": "save"}, status=302)
    version = BaseVersion.objects.get(base__slug="cooperatives")
    assert (version.number, version.status, version.base.owner) == (1, "draft", "Table régionale")
    assert version.criteria == {
        "all": [
            {"fact": "legal_form", "is": "coop"},
            {"any": [{"fact": "jobs_headcount", "at_least": 10}, {"fact": "commercial_activity", "is": True}]},
        ]
    }


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"label_en": ""}, "obligatoire"),
        ({"slug": "Pas une adresse"}, "field-error"),
        ({"slug": "magazine-2014"}, "s’appelle déjà"),
        ({"starts_on": "2017-01-01", "ends_before": "2016-01-01"}, "avant de commencer"),
        ({"starts_on": "demain"}, "field-error"),
        ({"jobs_variable": "members"}, "field-error"),
        ({"g0r0-value": "kolkhoze"}, "kolkhoze"),
        ({"g0r0-fact": "rien"}, "rien"),
        ({"g0r0-value": ""}, "n’a pas encore de valeur"),
        ({"g0r0-fact": ""}, "Choisissez au moins une condition."),
        ({"g0-mode": "at_least_n", "g0-n": "3"}, "3"),
    ],
)
def test_what_is_wrong_is_said_beside_and_writes_nothing(
    adviser_client: StrictClient, world: World, changed: dict[str, str], sentence: str
) -> None:
    before = (Base.objects.count(), BaseVersion.objects.count())
    page = send(adviser_client, "/bases/nouvelle/", SAID | COOPS | changed | {"do": "save"}, status=400)
    assert sentence in page
    assert "error-summary" in page
    assert (Base.objects.count(), BaseVersion.objects.count()) == before


def test_a_draft_is_edited_published_and_then_stays(administrator_client: StrictClient, draft: BaseVersion) -> None:
    address = "/bases/magazine-2014/2/modifier/"
    page = read(administrator_client, address)
    assert 'value="Suivante"' in page
    assert page.count('class="builder-row"') == 3
    send(administrator_client, address, SAID | COOPS | {"do": "save"}, status=302)
    draft.refresh_from_db()
    assert (draft.label_fr, draft.criteria) == (SAID["label_fr"], {"fact": "legal_form", "is": "coop"})
    send(administrator_client, "/bases/magazine-2014/2/publier/", {}, status=302)
    draft.refresh_from_db()
    assert (draft.status, draft.replaces.number if draft.replaces else None) == ("published", 1)
    read(administrator_client, address, status=404)
    send(administrator_client, address, SAID | COOPS | {"label_fr": "Autre", "do": "save"}, status=404)
    again = send(administrator_client, "/bases/magazine-2014/2/publier/", {}, status=302)
    assert again == ""
    assert "elle ne change plus" in read(administrator_client, "/bases/magazine-2014/2/")
    draft.refresh_from_db()
    assert draft.label_fr == SAID["label_fr"]


WRITINGS = (
    ("/bases/par-annee/1/modifier/", {**SAID, **COOPS, "do": "save"}),
    ("/bases/par-annee/1/publier/", {}),
    ("/bases/par-annee/1/suivante/", {}),
)


@pytest.mark.parametrize(("address", "said"), WRITINGS, ids=lambda value: str(value)[:30])
def test_only_the_body_that_keeps_a_base_writes_it(
    adviser_client: StrictClient, adviser: Any, magazine: BaseVersion, address: str, said: dict[str, str]
) -> None:
    """The short name of a base means what its keeper says: no other body's adviser may take it over."""
    base = create_base(slug="par-annee", owner="Une table", by=adviser, now=NOW)
    assert base.steward == "CLD des Moulins"
    draft_base_version(base=base, by=adviser, now=NOW, label_fr="A", label_en="A", criteria=magazine.criteria)
    adviser.roles.update(body="Table régionale")
    before = list(BaseVersion.objects.order_by("pk").values_list("pk", "status", "label_fr"))
    page = send(adviser_client, address, said, status=403)
    assert "Un autre organisme tient cette définition à jour" in page
    assert list(BaseVersion.objects.order_by("pk").values_list("pk", "status", "label_fr")) == before
    page = read(adviser_client, "/bases/par-annee/1/")
    assert "Publier cette version" not in page
    assert "CLD des Moulins" in page
    assert "CLD des Moulins" in read(adviser_client, "/bases/")
    adviser.roles.update(body="CLD  DES MOULINS")
    send(adviser_client, address, said, status=302)


@pytest.mark.parametrize("address", ["/bases/magazine-2014/2/publier/", "/bases/magazine-2014/1/suivante/"])
def test_a_shipped_base_is_the_administration_s(
    adviser_client: StrictClient, administrator_client: StrictClient, draft: BaseVersion, address: str
) -> None:
    page = read(adviser_client, "/bases/magazine-2014/1/")
    assert "l’administration de la plateforme" in page
    assert "Préparer la version suivante" not in page
    send(adviser_client, address, {}, status=403)
    send(administrator_client, address, {}, status=302)


def test_an_adviser_of_two_bodies_says_which_keeps_the_base(
    adviser_client: StrictClient, adviser: Any, world: World
) -> None:
    assert "id_steward" not in read(adviser_client, "/bases/nouvelle/")
    adviser.roles.create(kind="adviser", body="Table régionale", territory_code="14", starts_on=date(2012, 1, 1))
    assert "id_steward" in read(adviser_client, "/bases/nouvelle/")
    send(adviser_client, "/bases/nouvelle/", SAID | COOPS | {"do": "save", "steward": "Autre"}, status=400)
    send(adviser_client, "/bases/nouvelle/", SAID | COOPS | {"do": "save", "steward": "Table régionale"}, status=302)
    assert Base.objects.get(slug="cooperatives").steward == "Table régionale"


def test_a_version_for_other_days_replaces_none(
    adviser_client: StrictClient, adviser: Any, magazine: BaseVersion
) -> None:
    said = {"label_fr": "A", "label_en": "A", "criteria": magazine.criteria}
    base = create_base(slug="par-annee", owner="Une table", by=adviser, now=NOW)
    for days in ({"ends_before": date(2017, 1, 1)}, {"starts_on": date(2017, 1, 1)}):
        version = draft_base_version(base=base, by=None, now=NOW, **said, **days)
        send(adviser_client, f"/bases/par-annee/{version.number}/publier/", {}, status=302)
    assert list(base.versions.values_list("status", "replaces")) == [("published", None)] * 2


def test_a_replaced_version_says_which_one_replaced_it(public: StrictClient, magazine: BaseVersion) -> None:
    assert "remplacée" not in read(public, "/bases/magazine-2014/1/")
    said = {"label_fr": "Seconde", "label_en": "Second", "criteria": magazine.criteria}
    draft = draft_base_version(base=magazine.base, by=None, now=NOW, **said)
    assert "remplacée" not in read(public, "/bases/magazine-2014/1/")
    publish_base_version(version=draft, replaces=magazine, by=None, now=NOW)
    page = read(public, "/bases/magazine-2014/1/")
    assert "La version 2 l’a remplacée" in page
    assert 'href="/bases/magazine-2014/2/"' in page
    assert "has replaced it" in read(public, "/en/bases/magazine-2014/1/")
    assert "remplacée" not in read(public, "/bases/magazine-2014/2/")


def test_a_next_version_that_changes_nothing_is_refused(
    administrator_client: StrictClient, magazine: BaseVersion
) -> None:
    send(administrator_client, "/bases/magazine-2014/1/suivante/", {}, status=302)
    send(administrator_client, "/bases/magazine-2014/2/publier/", {}, status=302)
    page = read(administrator_client, "/bases/magazine-2014/2/").replace("\u00a0", " ")
    assert "dit exactement ce que dit la version 1" in page
    assert magazine.base.versions.get(number=2).status == "draft"


def test_the_next_version_starts_from_the_last(administrator_client: StrictClient, magazine: BaseVersion) -> None:
    send(administrator_client, "/bases/magazine-2014/1/suivante/", {}, status=302)
    following = magazine.base.versions.get(number=2)
    assert (following.status, following.criteria) == ("draft", magazine.criteria)


def test_the_preview_follows_what_is_typed(adviser_client: StrictClient, world: World) -> None:
    part = send(adviser_client, "/bases/apercu/", COOPS | DAY)
    assert "<html" not in part
    assert counts(part) == [2, 0, 2]
    assert "batisseur" not in part
    assert 'id="apercu-liste" hx-swap-oob="innerHTML"' in part
    redrawn = send(adviser_client, "/bases/apercu/", COOPS | DAY | {"do": "add-row-0"}, **{"HX-Target": "batisseur"})
    assert 'id="batisseur"' in redrawn
    assert 'name="g0r1-fact"' in redrawn
    assert counts(redrawn) == [2, 0, 2]
    wrong = send(adviser_client, "/bases/apercu/", COOPS | {"g0r0-value": "kolkhoze"})
    assert "kolkhoze" in wrong
    assert "notice" in wrong
    assert BaseVersion.objects.filter(status="draft").count() == 0


def test_the_preview_takes_any_form(adviser_client: StrictClient, world: World) -> None:
    for said in (
        {},
        {"do": "remove-group-99999999999"},
        {"tree": "all: ["},
        {"tree": "&a {all: [*a]}"},
        {"tree": "12"},
    ):
        send(adviser_client, "/bases/apercu/", said)
    too_many = {f"g0r{row}-fact": "jobs_headcount" for row in range(2000)}
    send(adviser_client, "/bases/apercu/", too_many, status=400)


def test_a_territory_that_is_not_known_keeps_nobody(adviser_client: StrictClient, world: World) -> None:
    typed = {"g0-mode": "all", "g0r0-fact": "municipality", "g0r0-operator": "within", "g0r0-value": "zzz, 64008"}
    assert counts(send(adviser_client, "/bases/apercu/", typed | DAY)) == [2, 0, 2]


def test_a_deep_definition_is_edited_as_text(administrator_client: StrictClient, magazine: BaseVersion) -> None:
    leaf = {"fact": "commercial_activity", "is": True}
    deep = {"all": [{"any": [leaf, {"not": {"all": [leaf, {"fact": "jobs_headcount", "at_least": 3}]}}]}, leaf]}
    version = draft_base_version(
        base=magazine.base, by=None, now=NOW, criteria=deep, label_fr="Profonde", label_en="Deep"
    )
    address = f"/bases/magazine-2014/{version.number}/modifier/"
    assert '<textarea id="id_tree"' in read(administrator_client, address)
    said = {name: value for name, value in SAID.items() if name not in {"slug", "owner"}}
    wrong = send(administrator_client, address, said | {"tree": "all: [", "do": "save"}, status=400)
    assert "ne se lit pas" in wrong
    assert "all: [" in wrong
    send(administrator_client, address, said | {"tree": "fact: jobs_headcount\nat_least: 4", "do": "save"}, status=302)
    version.refresh_from_db()
    assert version.criteria == {"fact": "jobs_headcount", "at_least": 4}


def test_as_many_queries_with_few_organisations_as_with_many(
    public: StrictClient, adviser_client: StrictClient, world: World
) -> None:
    def count(number_of_queries: dict[str, int]) -> None:
        read(public, "/bases/magazine-2014/1/", **DAY)
        with CaptureQueriesContext(
            connection,
        ) as shown:
            read(public, "/bases/magazine-2014/1/", **DAY)
        with CaptureQueriesContext(connection) as listed:
            read(public, "/bases/")
        number_of_queries |= {"version": len(shown), "list": len(listed)}

    few: dict[str, int] = {}
    count(few)
    for number in range(30):
        world.add(f"autre-{number}", {2017: number})
    many: dict[str, int] = {}
    count(many)
    assert many == few
    assert few["version"] <= 25
    assert few["list"] <= 6


def test_a_long_list_says_how_many_it_leaves_out(
    public: StrictClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_SHOWN >= 100
    monkeypatch.setattr("essor.observatory.queries.membership.MOST_SHOWN", 3)
    page = read(public, "/bases/magazine-2014/1/", **DAY)
    assert len(tags(page)) == 3
    assert "indecise" in tags(page), "those that someone can settle come first"
    assert "1 autre organisation n’est pas montrée ici." in page


def test_without_any_edition_the_territory_is_the_first_that_has_facts(public: StrictClient, world: World) -> None:
    assert "«\u00a0Les Moulins\u00a0»" in read(public, "/bases/magazine-2014/1/")


def test_the_territory_and_the_day_are_those_of_the_last_edition(public: StrictClient, magazine: BaseVersion) -> None:
    publish(magazine)
    assert f'value="{LAST.isoformat()}"' in read(public, "/bases/magazine-2014/1/")
