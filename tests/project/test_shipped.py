"""A fresh platform has the shipped places and bases: figures come out of it without a page being opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.utils import timezone

from essor.accounts.actions import set_up_instance
from essor.accounts.models import AuditEvent, Instance
from essor.knowledge import load_bases
from essor.observatory.actions import create_base
from essor.observatory.models import BaseVersion
from essor.project.shipped import OF_ELSEWHERE, is_untouched, load_shipped, makes_every_table
from essor.territories.actions import import_territory_list
from tests.project.test_demonstration import run


def test_migrate_publishes_the_shipped_bases_once_and_a_demonstration_may_still_follow(tmp_path: Path) -> None:
    first, again = (run(tmp_path, "migrate", "--verbosity=0") for _time in range(2))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert all(base.slug in first.stdout for base in load_bases())
    assert again.stdout == ""
    told = run(tmp_path, "bases", "list", "--json")
    assert {base["slug"]: base["status"] for base in json.loads(told.stdout)} == {
        base.slug: "published" for base in load_bases()
    }
    assert (
        run(tmp_path, "portrait", "--territory", "64008", "--base", "magazine-2014", "--on", "2017-11-29").returncode
        == 0
    )
    assert run(tmp_path, "demo", "--build-only").returncode == 0


def test_what_is_loaded_is_what_is_shipped(db: None) -> None:
    published = load_shipped(now=timezone.now())
    assert {version.base.slug for version in published} == {base.slug for base in load_bases()}
    for base in load_bases():
        version = BaseVersion.objects.get(base__slug=base.slug)
        assert (version.base.owner, version.starts_on, version.ends_before) == (
            base.owner, base.starts_on, base.ends_before,
        )  # fmt: skip
        assert [source["title"] for source in version.sources] == [source.title for source in base.sources]
    assert load_shipped(now=timezone.now()) == []


def test_the_bases_of_elsewhere_never_come_to_a_demonstration(db: None) -> None:
    set_up_instance(kind=Instance.Kind.DEMO, by=None, now=timezone.now())
    for _start in range(2):
        load_shipped(now=timezone.now())
        assert (
            set(BaseVersion.objects.values_list("base__slug", flat=True))
            == {base.slug for base in load_bases()} - OF_ELSEWHERE
        )


@pytest.mark.parametrize(
    ("words", "is_whole"),
    [
        (["migrate"], True),
        (["migrate", "-v", "0", "--no-input"], True),
        (["migrate", "--verbosity", "0"], True),
        (["migrate", "directory"], False),
        (["migrate", "--plan"], False),
        (["migrate", "--check"], False),
        (["demo"], False),
    ],
)
def test_only_a_whole_migration_is_followed_by_the_definitions(words: list[str], is_whole: bool) -> None:
    assert makes_every_table(words) == is_whole


def test_a_platform_with_anything_of_its_own_is_no_demonstration_s(db: None) -> None:
    now = timezone.now()
    load_shipped(now=now)
    assert is_untouched()
    for write in (
        lambda: create_base(slug="la-mienne", owner="Moi", by=None, now=now),
        lambda: import_territory_list(file=Path("united-kingdom"), by=None, now=now),
    ):
        write()
        assert not is_untouched()
    assert AuditEvent.objects.exists()
