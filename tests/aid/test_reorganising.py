"""An adviser records a reorganisation in one form, and sees before saving all that it moves."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from essor.accounts.models import AuditEvent, User
from essor.aid.queries.serving import find_handling
from essor.cases.actions import NewRequest, OpenedCase, open_case
from essor.cases.models import Case
from essor.territories.actions import import_bodies
from essor.territories.models import BodyEvent, BodyMandate
from essor.territories.queries.bodies import read_register
from tests.pages import StrictClient

ADDRESS = "/bureau/reorganisation/"
AID = "jec_lanaudiere_2017"
TODAY = timezone.localdate()
FILE = f"""\
body,what,from,until,name,site,other,need,aid,place,agreement,reason,source,source_url
cld,created,2004-04-01,,CLD des Moulins,,,,,,,,Registre,
centre,created,,,Centre d’aide,,,,,,,,Registre,
pole,created,,,Pôle régional,,,,,,,,Registre,
cld,mandate,2004-04-01,,,,,start,,640,Entente de 2004,,Registre,
cld,mandate,2004-04-01,,,,,,{AID},640,,,Registre,
centre,mandate,,,,,,training,,64015,,,Registre,
pole,mandate,,,,,,growth,,14,,,Registre,
"""
ABOUT = {"reason": "Entente de fusion.", "source": "Communiqué"}
MERGER = {"bodies": ["cld", "centre"], "on": TODAY.isoformat(), "into": "+", "name": "Agence des Moulins", **ABOUT}


@pytest.fixture(autouse=True)
def _bodies(_catalogue: None, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    file = tmp_path / "organismes.csv"
    file.write_text(FILE, encoding="utf-8")
    import_bodies(file=file, by=None, now=timezone.now())


@pytest.fixture
def opened(adviser: User) -> OpenedCase:
    request = NewRequest(
        need="start", territory_code="64015", words="Une épicerie.", name="Maude", email="maude@exemple.test",
        has_consented=True,
    )  # fmt: skip
    return open_case(request=request, now=timezone.now() - timedelta(hours=1))


def post(client: StrictClient, kind: str, said: dict[str, Any], status: int = 200) -> str:
    answer = client.post(f"{ADDRESS}?kind={kind}", said)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def count_lines() -> list[int]:
    return [model.objects.count() for model in (BodyEvent, BodyMandate, AuditEvent)]


def save(client: StrictClient, kind: str, said: dict[str, Any]) -> Any:
    seen = re.search(r'name="seen" value="(\w+)"', post(client, kind, said))
    assert seen
    return client.post(f"{ADDRESS}?kind={kind}", {**said, "seen": seen[1]}, follow=True)


def test_before_saving_every_mandate_agreement_aid_and_open_file_is_shown(
    adviser_client: StrictClient, opened: OpenedCase
) -> None:
    kept = count_lines()
    text = post(adviser_client, "merge", MERGER)
    for word in ("mandats 3, ententes 1, aides", "Entente de 2004", opened.case.reference, "Agence des Moulins"):
        assert word in text, word
    assert f"/aides/{AID}/" in text
    assert count_lines() == kept
    assert "Qu’est-il arrivé" in adviser_client.get(ADDRESS).content.decode()
    assert "What happened" in adviser_client.get(f"/en{ADDRESS}").content.decode()


def test_saved_the_answers_change_that_day_and_the_file_follows(
    adviser_client: StrictClient, opened: OpenedCase
) -> None:
    answer = save(adviser_client, "merge", MERGER)
    assert answer.redirect_chain[-1][0] == "/organismes/agence-des-moulins/"
    assert "1 dossier ouvert est touché" in answer.content.decode()
    yesterday = TODAY - timedelta(days=1)
    assert find_handling(AID, place="64015", on=yesterday).bodies == ("cld",)
    assert find_handling(AID, place="64015", on=TODAY).bodies == ("agence-des-moulins",)
    case = Case.objects.get(pk=opened.case.pk)
    assert case.assigned_body == "agence-des-moulins"
    said = StrictClient().get(f"/suivi/{opened.token}/").content.decode()
    assert "Agence des Moulins" in said
    assert "Entente de fusion." in said
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"reorganise_bodies", "case_reorganised"} <= actions
    dead = StrictClient().get("/organismes/cld/", follow=True)
    assert dead.redirect_chain == [("/organismes/agence-des-moulins/?de=cld", 302)]


def test_what_changed_since_the_preview_is_shown_again_rather_than_saved(adviser_client: StrictClient) -> None:
    kept = count_lines()
    text = post(adviser_client, "merge", {**MERGER, "seen": "rien"}, status=400)
    assert "Quelque chose a changé entre-temps" in text
    assert "Agence des Moulins" in text, "what was typed is kept"
    assert count_lines() == kept


def test_one_may_come_back_to_the_form_with_what_was_typed(adviser_client: StrictClient) -> None:
    text = post(adviser_client, "merge", {**MERGER, "again": "1"})
    assert 'value="Agence des Moulins"' in text
    assert text.count("checked") == 2


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("rename", {"body": "cld", "on": "2020-01-01", "name": "Le Nouveau"}, "Le Nouveau"),
        ("dissolve", {"body": "centre", "on": "2020-01-01", "into": ""}, "plus aucun organisme"),
        ("dissolve", {"body": "centre", "on": "2020-01-01", "into": "pole"}, "Pôle régional"),
        ("move", {"matters": ["cld|need|start|640"], "on": "2020-01-01", "into": "centre"}, "Centre d’aide"),
    ],
)
def test_each_kind_is_foreseen_and_saved(
    adviser_client: StrictClient, kind: str, said: dict[str, Any], words: str
) -> None:
    assert words in post(adviser_client, kind, {**said, **ABOUT})
    kept = BodyEvent.objects.count() + BodyMandate.objects.count()
    assert "est enregistrée" in save(adviser_client, kind, {**said, **ABOUT}).content.decode()
    assert BodyEvent.objects.count() + BodyMandate.objects.count() > kept


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("merge", {**MERGER, "bodies": ["cld"], "into": "cld"}, "Il en faut deux"),
        ("merge", {**MERGER, "name": ""}, "Écrivez le nom du nouvel organisme"),
        ("merge", {**MERGER, "name": "Pôle régional"}, "porte le nom"),
        ("merge", {**MERGER, "name": "=1"}, "formule"),
        ("merge", {**MERGER, "on": "1999-01-01"}, "n’existe pas ce jour-là"),
        ("merge", {**MERGER, "reason": ""}, "obligatoire"),
        ("merge", {**MERGER, "bodies": ["cld", "pole"]}, "pole"),
        ("move", {"matters": ["cld|need|start|640", "centre|need|training|64015"], "on": "2020-01-01", "into": "+",
                  "name": "X", **ABOUT}, "plusieurs organismes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_written(
    adviser_client: StrictClient, kind: str, said: dict[str, Any], words: str
) -> None:
    kept = count_lines()
    assert words in post(adviser_client, kind, said, status=400)
    assert count_lines() == kept


def test_a_body_that_serves_beyond_the_adviser_s_territory_is_not_theirs(
    adviser_client: StrictClient, administrator_client: StrictClient
) -> None:
    offered = adviser_client.get(f"{ADDRESS}?kind=rename").content.decode()
    assert "CLD des Moulins" in offered
    assert "Pôle régional" not in offered
    assert "Pôle régional" in administrator_client.get(f"{ADDRESS}?kind=rename").content.decode()


def test_a_reorganisation_to_come_moves_no_file_yet(adviser_client: StrictClient, opened: OpenedCase) -> None:
    later = {**MERGER, "on": (TODAY + timedelta(days=30)).isoformat()}
    text = post(adviser_client, "merge", later)
    assert "Ce jour est à venir" in text
    assert opened.case.reference in text
    save(adviser_client, "merge", later)
    assert Case.objects.get(pk=opened.case.pk).assigned_body == "cld"
    assert "agence-des-moulins" in read_register().lives


def test_a_preview_asks_the_same_number_of_questions_however_many_files(
    adviser_client: StrictClient, adviser: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        request = NewRequest(
            need="start",
            territory_code="64015",
            words="x",
            name="y",
            email=f"a{number}@exemple.test",
            has_consented=True,
        )
        open_case(request=request, now=timezone.now())
    with django_assert_max_num_queries(45):
        assert "dossiers ouverts 5" in post(adviser_client, "merge", MERGER)
