"""Whoever is called to a sitting has a letter, which names nobody who is helped."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.models import Case
from essor.programmes import actions
from essor.programmes.models import Agreement, Sitting, SittingLetter
from tests.pages import StrictClient

from .conftest import NOW, TODAY, open_file


@pytest.fixture
def file(agreement: Agreement, adviser: User) -> Case:
    return open_file(until="to_committee")


def test_each_member_is_told_the_day_the_place_and_what_to_do(
    agreement: Agreement, file: Case, members: list[User], adviser_client: StrictClient
) -> None:
    mail.outbox.clear()
    today = timezone.localdate()
    said = {
        "held_on": today.isoformat(), "quorum": 2, "members": [one.pk for one in members[:3]], "cases": [file.pk],
        "hour_and_place": "13 h 30, salle du conseil",
    }  # fmt: skip
    assert adviser_client.post(reverse("sitting_call", args=["essai"]), said).status_code == 302
    sitting = Sitting.objects.get()
    sent = [letter for letter in mail.outbox if "Convocation" in letter.subject]
    assert {letter.to[0] for letter in sent} == {one.email for one in members[:3]}
    for letter in sent:
        words = f"{letter.subject} {letter.body}"
        assert all(one in words for one in ("déclarez vos intérêts", "lisez le cahier", "13 h 30, salle du conseil"))
        assert reverse("committee_sitting", args=[sitting.pk]) in words
        assert file.promoter_name not in words
        assert file.reference not in words
    assert SittingLetter.objects.filter(sent_at=None).count() == 0
    assert actions.send_calls(now=timezone.now()).sent == 0
    reader = StrictClient()
    reader.force_login(members[0])
    for client, page in ((adviser_client, "sitting"), (reader, "committee_sitting")):
        assert "salle du conseil" in client.get(reverse(page, args=[sitting.pk])).content.decode()


def test_a_letter_that_could_not_leave_waits_and_one_to_nobody_is_not_written(
    agreement: Agreement, file: Case, members: list[User], adviser: User
) -> None:
    mail.outbox.clear()
    actions.call_sitting(
        programme=agreement.programme, held_on=TODAY, quorum=1, members=members, cases=[file], by=adviser, now=NOW
    )
    members[0].is_active = False
    members[0].save(update_fields=["is_active"])
    assert not mail.outbox
    assert actions.send_calls(now=timezone.now()).failed == 0
    assert {letter.to[0] for letter in mail.outbox} == {one.email for one in members[1:]}
    assert "Heure et lieu" not in mail.outbox[0].body


def test_the_place_of_a_sitting_is_written_once(
    agreement: Agreement, file: Case, members: list[User], adviser: User
) -> None:
    actions.call_sitting(
        programme=agreement.programme, held_on=TODAY, quorum=1, members=members, cases=[file], by=adviser, now=NOW,
        hour_and_place=" Midi ",
    )  # fmt: skip
    assert Sitting.objects.get().hour_and_place == "Midi"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE programmes_sitting SET hour_and_place = 'Ailleurs'")
