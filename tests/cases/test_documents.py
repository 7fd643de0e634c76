"""What may be deposited, how it is kept, and how it disappears."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.cases import actions, queries, storage
from essor.cases.actions import THE_PROMOTER, OpenedCase
from essor.cases.actions.documents import clean_name
from essor.cases.models import Case, CaseDocument, CaseEvent, CaseLetter, CaseMessage, CaseTask
from essor.cases.rules import CaseError
from essor.cases.sniffing import sniff_media_type
from tests.cases.conftest import ask, find_cld
from tests.pages import StrictClient

PDF = b"%PDF-1.7\nun plan d'affaires\n%%EOF\n"


def pack(*names: str, mimetype: bytes = b"", types: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        if types:
            archive.writestr("[Content_Types].xml", types)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize("name", ["x.exe", "x.BAT", "plan.pdf.sh", "plan.docx"])
def test_a_name_that_does_not_say_what_is_inside_is_refused(routed: OpenedCase, now: datetime, name: str) -> None:
    with pytest.raises(CaseError, match="document_name"):
        actions.attach_document(case=routed.case, name=name, chunks=[b"echo"], by=THE_PROMOTER, now=now)
    assert not CaseDocument.objects.exists()


def spoil(packed: bytes) -> bytes:
    """Its first member can no longer be unpacked."""
    start = packed.index(b"mimetype") + len(b"mimetype")
    return packed[:start] + b"\xff" * 4 + packed[start + 4 :]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        ("Déjà 1 264 $\n".encode(), "text/plain"),
        (
            pack("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (pack("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            pack("content.xml", mimetype=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (pack("xl/workbook.xml", "xl/vbaProject.bin"), None),
        (pack("word/document.xml", "word/VBAPROJECT.BIN"), None),
        (pack("xl/workbook.xml", "xl/macrosheets/sheet1.xml"), None),
        (pack("word/document.xml", types='<Override ContentType="application/vnd.ms-office.vbaProject"/>'), None),
        (pack("word/document.xml", types="x" * (2**20 + 1)), None),
        (pack("Basic/Standard/Module1.xml", mimetype=b"application/vnd.oasis.opendocument.text"), None),
        (pack("content.xml", mimetype=b"application/epub+zip"), None),
        (spoil(pack("content.xml", mimetype=b"application/vnd.oasis.opendocument.text")), None),
        (pack("virus.exe"), None),
        (b"PK\x03\x04 cut short", None),
        (b"MZ\x90\x00\x03", None),
        (b"<!doctype html><script>alert(1)</script>", None),
        (b"\xef\xbb\xbf  <svg onload='alert(1)'/>", None),
        ("Déjà".encode("utf-16"), None),
    ],
)
def test_a_kind_is_read_from_the_content(content: bytes, media_type: str | None, tmp_path: Path) -> None:
    file = tmp_path / "anything.pdf"
    file.write_bytes(content)
    assert sniff_media_type(file) == media_type


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("plan d'affaires.pdf", "plan_daffaires.pdf"),
        ("..\\..\\secret/../../etc/passwd", "passwd"),
        ("...", "document"),
        ("a\r\nSet-Cookie: b", "aSet-Cookie_b"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(name: str, kept: str) -> None:
    assert clean_name(name) == kept


def test_a_document_is_kept_by_its_content_and_never_overwritten(routed: OpenedCase, now: datetime) -> None:
    first = actions.attach_document(case=routed.case, name="plan.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    second = actions.attach_document(case=routed.case, name="plan.pdf", chunks=[PDF + b"2"], by=THE_PROMOTER, now=now)
    same = actions.attach_document(case=routed.case, name="copie.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    assert [(first.version, second.version), same.sha256] == [(1, 2), first.sha256]
    files = [file for file in storage.documents_folder().rglob("*") if file.is_file()]
    assert {file.name for file in files} == {first.sha256, second.sha256}
    assert storage.is_whole(first.sha256)
    storage.find_path(first.sha256).write_bytes(b"altered")
    assert not storage.is_whole(first.sha256)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseDocument.objects.filter(pk=first.pk).erase(sha256="0" * 64)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "document_empty"), (b"MZ\x90\x00", "document_kind"), (b"a" * (10 * 2**20 + 1), "document_too_large")],
)
def test_what_is_refused_leaves_nothing(routed: OpenedCase, now: datetime, content: bytes, code: str) -> None:
    with pytest.raises(CaseError) as refusal:
        actions.attach_document(case=routed.case, name="x.pdf", chunks=[content], by=THE_PROMOTER, now=now)
    assert refusal.value.code == code
    assert not CaseDocument.objects.exists()
    assert [file for file in storage.documents_folder().rglob("*") if file.is_file()] == []


def test_a_file_of_two_gigabytes_is_left_at_the_limit_and_nothing_of_it_is_kept(
    routed: OpenedCase, now: datetime
) -> None:
    poured = [0]

    def pour() -> Iterator[bytes]:
        piece = b"x" * 2**16
        for number in range(2**15):
            poured[0] = number
            yield piece

    tracemalloc.start()
    with pytest.raises(CaseError, match="document_too_large"):
        actions.attach_document(case=routed.case, name="x.pdf", chunks=pour(), by=THE_PROMOTER, now=now)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert poured[0] * 2**16 <= storage.MAX_BYTES, "no more is read than what tells that it is too large"
    assert peak < 2 * 2**20
    assert not CaseDocument.objects.exists()
    assert [file for file in storage.documents_folder().rglob("*") if file.is_file()] == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("plan.pdf", b"MZ\x90\x00\x03" + b"\x00" * 600, "n’est pas d’un genre accepté"),
        ("plan.pdf", b"\x7fELF\x02\x01\x01" + b"\x00" * 600, "n’est pas d’un genre accepté"),
        ("budget.xlsx", pack("virus.exe"), "n’est pas d’un genre accepté"),
        ("plan.bat", b"format c:", "ne dit pas ce que le fichier contient"),
    ],
)
def test_a_disguised_program_is_refused_with_the_reason_on_both_sides(
    routed: OpenedCase, adviser_client: StrictClient, client: StrictClient, name: str, content: bytes, words: str
) -> None:
    events = CaseEvent.objects.count()
    sides = (
        (client, f"/suivi/{routed.token}/document/"),
        (adviser_client, f"/dossiers/{routed.case.reference}/document/"),
    )
    for side, address in sides:
        form = {"file": SimpleUploadedFile(name, content, "application/pdf"), "retention": "case_file"}
        answer = side.post(address, form)
        assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert (CaseDocument.objects.exists(), CaseEvent.objects.count()) == (False, events)


def test_an_erasure_leaves_only_what_counts(
    administrator: User, adviser: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    case = actions.open_case(
        request=ask(profile={"age": 3}, profile_values={"age": 3}, opening_key="k" * 32), now=now, find_bodies=find_cld
    ).case
    other = actions.open_case(request=ask(email="autre@exemple.test"), now=now, find_bodies=find_cld).case
    mine = actions.attach_document(case=case, name="maude.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    shared = actions.attach_document(case=case, name="guide.pdf", chunks=[PDF + b"2"], by=adviser, now=now)
    actions.attach_document(case=other, name="guide.pdf", chunks=[PDF + b"2"], by=adviser, now=now)
    actions.add_task(case=case, label="Appeler Maude", by=adviser, now=now)
    actions.move_case(case=case, move="ask", words="Maude, votre budget?", by=adviser, now=now)
    with pytest.raises(CaseError, match="case_open"):
        actions.erase_case(case=case, reason="asked", by=administrator, now=now)
    actions.close_case(case=case, outcome="stopped", words="Maude renonce au projet", by=adviser, now=now)
    with pytest.raises(NotAllowed):
        actions.erase_case(case=case, reason="asked", by=adviser, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        erased = actions.erase_case(case=case, reason="asked", by=administrator, now=now)
    rows = [Case.objects.filter(pk=case.pk), *(
        model.objects.filter(case=case) for model in (CaseEvent, CaseMessage, CaseTask, CaseDocument, CaseLetter)
    )]  # fmt: skip
    kept = str([list(found.values()) for found in rows])
    assert ("maude" in kept.lower(), "budget" in kept, "asked" in kept) == (False, False, True)
    assert (erased.need, erased.outcome_code, erased.opened_at) == ("start", "stopped", now)
    assert (erased.profile, erased.profile_values, erased.opening_key) == (None, None, None)
    assert "maude" not in str(list(AuditEvent.objects.values("before", "after"))).lower()
    assert queries.find_case_by_token(token="x") is None
    assert (storage.find_path(mine.sha256).exists(), storage.find_path(shared.sha256).exists()) == (False, True)
    with pytest.raises(CaseError, match="case_erased"):
        actions.erase_case(case=case, reason="asked", by=administrator, now=now)


def test_a_document_from_a_promoter_who_is_waited_for_is_their_answer(
    routed: OpenedCase, adviser: User, now: datetime
) -> None:
    actions.move_case(case=routed.case, move="ask", words="Votre budget?", by=adviser, now=now)
    actions.attach_document(case=routed.case, name="notes.pdf", chunks=[PDF], by=adviser, now=now)
    assert Case.objects.get().stage == "waiting_promoter"
    actions.attach_document(case=routed.case, name="budget.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    case = Case.objects.get()
    assert (case.stage, case.waiting_since) == ("in_conversation", None)


def test_a_content_that_another_case_is_given_meanwhile_is_not_thrown_away(
    routed: OpenedCase, adviser: User, administrator: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    other = actions.open_case(request=ask(email="autre@exemple.test"), now=now, find_bodies=find_cld).case
    kept = actions.attach_document(case=routed.case, name="guide.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    with django_capture_on_commit_callbacks() as callbacks:
        actions.erase_case(case=routed.case, reason="asked", by=administrator, now=now)
    actions.attach_document(case=other, name="guide.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    for callback in callbacks:
        callback()
    assert storage.is_whole(kept.sha256)


def test_what_a_fall_left_on_disk_is_thrown_away_after_a_day(
    routed: OpenedCase, adviser: User, administrator: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    mine = actions.attach_document(case=routed.case, name="a.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    half = storage.documents_folder() / "incoming-x"
    half.write_bytes(b"half")
    later = timezone.now() + timedelta(days=2)
    assert (actions.sweep_documents(now=timezone.now()), half.exists()) == (0, True)
    assert (actions.sweep_documents(now=later), half.exists(), storage.is_whole(mine.sha256)) == (1, False, True)
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    with django_capture_on_commit_callbacks():
        actions.erase_case(case=routed.case, reason="asked", by=administrator, now=now)
    assert storage.is_whole(mine.sha256), "the process fell before it could remove the file"
    assert (actions.sweep_documents(now=later), storage.is_whole(mine.sha256)) == (1, False)
