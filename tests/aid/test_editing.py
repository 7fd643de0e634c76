"""An adviser writes a programme, another publishes it; what cannot be shown is refused with a sentence."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.utils import timezone

from essor.accounts.models import User
from essor.aid.actions import draft_aid, publish_aid
from essor.aid.aid_forms import EMPTY_RULES, open_definition
from essor.aid.checking import check_programme, try_examples
from essor.aid.models import AidRevision
from essor.aid.planning import plan_project, read_project
from essor.aid.queries import find_for, get_questionnaire, list_programmes, read_revision
from essor.aid.queries.drafts import count_movements, find_current, find_draft
from essor.aid.rules import PAGES, AidError, Programme
from essor.aid.urls import urlpatterns
from essor.directory.actions import create_organisation, create_source, record_facts
from essor.knowledge.aids import AidDefinition, check_aid, load_aids
from essor.knowledge.reading import DefinitionRefused
from essor.territories.queries import place_tree
from tests.pages import StrictClient

NOW = timezone.now() + timedelta(days=1)
TODAY = date(2026, 11, 26)
SLUG = "jec_lanaudiere_2017"
WRITTEN: dict[str, Any] = {
    "slug": "fonds_essai", "name_fr": "Fonds d’essai", "name_en": "Trial fund", "provider": "Caisse d’essai",
    "forms_": ["grant"], "minimum": "1 000", "maximum": "5 000 $", "rate_of_project": "50", "rules": EMPTY_RULES,
    "judgement": "Bon plan | Good plan", "sources": "https://exemple.test/fonds | official | 2026-11-01",
    "read_on": "2026-11-20", "reason": "nouveau fonds",
}  # fmt: skip

IMPOSSIBLE = EMPTY_RULES.replace("- {fact: territory", "- {fact: legal_form, is: for_profit}\n    - {fact: territory")


@pytest.fixture
def second(db: None) -> StrictClient:
    user = User.objects.create_user("deux@exemple.test", "un mot de passe long", name="Dany Deux")
    user.roles.create(kind="adviser", body="Pôle", territory_code="14", starts_on=date(2010, 1, 1))
    client = StrictClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def first() -> AidDefinition:
    return next(aid for aid in load_aids() if aid.id == SLUG)


def change(**said: Any) -> AidDefinition:
    return check_aid(first().model_dump(mode="json") | said)


def with_rules(conditions: Any, **version: Any) -> AidDefinition:
    written = {"valid_from": None, "valid_to": None, "status_as_read": "open", "conditions": conditions}
    return change(versions=[written | version], examples=[])


def programme_of(slug: str) -> Programme:
    return next(one for one in list_programmes() if one.slug == slug)


@pytest.mark.parametrize("slug", [aid.id for aid in load_aids()])
def test_every_shipped_programme_can_be_true_and_its_examples_hold(slug: str) -> None:
    programme, questionnaire = programme_of(slug), get_questionnaire(TODAY)
    days = {TODAY} | {example.day for example in programme.definition.examples if example.day}
    places = {day: place_tree(day) for day in days}
    check_programme(programme, places=places[TODAY], questionnaire=questionnaire)
    tried = try_examples(programme, on=TODAY, places=places, questionnaire=questionnaire)
    assert len(tried) >= 2
    assert [one.example.name.fr for one in tried if not one.holds] == []
    assert {one.found for one in tried} > {"no"}


def test_one_adds_an_aid_and_another_publishes_it(
    adviser_client: StrictClient, second: StrictClient, public: StrictClient
) -> None:
    answer = adviser_client.post("/aides/ajouter/", WRITTEN)
    assert answer["Location"] == "/aides/fonds_essai/brouillon/"
    assert public.get("/aides/fonds_essai/").status_code == 404
    assert "Rédigé par vous" in adviser_client.get(answer["Location"]).content.decode()
    refused = adviser_client.post("/aides/fonds_essai/brouillon/publier/", {"seen": "1"}, follow=True)
    assert "une autre personne" in refused.content.decode()
    assert public.get("/aides/fonds_essai/").status_code == 404
    assert second.post("/aides/fonds_essai/brouillon/publier/", {"seen": "1"})["Location"] == "/aides/fonds_essai/"
    page = public.get("/aides/fonds_essai/").content.decode()
    for said in ("Fonds d’essai", "50\u00a0% du coût", "Bon plan", "nouveau fonds"):
        assert said in page


def test_what_is_published_is_corrected_from_its_page(adviser_client: StrictClient, second: StrictClient) -> None:
    definition = first()
    said = {name: value for name, value in open_definition(definition).items() if value not in (None, "", False)}
    said |= {"name_fr": "Autre nom", "reason": "nom corrigé", "read_on": "2026-11-24"}
    answer = adviser_client.post(f"/aides/{SLUG}/corriger/", said)
    assert answer.status_code == 302, answer.context["form"].errors
    draft = find_draft(SLUG)
    assert draft is not None
    assert read_revision(draft).definition == definition.model_copy(
        update={"name": definition.name.model_copy(update={"fr": "Autre nom"})}
    )
    page = second.get(f"/aides/{SLUG}/brouillon/")
    assert [one["label"] for one in page.context["differences"]] == ["Nom en français"]
    assert page.context["all_hold"]
    assert second.post(f"/aides/{SLUG}/corriger/", said | {"name_fr": "Encore", "seen": "2"}).status_code == 302
    assert [one.number for one in AidRevision.objects.drafts()] == [3]
    second.post(f"/aides/{SLUG}/brouillon/mettre-de-cote/", {"seen": "3"})
    assert find_draft(SLUG) is None
    assert second.get(f"/aides/{SLUG}/brouillon/").status_code == 404


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"maximum": "500"}, "sous le plancher"),
        ({"minimum": "-5"}, "0"),
        ({"maximum": "99999999999"}, "1000000000"),
        ({"rules": "versions: []\nexamples: []"}, "versions"),
        ({"rules": "versions: ["}, "YAML"),
        ({"rules": EMPTY_RULES + "id: autre_aide\n"}, "ne s’écrit pas ici"),
        ({"rules": EMPTY_RULES.replace("legal_form", "legal_shape")}, "legal_shape"),
        ({"rules": EMPTY_RULES.replace("[qc]", "[toronto]")}, "toronto"),
        ({"rules": IMPOSSIBLE}, "personne ne peut"),
        ({"sources": "https://exemple.test | rumeur"}, "sources"),
        ({"slug": "Fonds Essai"}, ""),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_refused_with_a_sentence(
    adviser_client: StrictClient, said: dict[str, str], sentence: str
) -> None:
    answer = adviser_client.post("/aides/ajouter/", WRITTEN | said)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not AidRevision.objects.drafts().exists()


def test_versions_that_overlap_are_refused() -> None:
    one = {"valid_from": "2020-01-01", "valid_to": "2020-12-31", "status_as_read": "open"}
    both = [one | {"conditions": {"fact": "stage", "is": "idea"}} for _ in range(2)]
    with pytest.raises(AidError, match="versions-overlap"):
        draft_aid(definition=change(versions=both, examples=[]), by=None, now=NOW)


def test_an_example_that_fails_withholds_the_publication(adviser_client: StrictClient, second: StrictClient) -> None:
    rules = yaml.safe_load(EMPTY_RULES) | {
        "examples": [{"name": "Une société", "profile": {"legal_form": "for_profit"}, "expected": "yes", "reason": "x"}]
    }
    adviser_client.post("/aides/ajouter/", WRITTEN | {"rules": yaml.safe_dump(rules)})
    page = second.get("/aides/fonds_essai/brouillon/")
    assert not page.context["all_hold"]
    answer = second.post("/aides/fonds_essai/brouillon/publier/", {"seen": "1"}, follow=True)
    assert "devait répondre « admissible sur papier »" in answer.content.decode().replace("\u00a0", " ")
    assert find_current("fonds_essai") is None


def test_a_draft_tells_how_many_known_enterprises_change_answer() -> None:
    source = create_source(title="Recensement", publisher="Table", licence="CC0", by=None, now=NOW)
    for name, form in (("a", "coop"), ("b", "npo"), ("c", "npo"), ("d", "for_profit")):
        organisation = create_organisation(name=name, key=name, source=source, by=None, now=NOW, known_from=NOW)
        fact: Any = {"variable": "legal_form", "value": form, "starts_on": date(2020, 1, 1), "known_from": NOW}
        record_facts(facts=[(organisation, fact)], source=source, by=None, now=NOW)
    both = {"fact": "legal_form", "in": ["coop", "npo"]}
    publish_aid(revision=draft_aid(definition=with_rules(both), by=None, now=NOW), by=None, now=NOW)
    narrower = draft_aid(definition=with_rules({"fact": "legal_form", "is": "coop"}), by=None, now=NOW)
    current = find_current(SLUG)
    assert current is not None
    found = count_movements(read_revision(current), read_revision(narrower), on=TODAY, known_at=NOW)
    assert [(one.before, one.after, one.count) for one in found] == [("yes", "no", 2)]


def test_a_draft_that_changed_meanwhile_is_neither_published_nor_overwritten(
    adviser_client: StrictClient, second: StrictClient
) -> None:
    """What one decides of is what one had before one's eyes."""
    adviser_client.post("/aides/ajouter/", WRITTEN)
    adviser_client.post("/aides/fonds_essai/corriger/", WRITTEN | {"maximum": "9000", "seen": "1"})
    for path in ("publier/", "mettre-de-cote/"):
        answer = second.post(f"/aides/fonds_essai/brouillon/{path}", {"seen": "1"}, follow=True)
        assert "a changé pendant que vous le lisiez" in answer.content.decode()
    answer = second.post("/aides/fonds_essai/corriger/", WRITTEN | {"maximum": "8000", "seen": "1"})
    assert (answer.status_code, find_current("fonds_essai")) == (400, None)
    draft = find_draft("fonds_essai")
    assert draft is not None
    assert (draft.number, draft.content["amount"]["max"]) == (2, 9000)


def test_a_plan_obeys_the_exclusions_of_the_catalogue() -> None:
    """Two gifts that pay the project together; once one may not be had with the other, one alone."""
    profile = {"legal_form": "coop", "territory": "64015"}

    def publish(slug: str, **said: Any) -> None:
        given = {"id": slug, "forms": ["grant"], "project_types": ["equipment"], "amount": {"max": 5000}}
        definition = check_aid(with_rules({"fact": "legal_form", "is": "coop"}).model_dump(mode="json") | given | said)
        publish_aid(revision=draft_aid(definition=definition, by=None, now=NOW), by=None, now=NOW)

    def list_chosen() -> set[str]:
        asked = read_project({"costs": {"equipment": 10_000}, "profile": profile}, kinds=["equipment"], on=TODAY)
        found = [
            one for one in find_for(asked.profile, on=TODAY, language="fr") if one.programme.slug in ("un", "deux")
        ]
        return {share.aid for share in plan_project(asked, found, on=TODAY).chosen}

    publish("un")
    publish("deux")
    assert list_chosen() == {"un", "deux"}
    publish("un", excludes=["deux"])
    assert len(list_chosen()) == 1


def test_a_file_is_published_whole_or_not_at_all(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "aides.yaml"
    head = {"id": "f", "version": "1", "read_on": "2026-11-24", "grammar": 1, "disclaimer": {"fr": "x", "en": "x"}}
    new = change(id="fonds_nouveau", examples=[]).model_dump(mode="json")
    same = first().model_dump(mode="json") | {"name": {"fr": "Changée", "en": "Changed"}}
    file.write_text(yaml.safe_dump(head | {"aids": [new, same]}), encoding="utf-8")
    call_command("aid", "import", str(file))
    told = capsys.readouterr().out
    assert "fonds_nouveau : nouvelle" in told
    assert f"{SLUG} : changée" in told
    call_command("aid", "import", str(file))
    assert capsys.readouterr().out.count("déjà dite ainsi") == 2
    before = AidRevision.objects.count()
    wrong = with_rules({"all": [{"fact": "stage", "is": "idea"}, {"fact": "stage", "is": "growth"}]})
    listed = [new | {"provider": "Autre"}, wrong.model_dump(mode="json")]
    file.write_text(yaml.safe_dump(head | {"aids": listed}), encoding="utf-8")
    with pytest.raises(CommandError, match="personne ne peut"):
        call_command("aid", "import", str(file))
    assert AidRevision.objects.count() == before


def test_a_cap_below_its_floor_is_refused_in_a_file_too() -> None:
    with pytest.raises(DefinitionRefused, match="sous le plancher"):
        change(amount={"min": 5000, "max": 1000})


def test_who_does_what_is_shown_and_searched(
    client: StrictClient, adviser_client: StrictClient, second: StrictClient
) -> None:
    said = WRITTEN | {"givers": "Ministère d’essai | verse\nTable d’essai | Reçoit les demandes"}
    assert adviser_client.post("/aides/ajouter/", said).status_code == 302
    second.post("/aides/fonds_essai/brouillon/publier/", {"seen": "1"})
    page = client.get("/aides/fonds_essai/").content.decode()
    assert "Qui reçoit les demandes" in page
    assert "Table d’essai" in page
    assert "fonds_essai" in client.get("/aides/", {"text": "table d’essai"}).content.decode()
    told = client.get("/api/aides/fonds_essai/").json()["definition"]["givers"]
    assert told == [{"name": "Ministère d’essai", "role": "pays"}, {"name": "Table d’essai", "role": "receives"}]
    assert "pays: Ministère d’essai|receives: Table d’essai" in client.get("/donnees/aides.csv").content.decode()
    form = adviser_client.get("/aides/fonds_essai/corriger/").content.decode()
    assert "Table d’essai | reçoit les demandes" in form


@pytest.mark.parametrize("line", ["Ministère | dances", "Ministère", "Ministère | verse | décide"])
def test_a_role_that_is_not_one_is_refused(adviser_client: StrictClient, line: str) -> None:
    refused = adviser_client.post("/aides/ajouter/", WRITTEN | {"givers": line})
    assert refused.status_code == 400
    assert "reçoit les demandes" in refused.content.decode()
    assert find_draft("fonds_essai") is None


def test_no_aid_bears_the_name_of_a_page(adviser_client: StrictClient) -> None:
    refused = adviser_client.post("/aides/ajouter/", WRITTEN | {"slug": "flou"})
    assert refused.status_code == 400
    assert "nom d’une page" in refused.content.decode()
    assert find_draft("flou") is None
    pages = {str(one.pattern).split("/")[1] for one in urlpatterns if str(one.pattern).startswith("aides/")}
    assert {page for page in pages if page and "<" not in page} - {"confirmer"} == PAGES
