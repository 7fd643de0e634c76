"""The directory's pages, and the census put down step by step; without script, as a person would."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from essor.directory.actions import add_identifier, create_organisation, create_source, drafts, record_fact
from essor.directory.importing.storage import folder_of
from essor.directory.models import Fact, ImportDraft, LifeEvent, Organisation, Source
from essor.directory.views import imports
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

NOW = datetime(2018, 3, 2, 15, 0, tzinfo=UTC)
BAD = (
    "Nom;Municipalité;Forme juridique;Emplois\n"
    "Atelier Neuf;Terrebonne;Coopérative;12\n"
    "Maison Verte;Mascouche;OBNL;douze\n"
)
GOOD = BAD.replace("douze", "10")


@pytest.fixture(autouse=True)
def _places(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    load_shipped_territories(by=None, now=NOW)


@pytest.fixture
def organisation() -> Organisation:
    source = create_source(title="Recensement", by=None, now=NOW)
    found = create_organisation(name="Friperie =Le Fil", key="fil", source=source, by=None, now=NOW)
    for variable, value in (("legal_form", "npo"), ("municipality", "64015"), ("jobs_headcount", 37)):
        day = NOW.date()
        record_fact(organisation=found, variable=variable, value=value, starts_on=day, source=source, by=None, now=NOW)
    return found


def upload(client: StrictClient, content: str, name: str = "recensement 2018.csv") -> str:
    file = SimpleUploadedFile(name, content.encode("cp1252"))
    return str(client.post("/importer/", {"file": file})["Location"])


def choose(client: StrictClient, address: str) -> str:
    page = client.get(address).content.decode()
    chosen = dict(re.findall(r'<select name="(c\d+)".*?<option value="([^"]*)" selected', page, re.DOTALL))
    assert list(chosen.values()) == ["name", "variable:municipality", "variable:legal_form", "variable:jobs_headcount"]
    asked = {**chosen, "title": "Recensement 2018", "reference_date": "2018-02-01"}
    return str(client.post(address, asked)["Location"])


def test_a_file_with_errors_is_mended_then_entered_whole(adviser_client: StrictClient) -> None:
    check = choose(adviser_client, upload(adviser_client, BAD))
    page = adviser_client.get(check)
    assert "douze" in page.content.decode()
    assert adviser_client.post(check).status_code == 400, "errors forbid it"
    assert Fact.objects.count() == 0
    mended = adviser_client.post(check, {"file": SimpleUploadedFile("mieux.csv", GOOD.encode("cp1252"))})
    assert mended["Location"] == check
    assert "douze" not in adviser_client.get(check).content.decode()
    confirmed = adviser_client.post(check)
    assert confirmed.status_code == 302, confirmed.content.decode()
    progress = confirmed["Location"]
    source = Source.objects.get()
    assert adviser_client.get(progress)["Location"] == f"/sources/{source.pk}/"
    assert (Organisation.objects.count(), Fact.objects.filter(variable="jobs_headcount").count()) == (2, 2)
    again = choose(adviser_client, upload(adviser_client, GOOD))
    assert adviser_client.get(again)["Location"] == f"/sources/{source.pk}/", "the same file twice adds nothing"


def test_an_import_started_twice_starts_once(adviser_client: StrictClient, monkeypatch: pytest.MonkeyPatch) -> None:
    check = choose(adviser_client, upload(adviser_client, GOOD))
    preview = imports._preview

    def meanwhile(draft: ImportDraft) -> Any:
        """Another request, looked at just as long, starts it first."""
        drafts.start_import(draft=draft, by=draft.created_by, now=timezone.now())
        return preview(draft)

    monkeypatch.setattr(imports, "_preview", meanwhile)
    progress = check.replace("verifier", "progres")
    assert adviser_client.post(check)["Location"] == progress
    assert not Source.objects.exists(), "the one that came second enqueues nothing"
    assert adviser_client.post(check)["Location"] == progress
    assert adviser_client.get(progress).status_code == 200


def test_what_holds_for_the_whole_file_is_refused_on_its_field(adviser_client: StrictClient) -> None:
    address = upload(adviser_client, "Nom;Emplois\nAtelier Neuf;12\n")
    asked = {"c0": "name", "c1": "variable:jobs_headcount", "title": "Recensement", "reference_date": "2018-02-01"}
    for wrong in ({"municipality": "99999"}, {"municipality": "Terebonne"}, {"reference_date": "2204-02-01"}):
        answer = adviser_client.post(address, asked | wrong)
        assert answer.status_code == 400
        assert list(answer.context["about"].errors) == list(wrong)
    check = str(adviser_client.post(address, asked | {"municipality": "Mascouche"})["Location"])
    adviser_client.post(check)
    assert Fact.objects.get(variable="municipality").codes == "64015"


@pytest.fixture
def namesakes() -> list[Organisation]:
    source, found = create_source(title="Recensement", by=None, now=NOW), []
    for place, number in (("64008", "1142855148"), ("64015", "")):
        one = create_organisation(name="La Ruche", source=source, by=None, now=NOW)
        said = {"organisation": one, "source": source, "by": None, "now": NOW}
        record_fact(variable="municipality", value=place, starts_on=NOW.date(), **said)
        if number:
            add_identifier(scheme="neq", value=number, **said)
        found.append(one)
    return found


def check_namesakes(client: StrictClient, content: str = "Nom;Emplois\nla ruche;12\n") -> str:
    address = upload(client, content)
    asked = {"c0": "name", "c1": "variable:jobs_headcount", "title": "Recensement", "reference_date": "2018-02-01"}
    return str(client.post(address, asked)["Location"])


def test_namesakes_are_told_apart_before_anyone_decides(
    adviser_client: StrictClient, namesakes: list[Organisation]
) -> None:
    check = check_namesakes(adviser_client)
    page = adviser_client.get(check).content.decode()
    choices = re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', page)
    first, second = (one.key for one in namesakes)
    assert choices == [
        ("", "— choisir —"), (first, "La Ruche · Terrebonne · NEQ 1142855148"), (second, "La Ruche · Mascouche"),
        ("new", "une organisation nouvelle"),
    ]  # fmt: skip
    assert f'<a href="/annuaire/{second}/">La Ruche · Mascouche</a>' in page
    assert "La Ruche · Mascouche" in adviser_client.get(check, {"format": "csv"}).content.decode()
    decide, said = check.replace("verifier", "decider"), {"decision": "la ruche|"}
    assert "Choisissez" in adviser_client.post(decide, said | {"choice": ""}, follow=True).content.decode()
    assert ImportDraft.objects.get().mapping.get("decisions", {}) == {}
    page = adviser_client.post(decide, said | {"choice": second}, follow=True).content.decode()
    assert "Tout est prêt" in page
    assert "La Ruche · Mascouche" in page, "what was decided stays in sight"
    page = adviser_client.post(decide, said | {"choice": "", "undo": "on"}, follow=True).content.decode()
    assert "1 erreur" in page


def test_one_known_by_name_alone_may_be_said_to_be_someone_else(
    adviser_client: StrictClient, organisation: Organisation
) -> None:
    check = check_namesakes(adviser_client, "Nom;Emplois\nFriperie le fil;12\n")
    page = adviser_client.get(check).content.decode()
    assert '<a href="/annuaire/fil/">Friperie =Le Fil · Mascouche</a>' in page
    decide, said = check.replace("verifier", "decider"), {"decision": "friperie le fil|", "choice": "new"}
    adviser_client.post(decide, said)
    adviser_client.post(check)
    assert Organisation.objects.count() == 2


def test_an_earlier_file_says_nothing_of_columns_that_it_had_not(adviser_client: StrictClient) -> None:
    def look(address: str) -> list[str]:
        page = adviser_client.get(address).content.decode()
        return re.findall(r'<select name="c\d+".*?<option value="([^"]*)" selected', page, re.DOTALL)

    def enter(content: str, *chosen: str) -> None:
        address = upload(adviser_client, content)
        asked = {f"c{place}": target for place, target in enumerate(chosen)}
        check = adviser_client.post(address, asked | {"title": "Recensement", "reference_date": "2018-02-01"})
        assert adviser_client.post(str(check["Location"])).status_code == 302

    enter("Nom;Emplois\nAtelier Neuf;12\n", "name", "variable:jobs_headcount_all")
    wider = "Nom;Emplois;Municipalité;Date;Effectif\nMaison Verte;9;Mascouche;2018-02-01;8\n"
    assert look(upload(adviser_client, wider)) == [
        "name", "variable:jobs_headcount_all", "variable:municipality", "reference_date", "variable:jobs_headcount",
    ]  # fmt: skip
    enter("Nom;Emplois;Date\nMaison Bleue;9;2018-02-01\n", "name", "variable:jobs_headcount", "ignore")
    assert look(upload(adviser_client, wider))[:4] == [
        "name", "variable:jobs_headcount", "variable:municipality", "ignore",
    ]  # fmt: skip


def test_a_year_alone_and_a_strange_word_are_decided_or_are_errors(adviser_client: StrictClient) -> None:
    address = upload(adviser_client, "Nom;Fondée en;Forme juridique\nAtelier Neuf;2019;Truc bizarre\n")
    form = adviser_client.get(address).context["columns"]
    assert [str(form[name].label).replace("\u00a0", " ") for name in ("y1", "v2_0")] == [
        "Une année seule, comme « 2019 », veut dire", "« Truc bizarre » veut dire",
    ]  # fmt: skip
    assert all("facultatif" not in form[name].as_field_group() for name in ("y1", "v2_0"))
    asked = {"c0": "name", "c1": "event:created", "c2": "variable:legal_form", "title": "Recensement"}
    asked |= {"reference_date": "2018-02-01", "y1": "", "v2_0": ""}
    check = str(adviser_client.post(address, asked)["Location"])
    page = adviser_client.get(check).content.decode()
    assert "une année, pas un jour" in page
    assert "2 erreurs" in page
    assert adviser_client.post(address, asked | {"y1": "06-30", "v2_0": "npo"})["Location"] == check
    assert adviser_client.get(address).context["columns"]["y1"].initial == "06-30"
    adviser_client.post(check)
    assert LifeEvent.objects.get().happened_on.isoformat() == "2019-06-30"


def test_a_date_column_chosen_by_hand_asks_what_its_years_mean(adviser_client: StrictClient) -> None:
    address = upload(adviser_client, "Nom;Depuis;Emplois\nAtelier Neuf;2019;3\n")
    asked = {"c0": "name", "c1": "event:created", "c2": "variable:jobs_headcount", "title": "Recensement"}
    answer = adviser_client.post(address, asked | {"reference_date": "2018-02-01"})
    assert answer["Location"] == address
    assert "y1" in adviser_client.get(address).context["columns"].fields


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.pdf", "%PDF"), ("faux.xlsx", "ceci n’est pas un chiffrier"), ("autre.csv", "Titre;Prix\nA;1\n")],
)
def test_a_wrong_file_in_place_of_the_mended_one_is_told_there_and_changes_nothing(
    adviser_client: StrictClient, name: str, content: str
) -> None:
    address = upload(adviser_client, BAD)
    check = choose(adviser_client, address)
    answer = adviser_client.post(check, {"file": SimpleUploadedFile(name, content.encode())})
    assert answer.status_code == 400
    assert answer.context["mended"].errors["file"]
    page = answer.content.decode()
    assert "douze" in page
    assert "est gardé" not in page
    assert adviser_client.get(address).status_code == 200
    mended = adviser_client.post(check, {"file": SimpleUploadedFile("mieux.csv", GOOD.encode("cp1252"))})
    assert mended.status_code == 302


def test_a_file_that_will_not_be_entered_is_thrown_away(
    adviser_client: StrictClient, administrator_client: StrictClient
) -> None:
    address = upload(adviser_client, BAD)
    choose(adviser_client, address)
    draft = ImportDraft.objects.get()
    thrown = f"/importer/{draft.token}/jeter/"
    for page in (address, address.replace("colonnes", "verifier"), "/importer/"):
        assert f'action="{thrown}"' in adviser_client.get(page).content.decode()
    assert administrator_client.post(thrown).status_code in {403, 404}
    assert adviser_client.get(thrown).status_code == 405
    assert adviser_client.post(thrown)["Location"] == "/importer/"
    assert not ImportDraft.objects.exists()
    assert not folder_of(draft.token).exists()
    choose(adviser_client, upload(adviser_client, GOOD))
    ImportDraft.objects.update(stage="running", changed_at=timezone.now())
    page = adviser_client.post(f"/importer/{ImportDraft.objects.get().token}/jeter/", follow=True).content.decode()
    assert "en cours" in page
    assert ImportDraft.objects.exists()


def test_problems_can_be_taken_away(adviser_client: StrictClient) -> None:
    check = choose(adviser_client, upload(adviser_client, BAD.replace("douze", "=cmd()")))
    told = adviser_client.get(check, {"format": "csv"}).content.decode()
    assert "'=cmd()" in told
    assert ",erreur," in told


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", "a;b\n1;2\n"), ("vide.csv", ""), ("faux.xlsx", "ceci n’est pas un chiffrier")]
)
def test_a_file_that_cannot_be_read_is_told_why(adviser_client: StrictClient, name: str, content: str) -> None:
    answer = adviser_client.post("/importer/", {"file": SimpleUploadedFile(name, content.encode())})
    assert answer.status_code == 400
    assert not ImportDraft.objects.exists()


def test_a_draft_is_its_owner_s(adviser_client: StrictClient, administrator_client: StrictClient) -> None:
    address = upload(adviser_client, GOOD)
    assert administrator_client.get(address).status_code in {403, 404}


def test_the_public_reads_a_size_class_and_an_adviser_the_number(
    public: StrictClient, adviser_client: StrictClient, organisation: Organisation
) -> None:
    seen = public.get("/annuaire/fil/").content.decode()
    assert ("37" in seen, "25 à 49" in seen) == (False, True)
    assert "37" in adviser_client.get("/annuaire/fil/").content.decode()
    told = public.get("/annuaire/", {"format": "csv", "search": "friperie"}).content.decode()
    assert "Friperie" in told
    assert public.get("/annuaire/nulle-part/").status_code == 404


def test_a_correction_asks_why_and_keeps_the_old_value(
    adviser_client: StrictClient, organisation: Organisation
) -> None:
    fact = Fact.objects.get(variable="jobs_headcount")
    address = f"/annuaire/fil/faits/{fact.pk}/corriger/"
    asked = {"variable": "jobs_headcount", "value": "39", "starts_on": "2018-03-02"}
    assert adviser_client.post(address, asked).status_code == 400
    assert adviser_client.post(address, asked | {"value": "beaucoup", "reason": "Oubli"}).status_code == 400
    assert adviser_client.post(address, asked | {"reason": "Deux postes oubliés"}).status_code == 302
    fact.refresh_from_db()
    assert fact.known_to is not None
    assert Fact.objects.get(variable="jobs_headcount", known_to=None).low == 39
    added = {"variable": "members", "value": "140", "starts_on": "2018-03-02", "reason": "Rapport annuel"}
    assert adviser_client.post("/annuaire/fil/faits/ajouter/", added).status_code == 302


def test_a_correction_never_changes_what_is_spoken_of(adviser_client: StrictClient, organisation: Organisation) -> None:
    fact = Fact.objects.get(variable="legal_form")
    address = f"/annuaire/fil/faits/{fact.pk}/corriger/"
    page = adviser_client.get(address).content.decode()
    assert ("Forme juridique" in page, 'name="variable"' in page) == (True, False)
    asked = {"variable": "municipality", "value": "64008", "starts_on": "2018-03-02", "reason": "?"}
    assert adviser_client.post(address, asked).status_code == 400
    fact.refresh_from_db()
    assert fact.known_to is None
    assert adviser_client.post(address, asked | {"value": "coop"}).status_code == 302
    assert Fact.objects.get(replaces=fact).variable == "legal_form"


def test_a_municipality_that_no_list_has_is_refused(adviser_client: StrictClient, organisation: Organisation) -> None:
    fact = Fact.objects.get(variable="municipality")
    asked = {"variable": "municipality", "starts_on": "2018-03-02", "reason": "Adresse"}
    for address in ("/annuaire/fil/faits/ajouter/", f"/annuaire/fil/faits/{fact.pk}/corriger/"):
        for wrong in ("99999", "Nulle-Part"):
            answer = adviser_client.post(address, asked | {"value": wrong})
            assert answer.status_code == 400
            assert wrong in str(answer.context["form"].errors["value"])
    assert Fact.objects.filter(variable="municipality").count() == 1
    assert adviser_client.post(address, asked | {"value": "Terrebonne"}).status_code == 302
    assert Fact.objects.get(variable="municipality", known_to=None).codes == "64008"


def test_a_wrong_fact_may_become_unknown(adviser_client: StrictClient, organisation: Organisation) -> None:
    fact = Fact.objects.get(variable="jobs_headcount")
    address = f"/annuaire/fil/faits/{fact.pk}/corriger/"
    assert "inconnu" in adviser_client.get(address).content.decode()
    asked = {"variable": "jobs_headcount", "starts_on": "2018-03-02", "reason": "Chiffre d’une autre friperie"}
    answer = adviser_client.post(address, asked | {"value": "beaucoup"})
    assert answer.status_code == 400
    assert "?" not in str(answer.context["form"].errors["value"])
    assert adviser_client.post(address, asked | {"value": "inconnu"}).status_code == 302
    assert not Fact.objects.filter(variable="jobs_headcount", known_to=None).exists()
    assert "Chiffre d’une autre friperie" in adviser_client.get("/annuaire/fil/").content.decode()
    added = adviser_client.post("/annuaire/fil/faits/ajouter/", asked | {"value": "?"})
    assert (added.status_code, "s’ajoute pas" in added.content.decode()) == (400, True)


def test_a_fact_believed_already_adds_nothing_and_says_so(
    adviser_client: StrictClient, organisation: Organisation
) -> None:
    asked = {"variable": "legal_form", "value": "npo", "starts_on": "2018-03-09", "reason": "Appel"}
    answer = adviser_client.post("/annuaire/fil/faits/ajouter/", asked)
    assert (answer.status_code, "mars 2018" in str(answer.context["form"].errors)) == (400, True)
    assert Fact.objects.filter(variable="legal_form").count() == 1


def test_a_merger_names_the_other_organisation(adviser_client: StrictClient, organisation: Organisation) -> None:
    create_organisation(name="La Ruche", key="ruche", source=Source.objects.get(), by=None, now=NOW)
    asked = {"kind": "merged", "happened_on": "2018-03-01", "note": "Avis au registre"}
    assert adviser_client.post("/annuaire/fil/evenements/ajouter/", asked).status_code == 400
    assert adviser_client.post("/annuaire/fil/evenements/ajouter/", asked | {"other": "Personne"}).status_code == 400
    done = adviser_client.post("/annuaire/fil/evenements/ajouter/", asked | {"other": "la ruche"})
    assert done.status_code == 302


def test_a_source_is_withdrawn_with_a_reason(
    public: StrictClient, adviser_client: StrictClient, organisation: Organisation
) -> None:
    source = Source.objects.get()
    address = f"/sources/{source.pk}/"
    assert public.get("/sources/").status_code == 200
    assert public.post(address, {"reason": "x"}).status_code in {302, 401, 403}
    assert adviser_client.post(address, {}).status_code == 400
    assert adviser_client.post(address, {"reason": "Mauvais fichier"}).status_code == 302
    assert not Fact.objects.filter(known_to=None).exists()


def test_why_an_event_is_known_and_who_entered_it_are_not_for_the_public(
    public: StrictClient, adviser_client: StrictClient, organisation: Organisation
) -> None:
    asked = {"kind": "closed", "happened_on": "2018-03-01", "note": "Appel de Mme Untel"}
    assert adviser_client.post("/annuaire/fil/evenements/ajouter/", asked).status_code == 302
    assert "Mme Untel" in adviser_client.get("/annuaire/fil/").content.decode()
    assert "Mme Untel" not in public.get("/annuaire/fil/").content.decode()


def test_an_entry_never_keeps_the_name_and_a_refused_one_leaves_nothing(
    adviser_client: StrictClient, organisation: Organisation
) -> None:
    address, before = "/annuaire/fil/faits/ajouter/", Source.objects.count()
    asked = {"variable": "members", "value": "140", "starts_on": "1700-01-01", "reason": "Rapport annuel"}
    assert adviser_client.post(address, asked).status_code == 400
    assert Source.objects.count() == before
    assert adviser_client.post(address, asked | {"starts_on": "2018-03-02"}).status_code == 302
    assert "Friperie" not in Source.objects.get(kind="entry", title__startswith="Saisie").title


def test_no_title_of_a_file_runs_in_a_spreadsheet(adviser_client: StrictClient) -> None:
    content = BAD.replace("Emplois\n", "=emplois()\n")
    address = upload(adviser_client, content)
    asked = {"c0": "name", "c1": "variable:municipality", "c2": "variable:legal_form", "c3": "variable:jobs_headcount"}
    asked |= {"title": "Recensement 2018", "reference_date": "2018-02-01"}
    check = str(adviser_client.post(address, asked)["Location"])
    told = adviser_client.get(check, {"format": "csv"}).content.decode()
    assert "'=emplois()" in told
    assert ",=emplois()" not in told


def test_an_adviser_of_elsewhere_changes_nothing_here(
    adviser: Any, adviser_client: StrictClient, organisation: Organisation
) -> None:
    adviser.roles.update(territory_code="620")
    source = Source.objects.get()
    refused = adviser_client.post(f"/sources/{source.pk}/", {"reason": "Concurrence"})
    assert (refused.status_code, "n’est pas le vôtre" in refused.content.decode()) == (400, True)
    address = upload(
        adviser_client, BAD.replace("Maison Verte;Mascouche;OBNL;douze", "Friperie =Le Fil;Mascouche;OBNL;1")
    )
    asked = {"c0": "name", "c1": "variable:municipality", "c2": "variable:legal_form", "c3": "variable:jobs_headcount"}
    check = str(
        adviser_client.post(address, asked | {"title": "Recensement", "reference_date": "2018-02-01"})["Location"]
    )
    assert "n’est pas le vôtre" in adviser_client.get(check).content.decode()
    assert adviser_client.post(check).status_code == 400
    assert Fact.objects.filter(known_to=None, variable="jobs_headcount").get().low == 37
