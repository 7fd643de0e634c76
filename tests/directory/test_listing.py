"""The directory reads the same number of times whatever it shows, and finds what people write."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.directory import actions, queries
from essor.directory.models import Organisation, Source
from essor.directory.queries.listing import size_class
from essor.methods.facts import Observation
from tests.pages import StrictClient

NOW = datetime(2018, 3, 2, 15, 0, tzinfo=UTC)
DAY = date(2018, 1, 1)


def add(name: str, source: Source, **said: object) -> Organisation:
    found = actions.create_organisation(name=name, source=source, by=None, now=NOW)
    for variable, value in said.items():
        actions.record_fact(
            organisation=found, variable=variable, value=value, starts_on=DAY, source=source, by=None, now=NOW
        )
    return found


@pytest.fixture
def listed(db: None) -> Source:
    source = actions.create_source(title="Liste", by=None, now=NOW)
    add("Café de l’Œuvre", source, legal_form="coop", municipality="64008", jobs_headcount=12)
    return source


def find(**asked: str) -> list[str]:
    rows = queries.list_organisations(filters=queries.Filters(**asked), on=DAY)
    return [line.name for line in queries.read_lines(rows, on=DAY, known_at=NOW)]


def count_reads(client: StrictClient, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as reads:
        assert client.get(address).status_code == 200
    return len(reads)


def test_accents_case_and_word_order_do_not_matter(listed: Source) -> None:
    for words in ("cafe", "OEUVRE", "œuvre café", ""):
        assert find(search=words) == ["Café de l’Œuvre"]
    assert find(search="garage") == []


def test_a_filter_asks_for_what_is_true_today(listed: Source) -> None:
    assert find(legal_form="coop", municipality="64008") == ["Café de l’Œuvre"]
    assert find(legal_form="npo") == []
    actions.record_fact(
        organisation=Organisation.objects.get(), variable="legal_form", value="npo", starts_on=date(2018, 1, 1),
        source=actions.create_source(title="Registre", by=None, now=NOW), by=None, now=NOW, status="administrative",
    )  # fmt: skip
    assert find(legal_form="coop") == []
    assert find(legal_form="npo") == ["Café de l’Œuvre"]


def test_the_latest_size_known_is_listed_with_its_date(listed: Source, public: StrictClient) -> None:
    """A census holds for a year; nobody said anything since."""
    organisation = Organisation.objects.get()
    for day, jobs in ((date(2014, 6, 1), 60), (date(2016, 1, 1), 30)):
        actions.record_fact(
            organisation=organisation, variable="jobs_headcount", value=jobs, starts_on=day, source=listed, by=None,
            now=NOW,
        )  # fmt: skip
    rows = queries.list_organisations(filters=queries.Filters(), on=DAY)

    def size_on(day: date) -> tuple[object, object]:
        (line,) = queries.read_lines(rows, on=day, known_at=NOW)
        return line.size, line.size_on

    assert size_on(DAY) == ((10, 24), DAY)
    assert size_on(date(2026, 11, 1)) == ((10, 24), DAY)
    assert size_on(date(2017, 6, 1)) == ((25, 49), date(2016, 1, 1))
    assert size_on(date(2014, 1, 1)) == (None, None)
    page = public.get("/annuaire/").content.decode().replace("\u00a0", " ")
    assert "de 10 à 24 emplois, janvier 2018" in page
    table = public.get("/annuaire/?format=csv").content.decode().splitlines()
    assert table[0].endswith("size,size_on,name_withdrawn")
    assert table[1].endswith("2018-01-01,false")


def test_what_a_withdrawn_source_alone_spoke_of_is_not_listed(listed: Source) -> None:
    actions.withdraw_source(source=listed, reason="Essai", by=None, now=NOW)
    assert find() == []


def test_the_last_name_stays_while_another_source_speaks(
    listed: Source, public: StrictClient, adviser_client: StrictClient
) -> None:
    other = actions.create_source(title="Appel", by=None, now=NOW)
    found = Organisation.objects.get()
    for variable, value in (("members", 140), ("sector", "culture")):
        actions.record_fact(
            organisation=found, variable=variable, value=value, starts_on=DAY, source=other, by=None, now=NOW
        )
    told = adviser_client.get(f"/sources/{listed.pk}/").content.decode()
    assert "1 organisation garde des faits" in told
    actions.withdraw_source(source=listed, reason="Essai", by=None, now=NOW)
    assert find(search="oeuvre") == find() == ["Café de l’Œuvre"]
    assert find(search="garage") == []
    for address in (f"/annuaire/{found.key}/", "/annuaire/?search=cafe"):
        page = public.get(address).content.decode()
        assert "Café de l’Œuvre" in page
        assert "retiré" in page
    assert ",true" in public.get("/annuaire/?format=csv").content.decode()
    assert queries.find_by_name("café de l’œuvre") == [found]
    actions.add_name(organisation=found, name="La Ruche", source=other, by=None, now=NOW)
    assert find() == ["La Ruche"]
    assert find(search="oeuvre") == []
    assert "retiré" not in public.get(f"/annuaire/{found.key}/").content.decode().partition("<table")[0]


def test_pages_read_as_often_with_one_row_as_with_twenty(listed: Source, public: StrictClient) -> None:
    addresses = ["/annuaire/", "/annuaire/?format=csv", "/sources/", f"/annuaire/{Organisation.objects.get().key}/"]
    before = [count_reads(public, address) for address in addresses]
    for number in range(19):
        source = actions.create_source(title=f"Liste {number}", by=None, now=NOW)
        add(f"Coop {number}", source, legal_form="coop", municipality="64015", jobs_headcount=number)
        organisation = Organisation.objects.order_by("pk")[0]
        actions.record_fact(
            organisation=organisation, variable="members", value=number, starts_on=DAY, source=source, by=None, now=NOW
        )
        actions.record_life_event(
            organisation=organisation, kind="split", happened_on=date(2017, 1, number + 1), source=source, by=None,
            other=Organisation.objects.latest("pk"), now=NOW,
        )  # fmt: skip
    after = [count_reads(public, address) for address in addresses]
    assert after[:3] == before[:3]
    assert after[3] <= before[3] + 1, "the names of the other organisations, all at once"
    assert max(after) <= 20


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 0, (0, 0)),
        (4, 4, (1, 4)),
        (11, 20, (10, 24)),
        (5, 20, None),
        (100, None, (100, None)),
        (60, None, None),
    ],
)
def test_a_size_class_holds_every_possible_number(
    low: int, high: int | None, expected: tuple[int, int | None] | None
) -> None:
    said = Observation(1, "jobs_headcount", DAY, None, low, high, None, "reported", 50, NOW, None, 1)
    assert size_class(said) == expected
