"""A privacy erasure: asked for by an administrator, told beforehand, and nothing left that names."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.directory import actions
from essor.directory.actions import drafts
from essor.directory.actions.imports import import_census
from essor.directory.guards import install_guards
from essor.directory.importing import storage
from essor.directory.importing.mapping import parse_mapping
from essor.directory.models import ImportDraft, Organisation, OrganisationName, Source
from essor.directory.naming import clean_mapping, make_marks
from essor.directory.queries.traces import find_traces
from essor.directory.rules import DirectoryError
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NAME, KEY, NEQ = "Carrefour familial La Ruche", "ruche", "1142855148"
COLUMNS = {"Nom": {"to": "name"}, "Emplois": {"to": "variable", "variable": "jobs_headcount"}}


@pytest.fixture(autouse=True)
def _folder(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    with connection.cursor():
        install_guards(connection)


@pytest.fixture
def ruche() -> Organisation:
    source = actions.create_source(title=f"Déclaration du {NAME.upper()}, 2026", publisher=NAME, by=None, now=NOW)
    found = actions.create_organisation(name=NAME, key=KEY, source=source, by=None, now=NOW)
    actions.add_identifier(organisation=found, scheme="neq", value=NEQ, source=source, by=None, now=NOW)
    return found


@pytest.fixture
def neighbour(ruche: Organisation) -> Organisation:
    source = actions.create_source(title="Recensement 2026", by=None, now=NOW)
    return actions.create_organisation(name="La Ruchette", key="ruchette", source=source, by=None, now=NOW)


def import_with_decision(folder: Path) -> Source:
    """A census file whose reader said who « Carrefour familial La Ruche » is, and who it is not."""
    file = folder / "f.csv"
    file.write_text(f"Nom;Emplois\n{NAME};8\n", encoding="utf-8")
    content = {
        "columns": COLUMNS,
        "constants": {"reference_date": "2026-01-01"},
        "source": {"title": "Recensement", "publisher": "Table régionale"},
        "decisions": {"carrefour familial la ruche|": KEY, "la ruchette|": "ruchette"},
        "leave_out": [{"column": "Nom", "values": ["Total", NAME], "reason": "doublon"}],
    }
    mapping = parse_mapping(content | {"leave_out": []})
    source = import_census(file=file, mapping=mapping, by=None, now=NOW).source
    assert source is not None
    Source.objects.filter(pk=source.pk).update(mapping=content)
    return source


def wait_with(by: User, content: bytes, name: str = "f.csv") -> ImportDraft:
    return drafts.create_draft(file_name=name, chunks=[content], by=by, now=NOW)


def everything_kept(folder: Path) -> str:
    """Every text of every table of ours, and every byte of every file."""
    with connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(("directory_", "accounts_auditevent"))
        ]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            rows += [json.dumps(row, default=str, ensure_ascii=False) for row in cursor.fetchall()]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return "\n".join(rows + [file.read_bytes().decode("latin-1") for file in files] + [file.name for file in files])


def test_nothing_is_left_that_names_it(
    ruche: Organisation, neighbour: Organisation, adviser: User, tmp_path: Path, settings: Any
) -> None:
    load_shipped_territories(by=None, now=NOW)
    source = import_with_decision(tmp_path)
    actions.withdraw_source(source=source, reason=f"{NAME} a protesté", by=None, now=NOW)
    lines = f"Nom;Emplois\n{NAME.lower()};8\n"
    kept = wait_with(adviser, b"Nom;Emplois\nLa Ruchette;3\n", "autres.csv")
    wait_with(adviser, lines.encode())
    imported = wait_with(adviser, lines.encode(), "ruche.csv")
    ImportDraft.objects.filter(pk=imported.pk).update(stage="done", mapping={"decisions": {"x|": KEY}})
    storage.remove_folder(imported.token)
    actions.erase_organisation(organisation=ruche, reason="Demande écrite du 3 mars", by=None, now=NOW)
    left = everything_kept(settings.DATA_DIR)
    assert [word for word in (NAME, NAME.lower(), NAME.upper(), f'"{KEY}"', NEQ, "ruche.csv") if word in left] == []
    assert "La Ruchette" in left
    assert list(ImportDraft.objects.order_by("id").values_list("pk", flat=True)) == [kept.pk, imported.pk]
    source.refresh_from_db()
    assert source.mapping["decisions"] == {"la ruchette|": "ruchette"}
    assert source.mapping["leave_out"][0]["values"] == ["Total"]
    assert (source.title, source.publisher) == ("Recensement", "Table régionale")
    assert OrganisationName.objects.get().name == "La Ruchette"


WRITE = f"""
import django
django.setup()
from django.utils import timezone
from essor.directory import actions
now = timezone.now()
source = actions.create_source(title="Recensement", by=None, now=now)
actions.create_organisation(name="{NAME}", key="{KEY}", source=source, by=None, now=now)
"""


@pytest.mark.slow
def test_nothing_is_left_on_the_disk_while_the_platform_runs(tmp_path: Path) -> None:
    """Another process holds the database open: the journal of former pages is not emptied by itself."""
    folder = tmp_path / "kept"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "ESSOR_DATA": str(folder),
        "PYTHONPATH": str(Path(storage.__file__).parents[3]),
        "DJANGO_SETTINGS_MODULE": "essor.project.settings",
    }

    def run(*words: str) -> None:
        subprocess.run([sys.executable, *words], env=environment, check=True, timeout=120, capture_output=True)

    run("-m", "essor", "migrate", "-v0")
    served = sqlite3.connect(folder / "essor.sqlite3")
    try:
        served.execute("SELECT count(*) FROM directory_organisation").fetchone()
        run("-c", WRITE)
        assert NAME.encode() in b"".join(file.read_bytes() for file in folder.glob("essor.sqlite3*"))
        run("-m", "essor", "erase", KEY, "--reason", "Demande")
        assert NAME.encode() not in b"".join(file.read_bytes() for file in folder.glob("essor.sqlite3*"))
    finally:
        served.close()


def test_a_name_on_any_sheet_of_a_waiting_workbook_is_found(ruche: Organisation, adviser: User, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    book.add_worksheet().write_column(0, 0, ["Nom", "La Ruchette"])
    book.add_worksheet("Notes").write(40, 3, f"voir {NAME} & fils")
    book.close()
    draft = wait_with(adviser, (tmp_path / "f.xlsx").read_bytes(), "f.xlsx")
    assert find_traces(ruche).drafts == (draft,)


def test_an_import_under_way_is_waited_for(ruche: Organisation, adviser: User) -> None:
    draft = wait_with(adviser, f"Nom;Emplois\n{NAME};8\n".encode())
    ImportDraft.objects.update(stage="running", changed_at=NOW)
    with pytest.raises(DirectoryError, match="import-names"):
        actions.erase_organisation(organisation=ruche, reason="Demande", by=None, now=NOW)
    assert Organisation.objects.get().erased_at is None
    actions.erase_organisation(organisation=ruche, reason="Demande", by=None, now=NOW + timedelta(minutes=10))
    assert not storage.folder_of(draft.token).exists()


@pytest.mark.parametrize(
    ("reason", "code"), [("  ", "reason-missing"), (f"Demande de {NAME}", "reason-names"), (NEQ, "reason-names")]
)
def test_the_reason_is_said_and_names_nobody(ruche: Organisation, reason: str, code: str) -> None:
    with pytest.raises(DirectoryError, match=code):
        actions.erase_organisation(organisation=ruche, reason=reason, by=None, now=NOW)


def test_only_an_administrator_erases(ruche: Organisation, adviser: User, administrator: User) -> None:
    with pytest.raises(NotAllowed):
        actions.erase_organisation(organisation=ruche, reason="Demande", by=adviser, now=NOW)
    actions.erase_organisation(organisation=ruche, reason="Demande", by=administrator, now=NOW)


def test_the_trace_of_sources_keeps_no_free_text(ruche: Organisation) -> None:
    actions.withdraw_source(source=Source.objects.get(), reason=f"{NAME} a protesté", by=None, now=NOW)
    told = json.dumps(list(AuditEvent.objects.values_list("before", "after")), ensure_ascii=False)
    assert ("Carrefour" in told, "CARREFOUR" in told) == (False, False)


def test_the_database_lets_words_go_but_never_be_rewritten(ruche: Organisation, neighbour: Organisation) -> None:
    source = Source.objects.first()
    assert source is not None
    neutral = f"UPDATE directory_source SET title = 'Source {source.pk}' WHERE id = {source.pk}"  # noqa: S608
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(neutral)  # nobody was erased
    actions.erase_organisation(organisation=ruche, reason="Demande", by=None, now=NOW)
    for words in ("title = 'Autre liste'", "publisher = 'x'", "series = 'x'", "licence = ''"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE directory_source SET {words} WHERE id = {source.pk}")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(neutral)


def test_the_page_tells_what_goes_and_asks_why(
    ruche: Organisation, adviser_client: StrictClient, administrator_client: StrictClient
) -> None:
    address = f"/annuaire/{KEY}/effacer/"
    assert address not in adviser_client.get(f"/annuaire/{KEY}/").content.decode()
    assert adviser_client.get(address).status_code == 403
    assert adviser_client.post(address, {"reason": "Demande"}).status_code == 403
    assert address in administrator_client.get(f"/annuaire/{KEY}/").content.decode()
    told = administrator_client.get(address).content.decode()
    assert [word for word in (NAME, NEQ, KEY, "Déclaration du") if word not in told] == []
    assert administrator_client.post(address, {}).status_code == 400
    assert administrator_client.post(address, {"reason": NAME}).status_code == 400
    assert administrator_client.post(address, {"reason": "Demande écrite"})["Location"] == "/annuaire/"
    assert administrator_client.get(address).status_code == 404


def test_the_command_tells_then_erases(ruche: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("erase", KEY, "--reason", "Demande", "--dry-run")
    assert NAME in capsys.readouterr().out
    assert Organisation.objects.get().erased_at is None
    with pytest.raises(CommandError, match="nomme l’organisation"):
        call_command("erase", KEY, "--reason", f"Demande de {NAME}")
    call_command("erase", KEY, "--reason", "Demande")
    assert Organisation.objects.get().key in capsys.readouterr().out
    with pytest.raises(CommandError, match=KEY):
        call_command("erase", KEY, "--reason", "Demande")


def test_printed_copies_go_too(ruche: Organisation, settings: Any) -> None:
    copy = settings.DATA_DIR / "documents" / "les-moulins" / "x.fr.pdf"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"%PDF")
    actions.erase_organisation(organisation=ruche, reason="Demande", by=None, now=NOW)
    assert not copy.exists()


def test_an_entry_by_hand_is_published_under_a_title_that_names_nobody(
    ruche: Organisation, administrator_client: StrictClient
) -> None:
    asked = {"variable": "members", "value": "140", "starts_on": "2018-03-02", "reason": "Rapport annuel"}
    assert administrator_client.post(f"/annuaire/{KEY}/faits/ajouter/", asked).status_code == 302
    assert KEY not in Source.objects.get(kind="entry", recorded_by__isnull=False).title


def test_an_erased_address_is_nobody_s_in_a_file(ruche: Organisation, tmp_path: Path) -> None:
    erased = actions.erase_organisation(organisation=ruche, reason="Demande", by=None, now=NOW)
    source = actions.create_source(title="Liste", by=None, now=NOW)
    for key in ("a", "b"):
        actions.create_organisation(name="Deux fois", key=key, source=source, by=None, now=NOW)
    file = tmp_path / "g.csv"
    file.write_text("Nom;Emplois\nDeux fois;8\n", encoding="utf-8")
    content = {"columns": COLUMNS, "constants": {"reference_date": "2026-01-01"}}
    mapping = parse_mapping(content | {"decisions": {"deux fois|": erased.key}})
    with pytest.raises(DirectoryError, match="import-refused"):
        import_census(file=file, mapping=mapping, by=None, now=NOW)


def test_old_drafts_and_forgotten_folders_are_thrown_away_without_anybody_asking(
    adviser: User, capsys: pytest.CaptureFixture[str]
) -> None:
    old, recent = (wait_with(adviser, b"Nom;Emplois\nA;3\n", name) for name in ("a.csv", "b.csv"))
    ImportDraft.objects.filter(pk=old.pk).update(changed_at=datetime.now(UTC) - timedelta(days=31))
    ImportDraft.objects.filter(pk=recent.pk).update(changed_at=datetime.now(UTC))
    forgotten, new = storage.folder_of("forgotten"), storage.folder_of("new")
    for folder in (forgotten, new):
        folder.mkdir()
    then = time.time() - 2 * 86_400
    os.utime(forgotten, (then, then))
    call_command("tidy")
    assert "2" in capsys.readouterr().out
    assert [draft.pk for draft in ImportDraft.objects.all()] == [recent.pk]
    there = {old.token: False, recent.token: True, "forgotten": False, "new": True}
    assert {token: storage.folder_of(token).exists() for token in there} == there


def test_marks_are_found_as_whole_words() -> None:
    marks = make_marks(key="fil", names=["Le Fil"], numbers=["12", NEQ])
    assert marks.are_in("Recensement — LE FIL (2026)")
    assert marks.are_in("adresse : fil")
    assert marks.are_in("NEQ 11 4285 5148")
    assert not marks.are_in("Le Filage, rue des Filles, profil, 12 employés")


def test_a_mapping_that_names_nobody_stays_as_it_is() -> None:
    mapping = {"columns": COLUMNS, "constants": {"reference_date": str(date(2026, 1, 1))}, "source": {"title": "R"}}
    assert clean_mapping(mapping, make_marks(key="fil", names=["Le Fil"], numbers=[])) == mapping


def test_a_file_given_again_is_looked_at_again(ruche: Organisation, adviser_client: StrictClient) -> None:
    """The mended file may name it even though the first did not."""
    sent = SimpleUploadedFile("a.csv", b"Nom;Emplois\nA;3\n")
    address = adviser_client.post("/importer/", {"file": sent})["Location"]
    draft = ImportDraft.objects.get()
    assert find_traces(ruche).drafts == ()
    draft.mapping["constants"] = {"reference_date": "2026-01-01"}
    rows = [f"Nom;Emplois\n{NAME};3\n".encode()]
    drafts.replace_file(draft=draft, file_name="b.csv", chunks=rows, by=draft.created_by, now=NOW)
    assert find_traces(ruche).drafts == (draft,)
    assert address.endswith("colonnes/")
