"""A file enters a programme under way, leaves one that it entered by mistake, and its promoter is told of an offer."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.access import make_token
from essor.cases.actions import assign_case, move_case, open_case
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import list_steps
from essor.cases.wording import describe_event
from essor.knowledge import load_latest_workflow
from essor.programmes import actions
from essor.programmes.guards import GUARDS
from essor.programmes.models import Agreement, Enrolment, Programme
from essor.programmes.queries.journeys import read_forecasts, read_journeys
from essor.programmes.rules import NewOffer, ProgrammeError
from essor.programmes.wording import explain
from tests.cases.conftest import ask as ask_for_help
from tests.pages import StrictClient

from .conftest import DAY, NOW, SAID, TODAY, ask, define, open_file, open_programme
from .test_files import today_agreement

__all__ = ["today_agreement"]


@pytest.mark.parametrize(
    ("stage", "came_from", "label", "place"),
    [
        ("received", "", "received", 1),
        ("offer", "decision", "offer", 10),
        ("conditions", "", "conditions", 10),
        ("waiting_promoter", "plan", "plan", 5),
        ("on_hold", "analysis", "analysis", 7),
    ],
)
def test_a_pause_is_no_step_and_an_offer_is_one(stage: str, came_from: str, label: str, place: int) -> None:
    steps, current = list_steps(load_latest_workflow("startup"), stage=stage, came_from=came_from)
    assert (steps[current - 1].code, current) == (label, place)
    assert ("offer" in [one.code for one in steps]) == (stage == "offer")


def test_a_promoter_is_told_of_the_offer_and_led_to_it(
    today_agreement: Agreement, adviser: User, client: StrictClient
) -> None:
    case, now = open_file(), timezone.now()
    today = timezone.localdate(now)
    token = make_token(case.reference)
    page = reverse("case_follow", args=[token])
    assert "À vous" not in client.get(page).content.decode()
    asked = NewOffer(23_000_00, 0, today, today + DAY)
    offer = actions.make_offer(agreement=today_agreement, case=case, asked=asked, by=adviser, now=now)
    told = client.get(page).content.decode().replace("\xa0", " ")
    assert "Étape 10 de 16" in told
    assert "À vous : répondez à l’offre." in told
    assert f'href="{reverse("case_follow_programme", args=[token])}">Lire l’offre et répondre' in told
    assert "Offre de 23 000 $ : attend une réponse, au plus tard le" in told
    actions.end_offer(offer=offer, on=today, words="Fin", by=adviser, now=now)
    assert "À vous" not in client.get(page).content.decode()


def test_nobody_is_asked_to_answer_an_offer_whose_last_day_is_past(
    agreement: Agreement, case: Case, adviser: User, client: StrictClient
) -> None:
    actions.make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    told = client.get(reverse("case_follow", args=[make_token(case.reference)])).content.decode()
    assert "Lire l’offre et répondre" not in told
    assert "son dernier jour" in told


def test_a_programme_that_ended_or_has_not_begun_takes_no_file(
    today_agreement: Agreement, adviser: User, adviser_client: StrictClient
) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    for slug, first, last in (("fini", -800, -1), ("futur", 1, 800)):
        days = {"starts_on": today + first * DAY, "ends_on": today + last * DAY}
        open_programme(definition=define(id=slug, agreements=[], **days), by=None, now=now - 900 * DAY)
    case = open_case(request=ask_for_help(), now=now).case
    page = reverse("case_programme", args=[case.reference])
    told = adviser_client.get(page).content.decode()
    assert ('value="essai"' in told, 'value="fini"' in told, 'value="futur"' in told) == (True, False, False)
    assert '<option value="" selected>— choisissez —' in told
    assert adviser_client.post(f"{page}inscrire/", {"programme": "fini"}).status_code == 400
    for slug, code in (("fini", "programme-ended"), ("futur", "programme-to-come")):
        with pytest.raises(ProgrammeError, match=code) as refused:
            actions.enrol(programme=Programme.objects.get(slug=slug), case=case, by=adviser, now=now)
        assert "Ce programme" in explain(refused.value)
    assert not Enrolment.objects.exists()


def test_the_first_and_the_last_day_of_a_programme_take_a_file(agreement: Agreement, adviser: User) -> None:
    programme = agreement.programme
    for at, is_taken in ((programme.starts_on - DAY, False), (programme.starts_on, True)):
        case = open_case(request=ask_for_help(opening_key=str(at), email=f"{at}@exemple.test"), now=NOW).case
        moment = NOW.replace(year=at.year, month=at.month, day=at.day)
        if is_taken:
            assert actions.enrol(programme=programme, case=case, by=None, now=moment).entered_on == at
            continue
        with pytest.raises(ProgrammeError, match="programme-to-come"):
            actions.enrol(programme=programme, case=case, by=None, now=moment)


def test_a_file_entered_by_mistake_leaves_and_enters_another(
    today_agreement: Agreement, adviser: User, adviser_client: StrictClient
) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    days = {"starts_on": today - DAY, "ends_on": today + DAY}
    other = open_programme(definition=define(id="autre", agreements=[], **days), by=None, now=now).slug
    case = open_case(request=ask_for_help(), now=now).case
    if case.assigned_to is None:
        assign_case(case=case, person=adviser, by=adviser, now=now)
    programme = today_agreement.programme
    actions.enrol(programme=programme, case=case, by=adviser, now=now)
    assert len(read_journeys(programme)) == 1
    assert read_forecasts(programme, on=today)[0].forecast.open_files == 1
    page = reverse("case_programme", args=[case.reference])
    assert "Retirer du programme" in adviser_client.get(page).content.decode()
    assert adviser_client.post(f"{page}quitter/", {"words": ""}).status_code == 400
    assert adviser_client.post(f"{page}quitter/", {"words": "Inscrit par erreur"}).status_code == 302
    left = Enrolment.objects.get()
    assert (left.case, left.left_case, left.left_on, left.left_by) == (None, case, today, adviser)
    assert read_journeys(programme) == []
    assert read_forecasts(programme, on=today)[0].forecast.open_files == 0
    event = CaseEvent.objects.latest("pk")
    assert event.words == "Inscrit par erreur"
    assert "sortie de Essai" in describe_event(event, load_latest_workflow("startup"))
    assert adviser_client.post(f"{page}quitter/", {"words": "Encore"}).status_code == 400
    assert adviser_client.post(f"{page}inscrire/", {"programme": other}).status_code == 302
    case.refresh_from_db()
    assert (case.enrolment.programme.slug, case.workflow) == (other, "startup")
    move_case(case=case, move="begin", by=adviser, now=now)


def test_a_file_that_was_offered_something_stays(
    agreement: Agreement, case: Case, adviser: User, adviser_client: StrictClient
) -> None:
    offer = actions.make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    actions.end_offer(offer=offer, on=TODAY, words="Fin", by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="programme-kept"):
        actions.leave(case=case, words="Erreur", by=adviser, now=NOW)
    page = reverse("case_programme", args=[case.reference])
    assert "Retirer du programme" not in adviser_client.get(page).content.decode()
    assert Enrolment.objects.get().case == case


def test_a_file_that_came_before_a_committee_stays(agreement: Agreement, adviser: User, members: list[User]) -> None:
    case = open_file(until="to_committee")
    actions.call_sitting(
        programme=agreement.programme, held_on=TODAY, quorum=1, members=members, cases=[case], by=adviser, now=NOW
    )
    with pytest.raises(ProgrammeError, match="programme-kept"):
        actions.leave(case=case, words="Erreur", by=adviser, now=NOW)


def test_whoever_has_an_interest_takes_no_file_out(agreement: Agreement, adviser: User) -> None:
    case = open_file(until="enrol")
    actions.declare_interest(person=adviser, kind="kin", case=case, starts_on=TODAY, words="", now=NOW)
    with pytest.raises(ProgrammeError, match="recused"):
        actions.leave(case=case, words="Erreur", by=adviser, now=NOW)


def test_the_database_keeps_an_enrolment_to_its_file(agreement: Agreement, adviser: User) -> None:
    case, other = open_file(until="enrol"), open_file(until="enrol")
    row = Enrolment.objects.get(case=case)
    for change in (
        {"case": None}, {"left_case": case}, {"case": None, "left_case": other, "left_on": TODAY},
        {"entered_on": TODAY - 9 * DAY},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            _write(row, **change)
    actions.leave(case=case, words="Erreur", by=adviser, now=NOW)
    for change in ({"left_on": TODAY - DAY}, {"case": case, "left_case": None, "left_on": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            _write(row, **change)


def _write(row: Enrolment, **change: object) -> None:
    """Past the model's own refusal, as another program would."""
    columns = {Enrolment._meta.get_field(name).column: getattr(value, "pk", value) for name, value in change.items()}
    said = ", ".join(f"{column} = %s" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE programmes_enrolment SET {said} WHERE id = %s", [*columns.values(), row.pk])  # noqa: S608


def test_every_column_that_a_guard_names_is_there(db: None) -> None:
    with connection.cursor() as cursor:
        for guard in GUARDS:
            columns = {one.name for one in connection.introspection.get_table_description(cursor, guard.table)}
            assert guard.keep(columns) == guard


def test_a_programme_is_under_way_from_its_first_day_to_its_last(agreement: Agreement) -> None:
    assert SAID["starts_on"] == agreement.programme.term.starts_on
    assert list(Programme.objects.under_way(TODAY)) == [agreement.programme]
    assert not Programme.objects.under_way(agreement.programme.ends_before).exists()
