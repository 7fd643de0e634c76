from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from essor.territories.actions import ImportReport, import_boundaries

from .conftest import LAVAL, MASCOUCHE, TERREBONNE, Write
from .test_imports import write_shapes

Load = Callable[..., ImportReport]


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    text = response.content.decode()
    assert "{%" not in text
    assert "{{" not in text
    assert "style=" not in text
    return text


def test_the_list_names_regions_and_mrcs(client: Client, shipped: ImportReport) -> None:
    text = read(client, "/territoires/")
    assert "Lanaudière" in text
    assert "Les Moulins" in text
    assert 'lang="fr-CA"' in text


def test_the_list_in_english(client: Client, shipped: ImportReport) -> None:
    text = read(client, "/en/territoires/")
    assert 'lang="en-CA"' in text
    assert "Les Moulins" in text


def test_a_search_ignores_accents_and_finds_codes(client: Client, shipped: ImportReport) -> None:
    assert "Lanaudière" in read(client, "/territoires/?q=lanaudiere")
    assert "Mascouche" in read(client, "/territoires/?q=64015")
    assert "Aucun" not in read(client, "/territoires/?q=terre")
    assert "Vérifiez le nom" in read(client, "/territoires/?q=%3Cscript%3E")
    assert "Vérifiez le nom" not in read(client, f"/territoires/?q={'a' * 200}")


def test_nothing_loaded_yet_says_what_to_do(client: Client, db: None) -> None:
    assert "./essor import municipalities" in read(client, "/territoires/")


def test_an_mrc_says_what_contains_it_and_what_it_contains(client: Client, shipped: ImportReport) -> None:
    text = read(client, "/territoires/640/")
    assert "/territoires/14/" in text
    assert "/territoires/64008/" in text
    assert "<svg" not in text.split("<main", 1)[1].split("</main", 1)[0]


def test_a_place_tells_its_events(client: Client, load: Load, write: Write) -> None:
    load(write("list-2022.csv", TERREBONNE, MASCOUCHE))
    load(write("list-2023.csv", TERREBONNE, MASCOUCHE.replace("Mascouche", "Mascouche-la-Neuve"), LAVAL))
    load(write("list-2024.csv", TERREBONNE, LAVAL))
    text = read(client, "/territoires/64015/")
    assert "renommé" in text
    assert "Mascouche-la-Neuve" in text
    assert "n’est plus dans la liste" in text
    assert "apparu dans la liste" in read(client, "/territoires/65005/")
    assert "Mascouche-la-Neuve" in read(client, "/en/territoires/64015/")


def test_a_map_is_drawn_where_boundaries_are_loaded(
    client: Client, shipped: ImportReport, tmp_path: Path, now: datetime
) -> None:
    import_boundaries(file=write_shapes(tmp_path, "MRC_64", "MRC_62"), by=None, now=now)
    for address in ("/territoires/640/", "/territoires/14/", "/en/territoires/14/"):
        assert "<svg" in read(client, address).split("<main", 1)[1]


def test_an_unknown_code_is_not_found(client: Client, shipped: ImportReport) -> None:
    assert client.get("/territoires/99999/").status_code == 404


@pytest.mark.parametrize("address", ["/territoires/", "/territoires/?q=e", "/territoires/14/", "/territoires/640/"])
def test_queries_are_few_and_do_not_grow(
    client: Client, shipped: ImportReport, load: Load, write: Write, django_assert_max_num_queries: Any, address: str
) -> None:
    rows = [TERREBONNE.replace("64008", f"640{number}") for number in range(20, 60)]
    load(write("list-2022.csv", TERREBONNE, MASCOUCHE, *rows))
    with django_assert_max_num_queries(14):
        read(client, address)
