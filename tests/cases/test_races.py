"""Two people at once: one deed is done, the other is told; a form sent twice at once opens one case."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from essor.accounts.audit import verify_chain
from essor.accounts.models import User
from essor.aid.rules import AidError
from essor.cases import actions
from essor.cases.actions import OpenedCase
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import CaseError
from tests.cases.conftest import ask

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def run_together(*deeds: Callable[[], object]) -> list[str]:
    """What each deed ended with: « done », or the code of its refusal."""
    together, ends = threading.Barrier(len(deeds)), list[str]()

    def run(deed: Callable[[], object]) -> None:
        try:
            together.wait()
            deed()
            ends.append("done")
        except (CaseError, AidError) as error:
            ends.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_two_people_take_the_same_case(opened: OpenedCase, adviser: User, colleague: User, now: datetime) -> None:
    ends = run_together(
        lambda: actions.assign_case(case=opened.case, person=adviser, by=adviser, now=now),
        lambda: actions.assign_case(case=opened.case, person=colleague, by=colleague, now=now),
    )
    assert ends == ["assigned_meanwhile", "done"]
    assert CaseEvent.objects.filter(kind="assigned").count() == 1


def test_two_closings_leave_one_outcome(opened: OpenedCase, adviser: User, colleague: User, now: datetime) -> None:
    ends = run_together(
        lambda: actions.close_case(case=opened.case, outcome="helped", words="Un prêt trouvé", by=adviser, now=now),
        lambda: actions.close_case(
            case=opened.case, outcome="stopped", words="Projet bien fini", by=colleague, now=now
        ),
    )
    assert ends == ["case_closed", "done"]
    assert CaseEvent.objects.filter(kind="closed").count() == 1


def test_one_form_sent_twice_at_once(now: datetime) -> None:
    def send() -> None:
        actions.open_case(request=ask(opening_key="k" * 32), now=now)

    assert run_together(send, send, send) == ["done"] * 3
    assert Case.objects.count() == 1


def test_two_runs_of_reminders_remind_once(opened: OpenedCase, administrator: User, now: datetime) -> None:
    def remind() -> None:
        actions.remind_and_escalate(now=now + timedelta(days=30))

    assert run_together(remind, remind) == ["done", "done"]
    assert list(CaseEvent.objects.filter(party="platform").values_list("kind", flat=True)) == [
        "routed",
        "reminded",
        "escalated",
    ]
    assert verify_chain().is_whole
