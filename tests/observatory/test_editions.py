from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.observatory.actions import draft_base_version, preview_edition, publish_edition
from essor.observatory.differences import list_changes
from essor.observatory.folders import verify_folder
from essor.observatory.guards import install_guards, remove_guards
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.editions import folder_of, get_edition, verify_edition
from essor.observatory.queries.live import build_live_portrait
from essor.observatory.rules import ObservatoryError
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish

KEY = "magazine-2014.1.jobs_headcount.2017-11-29"


def live(*versions: BaseVersion, known_at: datetime = NOW) -> dict[str, Any]:
    return build_live_portrait(territory_code="640", base_versions=versions, dates=[FIRST, LAST], known_at=known_at)


def test_a_live_portrait_counts_who_belongs(magazine: BaseVersion) -> None:
    results = live(magazine)
    before, after = (results["figures"][f"magazine-2014.1.jobs_headcount.{on}"] for on in (FIRST, LAST))
    assert (before["enterprises"], before["value"], before["undecided"]) == (4, 38, 1)
    assert (after["enterprises"], after["value"], after["undecided"]) == (3, 43, 1)
    (told,) = results["comparisons"].values()
    assert {name: jobs for name, jobs in told["parts"].items() if jobs} == {
        "continuing_growth": 4,
        "continuing_decline": -1,
        "births": 7,
        "closures": -5,
    }


def test_a_band_gives_an_interval_and_never_a_sum(world: World, magazine: BaseVersion) -> None:
    world.add("bande", {2017: (11, 25)})
    figure = live(magazine)["figures"][KEY]
    assert (figure["value"], figure["low"], figure["high"], figure["exact_sum"]) == (None, 54, 68, 43)


def test_live_figures_are_computed_again_after_a_write(world: World, magazine: BaseVersion) -> None:
    assert live(magazine)["figures"][KEY]["value"] == 43
    world.correct("grandit", 2017, 15, known_from=NOW)
    assert live(magazine)["figures"][KEY]["value"] == 44
    earlier = datetime(2018, 1, 1, tzinfo=UTC)
    assert live(magazine, known_at=earlier)["figures"][KEY]["value"] == 43


def test_a_live_portrait_read_again_asks_the_database_little(
    magazine: BaseVersion, django_assert_max_num_queries: Any
) -> None:
    first = live(magazine)
    with django_assert_max_num_queries(16):
        assert live(magazine, known_at=NOW + timedelta(hours=1)) == first | {"known_at": "2018-03-02T16:00:00+00:00"}


def test_a_published_edition_equals_the_live_portrait_and_is_rebuilt(magazine: BaseVersion, table: BaseVersion) -> None:
    edition = publish(magazine, table)
    assert edition.results == json.loads(json.dumps(live(magazine, table)))
    report = verify_edition(slug=edition.slug)
    assert report.is_sound
    assert report.figures > 100
    assert report.files == 4
    assert AuditEvent.objects.filter(action="publish_edition", target_id=edition.slug).exists()


def test_an_edition_is_verified_from_its_folder_alone(world: World, magazine: BaseVersion) -> None:
    """Later facts and other definitions change nothing: the folder proves itself, even without a platform."""
    edition = publish(magazine)
    world.correct("grandit", 2017, 99, known_from=NOW)
    assert verify_edition(slug=edition.slug).is_sound
    assert verify_folder(folder_of(edition)).is_sound


def test_the_snapshot_holds_only_the_organisations_concerned_and_no_name(world: World, magazine: BaseVersion) -> None:
    from essor.engines.snapshots import open_snapshot

    edition = publish(magazine)
    snapshot = open_snapshot(folder_of(edition) / f"{edition.snapshot_hash}.parquet", edition.snapshot_hash)
    concerned = {item.organisation for item in snapshot.observations()}
    expected = {organisation.pk for name, organisation in world.organisations.items() if name != "ailleurs"}
    assert concerned == expected
    assert snapshot.names() == []


@pytest.mark.parametrize("name", ["definitions.json", "results.json", "manifest.json", "*.parquet"])
@pytest.mark.parametrize("place", [0.1, 0.5, 0.97])
def test_one_altered_byte_is_found_and_named(magazine: BaseVersion, name: str, place: float) -> None:
    edition = publish(magazine)
    (file,) = folder_of(edition).glob(name)
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 1
    file.write_bytes(content)
    report = verify_edition(slug=edition.slug)
    assert not report.is_sound
    assert file.name in {problem.file for problem in report.problems}


def test_a_missing_and_a_strange_file_are_found(magazine: BaseVersion) -> None:
    edition = publish(magazine)
    (folder_of(edition) / "results.json").unlink()
    (folder_of(edition) / "note.txt").write_text("ajout", encoding="utf-8")
    found = {(problem.code, problem.file) for problem in verify_edition(slug=edition.slug).problems}
    assert found == {("file-missing", "results.json"), ("file-unexpected", "note.txt")}


def test_a_figure_altered_with_its_hashes_is_found_by_computing_it_again(magazine: BaseVersion) -> None:
    from essor.observatory.folders import manifest_of, read_json, write_json

    edition = publish(magazine)
    folder = folder_of(edition)
    results, manifest = read_json(folder / "results.json"), read_json(folder / "manifest.json")
    results["figures"][KEY]["value"] = 787
    (folder / "results.json").write_bytes(write_json(results))
    names = list(manifest.pop("files"))
    (folder / "manifest.json").write_bytes(write_json(manifest_of(folder, names=names, about=manifest)))
    (problem,) = verify_folder(folder).problems
    assert (problem.code, problem.path, problem.expected, problem.found) == (
        "figure-differs", f"figures/{KEY}/value", 787, 43,
    )  # fmt: skip
    assert "manifest.json" in {problem.file for problem in verify_edition(slug=edition.slug).problems}


def test_a_row_altered_in_the_database_is_found(magazine: BaseVersion) -> None:
    edition = publish(magazine)
    altered = json.loads(json.dumps(edition.results))
    altered["figures"][KEY]["value"] = 787
    Edition.objects.filter(pk=edition.pk).update(results=altered)
    (problem,) = verify_edition(slug=edition.slug).problems
    assert (problem.code, problem.path) == ("row-differs", f"figures/{KEY}/value")


def test_a_correction_is_a_successor_that_says_what_changed(world: World, magazine: BaseVersion) -> None:
    first = publish(magazine, known_at=datetime(2018, 1, 1, tzinfo=UTC))
    world.correct("grandit", 2017, 15, known_from=datetime(2018, 2, 1, tzinfo=UTC))
    second = publish(magazine, predecessor=first, correction_reason="Un atelier avait été oublié.")
    assert second.slug == f"{first.slug}-2"
    assert {"kind": "figure", "key": KEY, "field": "value", "before": 43, "after": 44} in second.changes
    manifest = json.loads((folder_of(second) / "manifest.json").read_bytes())
    assert manifest["corrects"]["slug"] == first.slug
    assert manifest["corrects"]["changes"] == second.changes
    assert verify_edition(slug=first.slug).is_sound
    assert verify_edition(slug=second.slug).is_sound
    with pytest.raises(ObservatoryError, match="already-corrected"):
        publish(magazine, predecessor=first, correction_reason="Encore.", dates=[LAST])


def test_equal_results_have_no_change(magazine: BaseVersion) -> None:
    assert list_changes(live(magazine), live(magazine)) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"title_en": " "}, "title-missing"),
        ({"dates": []}, "no-dates"),
        ({"base_versions": []}, "no-base"),
        ({"territory_code": "999"}, "territory-unknown"),
        ({"known_at": datetime(2018, 4, 1, tzinfo=UTC)}, "known-in-the-future"),
        ({"dates": [date(2018, 3, 3)]}, "date-before-known"),
        ({"dates": [date(1700, 1, 1), LAST]}, "no-fact-known"),
        ({"territory_code": "630"}, "no-fact-known"),
        ({"correction_reason": "Rien à corriger."}, "nothing-to-correct"),
    ],
)
def test_a_wrong_request_writes_nothing(
    magazine: BaseVersion, data_dir: Path, asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(ObservatoryError) as refused:
        publish(magazine, **asked)
    assert refused.value.code == code
    assert not Edition.objects.exists()
    assert [item.name for item in (data_dir / "editions").iterdir()] == [".lock"]


def test_a_draft_is_never_published_with(magazine: BaseVersion) -> None:
    draft = draft_base_version(
        base=magazine.base, by=None, now=NOW, label_fr="a", label_en="b", criteria=magazine.criteria
    )
    with pytest.raises(ObservatoryError, match="version-is-a-draft"):
        publish(draft)


def test_the_same_edition_is_not_published_twice(magazine: BaseVersion) -> None:
    edition = publish(magazine)
    with pytest.raises(ObservatoryError) as refused:
        publish(magazine)
    assert (refused.value.code, refused.value.facts["slug"]) == ("already-published", edition.slug)
    with pytest.raises(ObservatoryError, match="already-published"):
        publish(magazine, known_at=NOW - timedelta(minutes=1), title_fr="Encore", title_en="Again")
    assert publish(magazine, predecessor=edition, correction_reason="Le titre.").results == edition.results


def test_a_preview_writes_nothing_and_says_what_a_correction_would_change(
    world: World, magazine: BaseVersion, data_dir: Path
) -> None:
    first = publish(magazine)
    world.correct("grandit", 2017, 15, known_from=NOW)
    before = sorted(data_dir.rglob("*"))
    preview = preview_edition(
        now=NOW,
        territory_code="640",
        base_versions=[magazine],
        dates=[FIRST, LAST],
        known_at=NOW,
        title_fr="a",
        title_en="b",
        predecessor=first,
        correction_reason="Un oubli.",
    )
    assert preview.changes
    assert preview.changes[0]["after"] == 44
    assert sorted(data_dir.rglob("*")) == before
    assert Edition.objects.count() == 1


def test_only_an_adviser_of_the_territory_publishes(magazine: BaseVersion) -> None:
    reader = User.objects.create_user("lectrice@exemple.test", "un mot de passe long")
    with pytest.raises(NotAllowed):
        publish_edition(
            by=reader,
            now=NOW,
            territory_code="640",
            base_versions=[magazine],
            dates=[LAST],
            known_at=NOW,
            title_fr="a",
            title_en="b",
        )
    assert not Edition.objects.exists()


def test_what_a_killed_publication_left_is_swept_by_the_next(magazine: BaseVersion, data_dir: Path) -> None:
    for name in (".publishing-abc", "jamais-publiee"):
        (data_dir / "editions" / name).mkdir(parents=True)
        (data_dir / "editions" / name / "results.json").write_text("{}", encoding="utf-8")
    edition = publish(magazine)
    left = {item.name for item in (data_dir / "editions").iterdir()}
    assert left == {".lock", edition.slug}


def test_the_database_refuses_to_change_or_delete_an_edition(magazine: BaseVersion) -> None:
    edition = publish(magazine)
    install_guards(connection)
    try:
        for change in (lambda: Edition.objects.update(title_fr="Autre"), edition.delete, edition.base_versions.clear):
            with pytest.raises(DatabaseError, match="published for good"), transaction.atomic():
                change()
    finally:
        remove_guards(connection)
    assert get_edition(slug=edition.slug).title_fr == "Les Moulins"


def test_the_database_refuses_an_edition_a_base_that_its_results_do_not_use(
    magazine: BaseVersion, table: BaseVersion
) -> None:
    install_guards(connection)
    try:
        edition = publish(magazine)
        with pytest.raises(DatabaseError, match="does not use"), transaction.atomic():
            edition.base_versions.add(table)
        with pytest.raises(DatabaseError, match="does not use"), transaction.atomic():
            Edition.base_versions.through.objects.create(edition=edition, baseversion=table)
    finally:
        remove_guards(connection)
    assert list(edition.base_versions.all()) == [magazine]


def test_an_unknown_edition_is_refused_with_near_names(magazine: BaseVersion) -> None:
    edition = publish(magazine)
    with pytest.raises(ObservatoryError) as refused:
        get_edition(slug="les-moulin-2017")
    assert refused.value.facts["near"] == (edition.slug,)
