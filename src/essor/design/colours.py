"""Whether colours can be read together, as WCAG 2.2 measures it."""

from __future__ import annotations

import re

COLOUR = re.compile(r"#[0-9a-f]{6}")


def contrast(first: str, second: str) -> float:
    """From 1 (the same) to 21 (black on white), of two colours written ``#rrggbb``.

    >>> round(contrast("#777777", "#ffffff"), 2)
    4.48
    """
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative, from 0 (black) to 1 (white)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(first: str, second: str, share: float) -> str:
    """``share`` of the second in the first, channel by channel.

    >>> mix("#000000", "#ffffff", 0.2)
    '#333333'
    """
    channels = [one + (other - one) * share for one, other in zip(_channels(first), _channels(second), strict=True)]
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _channels(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
