"""The register of what was awarded, in the format of 360Giving: its names of fields, one line a grant.

https://github.com/ThreeSixtyGiving/standard (schema/360-giving-schema.json). A loan has no place in it: only what is
given is told. Who receives is named only where the public directory names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from essor.accounts.models import Instance
from essor.accounts.queries import get_instance_kind
from essor.design.formats import write_csv
from essor.design.wording import is_english
from essor.programmes.models import Programme
from essor.programmes.queries import to_dollars
from essor.programmes.queries.awards import Award
from essor.territories.queries import list_names

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


PUBLISHER = "Essor"
LICENCE = "https://www.gnu.org/licenses/agpl-3.0.html"
"""That of the platform, as for its other open data."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What every award is told with. ``places``: the name of each, by code. ``on``: the day. ``is_fictitious``: nobody
    gave any of it, which each line says."""

    programme: Programme
    places: Mapping[str, str]
    on: date
    is_fictitious: bool = False

    @property
    def name(self) -> str:
        return self.programme.name_en if is_english() else self.programme.name_fr

    @property
    def file_name(self) -> str:
        return f"octrois-{self.programme.slug}{'-FICTIF' if self.is_fictitious else ''}.csv"

    def mark(self, text: str) -> str:
        return _("FICTIF (démonstration) : {text}").format(text=text) if self.is_fictitious else text


def prepare_telling(programme: Programme, *, language: str, now: datetime) -> Telling:
    on = timezone.localdate(now)
    return Telling(programme, list_names(on, language), on, get_instance_kind() == Instance.Kind.DEMO)


def tell_awards(awards: Sequence[Award], *, telling: Telling) -> dict[str, Any]:
    """A package of grants, with who publishes it, its licence and its day
    (schema/360-giving-package-schema.json of the standard)."""
    return {
        "title": telling.mark(_("Octrois : {programme}").format(programme=telling.name)),
        "publisher": {"name": PUBLISHER, "website": str(settings.SITE_URL)},
        "license": LICENCE,
        "issued": telling.on.isoformat(),
        "grants": [tell_award(one, telling=telling) for one in awards],
    }


def tell_award(award: Award, *, telling: Telling) -> dict[str, Any]:
    """``amountDisbursed`` and ``beneficiaryLocation`` are left out where they are not known."""
    programme, name = telling.programme, telling.name
    recipient = f"{PREFIX}-org-{award.recipient}" if award.name else f"{PREFIX}-{programme.slug}-projet-{award.number}"
    told: dict[str, Any] = {
        "id": f"{PREFIX}-{programme.slug}-{award.agreement}-{award.offer}",
        "title": telling.mark(_("Démarrage d’une entreprise collective : {programme}").format(programme=name))[:140],
        "description": telling.mark(
            _("Somme accordée par {partner} à une entreprise collective qui démarre, dans « {programme} ».").format(
                partner=award.partner, programme=name
            )
        ),
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
        place = {"name": telling.places.get(award.place, award.place), "countryCode": "CA", "geoCode": award.place}
        told["beneficiaryLocation"] = [place]
    return told


def write_register(awards: Sequence[Award], *, telling: Telling) -> str:
    told = (tell_award(one, telling=telling) for one in awards)
    return write_csv(COLUMNS, ([_find(one, path) for path in COLUMNS.values()] for one in told))


def _find(told: Mapping[str, Any], path: Sequence[str]) -> str:
    """Empty where it is left out."""
    found: Any = told.get(path[0], "")
    if len(path) > 1:
        found = found[0][path[1]] if found else ""
    return str(found)
