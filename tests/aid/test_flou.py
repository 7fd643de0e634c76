"""The « flou » of a place on a day, by what was known that day; it falls as people mend."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from essor.aid import actions
from essor.aid.models import LinkCheck
from essor.aid.queries import list_programmes
from essor.aid.queries.drafts import find_current
from essor.aid.queries.flou import list_days, read_flou, read_flou_over_time
from essor.aid.rules import AidError
from essor.aid.terms import has_amount, list_links
from essor.knowledge.aids import load_aids
from essor.methods.flou import DEAD_LINK, NO_HOLDER, NOT_CHECKED
from tests.pages import StrictClient

TODAY = timezone.localdate()
OPEN = "risq_technical_assistance"
CLOSED = "jec_lanaudiere_2017"


def confirm(slug: str) -> None:
    current = find_current(slug)
    assert current is not None
    actions.confirm_aid(slug=slug, number=current.number, duty="", every_months=6, now=timezone.now())


def test_closed_programmes_do_not_count() -> None:
    told = read_flou("640", on=TODAY)
    assert told.whole.n < len(load_aids())
    assert OPEN in told.whole.lacking
    assert CLOSED not in (*told.whole.lacking, *told.whole.unknown, *told.whole.sound)


def test_a_link_that_nobody_looked_at_is_not_known() -> None:
    told = read_flou("640", on=TODAY).each[DEAD_LINK]
    assert not told.lacking
    linked = {one.slug for one in list_programmes() if list_links(one.definition)}
    assert set(told.unknown) == linked & {*told.unknown, *told.sound}


def test_it_falls_as_people_mend() -> None:
    before = read_flou("640", on=TODAY)
    assert OPEN in before.each[NO_HOLDER].lacking
    confirm(OPEN)
    programme = next(one for one in list_programmes() if one.slug == OPEN)
    for url in list_links(programme.definition):
        LinkCheck.objects.create(url=url, checked_at=timezone.now(), status=200)
    after = read_flou("640", on=TODAY)
    assert OPEN not in after.each[NO_HOLDER].lacking
    assert OPEN in after.each[DEAD_LINK].sound
    assert OPEN not in after.each[NOT_CHECKED].lacking
    assert after.each[NO_HOLDER].n == before.each[NO_HOLDER].n
    assert has_amount(programme.definition) == (OPEN in after.whole.sound)


def test_a_dead_link_counts_since_the_day_it_was_seen() -> None:
    programme = next(one for one in list_programmes() if one.slug == OPEN)
    LinkCheck.objects.create(url=list_links(programme.definition)[0], checked_at=timezone.now(), status=404)
    assert read_flou("640", on=TODAY).each[DEAD_LINK].lacking == (OPEN,)


@pytest.mark.usefixtures("shipped_bodies")
def test_a_body_with_a_mandate_for_the_aid_is_its_holder() -> None:
    told = read_flou("640", on=TODAY)
    assert told.each[NO_HOLDER].n == told.whole.n


def test_days_before_the_catalogue_have_no_share() -> None:
    told = read_flou("640", on=date(2020, 1, 1))
    assert (told.whole.n, told.whole.at_least) == (0, None)


def test_over_time_a_year_of_months_then_the_day() -> None:
    days = list_days(date(2026, 3, 15))
    assert (len(days), days[0], days[-1]) == (13, date(2025, 3, 31), date(2026, 3, 15))
    assert [on for on, _flou in read_flou_over_time("640", on=TODAY)] == list_days(TODAY)


@pytest.mark.parametrize(("place", "code"), [("99999", "place-unknown"), ("", "place-unknown")])
def test_a_place_that_nobody_knows_is_refused(place: str, code: str) -> None:
    with pytest.raises(AidError, match=code):
        read_flou(place, on=TODAY)


def run(*words: str) -> str:
    out = StringIO()
    call_command("aid", "flou", *words, stdout=out)
    return out.getvalue()


def test_the_command_answers_in_words_and_as_data() -> None:
    told = json.loads(run("--territory", "640", "--on", TODAY.isoformat(), "--json"))
    flou = read_flou("640", on=TODAY)
    assert (told["n"], told["share_at_least"]) == (flou.whole.n, str(flou.whole.at_least))
    assert set(told["gaps"]) == {"no_holder", "no_amount", "not_checked", "dead_link"}
    assert "Les Moulins" in run("--territory", "640")
    with pytest.raises(CommandError, match="99999"):
        run("--territory", "99999")


def test_the_page_shows_it_for_all_and_asks_few_questions(
    client: StrictClient, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(120):
        page = client.get(reverse("aid_flou"), {"place": "Les Moulins"})
    assert page.status_code == 200
    assert "Où est encore le flou" in page.content.decode()
    assert client.get(reverse("aid_flou")).status_code == 200
    assert client.get(reverse("aid_flou"), {"place": "Nulle part"}).status_code == 400
    old = client.get(reverse("aid_flou"), {"on": "2015-01-01"})
    assert "Aucune aide connue ce jour-là" in old.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "0001-03-15", "1999-12-31"])
def test_a_day_before_any_catalogue_has_nothing_to_say(client: StrictClient, day: str) -> None:
    page = client.get(reverse("aid_flou"), {"on": day, "place": "Les Moulins"})
    assert page.status_code in {200, 400}
    assert "2000-01-01" in page.content.decode()
    assert json.loads(run("--territory", "640", "--on", day, "--json"))["n"] == 0


def test_a_day_to_come_is_not_measured(client: StrictClient) -> None:
    ahead = (TODAY + timedelta(days=400)).isoformat()
    assert f'value="{TODAY.isoformat()}"' in client.get(reverse("aid_flou"), {"on": ahead}).content.decode()
