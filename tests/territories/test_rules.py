from __future__ import annotations

import pytest

from essor.territories.rules import Change, ListedMunicipality, Place, build_places, compare_lists, fold, spell, typeset

MOULINS = (("14", "Lanaudière"), ("64", "Les Moulins"), ("640", "Les Moulins"))
MONTREAL = (("06", "Montréal"), ("66", "Montréal"), None)


def list_one(code: str, name: str, place: tuple, designation: str = "Ville") -> ListedMunicipality:
    return ListedMunicipality(code, name, designation, *place, population=10)


def test_a_municipality_stands_in_its_mrc_and_its_region() -> None:
    places = build_places([list_one("64008", "Terrebonne", MOULINS)])
    assert [(one.code, one.parent) for one in places.values()] == [("14", "qc"), ("640", "14"), ("64008", "640")]


def test_cities_outside_any_mrc_share_an_equivalent_named_after_their_division() -> None:
    places = build_places([list_one("66023", "Montréal", MONTREAL), list_one("66032", "Westmount", MONTREAL)])
    assert places["660"].name == "Montréal"
    assert places["66032"].parent == "660"


@pytest.mark.parametrize(
    ("division", "name", "code"),
    [("25", "Lévis", "251"), ("37", "Trois-Rivières", "371"), ("94", "Saguenay", "941"), ("65", "Laval", "650")],
)
def test_a_city_alone_is_its_own_equivalent(division: str, name: str, code: str) -> None:
    row = list_one(f"{division}001", name, (("12", "Région"), (division, "Division"), None))
    assert build_places([row])[code].name == name


def test_a_reserve_and_a_northern_place_belong_to_their_region_only() -> None:
    rows = [
        list_one("67802", "Kahnawake", (("16", "Montérégie"), ("67", "Roussillon"), None), "Réserve indienne"),
        list_one("99025", "Chibougamau", (("10", "Nord-du-Québec"), ("99", "Nord-du-Québec"), None)),
    ]
    places = build_places(rows)
    assert places["67802"].parent == "16"
    assert places["99025"].parent == "10"
    assert not [one for one in places.values() if one.kind == "mrc"]


def test_a_comparison_tells_each_change_and_population_is_none() -> None:
    before = {code: Place(code, "municipality", code, "Village", "640", population=1) for code in "abcde"}
    after = {
        "a": Place("a", "municipality", "a", "Village", "640", population=2),
        "b": Place("b", "municipality", "B!", "Village", "640"),
        "c": Place("c", "municipality", "c", "Ville", "630"),
        "f": Place("f", "municipality", "f", "Ville", "630"),
        "d": before["d"],
    }
    assert compare_lists(before, after) == [
        Change("b", "renamed", "b", "B!"),
        Change("c", "moved", "640", "630"),
        Change("c", "redesignated", "Village", "Ville"),
        Change("e", "vanished", "e"),
        Change("f", "appeared", after="f"),
    ]


def test_two_ways_of_writing_hyphens_and_apostrophes_are_one_name() -> None:
    assert spell("Saint-Lin--Laurentides") == spell("Saint-Lin-Laurentides") == spell("Saint-Lin–Laurentides")
    assert spell("L'Assomption") == spell("L’Assomption")
    assert spell("Dollard-Des Ormeaux") != spell("Dollard-des-Ormeaux")
    assert typeset("L'Île--du  Nord") == "L’Île–du Nord"
    assert fold("Saint-Côme–Linière") == "saint come liniere"
