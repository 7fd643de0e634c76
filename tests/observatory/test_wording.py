"""Sentences read aloud: where, how much, which figure; in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from essor.knowledge import load_variables
from essor.observatory.actions import draft_base_version
from essor.observatory.labels import label_place
from essor.observatory.models import BaseVersion
from essor.observatory.sentences import write_number
from tests.observatory.conftest import FIRST, LAST, World, publish
from tests.pages import StrictClient

N = "\u00a0"


@pytest.mark.parametrize(
    ("kind", "designation", "name", "french", "english"),
    [
        ("mrc", "MRC", "Les Moulins", "de la MRC Les Moulins", "in Les Moulins"),
        ("mrc", "MRC", "L’Assomption", "de la MRC de L’Assomption", "in L’Assomption"),
        ("mrc", "MRC", "Argenteuil", "de la MRC d’Argenteuil", "in Argenteuil"),
        ("mrc", "Ville", "Longueuil", "(Longueuil)", "(Longueuil)"),
        ("municipality", "Ville", "Terrebonne", "de Terrebonne", "in Terrebonne"),
        ("municipality", "Ville", "Émileville", "d’Émileville", "in Émileville"),
        ("municipality", "Municipalité", "Les Cèdres", "des Cèdres", "in Les Cèdres"),
        ("municipality", "Municipalité", "Le Bic", "du Bic", "in Le Bic"),
        ("region", "", "Lanaudière", "(Lanaudière)", "(Lanaudière)"),
        ("", "", "Ailleurs", "(Ailleurs)", "(Ailleurs)"),
    ],
)
def test_a_territory_ends_a_sentence(kind: str, designation: str, name: str, french: str, english: str) -> None:
    territory = {"kind": kind, "designation": designation, "name_fr": name, "name_en": name}
    assert label_place(territory) == french
    with override("en"):
        assert label_place(territory) == english


@pytest.mark.parametrize(
    ("variable", "number", "french", "english"),
    [
        ("autonomous_revenue_share", "0.05", f"5{N}%", "5%"),
        ("autonomous_revenue_share", "0.125", f"12,5{N}%", "12.5%"),
        ("annual_revenue", "345000", f"345{N}000{N}$", "$345,000"),
        ("jobs_fte", "12.5", "12,50", "12.50"),
        ("members", "1264", f"1{N}264", "1,264"),
    ],
)
def test_an_answer_is_written_as_its_variable_is_read(variable: str, number: str, french: str, english: str) -> None:
    kept = load_variables()[variable]
    assert write_number(kept, Decimal(number)) == french
    with override("en"):
        assert write_number(kept, Decimal(number)) == english


def test_why_one_is_out_is_written_in_percent(public: StrictClient, world: World) -> None:
    world.add("subventionnee", {2017: 4}, commercial_activity=False, autonomous_revenue_share=0.05,
              social_economy=True, board_size=5)  # fmt: skip
    page = public.get("/bases/table-regionale-2017/1/", {"territory": "640", "on": str(LAST)}).content.decode()
    assert f"(réponse{N}: 5{N}%)" in page


def test_what_an_edition_does_not_publish_is_said_in_words(
    public: StrictClient, magazine: BaseVersion, table: BaseVersion
) -> None:
    first, second = publish(magazine, dates=[FIRST]), publish(magazine, table)
    asked = {"first": first.slug, "second": second.slug, "base": "table-regionale-2017", "indicator": "jobs"}
    page = public.get("/comparer/editions/", asked).content.decode().replace(N, " ")
    assert "L’édition « Les Moulins » ne publie pas ce chiffre : Table régionale, 2017, 30 juin 2014." in page
    assert "table-regionale-2017, 2014" not in page
    assert "Loi sur l’économie sociale" not in page, "a base that no edition speaks of is not offered"


def test_the_last_day_of_a_version_is_said(
    public: StrictClient, administrator_client: StrictClient, magazine: BaseVersion
) -> None:
    draft_base_version(base=magazine.base, by=None, now=magazine.recorded_at, label_fr="A", label_en="A",
                       criteria=magazine.criteria, ends_before=date(2017, 1, 1))  # fmt: skip
    assert f"jusqu’au 31{N}décembre 2016" in administrator_client.get("/bases/magazine-2014/2/").content.decode()
    page = public.get("/bases/magazine-2014/1/").content.decode()
    assert "Déduit de la source" in page
    assert "l’empreinte de ces mots" in page
