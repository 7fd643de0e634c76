"""Rows on a page ↔ criteria tree: nothing is lost, nothing is trusted."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.knowledge import load_bases, load_variables
from essor.methods.criteria import LIST_OPERATORS, OPERATORS_BY_KIND, CriterionError, parse
from essor.methods.variables import Variable
from essor.observatory.builder import MOST_GROUPS, MOST_ROWS, Builder, BuilderRow, open_builder, read_builder
from essor.observatory.drawing import draw_builder
from essor.observatory.written import LONGEST_TEXT, open_written, read_written

VARIABLES = load_variables()
BASES = {base.slug: base.criteria for base in load_bases()}
LEAF = {"fact": "commercial_activity", "is": True}
OTHER = {"fact": "jobs_headcount", "at_least": 1}


def post(drawn: Mapping[str, Any]) -> QueryDict:
    """What a browser sends of the builder as it is drawn."""
    return QueryDict.fromkeys([]) if not drawn else _query(list(_fields(drawn)))


def _query(pairs: list[tuple[str, str]]) -> QueryDict:
    posted = QueryDict(mutable=True)
    for name, value in pairs:
        posted.appendlist(name, value)
    return posted


def _fields(drawn: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, part in (("top", drawn), *((group["name"], group) for group in drawn["groups"])):
        yield f"{name}-mode", part["mode"]
        if part["mode"] == "at_least_n":
            yield f"{name}-n", str(part["n"])
    for row in (row for group in drawn["groups"] for row in group["rows"]):
        name = row["name"]
        yield f"{name}-fact", row["fact"]
        yield f"{name}-was", row["fact"]
        yield f"{name}-words", row["words"]
        if row["fact"]:
            yield f"{name}-operator", row["operator"]
            yield from ((f"{name}-value", value) for value in _values(row))


def _values(row: Mapping[str, Any]) -> list[str]:
    if row["choices"]:
        chosen = [code for code, _label, is_chosen in row["choices"] if is_chosen]
        assert row["is_many"] or len(chosen) <= 1, "one radio button at most is checked"
        return chosen
    return [row["first"], row["second"]] if row["operator"] == "between" else [row["text"]]


def through_the_page(builder: Builder, language: str = "fr") -> Builder:
    return read_builder(post(draw_builder(builder, language)), VARIABLES)


def mean(tree: Mapping[str, Any]) -> Any:
    """The criterion, with a group of one part taken for that part, and groups within their like set in them."""
    return _flatten(parse(tree, variables=VARIABLES).to_data())


def _flatten(tree: dict[str, Any]) -> Any:
    for mode in ("all", "any"):
        if mode in tree:
            parts = [_flatten(part) for part in tree[mode]]
            inner = [leaf for part in parts for leaf in part.get(mode, [part])]
            return inner[0] if len(inner) == 1 else {mode: inner}
    if "at_least_n" in tree:
        return {"at_least_n": tree["at_least_n"] | {"of": [_flatten(part) for part in tree["at_least_n"]["of"]]}}
    return {"not": _flatten(tree["not"])} if "not" in tree else tree


@pytest.mark.parametrize("slug", BASES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_shipped_base_comes_back_whole_and_in_order(slug: str, language: str) -> None:
    builder = open_builder(BASES[slug])
    assert builder is not None
    tree = through_the_page(builder, language).to_tree(VARIABLES)
    assert mean(tree) == mean(BASES[slug])
    if len(BASES[slug]["all"]) > 1:
        assert tree == BASES[slug]


def values_of(variable: Variable) -> st.SearchStrategy[Any]:
    if variable.kind == "boolean":
        return st.booleans()
    if variable.kind == "place":
        return st.sampled_from(["640", "64008", "64015", "14"])
    if variable.values:
        return st.sampled_from(variable.values)
    if variable.maximum == 1:
        return st.integers(0, 100).map(lambda hundredths: hundredths / 100)
    return st.integers(0, 200) if variable.scale == 0 else st.integers(0, 10**6).map(lambda value: value / 10)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    variable = VARIABLES[draw(st.sampled_from(sorted(VARIABLES)))]
    operator = draw(st.sampled_from(OPERATORS_BY_KIND[variable.kind]))
    values = draw(st.lists(values_of(variable), min_size=2, max_size=3, unique=True))
    operand = sorted(values[:2]) if operator == "between" else values if operator in LIST_OPERATORS else values[0]
    words = draw(st.fixed_dictionaries({}, optional={"fr": st.just("dit ainsi"), "certainty": st.just("inferred")}))
    return {"fact": variable.id, operator: operand, **words}


def groups_over(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    listed = st.lists(parts, min_size=1, max_size=4)
    return st.one_of(
        listed.map(lambda of: {"all": of}),
        listed.map(lambda of: {"any": of}),
        listed.map(lambda of: {"at_least_n": {"n": (len(of) + 1) // 2, "of": of}}),
        listed.map(lambda of: {"not": of[0] if len(of) == 1 else {"any": of}}),
    )


@settings(deadline=None)
@given(st.one_of(leaves(), groups_over(st.one_of(leaves(), groups_over(leaves())))))
def test_any_tree_of_groups_over_rows_comes_back_with_its_meaning(tree: dict[str, Any]) -> None:
    meaning = mean(tree)
    builder = open_builder(tree)
    if builder is not None:
        assert mean(builder.to_tree(VARIABLES)) == meaning
        assert mean(through_the_page(builder).to_tree(VARIABLES)) == meaning


@pytest.mark.parametrize(
    "tree",
    [
        {"all": [{"any": [LEAF, {"all": [LEAF, OTHER]}]}, OTHER]},
        {"not": {"any": [{"all": [LEAF, {"not": OTHER}]}, LEAF]}},
        {"any": [{"all": [OTHER, LEAF]}] * (MOST_GROUPS + 1)},
        {"all": [OTHER] * (MOST_ROWS + 1)},
        {"all": [{"and": [OTHER]}]},
    ],
)
def test_a_tree_that_rows_cannot_hold_is_written_as_text(tree: dict[str, Any]) -> None:
    assert open_builder(tree) is None
    written = open_written(tree)
    assert written.builder is None
    assert read_written(_query([("tree", written.text)]), VARIABLES).tree == tree


def test_the_words_of_a_condition_do_not_outlive_it() -> None:
    leaf = OTHER | {"fr": "emploie au moins une personne", "source": "Une table", "certainty": "inferred"}
    builder = open_builder({"all": [leaf]})
    assert builder is not None
    posted = post(draw_builder(builder, "fr"))
    assert read_builder(posted, VARIABLES).to_tree(VARIABLES) == leaf
    posted["g0r0-value"] = "1,0"
    assert read_builder(posted, VARIABLES).to_tree(VARIABLES) == leaf
    posted["g0r0-value"] = "5"
    assert read_builder(posted, VARIABLES).to_tree(VARIABLES) == {
        "fact": "jobs_headcount",
        "at_least": 5,
        "certainty": "inferred",
    }


def test_another_variable_forgets_the_value_of_the_first() -> None:
    builder = open_builder({"fact": "legal_form", "in": ["coop", "npo"]})
    assert builder is not None
    posted = post(draw_builder(builder, "fr"))
    posted["g0r0-fact"] = "jobs_headcount"
    changed = read_builder(posted, VARIABLES)
    assert changed.groups[0].rows == (BuilderRow("jobs_headcount"),)
    assert changed.is_incomplete


def test_one_radio_is_checked_when_many_boxes_were() -> None:
    builder = Builder().groups[0]
    row = BuilderRow("legal_form", "is", ("coop", "npo"))
    drawn = draw_builder(Builder(groups=(type(builder)(rows=(row,)),)), "fr")
    assert _values(drawn["groups"][0]["rows"][0]) == ["coop"]


def test_numbers_are_typed_as_one_writes_them() -> None:
    posted = _query([("g0-mode", "all"), ("g0r0-fact", "annual_revenue"), ("g0r0-operator", "at_least")])
    for typed, number in (
        ("1\u202f250,5", 1250.5),
        ("1 250", 1250),
        ("0.5", 0.5),
        ("douze", "douze"),
        ("1e999", "1e999"),
    ):
        posted["g0r0-value"] = typed
        assert read_builder(posted, VARIABLES).to_tree(VARIABLES)["at_least"] == number


@pytest.mark.parametrize(
    ("press", "shape"),
    [
        ("add-group", [2, 1, 1]),
        ("add-row-0", [3, 1]),
        ("remove-row-0-1", [1, 1]),
        ("remove-group-0", [1]),
        ("remove-row-0-7", [2, 1]),
        ("remove-row-7-0", [2, 1]),
        ("remove-group-7", [2, 1]),
        ("remove-group-" + "9" * 5000, [2, 1]),
        ("remove-row-٣-0", [2, 1]),
        ("add-row--1", [2, 1]),
        ("add-row", [3, 1]),
        ("", [2, 1]),
        ("drop table", [2, 1]),
    ],
)
def test_a_press_changes_one_thing_or_nothing(press: str, shape: list[int]) -> None:
    builder = open_builder({"all": [LEAF, OTHER, {"any": [OTHER]}]})
    assert builder is not None
    assert [len(group.rows) for group in builder.apply(press).groups] == shape


def test_there_is_always_a_group_and_never_too_many() -> None:
    builder = Builder().apply("remove-group-0")
    assert len(builder.groups) == 1
    for _press in range(MOST_GROUPS + 5):
        builder = builder.apply("add-group").apply("add-row-0").apply("add-row-0")
    assert (len(builder.groups), len(builder.groups[0].rows)) == (MOST_GROUPS, MOST_ROWS)
    assert len(through_the_page(builder).groups) == MOST_GROUPS


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("top-mode", "xor"), ("top-n", "-3"), ("g0-mode", "<script>"), ("g0-n", "9" * 5000)],
        [("g0-mode", "at_least_n"), ("g0-n", "٣"), ("g0r0-fact", "jobs_headcount")],
        [("g9-mode", "all"), ("g9r0-fact", "jobs_headcount"), ("g99r99-fact", "x")],
        [("g0-mode", "all"), ("g0r0-operator", "is"), ("g0r0-value", "coop")],
        [("g0-mode", "all"), ("g0r0-fact", "no_such_thing"), ("g0r0-operator", "eval"), ("g0r0-value", "1")],
        [("g0-mode", "all"), ("g0r0-fact", "jobs_headcount"), ("g0r0-operator", "between"), ("g0r0-value", "1")],
        [("g0-mode", "all"), ("g0r0-fact", "jobs_headcount"), ("g0r0-operator", "is"), ("g0r0-value", "nan")],
        [("g0-mode", "all"), *((f"g0r{r}-fact", "jobs_headcount") for r in range(3000))],
    ],
)
@pytest.mark.parametrize("words", ["", "{", "[]", "null", '{"of": 3}', '{"fr": {"a": 1}, "of": []}', "[" * 100_000])
def test_a_hostile_form_is_read_refused_and_drawn(pairs: list[tuple[str, str]], words: str) -> None:
    posted = _query([*pairs, ("g0r0-words", words)])
    builder = read_builder(posted, VARIABLES)
    assert len(builder.groups) <= MOST_GROUPS
    assert all(len(group.rows) <= MOST_ROWS for group in builder.groups)
    json.dumps(draw_builder(builder, "fr"))
    with contextlib.suppress(CriterionError):
        parse(builder.to_tree(VARIABLES), variables=VARIABLES)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"\A(top|g\d|g\dr\d)-(mode|n|fact|was|operator|value|words)\Z"), st.text(), max_size=30
    )
)
def test_no_form_breaks_the_reading(fields: dict[str, str]) -> None:
    written = read_written(_query([*fields.items(), ("g0-mode", "all")]), VARIABLES)
    assert written.builder is not None
    draw_builder(written.builder, "en")
    through_the_page(written.builder)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("all: [", "unreadable"),
        ("- a\n- b", "unreadable"),
        ("fact: 2017-13-45", "unreadable"),
        ("? [a]\n: b", "unreadable"),
        ("[" * 5000, "unreadable"),
        ("!!python/object:os.system ls", "unreadable"),
        ("x" * (LONGEST_TEXT + 1), "unreadable"),
        ("fact: jobs_headcount\nat_least: 1", ""),
    ],
)
def test_text_that_is_no_tree_is_said_to_be_so(text: str, fault: str) -> None:
    assert read_written(_query([("tree", text)]), VARIABLES).fault == fault


@pytest.mark.parametrize(
    "text",
    [
        "&a {all: [*a]}",
        "x: &a [1, 1]\nfact: [*a, *a]",
        "x: &a {k: v}\nfact: {<<: [*a, *a]}",
    ],
)
def test_text_that_repeats_itself_is_refused(text: str) -> None:
    assert read_written(_query([("tree", text)]), VARIABLES).fault == "unreadable"
