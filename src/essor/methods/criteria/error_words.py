"""Errors of criteria, told in French or in English: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from essor.methods.criteria.nodes import CriterionError

NO_BREAK = "\u00a0"
LONGEST_SHOWN = 80
MOST_SHOWN = 12

SENTENCES: Mapping[str, tuple[str, str]] = {
    "wrong-type": (
        "{found} ne convient pas ici. Écrivez plutôt {allowed}.",
        "{found} does not fit here. Write {allowed} instead.",
    ),
    "needs-quotes": (
        '{found} est lu comme une valeur, non comme un texte. Mettez le code entre guillemets droits{nbsp}: "640".',
        '{found} is read as a value, not as text. Put the code in straight quotes, such as "640".',
    ),
    "empty-list": (
        "la liste est vide. Ajoutez-y un élément ou retirez-la.",
        "the list is empty. Add an item or remove it.",
    ),
    "not-a-criterion": (
        "un groupe ou une condition commence par un seul mot parmi {allowed}; trouvé{nbsp}: {found}. Gardez-en un.",
        "a group or a condition starts with one single word among {allowed}; found: {found}. Keep one.",
    ),
    "missing-key": ("il manque {found}. Écrivez {allowed}.", "{found} is missing. Write {allowed}."),
    "extra-key": (
        "{found} n’a pas sa place ici. Retirez ce mot ou choisissez parmi {allowed}.",
        "{found} does not belong here. Remove this word or choose among {allowed}.",
    ),
    "unknown-variable": (
        "la variable {found} n’existe pas. Vouliez-vous dire {allowed}{nbsp}?",
        "there is no variable {found}. Did you mean {allowed}?",
    ),
    "no-operator": (
        "la condition sur {found} ne dit pas quoi vérifier. Ajoutez un de ces mots{nbsp}: {allowed}.",
        "the condition on {found} does not say what to test. Add one of these words: {allowed}.",
    ),
    "several-operators": (
        "la condition vérifie plusieurs choses à la fois ({found}). Gardez un seul de ces mots{nbsp}: {allowed}.",
        "the condition tests several things at once ({found}). Keep only one of these words: {allowed}.",
    ),
    "operator-not-allowed": (
        "{found} ne s’applique pas à cette variable. Choisissez parmi {allowed}.",
        "{found} does not apply to this variable. Choose among {allowed}.",
    ),
    "unknown-value": (
        "{found} n’est pas une valeur permise. Choisissez parmi {allowed}.",
        "{found} is not an allowed value. Choose among {allowed}.",
    ),
    "not-a-code": (
        "{found} ne peut pas être un code de lieu. Écrivez un code sans barre verticale, par exemple 64008.",
        "{found} cannot be the code of a place. Write a code without a vertical bar, such as 64008.",
    ),
    "not-a-number": ("{found} n’est pas un nombre. Écrivez un nombre.", "{found} is not a number. Write a number."),
    "too-precise": (
        "{found} a trop de décimales. Arrondissez ({allowed}).",
        "{found} has too many decimals. Round it ({allowed}).",
    ),
    "too-small": (
        "{found} est trop petit. Écrivez un nombre dans ces bornes{nbsp}: {allowed}.",
        "{found} is too small. Write a number within these bounds: {allowed}.",
    ),
    "too-large": (
        "{found} est trop grand. Écrivez un nombre dans ces bornes{nbsp}: {allowed}.",
        "{found} is too large. Write a number within these bounds: {allowed}.",
    ),
    "not-two-bounds": (
        "«{nbsp}between{nbsp}» demande deux nombres; il y en a {found}. Écrivez le plus petit, puis le plus grand.",
        "“between” needs two numbers; there are {found}. Write the smaller, then the larger.",
    ),
    "bounds-reversed": (
        "les deux nombres sont inversés ({found}). Écrivez le plus petit d’abord.",
        "the two numbers are reversed ({found}). Write the smaller first.",
    ),
    "n-out-of-range": (
        "{found} ne peut pas être le nombre demandé. Choisissez de {allowed}.",
        "{found} cannot be the number required. Choose from {allowed}.",
    ),
    "too-deep": (
        "les groupes sont emboîtés trop profondément. Restez à {allowed} niveaux ou moins.",
        "the groups are nested too deeply. Keep to {allowed} levels or fewer.",
    ),
    "too-many-nodes": (
        "la règle est trop longue. Restez à {allowed} conditions et groupes ou moins.",
        "the rule is too long. Keep to {allowed} conditions and groups or fewer.",
    ),
}
SHAPES: Mapping[str, tuple[str, str]] = {
    "number": ("un nombre", "a number"),
    "whole number": ("un nombre entier", "a whole number"),
    "text": ("un texte", "a text"),
    "list": ("une liste", "a list"),
    "mapping": ("un groupe ou une condition", "a group or a condition"),
}


def criterion_sentence(error: CriterionError, language: str) -> str:
    """What is wrong, where, and what to do, in ``fr`` or ``en`` (anything that does not start with ``en`` is French).

    >>> criterion_sentence(CriterionError("unknown-variable", "criteria.all[0].fact", "jbos", ("jobs",)), "en")
    'At criteria.all[0].fact, there is no variable “jbos”. Did you mean “jobs”?'
    """
    side = 1 if language.lower().startswith("en") else 0
    code = error.code
    if code == "wrong-type" and error.allowed == ("text",) and isinstance(error.found, bool | int | float):
        code = "needs-quotes"
    sentence = SENTENCES[code][side].format(
        found=_shown(error.found, side), allowed=_choices(error, side), nbsp=NO_BREAK
    )
    return (f"At {error.path}, " if side else f"À l’endroit {error.path}, ") + sentence


def _choices(error: CriterionError, side: int) -> str:
    if error.code == "n-out-of-range":
        return (" to " if side else " à ").join(error.allowed)
    if error.code in {"too-deep", "too-many-nodes", "too-small", "too-large", "too-precise"}:
        return ", ".join(error.allowed).replace("decimals", ("décimales", "decimals")[side])
    words = [SHAPES[each][side] if each in SHAPES else _quoted(each, side) for each in error.allowed[:MOST_SHOWN]]
    if len(error.allowed) > MOST_SHOWN:
        return ", ".join([*words, "…"])
    return (" or " if side else " ou ").join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _shown(found: object, side: int) -> str:
    match found:
        case None:
            return ("rien", "nothing")[side]
        case list() | tuple():
            nested = any(isinstance(each, list | dict) for each in found)
            listed = _quoted(", ".join(str(each) for each in found[:MOST_SHOWN]), side)
            return ("une liste", "a list")[side] if nested else listed
        case dict():
            return ("un ensemble de clés", "a set of keys")[side]
        case bool():
            return _quoted(str(found).lower(), side)
        case str():
            return _quoted(found if len(found) <= LONGEST_SHOWN else found[:LONGEST_SHOWN] + "…", side)
    return str(found)


def _quoted(text: str, side: int) -> str:
    return f"“{text}”" if side else f"«{NO_BREAK}{text}{NO_BREAK}»"
