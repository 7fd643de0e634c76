"""Requests go to the body that has the mandate that day, and follow it when it is reorganised."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from essor.accounts.models import User
from essor.cases import actions
from essor.cases.actions import THE_PROMOTER, OpenedCase, open_case
from essor.cases.actions.following import _follow
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.cases.wording import explain_route
from essor.project.daily import TASKS
from essor.territories.actions import import_bodies, reorganise
from essor.territories.queries.bodies import read_register
from essor.territories.reorganisations import Reorganisation
from tests.pages import StrictClient

from .conftest import NOW, ask

TODAY = NOW.date()
FILE = """\
body,what,from,until,name,site,other,need,aid,place,agreement,reason,source,source_url
cld,created,2004-04-01,,CLD des Moulins,,,,,,,,Registre,
centre,created,,,Centre d’aide,,,,,,,,Registre,
cld,mandate,,,,,,start,,640,Entente 2004.,,Registre,
centre,mandate,,,,,,training,,14,,,Registre,
"""
MERGER = Reorganisation(
    kind="merge", on=TODAY, bodies=("cld", "centre"), into="agence", name="Agence des Moulins",
    reason="Entente de fusion de février.", source="Communiqué",
)  # fmt: skip


@pytest.fixture
def bodies(places: None, tmp_path: Path) -> None:
    file = tmp_path / "organismes.csv"
    file.write_text(FILE.replace("cld,mandate,,", "cld,mandate,2004-04-01,"), encoding="utf-8")
    import_bodies(file=file, by=None, now=NOW - timedelta(days=30))


@pytest.fixture
def opened(bodies: None, adviser: User) -> OpenedCase:
    return open_case(request=ask(), now=NOW - timedelta(days=1))


def reload(opened: OpenedCase) -> Case:
    return Case.objects.get(pk=opened.case.pk)


def test_a_request_goes_to_the_body_that_has_the_mandate_and_says_why(opened: OpenedCase, adviser: User) -> None:
    case = reload(opened)
    assert (case.assigned_body, case.assigned_to) == ("cld", adviser)
    said = explain_route(case.routing_reason, places={"640": "Les Moulins", "64015": "Mascouche"})
    assert said[0].startswith("CLD des Moulins a le mandat")
    assert "à Mascouche." in said[0]
    assert "Ce mandat couvre Les Moulins." in said[0]
    assert said[0].endswith("Entente 2004.")


def test_a_need_that_no_body_has_there_is_left_to_the_administration(bodies: None, adviser: User) -> None:
    case = open_case(request=ask(need="digital"), now=NOW).case
    assert (case.assigned_body, case.assigned_to) == ("", None)
    assert case.routing_reason[0]["code"] == "no_body"


def test_after_a_merger_people_known_under_the_old_name_are_still_found(opened: OpenedCase, adviser: User) -> None:
    reorganise(asked=MERGER, by=None, now=NOW)
    case = open_case(request=ask(email="autre@exemple.test"), now=NOW).case
    assert (case.assigned_body, case.assigned_to) == ("agence", adviser)
    said = explain_route(case.routing_reason, places={})
    assert "Il le tient depuis le 2\u00a0mars 2026, de « CLD des Moulins »." in said[0]


def test_an_open_file_follows_its_body_once_and_keeps_whoever_has_it(opened: OpenedCase, adviser: User) -> None:
    reorganise(asked=MERGER, by=None, now=NOW)
    assert actions.follow_reorganisations(now=NOW, bodies=["cld"]) == 1
    assert actions.follow_reorganisations(now=NOW) == 0
    case = reload(opened)
    assert (case.assigned_body, case.assigned_to) == ("agence", adviser)
    event = CaseEvent.objects.get(case=case, kind="reorganised")
    assert event.words == "Entente de fusion de février."
    assert (event.facts["before"], event.facts["after"]) == ("CLD des Moulins", "Agence des Moulins")
    assert CaseLetter.objects.filter(case=case, kind="reorganised", recipient=None).count() == 1


def test_whoever_follows_the_request_reads_what_changed_and_why(opened: OpenedCase) -> None:
    reorganise(asked=MERGER, by=None, now=NOW)
    actions.follow_reorganisations(now=NOW)
    text = StrictClient().get(f"/suivi/{opened.token}/").content.decode()
    assert "Le dossier passe de « CLD des Moulins » à « Agence des Moulins »" in text
    assert "Entente de fusion de février." in text


def test_a_mandate_moved_elsewhere_changes_the_person_in_charge(opened: OpenedCase) -> None:
    other = User.objects.create_user("ailleurs@exemple.test", "un mot de passe long", name="Alix Ailleurs")
    other.roles.create(kind="adviser", body="La Maison", territory_code="14", starts_on=date(2010, 1, 1))
    moved = Reorganisation(
        kind="move", on=TODAY, bodies=("cld",), into="maison", name="La Maison", source="Avis",
        matters=frozenset([("need", "start", "640")]),
    )  # fmt: skip
    reorganise(asked=moved, by=None, now=NOW)
    actions.follow_reorganisations(now=NOW)
    case = reload(opened)
    assert (case.assigned_body, case.assigned_to) == ("maison", other)
    assert CaseLetter.objects.filter(case=case, kind="routed", recipient=other).exists()


def test_one_dissolved_without_a_successor_leaves_its_files_to_whoever_has_them(
    opened: OpenedCase, adviser: User, administrator: User
) -> None:
    reorganise(asked=Reorganisation(kind="dissolve", on=TODAY, bodies=("cld",), source="Avis"), by=None, now=NOW)
    assert actions.follow_reorganisations(now=NOW) == 1
    case = reload(opened)
    assert (case.assigned_body, case.assigned_to) == ("", adviser)
    text = StrictClient().get(f"/suivi/{opened.token}/").content.decode()
    assert "aucun organisme connu ne l’a" in text


def test_a_reorganisation_to_come_moves_files_on_its_day_by_the_daily_task(opened: OpenedCase) -> None:
    later = Reorganisation(
        kind="dissolve", on=TODAY + timedelta(days=10), bodies=("cld",), into="centre", source="Avis"
    )
    reorganise(asked=later, by=None, now=NOW)
    (task,) = (one for one in TASKS if one.name == "case_bodies")
    assert task.work(NOW) == {"moved": 0}
    assert task.work(NOW + timedelta(days=10)) == {"moved": 1}
    assert reload(opened).assigned_body == "centre"


def test_a_closed_file_does_not_move(opened: OpenedCase) -> None:
    actions.close_case(case=opened.case, outcome="withdrawn", words="Je n’en ai plus besoin.", by=THE_PROMOTER, now=NOW)
    reorganise(asked=MERGER, by=None, now=NOW)
    assert actions.follow_reorganisations(now=NOW) == 0


def test_a_file_entrusted_or_closed_meanwhile_stays_where_it_is(
    opened: OpenedCase, adviser: User, colleague: User
) -> None:
    read_before = reload(opened)
    reorganise(asked=MERGER, by=None, now=NOW)
    actions.assign_case(case=opened.case, person=colleague, by=adviser, now=NOW, seen=adviser.pk)
    assert _follow(read_before, read_register(), by=None, on=TODAY, now=NOW) is False
    assert reload(opened).routing_reason == []
    actions.close_case(case=opened.case, outcome="stopped", words="Le projet s’arrête.", by=adviser, now=NOW)
    assert _follow(read_before, read_register(), by=None, on=TODAY, now=NOW) is False
