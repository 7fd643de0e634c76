from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.permissions import Audience, open_to
from essor.aid.answers import list_nearest
from essor.aid.forms import AnswerForm
from essor.aid.frames import Frame
from essor.aid.links import Asked, read_link, write_link
from essor.aid.queries import Search, find_one_place, list_near_places, search_aids
from essor.aid.queries.folder import list_shelved
from essor.aid.queries.known_answers import Known, KnownAnswer, read_known
from essor.aid.rules import GROUPS, PLACE, AidError, Found
from essor.aid.terms import find_repayment, say_amount
from essor.aid.wording import say_answer, say_verdict
from essor.cases.profiles import sign_profile
from essor.cases.queries import find_case_by_token
from essor.cases.views.private import View, keep_private
from essor.design.wording import write_day
from essor.directory.views.asking import read_language
from essor.knowledge.questions import QuestionDefinition, load_questions
from essor.knowledge.variables import CHOICES
from essor.methods.criteria import Requirement
from essor.methods.variables import FALSE, TRUE
from essor.territories.queries import list_names
from essor.territories.rules import fold

FROM_FILE, OF = "dossier", "organisation"
IN_A_FRAME = {"find_aid": "aid_frame", "aid_results": "aid_frame_results"}
LONGEST_TOKEN = 100
MOST_NAMED = 5
LOST = gettext_lazy("Ce lien n’est plus entier : les réponses qu’il portait sont perdues. Recommençons.")


@dataclass(frozen=True, slots=True)
class Visit:
    """One reading of the address: what was answered, the day of asking, what it gives.

    ``token``: of the promoter's link, where they come from their file; what they choose goes there. ``frame``: the
    colours of the partner whose page shows it, None on a page of its own. ``known``: the organisation asked for, whose
    public facts answer what is not answered otherwise. ``is_lost``: the address was altered.
    """

    asked: Asked
    on: date
    search: Search
    token: str = ""
    frame: Frame | None = None
    known: Known | None = None
    is_lost: bool = False

    def address(self, name: str, asked: Asked, **more: str) -> str:
        """Inside a partner's frame, the journey stays there; all else opens on a page of its own."""
        organisation = self.known.key if self.known else ""
        words = {"p": write_link(asked), "on": self.day, FROM_FILE: self.token, OF: organisation} | more
        if self.frame is not None and name in IN_A_FRAME:
            name, words = IN_A_FRAME[name], words | self.frame.as_words()
        kept = {key: word for key, word in words.items() if word}
        return reverse(name) + (f"?{urlencode(kept)}" if kept else "")

    @property
    def day(self) -> str:
        """The day of asking as the address holds it: empty for today."""
        return self.on.isoformat() if self.on != timezone.localdate() else ""


def keep_private_from_file(view: View) -> View:
    """An address that holds the token of a file is told to nobody, as those of the file."""
    private = keep_private(view)

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponseBase:
        return private(request) if FROM_FILE in request.GET else view(request)

    return cast(View, shown)


def read_visit(request: HttpRequest, *, frame: Frame | None = None) -> Visit:
    """A link that was altered, or whose answers are no longer possible, falls back to an empty profile, and says so."""
    asked = read_link(request.GET.get("p", ""))
    token, key = ("", "") if frame else (request.GET.get(name, "")[:LONGEST_TOKEN] for name in (FROM_FILE, OF))
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = timezone.localdate()
    known = _find_known(key, on) if key else None
    if asked is not None:
        asked = _complete(asked, known)
        try:
            return Visit(asked, on, search_aids(asked, on=on, language=read_language()), token, frame, known)
        except AidError:
            asked = None
    if frame is None:  # a message may need a cookie: the frame says it by itself
        messages.warning(request, LOST)
    asked = _complete(Asked(), known)
    return Visit(asked, on, search_aids(asked, on=on, language=read_language()), token, frame, known, is_lost=True)


def _find_known(key: str, on: date) -> Known:
    known = read_known(key, on=on, known_at=timezone.now())
    if known is None:
        raise Http404(_("Aucune organisation n’a cette adresse."))
    return known


def _complete(asked: Asked, known: Known | None) -> Asked:
    """With what facts answer, where the visitor answered nothing, not even « I do not know »."""
    facts = {name: answer.value for name, answer in known.answers.items()} if known else {}
    kept = {name: value for name, value in facts.items() if name not in asked.skipped}
    return Asked(kept | dict(asked.said), asked.skipped)


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private_from_file
def ask_question(request: HttpRequest) -> HttpResponse:
    return answer_question(request, read_visit(request))


@open_to(Audience.PUBLIC)
@require_safe
@keep_private_from_file
def show_results(request: HttpRequest) -> HttpResponse:
    return answer_results(request, read_visit(request))


def answer_question(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The question that settles most for least effort; or the one that the visitor wants to change."""
    questions = load_questions()
    wanted = request.GET.get("question", "")
    name = wanted if wanted in questions else visit.search.next_question
    if name is None:
        return redirect(visit.address("aid_results", visit.asked))
    if request.method == "POST" and "skip" in request.POST:
        return redirect(visit.address("find_aid", visit.asked.answer(name, None)))
    form = AnswerForm(
        request.POST or None,
        question=questions[name],
        language=read_language(),
        find_place=lambda text: find_one_place(text, visit.on),
        list_near=lambda text: list_near_places(text, visit.on),
        initial={"answer": _write_again(questions[name], visit)},
    )
    if form.is_valid():
        return redirect(visit.address("find_aid", visit.asked.answer(name, form.cleaned_data["answer"])))
    context = {
        "form": form,
        "touched": 0 if wanted == name else visit.search.touched,
        "results": visit.address("aid_results", visit.asked),
        "here": visit.address("find_aid", visit.asked, question=wanted),
        **tell_visit(visit),
    }
    return render(request, "aid/question.html", context, status=400 if form.is_bound else 200)


def _write_again(question: QuestionDefinition, visit: Visit) -> Any:
    """What was answered before, as the field takes it."""
    said = visit.asked.said.get(question.id)
    if isinstance(said, bool):
        return TRUE if said else FALSE
    if said is None or question.kind in CHOICES:
        return said
    places = list_names(visit.on, read_language()) if question.kind == "place" else {}
    return say_answer(question, said, read_language(), place_names=places)


def answer_results(request: HttpRequest, visit: Visit) -> HttpResponse:
    names = list_names(visit.on, read_language())
    context = {
        "more": visit.address("find_aid", visit.asked) if visit.search.next_question else "",
        "groups": [_show_group(group, visit, names) for group in GROUPS],
        "link": write_link(visit.asked),
        "day": visit.day,
        "token": visit.token,
        "plan": visit.address("aid_plan", visit.asked),
        "receipt": visit.address("aid_receipt_give", visit.asked),
        "alert": visit.address("aid_alert", visit.asked),
        "calendar": visit.address("aid_calendar", visit.asked),
        "why": _find_why(request.GET.get("why", "")[:100], visit, names),
        **tell_visit(visit),
    }
    return render(request, "aid/results.html", context)


def _show_group(group: str, visit: Visit, names: Mapping[str, str]) -> dict[str, Any]:
    """Those that may be asked for first; those that may not that day are apart."""
    aids = [_show(found, visit, names) for found in visit.search.found if found.group == group]
    return {
        "answer": group,
        "n": len(aids),
        "open": [aid for aid in aids if not aid["is_closed"]],
        "closed": [aid for aid in aids if aid["is_closed"]],
    }


def _find_why(text: str, visit: Visit, names: Mapping[str, str]) -> dict[str, Any]:
    """« Why is this aid not in my list? »: those whose name or provider holds every word asked."""
    words = fold(text).split()
    named = [one for one in visit.search.found if words and all(word in _fold_names(one) for word in words)]
    aids = [_show(one, visit, names) for one in named[:MOST_NAMED]]
    return {"text": text.strip(), "aids": aids, "more": len(named) - len(aids)}


def _fold_names(found: Found) -> str:
    definition = found.programme.definition
    return fold(f"{definition.name.fr} {definition.name.en} {definition.provider}")


def _find_folder(token: str) -> dict[str, Any] | None:
    """The file that the visitor comes from, while it is open: its page, where to add, what is there already."""
    case = find_case_by_token(token=token) if token else None
    if case is None or case.closed_at is not None:
        return None
    page, add = (reverse(name, args=[token]) for name in ("case_follow_aids", "case_follow_aids_add"))
    return {"page": page, "add": add, "shelved": list_shelved(case=case)}


def tell_visit(visit: Visit) -> dict[str, Any]:
    """What was answered, each with the address that changes it, and how many programmes answer what."""
    places = list_names(visit.on, read_language())
    answers: list[dict[str, Any]] = [
        {
            **answer,
            "change": visit.address("find_aid", visit.asked, question=answer["question"]),
            "known": _find_fact(visit, answer["question"]),
        }
        for answer in list_answers(visit.asked, visit.on)
    ]
    counts = {group: sum(one.group == group for one in visit.search.found) for group in GROUPS}
    words = {answer["label"]: answer["said"] for answer in answers}
    talk = {"profile": sign_profile(words, visit.asked.said)} if answers else {}
    if place := places.get(str(visit.asked.said.get(PLACE, ""))):
        talk["place"] = place
    frame = visit.frame.as_words() if visit.frame else {}
    return {
        "layout": "design/page.html" if visit.frame is None else "aid/frame.html",
        "is_framed": visit.frame is not None,
        "frame": frame,
        "colours": reverse("aid_frame_colours") + (f"?{urlencode(frame)}" if frame else ""),
        "lost": LOST if visit.is_lost else "",
        "whole": replace(visit, frame=None).address("aid_results", visit.asked),
        "answers": answers,
        "counts": counts,
        "organisation": visit.known,
        "without": replace(visit, known=None).address("find_aid", Asked()),
        "on": visit.on,
        "again": visit.address("find_aid", Asked()),
        "folder": _find_folder(visit.token),
        "talk": reverse("case_open") + (f"?{urlencode(talk)}" if talk else ""),
    }


def list_answers(asked: Asked, on: date) -> list[dict[str, str]]:
    """What was answered, in words, by question."""
    questions, language = load_questions(), read_language()
    places = list_names(on, language)
    return [
        {
            "question": name,
            "label": getattr(questions[name].label, language),
            "said": say_answer(questions[name], asked.said.get(name), language, place_names=places),
        }
        for name in (*asked.said, *asked.skipped)
        if name in questions
    ]


def _find_fact(visit: Visit, question: str) -> KnownAnswer | None:
    """The fact that this answer comes from; None where the visitor answered otherwise."""
    fact = visit.known.answers.get(question) if visit.known else None
    return fact if fact and fact.value == visit.asked.said.get(question) else None


def _show(found: Found, visit: Visit, place_names: Mapping[str, str]) -> dict[str, Any]:
    definition, language = found.programme.definition, read_language()
    ends_before = found.ruled.version.period.ends_before
    has_ended = found.window.state == "closed" and ends_before is not None and ends_before <= visit.on
    return {
        "slug": found.programme.slug,
        "answer": found.outcome.answer,
        "name": getattr(definition.name, language),
        "provider": definition.provider,
        "verdict": say_verdict(found, language),
        "window": found.window.words(language, say_date=write_day),
        "is_open": found.window.state == "open",
        "is_closed": found.window.state == "closed",
        "ended_on": ends_before - timedelta(days=1) if has_ended and ends_before else None,
        "amount": say_amount(definition.amount),
        "is_repaid": find_repayment(definition) != "nothing",
        "requirements": [
            {"words": getattr(one, language), "state": _find_state(one, visit.asked), "source": _find_source(one)}
            for one in found.outcome.requirements
        ],
        "nearest": list_nearest(found, language=language, place_names=place_names),
        "judgement": [words[language] for words in found.outcome.judgement],
        "uncertain": [getattr(words, language) for words in definition.uncertain],
        "sources": definition.sources,
        "note": getattr(definition.note, language) if definition.note else "",
    }


def _find_state(requirement: Requirement, asked: Asked) -> str:
    """« to_do »: what is missing is not an answer but a choice still to be made, such as a legal form."""
    questions = load_questions()
    undecided = {name: one.undecided.code for name, one in questions.items() if one.undecided}
    is_to_do = all(asked.said.get(name) == undecided.get(name, "") for name in requirement.variables)
    return "to_do" if requirement.state == "missing" and is_to_do else requirement.state


def _find_source(requirement: Requirement) -> str:
    """The page that says it, where the rule names one of its own."""
    return next((source for source in requirement.sources if source.startswith("http")), "")
