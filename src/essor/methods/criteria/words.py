"""A criterion told in French or in English, for people to read and check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from essor.methods.criteria.nodes import AllOf, AnyOf, AtLeast, Leaf, Node, Not
from essor.methods.variables import FALSE, TRUE, Variable

NO_BREAK = "\u00a0"
Pair = tuple[str, str]
"""The same words in French and in English."""

HEADINGS: Mapping[type, Pair] = {
    AllOf: (f"Tous les énoncés suivants{NO_BREAK}:", "All of the following:"),
    AnyOf: (f"Au moins un des énoncés suivants{NO_BREAK}:", "At least one of the following:"),
    Not: (f"Ne doit pas être vrai{NO_BREAK}:", "Must not be true:"),
    AtLeast: (f"Au moins {{n}} des {{of}} énoncés suivants{NO_BREAK}:", "At least {n} of the following {of}:"),
}
TESTS: Mapping[str, Pair] = {
    "is": ("{0}", "{0}"),
    "in": ("{0}", "{0}"),
    "within": ("dans {0}", "within {0}"),
    "at_least": ("au moins {0}", "at least {0}"),
    "at_most": ("au plus {0}", "at most {0}"),
    "more_than": ("plus de {0}", "more than {0}"),
    "less_than": ("moins de {0}", "less than {0}"),
    "between": ("de {0} à {1}", "from {0} to {1}"),
    "contains": ("comprend {0}", "includes {0}"),
    "any_of": ("comprend {0}", "includes {0}"),
}
CERTAINTY: Mapping[str, Pair] = {
    "sourced": ("", ""),
    "inferred": (" (déduit de la source)", " (inferred from the source)"),
    "unclear": (" (à vérifier)", " (to be checked)"),
}
UNITS: Mapping[str, Pair] = {
    "years": ("ans", "years"),
    "persons": ("personnes", "people"),
    "jobs": ("emplois", "jobs"),
    "enterprises": ("entreprises", "enterprises"),
    "fte": ("équivalents temps plein", "full-time equivalents"),
}
UNITS_OF_ONE: Mapping[str, Pair] = {
    "years": ("an", "year"),
    "persons": ("personne", "person"),
    "jobs": ("emploi", "job"),
    "enterprises": ("entreprise", "enterprise"),
    "fte": ("équivalent temps plein", "full-time equivalent"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a criterion: ``level`` of nesting from 0, ``text`` in one language, ``path`` of the node it tells."""

    level: int
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class _Voice:
    language: str
    variables: Mapping[str, Variable]
    place_names: Mapping[str, str]

    def of(self, pair: Pair) -> str:
        return pair[1 if self.language == "en" else 0]


def describe(
    node: Node,
    *,
    language: str,
    variables: Mapping[str, Variable] | None = None,
    place_names: Mapping[str, str] | None = None,
) -> tuple[Line, ...]:
    """The criterion as nested lines, in the order written.

    ``language``: ``fr`` or ``en`` (``en-CA`` counts as ``en``; anything else is French). ``variables``: labels to use
    instead of those that the criterion was read with. ``place_names``: code → name; a code without a name stands as is.
    A leaf that carries its own words in that language is told by them.

    >>> from essor.methods.criteria import parse
    >>> age = Variable("age", "number", "Âge", "Age", unit="years")
    >>> node = parse({"not": {"fact": "age", "between": [1, 10]}}, variables={"age": age})
    >>> for line in describe(node, language="en"):
    ...     print("  " * line.level + line.text)
    Must not be true:
      Age: from 1 to 10 years
    """
    return tuple(_lines(node, 0, _voice(language, variables, place_names)))


def describe_sentence(
    node: Node,
    *,
    language: str,
    variables: Mapping[str, Variable] | None = None,
    place_names: Mapping[str, str] | None = None,
) -> str:
    """The criterion in one line, groups in parentheses; the arguments are those of :func:`describe`.

    >>> from essor.methods.criteria import parse
    >>> age = Variable("age", "number", "Âge", "Age", unit="years")
    >>> sells = Variable("sells", "boolean", "Vend", "Sells")
    >>> tree = {"any": [{"fact": "age", "at_least": 5}, {"not": {"fact": "sells", "is": False}}]}
    >>> describe_sentence(parse(tree, variables={"age": age, "sells": sells}), language="en")
    'Age: at least 5 years or Sells: yes'
    """
    return _sentence(node, _voice(language, variables, place_names))


def _voice(language: str, variables: Mapping[str, Variable] | None, place_names: Mapping[str, str] | None) -> _Voice:
    return _Voice("en" if language.lower().startswith("en") else "fr", variables or {}, place_names or {})


def _lines(node: Node, level: int, voice: _Voice) -> Iterator[Line]:
    if isinstance(node, Leaf):
        yield Line(level, _leaf_words(node, voice), node.path)
        return
    heading = voice.of(HEADINGS[type(node)])
    if isinstance(node, AtLeast):
        heading = heading.format(n=node.n, of=len(node.of))
    yield Line(level, heading, node.path)
    for part in node.of:
        yield from _lines(part, level + 1, voice)


def _sentence(node: Node, voice: _Voice) -> str:
    match node:
        case Leaf():
            return _leaf_words(node, voice)
        case AllOf():
            return voice.of((" et ", " and ")).join(_enclosed(part, voice) for part in node.of)
        case AnyOf():
            return voice.of((" ou ", " or ")).join(_enclosed(part, voice) for part in node.of)
        case Not(part=Leaf() as leaf) if leaf.variable.kind == "boolean" and not (leaf.fr or leaf.en):
            opposed = replace(leaf, values=(FALSE if leaf.values[0] == TRUE else TRUE,))
            return _leaf_words(opposed, voice)
        case Not():
            return voice.of(("non", "not")) + f" ({_sentence(node.part, voice)})"
        case AtLeast():
            parts = voice.of((f"{NO_BREAK}; ", "; ")).join(_sentence(part, voice) for part in node.of)
            return voice.of(("au moins {n} parmi", "at least {n} of")).format(n=node.n) + f" ({parts})"


def _enclosed(node: Node, voice: _Voice) -> str:
    words = _sentence(node, voice)
    return f"({words})" if isinstance(node, AllOf | AnyOf) and len(node.of) > 1 else words


def _leaf_words(leaf: Leaf, voice: _Voice) -> str:
    own = leaf.en if voice.language == "en" else leaf.fr
    return (own or _plain_words(leaf, voice)) + voice.of(CERTAINTY[leaf.certainty])


def _plain_words(leaf: Leaf, voice: _Voice) -> str:
    variable = voice.variables.get(leaf.variable.id, leaf.variable)
    label = variable.label(voice.language)
    joint = " " if label.endswith("?") else voice.of((f"{NO_BREAK}: ", ": "))
    return label + joint + voice.of(TESTS[leaf.operator]).format(*_operands(leaf, variable, voice))


def _operands(leaf: Leaf, variable: Variable, voice: _Voice) -> tuple[str, ...]:
    """The words that fill the places of a test; the unit is said once, after the last number."""
    if not variable.is_numeric:
        return (_either([_code_words(str(code), variable, voice) for code in leaf.values], voice),)
    numbers = [variable.from_stored(int(value)) for value in leaf.values]
    words = [_amount(number, variable, voice) for number in numbers]
    words[-1] += _unit(numbers[-1], variable, voice)
    return tuple(words) if leaf.operator == "between" else (_either(words, voice),)


def _code_words(code: str, variable: Variable, voice: _Voice) -> str:
    if variable.kind == "place":
        return voice.place_names.get(code, code)
    if variable.kind == "boolean" and not (variable.value_labels and code in variable.value_labels):
        return voice.of(("oui", "yes")) if code == TRUE else voice.of(("non", "no"))
    return variable.value_label(code, voice.language)


def _amount(number: Decimal, variable: Variable, voice: _Voice) -> str:
    if variable.kind == "ratio":
        return grouped(number * 100, voice.language) + voice.of((f"{NO_BREAK}%", "%"))
    if variable.kind == "money":
        cents = number != number.to_integral_value()
        amount = grouped(number, voice.language, decimals=2 if cents else 0)
        return voice.of((f"{amount}{NO_BREAK}$", f"${amount}"))
    return grouped(number, voice.language)


def _unit(number: Decimal, variable: Variable, voice: _Voice) -> str:
    """Nothing where the label says it already. French counts up to 2 (excluded) as singular; English only 1."""
    if variable.kind != "number" or variable.unit is None or variable.unit not in UNITS:
        return ""
    is_single = number == 1 if voice.language == "en" else abs(number) < 2
    if voice.of(UNITS[variable.unit]) in variable.label(voice.language).lower():
        return ""
    return voice.of((NO_BREAK, " ")) + voice.of((UNITS_OF_ONE if is_single else UNITS)[variable.unit])


def _either(words: Sequence[str], voice: _Voice) -> str:
    if len(words) == 1:
        return words[0]
    return ", ".join(words[:-1]) + voice.of((" ou ", " or ")) + words[-1]


def grouped(number: Decimal, language: str, *, decimals: int | None = None) -> str:
    """A number as written in Québec: no-break spaces and a comma in French, commas and a point in English.

    ``decimals``: how many to write; None writes those that the number has, without final zeros.

    >>> grouped(Decimal("1264.50"), "en"), grouped(Decimal("1264.50"), "fr").replace(chr(160), "_")
    ('1,264.5', '1_264,5')
    """
    written = f"{number:,f}" if decimals is None else f"{number:,.{decimals}f}"
    if decimals is None and "." in written:
        written = written.rstrip("0").rstrip(".")
    if language == "en":
        return written
    return written.replace(",", NO_BREAK).replace(".", ",")
