"""A request from the first form to its outcome, on the pages of both sides; without script, as people would."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.accounts.models import User
from essor.cases import actions, queries, routing
from essor.cases.actions import THE_PROMOTER, OpenedCase
from essor.cases.models import Case
from essor.cases.profiles import read_profile, sign_profile
from essor.territories.models import TerritoryPeriod
from tests.cases.conftest import ask, find_cld
from tests.pages import StrictClient

ASKED = {
    "need": "start",
    "place": "mascouche",
    "words": "Une épicerie coopérative.",
    "person": "Maude Promotrice",
    "email": "maude@exemple.test",
    "has_consented": "on",
}


@pytest.fixture
def _bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the project tells routing at start-up."""
    monkeypatch.setattr(routing, "_find_bodies", find_cld)


def follow_path(opened: OpenedCase, end: str = "") -> str:
    return f"/suivi/{opened.token}/{end}"


def case_path(opened: OpenedCase, end: str = "") -> str:
    return f"/dossiers/{opened.case.reference}/{end}"


@pytest.mark.usefixtures("_bodies")
def test_a_request_is_asked_followed_answered_and_closed(
    public: StrictClient, adviser: User, adviser_client: StrictClient
) -> None:
    sent = public.post("/demander/", ASKED)
    mine = str(sent["Location"])
    page = public.get(mine).content.decode()
    assert all(said in page for said in ("Camille Conseil", "Mascouche", "Une épicerie coopérative."))
    reference = Case.objects.get().reference
    assert {letter.to[0] for letter in mail.outbox} == {"maude@exemple.test", "conseil@exemple.test"}
    theirs = f"/dossiers/{reference}/"
    assert reference in adviser_client.get("/dossiers/").content.decode()
    assert "CLD des Moulins a le mandat « Démarrer une entreprise collective » à Mascouche." in (
        adviser_client.get(theirs).content.decode()
    )
    assert adviser_client.post(f"{theirs}message/", {"text": "Parlons-en."}).status_code == 302
    assert adviser_client.post(f"{theirs}note/", {"text": "Confidentiel", "minutes": "70"}).status_code == 302
    assert adviser_client.post(f"{theirs}attendre/", {"words": "Votre budget?"}).status_code == 302
    page = public.get(mine).content.decode()
    assert ("Parlons-en." in page, "Votre budget?" in page, "Confidentiel" in page) == (True, True, False)
    assert "À vous : répondez ci-dessous." in page
    assert public.post(f"{mine}message/", {"text": "Le voici."}).status_code == 302
    page = adviser_client.get(theirs).content.decode()
    assert ("Le voici." in page, "1 h 10" in page) == (True, True)
    closing = {"outcome": "helped", "words": "Un prêt de la caisse"}
    assert adviser_client.post(f"{theirs}clore/", closing).status_code == 302
    page = public.get(mine).content.decode()
    assert ("De l’aide a été trouvée" in page, "Un prêt de la caisse" in page, "<form" in page.split("<main")[1]) == (
        True, True, False,
    )  # fmt: skip
    assert reference in adviser_client.get("/dossiers/clos/").content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"place": "Atlantide"}, "Aucun lieu connu ne porte ce nom"),
        ({"email": ""}, "Donnez un courriel ou un numéro de téléphone"),
        ({"email": "pas une adresse"}, "n’est pas une adresse de courriel"),
        ({"has_consented": ""}, "obligatoire"),
        ({"need": "miracle"}, "miracle"),
        ({"words": "   "}, "obligatoire"),
    ],
)
def test_a_form_sent_back_says_what_is_wrong_and_keeps_the_rest(
    public: StrictClient, change: dict[str, str], sentence: str
) -> None:
    answer = public.post("/demander/", {**ASKED, **change})
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, "Maude Promotrice" in page) == (400, True, True)
    assert not Case.objects.exists()


def test_the_button_pressed_twice_opens_one_request(public: StrictClient) -> None:
    page = public.get("/demander/").content.decode()
    key = re.search(r'name="opening_key" value="(\w{32})"', page)
    assert key
    places = {str(public.post("/demander/", {**ASKED, "opening_key": key[1]})["Location"]) for _turn in range(2)}
    assert (len(places), Case.objects.count()) == (1, 1)


def test_answers_come_from_the_finder_signed_or_not_at_all(public: StrictClient) -> None:
    signed = sign_profile({"Forme juridique": "coopérative"}, {"legal_form": "coop"})
    page = public.get("/demander/", {"need": "digital", "place": "Mascouche", "profile": signed}).content.decode()
    assert "seront jointes à votre demande" in page
    assert 'value="digital" selected' in page
    public.post("/demander/", {**ASKED, "profile": signed})
    case = Case.objects.get()
    assert (case.profile, case.profile_values) == ({"Forme juridique": "coopérative"}, {"legal_form": "coop"})
    tampered = signed[:-2] + ("aa" if signed[-2:] != "aa" else "bb")
    assert read_profile(tampered) is None
    page = public.get("/demander/", {"profile": tampered}).content.decode()
    assert "n’ont pas pu être relues" in page
    assert public.post("/demander/", {**ASKED, "profile": tampered}).status_code == 302
    assert Case.objects.filter(profile__isnull=True).count() == 1


def test_a_link_opens_its_own_request_and_tells_nobody(public: StrictClient, opened: OpenedCase) -> None:
    answer = public.get(follow_path(opened))
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    for wrong in (opened.token[:-1], opened.token + "A", opened.case.reference, opened.case.access_hash):
        assert public.get(f"/suivi/{wrong}/").status_code == 404
    assert public.get(case_path(opened)).status_code == 302, "the reference alone opens nothing"
    assert "What now?" in public.get("/en" + follow_path(opened)).content.decode()


def test_the_promoter_withdraws_and_must_say_why(public: StrictClient, opened: OpenedCase) -> None:
    refused = public.post(follow_path(opened, "retirer/"), {"outcome": "withdrawn", "words": "non"})
    assert (refused.status_code, "Dites l’issue en mots" in refused.content.decode()) == (400, True)
    said = {"outcome": "withdrawn", "words": "Nous avons trouvé ailleurs"}
    assert public.post(follow_path(opened, "retirer/"), said).status_code == 302
    assert "Retirée par la personne" in public.get(follow_path(opened)).content.decode()
    assert public.get(follow_path(opened, "retirer/"))["Location"] == follow_path(opened)
    late = public.post(follow_path(opened, "message/"), {"text": "Encore un mot"})
    assert (late.status_code, Case.objects.get().messages.count()) == (400, 1)


def test_documents_pass_both_ways_and_are_always_taken_away(
    public: StrictClient, adviser_client: StrictClient, routed: OpenedCase
) -> None:
    file = SimpleUploadedFile("plan <b>.txt", b"Le plan", content_type="text/html")
    assert public.post(follow_path(routed, "document/"), {"file": file}).status_code == 302
    document = routed.case.documents.get()
    for client, address in (
        (public, follow_path(routed, f"documents/{document.pk}/")),
        (adviser_client, case_path(routed, f"documents/{document.pk}/")),
    ):
        answer = client.get(address)
        assert b"".join(answer.streaming_content) == b"Le plan"  # type: ignore[attr-defined]
        assert answer["Content-Type"] == "text/plain"
        assert answer["Content-Disposition"] == 'attachment; filename="plan_b.txt"'
        assert "sandbox" in answer["Content-Security-Policy"]
    page = SimpleUploadedFile("plan.pdf", b"<html><script>1</script></html>", content_type="application/pdf")
    refused = public.post(follow_path(routed, "document/"), {"file": page})
    assert (refused.status_code, "n’est pas d’un genre accepté" in refused.content.decode()) == (400, True)
    other = actions.open_case(request=ask(), now=routed.case.opened_at)
    assert public.get(follow_path(other, f"documents/{document.pk}/")).status_code == 404


def test_the_promoter_takes_away_what_they_gave(
    public: StrictClient, adviser: User, routed: OpenedCase, now: datetime
) -> None:
    actions.write_note(case=routed.case, text="Confidentiel", by=adviser, now=now)
    answer = public.get(follow_path(routed, "donnees.json"))
    content = answer.json()
    assert (content["name"], content["stage"], len(content["messages"])) == ("Maude Promotrice", "assigned", 1)
    assert "Confidentiel" not in answer.content.decode()


def test_an_adviser_takes_hands_over_and_keeps_tasks(
    adviser: User, adviser_client: StrictClient, colleague: User, opened: OpenedCase
) -> None:
    assert adviser_client.post(case_path(opened, "prendre/")).status_code == 302
    assert adviser_client.post(case_path(opened, "tache/"), {"label": "Appeler"}).status_code == 302
    task = opened.case.tasks.get()
    assert adviser_client.post(case_path(opened, f"taches/{task.pk}/faite/")).status_code == 302
    stale = adviser_client.post(case_path(opened, "prendre/"))
    assert (stale.status_code, "changé de mains" in stale.content.decode()) == (400, True)
    page = adviser_client.get(case_path(opened)).content.decode()
    assert "Alex Collègue (dossiers ouverts : 0)" in page
    handed = {"person": colleague.pk, "seen": adviser.pk, "words": "Je pars en congé"}
    assert adviser_client.post(case_path(opened, "confier/"), handed).status_code == 302
    assert Case.objects.get().assigned_to == colleague
    refused = adviser_client.post(case_path(opened, "clore/"), {"outcome": "helped", "words": "fait"})
    assert (refused.status_code, Case.objects.get().closed_at) == (400, None)


def test_an_adviser_of_elsewhere_sees_nothing_of_it(
    adviser: User, adviser_client: StrictClient, opened: OpenedCase
) -> None:
    adviser.roles.update(territory_code="620")
    assert "Maude" not in adviser_client.get("/dossiers/").content.decode()
    assert adviser_client.get(case_path(opened)).status_code == 403
    assert adviser_client.post(case_path(opened, "prendre/")).status_code == 403


def test_only_an_administrator_erases(
    adviser: User, adviser_client: StrictClient, administrator_client: StrictClient, routed: OpenedCase, now: datetime
) -> None:
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    assert "Effacer" not in adviser_client.get(case_path(routed)).content.decode()
    assert adviser_client.post(case_path(routed, "effacer/"), {"reason": "asked"}).status_code == 403
    assert "Effacer" in administrator_client.get(case_path(routed)).content.decode()
    done = administrator_client.post(case_path(routed, "effacer/"), {"reason": "asked"})
    assert done.status_code == 302
    page = administrator_client.get(case_path(routed)).content.decode()
    assert ("Maude" in page, "sont effacés" in page) == (False, True)
    assert StrictClient().get(follow_path(routed)).status_code == 404


def test_lists_ask_as_much_of_the_database_for_one_as_for_twenty(
    adviser: User, adviser_client: StrictClient, public: StrictClient, routed: OpenedCase, now: datetime
) -> None:
    addresses = [
        (adviser_client, "/dossiers/"),
        (adviser_client, "/dossiers/clos/"),
        (adviser_client, case_path(routed)),
        (public, follow_path(routed)),
    ]
    fill(routed, adviser, now, turns=1)
    before = [count_queries(client, address) for client, address in addresses]
    fill(routed, adviser, now, turns=19)
    assert [count_queries(client, address) for client, address in addresses] == before


def fill(routed: OpenedCase, adviser: User, now: datetime, *, turns: int) -> None:
    """As many open cases in each list, closed ones, and things hung on one of them."""
    for turn in range(turns):
        later = now + timedelta(minutes=turn)
        for stage in ("taken", "waiting", "closed", "nobody"):
            email = f"{stage}-{Case.objects.count()}@exemple.test"
            bodies = None if stage == "nobody" else find_cld
            case = actions.open_case(request=ask(email=email), now=later, find_bodies=bodies).case
            if stage == "waiting":
                actions.move_case(case=case, move="ask", words="Quoi donc?", by=adviser, now=later)
            if stage == "closed":
                actions.close_case(case=case, outcome="helped", words="Une aide trouvée", by=adviser, now=later)
        actions.write_message(case=routed.case, text="Bonjour", by=adviser, now=later)
        actions.write_message(case=routed.case, text="Bonsoir", by=THE_PROMOTER, now=later)
        actions.add_task(case=routed.case, label="Appeler", by=adviser, now=later)
        actions.attach_document(case=routed.case, name="a.txt", chunks=[b"a"], by=adviser, now=later)


def count_queries(client: StrictClient, address: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_the_desk_puts_first_what_presses(
    adviser: User, adviser_client: StrictClient, routed: OpenedCase, now: datetime
) -> None:
    page = adviser_client.get("/dossiers/").content.decode()
    assert "En retard" in page, "its term passed long before today"
    assert adviser_client.get("/dossiers/", {"search": "maude"}).content.decode().count(routed.case.reference) == 2
    assert "Aucun dossier ouvert ne répond" in adviser_client.get("/dossiers/", {"search": "zzz"}).content.decode()


def test_reminders_that_nobody_runs_are_seen(
    administrator_client: StrictClient, adviser_client: StrictClient, opened: OpenedCase
) -> None:
    assert "aucun rappel" in administrator_client.get("/dossiers/").content.decode()
    assert "aucun rappel" not in adviser_client.get("/dossiers/").content.decode()
    actions.remind_and_escalate(now=timezone.now())
    assert "aucun rappel" not in administrator_client.get("/dossiers/").content.decode()


def test_a_letter_that_does_not_leave_is_shown_to_administrators(
    administrator_client: StrictClient, adviser_client: StrictClient, opened: OpenedCase, settings: Any, now: datetime
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    actions.send_letters(now=now)
    assert "2 lettres ne partent pas" in administrator_client.get("/dossiers/").content.decode()
    assert "ne partent pas" not in adviser_client.get("/dossiers/").content.decode()


def test_who_gave_no_e_mail_address_is_to_be_called(public: StrictClient, adviser_client: StrictClient) -> None:
    case = actions.open_case(request=ask(email="", phone="450 555-0100"), now=timezone.now(), find_bodies=find_cld)
    assert "on vous appellera" in public.get(follow_path(case)).content.decode()
    for end, said in (
        ("attendre/", {"words": "Votre budget?"}),
        ("clore/", {"outcome": "helped", "words": "Un prêt de la caisse"}),
    ):
        page = adviser_client.post(case_path(case, end), said, follow=True).content.decode()
        assert ("Appelez la personne" in page, "est prévenue" in page) == (True, False)


def test_answers_joined_to_a_request_are_read_by_the_adviser(adviser_client: StrictClient) -> None:
    answers = {"Forme juridique": "coopérative <b>"}
    case = actions.open_case(request=ask(profile=answers), now=timezone.now(), find_bodies=find_cld)
    page = adviser_client.get(case_path(case)).content.decode()
    assert "<dt>Forme juridique</dt><dd>coopérative &lt;b&gt;</dd>" in page


def test_a_desk_that_holds_no_more_says_so(
    adviser_client: StrictClient, routed: OpenedCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.open_case(request=ask(email="autre@exemple.test"), now=timezone.now(), find_bodies=find_cld)
    assert "plus que cette page" not in adviser_client.get("/dossiers/").content.decode()
    monkeypatch.setattr(queries, "MOST_ON_DESK", 1)
    assert "plus que cette page" in adviser_client.get("/dossiers/").content.decode()


def test_a_task_is_done_from_its_own_file_only(adviser: User, adviser_client: StrictClient, routed: OpenedCase) -> None:
    now = timezone.now()
    other = actions.open_case(request=ask(email="autre@exemple.test"), now=now, find_bodies=find_cld)
    task = actions.add_task(case=other.case, label="Appeler", by=adviser, now=now)
    assert adviser_client.post(case_path(routed, f"taches/{task.pk}/faite/")).status_code == 404
    assert adviser_client.post(case_path(other, f"taches/{task.pk}/faite/")).status_code == 302


def test_a_municipality_that_is_no_more_takes_no_file_from_its_adviser(
    adviser_client: StrictClient, routed: OpenedCase
) -> None:
    """Merged into another, its place is where it last was: in the MRC of whoever handles its files."""
    TerritoryPeriod.objects.filter(territory__code="64015").update(ends_before=timezone.localdate() - timedelta(days=1))
    assert adviser_client.get(case_path(routed)).status_code == 200
    assert routed.case.reference in adviser_client.get("/dossiers/").content.decode()
