"""Alerts: asked for without an account, confirmed by a letter, left by one click; and the dates as a calendar."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.limits import hold_back, tell_wait
from essor.accounts.permissions import Audience, open_to
from essor.aid import actions, tasks
from essor.aid.alert_forms import AlertForm
from essor.aid.alert_words import find_subscription
from essor.aid.calendars import write_dates
from essor.aid.links import Asked, read_link
from essor.aid.queries import find_for
from essor.aid.rules import AidError
from essor.aid.views.finder import list_answers
from essor.cases.views.private import keep_private
from essor.directory.views.asking import read_language


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def ask(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether the address is known or not."""
    asked = read_link(request.POST.get("p", "") or request.GET.get("p", "")) or Asked()
    form = AlertForm(request.POST or None, initial={"p": request.GET.get("p", "")})
    is_held_back = hold_back(request, form, "alert")
    if form.is_valid():
        actions.subscribe(
            email=form.cleaned_data["email"], said=asked.said, language=read_language(), now=timezone.now()
        )
        tasks.send_letters.enqueue()
        return render(request, "aid/alert_asked.html", {"email": form.cleaned_data["email"]})
    context = {"form": form, "answers": list_answers(asked, timezone.localdate())}
    page = render(request, "aid/alert_ask.html", context, status=400 if form.is_bound else 200)
    return tell_wait(page, "alert") if is_held_back else page


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def confirm(request: HttpRequest, word: str) -> HttpResponse:
    subscription = find_subscription(word)
    if subscription is None:
        raise Http404(_("Ce lien n’ouvre rien, ou plus rien : une demande non confirmée s’efface après trois jours."))
    if request.method == "POST":
        actions.confirm_subscription(subscription=subscription, now=timezone.now())
        return render(request, "aid/alert_done.html", {"is_left": False})
    answers = list_answers(Asked(subscription.said), timezone.localdate())
    return render(request, "aid/alert_confirm.html", {"answers": answers})


@csrf_exempt  # RFC 8058: a mail program posts it, without a page nor a cookie; the word of the address is what opens
@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def leave(request: HttpRequest, word: str) -> HttpResponse:
    """Reading the address leaves nothing: programs read the links of letters. Leaving twice is leaving."""
    subscription = find_subscription(word)
    if subscription is None:
        return render(request, "aid/alert_done.html", {"is_left": True})
    if request.method == "POST":
        actions.leave(subscription=subscription, now=timezone.now())
        return render(request, "aid/alert_done.html", {"is_left": True})
    return render(request, "aid/alert_leave.html", {})


@open_to(Audience.PUBLIC)
@require_safe
def send_calendar(request: HttpRequest) -> HttpResponse:
    """Of the profile that the address holds: a calendar program may read it again and again; nothing is kept."""
    return _answer_calendar(read_link(request.GET.get("p", "")) or Asked(), "", read_language())


@open_to(Audience.PUBLIC)
@require_safe
def send_aid_calendar(_request: HttpRequest, slug: str) -> HttpResponse:
    return _answer_calendar(Asked(), slug, read_language())


def _answer_calendar(asked: Asked, slug: str, language: str) -> HttpResponse:
    now = timezone.now()
    on = timezone.localdate(now)
    try:
        found = find_for(asked.said, on=on, language=language)
    except AidError as error:
        raise Http404(_("Ces réponses ne se relisent plus : recommencez le questionnaire.")) from error
    wanted = [one for one in found if not slug or one.programme.slug == slug]
    if slug and not wanted:
        raise Http404(_("Aucun programme ne porte ce nom."))
    content = write_dates(wanted, on=on, language=language, stamp=now)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="essor.ics"'
    return answer
