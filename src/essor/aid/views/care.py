"""Who looks after a programme's page: its giver, by one link; any reader, by proposing; advisers, who answer them."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.accounts.limits import hold_back, tell_wait
from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to, require
from essor.accounts.sending import write_address
from essor.aid import actions, tasks
from essor.aid.care_forms import ConfirmForm, ProposalForm, ReplyForm
from essor.aid.confirmations import LINK_DAYS, find_email, is_for, make_link_word, open_link_word
from essor.aid.models import AidProposal
from essor.aid.queries import care, catalogue
from essor.aid.queries.catalogue import Entry
from essor.aid.rules import AidError
from essor.aid.views.catalogue import tell_entry, tell_rules
from essor.aid.wording import explain
from essor.cases.views.private import keep_private
from essor.directory.views.asking import read_language


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def confirm(request: HttpRequest, word: str) -> HttpResponse:
    """Whoever has the link reads what is published, and confirms it."""
    entry, language, now = _open_giver_page(word), read_language(), timezone.now()
    on, revision, slug = timezone.localdate(now), entry.programme.revision, entry.programme.slug
    form = ConfirmForm(request.POST or None, initial={"number": revision})
    is_held_back = hold_back(request, form, "confirm")
    if form.is_bound and request.user.is_authenticated:
        form.add_error(None, _("Un organisme confirme par lui-même : fermez votre session, ou envoyez-lui ce lien."))
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.confirm_aid(
                slug=slug, number=said["number"], duty=said["duty"], every_months=said["every_months"], now=now
            )
        except AidError as error:
            form = ConfirmForm(initial={"number": revision})
            messages.error(request, explain(error))
        else:
            messages.success(request, _("Merci : la page dit maintenant que vous l’avez confirmée."))
            return redirect("aid", slug)
    context = {**tell_entry(entry, language), **tell_rules(entry, on, language), "form": form, "number": revision}
    page = render(request, "aid/confirm.html", context, status=400 if form.is_bound else 200)
    return tell_wait(page, "confirm") if is_held_back else page


def _open_giver_page(word: str) -> Entry:
    """The programme of a giver's link, while its contact is the one that the link was made for."""
    slug = open_link_word(word)
    entry = catalogue.find_entry(slug, on=timezone.localdate()) if slug else None
    if entry is None or not is_for(word, entry.programme.definition):
        raise Http404(_("Ce lien n’ouvre rien, ou plus rien : il sert quatre-vingt-dix jours. Demandez-en un autre."))
    return entry


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_giver(request: HttpRequest, slug: str) -> HttpResponse:
    """Writes to the giver where an address is known; shows the link to whoever would rather send it themselves. Read
    again, its address leads to the programme."""
    if request.method != "POST":
        return redirect("aid", slug)
    entry = _get_entry(slug)
    is_sent = actions.ask_giver(slug=slug, by=cast(User, request.user), now=timezone.now())
    tasks.send_letters.enqueue()
    definition = entry.programme.definition
    context = {
        "name": getattr(definition.name, read_language()),
        "email": find_email(definition) if is_sent else "",
        "link": write_address("aid_confirm", make_link_word(definition)),
        "days": LINK_DAYS,
        "trail": _lead_to(entry),
    }
    return render(request, "aid/giver_link.html", context)


@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    entry, language = _get_entry(slug), read_language()
    form = ProposalForm(request.POST or None, initial={"number": entry.programme.revision})
    is_held_back = hold_back(request, form, "proposal")
    if form.is_valid():
        try:
            actions.propose_correction(slug=slug, language=language, now=timezone.now(), **form.cleaned_data)
        except AidError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, _("Merci. Une personne lira votre proposition ; la page change s’il y a lieu."))
            return redirect("aid", slug)
    name = getattr(entry.programme.definition.name, language)
    context = {"form": form, "name": name, "trail": _lead_to(entry)}
    page = render(request, "aid/propose.html", context, status=400 if form.is_bound else 200)
    return tell_wait(page, "proposal") if is_held_back else page


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
@keep_private
def list_proposals(request: HttpRequest) -> HttpResponse:
    user, now = cast(User, request.user), timezone.now()
    require(user, "edit_aid")
    sent = ReplyForm(request.POST, auto_id=f"a{request.GET.get('n', '')}_%s") if request.method == "POST" else None
    if sent is not None and sent.is_valid():
        try:
            actions.answer_proposal(pk=_read_number(request), by=user, now=now, **sent.cleaned_data)
        except AidProposal.DoesNotExist as error:
            raise Http404(_("Cette proposition n’existe pas.")) from error
        except AidError as error:
            messages.error(request, explain(error))
        else:
            tasks.send_letters.enqueue()
            messages.success(request, _("C’est répondu."))
        return redirect("aid_proposals")
    context = {
        "proposals": [_tell_proposal(one, sent, request) for one in care.list_proposals()],
        "trail": [(_("Toutes les aides"), reverse("aid_list"))],
    }
    return render(request, "aid/proposals.html", context, status=400 if sent else 200)


def _tell_proposal(proposal: AidProposal, sent: ReplyForm | None, request: HttpRequest) -> dict[str, Any]:
    is_this = sent is not None and request.GET.get("n") == str(proposal.pk)
    return {
        "proposal": proposal,
        "name": proposal.revision.content["name"][read_language()],
        "form": sent if is_this else ReplyForm(auto_id=f"a{proposal.pk}_%s"),
    }


def _read_number(request: HttpRequest) -> int:
    try:
        return int(request.GET.get("n", ""))
    except ValueError as error:
        raise Http404(_("Cette proposition n’existe pas.")) from error


def _get_entry(slug: str) -> Entry:
    entry = catalogue.find_entry(slug, on=timezone.localdate())
    if entry is None:
        raise Http404(_("Aucun programme ne porte ce nom."))
    return entry


def _lead_to(entry: Entry) -> list[tuple[str, str]]:
    definition = entry.programme.definition
    name = getattr(definition.name, read_language())
    return [(_("Toutes les aides"), reverse("aid_list")), (name, reverse("aid", args=[definition.id]))]
