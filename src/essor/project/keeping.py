"""The cache of the platform, in files that its processes share: counters that must last, and results that need not.

A counter of attempts that is pushed out lets whoever guesses passwords begin again: figures computed for readers, and
addresses tried by the thousand, never push one out before its time.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.utils.crypto import salted_hmac

COMPUTED = ("observatory.", "programmes.")
"""How the keys of what can be computed again begin; everything else is kept as long as it asked."""

SALT = "essor.counters"
MOST_COUNTERS = 100_000
MOST_RESULTS = 300
SETS_BETWEEN_LOOKS = 100
"""Counting the files of a folder takes longer than writing one."""


class CountersCache(FileBasedCache):
    """What has expired goes first, and ``add`` lets one process alone through, as the locks on counters want.

    A key names who is counted, by their address: on disk, only the secret of the platform leads from one to the other.
    """

    _dir: str
    _createdir: Callable[[], None]  # Django's own, which its types leave out
    _is_expired: Callable[[Any], bool]
    _list_cache_files: Callable[[], list[str]]
    _write_content: Callable[[Any, Any, Any], None]

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(location, params)
        self._sets = 0

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        if self.has_key(key, version):
            return False
        self._createdir()
        self._cull()
        handle, aside = tempfile.mkstemp(dir=self._dir)
        try:
            with os.fdopen(handle, "wb") as file:
                self._write_content(file, timeout, value)
            os.link(aside, self._key_to_file(key, version))
        except FileExistsError:
            return False
        finally:
            Path(aside).unlink()
        return True

    def _key_to_file(self, key: str, version: int | None = None) -> str:
        name = salted_hmac(SALT, self.make_and_validate_key(key, version=version), algorithm="sha256").hexdigest()
        return str(Path(self._dir) / f"{name}{self.cache_suffix}")

    def clear_expired(self) -> int:
        """How many files there were to clear."""
        cleared = 0
        for name in self._list_cache_files():
            with contextlib.suppress(FileNotFoundError), Path(name).open("rb") as file:
                cleared += self._is_expired(file)
        return cleared

    def _cull(self) -> None:
        self._sets += 1
        if self._sets % SETS_BETWEEN_LOOKS == 0 and len(self._list_cache_files()) >= self._max_entries:
            self.clear_expired()
            super()._cull()  # type: ignore[misc]  # Django’s stubs do not name it


class Kept(BaseCache):
    """Two folders behind one cache: what can be computed again, and what must last."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._counters = CountersCache(str(Path(location) / "counters"), _with_most(params, MOST_COUNTERS))
        self._results = FileBasedCache(str(Path(location) / "results"), _with_most(params, MOST_RESULTS))

    def _of(self, key: str) -> FileBasedCache:
        return self._results if str(key).startswith(COMPUTED) else self._counters

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._of(key).add(key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._of(key).get(key, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._of(key).set(key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._of(key).touch(key, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._of(key).delete(key, version)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._of(key).has_key(key, version)

    def clear(self) -> None:
        self._counters.clear()
        self._results.clear()

    def clear_expired(self) -> int:
        return self._counters.clear_expired()


def _with_most(params: dict[str, Any], most: int) -> dict[str, Any]:
    options = {"MAX_ENTRIES": most} | params.get("OPTIONS", {})
    return params | {"OPTIONS": options}
