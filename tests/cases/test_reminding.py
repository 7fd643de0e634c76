"""No request dies in silence: terms are reminded, then told to the administrators, each once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command

from essor.accounts.models import User
from essor.cases import actions
from essor.cases.actions import THE_PROMOTER, OpenedCase, Reminded, open_case
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.cases.tasks import CasesNotReminded, remind_late
from tests.cases.conftest import ask, find_cld

DAY = timedelta(days=1)


def test_a_late_case_is_reminded_then_escalated_each_once(
    routed: OpenedCase, adviser: User, administrator: User, now: datetime
) -> None:
    actions.send_letters(now=now)
    mail.outbox.clear()
    assert actions.remind_and_escalate(now=now + 3 * DAY) == Reminded(0, 0, 0), "due on Thursday: not late"
    assert actions.remind_and_escalate(now=now + 4 * DAY) == Reminded(1, 0, 1)
    assert actions.remind_and_escalate(now=now + 4 * DAY) == Reminded(0, 0, 1)
    assert Case.objects.get().escalated_at is None
    assert actions.remind_and_escalate(now=now + 8 * DAY) == Reminded(0, 1, 1)
    assert actions.remind_and_escalate(now=now + 90 * DAY) == Reminded(0, 0, 1)
    assert Case.objects.get().escalated_at == now + 8 * DAY
    actions.send_letters(now=now + 90 * DAY)
    assert [letter.to[0] for letter in mail.outbox] == [adviser.email, administrator.email]
    assert [event.kind for event in CaseEvent.objects.filter(party="platform")] == ["routed", "reminded", "escalated"]


def test_a_fault_on_one_case_leaves_the_others_reminded_and_is_said(
    routed: OpenedCase, administrator: User, now: datetime
) -> None:
    later = open_case(request=ask(email="autre@exemple.test"), now=now + DAY)
    Case.objects.filter(pk=routed.case.pk).update(stage="gone")
    with pytest.raises(CasesNotReminded):
        remind_late(now + 30 * DAY)
    assert set(CaseEvent.objects.filter(kind="reminded").values_list("case", flat=True)) == {later.case.pk}


def test_a_new_term_is_reminded_anew(routed: OpenedCase, adviser: User, administrator: User, now: datetime) -> None:
    actions.remind_and_escalate(now=now + 30 * DAY)
    actions.write_message(case=routed.case, text="Pardon du retard", by=adviser, now=now + 30 * DAY)
    assert Case.objects.get().escalated_at is None
    assert actions.remind_and_escalate(now=now + 31 * DAY) == Reminded(0, 0, 0)
    assert actions.remind_and_escalate(now=now + 60 * DAY).reminders == 1


def test_what_nobody_has_goes_to_the_administrators(opened: OpenedCase, administrator: User, now: datetime) -> None:
    actions.remind_and_escalate(now=now + 3 * DAY)
    assert set(CaseLetter.objects.filter(kind="reminder").values_list("recipient", flat=True)) == {administrator.pk}


def test_a_promoter_who_does_not_answer_is_reminded_before_anyone_else(
    routed: OpenedCase, adviser: User, administrator: User, now: datetime
) -> None:
    actions.move_case(case=routed.case, move="ask", words="Votre budget?", by=adviser, now=now)
    CaseLetter.objects.all().delete()
    for days in (14, 15, 16, 30, 45, 90):
        actions.remind_and_escalate(now=now + days * DAY)
    told = list(CaseLetter.objects.values_list("kind", "recipient__email"))
    assert told == [("reminder", None), ("reminder", adviser.email), ("escalated", administrator.email)]
    actions.write_message(case=routed.case, text="Me voici", by=THE_PROMOTER, now=now + 91 * DAY)
    case = Case.objects.get()
    assert (case.stage, case.escalated_at) == ("in_conversation", None)
    assert case.due_on is not None
    assert case.due_on > (now + 91 * DAY).date(), "waiting took nothing from the adviser's term"


def test_a_closed_case_is_left_in_peace(routed: OpenedCase, adviser: User, now: datetime) -> None:
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    assert actions.remind_and_escalate(now=now + 90 * DAY) == Reminded(0, 0, 0)


def test_the_command_and_the_daily_task_do_the_same_work(
    routed: OpenedCase, administrator: User, now: datetime, settings: Any
) -> None:
    with time_machine.travel(now + 30 * DAY, tick=False):
        out = StringIO()
        call_command("cases", "remind", "--json", stdout=out)
        assert json.loads(out.getvalue()) == {"reminders": 1, "escalations": 1, "late": 1, "sent": 4, "failed": 0}
        remind_late(now + 30 * DAY)
        call_command("cases", "remind", stdout=out)
    assert "Nouveaux rappels : 0" in out.getvalue()
    assert len(mail.outbox) == 4


def test_the_command_erases_a_closed_case_only(routed: OpenedCase, adviser: User, now: datetime) -> None:
    reference = routed.case.reference
    with pytest.raises(CommandError, match="ouvert"):
        call_command("cases", "erase", reference, "--reason", "asked")
    with pytest.raises(CommandError, match="Aucun dossier"):
        call_command("cases", "erase", "RIEN", "--reason", "asked")
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    call_command("cases", "erase", reference, "--reason", "asked", stdout=StringIO())
    assert Case.objects.get().promoter_name == ""


def test_a_promoter_without_an_e_mail_address_is_called(adviser: User, administrator: User, now: datetime) -> None:
    asked = ask(email="", phone="450 555-0100")
    case = actions.open_case(request=asked, now=now, find_bodies=find_cld).case
    actions.move_case(case=case, move="ask", words="Votre budget?", by=adviser, now=now)
    CaseLetter.objects.all().delete()
    assert actions.remind_and_escalate(now=now + 15 * DAY).reminders == 1
    assert list(CaseLetter.objects.values_list("kind", "recipient")) == [("call", adviser.pk)]
    assert CaseEvent.objects.get(kind="reminded").facts["to"] == "adviser"
    actions.send_letters(now=now + 15 * DAY)
    assert "Appelez-la" in mail.outbox[0].body
