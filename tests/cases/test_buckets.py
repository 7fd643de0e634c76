"""Documents in a bucket: a real server that speaks S3, beside the disk; the same suite for both."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from essor.accounts.models import User
from essor.cases import actions, storage
from essor.cases.actions import THE_PROMOTER, OpenedCase
from essor.cases.models import CaseDocument, CaseEvent
from essor.cases.rules import CaseError
from essor.cases.shelves import Bucket, Disk, Shelf
from tests.pages import StrictClient

PDF = b"%PDF-1.7\nun plan d'affaires\n%%EOF\n"
SHA = "a" * 64
needs_s3 = pytest.mark.skipif(
    importlib.util.find_spec("moto") is None, reason="no server that speaks S3: moto is not installed"
)


def find_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    port = find_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _look in range(300):
        try:
            urlopen(f"{address}/moto-api/").close()  # noqa: S310  our own server
            break
        except OSError:
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait()


def name_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    said = {"ENDPOINT_URL_S3": address, "ACCESS_KEY_ID": "essai", "SECRET_ACCESS_KEY": "essai",
            "DEFAULT_REGION": "ca-central-1", "EC2_METADATA_DISABLED": "true"}  # fmt: skip
    for name, value in said.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    storage._open_bucket.cache_clear()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Any]:
    import boto3

    name_server(monkeypatch, s3_server)
    urlopen(f"{s3_server}/moto-api/reset", data=b"").close()  # noqa: S310  our own server
    client = boto3.client("s3")
    client.create_bucket(Bucket="essor", CreateBucketConfiguration={"LocationConstraint": "ca-central-1"})
    settings.DOCUMENTS = "s3://essor/documents"
    yield client
    storage._open_bucket.cache_clear()


@pytest.fixture(params=["disk", pytest.param("bucket", marks=needs_s3)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "disk":
        (tmp_path / "shelf").mkdir()
        return Disk(tmp_path / "shelf")
    request.getfixturevalue("s3")
    return Bucket("s3://essor/documents")


def test_a_content_is_put_read_and_removed_by_its_hash(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.find(SHA) is None
    for content in (PDF, b"the same hash never says something else"):
        (tmp_path / "incoming").write_bytes(content)
        shelf.keep(SHA, tmp_path / "incoming")
    found = shelf.find(SHA)
    assert found is not None
    with found:
        assert found.read(4) + found.read() == PDF
    now = datetime.now(UTC)
    assert list(shelf.list_older(now + timedelta(minutes=1))) == [SHA]
    assert list(shelf.list_older(now - timedelta(days=1))) == []
    shelf.remove(SHA)
    shelf.remove(SHA)
    assert shelf.find(SHA) is None
    assert list(shelf.list_older(now + timedelta(minutes=1))) == []


@needs_s3
def test_a_document_goes_to_the_bucket_and_comes_back_through_the_platform_alone(
    s3: Any, routed: OpenedCase, adviser: User, adviser_client: StrictClient, now: datetime
) -> None:
    kept = actions.attach_document(case=routed.case, name="plan.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    (there,) = s3.list_objects_v2(Bucket="essor")["Contents"]
    assert there["Key"] == f"documents/{kept.sha256[:2]}/{kept.sha256}"
    grants = s3.get_object_acl(Bucket="essor", Key=there["Key"])["Grants"]
    assert not [grant for grant in grants if "AllUsers" in grant["Grantee"].get("URI", "")], "no one else reads it"
    assert not [path for path in storage.documents_folder().rglob("*") if path.is_file()], "nothing stays here"
    assert storage.is_whole(kept.sha256)
    page = adviser_client.get(f"/dossiers/{routed.case.reference}/").content.decode()
    assert "s3://" not in page
    assert "127.0.0.1" not in page
    answer = adviser_client.get(f"/dossiers/{routed.case.reference}/documents/{kept.pk}/")
    assert answer.streaming
    assert (b"".join(answer.streaming_content), answer["Content-Length"]) == (PDF, str(len(PDF)))  # type: ignore[attr-defined]
    assert "attachment" in answer["Content-Disposition"]


@needs_s3
def test_an_erasure_removes_from_the_bucket_and_a_sweep_what_a_fall_left(
    s3: Any, routed: OpenedCase, adviser: User, administrator: User, now: datetime,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    kept = actions.attach_document(case=routed.case, name="plan.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    actions.close_case(case=routed.case, outcome="stopped", words="Le projet est abandonné", by=adviser, now=now)
    with django_capture_on_commit_callbacks() as callbacks:
        actions.erase_case(case=routed.case, reason="asked", by=administrator, now=now)
    assert storage.is_whole(kept.sha256), "the process fell"
    later = datetime.now(UTC) + timedelta(days=2)
    assert (actions.sweep_documents(now=later), storage.open_content(kept.sha256)) == (1, None)
    for callback in callbacks:
        callback()


@needs_s3
def test_a_bucket_that_does_not_answer_refuses_and_nothing_changes(
    routed: OpenedCase, adviser: User, adviser_client: StrictClient, now: datetime, settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    kept = actions.attach_document(case=routed.case, name="plan.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    events = CaseEvent.objects.count()
    name_server(monkeypatch, f"http://127.0.0.1:{find_port()}")
    settings.DOCUMENTS = "s3://essor/documents"
    with pytest.raises(CaseError, match="document_not_kept"):
        actions.attach_document(case=routed.case, name="autre.pdf", chunks=[PDF + b"2"], by=THE_PROMOTER, now=now)
    assert (CaseDocument.objects.count(), CaseEvent.objects.count()) == (1, events)
    assert not list(storage.documents_folder().glob("incoming-*"))
    answer = adviser_client.get(f"/dossiers/{routed.case.reference}/documents/{kept.pk}/")
    assert (answer.status_code, "ne répond pas" in answer.content.decode()) == (503, True)
    storage._open_bucket.cache_clear()


@needs_s3
def test_a_large_document_is_read_piece_by_piece(s3: Any, routed: OpenedCase, now: datetime) -> None:
    content = PDF + b"x" * (9 * 2**20)
    kept = actions.attach_document(case=routed.case, name="gros.pdf", chunks=[content], by=THE_PROMOTER, now=now)
    storage.is_whole(kept.sha256)
    tracemalloc.start()
    assert storage.is_whole(kept.sha256)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 2**20
