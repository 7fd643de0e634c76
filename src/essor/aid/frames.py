"""The finder inside a partner's page: its three colours, those that can be read together, the style sheet they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from essor.design.colours import COLOUR, contrast, luminance, mix

READABLE = 4.5
"""WCAG 2.2, 1.4.3: the least contrast of text on its ground."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Colours written ``#rrggbb``. ``accent``: of links and buttons, on the paper."""

    accent: str = "#0f5c63"
    ink: str = "#1b2a33"
    paper: str = "#fbfaf7"

    def as_words(self) -> dict[str, str]:
        """As an address holds them; those of the platform are not said."""
        said = {name: getattr(self, name) for name in ("accent", "ink", "paper")}
        return {name: colour[1:] for name, colour in said.items() if colour != getattr(Frame(), name)}


@dataclass(frozen=True, slots=True)
class Weak:
    """A pair that cannot be read: which part on the paper, and by how much."""

    part: str
    ratio: float


def list_weak(frame: Frame) -> list[Weak]:
    """
    >>> [(one.part, round(one.ratio, 1)) for one in list_weak(Frame(accent="#ffff00", paper="#ffffff"))]
    [('accent', 1.1)]
    """
    ratios = {part: contrast(getattr(frame, part), frame.paper) for part in ("ink", "accent")}
    return [Weak(part, ratio) for part, ratio in ratios.items() if ratio < READABLE]


def read_frame(said: Mapping[str, str]) -> Frame:
    """From the words of an address; colours that are not ones, or cannot be read together, give way to the platform's.

    >>> read_frame({"accent": "red;}", "ink": "000000"}).accent
    '#0f5c63'
    """
    colours = {name: "#" + said.get(name, "").lower() for name in ("accent", "ink", "paper")}
    frame = Frame(**{name: colour for name, colour in colours.items() if COLOUR.fullmatch(colour)})
    return Frame() if list_weak(frame) else frame


def write_sheet(frame: Frame) -> str:
    """The tokens of the design system, in the partner's colours: what they do not choose is their ink, or a mix."""
    ink, paper, accent = frame.ink, frame.paper, frame.accent
    tokens = {
        "paper": paper, "paper-deep": paper, "paper-raised": paper, "ink": ink, "ink-soft": ink,
        "rule": mix(paper, ink, 0.2), "rule-strong": ink, "water": accent, "water-deep": accent,
        "on-water": max("#ffffff", "#000000", key=lambda colour: contrast(colour, accent)),
        **dict.fromkeys(("ochre", "ochre-text", "clay", "clay-text", "moss", "moss-text"), ink),
    }  # fmt: skip
    scheme = "dark" if luminance(paper) < luminance(ink) else "light"
    return f":root{{color-scheme:{scheme};" + "".join(f"--{name}:{colour};" for name, colour in tokens.items()) + "}\n"
