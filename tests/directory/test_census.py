"""From a file to facts: what is new, what is already known, what is corrected, what is refused, and all or nothing."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from essor.directory import actions, queries
from essor.directory.actions.imports import ImportRefused, ImportReport, import_census, preview_census
from essor.directory.importing.mapping import parse_mapping
from essor.directory.importing.suggesting import suggest_columns
from essor.directory.models import Fact, Identifier, LifeEvent, Organisation, OrganisationName, Source
from essor.directory.rules import FAR_FUTURE_DAYS, DirectoryError
from essor.directory.wording import explain_error, explain_problem
from essor.methods.facts import profile
from essor.territories.actions import load_shipped_territories
from tests.databases import EACH, open_platform

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
COLUMNS = {
    "Nom": {"to": "name"},
    "NEQ": {"to": "identifier", "scheme": "neq"},
    "Ville": {"to": "variable", "variable": "municipality"},
    "Forme": {"to": "variable", "variable": "legal_form", "values": {"Coop.": "coop", "à voir": None}},
    "Emplois": {"to": "variable", "variable": "jobs_headcount"},
    "Fin": {"to": "reference_date"},
    "Édition": {"to": "known_on", "month_day": "06-30"},
    "Création": {"to": "event", "kind": "created"},
    "Fermeture": {"to": "event", "kind": "closed"},
    "État": {"to": "stated_status", "values": {"vivante": "active", "morte": "closed"}},
}
HEADERS = tuple(COLUMNS)


def write(folder: Path, *rows: dict[str, str], name: str = "f.csv") -> Path:
    used = [column for column in HEADERS if any(column in row for row in rows)]
    lines = [";".join(used), *(";".join(row.get(column, "") for column in used) for row in rows)]
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def mapping_of(file: Path, **more: Any) -> dict[str, Any]:
    titles = file.read_text(encoding="utf-8").split("\n", 1)[0].split(";")
    constants = {} if "Fin" in titles else {"reference_date": "2025-12-31"}
    content = {"columns": {title: COLUMNS[title] for title in titles}, "source": {"title": "Recensement 2025"}}
    return content | {"constants": constants | more.pop("constants", {})} | more


def enter(file: Path, *, now: datetime = NOW, **more: Any) -> ImportReport:
    return import_census(file=file, mapping=parse_mapping(mapping_of(file, **more)), by=None, now=now)


def problems_of(file: Path, **more: Any) -> list[tuple[int, str, str]]:
    report = preview_census(file=file, mapping=parse_mapping(mapping_of(file, **more)), now=NOW)
    assert all(explain_problem(problem) for problem in report.problems)
    return [(problem.line, problem.code, problem.severity) for problem in report.problems]


def jobs(on: date, known_at: datetime) -> dict[str, tuple[int | None, int | None]]:
    found = {}
    for key, name in queries.names_of(known_at=NOW).items():
        said = profile(queries.observations(organisations=[key], known_at=known_at), on=on, known_at=known_at)
        if "jobs_headcount" in said:
            found[name] = (said["jobs_headcount"].low, said["jobs_headcount"].high)
    return found


def test_a_first_file_becomes_organisations_and_facts(db: None, tmp_path: Path) -> None:
    report = enter(
        write(
            tmp_path,
            {"Nom": "La Ruche", "NEQ": "1142855148", "Ville": "64008", "Forme": "Coop.", "Emplois": "11 à 25"},
            {"Nom": "L’Œuvre", "NEQ": "1166789432", "Forme": "à voir", "Emplois": "?"},
            {"Nom": "Sans emploi", "Forme": "npo", "Emplois": "0"},
        )
    )
    assert (report.counts["new_organisations"], report.counts["new_facts"], report.counts["warnings"]) == (3, 5, 2)
    assert jobs(date(2025, 12, 31), NOW) == {"La Ruche": (11, 25), "Sans emploi": (0, 0)}
    assert Identifier.objects.get(value="1166789432").is_doubtful
    assert Organisation.objects.count() == 3


def test_the_same_file_twice_adds_nothing_and_says_so(db: None, tmp_path: Path) -> None:
    file = write(tmp_path, {"Nom": "La Ruche", "Emplois": "12"})
    first = enter(file)
    second = enter(file)
    assert second.is_repeated
    assert second.source == first.source
    assert (Source.objects.count(), Fact.objects.count()) == (1, 1)


def test_the_same_facts_in_another_file_are_already_known(db: None, tmp_path: Path) -> None:
    enter(write(tmp_path, {"Nom": "La Ruche", "NEQ": "1142855148", "Emplois": "12"}))
    file = write(tmp_path, {"Emplois": "12", "NEQ": "1142855148", "Nom": "La Ruche", "Ville": "64008"}, name="g.csv")
    for title in ("Recensement 2026", "Tout autre chose"):
        counts = preview_census(
            file=file, mapping=parse_mapping(mapping_of(file, source={"title": title})), now=NOW
        ).counts
        assert (counts["already_known"], counts["new_facts"], counts["new_organisations"]) == (1, 1, 0)


def test_a_later_edition_corrects_the_same_figure_as_of_the_day_it_was_known(db: None, tmp_path: Path) -> None:
    row = {"Nom": "La Ruche", "NEQ": "1142855148", "Fin": "2012-03-31"}
    enter(write(tmp_path, row | {"Emplois": "8", "Édition": "2013"}))
    report = enter(write(tmp_path, row | {"Emplois": "12", "Édition": "2014"}, name="g.csv"))
    assert (report.counts["new_facts"], report.counts["corrections"]) == (1, 1)
    day = date(2012, 6, 1)
    assert jobs(day, queries.end_of_day(date(2013, 6, 29))) == {}
    assert jobs(day, queries.end_of_day(date(2013, 6, 30))) == {"La Ruche": (8, 8)}
    assert jobs(day, queries.end_of_day(date(2014, 6, 29))) == {"La Ruche": (8, 8)}
    assert jobs(day, queries.end_of_day(date(2014, 6, 30))) == {"La Ruche": (12, 12)}
    assert jobs(date(2013, 4, 1), NOW) == {}, "a year-end figure holds one year"


def test_editions_of_one_file_are_compared_in_the_order_of_knowledge(db: None, tmp_path: Path) -> None:
    row = {"Nom": "La Ruche", "NEQ": "1142855148", "Fin": "2012-03-31"}
    said = (("2016", "8"), ("2013", "8"), ("2015", "9"), ("2014", "8"))
    report = enter(write(tmp_path, *(row | {"Édition": year, "Emplois": text} for year, text in said)))
    assert (report.counts["new_facts"], report.counts["corrections"], report.counts["already_known"]) == (3, 2, 1)
    told = [(fact.known_from.year, fact.low) for fact in Fact.objects.order_by("known_from")]
    assert told == [(2013, 8), (2015, 9), (2016, 8)]
    assert Fact.objects.filter(known_to=None).count() == 1


def test_an_older_edition_that_comes_late_changes_nothing_that_is_believed(db: None, tmp_path: Path) -> None:
    row = {"Nom": "La Ruche", "NEQ": "1142855148", "Fin": "2012-03-31"}
    enter(write(tmp_path, row | {"Emplois": "12", "Édition": "2014"}))
    report = enter(write(tmp_path, row | {"Emplois": "8", "Édition": "2013"}, name="g.csv"))
    assert report.counts["new_facts"] == 1
    day = date(2012, 6, 1)
    assert jobs(day, queries.end_of_day(date(2014, 1, 1))) == {"La Ruche": (8, 8)}
    assert jobs(day, NOW) == {"La Ruche": (12, 12)}


def test_a_source_is_withdrawn_whole_and_may_come_back(db: None, tmp_path: Path) -> None:
    file = write(tmp_path, {"Nom": "La Ruche", "NEQ": "1142855148", "Emplois": "12"})
    report = enter(file)
    assert report.source is not None
    later = datetime(2026, 3, 3, tzinfo=UTC)
    actions.withdraw_source(source=report.source, reason="Mauvais fichier", by=None, now=later)
    assert queries.names_of(known_at=later) == {}
    assert jobs(date(2025, 12, 31), NOW) == {"La Ruche": (12, 12)}, "what was known before is kept"
    again = enter(file, now=datetime(2026, 3, 4, tzinfo=UTC))
    assert not again.is_repeated
    assert Organisation.objects.count() == 1, "the number still tells who it is"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"Nom": "A", "Emplois": "douze"}], [(2, "value-not-a-number", "error")]),
        ([{"Nom": "", "Emplois": "3"}], [(2, "row-nobody", "error")]),
        ([{"Nom": "A", "Fin": "?", "Emplois": "3"}], [(2, "row-no-date", "error")]),
        ([{"Nom": "A", "Fin": "31/02/2020", "Emplois": "3"}], [(2, "date-impossible", "error")]),
        ([{"Nom": "A", "Emplois": "3"}, {"Nom": "a", "Emplois": "4"}], [(3, "row-repeated", "error")]),
        ([{"Nom": "A", "Emplois": "3"}, {"Nom": "A", "Emplois": "3"}], [(3, "row-repeated-alike", "warning")]),
        ([{"Nom": "A", "Fin": "2020-01-01", "Emplois": "3"}, {"Nom": "A", "Fin": "2021-01-01", "Emplois": "4"}], []),
        ([{"Nom": "A", "Création": "2020-01-01", "Fermeture": "2019-01-01"}], [(2, "closed-before-created", "error")]),
        ([{"Nom": "A", "Fermeture": "", "État": "morte"}], [(2, "status-closed-without-date", "warning")]),
        ([{"Nom": "A", "Fermeture": "2020-01-01", "État": "vivante"}], [(2, "status-active-but-closed", "warning")]),
        ([{"Nom": "A", "NEQ": "1166789432"}], [(2, "identifier-doubtful", "warning")]),
        ([{"Nom": "A", "Ville": "Nulle-Part"}], [(2, "place-unknown", "error")]),
        ([{"Nom": "A", "Forme": "SARL"}], [(2, "value-not-allowed", "error")]),
        ([{"Nom": "A", "Édition": "2999", "Emplois": "1"}], [(2, "day-out-of-reach", "error")]),
        ([{"Nom": "A", "Emplois": "1" * 30}], [(2, "number-too-long", "error")]),
    ],
)  # fmt: skip
def test_each_problem_is_named_with_its_row(
    db: None, tmp_path: Path, rows: list[dict[str, str]], expected: list[tuple[int, str, str]]
) -> None:
    assert problems_of(write(tmp_path, *rows)) == expected
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("constants", "words"),
    [
        ({"municipality": "Terebonne"}, "constants.municipality.*Terebonne"),
        ({"municipality": "99999"}, "constants.municipality.*99999"),
        ({"reference_date": "2204-01-01"}, "constants.reference_date.*2204"),
        ({"known_on": "1204-01-01"}, "constants.known_on.*1204"),
    ],
)
def test_what_holds_for_the_whole_file_is_checked_like_a_cell(
    db: None, tmp_path: Path, constants: dict[str, str], words: str
) -> None:
    load_shipped_territories(by=None, now=NOW)
    file, mapping = write(tmp_path, {"Nom": "La Ruche", "Emplois": "12"}), tmp_path / "m.yaml"
    mapping.write_text(json.dumps(mapping_of(file, constants=constants)), encoding="utf-8")
    for words_typed in (("--dry-run",), ()):
        with pytest.raises(CommandError, match=words) as refused:
            call_command("import", "census", str(file), "--mapping", str(mapping), *words_typed)
        assert refused.value.returncode == 2
    with pytest.raises(CommandError, match=r"constants\.reference_date"):
        call_command("import", "census", str(file), "--reference-date", "2204-01-01")
    assert not Source.objects.exists()


def test_a_municipality_named_for_the_whole_file_becomes_its_code(db: None, tmp_path: Path) -> None:
    load_shipped_territories(by=None, now=NOW)
    enter(write(tmp_path, {"Nom": "La Ruche", "Emplois": "12"}), constants={"municipality": "TERREBONNE"})
    assert Fact.objects.get(variable="municipality").codes == "64008"


def test_the_days_of_a_file_are_judged_by_the_day_in_toronto(db: None, tmp_path: Path) -> None:
    evening = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # the 2nd still, in Toronto
    farthest = date(2026, 3, 2) + timedelta(days=FAR_FUTURE_DAYS)
    rows = [{"Nom": name, "Création": str(day)} for name, day in (("A", farthest), ("B", farthest + timedelta(days=1)))]
    file = write(tmp_path, *rows)
    report = preview_census(file=file, mapping=parse_mapping(mapping_of(file)), now=evening)
    assert [(problem.line, problem.code) for problem in report.problems] == [(3, "day-out-of-reach")]


def test_one_bad_row_writes_nothing_at_all(db: None, tmp_path: Path) -> None:
    file = write(tmp_path, {"Nom": "A", "Emplois": "3"}, {"Nom": "B", "Emplois": "trois"})
    with pytest.raises(ImportRefused) as refusal:
        enter(file)
    assert [problem.line for problem in refusal.value.problems] == [3]
    assert not Source.objects.exists()
    assert not Organisation.objects.exists()


def test_a_refused_value_may_become_unknown_when_the_mapping_says_so(db: None, tmp_path: Path) -> None:
    file = write(tmp_path, {"Nom": "A", "Emplois": "-3"})
    content = mapping_of(file)
    content["columns"] = content["columns"] | {"Emplois": COLUMNS["Emplois"] | {"when_refused": "unknown"}}
    report = import_census(file=file, mapping=parse_mapping(content), by=None, now=NOW)
    assert (report.counts["new_facts"], report.counts["warnings"]) == (0, 1)


def test_namesakes_are_told_apart_by_place_or_left_to_a_person(db: None, tmp_path: Path) -> None:
    enter(write(tmp_path, {"Nom": "La Ruche", "Ville": "64008"}, {"Nom": "La Ruche", "Ville": "64015"}))
    one = write(tmp_path, {"Nom": "LA RUCHE!", "Ville": "64015", "Emplois": "3"}, name="g.csv")
    assert preview_census(file=one, mapping=parse_mapping(mapping_of(one)), now=NOW).counts["new_organisations"] == 0
    vague = write(tmp_path, {"Nom": "La Ruche", "Emplois": "4"}, name="h.csv")
    assert problems_of(vague) == [(2, "organisation-ambiguous", "error")]
    chosen = Organisation.objects.order_by("pk")[0]
    report = enter(vague, decisions={"la ruche|": chosen.key})
    assert report.counts["new_organisations"] == 0
    assert Fact.objects.get(variable="jobs_headcount").organisation == chosen
    assert problems_of(vague, decisions={"la ruche|": "personne"}) == [(2, "decision-unknown", "error")]


def test_a_namesake_with_another_number_is_someone_else(db: None, tmp_path: Path) -> None:
    enter(write(tmp_path, {"Nom": "La Ruche", "NEQ": "1142855148"}))
    report = enter(write(tmp_path, {"Nom": "La Ruche", "NEQ": "1166789431"}, name="g.csv"))
    assert report.counts["new_organisations"] == 1


def test_a_new_name_of_a_known_number_is_a_name_and_not_a_birth(db: None, tmp_path: Path) -> None:
    enter(write(tmp_path, {"Nom": "La Ruche", "NEQ": "1142855148", "Fin": "2020-01-01"}))
    enter(write(tmp_path, {"Nom": "La Ruche d’or", "NEQ": "1142855148", "Fin": "2024-01-01"}, name="g.csv"))
    assert list(queries.names_of(on=date(2023, 1, 1), known_at=NOW).values()) == ["La Ruche"]
    assert list(queries.names_of(on=date(2024, 1, 1), known_at=NOW).values()) == ["La Ruche d’or"]
    assert OrganisationName.objects.count() == 2


def test_a_creation_told_otherwise_by_the_same_series_is_a_correction(db: None, tmp_path: Path) -> None:
    row = {"Nom": "La Ruche", "NEQ": "1142855148"}
    enter(write(tmp_path, row | {"Création": "2001-05-01"}))
    report = enter(write(tmp_path, row | {"Création": "2001-06-01"}, name="g.csv"))
    assert report.counts["corrections"] == 1
    assert [event.happened_on.month for event in LifeEvent.objects.filter(known_to=None)] == [6]
    other = write(tmp_path, row | {"Création": "2001-07-01"}, name="h.csv")
    assert problems_of(other, source={"title": "Registre"}) == [(2, "event-other-day", "warning")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"columns": {}}, "mapping-nobody"),
        ({"columns": {"A": {"to": "nom"}}}, "mapping-shape"),
        ({"columns": {"A": {"to": "name"}}, "surprise": 1}, "mapping-shape"),
        ({"columns": {"A": {"to": "name"}, "B": {"to": "name"}}}, "mapping-twice"),
        ({"columns": {"A": {"to": "name"}, "B": {"to": "variable", "variable": "emplois"}}}, "mapping-variable"),
        ({"columns": {"A": {"to": "name"}, "B": {"to": "variable", "variable": "age_years"}}}, "mapping-variable"),
        ({"columns": {"A": {"to": "name"}, "B": {"to": "variable", "variable": "members"}}}, "mapping-no-date"),
        ({"columns": {"A": {"to": "name"}, "B": {"to": "identifier"}}}, "mapping-incomplete"),
        (
            {"columns": {"A": {"to": "name"}, "B": {"to": "variable", "variable": "legal_form", "values": {"x": "y"}}}},
            "mapping-value",
        ),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_with_its_path(content: dict[str, Any], code: str) -> None:
    with pytest.raises(DirectoryError) as refusal:
        parse_mapping(content)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"columns": {"A": {"to": "nom"}}}, "Choisissez parmi : variable, name, other_name"),
        ({"columns": {}, "format": 9}, "Choisissez parmi : 1."),
        ({"columns": {}, "surprise": 1}, "Cette clé n’existe pas"),
        ({}, "Il manque une clé"),
        ({"columns": {}, "constants": {"reference_date": "hier"}}, "2024-05-31"),
        ({"columns": {"A": {"to": "known_on", "month_day": "juin"}}}, "06-30"),
        ({"columns": {}, "leave_out": 3}, "Une liste est attendue"),
        ({"columns": {"A": {"to": "name"}, "B": {"to": "name"}}}, "« nom »"),
        (
            {"columns": {"A": {"to": "name"}} | {name: {"to": "variable", "variable": "members"} for name in "BC"}},
            "« Membres »",
        ),
    ],
)
def test_a_mapping_is_refused_in_a_sentence_with_its_remedy(content: dict[str, Any], words: str) -> None:
    with pytest.raises(DirectoryError) as refusal:
        parse_mapping(content)
    told = explain_error(refusal.value).replace("\u00a0", " ")
    assert words in told
    assert not re.search(r"\bor\b|Input|should", told)


def test_the_status_of_a_fact_is_read_in_words(db: None, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("Nom;Emplois;Provenance\nA;1;Estimé\nB;2;reported\nC;3;sûr\n", encoding="utf-8")
    content = mapping_of(write(tmp_path, {"Nom": "A", "Emplois": "1"}, name="g.csv"))
    content["columns"] = content["columns"] | {"Provenance": {"to": "status"}}
    (problem,) = preview_census(file=file, mapping=parse_mapping(content), now=NOW).problems
    assert (problem.line, problem.code) == (4, "status-unknown")
    assert "déclaré, administratif, estimé, imputé" in explain_problem(problem)


def test_titles_suggest_what_columns_feed(tmp_path: Path) -> None:
    from essor.directory.importing.reading import read_table

    titles = "Nom de l’entreprise;No NEQ;Nombre d’employés;Chiffre d’affaires;Date de création;Forme juridique;Couleur"
    file = tmp_path / "f.csv"
    file.write_text(f"{titles}\nA;1;2;3;2001-01-01;OBNL;bleu\nB;1;2;3;2001-01-01;Chose;bleu\n", encoding="utf-8")
    rules = suggest_columns(read_table(file))
    fed = [rule.get("variable") or rule.get("scheme") or rule.get("kind") or rule["to"] for rule in rules.values()]
    assert fed == [
        "name", "neq", "jobs_headcount", "annual_revenue", "created", "legal_form", "ignore",
    ]  # fmt: skip
    assert rules["Forme juridique"]["values"] == {"OBNL": "npo"}, "a word not understood is left to a person"


def test_the_command_says_what_it_did_and_fails_in_a_sentence(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, {"Nom": "La Ruche", "Emplois": "12"})
    dated = ["census", str(file), "--reference-date", "2025-12-31"]
    call_command("import", *dated, "--dry-run")
    assert not Organisation.objects.exists()
    capsys.readouterr()
    call_command("import", *dated, "--source", "Recensement", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["new_facts"] == 1
    call_command("import", "withdraw", str(report["source"]), "--reason", "Essai")
    assert not Fact.objects.filter(known_to=None).exists()
    for words, sentence in (
        (["census", str(tmp_path / "absent.csv")], "introuvable"),
        (["census", str(file)], "--reference-date .*--mapping"),
        (["census", str(file), "--reference-date", "hier"], "2026-03-31"),
        (["census", str(file), "--mapping", "inconnue"], "coops-uk-2016-economy"),
        (["withdraw", "999", "--reason", "x"], "999"),
        (["municipalities", str(file)], "colonne|Rien"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("import", *words)


def test_a_wrong_date_in_a_mapping_is_a_sentence_with_its_line(db: None, tmp_path: Path) -> None:
    file, mapping = write(tmp_path, {"Nom": "La Ruche", "Emplois": "12"}), tmp_path / "m.yaml"
    mapping.write_text("columns: {Nom: {to: name}}\nconstants:\n  reference_date: 2024-13-01\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"ligne 3.*2024-13-01.*calendrier") as refused:
        call_command("import", "census", str(file), "--mapping", str(mapping))
    assert refused.value.returncode == 2


def test_the_command_says_what_each_column_feeds_and_which_are_left(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.csv"
    file.write_text("Nom;Emplois;Fondée en;Remarques\nLa Ruche;12;2018-02-28;rien\n", encoding="utf-8")
    words = ["census", str(file), "--reference-date", "2025-12-31", "--dry-run"]
    call_command("import", *words)
    line = capsys.readouterr().out.splitlines()[0].replace("\u00a0", " ")
    assert line == "colonnes : Nom → nom, Emplois → Emplois, Fondée en → création ; laissées de côté : Remarques"
    call_command("import", *words, "--json")
    assert json.loads(capsys.readouterr().out)["columns"] == {
        "Nom": "name", "Emplois": "variable:jobs_headcount", "Fondée en": "event:created", "Remarques": "ignore",
    }  # fmt: skip
    file.write_text(file.read_text(encoding="utf-8").replace("2018-02-28", "2018-02-31"), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import", *words)
    assert "calendrier" in capsys.readouterr().err


def test_the_command_tells_namesakes_apart(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_shipped_territories(by=None, now=NOW)
    enter(write(tmp_path, {"Nom": "La Ruche", "Ville": "64008"}, {"Nom": "La Ruche", "Ville": "64015"}))
    file = write(tmp_path, {"Nom": "La Ruche", "Emplois": "4"}, name="h.csv")
    with pytest.raises(CommandError):
        call_command("import", "census", str(file), "--reference-date", "2025-12-31")
    first, second = Organisation.objects.order_by("pk")
    told = capsys.readouterr().err
    assert f"La Ruche · Terrebonne ({first.key}), La Ruche · Mascouche ({second.key})" in told


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import django
django.setup()
from essor.directory.actions.imports import import_census
from essor.project.benchmarks.census import MAPPING
from essor.directory.importing.mapping import parse_mapping

def stop(what, done, total):
    if what == "facts" and done:
        os.kill(os.getpid(), signal.SIGKILL)

now = datetime(2026, 4, 1, tzinfo=UTC)
import_census(file=Path(sys.argv[1]), mapping=parse_mapping(MAPPING), by=None, now=now, progress=stop)
"""


LEFT = """
import json
import django
django.setup()
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from essor.directory.models import Fact, Organisation, OrganisationName, Source

left = {model.__name__: model.objects.count() for model in (Source, Organisation, Fact, OrganisationName)}
Organisation.objects.create(key="x", created_at=timezone.now())
try:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM directory_organisation")
except DatabaseError as error:
    left["refused"] = "append-only" in str(error)
print(json.dumps(left))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", EACH)
def test_a_kill_in_the_middle_leaves_the_previous_state(tmp_path: Path, kind: str) -> None:
    from essor.project.benchmarks.census import write_census_file

    file = tmp_path / "census.csv"
    write_census_file(file, 3_000)
    with open_platform(kind, tmp_path / "data") as environment:
        subprocess.run([sys.executable, "-m", "essor", "migrate", "-v0"], env=environment, check=True, timeout=120)
        ended = subprocess.run([sys.executable, "-c", KILLED, str(file)], env=environment, check=False, timeout=120)
        assert ended.returncode == -signal.SIGKILL
        left = subprocess.run(
            [sys.executable, "-c", LEFT], env=environment, check=True, timeout=120, capture_output=True, text=True
        )
    assert json.loads(left.stdout) == {
        "Source": 0, "Organisation": 0, "Fact": 0, "OrganisationName": 0, "refused": True,
    }  # fmt: skip
