"""What argparse says when a command is badly typed, in French and in English: it knows English alone."""

from __future__ import annotations

import argparse

SENTENCES = {
    "usage: ": "emploi · usage: ",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "the following arguments are required: %s": "il manque %s · %s is missing",
    "unrecognized arguments: %s": "personne ne lit %s · nothing reads %s",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r n’existe pas ; choisissez parmi %(choices)s · there is no %(value)r; choose from %(choices)s"
    ),
    "invalid %(type)s value: %(value)r": (
        "%(value)r ne convient pas (%(type)s attendu) · %(value)r does not fit (%(type)s expected)"
    ),
    "expected one argument": "une valeur doit suivre · one value must follow",
    "expected at least one argument": "au moins une valeur doit suivre · at least one value must follow",
    "ambiguous option: %(option)s could match %(matches)s": (
        "%(option)s peut être %(matches)s : écrivez-le en entier · %(option)s may be %(matches)s: write it whole"
    ),
    "one of the arguments %s is required": "il faut l’un de %s · one of %s is needed",
    "positional arguments": "mots · words",
    "show this help message and exit": "montre cette aide · shows this help",
}
"""By argparse's own sentence. A place that stands twice is filled twice (see :class:`_Twice`)."""


class _Twice(str):
    """A sentence whose single ``%s`` stands in both languages."""

    __slots__ = ()

    def __mod__(self, found: object) -> str:
        return str.__mod__(self, found if isinstance(found, dict) else (found, found))


def speak_both_languages() -> None:
    """Argparse asks ``_`` of its module for each sentence; one that it has not here stays as it is."""

    def say(sentence: str) -> str:
        said = SENTENCES.get(sentence, sentence)
        return _Twice(said) if said.count("%s") == 2 else said

    argparse._ = say  # type: ignore[attr-defined]  # its only door to other languages
