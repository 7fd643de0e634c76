"""The demonstration: built once, it gives the article's figures by computation, on every page and in every document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from essor.accounts.actions import set_up_instance
from essor.accounts.models import AuditEvent, User
from essor.directory.queries import end_of_day
from essor.observatory.models import Edition
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.comparisons import compare_dates, refuse_bases
from essor.observatory.queries.editions import verify_edition
from essor.observatory.queries.live import build_live_portrait
from essor.project.demonstration.building import PEOPLE, build_demonstration, publish_demonstration
from tests.pages import StrictClient

JUNE, NOVEMBER = date(2014, 6, 30), date(2017, 11, 29)
PORTRAIT = "les-moulins-2017-11-29"
FIGURE = "magazine-2014.1.jobs_headcount.2017-11-29"


@pytest.fixture
def demo(db: None, tmp_path: Any) -> Iterator[None]:
    with override_settings(DATA_DIR=tmp_path):
        build_demonstration(now=timezone.now())
        publish_demonstration(now=timezone.now())
        yield


def headline(slug: str, on: date, *, known_on: date | None = None) -> tuple[int, int]:
    version = get_base_version(slug=slug)
    known_at = end_of_day(known_on) if known_on else timezone.now()
    results = build_live_portrait(territory_code="640", base_versions=[version], dates=[on], known_at=known_at)
    stem, day = f"{slug}.1", on.isoformat()
    figures = results["figures"]
    return figures[f"{stem}.enterprises.{day}"]["value"], figures[f"{stem}.{version.jobs_variable}.{day}"]["value"]


def test_the_records_give_the_figures_of_the_article(demo: None) -> None:
    assert headline("magazine-2014", JUNE) == (30, 625)
    assert headline("magazine-2014", NOVEMBER)[1] == 787
    assert headline("table-regionale-2017", NOVEMBER) == (40, 1264)
    for day in (date(2014, 6, 1), date(2014, 6, 15)):
        assert headline("magazine-2014", day) == (30, 625)
    for day in (date(2017, 11, 1), date(2017, 11, 30)):
        assert headline("magazine-2014", day)[1] == 787
    assert headline("magazine-2014", NOVEMBER, known_on=NOVEMBER)[1] == 787


def test_a_late_correction_changes_what_was_first_said(demo: None) -> None:
    assert headline("magazine-2014", JUNE, known_on=JUNE) == (30, 621)
    first, corrected = Edition.objects.order_by("pk")[:2]
    assert corrected.predecessor == first
    assert {"kind": "figure", "field": "value", "before": 621, "after": 625}.items() <= corrected.changes[0].items()


def test_growth_has_every_part_and_no_residual(demo: None) -> None:
    found = compare_dates(
        base_version=get_base_version(slug="magazine-2014"),
        territory_code="640",
        before_on=JUNE,
        after_on=NOVEMBER,
        known_at=timezone.now(),
    )
    assert (found["before"], found["after"], found["growth"]) == (625, 787, 0.2592)
    assert sum(found["parts"].values()) == 787 - 625
    wanted = {
        "births",
        "closures",
        "reclassified_in",
        "reclassified_out",
        "arrivals",
        "departures",
        "reopenings",
        "seen_late",
    }
    assert all(found["parts"][name] for name in wanted)
    assert found["enterprise_parts"]["restructured"] == -1, (
        "a merger is one enterprise less, and neither birth nor death"
    )


def test_two_bases_are_refused_with_their_bridge(demo: None) -> None:
    magazine, table = (get_base_version(slug=slug) for slug in ("magazine-2014", "table-regionale-2017"))
    problem = refuse_bases(
        first=magazine, second=table, territory_code="640", on=NOVEMBER, known_at=timezone.now()
    ).as_problem("fr")
    assert problem["type"] == "bases-differ"
    assert sum(problem["bridge"]["parts"].values()) == 1264 - 787
    assert problem["bridge"]["parts"] == {
        "only_in_a": -40, "only_in_b": 392, "counted_differently": 125, "other_territory": 0,
    }  # fmt: skip


def test_every_edition_can_be_rebuilt(demo: None) -> None:
    for edition in Edition.objects.all():
        assert verify_edition(slug=edition.slug).is_sound


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_public_reads_every_page(demo: None, prefix: str) -> None:
    client = StrictClient()
    for path in (
        "/", "/portraits/", "/portrait/640/", "/editions/", f"/editions/{PORTRAIT}/",
        "/editions/les-moulins-2014-06-30/",
        f"/editions/{PORTRAIT}/chiffres/{FIGURE}/", "/comparer/", "/bases/", "/bases/magazine-2014/1/", "/annuaire/",
        "/annuaire/mains-d-ici/", "/sources/", "/territoires/640/",
    ):  # fmt: skip
        response = client.get(f"{prefix}{path}")
        assert response.status_code == 200, path
    home = client.get(f"{prefix}/").content.decode()
    for number in ("787", "625", "40", "1\u00a0264" if not prefix else "1,264"):
        assert number in home


def test_pages_ask_few_queries(demo: None, django_assert_max_num_queries: Any) -> None:
    client = StrictClient()
    for path in ("/", "/portrait/640/", f"/editions/{PORTRAIT}/chiffres/{FIGURE}/", "/annuaire/"):
        client.get(path)
        with django_assert_max_num_queries(14):
            client.get(path)


def test_a_comparison_page_refuses_two_bases_and_shows_the_bridge(demo: None) -> None:
    client = StrictClient()
    asked = {"territory": "640", "base": "magazine-2014.1", "end": "2017-11-29"}
    refused = client.get("/comparer/", asked | {"second": "table-regionale-2017.1"})
    assert refused.status_code == 409
    assert "+392" in refused.content.decode()
    allowed = client.get("/comparer/", asked | {"start": "2014-06-30"})
    assert (allowed.status_code, "Naissances" in allowed.content.decode()) == (200, True)
    assert client.get("/comparer/", asked | {"start": "2018-01-01"}).status_code == 400
    assert client.get("/comparer/", asked | {"base": "inconnue.1", "start": "2014-06-30"}).status_code == 400


def test_a_figure_is_plain_data_too(demo: None) -> None:
    told = StrictClient().get(f"/editions/{PORTRAIT}/chiffres/{FIGURE}/", {"format": "json"}).json()
    assert (told["value"], told["enterprises"]) == (787, 32)
    assert StrictClient().get(f"/editions/{PORTRAIT}/chiffres/nulle-part/").status_code == 404


def test_an_adviser_previews_publishes_and_corrects(demo: None) -> None:
    client = StrictClient()
    client.force_login(User.objects.get(email=PEOPLE[0][0]), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/bureau/").status_code == 200
    asked = {
        "territory": "640", "bases": ["magazine-2014.1"], "dates": "2016-06-30", "title_fr": "Essai", "title_en": "Try",
    }  # fmt: skip
    preview = client.post("/editions/nouvelle/", asked | {"do": "preview"})
    assert (preview.status_code, "721" in preview.content.decode()) == (200, True)
    assert Edition.objects.count() == 3, "a preview writes nothing"
    done = client.post("/editions/nouvelle/", asked | {"do": "publish"})
    assert done.status_code == 302
    assert Edition.objects.count() == 4
    assert client.post("/editions/nouvelle/", asked | {"dates": "2016-13-01"}).status_code == 400
    slug = Edition.objects.latest("pk").slug
    assert client.post(f"/editions/{slug}/corriger/", asked | {"do": "publish"}).status_code == 400, (
        "a reason is needed"
    )
    other = asked | {"territory": "600", "do": "publish"}
    assert client.post("/editions/nouvelle/", other).status_code == 403, "another adviser's territory"


def test_a_real_platform_never_becomes_a_demonstration(db: None) -> None:
    set_up_instance(kind="real", by=None, now=timezone.now())
    with pytest.raises(CommandError, match="réelle"):
        call_command("demo", "--build-only", verbosity=0)


def test_the_command_builds_once_and_starts_over(db: None, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(DATA_DIR=tmp_path):
        call_command("demo", "--build-only")
        written = AuditEvent.objects.count()
        call_command("demo", "--build-only")
        assert AuditEvent.objects.count() == written
        assert "conseil@demo.example" in capsys.readouterr().out
        call_command("portrait", "--base", "magazine-2014", "--on", "2017-11-29", "--json")
        assert json.loads(capsys.readouterr().out)["jobs_headcount"] == 787
