"""Finds the definitions, reads one YAML file and checks it against its model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

PACKAGE = Path(__file__).resolve().parents[1]
CLONE = PACKAGE.parents[1]


class DefinitionRefused(ValueError):
    """A definition that cannot be read: ``file``, ``path`` inside it, what is wrong and what to do."""

    def __init__(self, *, file: str, path: str, problem: str, remedy: str) -> None:
        self.file, self.path, self.problem, self.remedy = file, path, problem, remedy
        where = f"{file}, « {path} »" if path else file
        super().__init__(f"{where} : {problem} {remedy}")


class Definition(BaseModel):
    """What every piece of knowledge keeps to: no unknown key, exact types, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(Definition):
    """The same words in French, the source, and in English; neither may be missing or empty."""

    fr: str
    en: str

    @model_validator(mode="after")
    def _has_both(self) -> Self:
        if not self.fr.strip() or not self.en.strip():
            raise ValueError("les deux langues doivent être remplies")
        return self


class SourceDefinition(Definition):
    """Where a definition comes from. ``date``: of the source, as precisely as it is known; ``url`` may be absent."""

    title: str
    url: str | None = None
    date: dt.date | str | None = None


PROBLEMS = {
    "missing": "une clé manque",
    "extra_forbidden": "cette clé n’existe pas",
    "string_type": "un texte est attendu",
    "int_type": "un nombre entier est attendu",
    "bool_type": "vrai ou faux est attendu",
    "date_type": "une date est attendue",
    "literal_error": "cette valeur n’est pas de la liste",
    "string_pattern_mismatch": "ce nom n’est pas formé comme il faut : minuscules sans accents, chiffres et tirets",
    "too_short": "au moins un élément est attendu",
}

Model = TypeVar("Model", bound=BaseModel)


@cache
def definitions_folder() -> Path:
    """``definitions/`` at the root of a clone, or inside the installed package."""
    for folder in (PACKAGE / "definitions", CLONE / "definitions"):
        if folder.is_dir():
            return folder
    raise DefinitionRefused(
        file="definitions/",
        path="",
        problem="le dossier des définitions est introuvable.",
        remedy="Réinstallez Essor, ou remettez le dossier « definitions » à la racine du clone.",
    )


def list_files(kind: str) -> list[Path]:
    """The YAML files of ``definitions/<kind>/``, in the order of their names."""
    return sorted((definitions_folder() / kind).glob("*.yaml"))


def find_file(kind: str, name: str) -> Path:
    """``definitions/<kind>/<name>.yaml``; refuses a name that is not there, with those that are."""
    for file in list_files(kind):
        if file.stem == name:
            return file
    known = ", ".join(file.stem for file in list_files(kind)) or "aucun"
    raise DefinitionRefused(
        file=f"definitions/{kind}/{name}.yaml",
        path="",
        problem="ce fichier n’existe pas.",
        remedy=f"Noms possibles : {known}.",
    )


def read_model(file: Path, model: type[Model]) -> Model:
    """One file, checked whole against ``model``; the first fault is named with its path and a remedy."""
    return check_model(read_yaml(file), model, file=name_file(file))


def check_model(content: Mapping[str, Any], model: type[Model], *, file: str) -> Model:
    """Plain data from elsewhere than a file, checked as one is. ``file``: what the refusal calls it."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise DefinitionRefused(
            file=file,
            path=".".join(str(step) for step in first["loc"]),
            problem=f"{PROBLEMS.get(first['type'], first['msg'])} (lu : {_shorten(first['input'])}).",
            remedy=_remedy(first["type"], first["input"]),
        ) from error


def read_yaml(file: Path) -> dict[str, Any]:
    return parse_yaml(read_text(file), file=name_file(file))


def parse_yaml(text: str, *, file: str) -> dict[str, Any]:
    """One YAML mapping, or a refusal that names the line; a key written twice is refused, not overwritten.

    ``file``: what the refusal calls where the text comes from.
    """
    try:
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except _ValueUnreadable as error:
        raise DefinitionRefused(
            file=file,
            path=f"ligne {error.line}",
            problem=f"« {error.text} » {error.trouble}.",
            remedy="Écrivez une date ainsi : 2024-05-31 ; mettez un texte entre guillemets.",
        ) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise DefinitionRefused(
            file=file,
            path=f"ligne {line}",
            problem=f"le YAML ne se lit pas ({error.problem}).",
            remedy="Vérifiez le retrait, les deux-points et les guillemets de cette ligne.",
        ) from error
    except yaml.YAMLError as error:
        raise DefinitionRefused(
            file=file,
            path="",
            problem="le fichier contient un caractère que YAML n’admet pas.",
            remedy="Ouvrez-le dans un éditeur de texte et enregistrez-le en UTF-8.",
        ) from error
    if not isinstance(content, dict):
        raise DefinitionRefused(
            file=file,
            path="",
            problem="le fichier ne contient pas de clés.",
            remedy="Commencez par des lignes « clé: valeur ».",
        )
    return content


def read_text(file: Path) -> str:
    """The text of a file in UTF-8; one that is absent, closed to us or written otherwise is refused in a sentence."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem, remedy = "le fichier ne s’ouvre pas.", "Vérifiez que c’est un fichier, et qu’on peut le lire."
        if isinstance(error, FileNotFoundError):
            problem, remedy = "ce fichier n’existe pas.", "Vérifiez le chemin."
        if isinstance(error, UnicodeDecodeError):
            problem, remedy = "le fichier n’est pas en UTF-8.", "Enregistrez-le de nouveau en UTF-8."
        raise DefinitionRefused(file=name_file(file), path="", problem=problem, remedy=remedy) from error


def name_file(file: Path) -> str:
    """The name people know a definition by: ``definitions/…`` without the folders above."""
    folder = definitions_folder()
    return f"definitions/{file.relative_to(folder).as_posix()}" if file.is_relative_to(folder) else file.name


def _shorten(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _remedy(kind: str, found: object) -> str:
    if kind == "missing":
        return "Ajoutez cette clé."
    if kind == "extra_forbidden":
        return "Retirez cette clé ou corrigez son nom."
    if kind == "string_type" and isinstance(found, bool):
        return 'Mettez des guillemets : "yes" ou "no", que YAML lit sinon comme vrai ou faux.'
    if kind == "string_type":
        return "Écrivez ce texte entre guillemets."
    if kind.startswith("date"):
        return "Écrivez la date ainsi : 2024-05-31."
    return "Corrigez cette valeur."


class _ValueUnreadable(yaml.YAMLError):
    """A word shaped like a date or a number that is none: YAML itself would raise a bare ValueError."""

    def __init__(self, *, line: int, text: str, trouble: str) -> None:
        self.line, self.text, self.trouble = line, text, trouble
        super().__init__(f"{line}: {text}")


class _StrictLoader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            is_date = node.tag == "tag:yaml.org,2002:timestamp"
            trouble = "n’est pas une date du calendrier" if is_date else "ne se lit pas comme un nombre"
            raise _ValueUnreadable(line=node.start_mark.line + 1, text=str(node.value)[:80], trouble=trouble) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"la clé « {key} » est écrite deux fois", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)
