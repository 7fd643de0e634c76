"""Every shipped definition loads, in both languages, sourced and dated; malformed ones say where and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from essor.knowledge import (
    DefinitionRefused,
    list_derived_variables,
    list_mappings,
    list_territory_lists,
    load_bases,
    load_demo,
    load_mappings,
    load_territory_list,
    load_variable_definitions,
    load_variables,
    read_territory_list,
)
from essor.knowledge.bases import BaseDefinition
from essor.knowledge.reading import list_files, read_model, read_yaml
from essor.knowledge.variables import VariableFile
from essor.methods.criteria import parse

RELIED_ON = {
    "legal_form", "coop_kind", "ownership", "municipality", "sector", "jobs_headcount", "jobs_headcount_all",
    "jobs_fte", "annual_revenue", "members", "volunteers", "commercial_activity", "autonomous_revenue_share",
    "board_size", "social_economy", "act_activity", "act_purpose", "act_independence", "act_democracy",
    "act_viability", "act_limited_distribution", "act_asset_lock", "act_vehicle", "act_legal_personality",
    "life_status", "age_years",
}  # fmt: skip


def test_every_variable_that_others_rely_on_is_defined() -> None:
    assert set(load_variables()) == RELIED_ON
    assert list_derived_variables() == {"life_status", "age_years"}


@pytest.mark.parametrize("key", sorted(RELIED_ON))
def test_a_variable_has_both_languages_a_source_and_a_review_date(key: str) -> None:
    variable, definition = load_variables()[key], load_variable_definitions()[key]
    assert all((variable.label_fr, variable.label_en, variable.source))
    assert all((variable.definition_fr, variable.definition_en))
    assert definition.reviewed_on >= date(2026, 1, 1)
    assert all(variable.value_label(code, language) for code in variable.values for language in ("fr", "en"))
    assert bool(variable.values) == (variable.kind == "choice")


def test_each_sector_says_what_it_holds_and_that_the_list_is_our_own() -> None:
    sector = load_variable_definitions()["sector"]
    assert all(choice.definition is not None for choice in sector.choices)
    assert "propre à Essor" in sector.definition.fr
    assert "Essor’s own" in sector.definition.en


def test_scales_and_durations_of_answers() -> None:
    variables = load_variables()
    assert variables["autonomous_revenue_share"].to_stored("0.2") == 2000
    assert variables["jobs_fte"].to_stored("12.5") == 1250
    assert variables["jobs_headcount"].to_stored(787) == 787
    assert variables["jobs_headcount"].holds_days == 365
    assert variables["legal_form"].holds_days is None
    assert variables["act_vehicle"].values == ("yes", "no", "not_applicable")


@pytest.mark.parametrize("base", load_bases(), ids=lambda base: base.slug)
def test_a_base_parses_and_is_documented(base: BaseDefinition) -> None:
    parse(base.criteria, variables=load_variables())
    assert all((base.label.fr, base.label.en, base.description.fr, base.description.en))
    assert all((base.owner, base.sources, base.reviewed_on))


def test_the_article_s_bases_say_that_they_are_reconstructions() -> None:
    bases = {base.slug: base for base in load_bases()}
    assert set(bases) == {"coops-uk-2016", "loi-e-1-1-1", "magazine-2014", "table-regionale-2017"}
    for slug in ("magazine-2014", "table-regionale-2017"):
        assert "reconstitution" in bases[slug].description.fr
        assert "reconstruction" in bases[slug].description.en
    assert bases["table-regionale-2017"].jobs_variable == "jobs_headcount_all"


def test_the_bases_that_a_text_dates_are_dated() -> None:
    """In use since the month or the year that the article gives; since the Act came into force."""
    days = {base.slug: (base.starts_on, base.ends_before) for base in load_bases()}
    assert days["magazine-2014"] == (date(2014, 6, 1), None)
    assert days["table-regionale-2017"] == (date(2017, 1, 1), None)
    assert days["loi-e-1-1-1"] == (date(2013, 10, 10), None)


def test_the_act_is_asked_in_nine_answers() -> None:
    act = next(base for base in load_bases() if base.slug == "loi-e-1-1-1")
    text = repr(act.criteria)
    assert sum(f"'{key}'" in text for key in RELIED_ON if key.startswith("act_")) == 9
    assert text.count("art. 3") == 9


def test_short_lists_of_places() -> None:
    quebec = load_territory_list()
    by_kind = {kind: [one for one in quebec.places if one.kind == kind] for kind in ("region", "mrc", "municipality")}
    assert len(by_kind["region"]) == 17
    assert {one.code for one in by_kind["mrc"]} == {"520", "600", "610", "620", "630", "640"} | {"190", "580", "800"}
    assert len(by_kind["municipality"]) == 57
    moulins = [one.name for one in by_kind["municipality"] if one.parent == "640"]
    assert moulins == ["Terrebonne", "Mascouche"]
    assert list_territory_lists() == ["quebec", "united-kingdom"]
    assert load_territory_list("united-kingdom").places[1].code == "uk-eng"


def test_mappings_and_the_demo_load() -> None:
    assert load_demo("les-moulins")["territory"] == "640"
    for name in list_mappings():
        assert load_mappings(name)


def test_every_folder_of_definitions_is_read() -> None:
    for kind in ("variables", "bases", "territories", "demo", "checklists"):
        assert list_files(kind)
        for file in list_files(kind):
            assert read_yaml(file)


VARIABLE = """
variables:
- id: pets
  kind: number
  label: {fr: "Animaux", en: "Pets"}
  definition: {fr: "Combien.", en: "How many."}
  source: "Essor"
  reviewed_on: 2026-01-01
"""


@pytest.mark.parametrize(
    ("content", "path", "words"),
    [
        (VARIABLE.replace(', en: "Pets"', ""), "variables.0.label.en", "Ajoutez cette clé"),
        (VARIABLE.replace('"Pets"', '" "'), "variables.0.label", "deux langues"),
        (VARIABLE.replace("kind: number", "kind: numbr"), "variables.0.kind", "liste"),
        (VARIABLE.replace("2026-01-01", "hier"), "variables.0.reviewed_on", "2024-05-31"),
        (VARIABLE + "  colour: red\n", "variables.0.colour", "Retirez cette clé"),
        (VARIABLE.replace("number", "choice"), "variables.0", "choices"),
        (VARIABLE.replace("kind: number", "kind: choice\n  choices:\n  - {code: yes, label: {fr: a, en: b}}"), "variables.0.choices.0.code", "guillemets"),  # noqa: E501
        (VARIABLE + "  source: again\n", "ligne", "deux fois"),
        (VARIABLE.replace("2026-01-01", "2026-13-01"), "ligne 8", "2026-13-01"),
        (VARIABLE.replace("kind: number", "kind: 0b_"), "ligne 4", "nombre"),
        ("variables: [", "ligne", "YAML"),
        ("variables: \x07", "", "caractère"),
        ("- a\n", "", "clés"),
        ("", "", "clés"),
    ],
)  # fmt: skip
def test_a_malformed_definition_names_file_path_and_remedy(tmp_path: Path, content: str, path: str, words: str) -> None:
    file = tmp_path / "pets.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        read_model(file, VariableFile)
    assert refused.value.file == "pets.yaml"
    assert refused.value.path.startswith(path)
    assert words in str(refused.value)
    assert refused.value.remedy


def test_a_file_that_does_not_open_is_told_without_the_system_s_words(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    for name, words in (("absent.yaml", "n’existe pas"), ("latin.yaml", "UTF-8"), (".", "ne s’ouvre pas")):
        with pytest.raises(DefinitionRefused, match=words) as refused:
            read_yaml(tmp_path / name)
        assert "Errno" not in str(refused.value)


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(DefinitionRefused, match="quebec, united-kingdom"):
        load_territory_list("ontario")


def test_a_list_whose_parent_is_missing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "places.yaml"
    file.write_text(
        'title: {fr: "Liste", en: "List"}\npublisher: a\nlicence: b\nsource: c\ndated_on: 2026-01-01\n'
        'reviewed_on: 2026-01-01\nplaces:\n- {code: "1", kind: region, name: "A", parent: zz}\n',
        encoding="utf-8",
    )
    with pytest.raises(DefinitionRefused, match=r"places\.0\.parent"):
        read_territory_list(file)
