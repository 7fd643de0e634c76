"""Bodies in the database: what a file or a reorganisation writes, what is refused, what is never rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from essor.accounts.audit import verify_chain
from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.territories.actions import ImportReport, import_bodies, reorganise, withdraw_lines
from essor.territories.body_files import write_bodies
from essor.territories.faults import BodyError
from essor.territories.guards import install_guards, remove_guards
from essor.territories.lives import find_successors, list_serving
from essor.territories.models import Body, BodyEvent, BodyMandate
from essor.territories.problems import FileRefused, describe_refusal
from essor.territories.queries.bodies import list_chain, read_register
from essor.territories.reorganisations import Reorganisation

from .conftest import BODIES_HEADER, WriteBodies

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ROWS = (
    "cld-a,created,2004-04-01,,CLD du Nord,https://nord.example,,,,,,,Registre,",
    "cld-b,created,,,CLD du Sud,,,,,,,,Registre,https://sud.example/a",
    "cld-a,mandate,2004-04-01,,,,,start,,640,Entente de 2004,,Registre,",
    "cld-b,mandate,,,,,,growth,,14,,,Registre,",
    "cld-b,mandate,2017-11-23,2023-01-01,,,,,jec_lanaudiere_2017,640,,,Registre,",
)
MERGER = Reorganisation(
    kind="merge", on=date(2018, 4, 1), bodies=("cld-a", "cld-b"), into="agence", name="Agence des Moulins",
    reason="Entente de fusion.", source="Communiqué",
)  # fmt: skip


@pytest.fixture
def loaded(shipped: ImportReport, write_file: WriteBodies) -> Iterator[None]:
    install_guards(connection)
    import_bodies(file=write_file(*ROWS), by=None, now=NOW)
    yield
    remove_guards(connection)


def serving(place: str, on: date, need: str = "start") -> list[str]:
    found = list_serving(read_register(), places=list_chain(place, on), on=on, subject_kind="need", subject=need)
    return [one.body for one in found]


def count_rows() -> list[int]:
    return [model.objects.count() for model in (Body, BodyEvent, BodyMandate, AuditEvent)]


def test_what_is_exported_is_what_is_imported(loaded: None, write_file: WriteBodies) -> None:
    exported = write_bodies(read_register())
    kept = count_rows()
    file = write_file()
    file.write_bytes(exported.encode())
    done = import_bodies(file=file, by=None, now=NOW)
    assert (done.added, done.corrected, done.unchanged) == (0, 0, 5)
    assert count_rows() == kept
    assert write_bodies(read_register()) == exported


def test_an_empty_platform_that_imports_exports_the_same(shipped: ImportReport, write_file: WriteBodies) -> None:
    import_bodies(file=write_file(*ROWS), by=None, now=NOW)
    reorganise(asked=MERGER, by=None, now=NOW)
    exported, register = write_bodies(read_register()), read_register()
    with transaction.atomic():
        for model in (BodyEvent, BodyMandate):
            model.objects.all().close(now=NOW)
        assert write_bodies(read_register()) == BODIES_HEADER + "\r\n"
        file = write_file()
        file.write_bytes(exported.encode())
        import_bodies(file=file, by=None, now=NOW)
        assert write_bodies(read_register()) == exported
        assert set(read_register().mandates) == set(register.mandates)


def test_a_merger_gives_the_right_answer_for_every_day(loaded: None) -> None:
    reorganise(asked=MERGER, by=None, now=NOW)
    days = [date(2003, 1, 1), date(2018, 3, 31), date(2018, 4, 1)]
    assert [serving("64015", day) for day in days] == [[], ["cld-a"], ["agence"]]
    steps = find_successors(read_register(), "cld-a", date(2020, 1, 1))
    assert [(step.other, step.event.reason) for step in steps] == [("agence", "Entente de fusion.")]
    before = read_register(known_at=NOW - timedelta(seconds=1))
    assert "agence" not in before.lives
    event = AuditEvent.objects.get(action="reorganise_bodies")
    assert event.after is not None
    assert (event.after["bodies"], event.after["mandates_closed"]) == (["cld-a", "cld-b"], 3)
    assert verify_chain().is_whole


def test_a_line_about_what_is_known_corrects_it(loaded: None, write_file: WriteBodies) -> None:
    row = "cld-a,mandate,2004-04-01,2020-01-01,,,,start,,640,Entente de 2004,,Registre,"
    done = import_bodies(file=write_file(row), by=None, now=NOW + timedelta(days=1))
    assert (done.added, done.corrected) == (0, 1)
    assert (serving("640", date(2019, 12, 31)), serving("640", date(2020, 1, 1))) == (["cld-a"], [])
    assert BodyMandate.objects.filter(body__slug="cld-a").count() == 2, "what was believed is kept"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("CLD A,created,,,x,,,,,,,,s,", ["Ligne 2", "body", "« CLD A »"]),
        ("x,né,,,x,,,,,,,,s,", ["what", "« né »", "created"]),
        ("x,created,avril,,x,,,,,,,,s,", ["from", "« avril »", "2018-04-01"]),
        ("x,created,,,x,,,start,,,,,s,", ["need", "pas sa place"]),
        ("x,created,,,x,,,,,,,,,", ["source", "manque"]),
        ("x,created,,,=x,,,,,,,,s,", ["name", "formule"]),
        ("x,created,,,x,nord.example,,,,,,,s,", ["site", "https://"]),
        ("x,mandate,,,,,,start,jec_lanaudiere_2017,640,,,s,", ["l’un des deux"]),
        ("cld-a,mandate,2005-01-01,,,,,digital,,uk-sct,,,s,", ["place", "uk-sct", "code"]),
        ("cld-a,mandate,2005-01-01,,,,,digital,,ca,,,s,", ["place", "hors du Québec"]),
        ("cld-a,mandate,2005-01-01,,,,,rien,,640,,,s,", ["need", "« rien »"]),
        ("cld-a,mandate,2003-01-01,,,,,digital,,640,,,s,", ["commence avant", "2004-04-01"]),
        ("cld-a,mandate,2010-01-01,,,,,start,,640,,,s,", ["déjà ce mandat"]),
        ("cld-a,merged,2018-04-01,,,,cld-z,,,,,,s,", ["other", "« cld-z »"]),
        ("cld-a,merged,2018-04-01,,,,cld-a,,,,,,s,", ["lui-même"]),
        ("cld-a,merged,2018-04-01,,,,cld-b,,,,,,s,", ["2018-04-01", "repreneur"]),
        ("cld-c,created,,,Cld du sud,,,,,,,,s,", ["porte le nom"]),
        ("x,created", ["guillemets"]),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(
    loaded: None, write_file: WriteBodies, row: str, words: list[str]
) -> None:
    kept = count_rows()
    with pytest.raises(FileRefused) as refused:
        import_bodies(file=write_file(row, "cld-y,created,,,Bon,,,,,,,,s,"), by=None, now=NOW)
    lines = describe_refusal(refused.value)
    assert any(all(word in line for word in words) for line in lines), lines
    assert "Rien n’a été enregistré" in lines[-1]
    assert count_rows() == kept


def test_a_missing_column_and_a_row_written_twice(shipped: ImportReport, write_file: WriteBodies) -> None:
    with pytest.raises(FileRefused) as refused:
        import_bodies(file=write_file(header="body,what"), by=None, now=NOW)
    assert "Exportez" in describe_refusal(refused.value)[0]
    with pytest.raises(FileRefused, match="row-twice"):
        import_bodies(file=write_file(ROWS[0], ROWS[0]), by=None, now=NOW)


def test_the_command_says_what_it_did_or_what_to_correct(
    shipped: ImportReport, write_file: WriteBodies, capsys: Any
) -> None:
    call_command("import", "bodies", str(write_file(*ROWS)))
    assert "5 lignes nouvelles" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Ligne 2"):
        call_command("import", "bodies", str(write_file("x,né,,,x,,,,,,,,s,")))


def test_the_command_exports_what_is_imported(loaded: None, tmp_path: Path, capsys: Any) -> None:
    call_command("bodies", "export", "--to", str(tmp_path / "sorti.csv"))
    assert (tmp_path / "sorti.csv").read_bytes().decode() == write_bodies(read_register())
    call_command("bodies", "export")
    assert capsys.readouterr().out.splitlines()[0] == BODIES_HEADER
    call_command("import", "bodies", str(tmp_path / "sorti.csv"))
    assert "5 déjà connues" in capsys.readouterr().out


def test_a_reorganisation_recorded_wrongly_is_taken_back_by_its_lines(loaded: None, write_file: WriteBodies) -> None:
    before = write_bodies(read_register())
    reorganise(asked=MERGER, by=None, now=NOW)
    lines = write_bodies(read_register()).splitlines()
    wrong = [line for line in lines if line.startswith("agence,") or ",merged," in line]
    with pytest.raises(FileRefused, match="other-unknown"):
        withdraw_lines(file=write_file(*[line for line in wrong if line.startswith("agence,")]), by=None, now=NOW)
    later = NOW + timedelta(hours=1)
    call_command("import", "bodies", str(write_file(*wrong)), "--withdraw")
    assert serving("64015", date(2018, 4, 1)) == [], "the mandate still ends that day"
    import_bodies(file=write_file(*ROWS), by=None, now=later)
    assert write_bodies(read_register()) == before
    with pytest.raises(FileRefused, match="not-believed"):
        withdraw_lines(file=write_file(*wrong), by=None, now=later)


def test_an_adviser_reorganises_where_they_may_and_nowhere_else(loaded: None, adviser: User) -> None:
    adviser.roles.update(territory_code="640")
    with pytest.raises(NotAllowed, match="outside_territory"):
        reorganise(asked=MERGER, by=adviser, now=NOW)
    assert "agence" not in read_register().lives
    alone = Reorganisation(kind="rename", on=date(2018, 4, 1), bodies=("cld-a",), name="Nord nouveau", source="Lettre")
    reorganise(asked=alone, by=adviser, now=NOW)
    assert read_register().name_of("cld-a", date(2018, 4, 1)) == "Nord nouveau"


def test_a_reorganisation_that_cannot_stand_writes_nothing(loaded: None) -> None:
    kept = count_rows()
    asked = Reorganisation(
        kind="merge", on=date(2018, 4, 1), bodies=("cld-a",), into="agence", name="CLD du Sud", source="Lettre"
    )
    with pytest.raises(BodyError, match="name-taken"):
        reorganise(asked=asked, by=None, now=NOW)
    assert count_rows() == kept


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE territories_body SET slug = slug || 'x'",
        "UPDATE territories_bodyevent SET name = 'x'",
        "UPDATE territories_bodymandate SET subject = 'x'",
        "DELETE FROM territories_bodymandate",
        "UPDATE territories_bodyevent SET known_to = NULL WHERE known_to IS NOT NULL",
    ],
)
def test_the_database_itself_refuses_to_rewrite_a_life(loaded: None, statement: str) -> None:
    BodyEvent.objects.filter(body__slug="cld-b").close(now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_all_that_is_believed_is_read_in_two_queries(loaded: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        read_register()
