"""Past files from a spreadsheet, and what the files of a programme say of its target."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.cases.models import Case, CaseEvent
from essor.knowledge import load_latest_workflow, load_workflows
from essor.knowledge.plain import find_demo_startups
from essor.methods.forecast import OPENED, ForecastError
from essor.programmes.actions import import_files
from essor.programmes.models import Agreement, Enrolment
from essor.programmes.queries.journeys import (
    list_stages,
    read_forecasts,
    read_journeys,
    try_forecasts,
)
from essor.programmes.spreadsheets import read_rows
from essor.project.shipped import load_shipped
from tests.pages import StrictClient

from .conftest import DAY, NOW, open_file

LINE = {
    "Projet": "Épicerie", "Lieu": "Mascouche", "Idée": "2018-01-08", "Orientation": "2018-01-20",
    "Prédémarrage": "2018-03-01", "Réalisation": "2018-08-30", "Fermé le": "", "Issue": "", "Issue en mots": "",
}  # fmt: skip
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*lines: dict[str, str]) -> Path:
        path = tmp_path / "dossiers.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
        return path

    return written


def run(*words: str) -> str:
    out = StringIO()
    call_command("programme", *words, stdout=out)
    return out.getvalue()


def test_the_workflow_of_start_ups_goes_on_from_a_request() -> None:
    startup = load_latest_workflow("startup")
    request = load_workflows()["request", 1]
    assert request.list_codes() <= startup.list_codes()
    assert list_stages()[0] == "received"
    assert list_stages()[-1] == "disbursement"
    assert all(startup.get_stage(stage).prior for stage in list_stages())


def test_past_files_enter_at_once_or_not_at_all(agreement: Agreement, write: Write) -> None:
    refused = LINE | {
        "Projet": "Café", "Fermé le": "2018-06-01", "Issue": "Refusé", "Réalisation": "", "Issue en mots": "Trop petit",
    }  # fmt: skip
    path = write(LINE, refused)
    assert "Dossiers entrés" in run("import", str(path), "--programme", "essai")
    opened, closed = Case.objects.order_by("pk")
    assert (opened.stage, opened.promoter_email, opened.consent_at) == ("running", "", None)
    assert (closed.stage, closed.outcome_code, closed.outcome_words) == ("closed", "refused", "Trop petit")
    assert Enrolment.objects.get(case=opened).entered_on == date(2018, 1, 8)
    kinds = list(CaseEvent.objects.filter(case=closed).values_list("kind", flat=True))
    assert kinds == ["opened", "programme", "moved", "moved", "closed"]
    assert AuditEvent.objects.filter(action="import_files").count() == 1
    with pytest.raises(CommandError, match="déjà là") as again:
        run("import", str(path), "--programme", "essai")
    assert again.value.returncode == 1
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"Projet": ""}, "il manque le nom"),
        ({"Lieu": "Nulle part"}, "ne s’appelle"),
        ({"Orientation": "20 janvier"}, "n’est pas une date"),
        ({"Orientation": "2017-01-20"}, "mais avant dans le temps"),
        ({"Réalisation": "2999-01-01"}, "est à venir"),
        ({"Fermé le": "2018-09-01"}, "n’est pas une issue"),
        ({"Issue": "Refusé"}, "n’est pas une issue"),
        ({"Fermé le": "2018-09-01", "Issue": "Refusé"}, "se dit en mots"),
        ({"Idée": "", "Orientation": "", "Prédémarrage": "", "Réalisation": ""}, "aucune étape"),
    ],
)
def test_a_line_that_cannot_be_is_told_and_nothing_enters(
    agreement: Agreement, write: Write, said: dict[str, str], words: str
) -> None:
    with pytest.raises(CommandError, match=r"ligne.3") as refused:
        run("import", str(write(LINE, LINE | {"Projet": "Café"} | said)), "--programme", "essai")
    assert words in str(refused.value)
    assert not Case.objects.exists()


def test_a_spreadsheet_that_says_something_else_is_refused(agreement: Agreement, write: Write, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Colonnes inconnues") as refused:
        run("import", str(write(LINE | {"Courriel": "x"})), "--programme", "essai")
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="ne se lit pas"):
        run("import", str(tmp_path / "absent.csv"), "--programme", "essai")


def test_an_adviser_enters_no_past_file(agreement: Agreement, adviser: User, write: Write) -> None:
    with pytest.raises(NotAllowed):
        import_files(programme=agreement.programme, rows=read_rows(write(LINE)), name="x", by=adviser, now=NOW)


def test_a_file_arrives_when_it_enters_the_programme(agreement: Agreement, adviser: User) -> None:
    open_file(until="to_plan")
    ((_place, journey),) = [(one.territory_code, one.journey) for one in read_journeys(agreement.programme)]
    assert [move.stage for move in journey.moves] == ["plan"]
    assert journey.moves[0].on == (NOW - 90 * DAY).date()


def test_each_part_of_the_tree_has_its_forecast(guards: None, client: StrictClient) -> None:
    load_shipped(now=NOW)
    run("import", str(find_demo_startups("jec")))
    told = json.loads(run("forecast", "--on", "2020-06-01", "--json", "--back-test"))
    whole, part = told["targets"]
    assert (whole["code"], whole["target"], part["code"], part["target"]) == ("quebec", 200, "lanaudiere", 15)
    assert (told["target"], told["opened"]) == (200, whole["opened"])
    low, high = part["interval_80"]
    assert part["opened"] <= low < high
    assert low <= part["mean"] <= high
    assert 0 < part["probability"] < 1
    assert whole["probability"] < part["probability"]
    assert told["back_test"]["n"] == 10
    assert all((one["interval_80"][0] <= one["came"] <= one["interval_80"][1]) == one["is_inside"]
               for one in told["back_test"]["trials"])  # fmt: skip
    assert "Lanaudière" in run("forecast", "--on", "2020-06-01", "--back-test")
    page = client.get("/programmes/jec/", {"on": "2020-06-01"}).content.decode()
    assert "Chances d’atteindre la cible" in page
    assert "Au rythme d’ici là" in page
    with pytest.raises(CommandError, match="commence le"):
        run("forecast", "--on", "2010-01-01")
    assert "commence le" in client.get("/programmes/jec/", {"on": "2010-01-01"}).content.decode()


def test_once_the_horizon_has_passed_what_came_is_told(guards: None) -> None:
    load_shipped(now=NOW)
    run("import", str(find_demo_startups("jec")))
    told = json.loads(run("forecast", "--on", "2023-06-01", "--json"))
    part = told["targets"][1]
    opened = sum(one.journey.ended(OPENED) is not None for one in read_journeys(Enrolment.objects.all()[0].programme))
    assert (part["opened"], part["interval_80"], part["probability"]) == (opened, [opened, opened], 0.0)
    assert part["extra_a_month_for_even"] is None


def test_with_few_files_it_says_so(agreement: Agreement, write: Write) -> None:
    run("import", str(write(LINE)), "--programme", "essai")
    (whole, _part) = read_forecasts(agreement.programme, on=date(2018, 9, 3))
    assert whole.forecast.is_thin
    low, high = whole.forecast.interval
    assert high - low >= 5
    assert "Trop peu de dossiers" in run("forecast", "--programme", "essai", "--on", "2018-09-03")
    assert try_forecasts(agreement.programme, on=date(2018, 9, 3)).coverage is None
    with pytest.raises(ForecastError, match="not-started"):
        read_forecasts(agreement.programme, on=date(2017, 1, 1))


def test_a_forecast_is_made_once_until_something_happens(
    agreement: Agreement, adviser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from essor.programmes.queries import journeys
    from essor.programmes.queries.journeys import forecast_targets

    made: list[Any] = []

    def make(*args: Any, **said: Any) -> Any:
        made.append(1)
        return forecast_targets(*args, **said)

    monkeypatch.setattr(journeys, "forecast_targets", make)
    for _reading in range(3):
        read_forecasts(agreement.programme, on=date(2018, 9, 3))
    assert len(made) == 1
    open_file()
    read_forecasts(agreement.programme, on=date(2018, 9, 3))
    assert len(made) == 2
