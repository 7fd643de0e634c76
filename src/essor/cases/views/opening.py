from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.accounts.limits import hold_back, tell_wait
from essor.accounts.permissions import Audience, open_to
from essor.cases import actions, queries, tasks
from essor.cases.forms import OpeningForm
from essor.cases.profiles import read_profile
from essor.cases.rules import CaseError
from essor.cases.views.private import keep_private, language_of_page
from essor.cases.wording import FIELDS, explain_error, write_usual

CARRIED = ("need", "place", "profile")


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def open_request(request: HttpRequest) -> HttpResponse:
    """What an address carries (need, place, signed profile) is filled in beforehand; it is never an obligation."""
    now, today = timezone.now(), timezone.localdate()
    initial = {name: request.GET[name][:8_000] for name in CARRIED if name in request.GET}
    form = OpeningForm(request.POST or None, initial=initial)
    is_held_back = hold_back(request, form, "help")
    if form.is_valid():
        try:
            place = queries.find_place(text=form.cleaned_data["place"], on=today)
            said = form.read_request(territory_code=place, language=language_of_page())
            opened = actions.open_case(request=said, now=now)
        except CaseError as error:
            name = FIELDS.get(error.code)
            form.add_error("person" if name == "name" else name, explain_error(error))
        else:
            tasks.send_letters.enqueue()
            messages.success(request, _("Votre demande est arrivée. Gardez l’adresse de cette page : elle est à vous."))
            return redirect("case_follow", opened.token)
    carried = str(form["profile"].value() or "")
    usual = queries.measure_usual(workflow="request", now=now)
    context = {
        "form": form,
        "place_names": queries.list_place_names(on=today),
        "has_profile": bool(carried) and read_profile(carried) is not None,
        "is_profile_lost": bool(carried) and read_profile(carried) is None,
        "usual": write_usual(usual.days, usual.n) if usual else "",
    }
    page = render(request, "cases/open.html", context, status=400 if form.errors else 200)
    return tell_wait(page, "help") if is_held_back else page
