"""Who has what in charge, and files that change hands together: all or none, each traced, each told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from essor.accounts.actions import end_role
from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.cases.actions import close_case, hand_over, open_case, write_note
from essor.cases.letters import write_letter
from essor.cases.load import read_loads
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.cases.rules import CaseError
from tests.cases.conftest import NOW, ask, find_cld
from tests.pages import StrictClient

TODAY = NOW.date()


@pytest.fixture
def cases(adviser: User) -> list[Case]:
    """Three open files of the adviser, and one that is closed."""
    found = [open_case(request=ask(email=f"p{n}@exemple.test"), now=NOW, find_bodies=find_cld).case for n in range(4)]
    close_case(case=found[3], outcome="no_help", words="Rien ne convient ici.", by=adviser, now=NOW)
    return found[:3]


@pytest.fixture
def successor(db: None) -> User:
    user = User.objects.create_user("suite@exemple.test", "un mot de passe long", name="Sacha Suite")
    user.roles.create(kind="adviser", body="CLD des Moulins", territory_code="640", starts_on=date(2010, 1, 1))
    return user


def hand(cases: list[Case], person: User, receiver: User, by: User) -> list[Case]:
    chosen = [case.pk for case in cases]
    return hand_over(person=person, receiver=receiver, cases=chosen, words="Bonne suite.", by=by, now=NOW)


def test_loads_count_files_late_waiting_and_time(
    cases: list[Case], adviser: User, successor: User, administrator: User
) -> None:
    write_note(case=cases[0], text="Une rencontre.", minutes=95, by=adviser, now=NOW)
    late = TODAY + timedelta(days=60)
    loads = {str(one.person): one for one in read_loads(user=administrator, on=late, now=NOW)}
    mine, theirs = loads["Camille Conseil"], loads["Sacha Suite"]
    assert (mine.open_files, mine.late, mine.waiting, mine.minutes) == (3, 3, 0, 95)
    assert sum(mine.stages.values()) == 3
    assert (theirs.open_files, theirs.minutes, theirs.has_role) == (0, 0, True)
    assert read_loads(user=administrator, on=late, now=NOW + timedelta(days=91))[0].minutes == 0


def test_files_of_elsewhere_are_not_counted(cases: list[Case], successor: User) -> None:
    stranger = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    stranger.roles.create(kind="adviser", body="Ailleurs", territory_code="61025", starts_on=date(2010, 1, 1))
    assert sum(one.open_files for one in read_loads(user=stranger, on=TODAY, now=NOW)) == 0


def test_all_files_change_hands_traced_and_told(
    cases: list[Case], adviser: User, successor: User, administrator: User
) -> None:
    CaseLetter.objects.all().delete()
    before = {case.pk: (case.stage, case.due_on) for case in Case.objects.open()}
    done = hand(cases, adviser, successor, administrator)
    assert len(done) == 3
    assert {case.assigned_to for case in Case.objects.open()} == {successor}
    assert {case.pk: (case.stage, case.due_on) for case in Case.objects.open()} == before
    assert Case.objects.closed().get().assigned_to == adviser
    events = CaseEvent.objects.filter(kind="assigned", facts__before=adviser.pk)
    assert [(one.actor, one.words) for one in events] == [(administrator, "Bonne suite.")] * 3
    assert AuditEvent.objects.get(action="hand_over_files").after == {"to": successor.pk, "files": 3}
    letters = sorted((one.kind, str(one.recipient)) for one in CaseLetter.objects.all())
    assert letters == [("assigned", "Sacha Suite")] * 3 + [("handed_over", "None")] * 3
    written = write_letter(CaseLetter.objects.filter(kind="handed_over").first())  # type: ignore[arg-type]
    assert written is not None
    assert "Sacha Suite l’a en charge" in written.text


def test_only_those_chosen_change_hands(cases: list[Case], adviser: User, successor: User, administrator: User) -> None:
    hand(cases[:1], adviser, successor, administrator)
    assert [case.assigned_to for case in Case.objects.open().order_by("pk")] == [successor, adviser, adviser]


def test_what_cannot_be_handed_over_changes_nothing(
    cases: list[Case], adviser: User, successor: User, administrator: User
) -> None:
    elsewhere = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    elsewhere.roles.create(kind="adviser", body="Ailleurs", territory_code="61025", starts_on=date(2010, 1, 1))
    for receiver, chosen, code in (
        (elsewhere, cases, "receiver_outside"), (adviser, cases, "already_in_charge"),
        (successor, [], "nothing_to_hand"),
    ):  # fmt: skip
        with pytest.raises(CaseError) as refused:
            hand(chosen, adviser, receiver, administrator)
        assert refused.value.code == code
    hand(cases[2:], adviser, successor, administrator)
    with pytest.raises(CaseError) as meanwhile:
        hand(cases, adviser, successor, administrator)
    assert meanwhile.value.code == "assigned_meanwhile"
    assert Case.objects.open().filter(assigned_to=adviser).count() == 2
    with pytest.raises(NotAllowed):
        hand(cases[:2], adviser, successor, adviser)


def test_the_page_hands_over_and_says_who_left(
    cases: list[Case], adviser: User, successor: User, administrator: User, administrator_client: StrictClient,
    adviser_client: StrictClient,
) -> None:  # fmt: skip
    address = reverse("case_hand_over", args=[adviser.pk])
    assert address not in adviser_client.get(reverse("case_load")).content.decode()
    assert adviser_client.get(address).status_code == 403
    end_role(role=adviser.roles.get(), by=administrator, now=NOW)
    page = administrator_client.get(reverse("case_load")).content.decode()
    assert "Camille Conseil n’a plus de rôle" in page
    assert address in page
    form = administrator_client.get(address).content.decode()
    assert form.count("checked") == 3
    assert "— choisissez —" in form
    stage = "Prise en charge"
    assert f"{cases[0].reference} · {cases[0].promoter_name} · Mascouche · {stage} · pour le 5" in form.replace(
        "\xa0", " "
    )
    refused = administrator_client.post(address, {"receiver": successor.pk})
    assert refused.status_code == 400
    Case.objects.filter(pk=cases[1].pk).update(promoter_email="", promoter_phone="450 555-0100")
    sent = {"receiver": successor.pk, "cases": [case.pk for case in cases[:2]], "words": "Bonne suite."}
    asked = administrator_client.post(address, sent)
    assert asked.status_code == 200
    said = asked.content.decode().replace("\xa0", " ")
    assert "2 dossiers vont à Sacha Suite ; 1 personne en sera avertie." in said
    assert "Oui, remettre" in said
    assert said.count('type="hidden" name="cases"') == 2
    assert not Case.objects.open().filter(assigned_to=successor).exists()
    done = administrator_client.post(address, sent | {"confirmed": "1"}, follow=True)
    assert "2\u00a0dossiers sont remis" in done.content.decode() or "2 dossiers sont remis" in done.content.decode()
    assert Case.objects.open().filter(assigned_to=successor).count() == 2


def test_the_page_asks_as_much_with_many_people_as_with_few(
    cases: list[Case], administrator_client: StrictClient
) -> None:
    counts = []
    for more in (0, 30):
        for n in range(more):
            user = User.objects.create_user(f"c{n}@exemple.test", "un mot de passe long", name=f"C {n}")
            user.roles.create(kind="adviser", body="CLD", territory_code="640", starts_on=date(2010, 1, 1))
            Case.objects.filter(pk=cases[n % 3].pk).update(assigned_to=user)
        with CaptureQueriesContext(connection) as asked:
            administrator_client.get(reverse("case_load"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
