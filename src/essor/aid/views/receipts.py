from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.aid.answers import answer_found
from essor.aid.links import Asked, write_link
from essor.aid.queries.replaying import Flip, replay
from essor.aid.receipts import Receipt, open_receipt, sign_receipt
from essor.aid.rules import GROUPS, AidError, Found
from essor.aid.views.finder import list_answers, read_visit
from essor.aid.wording import explain, say_verdict
from essor.design.formats import send_json
from essor.design.wording import write_day
from essor.directory.views.asking import read_language
from essor.territories.queries import list_names


@open_to(Audience.PUBLIC)
@require_safe
def give_receipt(request: HttpRequest) -> HttpResponse:
    """Of the answers of this address, by the catalogue of this moment."""
    visit = read_visit(request)
    receipt = Receipt(visit.asked.said, visit.on, timezone.now())
    return redirect(reverse("aid_receipt") + "?" + urlencode({"r": sign_receipt(receipt)}))


@open_to(Audience.PUBLIC)
@require_safe
def show_receipt(request: HttpRequest) -> HttpResponse:
    receipt, language = open_receipt(request.GET.get("r", "")), read_language()
    if receipt is None:
        return render(request, "aid/receipt_broken.html", {"reason": ""}, status=400)
    try:
        found = replay(receipt, language=language)
    except AidError as error:
        return render(request, "aid/receipt_broken.html", {"reason": explain(error)}, status=400)
    names = list_names(receipt.on, language)
    if request.GET.get("format") == "json":
        told = [answer_found(one, language=language, place_names=names) for one in found.then]
        answer = send_json(receipt.as_data() | {"answers": told})
        answer["Content-Disposition"] = 'attachment; filename="recu.json"'
        return answer
    context = {
        "receipt": receipt,
        "answers": list_answers(Asked(receipt.said), receipt.on),
        "groups": [(code, [_tell(one, language) for one in found.then if one.group == code]) for code in GROUPS],
        "flips": [_tell_flip(flip, language) for flip in found.flips],
        "alert": reverse("aid_alert") + "?" + urlencode({"p": write_link(Asked(receipt.said))}),
        "as_json": "?" + urlencode({"r": request.GET["r"], "format": "json"}),
    }
    return render(request, "aid/receipt.html", context)


def _tell(found: Found, language: str) -> dict[str, Any]:
    return {
        "slug": found.programme.slug,
        "name": getattr(found.programme.definition.name, language),
        "verdict": say_verdict(found, language),
        "window": found.window.words(language, say_date=write_day),
        "revision": found.programme.revision,
        "conditions": [getattr(one, language) for one in found.outcome.requirements],
    }


def _tell_flip(flip: Flip, language: str) -> dict[str, Any]:
    return {"before": _tell(flip.before, language) if flip.before else None, "after": _tell(flip.after, language)}
