from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from essor.project.arguments import SENTENCES, speak_both_languages
from tests.project.test_demonstration import run


@pytest.fixture(autouse=True)
def _both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argparse, "_", argparse._)  # type: ignore[attr-defined]
    speak_both_languages()


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        ([], "il manque WORD, --on", "WORD, --on is missing"),
        (["a", "--on", "1", "--of", "3"], "personne ne lit --of 3", "nothing reads --of 3"),
        (["z", "--on", "1"], "choisissez parmi 'a', 'b'", "there is no 'z'"),
        (["a", "--on", "un"], "'un' ne convient pas", "does not fit"),
        (["a", "--on"], "une valeur doit suivre", "one value must follow"),
    ],
)
def test_a_command_badly_typed_is_told_in_both_languages(
    words: list[str], french: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser(prog="essor")
    parser.add_argument("WORD", choices=["a", "b"])
    parser.add_argument("--on", type=int, required=True)
    with pytest.raises(SystemExit):
        parser.parse_args(words)
    told = capsys.readouterr().err
    assert french in told
    assert english in told
    assert "error:" not in told


def test_the_sentences_are_argparse_s_own() -> None:
    source = Path(argparse.__file__).read_text(encoding="utf-8")
    assert [sentence for sentence in SENTENCES if repr(sentence)[1:-1] not in source] == []


def test_the_script_says_it_too(tmp_path: Path) -> None:
    told = run(tmp_path, "serve", "--port").stderr
    assert "une valeur doit suivre" in told
