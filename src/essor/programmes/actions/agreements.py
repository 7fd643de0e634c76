"""A programme is opened, with its targets and what its partners promised."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.knowledge.programmes import ProgrammeDefinition, TargetDefinition, load_programmes
from essor.programmes.actions.writing import trace, write_move
from essor.programmes.models import Agreement, Programme, Target
from essor.programmes.rules import CENTS, check_children


@transaction.atomic
def load_shipped_programmes(*, now: datetime) -> list[Programme]:
    """Each shipped programme that is not there yet, with its targets and what its partners promised."""
    there = set(Programme.objects.values_list("slug", flat=True))
    return [open_programme(definition=one, by=None, now=now) for one in load_programmes() if one.id not in there]


@transaction.atomic
def open_programme(*, definition: ProgrammeDefinition, by: User | None, now: datetime) -> Programme:
    """Raises ProgrammeError ``parts-over-whole``."""
    require(by, "administer", on=timezone.localdate(now))
    programme = Programme.objects.create(
        slug=definition.id,
        name_fr=definition.name.fr,
        name_en=definition.name.en,
        starts_on=definition.starts_on,
        ends_before=definition.ends_on + timedelta(days=1),
        source=definition.source,
        form=definition.form,
        scoresheet=[
            {"code": one.code, "fr": one.label.fr, "en": one.label.en, "weight": one.weight}
            for one in definition.scoresheet
        ],
        credit_rule=definition.credit,
        created_at=now,
    )
    targets = {target.code: target for target in _open_targets(programme, None, definition.target)}
    trace("open_programme", programme, by, now, {"startups": definition.target.startups, "credit": definition.credit})
    for said in definition.agreements:
        agreement = Agreement.objects.create(
            programme=programme,
            target=targets[said.target],
            code=said.id,
            partner=said.partner,
            territory_code=said.territory,
            starts_on=said.starts_on,
            ends_before=said.ends_on + timedelta(days=1),
            clauses=said.clauses.model_dump(mode="json", exclude_none=True),
            source=said.source,
            signed_at=now,
        )
        cents = said.envelope_cad * CENTS
        write_move(agreement, "promise", cents, happened_on=said.starts_on, recorded_by=by, recorded_at=now)
        trace("sign_agreement", agreement, by, now, {"envelope_cad": said.envelope_cad, "clauses": agreement.clauses})
    return programme


def _open_targets(programme: Programme, parent: Target | None, said: TargetDefinition) -> list[Target]:
    check_children(said.startups, sum(part.startups for part in said.parts))
    target = Target.objects.create(
        programme=programme, parent=parent, code=said.code, name_fr=said.name.fr, name_en=said.name.en,
        territory_code=said.territory, startups=said.startups,
    )  # fmt: skip
    return [target, *(one for part in said.parts for one in _open_targets(programme, target, part))]
