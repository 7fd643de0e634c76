from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.criteria import (
    Answer,
    Exact,
    Node,
    Outcome,
    Period,
    Truth,
    Version,
    Window,
    evaluate,
    outcome_of,
    parse,
    settle_by_cases,
    window_of,
    window_on,
)
from tests.methods.criteria.small import PLACES, VARIABLES, nodes, profiles

SOURCED = {"fact": "form", "is": "coop", "source": "page 2"}
INFERRED = {"fact": "jobs", "at_least": 3, "certainty": "inferred"}
UNCLEAR = {"not": {"fact": "sells", "is": True, "certainty": "unclear"}}
FAILS: dict[str, Answer] = {"form": Exact("other"), "jobs": Exact(1), "sells": Exact("true")}


SELLS = {"fact": "sells", "is": True}


def judged(tree: object, profile: Mapping[str, Answer], **given: object) -> Outcome:
    node = parse(tree, variables=VARIABLES)
    verdict = evaluate(node, profile, places=PLACES)
    by_cases = settle_by_cases(node, profile, places=PLACES)
    return outcome_of(verdict, by_cases=by_cases, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tree", "is_probable"),
    [
        ({"all": [SOURCED, INFERRED]}, False),
        ({"all": [INFERRED, UNCLEAR]}, True),
        (INFERRED, True),
        (SOURCED, False),
        ({"any": [SOURCED, INFERRED]}, True),
        ({"all": [SOURCED, {"any": [SOURCED, INFERRED]}]}, False),
        ({"at_least_n": {"n": 2, "of": [SOURCED, SOURCED, INFERRED]}}, False),
    ],
)
def test_a_no_is_only_probable_where_sources_do_not_suffice(tree: dict[str, object], is_probable: bool) -> None:
    found = judged(tree, FAILS)
    assert (found.answer, found.probably_no) == ("no", is_probable)
    assert found.words("fr") == ("probablement non, à vérifier" if is_probable else "non admissible")


@given(nodes, profiles)
@settings(max_examples=150, deadline=None)
def test_an_outcome_follows_its_verdict(node: Node, profile: dict[str, Answer]) -> None:
    verdict = evaluate(node, profile, places=PLACES)
    found = outcome_of(verdict)
    assert found.answer == {Truth.YES: "yes", Truth.UNKNOWN: "maybe", Truth.NO: "no"}[verdict.truth]
    assert [condition.path for condition in found.conditions] == [reason.path for reason in verdict.decisive]
    assert {condition.state for condition in found.conditions} <= {
        {"yes": "met", "maybe": "missing", "no": "failed"}[found.answer]
    }
    assert not found.probably_no  # every leaf of this world is sourced
    for condition in found.conditions:
        meets = {Truth.YES: "met", Truth.NO: "failed", Truth.UNKNOWN: "missing"}
        leaf = next(reason for reason in verdict.decisive if reason.path == condition.path)
        assert condition.state == meets[Truth(-leaf.truth) if condition.is_refused else leaf.truth]


@given(st.lists(st.sampled_from(["sourced", "inferred", "unclear"]), min_size=1, max_size=4), st.data())
@settings(max_examples=60, deadline=None)
def test_in_a_plain_list_a_probable_no_is_one_without_a_sourced_failure(
    certainties: list[str], data: st.DataObject
) -> None:
    leaves = [{"fact": name, "is": 1, "certainty": each} for each, name in zip(certainties, ("jobs", "age") * 2)]  # noqa: B905
    profile: dict[str, Answer] = {name: Exact(data.draw(st.integers(0, 1))) for name in ("jobs", "age")}
    found = judged({"all": leaves}, profile)
    failing = [condition.certainty for condition in found.conditions if condition.state == "failed"]
    assert found.probably_no == (bool(failing) and "sourced" not in failing)


def test_conditions_say_what_is_required_in_both_languages() -> None:
    found = judged({"all": [SOURCED, INFERRED, UNCLEAR]}, FAILS, judgement=[{"fr": "Ancrage", "en": "Roots"}])
    told = [(c.path.removeprefix("criteria."), c.fr.replace("\u00a0", " "), c.en) for c in found.conditions]
    assert told == [
        ("all[0]", "Forme : coop", "Form: coop"),
        ("all[1]", "Emplois : au moins 3 (déduit de la source)", "Jobs: at least 3 (inferred from the source)"),
        ("all[2].not", "Vend : non (à vérifier)", "Sells: no (to be checked)"),
    ]
    assert [(c.state, c.certainty, c.source) for c in found.conditions] == [
        ("failed", "sourced", "page 2"),
        ("failed", "inferred", None),
        ("failed", "unclear", None),
    ]
    assert [condition.answer for condition in found.conditions] == [Exact("other"), Exact(1), Exact("true")]
    assert found.judgement == ({"fr": "Ancrage", "en": "Roots"},)


def test_an_alternative_is_told_as_one_without_what_is_settled() -> None:
    either = {"any": [{"fact": "form", "is": "coop"}, {"all": [{"fact": "jobs", "at_least": 3}, SELLS]}]}
    found = judged({"all": [either, {"not": {"any": [SELLS, {"fact": "jobs", "less_than": 1}]}}]}, {})
    told = [(one.fr.replace("\u00a0", " "), one.variables) for one in found.requirements]
    assert told == [
        ("Forme : coop ou (Emplois : au moins 3 et Vend : oui)", ("form", "jobs", "sells")),
        ("Vend : non", ("sells",)),
        ("non (Emplois : moins de 1)", ("jobs",)),
    ]
    (left,) = judged(either, {"form": Exact("other"), "sells": Exact("true")}).requirements
    assert (left.state, left.en) == ("missing", "Jobs: at least 3")
    some = {"at_least_n": {"n": 2, "of": [{"fact": "form", "is": "coop"}, {"fact": "jobs", "at_least": 3}, SELLS]}}
    (less,) = judged(some, {"form": Exact("coop")}).requirements
    assert less.en == "at least 1 of (Jobs: at least 3; Sells: yes)"


def test_what_is_missing_is_listed_and_what_carries_a_yes() -> None:
    missing = judged({"all": [SOURCED, INFERRED]}, {"form": Exact("coop")})
    assert (missing.answer, [(c.path, c.state) for c in missing.conditions]) == (
        "maybe",
        [("criteria.all[1]", "missing")],
    )
    met = judged({"any": [SOURCED, INFERRED]}, {"form": Exact("coop")})
    assert (met.words("en-CA"), [c.path for c in met.conditions]) == ("eligible on paper", ["criteria.any[0]"])


def test_an_answer_that_every_case_gives_is_given() -> None:
    both = [{"fact": "jobs", "less_than": 2}, {"fact": "jobs", "at_least": 2, "certainty": "unclear"}]
    found = judged({"any": both}, {})
    assert (found.answer, found.is_by_cases, {c.state for c in found.conditions}) == ("yes", True, {"missing"})
    refused = judged({"all": both}, {})
    assert (refused.answer, refused.is_by_cases, refused.probably_no) == ("no", True, True)


def on(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("starts", "ends", "status", "read", "day", "expected"),
    [
        ("2020-01-01", "2021-01-01", "open", "", "2019-12-31", "not_yet"),
        ("2020-01-01", "2021-01-01", "open", "", "2020-01-01", "open"),
        ("2020-01-01", "2021-01-01", "open", "", "2020-12-31", "open"),
        ("2020-01-01", "2021-01-01", "open", "", "2021-01-01", "closed"),
        ("2020-01-01", "2021-01-01", "unknown", "", "2020-06-01", "open"),
        ("2020-01-01", "", "unknown", "", "2020-06-01", "unknown"),
        ("", "2021-01-01", "unknown", "", "2020-06-01", "unknown"),
        ("", "", "open", "", "2020-06-01", "open"),
        ("", "", "closed", "", "2020-06-01", "closed"),
        ("", "", "closed", "2020-06-01", "2020-06-01", "closed"),
        ("", "", "closed", "2020-06-02", "2020-06-01", "unknown"),
        ("", "", "unknown", "", "2020-06-01", "unknown"),
        ("2020-01-01", "2021-01-01", "closed", "2026-11-23", "2020-06-01", "open"),
        ("2020-01-01", "2021-01-01", "closed", "2020-05-01", "2020-06-01", "closed"),
        ("2020-01-01", "2021-01-01", "closed", "2020-07-01", "2020-06-01", "unknown"),
        ("", "2021-01-01", "closed", "2026-11-23", "2020-06-01", "unknown"),
    ],
)
def test_the_window_on_a_day(starts: str, ends: str, status: str, read: str, day: str, expected: str) -> None:
    version = Version(Period(on(starts), on(ends)), status, on(read))  # type: ignore[arg-type]
    assert window_of(version, date.fromisoformat(day)) == expected


CALLS = [
    Version(Period(date(2020, 9, 1), date(2020, 11, 4)), "closed", date(2026, 11, 23)),
    Version(Period(date(2019, 4, 1), date(2019, 5, 18)), "closed", date(2026, 11, 23)),
]


@pytest.mark.parametrize(
    ("day", "state", "version", "words"),
    [
        (date(2019, 3, 31), "not_yet", None, "pas encore ouvert"),
        (date(2019, 5, 17), "open", 1, "ouvert"),
        (date(2019, 5, 18), "closed", None, "fermé entre 2019-05-18 et 2020-09-01"),
        (date(2020, 9, 1), "open", 0, "ouvert"),
        (date(2020, 11, 4), "closed", None, "fermé"),
    ],
)
def test_the_window_under_several_versions(day: date, state: str, version: int | None, words: str) -> None:
    found = window_on(CALLS, day)
    assert (found.state, found.version, found.words("fr")) == (state, version, words)


def test_without_a_version_nothing_is_known() -> None:
    assert window_on([], date(2020, 1, 1)) == Window("unknown")
    assert window_on([], date(2020, 1, 1)).words("en") == "check whether it is open"
