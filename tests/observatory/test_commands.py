from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from essor.observatory.actions import draft_base_version, publish_base_version
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.editions import folder_of
from tests.observatory.conftest import LAST, NOW, World, publish


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def run_json(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def refuse(*words: str) -> CommandError:
    with pytest.raises(CommandError) as refused:
        run(*words)
    return refused.value


PORTRAIT = ("portrait", "--territory=640", "--base=magazine-2014", "--on=2017-11-29")
COMPARE = ("compare", "--territory=640", "--base=magazine-2014", "--from=2014-06-30", "--to=2017-11-29")


def test_a_portrait_as_an_object(world: World) -> None:
    answer = run_json(*PORTRAIT)
    expected = {
        "enterprises": 3,
        "jobs_headcount": 43,
        "jobs_range": None,
        "undecided": 1,
        "base": "magazine-2014",
        "base_version": 1,
        "territory": "640",
        "reference_date": "2017-11-29",
    }
    assert {name: answer[name] for name in expected} == expected
    assert len(answer["fingerprint"]) == 12
    for lines in answer["tables"].values():
        assert sum(line["enterprises"] for line in lines) == 3
        assert sum(line["jobs"] for line in lines) == 43


def test_a_band_has_a_range_and_no_number(world: World) -> None:
    world.add("bande", {2017: (11, 25)})
    answer = run_json(*PORTRAIT)
    assert (answer["jobs_headcount"], answer["jobs_range"]) == (None, [54, 68])


def test_a_portrait_in_sentences(world: World) -> None:
    said = run(*PORTRAIT)
    assert said.startswith("Les Moulins, novembre\u00a02017\u00a0: 43 personnes travaillent dans 3 entreprises")
    assert "1 organisation reste indécise" in said
    assert "Terrebonne" in said


def test_the_only_peopled_mrc_is_the_default_territory(world: World) -> None:
    with pytest.raises(CommandError, match="640"):
        run("portrait", "--base=magazine-2014", "--on=2017-11-29")
    publish(BaseVersion.objects.get(base__slug="magazine-2014"))
    assert run_json("portrait", "--base=magazine-2014", "--on=2017-11-29")["territory"] == "640"


def test_known_on_a_day_is_what_was_known_at_its_end(world: World) -> None:
    answer = run_json(*PORTRAIT, "--known-on=2014-07-01")
    assert (answer["enterprises"], answer["undecided"], answer["known_on"]) == (None, 5, "2014-07-01")


SILENT = {
    "a day before any fact": ("--on=1700-01-01", "--base-version=1"),
    "an instant before any fact": ("--on=2017-11-29", "--known-on=2010-01-01"),
    "a territory nobody speaks of": ("--on=2017-11-29", "--territory=630"),
}


@pytest.mark.parametrize("words", SILENT.values(), ids=SILENT)
def test_no_fact_at_all_is_unknown_and_never_zero(world: World, words: tuple[str, ...]) -> None:
    asked = ("portrait", "--territory=640", "--base=magazine-2014", *words)
    answer = run_json(*asked)
    for name in ("enterprises", "jobs_headcount", "jobs_range", "jobs_unknown", "jobs_fte", "jobs_fte_unknown"):
        assert answer[name] is None
    assert answer["undecided"] == 0
    assert not any(answer["tables"].values())
    said = run(*asked)
    assert "aucun fait connu" in said
    assert "0" not in said.split("aucun fait")[1].split("Avec")[0]
    assert "no known fact" in run(*asked, "--language=en")


def test_a_comparison_with_a_day_before_any_fact_is_refused(world: World) -> None:
    error = refuse(*COMPARE[:3], "--from=1700-01-01", "--to=2017-11-29", "--base-version=1")
    assert error.returncode == 2
    assert "aucun fait n’est connu" in str(error)
    words = (*COMPARE[:3], "--on=2017-11-29", "--with=table-regionale-2017", "--known-on=2010-01-01")
    assert "aucun fait n’est connu" in str(refuse(*words))


def test_a_territory_where_everyone_is_out_counts_zero(world: World) -> None:
    """Zero is said where it is known: someone is there, and no co-operative nor association."""
    world.add("societe", {2017: 4}, place="63048", form="for_profit")
    answer = run_json("portrait", "--territory=630", "--base=magazine-2014", "--on=2017-11-29")
    assert (answer["enterprises"], answer["jobs_headcount"], answer["undecided"]) == (0, 0, 0)


def test_a_comparison_as_an_object(world: World) -> None:
    answer = run_json(*COMPARE)
    assert (answer["before"], answer["after"], answer["growth"]) == (38, 43, 0.1316)
    assert sum(answer["parts"].values()) == answer["after"] - answer["before"]
    assert answer["creation"] - answer["destruction"] == 5
    assert set(answer["readings"]) == {"criteria", "cohort", "survivors"}
    assert (answer["before_date"], answer["after_date"]) == ("2014-06-30", "2017-11-29")


@pytest.mark.parametrize("reading", ["criteria", "cohort", "survivors"])
def test_each_reading_sums_exactly(world: World, reading: str) -> None:
    answer = run_json(*COMPARE, "--reading", reading)
    assert answer["before"] + sum(answer["parts"].values()) == answer["after"]
    assert answer["readings"][reading]["after"] == answer["after"]
    assert "De juin" in run(*COMPARE, "--reading", reading)


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "--territory=640", "--base=magazine-2014", "--on=2017-11-29", "--with=table-regionale-2017"),
        (*COMPARE, "--with=table-regionale-2017"),
        (*COMPARE[:3], "--from=2017-11-29", "--to=2017-11-29", "--with=table-regionale-2017"),
    ],
)
def test_two_bases_exit_3_with_the_problem(world: World, words: tuple[str, ...]) -> None:
    world.add("commune", {2017: 9}, social_economy=True, board_size=5, jobs_headcount_all=11)
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command(*words, "--json", stdout=out)
    assert refused.value.returncode == 3
    problem = json.loads(out.getvalue())
    assert problem["type"] == "bases-differ"
    assert problem["title"]
    assert problem["detail"]
    assert sum(problem["bridge"]["parts"].values()) == problem["bridge"]["total"] == 11 - 43 - 9
    said = refuse(*words).args[0].replace("\u00a0", " ")
    assert "« Magazine local, juin 2014 » compte" in said
    assert "leur différence ne serait pas une croissance" in said
    assert "lisez le pont" in said
    assert not re.search(r"jobs_headcount|[0-9a-f]{12}", said), "neither a code nor a hash"


def test_two_versions_of_one_base_are_told_apart(world: World, magazine: BaseVersion) -> None:
    said = {"label_fr": magazine.label_fr, "label_en": "b", "criteria": {"fact": "legal_form", "is": "coop"}}
    for days, replaced in (({"starts_on": LAST}, magazine), ({"ends_before": LAST}, None)):
        draft = draft_base_version(base=magazine.base, by=None, now=NOW, **said, **days)  # type: ignore[arg-type]
        publish_base_version(version=draft, by=None, now=NOW, replaces=replaced)
    error = refuse(*COMPARE)
    assert error.returncode == 3
    assert "juin 2014, version 3" in str(error)
    assert "juin 2014, version 2" in str(error)


def test_an_unknown_total_is_null_and_is_not_compared(world: World) -> None:
    days = ("--from=2014-06-30", "--to=2017-11-29")
    asked = ("--territory=640", "--base=table-regionale-2017", "--base-version=1", *days)
    answer = run_json("compare", *asked)
    for name in ("before", "after", "enterprises_before", "growth", "dhs_growth", "creation", "destruction"):
        assert answer[name] is None
    assert (answer["parts"], answer["readings"]) == ({}, {})
    assert answer["unknown_on"] == ["2014-06-30", "2017-11-29"]
    assert min(answer["undecided_before"], answer["undecided_after"]) > 0
    assert run("compare", *asked).count("le total est inconnu") == 2
    known = (*asked, "--known-on=2018-03-01", "--before-known-on=2014-07-01")
    assert run_json("compare", *known)["unknown_on"] == ["2014-06-30", "2017-11-29"]
    out = StringIO()
    with pytest.raises(CommandError):
        call_command(*COMPARE, "--with=table-regionale-2017", "--json", stdout=out)
    problem = json.loads(out.getvalue())
    assert (problem["before"], problem["after"], problem["bridge"], problem["parts"]) == (38, None, None, {})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("portrait", "--base=magazine-2014", "--on=2017-02-30"), "2017-02-30"),
        (("portrait", "--base=magasine-2014", "--on=2017-11-29"), "magazine-2014"),
        (("portrait", "--base=magazine-2014", "--on=2017-11-29", "--territory=64O"), "640"),
        (("portrait", "--base=magazine-2014", "--on=2017-11-29", "--base-version=9"), "1"),
        (("portrait", "--base=magazine-2014", "--on=2017-11-29", "--known-on=2999-01-01"), "2999"),
        (("compare", "--base=magazine-2014"), "--from"),
        (("compare", "--base=magazine-2014", "--with=table-regionale-2017"), "--on"),
        ((*COMPARE[:3], "--from=2017-11-29", "--to=2014-06-30"), "30"),
        (("edition", "verify", "rien"), "edition list"),
        (("bases", "show", "rien"), "bases list"),
        (("bases", "import", "absente.yaml"), "absente.yaml"),
    ],
)
def test_a_wrong_word_is_told_with_its_remedy(world: World, words: tuple[str, ...], said: str) -> None:
    error = refuse(*words)
    assert error.returncode == 2
    assert said in str(error)


@pytest.mark.parametrize(
    ("words", "type_"),
    [
        (("portrait", "--base=magasine-2014", "--on=2017-11-29"), "base-unknown"),
        (("edition", "verify", "rien"), "edition-unknown"),
        ((*COMPARE[:3], "--from=2017-11-29", "--to=2014-06-30"), "dates-not-in-order"),
        (("bases", "import", "absente.yaml"), "definition-refused"),
    ],
)
def test_a_program_reads_an_error_as_an_object(world: World, words: tuple[str, ...], type_: str) -> None:
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command(*words, "--json", stdout=out)
    problem = json.loads(out.getvalue())
    assert (problem["type"], problem["detail"]) == (type_, str(refused.value))
    assert problem["title"] == "Demande refusée"
    assert refused.value.returncode == 2


def test_an_edition_is_published_listed_verified_and_shown(world: World) -> None:
    words = ("--base=magazine-2014", "--base=table-regionale-2017", "--on=2014-06-30", "--on=2017-11-29")
    titles = ("--title-fr=Les Moulins", "--title-en=Les Moulins")
    slug = run_json("edition", "publish", "--territory=640", *words, *titles)["slug"]
    assert [item["slug"] for item in run_json("edition", "list")] == [slug]
    assert "Intacte" in run("edition", "verify", slug)
    assert run_json("edition", "verify", slug)["sound"] is True
    assert "43 personnes" in run("edition", "show", slug)
    assert run_json("edition", "show", slug)["results"]["shape"] == "essor-portrait-1"


def test_an_altered_edition_fails_and_names_the_file(world: World, magazine: BaseVersion) -> None:
    edition = publish(magazine)
    file = folder_of(edition) / "results.json"
    file.write_bytes(file.read_bytes().replace(b'"value": 43', b'"value": 44', 1))
    error = refuse("edition", "verify", edition.slug)
    assert error.returncode == 1
    assert "results.json" in str(error)


def test_without_any_base_the_list_says_what_to_do(db: None) -> None:
    assert "bases import" in run("bases", "list")
    assert run_json("bases", "list") == []


def test_a_base_is_imported_shown_and_published(world: World, tmp_path: Path) -> None:
    file = tmp_path / "deux.yaml"
    file.write_text(
        "slug: deux\nowner: Table\nlabel: {fr: Deux, en: Two}\ndescription: {fr: Deux., en: Two.}\n"
        "criteria: {fact: jobs_headcount, at_least: 2}\njobs_variable: jobs_headcount\n"
        "sources: [{title: Table}]\nreviewed_on: 2026-01-01\n",
        encoding="utf-8",
    )
    assert run_json("bases", "import", str(file))["status"] == "draft"
    assert "2" in run("bases", "show", "deux", "--base-version=1")
    assert run_json("bases", "publish", "deux", "--base-version=1")["status"] == "published"
    assert "deux" in run("bases", "list")
    file.write_text(
        file.read_text(encoding="utf-8").replace("jobs_headcount, at", "jobs_hedcount, at"), encoding="utf-8"
    )
    error = refuse("bases", "import", str(file))
    assert "jobs_headcount" in str(error)
    assert not Edition.objects.exists()
