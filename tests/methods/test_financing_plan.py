from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from essor.methods.financing import (
    Aid,
    FinancingError,
    Flag,
    LeftOut,
    Option,
    Plan,
    Project,
    Step,
    explain,
    plan,
    words,
)
from essor.methods.financing.candidates import REFUSALS
from essor.methods.financing.order import FLAG_CODES, STEP_REASONS
from essor.methods.financing.reasons import BINDING_CODES, LEFT_OUT_REASONS

ON, START = date(2027, 1, 4), date(2027, 6, 1)


def grant(name: str, cap: int = 1000, **terms: Any) -> Aid:
    """A grant of at most ``cap`` dollars; what is not a term of the aid is one of its option."""
    own = {key: terms.pop(key) for key in ("floor", "needs_other_funder", "own_share") if key in terms}
    return Aid(id=name, instrument=terms.pop("instrument", "grant"), options=(Option(cap=cap * 100, **own),), **terms)


def make_plan(*aids: Aid, cost: int = 10_000, **terms: Any) -> Plan:
    return plan(Project(costs={"equipment": cost * 100}, starts_on=terms.pop("starts_on", START), **terms), aids, on=ON)


def test_deadlines_first_then_longest_decisions_then_unknown_dates() -> None:
    found = make_plan(
        grant("unknown"),
        grant("always", opens_on=ON),
        grant("slow", closes_before=date(2027, 3, 1), decision_days=90),
        grant("quick", closes_before=date(2027, 3, 1), decision_days=10),
        grant("first", closes_before=date(2027, 2, 1)),
    )
    assert [(step.aid, step.reason) for step in found.order] == [
        ("first", "deadline"),
        ("slow", "deadline"),
        ("quick", "deadline"),
        ("always", "no-deadline"),
        ("unknown", "dates-unknown"),
    ]


def test_another_funder_is_asked_before_the_aid_that_needs_it() -> None:
    soon, later = date(2027, 2, 1), date(2027, 3, 1)
    found = make_plan(
        grant("needing", closes_before=soon, needs_other_funder=True, funder="risq"),
        grant("same", closes_before=soon, funder="risq"),
        grant("other", closes_before=later, funder="city"),
    )
    assert found.order == (
        Step("other", "opens-the-way", later, "needing"),
        Step("needing", "after-other-funder", soon, "other"),
        Step("same", "deadline", soon),
    )


def test_two_aids_that_need_each_other() -> None:
    found = make_plan(grant("a", needs_other_funder=True), grant("b", needs_other_funder=True))
    assert found.order == (Step("a", "together", None, "b"), Step("b", "after-other-funder", None, "a"))


def test_an_aid_that_needs_another_funder_is_not_had_alone() -> None:
    found = make_plan(grant("alone", needs_other_funder=True), Aid(id="advice", instrument="advice"))
    assert (found.covered, found.left_out, found.beside) == (0, (LeftOut("alone", "needs-other-funder"),), ("advice",))


def test_windows_are_half_open() -> None:
    day = date.resolution
    found = make_plan(
        grant("closed", closes_before=ON),
        grant("last_day", closes_before=ON + day),
        grant("first_day", opens_on=ON),
        grant("early", opens_on=ON + day),
        Aid(id="training", instrument="training", closes_before=ON),
    )
    assert [each.aid for each in found.chosen] == ["first_day", "last_day"]
    assert found.left_out == (
        LeftOut("closed", "window-closed"),
        LeftOut("early", "not-open-yet"),
        LeftOut("training", "window-closed"),
    )


def test_flags() -> None:
    opens, closes = date(2027, 1, 1), date(2027, 3, 1)
    answer = ON + 20 * date.resolution
    found = make_plan(
        grant("a", decision_days=0),
        grant("b", opens_on=opens, decision_days=0),
        grant("c", closes_before=closes, decision_days=20),
        grant("d", opens_on=opens, closes_before=closes),
        starts_on=answer - date.resolution,
        decides_by=answer - date.resolution,
    )
    assert found.flags == (
        Flag("a", "window-unknown"),
        Flag("b", "closing-unknown"),
        Flag("c", "opening-unknown"),
        Flag("c", "decision-after-deadline", answer),
        Flag("c", "decision-after-start", answer),
        Flag("d", "decision-unknown"),
    )
    same_day = make_plan(grant("c", decision_days=20), starts_on=answer, decides_by=answer)
    assert [flag.code for flag in same_day.flags] == ["window-unknown"]


def test_aid_without_cash_stands_beside_and_excludes() -> None:
    found = make_plan(
        grant("cash", excludes=frozenset({"guarantee"})),
        Aid(id="guarantee", instrument="guarantee"),
        Aid(id="mentor", instrument="advice", excludes=frozenset({"trainer"})),
        Aid(id="trainer", instrument="training"),
    )
    assert (found.covered, found.beside) == (1000_00, ("mentor",))
    assert found.left_out == (LeftOut("guarantee", "excluded-by", "cash"), LeftOut("trainer", "excluded-by", "mentor"))


def test_amounts_that_are_not_known_are_not_counted_on() -> None:
    found = make_plan(Aid(id="pole", instrument="grant"), grant("other", cost_kinds=frozenset({"training"})))
    assert found.left_out == (LeftOut("other", "no-eligible-cost"), LeftOut("pole", "amount-unknown"))


def test_a_project_that_costs_nothing_and_a_list_without_aid() -> None:
    assert make_plan(grant("a"), cost=0).left_out == (LeftOut("a", "no-eligible-cost"),)
    found = make_plan()
    assert (found.covered, found.gap, found.chosen, found.is_proved) == (0, 10_000_00, (), True)


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("negative", lambda: Project(costs={"equipment": -1}, starts_on=START)),
        ("too-large", lambda: Project(costs={"equipment": 10**12 + 1}, starts_on=START)),
        ("not-whole-cents", lambda: Project(costs={"equipment": 1.5}, starts_on=START)),
        ("not-whole-cents", lambda: Option(floor=True)),
        ("too-many-kinds", lambda: Project(costs={str(n): 1 for n in range(31)}, starts_on=START)),
        ("own-above-cost", lambda: Project(costs={"equipment": 1}, starts_on=START, own_cash=2)),
        ("own-above-available", lambda: Project(costs={"a": 9}, starts_on=START, own_cash=2, own_available=1)),
        ("cap-below-floor", lambda: Option(floor=2, cap=1)),
        ("not-a-share", lambda: Option(own_share=Fraction(11, 10))),
        ("not-a-share", lambda: Option(share_of_cost=0.35)),
        ("unknown-instrument", lambda: Aid(id="a", instrument="gift")),
        ("excludes-itself", lambda: grant("a", excludes=frozenset({"a"}))),
        ("window-reversed", lambda: grant("a", opens_on=ON, closes_before=ON)),
        ("negative", lambda: grant("a", decision_days=-1)),
        ("too-large", lambda: grant("a", decision_days=3651)),
        ("duplicate-aid", lambda: make_plan(grant("a"), grant("a"))),
        ("too-many-aids", lambda: make_plan(*(grant(str(n)) for n in range(201)))),
    ],
)
def test_what_cannot_be_planned_with_is_refused(code: str, make: Any) -> None:
    with pytest.raises(FinancingError) as caught:
        make()
    assert caught.value.code == code


def test_the_largest_project_accepted() -> None:
    project = Project(costs={"a": 10**12, "b": 10**12}, starts_on=START)
    aids = [grant("near", 10**10), Aid(id="all", instrument="loan", options=(Option(),), repayable=True)]
    found = plan(project, aids, on=ON)
    assert (found.covered, found.repayable, found.is_proved) == (2 * 10**12, 10**12, True)


def test_in_words() -> None:
    found = make_plan(
        grant("fonds", 2500, closes_before=date(2027, 3, 1), own_share=Fraction(1, 10), decision_days=30),
        grant("pret", 4000, instrument="loan", repayable=True, needs_other_funder=True, opens_on=ON, decision_days=30),
        Aid(id="conseil", instrument="advice", opens_on=ON, closes_before=START, decision_days=1),
        grant("ancien", closes_before=ON),
    )
    names = {"fonds": "Fonds local", "pret": "Prêt", "conseil": "Conseil", "ancien": "Ancien fonds"}
    spoken = [line.replace("\u00a0", "_") for line in explain(found, "fr", names=names)]
    assert spoken == [
        "2 aides couvrent ensemble 6_500_$ des 10_000_$ que coûte le projet.",
        "Vous devez apporter 1_000_$. Il reste 2_500_$ à trouver.",
        "De ce que les aides couvrent, vous devrez rembourser 4_000_$.",
        "«_Fonds local_»_: 2_500_$ (equipment_: 2_500_$).",
        "«_Prêt_»_: 4_000_$ (equipment_: 4_000_$).",
        "«_Fonds local_» ne dépasse pas 2_500_$. Un plafond plus haut couvrirait davantage.",
        "«_Prêt_» ne dépasse pas 4_000_$. Un plafond plus haut couvrirait davantage.",
        "1. Demandez «_Fonds local_» avant le 1er_mars 2027.",
        "2. Demandez «_Prêt_». L’autre bailleur de fonds exigé est celui de «_Fonds local_».",
        "Demandez aussi «_Conseil_», qui n’apporte pas d’argent.",
        "«_Ancien fonds_» reste de côté_: sa période de demande est terminée.",
        "À vérifier pour «_Fonds local_»_: la date d’ouverture n’est pas connue.",
        "À vérifier pour «_Prêt_»_: la date de fermeture n’est pas connue.",
    ]
    assert explain(found, "en-CA", kind_names={"equipment": "tools"})[2:5] == (
        "Of what aid covers, you will have to repay $4,000.",
        "“fonds”: $2,500 (tools: $2,500).",
        "“pret”: $4,000 (tools: $4,000).",
    )


def test_a_search_stopped_at_once_says_what_may_be_missing() -> None:
    project = Project(costs={"equipment": 5000_00}, starts_on=START, own_cash=500_00)
    found = plan(project, [grant("fonds")], on=ON, effort=0)
    assert (found.covered, found.at_most, found.is_proved) == (0, 4500_00, False)
    assert found.left_out == (LeftOut("fonds", "search-stopped"),)
    assert "none covers more than $4,500" in explain(found, "en")[2]


def test_every_code_has_its_words() -> None:
    assert set(words.BINDINGS) == set(BINDING_CODES)
    assert set(words.STEPS) == set(STEP_REASONS)
    assert set(words.FLAGS) == set(FLAG_CODES)
    assert set(words.LEFT_OUT) == {*REFUSALS, *LEFT_OUT_REASONS}
