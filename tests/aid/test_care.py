"""Givers confirm by one link, readers propose, links are looked at; each leaves its trace and nothing is told twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from essor.accounts.limits import LIMITS
from essor.accounts.models import AuditEvent, User
from essor.aid import actions
from essor.aid.actions.links import Looked, NothingAnswers
from essor.aid.confirmations import Confirmation, make_link_word, stand
from essor.aid.guards import install_guards, remove_guards
from essor.aid.looking import is_public, is_reachable, look
from essor.aid.models import AidConfirmation, AidLetter, AidProposal, LinkCheck
from essor.aid.queries.care import read_memory
from essor.aid.queries.drafts import find_current
from essor.aid.rules import AidError
from essor.knowledge.aids import AidDefinition, check_aid, load_aids
from essor.methods.months import add_months
from tests.pages import StrictClient

SLUG = "jec_lanaudiere_2017"
NOW = timezone.now() + timedelta(days=1)
DAY = timedelta(days=1)


def first() -> AidDefinition:
    return next(aid for aid in load_aids() if aid.id == SLUG)


def publish(**said: Any) -> None:
    """Another version of the programme, by the console."""
    content = check_aid(first().model_dump(mode="json") | said)
    actions.publish_aid(revision=actions.draft_aid(definition=content, by=None, now=NOW), by=None, now=NOW)


def number() -> int:
    current = find_current(SLUG)
    assert current is not None
    return current.number


@pytest.fixture
def server() -> Iterator[str]:
    """A small web: /here answers, /gone is no more, /away leads to /here, /guarded refuses programs, /broken fails,
    /bad leads to no address, /slow never ends."""
    statuses = {"/here": 200, "/guarded": 403, "/broken": 500, "/away": 302, "/round": 302, "/bad": 302}
    leads = {"/away": "/here", "/round": "/round", "/bad": "http://["}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/slow":
                self._drip()
                return
            self.send_response(statuses.get(self.path.split("?")[0], 404))
            if self.path in leads:
                self.send_header("Location", leads[self.path])
            self.end_headers()

        def _drip(self) -> None:
            """A byte at a time, and no end."""
            with suppress(OSError):
                while True:
                    self.wfile.write(b"H")
                    self.wfile.flush()
                    time.sleep(0.05)

        def log_message(self, *_said: Any) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    web.daemon_threads = True
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()


def on_this_machine(address: str, _port: int) -> bool:
    return address == "127.0.0.1"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/here", 200), ("/gone", 404), ("/guarded", 403), ("/broken", 500), ("/away", 200), ("/round", 302),
     ("/here?q=à propos", 200)],
)  # fmt: skip
def test_what_a_page_answers(server: str, path: str, status: int) -> None:
    assert look(server + path, may_reach=on_this_machine) == status


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/here", "http://localhost:{port}/here", "ftp://exemple.test/x", "http://[::1]:{port}/here",
     "http://exemple.test:99999/", "file:///etc/passwd", "http:///x"],
)  # fmt: skip
def test_nothing_that_is_not_public_is_reached(server: str, url: str) -> None:
    assert look(url.format(port=server.rsplit(":", 1)[1])) is None


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "168.63.129.16", "224.0.0.1", "::1", "fe80::1",
        "fc00::1", "fec0::1", "::a00:1", "::ffff:127.0.0.1", "::ffff:0:a00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
        "2002:7f00:1::", "not an address",
    ],
)  # fmt: skip
def test_addresses_that_may_not_be_reached(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(("port", "may"), [(80, True), (443, True), (22, False), (8080, False)])
def test_only_the_ports_of_the_web_are_reached(port: int, may: bool) -> None:
    assert is_reachable("93.184.215.14", port) is may
    assert not is_reachable("10.0.0.1", port)


def test_a_redirection_to_no_address_is_no_answer(server: str) -> None:
    assert look(f"{server}/bad", may_reach=on_this_machine) is None


def test_a_server_that_drips_is_cut_off(server: str) -> None:
    begun = time.monotonic()
    assert look(f"{server}/slow", may_reach=on_this_machine, seconds=0.5) is None
    assert time.monotonic() - begun < 5


def test_one_page_that_answers_ill_holds_no_other(server: str) -> None:
    publish(sources=[{"url": server + path, "kind": "official"} for path in ("/bad", "/here")])
    assert actions.check_links(now=NOW, may_reach=on_this_machine, slugs=[SLUG]) == Looked(looked=2, failing=1)
    assert dict(LinkCheck.objects.values_list("url", "status")) == {f"{server}/bad": None, f"{server}/here": 200}


def test_a_redirection_to_what_is_not_public_is_not_followed(server: str) -> None:
    seen: list[str] = []

    def first_only(address: str, _port: int) -> bool:
        seen.append(address)
        return len(seen) == 1

    assert look(f"{server}/away", may_reach=first_only) is None
    assert len(seen) == 2


def test_a_gone_page_is_said_at_once_on_the_page_of_the_aid(server: str, client: StrictClient) -> None:
    publish(sources=[{"url": f"{server}/gone", "kind": "official"}, {"url": f"{server}/here", "kind": "official"}])
    assert "Lien mort" not in client.get(reverse("aid", args=[SLUG])).content.decode()
    done = actions.check_links(now=timezone.now(), may_reach=on_this_machine, slugs=[SLUG])
    assert (done.looked, LinkCheck.objects.filter(status=200).count()) == (LinkCheck.objects.count(), 1)
    page = client.get(reverse("aid", args=[SLUG])).content.decode()
    assert "Lien mort" in page
    assert f"{server}/gone" in page


def test_a_link_is_looked_at_again_in_its_turn(server: str) -> None:
    publish(sources=[{"url": f"{server}/here", "kind": "official"}, {"url": f"{server}/gone", "kind": "official"}])
    actions.check_links(now=NOW, may_reach=on_this_machine, slugs=[SLUG])

    def count(url: str) -> int:
        return LinkCheck.objects.filter(url=server + url).count()

    actions.check_links(now=NOW + timedelta(minutes=5), may_reach=on_this_machine, slugs=[SLUG])
    assert (count("/here"), count("/gone")) == (1, 1)
    actions.check_links(now=NOW + DAY, may_reach=on_this_machine, slugs=[SLUG])
    assert (count("/here"), count("/gone")) == (1, 2)
    actions.check_links(now=NOW + 7 * DAY, may_reach=on_this_machine, slugs=[SLUG])
    assert (count("/here"), count("/gone")) == (2, 3)


def test_a_platform_cut_off_from_the_web_writes_nothing() -> None:
    with pytest.raises(NothingAnswers):
        actions.check_links(now=NOW, may_reach=lambda _address, _port: False, slugs=[SLUG])
    assert not LinkCheck.objects.exists()


def test_one_failing_link_alone_is_written_where_others_still_answer(server: str) -> None:
    publish(
        sources=[
            {"url": f"{server}/here", "kind": "official"},
            {"url": "http://nulle.part.invalid/", "kind": "official"},
        ]
    )
    actions.check_links(now=NOW, may_reach=on_this_machine, slugs=[SLUG])
    publish(
        sources=[{"url": f"{server}/here", "kind": "official"}, {"url": "http://ailleurs.invalid/", "kind": "official"}]
    )
    actions.check_links(now=NOW + timedelta(hours=1), may_reach=on_this_machine, slugs=[SLUG])
    assert LinkCheck.objects.filter(url="http://ailleurs.invalid/", status=None).count() == 1


def test_the_giver_is_warned_once_of_a_dead_link(server: str, settings: Any) -> None:
    settings.SITE_URL = "http://testserver"
    publish(sources=[{"url": f"{server}/gone", "kind": "official"}], contact={"email": "donneur@exemple.test"})
    actions.check_links(now=NOW, may_reach=on_this_machine, slugs=[SLUG])
    assert actions.write_to_givers(now=NOW) == {"warned": 1, "asked": 0}
    assert actions.write_to_givers(now=NOW + DAY) == {"warned": 0, "asked": 0}
    actions.send_letters(now=NOW)
    (letter,) = mail.outbox
    assert letter.to == ["donneur@exemple.test"]
    assert f"{server}/gone" in letter.body
    word = letter.body.split("/aides/confirmer/")[1].split("/")[0]
    assert Client().get(reverse("aid_confirm", args=[word])).status_code == 200


def test_a_giver_confirms_what_they_read_by_one_link(client: StrictClient) -> None:
    address = reverse("aid_confirm", args=[make_link_word(first())])
    assert "Jamais confirmé" in client.get(reverse("aid", args=[SLUG])).content.decode()
    page = client.get(address)
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert not AidConfirmation.objects.exists()
    said = {"number": number(), "every_months": 3, "duty": "direction du financement"}
    assert client.post(address, said).status_code == 302
    shown = client.get(reverse("aid", args=[SLUG])).content.decode()
    assert "Confirmé par" in shown
    assert "direction du financement" in shown


def test_what_changed_since_it_was_read_is_not_confirmed(client: StrictClient) -> None:
    before = number()
    publish(note={"fr": "Autre note.", "en": "Another note."})
    with pytest.raises(AidError, match="aid-changed"):
        actions.confirm_aid(slug=SLUG, number=before, duty="", every_months=6, now=NOW)
    address = reverse("aid_confirm", args=[make_link_word(first())])
    refused = client.post(address, {"number": before, "every_months": 6, "duty": "direction"})
    assert "La page a changé" in refused.content.decode()
    assert not AidConfirmation.objects.exists()


@pytest.mark.parametrize("word", ["x", "jec_lanaudiere_2017", make_link_word(first())[:-2] + "zz"])
def test_an_altered_link_opens_nothing(client: StrictClient, word: str) -> None:
    assert client.get(reverse("aid_confirm", args=[word])).status_code == 404


@pytest.mark.parametrize("months", [0, 1, 99, -6])
def test_a_rhythm_that_is_not_offered_is_refused(client: StrictClient, months: int) -> None:
    said = {"number": number(), "every_months": months}
    assert client.post(reverse("aid_confirm", args=[make_link_word(first())]), said).status_code == 400
    with pytest.raises(AidError, match="rhythm-unknown"):
        actions.confirm_aid(slug=SLUG, number=number(), duty="", every_months=months, now=NOW)


def test_a_link_opens_nothing_once_the_contact_is_another(client: StrictClient) -> None:
    before = reverse("aid_confirm", args=[make_link_word(first())])
    assert client.get(before).status_code == 200
    publish(contact={"email": "donneur@exemple.test"})
    assert client.get(before).status_code == 404
    current = find_current(SLUG)
    assert current is not None
    word = make_link_word(check_aid(current.content))
    assert client.get(reverse("aid_confirm", args=[word])).status_code == 200
    assert "donneur" not in word


@pytest.mark.parametrize("said", [{"duty": ""}, {"duty": "direction", "signed_in": True}])
def test_nobody_confirms_without_a_duty_nor_from_an_account_of_the_platform(
    client: StrictClient, adviser: User, said: dict[str, Any]
) -> None:
    if said.pop("signed_in", False):
        client.force_login(adviser)
    address = reverse("aid_confirm", args=[make_link_word(first())])
    assert client.post(address, {"number": number(), "every_months": 6, **said}).status_code == 400
    assert not AidConfirmation.objects.exists()


def test_a_confirmation_too_many_waits(client: StrictClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "confirm", "1/h/ip")  # type: ignore[arg-type]  # a constant, changed for the test
    address, said = (
        reverse("aid_confirm", args=[make_link_word(first())]),
        {"number": number(), "every_months": 6, "duty": "direction"},
    )
    assert client.post(address, said).status_code == 302
    refused = client.post(address, said)
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert AidConfirmation.objects.count() == 1


def test_what_a_confirmation_is_worth() -> None:
    said = [Confirmation(1, date(2026, 1, 31), 3)]
    assert stand([], revision=1, on=date(2026, 2, 1)).code == "never"
    assert stand(said, revision=1, on=date(2026, 1, 30)).code == "never"
    assert stand(said, revision=1, on=date(2026, 4, 30)).code == "confirmed"
    assert stand(said, revision=1, on=date(2026, 5, 1)).code == "late"
    assert stand(said, revision=2, on=date(2026, 2, 1)).code == "changed"
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_a_giver_is_asked_again_at_their_rhythm() -> None:
    publish(contact={"email": "donneur@exemple.test"})
    actions.confirm_aid(slug=SLUG, number=number(), duty="", every_months=3, now=NOW)
    assert actions.write_to_givers(now=NOW + 80 * DAY)["asked"] == 0
    assert actions.write_to_givers(now=NOW + 93 * DAY)["asked"] == 1
    assert actions.write_to_givers(now=NOW + 100 * DAY)["asked"] == 0
    assert actions.write_to_givers(now=NOW + 124 * DAY)["asked"] == 1


def test_an_adviser_asks_a_giver_and_sees_the_link(adviser_client: StrictClient) -> None:
    page = adviser_client.post(reverse("aid_ask_giver", args=[SLUG])).content.decode()
    assert "/aides/confirmer/" in page
    assert not AidLetter.objects.exists()
    assert AuditEvent.objects.filter(action="ask_giver", target_id=SLUG).count() == 1
    publish(contact={"email": "donneur@exemple.test"})
    assert "donneur@exemple.test" in adviser_client.post(reverse("aid_ask_giver", args=[SLUG])).content.decode()
    assert AidLetter.objects.get().kind == "confirm"


def test_a_reader_proposes_an_adviser_answers_and_the_address_is_forgotten(
    client: StrictClient, adviser_client: StrictClient
) -> None:
    said = {
        "number": number(),
        "words": "Le plancher a changé.",
        "source": "https://exemple.test/",
        "email": "a@b.test",
    }
    assert client.post(reverse("aid_propose", args=[SLUG]), said).status_code == 302
    proposal = AidProposal.objects.get()
    listed = adviser_client.get(reverse("aid_proposals")).content.decode()
    assert "Le plancher a changé." in listed
    assert "a@b.test" not in listed
    address = f"{reverse('aid_proposals')}?n={proposal.pk}"
    assert adviser_client.post(address, {"is_taken": "yes", "answer": ""}).status_code == 400
    assert adviser_client.post(address, {"is_taken": "yes", "answer": "C’est vrai, merci."}).status_code == 302
    again = adviser_client.post(address, {"is_taken": "no", "answer": "Non."}, follow=True)
    assert "Quelqu’un a déjà répondu" in again.content.decode()
    actions.send_letters(now=NOW)
    (letter,) = mail.outbox
    assert letter.to == ["a@b.test"]
    assert "C’est vrai, merci." in letter.body
    proposal.refresh_from_db()
    assert proposal.email == ""
    assert "1 correction" in client.get(reverse("aid", args=[SLUG])).content.decode()


def test_a_proposal_is_answered_once(adviser: User) -> None:
    proposal = actions.propose_correction(
        slug=SLUG, number=number(), words="x", source="", email="", language="fr", now=NOW
    )
    actions.answer_proposal(pk=proposal.pk, is_taken=False, answer="Non.", by=adviser, now=NOW)
    with pytest.raises(AidError, match="proposal-answered"):
        actions.answer_proposal(pk=proposal.pk, is_taken=True, answer="Oui.", by=adviser, now=NOW)
    assert not AidLetter.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("words", ""), ("words", "x" * 4001), ("source", "javascript:alert(1)"), ("email", "a@"), ("number", "")],
)
def test_a_proposal_that_cannot_be_read_changes_nothing(client: StrictClient, name: str, value: str) -> None:
    said = {"number": str(number()), "words": "Le plancher a changé.", name: value}
    assert client.post(reverse("aid_propose", args=[SLUG]), said).status_code == 400
    assert not AidProposal.objects.exists()


def test_an_address_is_not_kept_for_ever() -> None:
    actions.propose_correction(
        slug=SLUG, number=number(), words="x", source="", email="a@b.test", language="fr", now=NOW
    )
    actions.send_letters(now=NOW + 366 * DAY)
    assert AidProposal.objects.get().email == ""


def test_the_database_refuses_to_rewrite_what_was_seen_or_said() -> None:
    install_guards(connection)
    try:
        check = LinkCheck.objects.create(url="https://exemple.test/", checked_at=NOW, status=200)
        check.status = 404
        with pytest.raises(IntegrityError), transaction.atomic():
            check.save()
    finally:
        remove_guards(connection)


def test_a_link_kept_long_ago_counts_on_its_own_days(server: str) -> None:
    publish(sources=[{"url": f"{server}/gone", "kind": "official"}])
    LinkCheck.objects.create(url=f"{server}/gone", checked_at=NOW - 10 * DAY, status=404)
    LinkCheck.objects.create(url=f"{server}/gone", checked_at=NOW, status=200)
    today, memory = timezone.localdate(NOW), read_memory()
    assert memory.link_life(f"{server}/gone", on=today - 5 * DAY).is_dead
    assert memory.link_life(f"{server}/gone", on=today).is_dead is False


def test_a_second_dead_link_is_told_too_and_what_nobody_looks_at_is_not_known() -> None:
    pages = [{"url": f"https://a.exemple.test/{n}", "kind": "official"} for n in (1, 2)]
    publish(contact={"name": "x", "email": "giver@exemple.test"}, sources=pages)
    warned = []
    for days, looks in enumerate((((1, 404), (2, 500)), ((2, 500),), ())):
        at = NOW + timedelta(days=days)
        for n, status in looks:
            LinkCheck.objects.create(url=pages[n - 1]["url"], checked_at=at, status=status)
        warned.append(actions.write_to_givers(now=at)["warned"])
    assert warned == [1, 1, 0]
    memory, url = read_memory(), pages[0]["url"]
    day = timezone.localdate(NOW)
    assert memory.link_life(url, on=day + timedelta(days=60)).is_dead is True
    assert memory.link_life(url, on=day + timedelta(days=61)).is_dead is None
