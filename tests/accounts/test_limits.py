"""One origin may ask so many times in a period: what it typed stays, nothing is written, others go on."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from essor.accounts.limits import LIMITS, get_seconds
from essor.aid.actions import load_shipped_aids
from essor.aid.models import AidProposal, AlertSubscription
from essor.cases.models import Case
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

SLUG = "innogec"
ASKED = {
    "need": "start", "place": "Mascouche", "words": "Une épicerie coopérative.", "person": "Dany",
    "phone": "450 555-0100", "has_consented": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _platform(db: None) -> None:
    load_shipped_territories(by=None, now=timezone.now())
    load_shipped_aids(now=timezone.now())


def most(action: str) -> int:
    return int(LIMITS[action].split("/")[0])


def test_a_request_too_many_is_refused_and_kept_on_the_page(client: StrictClient) -> None:
    for number in range(most("help")):
        said = ASKED | {"opening_key": f"{number:032x}"}
        assert client.post(reverse("case_open"), said).status_code == 302
    refused = client.post(reverse("case_open"), ASKED | {"opening_key": "f" * 32})
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert "Une épicerie coopérative." in refused.content.decode()
    assert Case.objects.count() == most("help")
    other = client.post(reverse("case_open"), ASKED | {"opening_key": "e" * 32}, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 302


def test_what_is_not_sent_is_not_counted(client: StrictClient) -> None:
    for _time in range(most("help") + 2):
        assert client.get(reverse("case_open")).status_code == 200
        assert client.post(reverse("case_open"), {"words": "x"}).status_code == 400
    assert client.post(reverse("case_open"), ASKED).status_code == 302


def test_the_api_says_when_to_come_back(client: StrictClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "api", "3/m/ip")  # type: ignore[arg-type]  # a constant, changed for the test
    for _time in range(3):
        assert client.get(reverse("aid_api", args=[SLUG])).status_code == 200
    refused = client.get(reverse("aid_api", args=[SLUG]))
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Retry-After"] == str(get_seconds("api")) == "60"
    assert client.get(reverse("aid", args=[SLUG])).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_an_origin_is_an_address_or_a_network_of_ipv6(
    client: StrictClient, monkeypatch: pytest.MonkeyPatch, first: str, second: str, is_same: bool
) -> None:
    monkeypatch.setitem(LIMITS, "api", "1/m/ip")  # type: ignore[arg-type]  # a constant, changed for the test
    address = reverse("aid_api", args=[SLUG])
    assert client.get(address, REMOTE_ADDR=first).status_code == 200
    assert client.get(address, REMOTE_ADDR=second).status_code == (429 if is_same else 200)


def test_a_forged_forwarding_is_not_believed(client: StrictClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "api", "1/m/ip")  # type: ignore[arg-type]  # a constant, changed for the test
    address = reverse("aid_api", args=[SLUG])
    answers = [client.get(address, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(3)]
    assert answers == [200, 429, 429]


@pytest.mark.parametrize(
    ("action", "name", "said", "model"),
    [
        ("proposal", "aid_propose", {"number": "1", "words": "À corriger."}, AidProposal),
        ("alert", "aid_alert", {"email": "a@exemple.test"}, AlertSubscription),
    ],
)
def test_other_forms_are_limited_too(
    client: StrictClient, monkeypatch: pytest.MonkeyPatch, action: str, name: str, said: dict[str, str], model: type
) -> None:
    monkeypatch.setitem(LIMITS, action, "2/h/ip")  # type: ignore[arg-type]  # a constant, changed for the test
    address = reverse(name, args=[SLUG] if name == "aid_propose" else [])
    codes = [client.post(address, said).status_code for _time in range(3)]
    assert codes[2] == 429
    assert 429 not in codes[:2]
    assert model.objects.count() == 2  # type: ignore[attr-defined]  # of a model
