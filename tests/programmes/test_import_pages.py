"""Past files put down step by step, as a person would, without script: the same result as the command."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.cases.models import Case, CaseEvent
from essor.directory.actions import create_organisation, create_source
from essor.directory.importing.reading import MAX_BYTES, read_table
from essor.directory.importing.storage import folder_of
from essor.directory.models import ImportDraft
from essor.directory.queries.traces import find_traces
from essor.directory.rules import DirectoryError
from essor.programmes import actions, spreadsheets
from essor.programmes.models import Agreement, Enrolment, Programme
from essor.programmes.rules import ProgrammeError
from essor.programmes.spreadsheets import (
    MOST_WORDS,
    PastMapping,
    guess_columns,
    list_strange_outcomes,
    name_columns,
    read_rows,
)
from tests.pages import StrictClient

from .conftest import NOW, define

HEADINGS = ("Nom du projet", "Ville", "Date – idée", "Orientation", "Ouverture", "Date de fermeture", "Issue",
            "Issue en mots", "Courriel")  # fmt: skip
LINES = (
    ("Épicerie", "Mascouche", "8/1/2018", "2018-01-20", "30/8/2018", "", "", "", "a@b.test"),
    ("Café", "Terrebonne", "2018-01-09", "2018-02-01", "", "2018-06-01", "Dit non", "Trop petit", ""),
)
ADDRESS = "/bureau/programmes/essai/importer/"


def write(*lines: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    return "\r\n".join(";".join(cells) for cells in (headings, *lines)).encode("cp1252")


@pytest.fixture
def programme(agreement: Agreement, settings: Any, tmp_path: Path) -> Programme:
    settings.DATA_DIR = tmp_path
    return agreement.programme


def upload(client: StrictClient, content: bytes, name: str = "dossiers 2018.csv") -> str:
    answer = client.post(ADDRESS, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def read_choices(client: StrictClient, address: str) -> dict[str, str]:
    page = client.get(address).content.decode()
    found = dict.fromkeys(re.findall(r'<select name="(\w+)"', page), "")
    return found | dict(
        re.findall(r'<select name="(\w+)"(?:(?!</select>).)*?<option value="([^"]*)" selected', page, re.S)
    )


def choose(client: StrictClient, address: str, **said: str) -> str:
    answer = client.post(address, read_choices(client, address) | said)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def tell(programme: Programme) -> list[Any]:
    """What was entered, but for what is drawn at random."""
    cases = Case.objects.filter(enrolment__programme=programme).order_by("promoter_name")
    said = (
        "stage",
        "need",
        "territory_code",
        "promoter_name",
        "opened_at",
        "outcome_code",
        "outcome_words",
        "closed_at",
    )
    kept = []
    for case in cases:
        events = CaseEvent.objects.filter(case=case).exclude(kind="programme").order_by("pk")
        kept.append([
            *(getattr(case, name) for name in said), Enrolment.objects.get(case=case).entered_on,
            *events.values_list("kind", "words", "facts", "happened_at"),
        ])  # fmt: skip
    return kept


def test_a_spreadsheet_is_mapped_checked_mended_then_entered_whole(
    administrator_client: StrictClient, programme: Programme, django_capture_on_commit_callbacks: Any
) -> None:
    client, bad = administrator_client, (LINES[0], (*LINES[1][:3], "2017-02-01", *LINES[1][4:]))
    columns = upload(client, write(*bad))
    assert list(read_choices(client, columns).values()) == [
        "name", "place", "received", "in_conversation", "ignore", "closed", "outcome", "", "words", "ignore",
    ]  # fmt: skip
    check = choose(client, columns, c4="running", v6_0="refused")
    page = client.get(check)
    assert "mais avant dans le temps" in page.content.decode()
    assert "Corrigez l’un des deux jours" in page.content.decode()
    assert client.post(check).status_code == 400, "a fault forbids it"
    assert not Case.objects.exists()
    mended = client.post(check, {"file": SimpleUploadedFile("mieux.csv", write(*LINES))})
    assert mended["Location"] == check
    assert "Tout est prêt" in client.get(check).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(check)["Location"] == ADDRESS
    opened, closed = Case.objects.order_by("pk")
    assert (opened.stage, opened.promoter_name, opened.opened_at.date()) == ("running", "Épicerie", date(2018, 1, 8))
    assert (closed.outcome_code, closed.outcome_words, closed.promoter_email) == ("refused", "Trop petit", "")
    draft = ImportDraft.objects.get()
    assert (draft.stage, folder_of(draft.token).exists()) == ("done", False)
    assert AuditEvent.objects.filter(action="import_files").count() == 1
    assert client.post(check)["Location"] == ADDRESS, "confirmed twice, entered once"
    assert Case.objects.count() == 2
    again = upload(client, write(*LINES))
    assert read_choices(client, again)["c4"] == "running", "what was said of these columns is kept"
    assert read_choices(client, again)["v6_0"] == "refused"
    check = choose(client, again)
    page = client.get(check).content.decode().replace("\xa0", " ")
    assert page.count("est déjà là") == 2
    assert "Les 2 dossiers de ce fichier sont déjà entrés : il n’y a rien à verser." in page
    assert "<details><summary>Voir chaque ligne</summary>" in page
    assert "une ligne par projet" in page
    assert "par entreprise" not in page + client.get(ADDRESS).content.decode()
    more = write(*LINES, ("Fruiterie", *LINES[0][1:]))
    client.post(check, {"file": SimpleUploadedFile("plus.csv", more)})
    page = client.get(check).content.decode()
    assert "rien à verser" not in page
    assert "erreurs à corriger" in page


def test_the_page_and_the_command_enter_the_same_files(
    administrator_client: StrictClient, programme: Programme, tmp_path: Path
) -> None:
    other = actions.open_programme(definition=define(id="autre"), by=None, now=NOW)
    plain = ("Projet", "Lieu", "Idée", "Orientation", "Réalisation", "Fermé le", "Issue", "Issue en mots")
    lines = [(*cells[:6], "Refusé" if cells[6] else "", cells[7]) for cells in LINES]
    path = tmp_path / "dossiers.csv"
    path.write_bytes(write(*lines, headings=plain))
    call_command("programme", "import", str(path), "--programme", "autre")
    check = choose(administrator_client, upload(administrator_client, write(*LINES)), c4="running", v6_0="refused")
    administrator_client.post(check)
    assert tell(programme) == tell(other)
    assert len(tell(programme)) == 2


def test_a_workbook_says_the_same_as_a_text(tmp_path: Path) -> None:
    path, text = tmp_path / "dossiers.xlsx", tmp_path / "dossiers.csv"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Projet", "Lieu", "Idée"])
        sheet.write_row(1, 0, ["Épicerie", "Mascouche"])
        sheet.write_datetime(1, 2, datetime(2018, 1, 8), day)
    text.write_bytes(write(("Épicerie", "Mascouche", "8 janvier 2018"), headings=("Projet", "Lieu", "Idée")))
    assert read_rows(path) == read_rows(text)
    assert read_rows(path).lines[0][1]["received"] == "2018-01-08"


def test_a_line_is_told_by_its_number_in_the_spreadsheet(
    administrator_client: StrictClient, programme: Programme
) -> None:
    """An empty line above, and one that lacks cells, which no import leaves out in silence."""
    content = write(LINES[0], ("",) * 9, ("Café", "Terrebonne"), ("Four", "Nulle part", *LINES[0][2:]))
    page = administrator_client.get(choose(administrator_client, upload(administrator_client, content), c4="running"))
    told = re.findall(r'<th scope="row">(\d+)</th><td>(.*?)<br>', page.content.decode())
    assert [line for line, _what in told] == ["4", "5"]
    assert "2 cases" in told[0][1]
    assert "Nulle part" in told[1][1]


def test_columns_that_cannot_be_so_are_refused_and_what_was_chosen_stays(
    administrator_client: StrictClient, programme: Programme
) -> None:
    client, columns = administrator_client, upload(administrator_client, write(*LINES))
    chosen = read_choices(client, columns)
    twice = client.post(columns, chosen | {"c4": "in_conversation"})
    assert (twice.status_code, "Plusieurs colonnes" in twice.content.decode()) == (400, True)
    without = client.post(columns, chosen | {"c1": "ignore"})
    assert (without.status_code, "Aucune colonne" in without.content.decode()) == (400, True)
    assert client.post(columns, chosen | {"c0": "anything"}).status_code == 400
    draft = ImportDraft.objects.get()
    assert (draft.stage, draft.mapping["columns"]["Ville"]) == ("mapping", "")
    assert client.get(f"{ADDRESS}{draft.token}/verifier/")["Location"] == columns


def test_only_its_administrator_goes_on_with_a_spreadsheet(
    administrator_client: StrictClient, adviser_client: StrictClient, client: StrictClient, programme: Programme
) -> None:
    columns = upload(administrator_client, write(*LINES))
    token = ImportDraft.objects.get().token
    other = User.objects.create_user("autre@exemple.test", "un mot de passe long", name="Autre")
    other.roles.create(kind="administrator", starts_on=date(2010, 1, 1))
    theirs = StrictClient()
    theirs.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    addresses = (columns, f"{ADDRESS}{token}/verifier/")
    assert [theirs.get(address).status_code for address in addresses] == [404, 404]
    assert theirs.post(f"{ADDRESS}{token}/jeter/").status_code == 404
    assert [adviser_client.get(address).status_code for address in (ADDRESS, *addresses)] == [403, 403, 403]
    assert client.get(ADDRESS).status_code == 302, "whoever is signed out signs in"
    assert administrator_client.get(f"/importer/{token}/colonnes/").status_code == 404, "it is no census"
    assert token not in administrator_client.get("/importer/").content.decode()
    assert administrator_client.get(columns.replace("essai", "nul")).status_code == 404
    assert administrator_client.get(f"{ADDRESS}{token}/jeter/").status_code == 405
    administrator_client.post(f"{ADDRESS}{token}/jeter/")
    assert (ImportDraft.objects.exists(), folder_of(token).exists()) == (False, False)


def test_an_adviser_puts_nothing_down(programme: Programme, adviser: User, administrator: User) -> None:
    said: dict[str, Any] = {"programme": programme, "file_name": "x.csv", "chunks": [write(*LINES)], "now": NOW}
    with pytest.raises(NotAllowed):
        actions.put_down(**said, by=adviser)
    draft = actions.put_down(**said, by=administrator)
    for deed in (
        lambda: actions.map_draft(draft=draft, mapping=PastMapping({}), by=adviser, now=NOW),
        lambda: actions.replace_draft(draft=draft, file_name="x.csv", chunks=[], by=adviser, now=NOW),
        lambda: actions.enter_draft(programme=programme, draft=draft, by=adviser, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_a_spreadsheet_entered_meanwhile_enters_no_more(programme: Programme, administrator: User) -> None:
    said: dict[str, Any] = {"by": administrator, "now": NOW}
    draft = actions.put_down(programme=programme, file_name="x.csv", chunks=[write(*LINES)], **said)
    mapping = PastMapping(guess_columns(HEADINGS) | {"Ouverture": "running"}, {"Dit non": "refused"})
    actions.map_draft(draft=draft, mapping=mapping, **said)
    actions.enter_draft(programme=programme, draft=draft, **said)
    with pytest.raises(ProgrammeError, match="draft-entered"):
        actions.enter_draft(programme=programme, draft=draft, **said)
    assert Case.objects.count() == 2


def test_headings_are_guessed_in_both_languages() -> None:
    assert name_columns(["Project", "municipality", "plan", "Courriel"]) == {
        "Project": "name", "municipality": "place", "plan": "plan",
    }  # fmt: skip
    assert guess_columns(["Nom", "Project name", "Date of orientation", "Orientation", "x"]) == {
        "Nom": "name", "Project name": "", "Date of orientation": "", "Orientation": "in_conversation", "x": "",
    }  # fmt: skip


def test_more_rows_or_words_than_a_programme_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_bytes(write(*[(*LINES[0][:6], f"Issue {number}", "", "") for number in range(100)]))
    mapping = PastMapping(guess_columns(HEADINGS))
    assert len(list_strange_outcomes(read_table(path), mapping.columns)) == MOST_WORDS
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 99)
    with pytest.raises(ProgrammeError, match="too-many-rows"):
        read_rows(path, mapping)


def test_a_spreadsheet_that_names_an_organisation_goes_with_its_erasure(
    programme: Programme, administrator: User
) -> None:
    source = create_source(title="Saisie", by=None, now=NOW)
    organisation = create_organisation(name="Friperie Le Fil", key="fil", source=source, by=None, now=NOW)
    line = ("Friperie Le Fil", *LINES[0][1:])
    draft = actions.put_down(programme=programme, file_name="x.csv", chunks=[write(line)], by=administrator, now=NOW)
    assert find_traces(organisation).drafts == (draft,)


def pour(megabytes: int, poured: list[int]) -> Iterator[bytes]:
    """As an upload comes: piece after piece."""
    piece = b"x;" * 2**15
    for number in range(megabytes * 16):
        poured[0] = number
        yield piece


def test_a_file_of_two_gigabytes_is_left_at_the_limit_and_nothing_of_it_is_kept(
    programme: Programme, administrator: User, tmp_path: Path
) -> None:
    poured = [0]
    tracemalloc.start()
    with pytest.raises(DirectoryError, match="file-too-large"):
        actions.put_down(
            programme=programme, file_name="gros.csv", chunks=pour(2048, poured), by=administrator, now=NOW
        )
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert poured[0] * 2**16 <= MAX_BYTES, "no more is read than what tells that it is too large"
    assert peak < 8 * 2**20
    assert not ImportDraft.objects.exists()
    assert not list((tmp_path / "imports").iterdir())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("dossiers.xlsx", b"MZ\x90\x00\x03" + b"\x00" * 600, "n’est pas un"),
        ("dossiers.csv", b"MZ\x90\x00\x03" + b"\x00" * 600, "n’est pas du texte"),
        ("dossiers.exe", write(*LINES), "n’est pas lu"),
        ("dossiers.csv", b"", "vide"),
    ],
)
def test_a_disguised_program_is_refused_with_the_reason(
    administrator_client: StrictClient, programme: Programme, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    answer = administrator_client.post(ADDRESS, {"file": SimpleUploadedFile(name, content)})
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert not ImportDraft.objects.exists()
    assert not list((tmp_path / "imports").glob("*"))


def test_the_check_asks_as_much_of_the_database_whatever_the_lines(
    administrator_client: StrictClient, programme: Programme
) -> None:
    counts = []
    for many in (2, 400):
        lines = [(f"Projet {number}", *LINES[0][1:]) for number in range(many)]
        check = choose(administrator_client, upload(administrator_client, write(*lines)), c4="running")
        administrator_client.get(check)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert "Tout est prêt" in administrator_client.get(check).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_administration_finds_the_way_from_the_programme(
    administrator_client: StrictClient, adviser_client: StrictClient, programme: Programme
) -> None:
    assert ADDRESS in administrator_client.get("/programmes/essai/").content.decode()
    assert ADDRESS not in adviser_client.get("/programmes/essai/").content.decode()
