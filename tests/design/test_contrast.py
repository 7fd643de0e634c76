"""The colours can be read: WCAG 2.2 contrast of each pair that the style sheets put together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import essor.design
from essor.design.colours import contrast

TOKENS = (Path(essor.design.__file__).parent / "static/design/tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", part)) for part in TOKENS.split("prefers-color-scheme: dark")
)
READING = [("ink", "paper"), ("ink", "paper-deep"), ("ink", "paper-raised"), ("ink-soft", "paper")]
WORDS = [
    *READING,
    ("ink-soft", "paper-deep"),
    *((colour, ground) for colour in ("water", "water-deep", "ochre-text", "clay-text", "moss-text")
      for ground in ("paper", "paper-deep")),
    ("on-water", "water"), ("on-water", "water-deep"), ("paper", "clay"),
    ("on-class-low", "class-1"), ("on-class-low", "class-2"), ("on-class-low", "class-3"),
    ("on-class-high", "class-4"), ("on-class-high", "class-5"),
]  # fmt: skip
SHAPES = [(shape, "paper") for shape in ("ochre", "clay", "moss", "water", "rule-strong")]


def test_the_measure_is_the_published_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(READING, 7), (WORDS, 4.5), (SHAPES, 3)], ids=["text", "words", "shapes"])
def test_pairs_can_be_read(theme: dict[str, str], pairs: list[tuple[str, str]], least: float) -> None:
    low = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < least} == {}


def test_a_file_that_stands_alone_wears_the_colours_of_the_light_theme() -> None:
    from essor.design.charts.svg import STANDALONE

    for role, token in {
        "bar": "water",
        "total": "ink",
        "gain": "moss",
        "class-1": "class-1",
        "class-5": "class-5",
    }.items():
        assert STANDALONE[role]["fill"] == LIGHT[token]
