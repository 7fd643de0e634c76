"""Which part of a growth is that of the enterprises of a programme: parts sum to the whole, what is unknown apart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from essor.accounts.models import User
from essor.directory.actions import create_source, enter_organisation
from essor.directory.models import Organisation
from essor.directory.rules import Said
from essor.programmes import actions
from essor.programmes.models import Agreement
from essor.programmes.queries.following import list_followed
from essor.programmes.queries.growth import PARTS, Growth, find_base, find_census_days, find_place, read_growth
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain

from .conftest import DAY, NOW, TODAY
from .test_following import LATER, open_enterprise, tell

BASE = "magazine-2014"
START, END = date(2018, 6, 30), TODAY + 400 * DAY


def enter(name: str, jobs: dict[date, int], *, since: date = date(2010, 1, 1), place: str = "64015") -> Organisation:
    told = {"municipality": place, "legal_form": "coop", "commercial_activity": True}
    facts = [Said(variable=variable, value=value, starts_on=since) for variable, value in told.items()]
    facts += [Said(variable="jobs_headcount", value=value, starts_on=day) for day, value in jobs.items()]
    now = datetime(2020, 1, 1, tzinfo=UTC)
    return enter_organisation(name=name, neq="", facts=facts, title="Registre", by=None, now=now)


def read(agreement: Agreement, start: date = START, end: date = END) -> Growth:
    found = list_followed(agreement.programme, on=date(2020, 6, 1))
    known_at = datetime(2020, 6, 1, tzinfo=UTC)
    return read_growth(found, base=find_base(BASE), territory_code="640", start=start, end=end, known_at=known_at)


def jobs_of(growth: Growth) -> dict[str, int]:
    return {name: part.jobs for name, part in growth.parts.items()}


def test_the_parts_sum_to_the_change(agreement: Agreement, adviser: User) -> None:
    enter("Coop ancienne", {START: 10, END: 14})
    enter("Coop silencieuse", {START: 7})
    enter("Coop d’ailleurs", {START: 50, END: 90}, place="60013")
    enter("Jeune coop", {}, since=TODAY)
    case, alone = open_enterprise(), open_enterprise()
    now = datetime(2020, 2, 1, tzinfo=UTC)
    actions.link_organisation(case=case, name="Jeune coop", by=adviser, now=now)
    case.refresh_from_db()
    tell(case, 395, jobs=3, now=now)
    tell(alone, 395, jobs=9, now=now)
    growth = read(agreement)
    assert tuple(growth.parts) == PARTS
    assert jobs_of(growth) == {"programme": 3, "others": 4, "reclassified": 0, "unknown": -7}
    assert (growth.before, growth.after) == (17, 17)
    assert growth.before + sum(jobs_of(growth).values()) == growth.after
    assert (growth.unlinked, growth.uncounted) == (1, 0)
    assert growth.parts["unknown"].units == 1


def test_one_of_the_programme_that_is_known_at_one_date_only_is_unknown(agreement: Agreement, adviser: User) -> None:
    """It was there before its file opened: its jobs of then are not known, so nothing is said to be created."""
    for number in range(2):
        enter(f"Coop connue {number}", {START: 5, END: 5})
    enter("Coop reprise", {}, since=date(2012, 1, 1))
    case, now = open_enterprise(), datetime(2020, 2, 1, tzinfo=UTC)
    actions.link_organisation(case=case, name="Coop reprise", by=adviser, now=now)
    case.refresh_from_db()
    tell(case, 395, jobs=3, now=now)
    assert jobs_of(read(agreement)) == {"programme": 0, "others": 0, "reclassified": 0, "unknown": 3}


def test_what_cannot_be_asked_is_said(agreement: Agreement) -> None:
    with pytest.raises(ProgrammeError, match="days-not-in-order"):
        read(agreement, END, START)
    with pytest.raises(ProgrammeError, match="base-unknown"):
        find_base("nulle")


def test_an_adviser_looks_at_their_own_territory(agreement: Agreement, adviser: User, admin_user: Any) -> None:
    assert find_place(agreement.programme, adviser, on=LATER.date()) == "640"
    assert find_place(agreement.programme, admin_user, on=NOW.date()) == ""


def test_two_days_that_no_census_covers_are_not_compared(agreement: Agreement, adviser: User) -> None:
    """A third known at one date only is told apart; more than a third, and nothing is given."""
    for number in range(2):
        enter(f"Coop suivie {number}", {START: 5, END: 6})
    enter("Coop perdue", {START: 100})
    assert read(agreement).parts["unknown"].units == 1
    enter("Coop perdue aussi", {START: 100})
    with pytest.raises(ProgrammeError, match="growth-uncovered") as refused:
        read(agreement)
    assert (refused.value.facts["n"], refused.value.facts["total"], refused.value.facts["on"]) == (2, 4, END)
    assert "2 des 4 entreprises ne sont connues qu’à une des deux dates" in explain(refused.value)
    for number in range(3):
        enter(f"Coop découverte {number}", {END: 9})
    with pytest.raises(ProgrammeError) as again:
        read(agreement)
    assert again.value.facts["on"] == START


def test_the_days_of_the_last_two_censuses_are_proposed(agreement: Agreement, adviser: User, client: Any) -> None:
    assert find_census_days(on=LATER.date()) is None
    for day in (date(2014, 6, 20), date(2016, 6, 27), date(2017, 11, 20), date(2017, 11, 20), date(2018, 12, 1)):
        create_source(title=f"Recensement {day}", kind="census", retrieved_on=day, by=None, now=NOW)
    create_source(title="Registre", kind="register", retrieved_on=date(2018, 1, 1), by=None, now=NOW)
    assert find_census_days(on=date(2018, 10, 1)) == (date(2016, 6, 27), date(2017, 11, 20))
    client.force_login(adviser)
    page = client.get(reverse("programme_following", args=["essai"])).content.decode()
    assert 'value="2017-11-20"' in page
    assert 'value="2018-12-01"' in page
