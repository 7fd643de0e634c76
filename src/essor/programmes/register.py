"""The register of what was awarded, in the format of 360Giving: its names of fields, one line a grant.

https://github.com/ThreeSixtyGiving/standard (schema/360-giving-schema.json). A loan has no place in it: only what is
given is told. Who receives is named only where the public directory names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from essor.design.formats import write_csv
from essor.design.wording import is_english
from essor.programmes.models import Programme
from essor.programmes.queries import to_dollars
from essor.programmes.queries.awards import Award

PREFIX = "essor"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Identifier": ("id",),
    "Title": ("title",),
    "Description": ("description",),
    "Currency": ("currency",),
    "Amount Awarded": ("amountAwarded",),
    "Amount Disbursed": ("amountDisbursed",),
    "Award Date": ("awardDate",),
    "Recipient Org:Identifier": ("recipientOrganization", "id"),
    "Recipient Org:Name": ("recipientOrganization", "name"),
    "Funding Org:Identifier": ("fundingOrganization", "id"),
    "Funding Org:Name": ("fundingOrganization", "name"),
    "Grant Programme:Code": ("grantProgramme", "code"),
    "Grant Programme:Title": ("grantProgramme", "title"),
    "Beneficiary Location:Name": ("beneficiaryLocation", "name"),
    "Beneficiary Location:Country Code": ("beneficiaryLocation", "countryCode"),
    "Beneficiary Location:Geographic Code": ("beneficiaryLocation", "geoCode"),
}
"""The heading of each column of the spreadsheet → where it is in the JSON."""


def tell_awards(programme: Programme, awards: Sequence[Award], *, places: Mapping[str, str]) -> dict[str, Any]:
    """A package of grants. ``places``: the name of each, by code."""
    return {"grants": [tell_award(programme, one, places=places) for one in awards]}


def tell_award(programme: Programme, award: Award, *, places: Mapping[str, str]) -> dict[str, Any]:
    """``amountDisbursed`` and ``beneficiaryLocation`` are left out where they are not known."""
    name = programme.name_en if is_english() else programme.name_fr
    recipient = f"{PREFIX}-org-{award.recipient}" if award.name else f"{PREFIX}-{programme.slug}-projet-{award.number}"
    told: dict[str, Any] = {
        "id": f"{PREFIX}-{programme.slug}-{award.agreement}-{award.offer}",
        "title": _("Démarrage d’une entreprise collective : {programme}").format(programme=name)[:140],
        "description": _(
            "Somme donnée par {partner} à une entreprise collective qui démarre, dans « {programme} »."
        ).format(partner=award.partner, programme=name),
        "currency": "CAD",
        "amountAwarded": to_dollars(award.cents),
        "awardDate": award.awarded_on.isoformat(),
        "recipientOrganization": [{"id": recipient, "name": award.name or _("non publié")}],
        "fundingOrganization": [{"id": f"{PREFIX}-partenaire-{slugify(award.partner)}", "name": award.partner}],
        "grantProgramme": [{"code": programme.slug, "title": name}],
    }
    if award.paid is not None:
        told["amountDisbursed"] = to_dollars(award.paid)
    if award.place:
        place = {"name": places.get(award.place, award.place), "countryCode": "CA", "geoCode": award.place}
        told["beneficiaryLocation"] = [place]
    return told


def write_register(programme: Programme, awards: Sequence[Award], *, places: Mapping[str, str]) -> str:
    told = (tell_award(programme, one, places=places) for one in awards)
    return write_csv(COLUMNS, ([_find(one, path) for path in COLUMNS.values()] for one in told))


def _find(told: Mapping[str, Any], path: Sequence[str]) -> str:
    """Empty where it is left out."""
    found: Any = told.get(path[0], "")
    if len(path) > 1:
        found = found[0][path[1]] if found else ""
    return str(found)
