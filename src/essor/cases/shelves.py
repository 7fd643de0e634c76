"""Where the content of documents is: a folder of this machine, or a bucket that speaks S3. Each by its SHA-256."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol, cast
from urllib.parse import urlsplit

PATIENCE_SECONDS, TRIES = 10, 3


class ShelfClosed(Exception):
    """What holds the contents does not answer, or refuses."""


class Shelf(Protocol):
    def keep(self, sha256: str, path: Path) -> None:
        """Once: the same content again changes nothing. ``path`` may be moved."""

    def find(self, sha256: str) -> IO[bytes] | None:
        """To be read piece by piece, then closed."""

    def remove(self, sha256: str) -> None: ...

    def list_older(self, before: datetime) -> Iterator[str]:
        """What was put there before an instant."""


class Disk:
    """``<folder>/<two signs>/<sha-256>``, where no web server looks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def keep(self, sha256: str, path: Path) -> None:
        place = self.find_path(sha256)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        if not place.exists():
            path.replace(place)

    def find(self, sha256: str) -> IO[bytes] | None:
        place = self.find_path(sha256)
        return place.open("rb") if place.is_file() else None

    def remove(self, sha256: str) -> None:
        self.find_path(sha256).unlink(missing_ok=True)

    def list_older(self, before: datetime) -> Iterator[str]:
        for path in sorted(self._folder.glob("??/*")):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                yield path.name


class Bucket:
    """``<prefix>/<two signs>/<sha-256>`` in a bucket. It is asked with the keys of the environment, and no address of a
    content is ever given to anyone: what is read passes through the platform.

    ``address``: ``s3://bucket/prefix``.
    """

    def __init__(self, address: str) -> None:
        import boto3
        from botocore.config import Config

        split = urlsplit(address)
        self._bucket, self._prefix = split.netloc, split.path.strip("/")
        self._client: Any = boto3.client(
            "s3",
            config=Config(
                connect_timeout=PATIENCE_SECONDS,
                read_timeout=PATIENCE_SECONDS,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                # The server checks the hash of what it receives; the checksums of newer clients, few others know.
                s3={"payload_signing_enabled": True, "addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def keep(self, sha256: str, path: Path) -> None:
        with _asking():
            if self._ask(self._client.head_object, sha256) is not None:
                return
            with path.open("rb") as content:
                self._client.put_object(Bucket=self._bucket, Key=self._key_of(sha256), Body=content)

    def find(self, sha256: str) -> IO[bytes] | None:
        with _asking():
            answer = self._ask(self._client.get_object, sha256)
            return None if answer is None else cast(IO[bytes], answer["Body"])

    def remove(self, sha256: str) -> None:
        with _asking():
            self._client.delete_object(Bucket=self._bucket, Key=self._key_of(sha256))

    def list_older(self, before: datetime) -> Iterator[str]:
        with _asking():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for page in pages:
                for one in page.get("Contents", ()):
                    if one["LastModified"] < before:
                        yield one["Key"].rpartition("/")[2]

    def _key_of(self, sha256: str) -> str:
        return "/".join(part for part in (self._prefix, sha256[:2], sha256) if part)

    def _ask(self, call: Callable[..., Mapping[str, Any]], sha256: str) -> Mapping[str, Any] | None:
        """None: nothing is there."""
        from botocore.exceptions import ClientError

        try:
            return call(Bucket=self._bucket, Key=self._key_of(sha256))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"404", "NoSuchKey"}:
                return None
            raise


@contextmanager
def _asking() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise ShelfClosed(str(error)) from error
