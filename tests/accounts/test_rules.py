from __future__ import annotations

from datetime import date

import pytest

from essor.accounts.rules import ACTIONS, HeldRole, decide, list_kinds

DAY = date(2026, 3, 2)
INSIDE = ["64008", "640", "14", "qc", "ca"]


def role(kind: str = "adviser", place: str = "640", start: str = "2020-01-01", end: str | None = None) -> HeldRole:
    return HeldRole(kind, place, date.fromisoformat(start), date.fromisoformat(end) if end else None)


@pytest.mark.parametrize(
    ("held", "action", "inside", "code"),
    [
        ([], "import_facts", [], "role_missing"),
        ([role()], "import_facts", [], ""),
        ([role()], "publish_edition", INSIDE, ""),
        ([role()], "publish_edition", ["65005", "13", "qc"], "outside_territory"),
        ([role()], "publish_edition", [], "outside_territory"),
        ([role(place="")], "publish_edition", [], ""),
        ([role(place="64015"), role(place="64008")], "publish_edition", INSIDE, ""),
        ([role()], "administer", [], "role_missing"),
        ([role()], "erase_organisation", INSIDE, "role_missing"),
        ([role("administrator", "")], "erase_organisation", [], ""),
        ([role("administrator", "")], "publish_edition", ["uk"], ""),
        ([role(start="2026-03-02")], "edit_base", [], ""),
        ([role(start="2026-03-03")], "edit_base", [], "role_missing"),
        ([role(end="2026-03-03")], "edit_base", [], ""),
        ([role(end="2026-03-02")], "edit_base", [], "role_missing"),
        ([role("administrator", "", end="2026-03-02"), role()], "administer", [], "role_missing"),
    ],
)
def test_an_action_is_decided_with_its_reason(held: list[HeldRole], action: str, inside: list[str], code: str) -> None:
    decision = decide(action, roles=held, on=DAY, inside=inside)
    assert (decision.is_allowed, decision.code) == (code == "", code)


def test_an_action_that_does_not_exist_is_never_allowed() -> None:
    with pytest.raises(KeyError):
        decide("publish_everything", roles=[role("administrator", "")], on=DAY)


def test_an_administrator_may_all_that_an_adviser_may() -> None:
    assert list_kinds([role("administrator", "")], on=DAY) == {"administrator", "adviser"}
    assert all(decide(name, roles=[role("administrator", "")], on=DAY).is_allowed for name in ACTIONS)
