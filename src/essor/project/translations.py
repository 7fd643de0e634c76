"""French sentences in the code, English ones in each room's ``locale/en``: found, compared and compiled with Babel.

No gettext program is needed. A sentence counts as translated when any room has it: Django reads all of them together.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1]
CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*(?:![rsa])?(?::[^{}]*)?\}")

# (the sentence, or singular and plural; its context)
Key = tuple[str | tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind``: missing, obsolete, fuzzy or placeholders. ``where``: the file, and the line in the source."""

    kind: str
    room: str
    sentence: str
    where: str


class NotCompiled(Exception):
    """A catalogue has no binary one of its age, and none can be written beside it."""

    def __init__(self, *, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}")
        self.folder = folder
        self.reason = reason


def list_rooms(package: Path = PACKAGE) -> list[Path]:
    return sorted(folder for folder in package.iterdir() if (folder / "__init__.py").exists())


def find_sentences(room: Path) -> dict[Key, str]:
    """Every sentence to translate in a room, with where it stands (first time)."""
    found: dict[Key, str] = {}
    for file in sorted([*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]):
        for line, sentence, context in _extract(file):
            found.setdefault((sentence, context), f"{file.relative_to(room.parent)}:{line}")
    return found


def _extract(file: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    source = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        from django.utils.translation.template import templatize  # the build of a wheel compiles without Django

        # What is not a sentence became a row of X: its indentation means nothing.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    stream = io.BytesIO(source.encode())
    for line, sentence, _comments, context in extract("python", stream, KEYWORDS, (), {"encoding": "utf-8"}):
        if sentence and sentence != ("",):
            yield line, sentence, context


def read_catalogue(file: Path) -> Catalog:
    if not file.exists():
        return Catalog(locale="en", charset="utf-8", project="Essor")
    with file.open("rb") as stream:
        return read_po(stream, locale="en", charset="utf-8", abort_invalid=True)


def list_entries(catalogue: Catalog) -> dict[Key, Message]:
    return {(_freeze(message.id), message.context): message for message in catalogue if message.id}


def compare_translations(package: Path = PACKAGE) -> list[Finding]:
    """Everything that keeps English from being complete, room by room."""
    rooms = list_rooms(package)
    sources = {room: find_sentences(room) for room in rooms}
    entries = {room: list_entries(read_catalogue(room / CATALOGUE)) for room in rooms}
    translated = {key for room in rooms for key, message in entries[room].items() if _is_translated(message)}
    used = {key for room in rooms for key in sources[room]}
    findings = []
    for room in rooms:
        for key, where in sources[room].items():
            if key not in translated:
                findings.append(Finding("missing", room.name, _show(key), where))
        for key, message in entries[room].items():
            where = f"{room.name}/{CATALOGUE}"
            if key not in used:
                findings.append(Finding("obsolete", room.name, _show(key), where))
            elif message.fuzzy:
                findings.append(Finding("fuzzy", room.name, _show(key), where))
            elif _is_translated(message) and not _keeps_placeholders(message):
                findings.append(Finding("placeholders", room.name, _show(key), where))
    return findings


def add_missing_entries(package: Path = PACKAGE) -> int:
    """Writes an empty entry for each sentence that no room translates; returns how many."""
    missing = {
        (finding.room, finding.sentence) for finding in compare_translations(package) if finding.kind == "missing"
    }
    added = 0
    for room in list_rooms(package):
        wanted = [key for key in find_sentences(room) if (room.name, _show(key)) in missing]
        catalogue = read_catalogue(room / CATALOGUE)
        new = [key for key in wanted if key not in list_entries(catalogue)]
        if not new:
            continue
        for sentence, context in new:
            catalogue.add(sentence, context=context)
        file = room / CATALOGUE
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            write_po(stream, catalogue, width=120, omit_header=False)
        added += len(new)
    return added


def compile_translations(package: Path = PACKAGE) -> int:
    """Writes beside each catalogue the binary one that Django reads, where it is absent or older; returns how many.

    Raises NotCompiled.
    """
    compiled = 0
    for room in list_rooms(package):
        source, target = room / CATALOGUE, (room / CATALOGUE).with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
            continue
        try:
            _compile(source, target)
        except OSError as error:
            raise NotCompiled(folder=target.parent, reason=error.strerror or str(error)) from error
        compiled += 1
    return compiled


def _compile(source: Path, target: Path) -> None:
    aside = target.with_name(f"django.{os.getpid()}.mo.part")
    try:
        with aside.open("wb") as stream:
            write_mo(stream, read_catalogue(source))
        aside.chmod(source.stat().st_mode & 0o777)  # whoever reads the one reads the other
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _show(key: Key) -> str:
    sentence, _context = key
    return sentence if isinstance(sentence, str) else " / ".join(sentence)


def _is_translated(message: Message) -> bool:
    return all(_list_strings(message)) and not message.fuzzy


def _list_strings(message: Message) -> list[str]:
    """What stands in English: one sentence, or one for each number."""
    said = message.string
    return [*said] if isinstance(said, (tuple, list)) else [said or ""]


def _freeze(sentence: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    return sentence if isinstance(sentence, str) else tuple(sentence)


def _keeps_placeholders(message: Message) -> bool:
    """A plural may leave out the number in its singular (« one file »), but never bring one of its own."""
    if isinstance(message.id, str):
        return sorted(PLACEHOLDER.findall(message.id)) == sorted(PLACEHOLDER.findall(str(message.string)))
    allowed = {mark for sentence in message.id for mark in PLACEHOLDER.findall(sentence)}
    said = _list_strings(message)
    plural = set(PLACEHOLDER.findall(said[-1]))
    return plural == set(PLACEHOLDER.findall(message.id[-1])) and all(
        set(PLACEHOLDER.findall(sentence)) <= allowed for sentence in said
    )
