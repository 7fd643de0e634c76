"""What a field takes, what is missing, what changed: pure rules, on the shipped form and on tiny ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.knowledge import DefinitionRefused
from essor.knowledge.applications import (
    ApplicationDefinition,
    FieldDefinition,
    check_application,
    load_applications,
    load_latest_application,
    read_application,
)
from essor.knowledge.programmes import load_programmes
from essor.programmes.answers import (
    check_value,
    compare_forms,
    compare_values,
    hash_content,
    list_missing,
    mark,
    pin_rules,
    propose,
)
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import SENTENCES

WORDS = {"fr": "Mots", "en": "Words"}
PLAIN = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=30)


def make_field(kind: str, **said: Any) -> FieldDefinition:
    limits: dict[str, Any] = {"text": {"longest": 10}, "long_text": {"longest": 50}}.get(kind, {})
    if kind in {"whole", "money", "decimal"}:
        limits = {"least": 0, "most": 100}
    if kind == "choice":
        limits = {"choices": [{"code": "a", "label": WORDS}, {"code": "b", "label": WORDS}]}
    content = {"code": "one", "kind": kind, "label": WORDS, "help": WORDS, **limits, **said}
    return FieldDefinition.model_validate(content)


def make_form(*fields: dict[str, Any], **said: Any) -> dict[str, Any]:
    first = {"code": "one", "kind": "whole", "least": 0, "most": 9, "label": WORDS, "help": WORDS}
    content: dict[str, Any] = {
        "id": "essai", "version": 1, "label": WORDS, "definition": WORDS, "source": "Essai",
        "reviewed_on": date(2026, 11, 27),
        "sections": [{"code": "part", "label": WORDS, "fields": [first | one for one in fields or [{}]]}],
    }  # fmt: skip
    return content | said


def define(*fields: dict[str, Any], **said: Any) -> ApplicationDefinition:
    return check_application(make_form(*fields, **said), file="essai")


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("text", "  deux\n mots ", "deux mots"),
        ("long_text", " a\r\nb \r\n", "a\nb"),
        ("long_text", " \n ", None),
        ("whole", 0, 0),
        ("whole", "100", 100),
        ("money", "12.00", 12),
        ("decimal", Decimal("2.50"), "2.5"),
        ("decimal", "100", "100"),
        ("yes_no", False, False),
        ("choice", "b", "b"),
        ("day", date(2026, 5, 31), "2026-05-31"),
        ("file", 3, 3),
        ("day", None, None),
    ],
)
def test_an_answer_is_kept_as_plain_data(kind: str, said: Any, kept: Any) -> None:
    found = check_value(make_field(kind), said)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        ("text", "onze signes", "answer-too-long"),
        ("text", 3, "answer-malformed"),
        ("whole", 101, "answer-out-of-reach"),
        ("whole", -1, "answer-out-of-reach"),
        ("whole", "2.5", "answer-malformed"),
        ("whole", True, "answer-malformed"),
        ("whole", "beaucoup", "answer-malformed"),
        ("money", "1e400", "answer-malformed"),
        ("decimal", "NaN", "answer-malformed"),
        ("decimal", "0.125", "answer-malformed"),
        ("decimal", "9" * 400, "answer-malformed"),
        ("yes_no", "peut-être", "answer-malformed"),
        ("choice", "c", "answer-malformed"),
        ("choice", ["a"], "answer-malformed"),
        ("day", "2026-02-30", "answer-malformed"),
        ("file", 0, "answer-malformed"),
        ("file", True, "answer-malformed"),
    ],
)
def test_what_does_not_read_is_refused(kind: str, said: Any, code: str) -> None:
    with pytest.raises(ProgrammeError) as caught:
        check_value(make_field(kind), said)
    assert caught.value.code == code


@given(
    kind=st.sampled_from(["text", "long_text", "whole", "money", "decimal", "yes_no", "choice", "day", "file"]),
    said=PLAIN | st.decimals(allow_nan=True) | st.dates() | st.dictionaries(st.text(max_size=3), PLAIN, max_size=2),
)
def test_whatever_is_kept_is_kept_the_same_again(kind: str, said: Any) -> None:
    field = make_field(kind)
    kept = propose(field, said)
    assert check_value(field, kept) == kept
    assert mark(kept) == mark(check_value(field, kept))


@given(before=st.dictionaries(st.text(max_size=3), PLAIN), after=st.dictionaries(st.text(max_size=3), PLAIN))
def test_changes_lead_from_one_to_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    changes, found = compare_values(before, after), dict(before)
    for one in changes:
        found[one.code] = one.after
        assert one.what == ("added" if one.before is None else "removed" if one.after is None else "changed")
    assert hash_content({k: v for k, v in found.items() if v is not None}) == hash_content(
        {k: v for k, v in after.items() if v is not None}
    )
    assert compare_values(after, after) == []


def test_zero_and_no_are_answers_and_nothing_is_not() -> None:
    form = define(
        {"is_required": True}, {"code": "two", "is_required": True, "kind": "yes_no", "least": None, "most": None}
    )
    assert [one.code for one in list_missing(form, {})] == ["one", "two"]
    assert list_missing(form, {"one": 0, "two": False}) == []


def test_what_changed_in_a_form_is_named_field_by_field() -> None:
    before = define({}, {"code": "two"}, {"code": "three"})
    after = define({"most": 8}, {"code": "three"}, {"code": "four"}, version=2)
    assert [(one.code, one.what) for one in compare_forms(before, after)] == [
        ("one", "changed"), ("two", "removed"), ("four", "added"),
    ]  # fmt: skip
    assert compare_forms(before, read_application(before.model_dump(mode="json"))) == []


def test_the_rules_of_a_programme_are_compared_by_line() -> None:
    mission = {"code": "mission", "fr": "Mission", "en": "Purpose", "weight": 25}
    before = pin_rules([mission], {"caisse": {"floor_cad": 23_000}})
    after = pin_rules([mission | {"weight": 30}], {"caisse": {"floor_cad": 23_000}, "ville": {}})
    assert [(one.code, one.what) for one in compare_values(before, after)] == [
        ("scored.mission", "changed"), ("clauses.ville", "added"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        make_form({"longest": 3}),
        make_form({"least": None}),
        make_form({"least": 10}),
        make_form({"kind": "choice", "least": None, "most": None}),
        make_form({}, {}),
        make_form({"kind": "essay"}),
        make_form({"fact": "nothing"}),
        make_form({"fact": "legal_form"}),
        make_form({"question": "legal_form"}),
        make_form({"label": {"fr": "Mots", "en": " "}}),
        make_form({"obliged": True}),
        make_form(version=0),
        make_form(sections=[]),
    ],
)
def test_a_malformed_form_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(DefinitionRefused):
        check_application(content, file="essai")


@pytest.mark.parametrize("form", load_applications().values(), ids=lambda one: f"{one.id}.{one.version}")
def test_a_shipped_form_says_why_it_asks_and_reads_as_it_was_pinned(form: ApplicationDefinition) -> None:
    assert all(field.help.fr and field.help.en for field in form.list_fields())
    assert read_application(form.model_dump(mode="json")) == form


def test_the_programme_of_the_article_names_its_form() -> None:
    (programme,) = load_programmes()
    assert load_latest_application(programme.form).id == "jec"
    with pytest.raises(KeyError):
        load_latest_application("nul")


def test_every_refusal_has_a_sentence() -> None:
    codes = {
        "application-none", "application-not-yours", "application-closed", "application-started",
        "application-incomplete", "application-unchanged", "deposit-too-early", "answer-malformed", "answer-too-long",
        "answer-out-of-reach", "answers-full", "name-needed", "email-wrong", "invited-already", "people-full",
        "revoked-already",
    }  # fmt: skip
    assert codes <= set(SENTENCES)
