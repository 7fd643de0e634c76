from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from essor.methods.bridge import BRIDGE_PARTS, Bridge, bridge
from tests.methods.test_comparison import SIDE, read_side
from tests.methods.towns import T0, T1, make_base, make_side

SPEC = yaml.safe_load((Path(__file__).parent / "spec" / "bridge.yaml").read_text(encoding="utf-8"))
MAGAZINE, TABLE = make_base(), make_base("table", jobs="jobs_headcount_all")


def assert_exact(found: Bridge) -> None:
    assert tuple(found.parts) == BRIDGE_PARTS
    assert found.total_a + sum(found.jobs_parts().values()) == found.total_b
    assert found.enterprises_a + sum(part.enterprises for part in found.parts.values()) == found.enterprises_b


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda case: case["name"])
def test_each_part(case: dict[str, Any]) -> None:
    first, second = (replace(read_side(T1, case[name]), base=base) for name, base in (("a", MAGAZINE), ("b", TABLE)))
    found = bridge(first, second)
    assert {name: part.jobs for name, part in found.parts.items() if part.jobs} == case.get("parts", {})
    assert {name: list(part.organisations) for name, part in found.parts.items() if part.organisations} == case[
        "organisations"
    ]
    assert list(found.undecided_in_other) == case.get("undecided_in_other", [])
    assert_exact(found)


@given(SIDE, SIDE)
@settings(max_examples=200, deadline=None)
def test_parts_sum_and_exchanging_negates(one: Any, two: Any) -> None:
    first, second = make_side(T1, one, MAGAZINE), make_side(T1, two, TABLE)
    forth, back = bridge(first, second), bridge(second, first)
    assert_exact(forth)
    names = {"only_in_a": "only_in_b", "only_in_b": "only_in_a"}
    for name, part in forth.parts.items():
        other = back.parts[names.get(name, name)]
        assert (part.jobs, part.enterprises, part.organisations) == (
            -other.jobs,
            -other.enterprises,
            other.organisations,
        )


def test_one_day_and_one_kind_of_measure() -> None:
    with pytest.raises(ValueError, match="dates-differ"):
        bridge(make_side(T0, {}), make_side(T1, {}))
    with pytest.raises(ValueError, match="measures-never-mixed"):
        bridge(make_side(T1, {}), make_side(T1, {}, make_base("fte", jobs="jobs_fte")))
