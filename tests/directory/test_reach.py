"""Nobody puts an organisation in someone else's territory, by a file, by a fact or by a correction."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from essor.accounts.models import User
from essor.directory import actions
from essor.directory.actions.imports import ImportRefused, ImportReport, import_census, preview_census
from essor.directory.importing.mapping import parse_mapping
from essor.directory.models import Fact, Organisation, Source
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_problem
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

NOW = datetime(2018, 3, 2, 15, 0, tzinfo=UTC)
DAY = date(2018, 2, 1)
HERE, ELSEWHERE = "64008", "62007"
COLUMNS = {
    "Nom": {"to": "name"},
    "Ville": {"to": "variable", "variable": "municipality"},
    "Emplois": {"to": "variable", "variable": "jobs_headcount"},
}


@pytest.fixture(autouse=True)
def _places(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    load_shipped_territories(by=None, now=NOW)


@pytest.fixture
def coop() -> Organisation:
    source = actions.create_source(title="Recensement", by=None, now=NOW)
    found = actions.create_organisation(name="La Ruche", key="ruche", source=source, by=None, now=NOW)
    actions.record_fact(
        organisation=found, variable="municipality", value=HERE, starts_on=DAY, source=source, by=None, now=NOW
    )
    return found


def write(folder: Path, *lines: str, titles: str = "Nom;Ville;Emplois") -> Path:
    file = folder / "f.csv"
    file.write_text("\n".join([titles, *lines]) + "\n", encoding="utf-8")
    return file


def mapping_of(file: Path, **constants: str) -> Any:
    titles = file.read_text(encoding="utf-8").split("\n", 1)[0].split(";")
    columns = {title: COLUMNS[title] for title in titles}
    return parse_mapping({"columns": columns, "constants": {"reference_date": "2018-02-01", **constants}})


def preview(file: Path, by: User | None, **constants: str) -> ImportReport:
    return preview_census(file=file, mapping=mapping_of(file, **constants), by=by, now=NOW)


def test_new_organisations_elsewhere_are_refused_row_by_row(adviser: User, tmp_path: Path) -> None:
    file = write(tmp_path, "Ici;Terrebonne;3", "Fantôme;Saint-Damien;900", "Sans lieu;;4", "Autre;62007;5")
    report = preview(file, adviser)
    told = [(problem.line, problem.column, problem.value, problem.code) for problem in report.problems]
    assert told == [(3, "Ville", "Saint-Damien", "place-elsewhere"), (5, "Ville", "62007", "place-elsewhere")]
    assert report.counts["errors"] == 2
    assert "hors de votre territoire" in explain_problem(report.problems[0])
    with pytest.raises(ImportRefused):
        import_census(file=file, mapping=mapping_of(file), by=adviser, now=NOW)
    assert not Organisation.objects.exists()


def test_a_place_for_the_whole_file_is_asked_too(adviser: User, tmp_path: Path) -> None:
    file = write(tmp_path, "Fantôme;900", titles="Nom;Emplois")
    told = preview(file, adviser, municipality=ELSEWHERE).problems
    assert [(problem.line, problem.value, problem.code) for problem in told] == [(2, ELSEWHERE, "place-elsewhere")]
    assert preview(file, adviser, municipality=HERE).problems == []


def test_an_organisation_without_any_place_is_anyone_s(adviser: User, tmp_path: Path) -> None:
    file = write(tmp_path, "Projet;;2")
    import_census(file=file, mapping=mapping_of(file), by=adviser, now=NOW)
    assert Organisation.objects.count() == 1


def test_administrators_and_the_console_put_them_anywhere(administrator: User, tmp_path: Path) -> None:
    file = write(tmp_path, "Fantôme;62007;900")
    for by in (administrator, None):
        assert preview(file, by).problems == []


def test_an_organisation_of_elsewhere_is_an_error_of_its_row(coop: Organisation, adviser: User, tmp_path: Path) -> None:
    adviser.roles.update(territory_code="620")
    told = preview(write(tmp_path, "La Ruche;64008;1"), adviser).problems
    assert [(problem.line, problem.code) for problem in told] == [(2, "row-elsewhere")]


def test_a_fact_puts_nobody_elsewhere(coop: Organisation, adviser: User, administrator: User) -> None:
    source = Source.objects.get()
    said: Any = {"variable": "municipality", "value": ELSEWHERE, "starts_on": date(2015, 1, 1)}
    for attempt in (
        lambda by: actions.record_fact(organisation=coop, source=source, by=by, now=NOW, **said),
        lambda by: actions.record_facts(facts=[(coop, said)], source=source, by=by, now=NOW),
        lambda by: actions.correct_fact(
            fact=Fact.objects.get(), reason="?", source=source, by=by, now=NOW,
            variable="municipality", codes=[HERE, ELSEWHERE], starts_on=DAY,
        ),
        lambda by: actions.add_establishment(
            organisation=coop, municipality_code=ELSEWHERE, source=source, by=by, now=NOW
        ),
    ):  # fmt: skip
        with pytest.raises(DirectoryError, match="place-elsewhere"):
            attempt(adviser)
    assert Fact.objects.count() == 1
    actions.record_fact(organisation=coop, source=source, by=administrator, now=NOW, **said)


def test_the_page_says_why_beside_the_value(coop: Organisation, adviser_client: StrictClient) -> None:
    asked = {"variable": "municipality", "value": ELSEWHERE, "starts_on": "2015-01-01", "reason": "Adresse"}
    fact = Fact.objects.get()
    for address in ("/annuaire/ruche/faits/ajouter/", f"/annuaire/ruche/faits/{fact.pk}/corriger/"):
        answer = adviser_client.post(address, asked)
        assert answer.status_code == 400
        assert "hors de votre territoire" in answer.content.decode()
    assert Fact.objects.count() == 1
