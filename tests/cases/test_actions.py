"""Every deed on a case: what it changes, what it leaves behind, what it refuses."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from essor.accounts import sending
from essor.accounts.audit import verify_chain
from essor.accounts.models import AppendOnlyError, AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.accounts.sending import Sent
from essor.cases import actions, queries
from essor.cases.access import hash_token, make_token
from essor.cases.actions import THE_PROMOTER, OpenedCase
from essor.cases.models import Case, CaseEvent, CaseLetter, CaseMessage, CaseTask
from essor.cases.rules import CaseError, Usual
from essor.territories.models import TerritoryPeriod
from tests.cases.conftest import ask, find_cld

DAY = timedelta(days=1)


def fresh(found: OpenedCase | Case) -> Case:
    return Case.objects.get(pk=found.case.pk if isinstance(found, OpenedCase) else found.pk)


def test_a_request_opens_a_case_that_nobody_lets_go(opened: OpenedCase, now: datetime) -> None:
    case = fresh(opened)
    assert (case.stage, case.due_on, case.assigned_to) == ("received", date(2026, 3, 4), None)
    assert case.access_hash == hash_token(opened.token)
    assert opened.token not in str(list(Case.objects.values_list())), "the token is kept nowhere"
    assert [event.kind for event in case.events.all()] == ["opened", "routed"]
    assert CaseMessage.objects.get().text.startswith("Nous voulons")
    trace = AuditEvent.objects.filter(target_kind="case")
    assert {(event.action, event.actor_label) for event in trace} == {
        ("case_opened", "promoter"),
        ("case_routed", "console"),
    }
    assert "Maude" not in str(list(trace.values_list("after", flat=True)))
    assert verify_chain().is_whole


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"need": "miracle"}, "need_unknown"),
        ({"territory_code": "99999"}, "place_unknown"),
        ({"words": "  "}, "words_missing"),
        ({"words": "x" * 5001}, "words_too_long"),
        ({"name": ""}, "name_missing"),
        ({"email": "", "phone": "appelez-moi"}, "contact_missing"),
        ({"email": "pas une adresse"}, "email_wrong"),
        ({"has_consented": False}, "consent_missing"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused(said: dict[str, Any], code: str, now: datetime) -> None:
    with pytest.raises(CaseError) as refusal:
        actions.open_case(request=ask(**said), now=now)
    assert refusal.value.code == code
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"), [("mascouche", "64015"), (" 64008 ", "64008"), ("Les Moulins", "640"), ("LANAUDIERE", "14")]
)
def test_a_place_is_found_by_its_name_or_its_code(text: str, code: str, now: datetime) -> None:
    assert queries.find_place(text=text, on=now.date()) == code


def test_a_name_that_two_places_bear_is_asked_again(now: datetime) -> None:
    TerritoryPeriod.objects.filter(territory__code="64015").update(name="Terrebonne")
    with pytest.raises(CaseError, match="place_ambiguous"):
        queries.find_place(text="terrebonne", on=now.date())
    with pytest.raises(CaseError, match="place_unknown"):
        queries.find_place(text="Atlantide", on=now.date())


def test_a_telephone_is_enough(now: datetime) -> None:
    case = actions.open_case(request=ask(email="", phone="450 555-0199"), now=now).case
    assert not CaseLetter.objects.filter(case=case, recipient=None).exists()


def test_nobody_is_flooded_with_letters_in_another_s_name(now: datetime) -> None:
    for _turn in range(5):
        actions.open_case(request=ask(), now=now)
    with pytest.raises(CaseError, match="too_many"):
        actions.open_case(request=ask(email="MAUDE@exemple.test"), now=now)
    assert actions.open_case(request=ask(), now=now + 2 * DAY).is_new


def test_the_same_form_sent_twice_opens_one_case(now: datetime) -> None:
    first = actions.open_case(request=ask(opening_key="a" * 32), now=now)
    again = actions.open_case(request=ask(opening_key="a" * 32), now=now)
    assert (again.case, again.token, again.is_new) == (first.case, first.token, False)


def test_a_case_goes_to_the_adviser_of_the_body_with_the_fewest_files(
    adviser: User, colleague: User, now: datetime
) -> None:
    first, second, third = (actions.open_case(request=ask(), now=now, find_bodies=find_cld).case for _ in range(3))
    assert [first.assigned_to, second.assigned_to, third.assigned_to] == [colleague, adviser, colleague]
    assert (first.stage, first.due_on, first.assigned_body) == ("assigned", date(2026, 3, 5), "cld-des-moulins")
    assert [reason["code"] for reason in third.routing_reason] == ["mandate", "fewest_files"]
    assert third.routing_reason[1]["open"] == 1


@pytest.mark.parametrize(
    "change", [{"territory_code": "620"}, {"ends_before": date(2026, 3, 2)}, {"body": "Une autre MRC"}]
)
def test_an_adviser_of_elsewhere_or_of_yesterday_is_not_chosen(
    adviser: User, now: datetime, change: dict[str, Any]
) -> None:
    adviser.roles.update(**change)
    case = actions.open_case(request=ask(), now=now, find_bodies=find_cld).case
    assert case.assigned_to is None
    assert [reason["code"] for reason in case.routing_reason] == ["mandate", "no_adviser"]


def test_a_whole_life_from_request_to_outcome(routed: OpenedCase, adviser: User, now: datetime) -> None:
    case = routed.case
    actions.write_message(case=case, text="Bonjour, parlons-en.", by=adviser, now=now + DAY)
    case = fresh(case)
    assert (case.stage, case.answered_at, case.due_on) == ("in_conversation", now + DAY, date(2026, 3, 17))
    actions.move_case(case=case, move="ask", words="Votre budget?", by=adviser, now=now + 7 * DAY)
    case = fresh(case)
    assert (case.stage, case.waiting_since, case.kept_due_on) == (
        "waiting_promoter",
        now + 7 * DAY,
        date(2026, 3, 17),
    )
    assert CaseMessage.objects.filter(text="Votre budget?", party="adviser").exists()
    actions.write_message(case=case, text="Le voici.", by=THE_PROMOTER, now=now + 14 * DAY)
    case = fresh(case)
    assert (case.stage, case.waiting_since, case.due_on) == ("in_conversation", None, date(2026, 3, 24))
    actions.close_case(case=case, outcome="helped", words="Prêt accordé par la caisse", by=adviser, now=now + 15 * DAY)
    case = fresh(case)
    assert (case.stage, case.outcome_code, case.due_on) == ("closed", "helped", None)
    kinds = [event.kind for event in case.events.all()]
    assert kinds == ["opened", "routed", "message", "moved", "moved", "message", "moved", "closed"]
    assert AuditEvent.objects.filter(target_id=case.reference).count() == len(kinds)


@pytest.mark.parametrize(
    "deed",
    [
        lambda case, by, now: actions.write_message(case=case, text="Encore", by=by, now=now),
        lambda case, by, now: actions.write_note(case=case, text="Encore", by=by, now=now),
        lambda case, by, now: actions.move_case(case=case, move="ask", words="Quoi?", by=by, now=now),
        lambda case, by, now: actions.add_task(case=case, label="Appeler", by=by, now=now),
        lambda case, by, now: actions.assign_case(case=case, person=by, seen=by.pk, by=by, now=now),
        lambda case, by, now: actions.close_case(case=case, outcome="helped", words="Une autre fin", by=by, now=now),
        lambda case, by, now: actions.attach_document(case=case, name="a.txt", chunks=[b"a"], by=by, now=now),
    ],
)
def test_nothing_is_added_to_a_closed_case(
    routed: OpenedCase, adviser: User, now: datetime, deed: Callable[..., Any]
) -> None:
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    with pytest.raises(CaseError, match="case_closed"):
        deed(routed.case, adviser, now)


def test_a_case_never_closes_by_a_move_and_the_database_agrees(
    routed: OpenedCase, adviser: User, now: datetime
) -> None:
    with pytest.raises(CaseError, match="outcome_missing"):
        actions.move_case(case=routed.case, move="close", by=adviser, now=now)
    with pytest.raises(CaseError, match="outcome_words_missing"):
        actions.close_case(case=routed.case, outcome="helped", words="fini", by=adviser, now=now)
    row = Case.objects.filter(pk=routed.case.pk)
    for silent in (
        {"closed_at": now, "due_on": None},
        {"closed_at": now, "due_on": None, "outcome_code": "helped"},
        {"due_on": None},
        {"waiting_since": now},
        {"promoter_email": "", "promoter_phone": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**silent)


def test_the_promoter_withdraws_in_words(routed: OpenedCase, now: datetime) -> None:
    with pytest.raises(CaseError, match="outcome_not_yours"):
        actions.close_case(case=routed.case, outcome="helped", words="Aide trouvée ailleurs", by=THE_PROMOTER, now=now)
    case = actions.close_case(
        case=routed.case, outcome="withdrawn", words="Nous avons trouvé ailleurs", by=THE_PROMOTER, now=now
    )
    assert case.stage == "closed"
    assert CaseLetter.objects.get(kind="closed").recipient == routed.case.assigned_to


def test_an_adviser_of_elsewhere_touches_nothing(
    routed: OpenedCase, adviser: User, colleague: User, now: datetime
) -> None:
    colleague.roles.update(territory_code="620")
    with pytest.raises(NotAllowed):
        actions.write_message(case=routed.case, text="Bonjour", by=colleague, now=now)
    with pytest.raises(CaseError, match="person_outside"):
        actions.assign_case(case=routed.case, person=colleague, seen=adviser.pk, by=adviser, now=now)


def test_a_case_changes_hands_once_and_keeps_its_term(
    routed: OpenedCase, adviser: User, colleague: User, now: datetime
) -> None:
    due = routed.case.due_on
    case = actions.assign_case(
        case=routed.case, person=colleague, seen=adviser.pk, by=adviser, now=now + DAY, words="Je pars en congé"
    )
    assert (case.assigned_to, case.stage, case.due_on) == (colleague, "assigned", due)
    with pytest.raises(CaseError) as refusal:
        actions.assign_case(case=case, person=adviser, seen=adviser.pk, by=adviser, now=now + DAY)
    assert (refusal.value.code, refusal.value.facts["person"]) == ("assigned_meanwhile", str(colleague))


def test_whoever_answers_a_case_that_nobody_has_takes_it(opened: OpenedCase, adviser: User, now: datetime) -> None:
    actions.write_message(case=opened.case, text="Je m’en occupe.", by=adviser, now=now)
    case = fresh(opened)
    assert (case.assigned_to, case.stage) == (adviser, "in_conversation")


def test_notes_and_tasks_are_the_adviser_s_log(routed: OpenedCase, adviser: User, now: datetime) -> None:
    due = routed.case.due_on
    actions.write_note(case=routed.case, text="Appel de 40 minutes", minutes=40, by=adviser, now=now)
    with pytest.raises(CaseError, match="note_not_yours"):
        actions.write_note(case=routed.case, text="Moi aussi", by=THE_PROMOTER, now=now)
    task = actions.add_task(case=routed.case, label="Envoyer le guide", due_on=due, by=adviser, now=now)
    actions.finish_task(task=task, by=adviser, now=now + DAY)
    actions.finish_task(task=task, by=adviser, now=now + 2 * DAY)
    assert CaseTask.objects.get().done_at == now + DAY
    assert fresh(routed).due_on == due, "a note is no answer to the person"
    assert queries.read_case_page(case=routed.case).minutes == 40


def test_what_no_letter_tells_is_no_first_contact(adviser: User, now: datetime) -> None:
    asked = ask(email="", phone="450 555-0199")
    case = actions.open_case(request=asked, now=now, find_bodies=find_cld).case
    actions.write_message(case=case, text="Bonjour", by=adviser, now=now)
    case.refresh_from_db()
    assert (case.stage, case.answered_at) == ("assigned", None)
    actions.write_note(case=case, text="Appel", by=adviser, now=now)
    case.refresh_from_db()
    assert case.stage == "assigned"
    actions.write_note(case=case, text="Appel", has_talked=True, by=adviser, now=now)
    case.refresh_from_db()
    assert (case.stage, case.answered_at) == ("in_conversation", now)
    with pytest.raises(CaseError, match="task_past"):
        actions.add_task(case=case, label="Relancer", due_on=now.date() - timedelta(days=1), by=adviser, now=now)


def test_the_timeline_is_never_rewritten(routed: OpenedCase, now: datetime) -> None:
    events = CaseEvent.objects.filter(case=routed.case)
    for refused in (lambda: events.update(kind="closed"), events.delete):
        with pytest.raises(AppendOnlyError):
            refused()
    event = events.first()
    assert event is not None
    event.kind = "closed"
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        events.erase(words="autre chose")
    with pytest.raises(IntegrityError), transaction.atomic():
        event.delete()
    for change in ({"reference": "AUTRE"}, {"opened_at": now - DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=routed.case.pk).update(**change)


def test_an_outcome_is_never_rewritten(routed: OpenedCase, adviser: User, now: datetime) -> None:
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    row = Case.objects.filter(pk=routed.case.pk)
    for change in ({"outcome_words": "Une autre histoire"}, {"outcome_code": "helped"}, {"stage": "assigned"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(closed_at=None, outcome_code="", outcome_words="", due_on=now.date())


def test_the_usual_time_counts_first_answers(adviser: User, now: datetime) -> None:
    for days in (1, 1, 2, 3, 4):
        case = actions.open_case(
            request=ask(email=f"p{days}-{Case.objects.count()}@exemple.test"), now=now, find_bodies=find_cld
        ).case
        later = now + days * DAY
        actions.write_message(case=case, text="Bonjour", by=adviser, now=later)
        actions.close_case(case=case, outcome="helped", words="Aide bien trouvée", by=adviser, now=later)
    assert queries.measure_usual(workflow="request", now=now + 10 * DAY) == Usual(2, 5)
    assert queries.measure_usual(workflow="request", now=now + 800 * DAY) is None


def test_letters_say_where_to_go_and_nothing_of_what_was_written(
    routed: OpenedCase, adviser: User, now: datetime
) -> None:
    actions.write_message(case=routed.case, text="Secret de famille", by=adviser, now=now)
    assert actions.send_letters(now=now).sent == 3
    assert actions.send_letters(now=now).sent == 0
    texts = "".join(str(letter.body) for letter in mail.outbox)
    assert f"http://testserver/suivi/{routed.token}/" in texts
    assert f"http://testserver/dossiers/{routed.case.reference}/" in texts
    assert ("Secret" in texts, "Camille Conseil l’a en charge" in texts) == (False, True)
    assert [letter.to for letter in mail.outbox] == [
        ["maude@exemple.test"],
        ["conseil@exemple.test"],
        ["maude@exemple.test"],
    ]


def test_the_promoter_is_written_to_in_their_language(now: datetime) -> None:
    actions.open_case(request=ask(language="en"), now=now)
    actions.send_letters(now=now)
    assert "has arrived" in mail.outbox[0].subject
    assert "/en/suivi/" in str(mail.outbox[0].body)


def test_a_letter_that_cannot_leave_is_tried_again(opened: OpenedCase, now: datetime, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert (actions.send_letters(now=now).failed, CaseLetter.objects.filter(sent_at=None).count()) == (1, 1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert actions.send_letters(now=now).sent == 1


def test_a_link_made_with_another_secret_is_left_out(opened: OpenedCase, now: datetime, settings: Any) -> None:
    settings.SECRET_KEY = "another"
    assert make_token(opened.case.reference) != opened.token
    actions.send_letters(now=now)
    assert "/suivi/" not in str(mail.outbox[0].body)
    assert queries.find_case_by_token(token=opened.token) == opened.case, "the link already sent still opens"


def test_a_form_gone_back_to_and_changed_is_another_request(now: datetime) -> None:
    first = actions.open_case(request=ask(opening_key="a" * 32), now=now)
    changed = actions.open_case(request=ask(opening_key="a" * 32, words="Et un café, aussi."), now=now)
    assert (changed.is_new, changed.case == first.case, Case.objects.count()) == (True, False, 2)


def test_an_address_that_no_server_could_hold_is_refused(now: datetime) -> None:
    with pytest.raises(CaseError, match="email_wrong"):
        actions.open_case(request=ask(email="maude@" + "é" * 63 + ".ca"), now=now)


def test_the_first_letter_repeats_nothing_that_was_typed(routed: OpenedCase, adviser: User, now: datetime) -> None:
    """Its address may be somebody else's: the form is no means of writing to them."""
    case = actions.open_case(request=ask(name="Maude\r\n\r\nCliquez sur https://mal.test"), now=now).case
    actions.send_letters(now=now)
    assert "mal.test" not in str([letter.message() for letter in mail.outbox])
    assert case.promoter_name == "Maude Cliquez sur https://mal.test"


def test_three_dashes_are_no_outcome_in_words(routed: OpenedCase, adviser: User, now: datetime) -> None:
    for words in ("- - -", "\u200b \u200b \u200b x", "… fermé !"):
        with pytest.raises(CaseError, match="outcome_words_missing"):
            actions.close_case(case=routed.case, outcome="helped", words=words, by=adviser, now=now)


def test_whoever_no_longer_covers_the_place_is_not_written_to(
    routed: OpenedCase, adviser: User, administrator: User, now: datetime
) -> None:
    adviser.roles.update(ends_before=(now + DAY).date())
    CaseLetter.objects.all().delete()
    actions.write_message(case=routed.case, text="Êtes-vous là?", by=THE_PROMOTER, now=now + DAY)
    assert [letter.recipient for letter in CaseLetter.objects.all()] == [administrator]


def test_a_letter_that_cannot_be_written_holds_no_other(
    administrator: User, opened: OpenedCase, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    CaseLetter.objects.filter(kind="opened").update(kind="unheard_of")
    assert actions.send_letters(now=now) == Sent(sent=1, failed=1)
    assert [letter.to for letter in mail.outbox] == [[administrator.email]]
    assert queries.count_unsent_letters() == 1
    assert "unheard_of" in caplog.text


def test_a_batch_longer_than_a_claim_sends_each_letter_once(
    administrator: User, opened: OpenedCase, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first letter takes eleven minutes; while the second leaves, another process looks for those that wait."""
    elapsed, left = [0.0], list[str]()

    def send_slowly(letter: mail.EmailMessage) -> int:
        left.append(letter.to[0])
        if len(left) == 1:
            elapsed[0] += 660
        else:
            assert actions.send_letters(now=now + timedelta(seconds=elapsed[0] + 5)) == Sent()
        return 1

    monkeypatch.setattr(sending.time, "monotonic", lambda: elapsed[0])
    monkeypatch.setattr(mail.EmailMessage, "send", send_slowly)
    assert actions.send_letters(now=now) == Sent(sent=2)
    assert len(left) == 2


def test_a_failure_keeps_no_address(
    administrator: User, opened: OpenedCase, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(letter: mail.EmailMessage) -> int:
        raise smtplib.SMTPRecipientsRefused({letter.to[0]: (550, b"no such person")})

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    actions.send_letters(now=now)
    assert set(CaseLetter.objects.values_list("failure", flat=True)) == {"SMTPRecipientsRefused"}


def test_two_processes_that_send_at_once_send_each_letter_once(
    administrator: User, opened: OpenedCase, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first process sends a letter, a second one looks for those that wait."""
    send = mail.EmailMessage.send

    def send_slowly(letter: mail.EmailMessage) -> int:
        monkeypatch.setattr(mail.EmailMessage, "send", send)
        assert actions.send_letters(now=now + timedelta(minutes=5)) == Sent(sent=1)
        return send(letter)

    monkeypatch.setattr(mail.EmailMessage, "send", send_slowly)
    assert actions.send_letters(now=now) == Sent(sent=1)
    assert sorted(letter.to[0] for letter in mail.outbox) == [administrator.email, "maude@exemple.test"]


def test_a_letter_that_a_fallen_process_had_claimed_leaves_after_a_while(
    administrator: User, opened: OpenedCase, now: datetime
) -> None:
    CaseLetter.objects.update(claimed_at=now)
    assert actions.send_letters(now=now + timedelta(minutes=10)) == Sent()
    assert actions.send_letters(now=now + timedelta(minutes=11)) == Sent(sent=2)
