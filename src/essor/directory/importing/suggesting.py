"""What a column probably feeds, from its title in French or English. A person decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from essor.directory.importing.mapping import ONCE
from essor.directory.importing.reading import Table
from essor.directory.importing.values import code_labels, is_unknown, is_year
from essor.directory.rules import fold
from essor.knowledge import list_derived_variables, load_variables
from essor.methods.variables import Variable

Rule = Mapping[str, Any]

TITLES: tuple[tuple[Rule, str], ...] = (
    ({"to": "name"}, ("nom|nom legal|denomination|denomination sociale|raison sociale|name|legal name|registered name|"
     "organisation|organization|entreprise|nom de l organisation|nom de l entreprise|nom de l organisme|organisme")),
    ({"to": "other_name"}, "autre nom|nom usuel|nom d usage|nom commercial|trading name|other name|alias"),
    ({"to": "identifier", "scheme": "neq"}, "neq|numero d entreprise du quebec|no neq|numero neq"),
    ({"to": "identifier", "scheme": "bn"}, "bn|numero d entreprise|business number|ne"),
    ({"to": "identifier", "scheme": "charity"}, "numero de bienfaisance|numero d enregistrement|charity number|rr"),
    ({"to": "event", "kind": "created"}, ("date de creation|creation|date de constitution|constitution|fondation|"
     "date de fondation|fondee en|fonde en|annee de fondation|annee de creation|creee en|founded in|"
     "incorporation date|created on|date created|date d incorporation")),
    ({"to": "event", "kind": "closed"}, ("date de fermeture|fermeture|date de dissolution|dissolution|dissolved date|"
     "closed on|date closed")),
    ({"to": "reference_date"}, ("date de reference|reference date|fin d exercice|date de fin d exercice|year end date|"
     "year end|date du recensement|en date du|au|date")),
    ({"to": "known_on"}, "connu le|known on|date de publication|edition|recu le"),
    ({"to": "status"}, "statut du fait|provenance|fact status"),
    ({"to": "stated_status"}, "statut|etat|status|registered status|situation"),
    ({"to": "variable", "variable": "jobs_headcount"}, ("emplois|nombre d emplois|nb emplois|employes|"
     "nombre d employes|"
     "nb employes|effectif|effectifs|employees|jobs|headcount|staff|travailleurs|salaries|nombre de salaries")),
    ({"to": "variable", "variable": "jobs_headcount_all"}, "emplois totaux|tous les emplois|all jobs"),
    ({"to": "variable", "variable": "jobs_fte"}, ("etc|etp|equivalents temps complet|equivalent temps plein|fte|"
     "full time equivalents")),
    ({"to": "variable", "variable": "annual_revenue"}, ("revenus|revenu|revenu annuel|revenus annuels|revenus totaux|"
     "chiffre d affaires|turnover|revenue|annual revenue|ventes")),
    ({"to": "variable", "variable": "members"}, "membres|nombre de membres|nb membres|members|memberships|membership"),
    ({"to": "variable", "variable": "volunteers"}, "benevoles|nombre de benevoles|volunteers"),
    ({"to": "variable", "variable": "legal_form"}, ("forme juridique|forme|statut juridique|legal form|"
     "type d organisme|"
     "type d entreprise")),
    ({"to": "variable", "variable": "coop_kind"}, "type de cooperative|genre de cooperative|type of co operative"),
    ({"to": "variable", "variable": "municipality"}, ("municipalite|ville|city|town|municipality|code geographique|"
     "code municipal|lieu")),
    ({"to": "variable", "variable": "sector"}, "secteur|secteur d activite|sector|activite|domaine"),
    ({"to": "variable", "variable": "board_size"}, "taille du ca|nombre d administrateurs|administrateurs|board size"),
    ({"to": "variable", "variable": "social_economy"}, "economie sociale|social economy"),
    ({"to": "variable", "variable": "commercial_activity"}, ("activite commerciale|activite marchande|volet marchand|"
     "commercial activity")),
    ({"to": "variable", "variable": "autonomous_revenue_share"}, ("part de revenus autonomes|revenus autonomes|"
     "autonomous revenue")),
)  # fmt: skip
WORDS: Mapping[str, str] = {
    "npo": "obnl|osbl|organisme sans but lucratif|organisme a but non lucratif|sans but lucratif|non profit|nonprofit",
    "coop": "cooperative|co operative|co op|scop",
    "for_profit": "compagnie|societe par actions|inc|company|corporation|prive|privee",
}
"""What people write for a legal form, folded, by code."""
DATED = ("event", "reference_date", "known_on")
MAX_SUGGESTED_VALUES = 60
_SHORTEST_PART = 5


def suggest_columns(table: Table, *, known: Mapping[str, Rule] | None = None) -> dict[str, dict[str, Any]]:
    """A rule for each column, ``ignore`` where the title says nothing; no target is given twice.

    ``known``: what an earlier file said of some titles, which is kept; only the columns that it had not are guessed.
    """
    words = _list_words()
    found = {title: dict(rule) for title, rule in (known or {}).items() if title in table.columns}
    kept = frozenset(found)
    taken = {_identity(rule) for rule in found.values() if rule["to"] != "ignore"}
    for is_exact in (True, False):
        for title in table.columns:
            if title in found:
                continue
            rule = _find(fold(title), words, taken, is_exact=is_exact)
            if rule is not None:
                found[title] = dict(rule)
                taken.add(_identity(rule))
    return {
        title: found[title] if title in kept else _with_values(found.get(title, {"to": "ignore"}), title, table)
        for title in table.columns
    }


def _list_words() -> list[tuple[str, Rule]]:
    words = [(title, rule) for rule, titles in TITLES for title in titles.split("|")]
    derived = list_derived_variables()
    for key, variable in load_variables().items():
        if key not in derived:
            rule = {"to": "variable", "variable": key}
            words += [(fold(text), rule) for text in (key, variable.label_fr, variable.label_en)]
    return words


def _find(title: str, words: list[tuple[str, Rule]], taken: set[str], *, is_exact: bool) -> Rule | None:
    if is_exact:
        fitting = [(word, rule) for word, rule in words if word == title]
    else:
        fitting = [(word, rule) for word, rule in words if len(word) >= _SHORTEST_PART and f" {word} " in f" {title} "]
    free = [(word, rule) for word, rule in fitting if _identity(rule) not in taken]
    return max(free, key=lambda pair: len(pair[0]))[1] if free else None


def _identity(rule: Rule) -> str:
    """What may be given once: a single target, a variable, a kind of number or of event."""
    if rule["to"] in ONCE:
        return str(rule["to"])
    return str(rule.get("variable") or rule.get("kind") or rule.get("scheme") or rule["to"])


def _with_values(rule: dict[str, Any], title: str, table: Table) -> dict[str, Any]:
    """For a choice, the code of the file's words that resemble one; the others are left for a person to decide."""
    variable = load_variables().get(str(rule.get("variable")))
    if variable is None:
        return rule
    labels = code_labels(variable)
    closest = {text: _closest(text, labels) for text in list_strange_words(table, title, variable)}
    found = {text: code for text, code in closest.items() if code is not None}
    return rule | {"values": found} if found else rule


def list_words(table: Table, rules: Mapping[str, Rule]) -> dict[str, list[str]]:
    """For each column that feeds a choice, its words to translate; a column without any is absent."""
    variables = load_variables()
    found = {}
    for title, rule in rules.items():
        variable = variables.get(str(rule.get("variable")))
        if title in table.columns and variable is not None and (words := list_strange_words(table, title, variable)):
            found[title] = words
    return found


def list_years(table: Table, rules: Mapping[str, Rule]) -> dict[str, str]:
    """The columns of dates that hold a year alone, with the first one found."""
    found = {}
    for title, rule in rules.items():
        if title in table.columns and rule["to"] in DATED:
            year = next((text for text in table.frame[title].drop_nulls() if is_year(text)), None)
            if year is not None:
                found[title] = year
    return found


def list_strange_words(table: Table, title: str, variable: Variable) -> list[str]:
    """The words of a column that are neither codes nor labels of a choice, in order; none for other kinds."""
    if variable.kind not in ("choice", "choice_many"):
        return []
    labels = code_labels(variable)
    texts = table.frame[title].unique().drop_nulls().sort().to_list()
    return [text for text in texts if fold(text) not in labels and not is_unknown(text)][:MAX_SUGGESTED_VALUES]


def _closest(text: str, labels: Mapping[str, str]) -> str | None:
    """The code that people mean by the text, or the only one whose label starts like it."""
    folded = fold(text)
    meant = [code for code, words in WORDS.items() if code in labels.values() and folded in words.split("|")]
    if meant:
        return meant[0]
    start = folded[:_SHORTEST_PART]
    found = {code for label, code in labels.items() if len(folded) >= 4 and label.startswith(start[:4])}
    return found.pop() if len(found) == 1 else None
