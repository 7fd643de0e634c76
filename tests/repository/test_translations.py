from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from essor.project.translations import (
    CATALOGUE,
    KEYWORDS,
    PACKAGE,
    add_missing_entries,
    compare_translations,
    compile_translations,
    find_sentences,
)

PO = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Bonjour %(name)s"
msgstr "Hello %(nom)s"

msgid "Plus rien"
msgstr "Gone"

#, fuzzy
msgid "Peut-être"
msgstr "Maybe"

msgid "un fichier"
msgid_plural "{count} fichiers"
msgstr[0] "one file"
msgstr[1] "{count} files"
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    room = tmp_path / "room"
    (room / "templates").mkdir(parents=True)
    (room / "__init__.py").touch()
    (room / "views.py").write_text(
        "def f():\n    _('Peut-être')\n    ngettext('un fichier', '{count} fichiers', 2)\n    _(variable)\n"
        "    pgettext('month', 'mai')\n",
        encoding="utf-8",
    )
    (room / "templates" / "page.html").write_text(
        "<div>\n  {% if x %}\n      {% blocktranslate %}Bonjour {{ name }}{% endblocktranslate %} l'été\n"
        '{% endif %}\n {# note #}\n   {% translate "Il manque" %}</div>\n'
        "{% blocktranslate count n=n trimmed %}\n  un\n{% plural %}\n  {{ n }} uns\n{% endblocktranslate %}",
        encoding="utf-8",
    )
    (room / CATALOGUE).parent.mkdir(parents=True)
    (room / CATALOGUE).write_text(PO, encoding="utf-8")
    return tmp_path


def test_sentences_are_found_in_code_and_in_templates(package: Path) -> None:
    assert set(find_sentences(package / "room")) == {
        ("Peut-être", None),
        (("un fichier", "{count} fichiers"), None),
        ("mai", "month"),
        ("Bonjour %(name)s", None),
        ("Il manque", None),
        (("un", "%(n)s uns"), None),
    }


def test_every_fault_of_a_catalogue_is_found(package: Path) -> None:
    found = {(finding.kind, finding.sentence) for finding in compare_translations(package)}
    assert found == {
        ("missing", "Il manque"),
        ("missing", "mai"),
        ("missing", "un / %(n)s uns"),
        ("missing", "Peut-être"),
        ("fuzzy", "Peut-être"),
        ("obsolete", "Plus rien"),
        ("placeholders", "Bonjour %(name)s"),
    }


def test_what_is_missing_is_added_empty_and_stays_missing(package: Path) -> None:
    assert add_missing_entries(package) == 3
    assert add_missing_entries(package) == 0
    assert ("missing", "mai") in {(finding.kind, finding.sentence) for finding in compare_translations(package)}


def test_catalogues_are_compiled_when_they_are_older(package: Path) -> None:
    assert (compile_translations(package), compile_translations(package)) == (1, 0)
    with (package / "room" / CATALOGUE).with_suffix(".mo").open("rb") as stream:
        assert read_mo(stream).get("Plus rien").string == "Gone"


def test_a_compiled_catalogue_is_read_by_those_who_read_its_source(package: Path) -> None:
    (package / "room" / CATALOGUE).chmod(0o644)
    before = os.umask(0o077)
    try:
        compile_translations(package)
    finally:
        os.umask(before)
    assert (package / "room" / CATALOGUE).with_suffix(".mo").stat().st_mode & 0o777 == 0o644


def test_english_is_complete() -> None:
    assert compare_translations() == []


def test_what_translates_bears_a_name_that_the_search_for_sentences_knows() -> None:
    """``gettext as say`` would hide its sentences from the catalogues, and the page stays French in English."""
    hidden = [
        f"{file.relative_to(PACKAGE)}:{node.lineno} {alias.asname}"
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in KEYWORDS and (alias.asname or alias.name) not in KEYWORDS
    ]
    assert hidden == []
