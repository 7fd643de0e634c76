"""What a spreadsheet of past files says in words: its columns, what is wrong with a line and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.design.wording import write_day
from essor.programmes.rules import Fault

MOST_FAULTS = 20
FAULTS: Mapping[str, Any] = {
    "name-missing": _("il manque le nom du projet"),
    "place-unknown": _("aucun lieu, ou plusieurs, ne s’appelle « {value} »"),
    "day-malformed": _("« {value} » n’est pas une date comme 2018-05-01"),
    "days-missing": _("aucune étape n’a de date"),
    "days-reversed": _("le {after} vient après le {before} dans l’ordre des étapes, mais avant dans le temps"),
    "file-day-to-come": _("le {on} est à venir"),
    "outcome-unknown": _("« {value} » n’est pas une issue, ou le jour de fermeture manque"),
    "outcome-words-missing": _("une issue se dit en mots"),
    "outside-programme": _("le dossier y entre le {on}, hors du programme, qui commence le {starts_on}"),
    "already-there": _("« {name} » est déjà là"),
    "row-ragged": _("elle a {cells} cases, et le fichier a {columns} colonnes"),
}
REMEDIES: Mapping[str, Any] = {
    "name-missing": _("Écrivez le nom du projet, ou retirez la ligne."),
    "place-unknown": _("Écrivez le nom exact de la municipalité ou de la MRC, ou son code géographique."),
    "day-malformed": _("Écrivez l’année, le mois et le jour : 2018-05-01. Laissez vide ce qu’on ne sait pas."),
    "days-missing": _("Donnez au moins le jour où le dossier est entré à une étape."),
    "days-reversed": _("Corrigez l’un des deux jours, ou reliez ces colonnes à d’autres étapes."),
    "file-day-to-come": _("N’inscrivez que ce qui est arrivé."),
    "outcome-unknown": _("Dites ce que ce mot veut dire, à la page des colonnes, ou donnez le jour de fermeture."),
    "outcome-words-missing": _("Dites en une phrase comment le dossier a fini."),
    "outside-programme": _("Retirez la ligne, ou corrigez le jour : ce dossier n’est pas de ce programme."),
    "already-there": _("Retirez la ligne : ce dossier est entré, ou il est deux fois dans le fichier."),
    "row-ragged": _("Rendez-lui le même nombre de cases qu’à la ligne des titres."),
}
TARGETS: Mapping[str, Any] = {
    "name": _("Le nom du projet"),
    "place": _("Le lieu"),
    "closed": _("Le jour de fermeture"),
    "outcome": _("L’issue"),
    "words": _("L’issue en mots"),
    "stage": _("Le jour d’entrée à une étape"),
}


def explain_faults(faults: Sequence[Fault]) -> list[str]:
    """One line for each, the first ones only; line 1 is that of headings."""
    told = [
        gettext("ligne {line} : {fault}").format(line=line, fault=_say_fault(code, facts))
        for line, code, facts in faults[:MOST_FAULTS]
    ]
    return told + ([f"… {len(faults) - MOST_FAULTS}"] if len(faults) > MOST_FAULTS else [])


def explain_fault(fault: Fault) -> tuple[int, str, str]:
    """The line, what is wrong with it and what to do."""
    line, code, facts = fault
    said = _say_fault(code, facts)
    return line, f"{said[:1].upper()}{said[1:]}", str(REMEDIES[code])


def _say_fault(code: str, facts: Mapping[str, Any]) -> str:
    return str(FAULTS[code]).format(**{name: _write(value) for name, value in facts.items()})


def _write(value: Any) -> str:
    return write_day(value) if isinstance(value, date) else str(value)
