"""The folder of an edition: written whole or not at all, read, and verified from what it holds alone."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

from essor.engines.snapshots import Snapshot, SnapshotAltered, open_snapshot
from essor.methods.differences import compare_results
from essor.observatory.portraits import compute_portrait
from essor.observatory.rules import sha256_of

DEFINITIONS, RESULTS, MANIFEST = "definitions.json", "results.json", "manifest.json"
MANIFEST_SHAPE = "essor-edition-1"
UNFINISHED = ".publishing-"
SET_ASIDE = "set-aside"
ProblemCode = Literal[
    "folder-missing", "file-missing", "file-altered", "file-unreadable", "file-unexpected", "figure-differs",
    "row-differs",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was published: which file, and where in it for a figure."""

    code: ProblemCode
    file: str
    path: str = ""
    expected: Any = None
    found: Any = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification saw. ``figures``: how many were computed again; ``files``: how many hashes were compared."""

    slug: str
    files: int
    figures: int
    problems: tuple[Problem, ...] = field(default=())

    @property
    def is_sound(self) -> bool:
        return not self.problems


def write_json(content: Any) -> bytes:
    """One content, one text: sorted keys, one space of indent, a last line break."""
    return (json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def read_json(file: Path) -> Any:
    return json.loads(file.read_bytes())


def write_file(file: Path, content: bytes) -> None:
    """Writes and makes it last through a power cut."""
    with file.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def keep_entries(folder: Path) -> None:
    """Makes the names in a folder last, where the system lets a folder be synchronised."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def hold_publication(editions: Path) -> Iterator[None]:
    """One publication at a time on this data folder; the system frees the lock even of a killed process."""
    editions.mkdir(parents=True, exist_ok=True)
    with (editions / ".lock").open("a+b") as lock:
        _wait_for(lock.fileno())
        yield


def _wait_for(handle: int) -> None:
    if os.name != "posix":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        return
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX)


def sweep_orphans(editions: Path, *, published: set[str]) -> list[str]:
    """Removes the unfinished folders that a killed publication left, and sets aside those that no edition names.

    A whole folder is never deleted: it may be an edition that a database restored from an older copy has forgotten.
    """
    orphans = [item for item in sorted(editions.iterdir()) if item.is_dir() and item.name not in published]
    for orphan in orphans:
        if orphan.name.startswith(UNFINISHED):
            shutil.rmtree(orphan)
        else:
            _set_aside(orphan, editions.parent / SET_ASIDE)
    return [orphan.name for orphan in orphans]


def _set_aside(folder: Path, place: Path) -> None:
    place.mkdir(exist_ok=True)
    free = next(name for n in count(1) if not (name := place / f"{folder.name}.{n}").exists())
    folder.rename(free)


def manifest_of(folder: Path, *, names: list[str], about: Mapping[str, Any]) -> dict[str, Any]:
    """What the edition says of itself (``about``), with the hash and size of each of its files."""
    files = {}
    for name in names:
        content = (folder / name).read_bytes()
        files[name] = {"sha256": sha256_of(content), "bytes": len(content)}
    return {"shape": MANIFEST_SHAPE, **about, "files": files}


def open_records(folder: Path, manifest: Mapping[str, Any]) -> Snapshot:
    sha256 = manifest["snapshot"]
    return open_snapshot(folder / f"{sha256}.parquet", sha256)


def rebuild_results(definitions: Mapping[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """The results that these definitions and records give: at publication, and again at each verification."""
    results: dict[str, Any] = json.loads(write_json(compute_portrait(definitions, snapshot, snapshot.events())))
    return results


def verify_folder(folder: Path, *, manifest_hash: str | None = None) -> Report:
    """Compares every hash, then computes every figure again from the folder alone.

    ``manifest_hash``: the hash that the platform keeps of the manifest; None for a folder received without a platform.
    """
    if not folder.is_dir():
        return Report(folder.name, 0, 0, (Problem("folder-missing", folder.name),))
    manifest, problems = _read_manifest(folder, manifest_hash)
    if manifest is None:
        return Report(folder.name, 1, 0, tuple(problems))
    problems += _compare_files(folder, manifest)
    files = len(manifest["files"]) + 1
    if any(problem.code in {"file-missing", "file-altered", "file-unreadable"} for problem in problems):
        return Report(folder.name, files, 0, tuple(problems))
    try:
        rebuilt = rebuild_results(read_json(folder / DEFINITIONS), open_records(folder, manifest))
    except SnapshotAltered as error:
        problem = Problem("file-altered", error.path.name, expected=error.expected, found=error.found)
        return Report(folder.name, files, 0, (*problems, problem))
    problems += [
        Problem("figure-differs", RESULTS, item["path"], item["first"], item["second"])
        for item in compare_results(read_json(folder / RESULTS), rebuilt)
    ]
    return Report(folder.name, files, count_figures(rebuilt), tuple(problems))


def count_figures(results: Mapping[str, Any]) -> int:
    """Figures, comparisons and bridges, each cell of a table being a figure."""
    cells = sum(len(rows) for figure in results["figures"].values() for rows in figure["tables"].values())
    return cells + sum(len(results[name]) for name in ("figures", "comparisons", "bridges"))


def _read_manifest(folder: Path, manifest_hash: str | None) -> tuple[dict[str, Any] | None, list[Problem]]:
    file = folder / MANIFEST
    if not file.is_file():
        return None, [Problem("file-missing", MANIFEST, expected=manifest_hash)]
    content = file.read_bytes()
    found = sha256_of(content)
    if manifest_hash is not None and found != manifest_hash:
        return None, [Problem("file-altered", MANIFEST, expected=manifest_hash, found=found)]
    try:
        manifest = json.loads(content)
        is_whole = manifest["shape"] == MANIFEST_SHAPE and f"{manifest['snapshot']}.parquet" in manifest["files"]
        is_whole = is_whole and all("sha256" in kept for kept in manifest["files"].values())
    except (ValueError, KeyError, TypeError):
        is_whole = False
    return (manifest, []) if is_whole else (None, [Problem("file-unreadable", MANIFEST)])


def _compare_files(folder: Path, manifest: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for name, kept in sorted(manifest["files"].items()):
        file = folder / Path(name).name
        if not file.is_file():
            problems.append(Problem("file-missing", name, expected=kept["sha256"]))
        elif (found := sha256_of(file.read_bytes())) != kept["sha256"]:
            problems.append(Problem("file-altered", name, expected=kept["sha256"], found=found))
    known = {*manifest["files"], MANIFEST}
    strangers = [item.name for item in sorted(folder.iterdir()) if item.name not in known]
    return problems + [Problem("file-unexpected", name) for name in strangers]
