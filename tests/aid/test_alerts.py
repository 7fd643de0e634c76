"""Asked for without an account, confirmed by a letter, told once with the reason, left by one click."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import AuditEvent
from essor.aid import actions
from essor.aid.alert_words import make_word
from essor.aid.links import Asked, write_link
from essor.aid.models import AlertLetter, AlertSubscription
from essor.aid.queries.alerts import Newsreader
from essor.knowledge.aids import check_aid, load_aids, load_read_on
from tests.pages import StrictClient

SLUG = "risq_technical_assistance"
NOW = timezone.now() + timedelta(days=3)
DAY = timedelta(days=1)
SAID = {"legal_form": "coop", "territory": "64015", "social_economy": True}
ADDRESS = "promotrice@exemple.test"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = "http://testserver"


@pytest.fixture
def subscription() -> AlertSubscription:
    made = actions.subscribe(email=ADDRESS, said=SAID, language="fr", now=NOW - DAY)
    actions.confirm_subscription(subscription=made, now=NOW - DAY)
    made.letters.all().delete()
    made.refresh_from_db()
    return made


def publish(at: datetime, *, reason: str = "", versions: list[dict[str, Any]] | None = None, **said: Any) -> None:
    first = next(aid for aid in load_aids() if aid.id == SLUG)
    content = first.model_dump(mode="json") | said | ({"versions": versions} if versions else {}) | {"examples": []}
    draft = actions.draft_aid(definition=check_aid(content), by=None, now=at, reason=reason, read_on=load_read_on())
    actions.publish_aid(revision=draft, by=None, now=at)


def written(*, until: date | None = None, since: date | None = None, wants: str = "coop") -> list[dict[str, Any]]:
    rules = {"all": [{"fact": "legal_form", "is": wants, "source": "x"}]}
    return [
        {
            "valid_from": since.isoformat() if since else "2020-01-01",
            "valid_to": until.isoformat() if until else None,
            "status_as_read": "open",
            "conditions": rules,
        }
    ]


def test_nothing_leaves_but_one_letter_until_the_address_is_confirmed(client: StrictClient) -> None:
    word = write_link(Asked(SAID))
    assert "Mascouche" in client.get(reverse("aid_alert"), {"p": word}).content.decode()
    page = client.post(reverse("aid_alert"), {"p": word, "email": ADDRESS})
    assert "Lisez vos courriels" in page.content.decode()
    actions.send_alerts(now=NOW)
    (letter,) = mail.outbox
    assert letter.to == [ADDRESS]
    assert "Mascouche" not in letter.body
    publish(timezone.now(), versions=written(wants="npo"))
    assert actions.tell_subscribers(now=timezone.now() + DAY)["told"] == 0
    link = "/trouver/avis/confirmer/" + letter.body.split("/trouver/avis/confirmer/")[1].split()[0]
    assert AlertSubscription.objects.get().confirmed_at is None
    assert client.get(link).status_code == 200
    assert AlertSubscription.objects.get().confirmed_at is None
    assert client.post(link).status_code == 200
    assert AlertSubscription.objects.get().said == SAID


def test_who_never_confirms_is_forgotten() -> None:
    actions.subscribe(email=ADDRESS, said=SAID, language="fr", now=NOW)
    assert actions.tell_subscribers(now=NOW + 2 * DAY)["forgotten"] == 0
    assert actions.tell_subscribers(now=NOW + 4 * DAY)["forgotten"] == 1
    assert not AlertSubscription.objects.exists()
    assert not AlertLetter.objects.exists()


def test_the_answer_is_the_same_for_a_known_address_and_letters_stop(client: StrictClient) -> None:
    pages = [client.post(reverse("aid_alert"), {"email": ADDRESS}).content for _time in range(5)]
    assert len({page.split(b"<main")[1] for page in pages}) == 1
    assert AlertLetter.objects.count() == 3


def test_whoever_asked_too_often_still_confirms_their_latest_answers() -> None:
    for said in ({"legal_form": "npo"}, {"legal_form": "npo"}, {"legal_form": "npo"}, SAID):
        actions.subscribe(email=ADDRESS, said=said, language="fr", now=NOW)
    assert AlertLetter.objects.count() == 3
    last = AlertSubscription.objects.latest("pk")
    actions.confirm_subscription(subscription=last, now=NOW)
    assert AlertSubscription.objects.confirmed().get().said == SAID
    assert ADDRESS not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("email", ["", "a@", "a b@c.test", "x" * 300 + "@exemple.test", "a@b.test\nBcc: c@d.test"])
def test_an_address_that_is_not_one_is_refused(client: StrictClient, email: str) -> None:
    assert client.post(reverse("aid_alert"), {"email": email}).status_code == 400
    assert not AlertSubscription.objects.exists()


def test_altered_answers_are_read_as_none(client: StrictClient) -> None:
    client.post(reverse("aid_alert"), {"email": ADDRESS, "p": write_link(Asked(SAID))[:-3] + "abc"})
    assert AlertSubscription.objects.get().said == {}


@pytest.mark.parametrize("word", ["x", "1", "W10:abc:def"])
def test_an_altered_word_confirms_nothing(client: StrictClient, word: str) -> None:
    assert client.get(reverse("aid_alert_confirm", args=[word])).status_code == 404


def test_a_change_of_rules_is_told_once_with_its_reason(subscription: AlertSubscription) -> None:
    publish(NOW, versions=written(wants="npo"), reason="réservé aux organismes depuis cet automne")
    assert actions.tell_subscribers(now=NOW + timedelta(hours=1))["told"] == 1
    assert actions.tell_subscribers(now=NOW + DAY)["told"] == 0
    actions.send_alerts(now=NOW + DAY)
    (letter,) = mail.outbox
    assert "réservé aux organismes depuis cet automne" in letter.body
    assert "est devenu" in letter.body
    assert reverse("aid", args=[SLUG]) in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert make_word(subscription) in letter.extra_headers["List-Unsubscribe"]


def test_what_changes_no_answer_is_not_told(subscription: AlertSubscription) -> None:
    publish(NOW, note={"fr": "Autre note.", "en": "Another note."})
    assert actions.tell_subscribers(now=NOW + timedelta(hours=1))["told"] == 0
    subscription.refresh_from_db()
    assert subscription.told_at == NOW + timedelta(hours=1)


def test_a_deadline_is_told_at_thirty_days_then_at_seven(subscription: AlertSubscription) -> None:
    last = timezone.localdate(NOW) + 40 * DAY
    publish(NOW - 2 * DAY, versions=written(until=last))
    told = [
        days
        for days in range(40, -2, -1)
        if actions.tell_subscribers(now=NOW + timedelta(days=40 - days, minutes=1))["told"]
    ]
    assert told == [30, 7]
    actions.send_alerts(now=NOW + 60 * DAY)
    assert [letter.attachments[0][0] for letter in mail.outbox] == ["essor.ics", "essor.ics"]
    assert f"DTSTART;VALUE=DATE:{last:%Y%m%d}" in mail.outbox[0].attachments[0][1]
    assert "dans 30 jours" in mail.outbox[0].body


def test_days_without_a_run_lose_no_warning(subscription: AlertSubscription) -> None:
    publish(NOW - 2 * DAY, versions=written(until=timezone.localdate(NOW) + 40 * DAY))
    assert actions.tell_subscribers(now=NOW + 20 * DAY)["told"] == 1


def test_an_opening_is_told_the_day_it_opens(subscription: AlertSubscription) -> None:
    publish(NOW - 2 * DAY, versions=written(since=timezone.localdate(NOW) + 5 * DAY))
    told = [day for day in range(10) if actions.tell_subscribers(now=NOW + timedelta(days=day, minutes=1))["told"]]
    assert told == [5]


def test_what_does_not_fit_is_not_told_of(subscription: AlertSubscription) -> None:
    publish(NOW - 2 * DAY, versions=written(wants="npo", until=timezone.localdate(NOW) + 40 * DAY))
    assert actions.tell_subscribers(now=NOW + 35 * DAY)["told"] == 0


def test_a_letter_that_does_not_leave_is_tried_again_and_never_doubled(
    subscription: AlertSubscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_letter: mail.EmailMessage) -> int:
        raise OSError("the server is down")

    publish(NOW, versions=written(wants="npo"))
    actions.tell_subscribers(now=NOW + timedelta(hours=1))
    with monkeypatch.context() as broken:
        broken.setattr(mail.EmailMessage, "send", refuse)
        assert actions.send_alerts(now=NOW + timedelta(hours=1)).failed == 1
    actions.tell_subscribers(now=NOW + DAY)
    assert actions.send_alerts(now=NOW + DAY).sent == 1
    assert actions.send_alerts(now=NOW + 2 * DAY).sent == 0
    assert len(mail.outbox) == 1


def test_one_click_leaves_without_page_nor_cookie(subscription: AlertSubscription) -> None:
    client, address = Client(enforce_csrf_checks=True), reverse("aid_alert_leave", args=[make_word(subscription)])
    assert client.get(address).status_code == 200
    assert AlertSubscription.objects.exists()
    answer = client.post(address, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert not AlertSubscription.objects.exists()
    assert client.post(address).status_code == 200
    events = AuditEvent.objects.filter(action="leave_alert")
    assert events.count() == 1
    assert ADDRESS not in str(list(AuditEvent.objects.values()))


def test_the_word_of_someone_who_left_opens_nobody_else_s(subscription: AlertSubscription) -> None:
    word = make_word(subscription)
    actions.leave(subscription=subscription, now=NOW)
    other = AlertSubscription.objects.create(pk=1, email="x@y.test", language="fr", said={}, created_at=NOW)
    Client().post(reverse("aid_alert_leave", args=[word]))
    assert AlertSubscription.objects.filter(pk=other.pk).exists()


def test_answers_that_are_no_longer_asked_wait(subscription: AlertSubscription) -> None:
    AlertSubscription.objects.update(said={"no_such_question": 1})
    assert actions.tell_subscribers(now=NOW + DAY) == {"told": 0, "unread": 1, "forgotten": 0}


def test_many_subscribers_are_read_with_few_questions() -> None:
    def count(n: int) -> int:
        AlertSubscription.objects.all().delete()
        AlertSubscription.objects.bulk_create(
            AlertSubscription(
                email=f"{k}@exemple.test", language="fr", said=SAID, created_at=NOW, confirmed_at=NOW, told_at=NOW
            )
            for k in range(n)
        )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            reader = Newsreader(until=NOW + DAY)
            for one in AlertSubscription.objects.all():
                assert one.told_at is not None
                reader.read(one.said, since=one.told_at)
        return len(asked)

    count(1)
    assert count(2) == count(30)


def test_the_dates_are_a_calendar_that_any_program_reads(client: StrictClient) -> None:
    last, first = timezone.localdate() + 40 * DAY, timezone.localdate() + 10 * DAY
    publish(timezone.now(), versions=written(until=last))
    answer = client.get(reverse("aid_calendar"), {"p": write_link(Asked(SAID))})
    told = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"DTSTART;VALUE=DATE:{last:%Y%m%d}" in told
    assert all(len(line.encode()) <= 75 for line in told.split("\r\n"))
    other = client.get(reverse("aid_calendar"), {"p": write_link(Asked({"legal_form": "npo"}))})
    assert f"{last:%Y%m%d}" not in other.content.decode()
    publish(timezone.now(), versions=written(since=first))
    assert f"{first:%Y%m%d}" in client.get(reverse("aid_dates", args=[SLUG])).content.decode()
    assert client.get(reverse("aid_dates", args=["nowhere"])).status_code == 404


def test_a_deadline_brought_forward_is_told(subscription: AlertSubscription) -> None:
    publish(NOW - 2 * DAY, versions=written(until=NOW.date() + 90 * DAY))
    publish(NOW - timedelta(hours=2), versions=written(until=NOW.date() + 4 * DAY), reason="date avancée")
    told = Newsreader(until=NOW).read(SAID, since=NOW - DAY)
    assert [one.found.programme.slug for one in told.closing] == [SLUG]
    after = Newsreader(until=NOW + DAY).read(SAID, since=NOW)
    assert SLUG not in [one.found.programme.slug for one in after.closing]


def test_what_is_refused_before_and_after_fills_no_letter(subscription: AlertSubscription) -> None:
    publish(NOW - timedelta(hours=3), versions=written(wants="npo"))
    publish(NOW - timedelta(hours=2), versions=written(wants="npo", until=date(2020, 12, 31)))
    told = Newsreader(until=NOW).read(SAID, since=NOW - timedelta(hours=2, minutes=30))
    assert told.is_empty
