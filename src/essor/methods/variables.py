"""What a fact may say: the kinds of variable, and exact values.

A value is stored as an integer count of ``10 ** -scale`` (``ratio`` 0.2 at scale 4 is 2000; 12.5 full-time
equivalents at scale 2 are 1250), so sums and comparisons are exact in Python, in NumPy and in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

Kind = Literal["number", "ratio", "money", "boolean", "choice", "choice_many", "place"]

NUMERIC_KINDS: frozenset[str] = frozenset({"number", "ratio", "money"})
DEFAULT_SCALE: Mapping[str, int] = {"number": 2, "ratio": 4, "money": 2}
TRUE, FALSE = "true", "false"
LARGEST_STORED = 10**15
"""The bound of every stored number: sums stay within 64 bits, and plain JSON gives each number back exactly."""
_LONGEST_SHOWN_BITS = 1000


class ValueRefused(ValueError):
    """A value that the variable cannot hold: ``code`` and ``allowed`` say why and what would do."""

    def __init__(self, code: str, *, value: object, allowed: tuple[str, ...] = ()) -> None:
        self.code, self.value, self.allowed = code, value, allowed
        super().__init__(f"{code}: {value!r}" + (f" (allowed: {', '.join(allowed)})" if allowed else ""))


@dataclass(frozen=True, slots=True)
class Variable:
    """One attribute that facts may carry, as read from ``definitions/variables``.

    ``scale``: decimals kept by numeric kinds. ``minimum``, ``maximum``: natural units, inclusive, or None.
    ``holds_days``: how long a value dated on a single day stays the answer (None: until a later one).
    """

    id: str
    kind: Kind
    label_fr: str
    label_en: str
    unit: str | None = None
    values: tuple[str, ...] = ()
    scale: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    holds_days: int | None = None
    sensitive: bool = False
    definition_fr: str = ""
    definition_en: str = ""
    source: str = ""
    value_labels: Mapping[str, tuple[str, str]] | None = None

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC_KINDS

    def label(self, language: str) -> str:
        return self.label_en if language == "en" else self.label_fr

    def value_label(self, code: str, language: str) -> str:
        """The words for one code of a choice, or the code itself where none were written."""
        if self.value_labels and code in self.value_labels:
            return self.value_labels[code][1 if language == "en" else 0]
        return code

    def to_stored(self, value: object) -> int:
        """A number in natural units → exact integer at this variable's scale, at most LARGEST_STORED either way.

        Raises ValueRefused: ``not-a-number``, ``too-precise`` (more decimals than ``scale``), ``too-small`` or
        ``too-large``.

        >>> Variable("share", "ratio", "Part", "Share", scale=4).to_stored("0.2")
        2000
        """
        number = _read_number(value)
        least, most = self._bounds()
        if number < least:
            raise ValueRefused("too-small", value=_shown(value), allowed=(f">= {least}",))
        if number > most:
            raise ValueRefused("too-large", value=_shown(value), allowed=(f"<= {most}",))
        sign, digits, exponent = number.as_tuple()
        written = "".join(map(str, digits)).rstrip("0")
        shift = int(exponent) + len(digits) - len(written) + self.scale
        if not written:
            return 0
        if shift < 0:
            raise ValueRefused("too-precise", value=value, allowed=(f"{self.scale} decimals",))
        stored = int(written + "0" * shift)
        return -stored if sign else stored

    def _bounds(self) -> tuple[Decimal, Decimal]:
        """What it may hold, in natural units: its own range, within what can be stored."""
        bound = self.from_stored(LARGEST_STORED)
        least = -bound if self.minimum is None else max(self.minimum, -bound)
        return least, bound if self.maximum is None else min(self.maximum, bound)

    def from_stored(self, stored: int) -> Decimal:
        """The inverse of :meth:`to_stored`: an exact Decimal in natural units."""
        return Decimal(stored).scaleb(-self.scale)


def _read_number(value: object) -> Decimal:
    if isinstance(value, bool):
        raise ValueRefused("not-a-number", value=value)
    try:
        number = Decimal(value) if isinstance(value, int | Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise ValueRefused("not-a-number", value=value) from None
    if not number.is_finite():
        raise ValueRefused("not-a-number", value=value)
    return number


def _shown(value: object) -> object:
    """The value, or infinity for a whole number too long to be written."""
    return float("inf") if isinstance(value, int) and value.bit_length() > _LONGEST_SHOWN_BITS else value
