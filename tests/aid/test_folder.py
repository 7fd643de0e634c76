"""The aids of a project: put in the folder by either side, followed step by step, corrected without rubbing out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

import essor.aid
from essor.accounts.audit import verify_chain
from essor.accounts.models import AppendOnlyError, AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.aid import guards
from essor.aid.actions import add_aid, correct_step, draft_aid, publish_aid, record_step, take_step_back
from essor.aid.models import FolderItem, FolderStep
from essor.aid.moves import Step
from essor.aid.queries.folder import export_folder, get_item, read_folder, sum_folder
from essor.aid.rules import AidError
from essor.aid.wording import explain
from essor.cases import guards as cases_guards
from essor.cases.actions import THE_PROMOTER, NewRequest, OpenedCase, close_case, erase_case, open_case
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import CaseError
from essor.directory import guards as directory_guards
from essor.knowledge.aids import load_aids
from tests.cases.test_races import run_together
from tests.pages import StrictClient

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ROOM = Path(essor.aid.__file__).parent
RAISING = (ROOM / "moves.py", ROOM / "actions" / "folder.py")
SLUG, CAP, NAME = "risq_technical_assistance", 10_000, "Prêt Aide technique"


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def opened(db: None, adviser: User) -> OpenedCase:
    asked = NewRequest(
        need="start", territory_code="64015", words="Une épicerie coopérative", name="Maude", email="m@exemple.test",
        has_consented=True,
    )  # fmt: skip
    return open_case(request=asked, now=NOW - 30 * DAY)


@pytest.fixture
def item(opened: OpenedCase) -> FolderItem:
    return add_aid(case=opened.case, slug=SLUG, by=THE_PROMOTER, now=NOW - 20 * DAY)


def record(item: FolderItem, code: str, days: int, by: object = THE_PROMOTER, **more: object) -> FolderStep:
    on = (NOW - days * DAY).date()
    return record_step(item=item, step=Step(code, on, **more), by=by, now=NOW)  # type: ignore[arg-type]


def refusal_of(deed: object) -> str:
    with pytest.raises((AidError, CaseError)) as caught:
        deed()  # type: ignore[operator]
    return str(caught.value.code)


def test_an_aid_goes_from_the_shortlist_to_the_money_on_both_sides(
    opened: OpenedCase, item: FolderItem, adviser: User
) -> None:
    record(item, "asked", 15, amount_cad=9_000)
    record(item, "obtained", 5, by=adviser, amount_cad=8_000)
    record(item, "paid", 1, by=adviser, amount_cad=3_000)
    record(item, "paid", 0, by=adviser, amount_cad=5_000)
    (line,) = read_folder(case=opened.case)
    assert [(step.code, step.party, step.amount_cad) for step in line.steps] == [
        ("shortlisted", "promoter", None),
        ("asked", "promoter", 9_000),
        ("obtained", "adviser", 8_000),
        ("paid", "adviser", 3_000),
        ("paid", "adviser", 5_000),
    ]
    totals = sum_folder([line])
    assert (totals.obtained_cad, totals.unsaid, totals.paid_cad) == (8_000, 0, 8_000)
    events = CaseEvent.objects.filter(case=opened.case, kind="aid")
    assert [event.facts["step"] for event in events] == ["shortlisted", "asked", "obtained", "paid", "paid"]
    assert AuditEvent.objects.filter(action="case_aid").count() == 5
    assert verify_chain().is_whole


def test_an_amount_that_was_not_said_is_not_zero(opened: OpenedCase, item: FolderItem) -> None:
    record(item, "asked", 15)
    record(item, "obtained", 5)
    totals = sum_folder(read_folder(case=opened.case))
    assert (totals.obtained_cad, totals.unsaid, totals.paid_cad) == (0, 1, 0)


def test_what_is_refused_changes_nothing(opened: OpenedCase, item: FolderItem) -> None:
    before = FolderStep.objects.count(), AuditEvent.objects.count()
    assert refusal_of(lambda: record(item, "paid", 0, amount_cad=5)) == "step-not-from-here"
    assert refusal_of(lambda: record(item, "asked", 0, amount_cad=CAP + 1)) == "amount-above-cap"
    assert refusal_of(lambda: record(item, "asked", 21)) == "step-before-last"
    assert refusal_of(lambda: add_aid(case=opened.case, slug=SLUG, by=THE_PROMOTER, now=NOW)) == "aid-already-there"
    assert refusal_of(lambda: add_aid(case=opened.case, slug="rien", by=THE_PROMOTER, now=NOW)) == "aid-unknown"
    assert (FolderStep.objects.count(), AuditEvent.objects.count()) == before


def test_a_refused_aid_may_come_back_as_another_line(opened: OpenedCase, item: FolderItem) -> None:
    record(item, "asked", 15)
    refused = record(item, "refused", 5, words="Enveloppe épuisée")
    add_aid(case=opened.case, slug=SLUG, by=THE_PROMOTER, now=NOW)
    assert [line.last.code for line in read_folder(case=opened.case)] == ["refused", "shortlisted"]
    taken_back = refusal_of(lambda: take_step_back(item=item, pk=refused.pk, by=THE_PROMOTER, now=NOW))
    assert taken_back == "aid-already-there", "it would be under way twice"


def test_a_correction_is_another_row_and_the_whole_line_must_still_hold(
    opened: OpenedCase, item: FolderItem, adviser: User
) -> None:
    asked = record(item, "asked", 15, amount_cad=9_000)
    record(item, "obtained", 5, amount_cad=8_000)

    def correct(step: FolderStep, days: int, amount: int | None) -> FolderStep:
        said = Step(step.code, (NOW - days * DAY).date(), amount)
        return correct_step(item=item, pk=step.pk, step=said, by=adviser, now=NOW)

    assert refusal_of(lambda: correct(asked, 4, 9_000)) == "step-before-last", "after the answer"
    assert refusal_of(lambda: correct(asked, 15, 9_000)) == "nothing-corrected"
    corrected = correct(asked, 16, 9_500)
    assert refusal_of(lambda: correct(asked, 17, 9_000)) == "step-gone"
    correct(corrected, 17, 9_500)
    (line,) = read_folder(case=opened.case)
    said = [(step.code, (NOW.date() - step.happened_on).days, step.amount_cad) for step in line.steps]
    assert said == [("shortlisted", 20, None), ("asked", 17, 9_500), ("obtained", 5, 8_000)]
    assert [step.amount_cad for step in line.corrected] == [9_000, 9_500]
    assert [event.facts["deed"] for event in CaseEvent.objects.filter(kind="aid")][-2:] == ["corrected", "corrected"]


def test_the_last_step_is_taken_back_and_the_aid_with_its_first(opened: OpenedCase, item: FolderItem) -> None:
    first, asked = item.steps.get(), record(item, "asked", 15)
    assert refusal_of(lambda: take_step_back(item=item, pk=first.pk, by=THE_PROMOTER, now=NOW)) == "step-not-last"
    take_step_back(item=item, pk=asked.pk, by=THE_PROMOTER, now=NOW)
    assert read_folder(case=opened.case)[0].last == first
    take_step_back(item=item, pk=first.pk, by=THE_PROMOTER, now=NOW)
    assert read_folder(case=opened.case) == []
    assert refusal_of(lambda: record(item, "asked", 1)) == "aid-taken-back"
    add_aid(case=opened.case, slug=SLUG, by=THE_PROMOTER, now=NOW)
    assert FolderStep.objects.count() == 5, "everything stays written"


def test_the_name_is_that_of_the_day(opened: OpenedCase, item: FolderItem, adviser: User, administrator: User) -> None:
    definition = next(one for one in load_aids() if one.id == SLUG)
    renamed = definition.model_copy(update={"name": definition.name.model_copy(update={"fr": "Un autre nom"})})
    revision = draft_aid(definition=renamed, by=adviser, now=NOW)
    publish_aid(revision=revision, by=administrator, now=NOW)
    record(item, "withdrawn", 2)
    add_aid(case=opened.case, slug=SLUG, by=THE_PROMOTER, now=NOW)
    assert [line.get_name("fr") for line in read_folder(case=opened.case)] == [NAME, "Un autre nom"]


def test_answers_and_payments_go_on_after_the_closing_but_no_aid_is_added(
    opened: OpenedCase, item: FolderItem, adviser: User
) -> None:
    close_case(case=opened.case, outcome="stopped", words="Le projet est en pause", by=adviser, now=NOW)
    record(item, "asked", 1)
    assert refusal_of(lambda: add_aid(case=opened.case, slug=SLUG, by=adviser, now=NOW)) == "case_closed"


def test_who_may_not_handle_the_file_may_not_touch_its_aids(item: FolderItem, opened: OpenedCase) -> None:
    stranger = User.objects.create_user("ailleurs@exemple.test", "un mot de passe long")
    stranger.roles.create(kind="adviser", body="Ailleurs", territory_code="610", starts_on=date(2010, 1, 1))
    with pytest.raises(NotAllowed):
        record(item, "asked", 1, by=stranger)
    with pytest.raises(NotAllowed):
        add_aid(case=opened.case, slug=SLUG, by=stranger, now=NOW)


@pytest.fixture
def _guarded(db: None) -> Iterator[None]:
    each = (directory_guards, cases_guards, guards)
    for one in each:
        one.install_guards(connection)
    yield
    for one in each:
        one.remove_guards(connection)


@pytest.mark.usefixtures("_guarded")
def test_the_database_itself_keeps_what_was_written(item: FolderItem) -> None:
    step = item.steps.get()
    with pytest.raises(AppendOnlyError):
        FolderStep.objects.update(words="autre")
    for change in (
        "UPDATE aid_folderstep SET amount_cad = 5, code = 'asked'",
        "UPDATE aid_folderstep SET words = 'autre'",
        "UPDATE aid_folderitem SET added_at = NULL",
        "DELETE FROM aid_folderstep",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    step.refresh_from_db()
    assert step.code == "shortlisted"


@pytest.mark.usefixtures("_guarded")
def test_an_erasure_blanks_the_words_and_keeps_what_counts(
    opened: OpenedCase, item: FolderItem, adviser: User, administrator: User
) -> None:
    record(item, "asked", 9)
    record(item, "refused", 3, words="Maude n’avait pas de plan")
    close_case(case=opened.case, outcome="stopped", words="Le projet est en pause", by=adviser, now=NOW)
    erase_case(case=opened.case, reason="asked", by=administrator, now=NOW)
    assert list(FolderStep.objects.values_list("code", "words")) == [
        ("shortlisted", ""), ("asked", ""), ("refused", ""),
    ]  # fmt: skip
    assert CaseEvent.objects.get(kind="erased").facts["erased"]["aid"] == 1
    kept = json.dumps([event.after for event in AuditEvent.objects.all()])
    assert "Maude" not in kept, "no trace ever held the words"
    assert refusal_of(lambda: record(item, "withdrawn", 1)) == "case_erased"


def follow(opened: OpenedCase, end: str = "") -> str:
    return f"/suivi/{opened.token}/aides/{end}"


def test_the_promoter_comes_from_their_file_chooses_among_the_answers_and_says_what_follows(
    opened: OpenedCase, public: StrictClient
) -> None:
    page = public.get(f"/suivi/{opened.token}/").content.decode()
    assert follow(opened) in page
    folder = public.get(follow(opened)).content.decode()
    found = re.search(r'href="(/trouver/\?[^"]+)"', folder)
    assert found
    question = public.get(found[1].replace("&amp;", "&"))
    assert "Mascouche" in question.content.decode()
    assert "no-store" in question["Cache-Control"]
    results = public.get(question.context["results"])
    form = re.search(rf'<input type="hidden" name="aid" value="{SLUG}">.*?</form>', results.content.decode(), re.DOTALL)
    assert form
    said = {"aid": SLUG, **dict(re.findall(r'name="(p|day)" value="([^"]*)"', form[0]))}
    added = public.post(follow(opened, "ajouter/"), said)
    assert added.status_code == 302
    again = public.get(added["Location"].partition("#")[0]).content.decode()
    assert "dans votre dossier" in again
    assert f'name="aid" value="{SLUG}"' not in again
    item = get_item(case=opened.case, pk=FolderItem.objects.get().pk)
    step = {"code": "asked", "on": "2026-11-25", "amount_cad": "12 000 $", "words": ""}
    refused = public.post(follow(opened, f"{item.pk}/etape/"), step)
    assert refused.status_code == 400
    assert "dépasse ce que le programme donne" in refused.content.decode()
    assert public.post(follow(opened, f"{item.pk}/etape/"), step | {"amount_cad": "9 000 $"}).status_code == 302
    page = public.get(follow(opened)).content.decode()
    assert ("9 000 $" in page.replace("\u00a0", " "), "noté par vous" in page) == (True, True)
    english = public.get(f"/en{follow(opened)}").content.decode()
    assert "asked for" in english


def test_the_adviser_adds_records_and_corrects_and_the_promoter_reads_it(
    opened: OpenedCase, adviser_client: StrictClient, public: StrictClient
) -> None:
    path = f"/dossiers/{opened.case.reference}/aides/"
    assert path in adviser_client.get(f"/dossiers/{opened.case.reference}/").content.decode()
    assert adviser_client.post(f"{path}ajouter/", {"aid": SLUG, "on": "2026-11-02"}).status_code == 302
    pk = FolderItem.objects.get().pk
    for step in (
        {"code": "asked", "on": "2026-11-03", "amount_cad": "8000", "words": ""},
        {"code": "obtained", "on": "2026-11-20", "amount_cad": "", "words": ""},
    ):
        assert adviser_client.post(f"{path}{pk}/etape/", step).status_code == 302
    assert "et 1 aide dont le montant n’est pas dit" in public.get(follow(opened)).content.decode()
    last = FolderStep.objects.get(code="obtained").pk
    said = {"step": str(last), "on": "2026-11-20", "amount_cad": "7500", "words": ""}
    assert adviser_client.post(f"{path}{pk}/corriger/", said).status_code == 302
    page = public.get(follow(opened)).content.decode().replace("\u00a0", " ")
    assert ("7 500 $" in page, "noté par Camille Conseil" in page, "1 ligne corrigée depuis" in page) == (True,) * 3
    timeline = adviser_client.get(f"/dossiers/{opened.case.reference}/").content.decode().replace("\u00a0", " ")
    assert f"{NAME}, corrigé : obtenue le 20 novembre 2026 (7 500 $)" in timeline
    gone = adviser_client.post(f"{path}{pk}/corriger/", said)
    assert gone.status_code == 400
    wrong = adviser_client.post(f"{path}ajouter/", {"aid": SLUG, "on": "2026-11-20"})
    assert (wrong.status_code, "déjà au dossier" in wrong.content.decode()) == (400, True)


def test_a_link_that_opens_nothing_gives_an_ordinary_finder(opened: OpenedCase, public: StrictClient) -> None:
    page = public.get("/trouver/resultats/", {"dossier": "rien"}).content.decode()
    assert "Mettre dans mon dossier" not in page
    assert public.get("/suivi/rien/aides/").status_code == 404
    assert public.post(follow(opened, "999/etape/"), {}).status_code == 404


def test_what_is_taken_away_holds_the_folder(opened: OpenedCase, item: FolderItem, public: StrictClient) -> None:
    record(item, "asked", 9, amount_cad=500)
    taken = public.get(f"/suivi/{opened.token}/donnees.json").json()
    assert taken["aid"] == export_folder(Case.objects.get())
    assert [step["amount_cad"] for step in taken["aid"][0]["steps"]] == [None, 500]


def test_the_page_asks_as_many_questions_with_one_aid_as_with_all(
    opened: OpenedCase, item: FolderItem, public: StrictClient
) -> None:
    public.get(follow(opened))

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            public.get(follow(opened))
        return len(seen)

    with_one = count()
    for definition in load_aids():
        if definition.id != SLUG:
            add_aid(case=opened.case, slug=definition.id, by=THE_PROMOTER, now=NOW)
    assert count() == with_one <= 6


def test_a_folder_has_a_bound(item: FolderItem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("essor.aid.actions.folder.MOST_STEPS", 2)
    record(item, "asked", 9)
    assert refusal_of(lambda: record(item, "obtained", 8)) == "folder-full"
    assert FolderStep.objects.count() == 2


def test_every_refusal_has_its_sentence_in_both_languages() -> None:
    facts = {
        "allowed": ("asked",), "on": NOW.date(), "last": NOW.date(), "limit": 5, "amount": 9, "cap": 8, "granted": 7,
        "aid": SLUG,
    }  # fmt: skip
    codes = set(re.findall(r'AidError\(\s*"([a-z-]+)"', "".join(file.read_text(encoding="utf-8") for file in RAISING)))
    assert {"step-not-from-here", "paid-above-obtained", "folder-full"} <= codes
    for code in codes:
        amounts = {"amount", "cap"} if code == "amount-above-cap" else {"amount", "granted"}
        said = {name: facts[name] for name in amounts} if "above" in code else facts
        with override("fr"):
            french = explain(AidError(code, **said))
        with override("en"):
            assert explain(AidError(code, **said)) != french


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_sides_at_once_put_an_aid_once_and_pay_no_more_than_was_granted(opened: OpenedCase, adviser: User) -> None:
    def add(by: object) -> Callable[[], object]:
        return lambda: add_aid(case=opened.case, slug=SLUG, by=by, now=NOW)  # type: ignore[arg-type]

    assert run_together(add(adviser), add(THE_PROMOTER)) == ["aid-already-there", "done"]
    item = FolderItem.objects.select_related("case", "aid", "revision").get()
    record(item, "asked", 0)
    record(item, "obtained", 0, amount_cad=8_000)

    def pay() -> object:
        return record(item, "paid", 0, amount_cad=5_000)

    assert run_together(pay, pay) == ["done", "paid-above-obtained"]
