from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from essor.accounts import actions, queries
from essor.accounts.audit import verify_chain
from essor.accounts.forms import AddressForm, PersonForm, RoleForm, TraceFilterForm
from essor.accounts.letters import LetterNotSent, send_address_changed, send_password_link
from essor.accounts.models import Role, User
from essor.accounts.permissions import Audience, open_to
from essor.accounts.sentences import CHAIN_FAULTS, FIELDS, describe_account_error

PER_PAGE = 50


def _send_link(request: HttpRequest, person: User) -> None:
    try:
        send_password_link(user=person, site_url=request.build_absolute_uri("/"))
    except LetterNotSent as error:
        text = _(
            "Rien n’est parti à {email} : le serveur de courriel n’a pas pris la lettre. "
            "Transmettez vous-même ce lien : {link}"
        )
        messages.warning(request, text.format(email=person.email, link=error.link))
    else:
        messages.success(request, _("Un lien est parti à {email}.").format(email=person.email))


def _get_person(pk: int) -> User:
    try:
        return queries.get_user(pk=pk)
    except User.DoesNotExist as error:
        raise Http404 from error


@open_to(Audience.ADMINISTRATOR)
@require_safe
def show_people(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.list_people(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"page": page, "today": timezone.localdate()})


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            user = actions.open_account(
                email=said["email"],
                name=said["name"],
                role=form.new_role(),
                by=cast(User, request.user),
                now=timezone.now(),
            )
        except actions.AccountError as error:
            form.add_error(FIELDS.get(error.code), describe_account_error(error))
        else:
            messages.success(request, _("Le compte est ouvert."))
            _send_link(request, user)
            return redirect("person", pk=user.pk)
    return render(request, "accounts/person_add.html", {"form": form}, status=400 if form.errors else 200)


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def show_person(request: HttpRequest, pk: int) -> HttpResponse:
    person = _get_person(pk)
    form = RoleForm(request.POST or None)
    if form.is_valid():
        try:
            actions.grant_role(user=person, role=form.new_role(), by=cast(User, request.user), now=timezone.now())
        except actions.AccountError as error:
            form.add_error(FIELDS.get(error.code), describe_account_error(error))
        else:
            messages.success(request, _("Le rôle est donné."))
            return redirect("person", pk=person.pk)
    context = {"person": person, "form": form, "today": timezone.localdate()}
    return render(request, "accounts/person.html", context, status=400 if form.errors else 200)


@open_to(Audience.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_address(request: HttpRequest, pk: int) -> HttpResponse:
    person = _get_person(pk)
    form = AddressForm(request.POST or None)
    if form.is_valid():
        email, by = form.cleaned_data["email"], cast(User, request.user)
        try:
            former = actions.change_address(user=person, email=email, by=by, now=timezone.now())
        except actions.AccountError as error:
            form.add_error(FIELDS.get(error.code), describe_account_error(error))
        else:
            if send_address_changed(user=person, former=former):
                messages.success(request, _("L’adresse est changée ; un mot est parti aux deux."))
            else:
                messages.warning(
                    request, _("L’adresse est changée, mais le serveur de courriel n’a pas pris la lettre.")
                )
            return redirect("person", pk=person.pk)
    context = {"person": person, "form": form}
    return render(request, "accounts/person_address.html", context, status=400 if form.errors else 200)


@open_to(Audience.ADMINISTRATOR)
@require_POST
def send_link(request: HttpRequest, pk: int) -> HttpResponse:
    person = _get_person(pk)
    _send_link(request, person)
    return redirect("person", pk=person.pk)


@open_to(Audience.ADMINISTRATOR)
@require_POST
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        role = queries.get_role(pk=pk)
    except Role.DoesNotExist as error:
        raise Http404 from error
    try:
        actions.end_role(role=role, by=cast(User, request.user), now=timezone.now())
    except actions.AccountError as error:
        messages.error(request, describe_account_error(error))
    else:
        messages.success(request, _("Le rôle a pris fin."))
    return redirect("person", pk=role.user_id)


@open_to(Audience.ADMINISTRATOR)
@require_safe
def show_trace(request: HttpRequest) -> HttpResponse:
    form = TraceFilterForm(request.GET, target_kinds=queries.list_target_kinds())
    chosen = form.cleaned_data if form.is_valid() else {}
    events = queries.list_events(
        target_kind=chosen.get("target_kind", ""), target_id=chosen.get("target_id", "").strip()
    )
    chain = verify_chain()
    fault = str(CHAIN_FAULTS[chain.fault]).format(number=chain.fault_at) if chain.fault else ""
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/trace.html", {"page": page, "form": form, "chain": chain, "fault": fault})


@open_to(Audience.SIGNED_IN)
@require_safe
def show_my_account(request: HttpRequest) -> HttpResponse:
    person = queries.get_user(pk=cast(int, request.user.pk))
    return render(request, "accounts/my_account.html", {"person": person, "today": timezone.localdate()})


@open_to(Audience.SIGNED_IN)
@require_safe
def download_my_data(request: HttpRequest) -> HttpResponse:
    content = queries.export_person(user=cast(User, request.user))
    headers = {"Content-Disposition": 'attachment; filename="essor-mon-compte.json"'}
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 2}, headers=headers)
