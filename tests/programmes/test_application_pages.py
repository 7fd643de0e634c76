"""An application's pages: one section at a time, saved by hand or by itself, read by both sides and a committee."""

from __future__ import annotations

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from essor.accounts.models import User
from essor.cases.access import make_token
from essor.cases.actions import THE_PROMOTER, move_case
from essor.cases.models import Case
from essor.knowledge.applications import load_latest_application, read_application
from essor.programmes.actions import Invited, call_sitting, declare_interest, deposit_application
from essor.programmes.application_pages import say_progress
from essor.programmes.invitations import make_person_token
from essor.programmes.models import ApplicationDeposit, Programme
from essor.programmes.queries import applications as queries
from tests.pages import StrictClient

from .conftest import NOW, TODAY
from .test_applications import PDF, add_person, agreement, attach, complete, file, read, save, started

__all__ = ["agreement", "file", "started"]


def test_a_later_form_and_later_rules_are_shown_and_never_applied(
    started: Case, adviser_client: StrictClient, client: StrictClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = load_latest_application("jec").model_dump(mode="json") | {"version": 2}
    first = form["sections"][0]["fields"]
    first[0]["longest"], first[1]["code"] = 50, "resume"
    monkeypatch.setattr(queries, "load_latest_application", lambda _id: read_application(form))
    sheet = [{"code": "mission", "fr": "Mission", "en": "Purpose", "weight": 30}]
    Programme.objects.update(scoresheet=sheet)
    for reader, page in (
        (client, reverse("case_follow_application", args=[make_token(started.reference)])),
        (adviser_client, reverse("case_application", args=[started.reference])),
    ):
        text = reader.get(page).content.decode().replace("\xa0", " ")
        assert "« Nom du projet » : changé (sa longueur)" in text
        assert "« Ce que l’entreprise fera » : retiré" in text
        assert "« Ce que l’entreprise fera » : ajouté" in text
        assert "Rien de la version 2 ne s’y applique" in text
        assert "Grille du comité, « Mission » : ajouté" in text
    save(started, name="x" * 120)
    assert read(started).form.version == 1


def section(case: Case, code: str = "project", token: str = "") -> str:
    return reverse("case_follow_application_section", args=[token or make_token(case.reference), code])


def test_what_looks_like_a_slip_is_said_and_files_all_the_same(started: Case, client: StrictClient) -> None:
    complete(started)
    preview = reverse("case_follow_application_preview", args=[make_token(started.reference)])
    save(started, cost=300_000, asked=300_000, opens_on="2400-01-01")
    assert "À relire" not in client.get(preview).content.decode()
    save(started, asked=300_001, opens_on="2018-01-01")
    told = client.get(preview).content.decode()
    assert "la somme demandée dépasse le coût" in told
    assert "le jour d’ouverture prévu est déjà passé" in told
    deposit_application(case=started, by=THE_PROMOTER, now=NOW)


def test_the_overview_says_which_parts_are_ready_and_how_much_is_answered(started: Case, client: StrictClient) -> None:
    save(started, need="Plus d’épicerie.")
    page = reverse("case_follow_application", args=[make_token(started.reference)])
    told = client.get(page).content.decode()
    assert told.count("prête à déposer") == 1
    assert "1 réponse sur 3" in told
    need = read(started).form.sections[2]
    with translation.override("en"):
        assert say_progress(need, read(started).values) == "1 of 3 answered"


def takes(client: StrictClient, address: str) -> bool:
    """Whether the paper is sent, whole."""
    answer = client.get(address)
    if answer.status_code != 200:
        return False
    assert answer.getvalue() == PDF
    return True


def marks(page: str) -> str:
    return unescape(page.partition('name="shown_marks" value="')[2].partition('"')[0])


def test_a_section_is_saved_without_script(started: Case, client: StrictClient) -> None:
    shown = marks(client.get(section(started)).content.decode())
    sent = {"name": "Épicerie", "summary": "a\r\nb", "legal_form": "", "stage": "", "shown_marks": shown}
    answer = client.post(section(started), sent)
    assert answer["Location"] == f"{section(started, 'group')}#contenu"
    assert read(started).values == {"name": "Épicerie", "summary": "a\nb"}
    wrong = client.post(section(started, "jobs"), {"jobs": "deux", "fte": "1,5"})
    assert wrong.status_code == 400
    assert 'value="deux"' in wrong.content.decode(), "what was typed is not lost"
    assert read(started).values["fte"] == "1.5"


def test_a_section_saves_itself_and_tells_so(started: Case, client: StrictClient) -> None:
    shown, headers = marks(client.get(section(started)).content.decode()), {"HX-Request": "true"}
    answer = client.post(section(started), {"name": "Épi", "shown_marks": shown}, headers=headers)
    text = answer.content.decode().replace("\xa0", " ")
    assert "Enregistré à" in text
    assert "<html" not in text
    again = client.post(section(started), {"name": "Épicerie", "shown_marks": marks(text)}, headers=headers)
    assert read(started).values == {"name": "Épicerie"}
    said = {"jobs": "-3", "fte": "1", "shown_marks": "{}"}
    told = client.post(section(started, "jobs"), said, headers=headers).content.decode()
    assert "pas enregistré" in told
    assert read(started).values == {"name": "Épicerie", "fte": "1"}
    assert again.status_code == 200


def test_what_another_wrote_in_a_box_that_one_did_not_touch_survives(started: Case, client: StrictClient) -> None:
    lou, headers = Invited(add_person(started)), {"HX-Request": "true"}
    shown = marks(client.get(section(started)).content.decode())
    save(started, lou, summary="De Lou.", name="De Lou aussi")
    mine = {"name": "Épi", "summary": "", "legal_form": "coop", "shown_marks": shown}
    told = client.post(section(started), mine, headers=headers).content.decode()
    assert "Nom du projet" in told
    assert "Ce que l’entreprise fera" not in told, "it was not touched"
    for _turn in range(2):
        mine["shown_marks"] = marks(client.post(section(started), mine, headers=headers).content.decode())
    asked = client.post(section(started), mine)
    assert asked.status_code == 409
    text = asked.content.decode()
    assert "De Lou." in text, "the page now shows it"
    assert read(started).values == {"name": "De Lou aussi", "summary": "De Lou.", "legal_form": "coop"}
    kept = {"name": "Épi", "summary": "De Lou.", "legal_form": "coop", "shown_marks": marks(text)}
    assert client.post(section(started), kept).status_code == 302
    assert read(started).values == {"name": "Épi", "summary": "De Lou.", "legal_form": "coop"}


def test_a_box_that_does_not_read_still_tells_what_another_wrote(started: Case, client: StrictClient) -> None:
    lou = Invited(add_person(started))
    shown = marks(client.get(section(started, "jobs")).content.decode())
    save(started, lou, jobs=4, fte="3")
    wrong = client.post(section(started, "jobs"), {"jobs": "deux", "fte": "", "shown_marks": shown})
    assert wrong.status_code == 400
    again = client.post(
        section(started, "jobs"), {"jobs": "2", "fte": "3", "shown_marks": marks(wrong.content.decode())}
    )
    assert again.status_code == 409
    assert "Lou Voisine y a mis" in again.content.decode()
    assert read(started).values == {"jobs": 4, "fte": "3"}


@pytest.mark.parametrize("shown", ["", "[]", "{", '{"name": 3}', "x" * 6000])
def test_made_up_marks_write_over_nothing(started: Case, client: StrictClient, shown: str) -> None:
    lou = Invited(add_person(started))
    save(started, lou, name="Chez Lou")
    answer = client.post(section(started), {"name": "Moi", "shown_marks": shown})
    assert answer.status_code == 409
    assert read(started).values == {"name": "Chez Lou"}


def test_the_second_of_two_is_told_what_the_first_wrote(started: Case, client: StrictClient) -> None:
    lou = make_person_token(started.reference, add_person(started).number)
    shown = marks(client.get(section(started)).content.decode())
    client.post(section(started, token=lou), {"name": "Chez Lou", "shown_marks": shown})
    answer = client.post(section(started), {"name": "Épicerie", "shown_marks": shown})
    text = answer.content.decode().replace("\xa0", " ")
    assert answer.status_code == 409
    assert "Lou Voisine y a mis « Chez Lou »" in text
    assert 'value="Épicerie"' in text
    kept = client.post(section(started), {"name": "Épicerie", "shown_marks": marks(answer.content.decode())})
    assert kept.status_code == 302
    assert read(started).values["name"] == "Épicerie"


def test_a_paper_is_joined_chosen_and_opened_by_both(started: Case, client: StrictClient) -> None:
    token, lou = make_token(started.reference), make_person_token(started.reference, add_person(started).number)
    join = reverse("case_follow_application_file", args=[lou, "budget"])
    client.post(join, {"file": SimpleUploadedFile("budget.pdf", PDF, "text/plain")})
    answer = read(started).answers["budget"]
    assert str(answer.co_applicant) == "Lou Voisine"
    paper = reverse("case_follow_application_document", args=[lou, answer.value])
    assert paper in client.get(section(started, "files", lou)).content.decode()
    assert takes(client, paper)
    other = attach(started)
    theirs = reverse("case_follow_application_document", args=[lou, other])
    assert not takes(client, theirs)
    client.post(reverse("case_follow_application_file", args=[token, "plan"]), {"chosen": str(other)})
    assert takes(client, theirs)
    refused = client.post(join, {"file": SimpleUploadedFile("budget.pdf", b"MZ\x90\x00 not a pdf")})
    assert refused.status_code == 400
    assert read(started).answers["budget"].value == answer.value
    assert client.post(join.replace("budget", "name"), {}).status_code == 404


def test_the_preview_names_what_is_missing_and_files(
    started: Case, client: StrictClient, adviser_client: StrictClient
) -> None:
    token = make_token(started.reference)
    page, file_it = (reverse(f"case_follow_application_{name}", args=[token]) for name in ("preview", "deposit"))
    text = client.get(page).content.decode()
    assert section(started, "files") in text
    assert "Déposer la demande" not in text
    assert client.post(file_it).status_code == 400
    complete(started)
    assert "Déposer la demande" in client.get(page).content.decode()
    assert "Ce qui est déposé ne se change plus" in client.post(file_it, follow=True).content.decode()
    assert client.get(section(started)).status_code == 302, "read only from now on"
    late = client.post(section(started), {"name": "Trop tard"})
    assert (late.status_code, 'value="Trop tard"' in late.content.decode()) == (409, True), "what was typed is not lost"
    shown = adviser_client.get(reverse("case_application", args=[started.reference])).content.decode()
    assert "Épicerie du coin" in shown
    version = reverse("case_application_version", args=[started.reference, 1])
    assert version in shown
    assert "Épicerie du coin" in adviser_client.get(version).content.decode()
    assert adviser_client.get(version.replace("/1/", "/2/")).status_code == 404
    taken = client.get(reverse("case_follow_data", args=[token])).json()["programme"]["application"]
    assert taken["answers"]["jobs"]["value"] == 0
    assert taken["deposits"][0]["sha256"] == ApplicationDeposit.objects.get().sha256


def test_a_withdrawn_adviser_and_a_stranger_read_nothing(
    started: Case, adviser: User, adviser_client: StrictClient, signed_in_client: StrictClient, public: StrictClient
) -> None:
    page = reverse("case_application", args=[started.reference])
    assert adviser_client.get(page).status_code == 200
    declare_interest(person=adviser, kind="kin", starts_on=TODAY, words="", case=started, organisation=None, now=NOW)
    withdrawn = adviser_client.get(page)
    assert (withdrawn.status_code, "vous vous en retirez" in withdrawn.content.decode()) == (403, True)
    assert signed_in_client.get(page).status_code in {302, 403}
    assert public.get(page).status_code in {302, 401, 403}
    assert public.get(reverse("case_follow_application", args=["x" * 43])).status_code == 404


def test_the_committee_reads_what_was_filed_and_not_what_is_written(
    started: Case, adviser: User, members: list[User], client: StrictClient
) -> None:
    complete(started)
    deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    for move in ("to_analysis", "to_committee"):
        move_case(case=started, move=move, by=adviser, now=NOW)
    sitting = call_sitting(
        programme=Programme.objects.get(slug="essai"), held_on=TODAY, quorum=2, members=members, cases=[started],
        by=adviser, now=NOW,
    )  # fmt: skip
    item = sitting.items.get()
    page = reverse("committee_application", args=[item.pk])
    client.force_login(members[0])
    assert page in client.get(reverse("committee_item", args=[item.pk])).content.decode()
    assert "Épicerie du coin" in client.get(page).content.decode()
    paper = read(started).answers["budget"].value
    assert takes(client, reverse("committee_application_paper", args=[item.pk, paper]))
    assert not takes(client, reverse("committee_application_paper", args=[item.pk, paper + 1]))
    declare_interest(person=members[0], kind="kin", starts_on=TODAY, words="", case=started, organisation=None, now=NOW)
    assert client.get(page).status_code == 403
    client.force_login(adviser)
    assert client.get(page).status_code in {403, 404}


def test_pages_ask_as_many_questions_whatever_was_written(started: Case, client: StrictClient) -> None:
    token = make_token(started.reference)
    pages = [reverse(f"case_follow_application{name}", args=[token]) for name in ("", "_preview")] + [section(started)]

    def count() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(page)
            found.append(len(asked))
        return found

    few = count()
    for number in range(8):
        lou = Invited(add_person(started, f"p{number}@exemple.test"))
        save(started, lou, name=f"Nom {number}", need=f"Besoin {number}", jobs=number)
    complete(started)
    assert count() == few
    assert max(few) <= 16
