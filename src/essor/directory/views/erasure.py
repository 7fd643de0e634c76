from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.directory import actions, queries
from essor.directory.forms import ErasureForm
from essor.directory.models import Organisation
from essor.directory.queries.traces import find_traces
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_error


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def erase_organisation(request: HttpRequest, key: str) -> HttpResponse:
    """What will be removed, then why, then for good."""
    try:
        page = queries.get_organisation_page(key=key, now=timezone.now())
    except Organisation.DoesNotExist as error:
        raise Http404(_("Aucune organisation n’a cette adresse.")) from error
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        by, reason = cast(User, request.user), form.cleaned_data["reason"]
        try:
            actions.erase_organisation(organisation=page.organisation, reason=reason, by=by, now=timezone.now())
        except DirectoryError as error:
            form.add_error("reason", explain_error(error))
        else:
            messages.success(request, _("L’organisation est effacée : plus rien ici ne la nomme."))
            return redirect("directory")
    trail = [(_("Annuaire"), reverse("directory")), (page.name or key, reverse("organisation", args=[key]))]
    context = {"page": page, "traces": find_traces(page.organisation), "form": form, "trail": trail}
    return render(request, "directory/erase.html", context, status=400 if form.is_bound else 200)
