from __future__ import annotations

from pathlib import Path

from essor.observatory.folders import MANIFEST, SET_ASIDE, UNFINISHED, sweep_orphans


def test_a_whole_folder_that_no_edition_names_is_set_aside_never_deleted(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    for name in ("kept", "forgotten", f"{UNFINISHED}abc"):
        (editions / name).mkdir(parents=True)
        (editions / name / MANIFEST).write_text(name, encoding="utf-8")
    assert sweep_orphans(editions, published={"kept"}) == [f"{UNFINISHED}abc", "forgotten"]
    assert [item.name for item in editions.iterdir()] == ["kept"]
    assert (tmp_path / SET_ASIDE / "forgotten.1" / MANIFEST).read_text(encoding="utf-8") == "forgotten"
