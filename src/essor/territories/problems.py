"""What is wrong in a file of places or of bodies, and the sentence for each problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Any] = {
    "unreadable": _("le fichier ne s’ouvre pas ({value}). Vérifiez son chemin et vos droits."),
    "too-large": _("le fichier dépasse {value}. Ce n’est sans doute pas le bon fichier."),
    "empty": _("le fichier ne contient aucune ligne. Téléchargez-le de nouveau."),
    "column-missing": _("la colonne « {value} » manque. Choisissez le « Répertoire des municipalités » en CSV."),
    "body-column-missing": _(
        "la colonne « {value} » manque. Exportez les organismes pour voir les colonnes attendues."
    ),
    "columns-count": _("la ligne compte {value} colonnes de trop ou de moins. Vérifiez les guillemets."),
    "code-malformed": _("« {value} » n’est pas un code de cinq chiffres, comme 64008."),
    "code-twice": _("le code « {value} » est déjà sur une autre ligne. Retirez l’une des deux."),
    "name-missing": _("le nom manque. Complétez-le."),
    "label-malformed": _("« {value} » ne finit pas par un code, comme « Lanaudière (14) »."),
    "number-malformed": _("« {value} » n’est pas un nombre entier. Corrigez-le ou laissez la case vide."),
    "undated": _("la date de la liste est inconnue. Donnez-la avec --dated, par exemple --dated 2025-01-01."),
    "not-newer": _("une liste du {value} est déjà chargée. Chargez les listes de la plus ancienne à la plus récente."),
    "json-malformed": _("le fichier n’est pas du JSON ({value}). Exportez-le en GeoJSON."),
    "not-geojson": _("le fichier n’est pas une collection GeoJSON de lieux. Exportez-le en GeoJSON."),
    "not-wgs84": _("les coordonnées ne sont pas en WGS84 ({value}). Exportez le fichier en longitude et latitude."),
    "shape-code-missing": _(
        "un lieu n’a pas de code dans « {column} » (lu : « {value} »). Il faut « MRC_64 » pour une MRC, « 64008 » "
        "pour une municipalité. Si le code est ailleurs, nommez sa propriété avec --code-property."
    ),
    "code-property-missing": _(
        "aucun lieu n’a de propriété {column}. Nommez celle qui porte le code, avec --code-property ; "
        "les premières du fichier sont : {value}."
    ),
    "shape-malformed": _("le lieu « {value} » n’a pas de polygone. Retirez-le ou corrigez-le."),
    "no-place": _("aucun lieu n’est chargé. Importez d’abord la liste des municipalités."),
    "list-unknown": _("aucune liste courte ne s’appelle « {value} »."),
    "body-malformed": _("« {value} » n’est pas un nom d’adresse : minuscules sans accents, chiffres et tirets."),
    "what-unknown": _("« {value} » n’est pas permis : created, renamed, site, merged, dissolved ou mandate."),
    "day-malformed": _("« {value} » n’est pas une date. Écrivez 2018-04-01."),
    "subject-missing": _("un mandat est pour un besoin (need) ou pour une aide (aid) : remplissez l’un des deux."),
    "cell-misplaced": _("« {value} » n’a pas sa place sur une ligne de ce genre. Videz la case."),
    "source-missing": _("la source manque : dites d’où on le tient."),
    "address-malformed": _("« {value} » n’est pas une adresse https:// ou http://."),
    "cell-too-long": _("le texte dépasse {value} caractères. Raccourcissez-le."),
    "formula": _("« {value} » commence comme une formule de tableur. Retirez ce premier signe."),
    "not-believed": _(
        "cette ligne n’est pas de celles qu’on croit. Exportez les organismes, et copiez-la telle quelle."
    ),
    "row-twice": _("cette ligne dit la même chose qu’une autre, autrement peut-être. Gardez l’une des deux."),
    "created-missing": _("rien ne dit la création de « {value} ». Ajoutez-la, même sans date."),
    "created-twice": _("« {value} » est créé deux fois. Gardez une seule création."),
    "ended-twice": _("« {value} » finit deux fois. Gardez une seule fin."),
    "event-undated": _("le jour manque : seule une création peut s’en passer."),
    "before-creation": _("c’est avant la création de l’organisme, ou le même jour ({value}). Corrigez la date."),
    "after-end": _("c’est après la fin de l’organisme, ou le même jour ({value}). Corrigez la date."),
    "same-day": _("deux événements du même genre le même jour. Gardez-en un."),
    "other-missing": _("dites avec quoi l’organisme a fusionné."),
    "other-unknown": _("aucun organisme n’a l’adresse « {value} ». Ajoutez sa création."),
    "other-itself": _("« {value} » ne peut pas se succéder à lui-même. Nommez l’autre organisme."),
    "other-dead": _("« {value} » n’existe pas ce jour-là. Corrigez la date, ou nommez l’organisme qui existe alors."),
    "circle": _("ces fusions tournent en rond et reviennent à « {value} ». Corrigez l’une d’elles."),
    "name-taken": _("un autre organisme porte le nom « {value} » au même moment. Distinguez-les."),
    "need-unknown": _("« {value} » n’est pas un besoin de la liste (definitions/needs.yaml)."),
    "aid-unknown": _("« {value} » n’est pas un programme du catalogue."),
    "place-unknown": _("aucun lieu ne porte le code « {value} ». Cherchez-le dans Territoires."),
    "place-outside": _("« {value} » est hors du Québec : les mandats tenus ici sont ceux du Québec. Retirez la ligne."),
    "from-unknown": _("aucun organisme n’a l’adresse « {value} », de qui le mandat serait repris."),
    "mandate-reversed": _("le mandat finit avant de commencer ({value}). Corrigez l’une des dates."),
    "mandate-before-life": _("le mandat commence avant l’organisme, créé le {value}. Corrigez la date."),
    "mandate-after-life": _(
        "le mandat dure après l’organisme, qui finit le {value}. Donnez-lui une fin, ou un repreneur."
    ),
    "mandate-twice": _("l’organisme a déjà ce mandat au même moment, à cet endroit. Gardez l’une des deux périodes."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file. ``row`` counts the header as 1; None: the whole file."""

    code: str
    row: int | None = None
    column: str = ""
    value: str = ""


class FileRefused(ValueError):
    """A file that cannot be loaded, with every problem found; nothing was written."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems
        super().__init__(f"{file}: " + "; ".join(problem.code for problem in problems[:5]))


def describe_problem(problem: Problem) -> str:
    """A problem as a sentence in the reader's language: where, what, and what to do."""
    sentence = str(SENTENCES[problem.code]).format(value=problem.value, column=problem.column)
    if problem.row is None:
        return sentence
    return gettext("Ligne {row}, colonne « {column} » : {sentence}").format(
        row=problem.row, column=problem.column, sentence=sentence
    )


def describe_refusal(refusal: FileRefused, *, most: int = 20) -> list[str]:
    """The sentences for a refused file: at most ``most`` problems, then how many are left, then what was done."""
    lines = [describe_problem(problem) for problem in refusal.problems[:most]]
    if len(refusal.problems) > most:
        lines.append(gettext("… et {count} autres problèmes.").format(count=len(refusal.problems) - most))
    return [*lines, gettext("Rien n’a été enregistré de « {file} ».").format(file=refusal.file)]
