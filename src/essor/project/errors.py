"""One page and one JSON shape (RFC 9457) for everything that goes wrong: what happened, why, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.accounts.permissions import NotAllowed

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """``type``: a stable code. The four sentences are shown in this order."""

    status: int
    type: str
    title: Words
    what: Words
    why: Words
    next_step: Words


BAD_REQUEST = Problem(
    400,
    "bad-request",
    _("Demande incomprise"),
    _("La plateforme n’a pas compris ce qui lui était demandé. Rien n’a été changé."),
    _("L’adresse ou ce qui a été envoyé ne suit pas la forme attendue."),
    _("Revenez à la page d’avant et recommencez."),
)
CSRF = Problem(
    403,
    "form-expired",
    _("Formulaire expiré"),
    _("Ce que vous avez envoyé n’a pas été enregistré."),
    _("Le formulaire était ouvert depuis trop longtemps, ou le navigateur refuse les témoins (cookies) de ce site."),
    _("Revenez à la page du formulaire, rechargez-la et envoyez de nouveau."),
)
TOO_LARGE = Problem(
    413,
    "too-large",
    _("Envoi trop lourd"),
    _("Ce que vous avez envoyé n’a pas été lu. Rien n’a été changé."),
    _("Un fichier envoyé tient en 50 Mo au plus."),
    _("Envoyez un fichier plus petit, ou coupez-le en plusieurs."),
)
NOT_FOUND = Problem(
    404,
    "not-found",
    _("Page introuvable"),
    _("Il n’y a rien à cette adresse."),
    _("Elle est peut-être mal recopiée, ou ce qu’elle montrait n’est pas public."),
    _("Vérifiez l’adresse, ou partez de la page d’accueil."),
)
TOO_MANY = Problem(
    429,
    "too-many",
    _("Trop de demandes"),
    _("Cette demande n’a pas été suivie. Rien n’a été changé."),
    _("Trop de demandes semblables sont venues en peu de temps : leur nombre est limité, pour protéger les comptes."),
    _("Attendez quelques minutes, puis recommencez."),
)
FAILURE = Problem(
    500,
    "failure",
    _("Panne"),
    _("La plateforme n’a pas pu répondre. Ce que vous avez envoyé n’a pas été enregistré."),
    _("C’est un défaut de la plateforme, pas une erreur de votre part. Il est inscrit à son journal."),
    _("Réessayez dans un moment ; si la panne dure, écrivez à l’organisme qui tient cette plateforme."),
)
_SIGN_IN = _("Connectez-vous, puis revenez à cette adresse.")
_ASK = _("Demandez à qui administre la plateforme de vous donner le rôle qu’il faut.")
_FORBIDDEN_TITLE = _("Accès réservé")
_FORBIDDEN_WHAT = _("Cette page ou cette action ne vous est pas ouverte. Rien n’a été changé.")
FORBIDDEN = {
    code: Problem(401 if code == "signed_out" else 403, type_, _FORBIDDEN_TITLE, _FORBIDDEN_WHAT, why, next_step)
    for code, type_, why, next_step in (
        ("signed_out", "signed-out", _("Il faut être connecté."), _SIGN_IN),
        ("role_missing", "role-missing", _("Elle demande un rôle que vous n’avez pas aujourd’hui."), _ASK),
        ("outside_territory", "outside-territory", _("Votre rôle ne couvre pas ce territoire."), _ASK),
        (
            "outside_body",
            "outside-body",
            _("Un autre organisme tient cette définition à jour, ou l’administration de la plateforme."),
            _("Demandez-lui ce changement, ou préparez une base de votre organisme."),
        ),
        (
            "recused",
            "recused",
            _("Vous avez un intérêt dans ce dossier : vous vous en retirez."),
            _("Si ce lien a pris fin, inscrivez sa fin à la page de vos intérêts."),
        ),
        ("unmarked", "closed", _("Personne n’a encore dit à qui cette adresse est ouverte."), _ASK),
        ("closed", "closed", _("Cette adresse ne sert pas sur cette plateforme."), NOT_FOUND.next_step),
        ("", "forbidden", _("La plateforme refuse cette demande."), _ASK),
    )
}


def wants_json(request: HttpRequest) -> bool:
    preferred = request.get_preferred_type(["text/html", "application/json", "application/problem+json"])
    return request.path.endswith(".json") or preferred not in {None, "text/html"}


def respond(request: HttpRequest, problem: Problem, *, detail: str = "") -> HttpResponse:
    """``detail``: what is particular to this case, in a sentence; replaces the general « what »."""
    if wants_json(request):
        return _as_json(problem, detail)
    context = {
        "title": problem.title,
        "what": detail or problem.what,
        "why": problem.why,
        "next_step": problem.next_step,
        "href": "",
        "link_label": "",
    }
    return render(request, "design/error.html", context, status=problem.status)


def _as_json(problem: Problem, detail: str = "") -> HttpResponse:
    content = {
        "type": problem.type,
        "title": str(problem.title),
        "status": problem.status,
        "detail": detail or f"{problem.what} {problem.why} {problem.next_step}",
    }
    return JsonResponse(
        content,
        status=problem.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def show_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A view's own BadRequest carries a sentence for the reader; Django's other refusals do not.

    Those (a name that is not the platform's, a session made up) may come before anybody is known: they ask for nothing.
    """
    detail = str(exception) if isinstance(exception, BadRequest) else ""
    if detail and hasattr(request, "user"):
        return respond(request, BAD_REQUEST, detail=detail)
    return _respond_plainly(request, BAD_REQUEST, detail=detail)


def show_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    code = exception.code if isinstance(exception, NotAllowed) else ""
    return respond(request, FORBIDDEN[code])


def show_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django names it
    return respond(request, CSRF)


def show_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django names it
    return respond(request, NOT_FOUND)


def show_too_many(request: HttpRequest) -> HttpResponse:
    return respond(request, TOO_MANY)


def show_failure(request: HttpRequest) -> HttpResponse:
    """The database or the session may be what failed."""
    return _respond_plainly(request, FAILURE)


def _respond_plainly(request: HttpRequest, problem: Problem, *, detail: str = "") -> HttpResponse:
    """Asks nothing of the database, of the session or of who asks."""
    if wants_json(request):
        return _as_json(problem, detail)
    context: dict[str, Any] = {
        "title": problem.title, "what": detail or problem.what, "why": problem.why, "next_step": problem.next_step,
        "navigation": [], "language_url": "", "language_label": "", "instance_kind": "", "roles": frozenset(),
        "platform_version": "", "privacy_officer": "", "href": "", "link_label": "", "messages": [], "user": None,
    }  # fmt: skip
    return HttpResponse(render_to_string("design/error.html", context), status=problem.status)
