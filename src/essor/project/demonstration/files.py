"""Fictitious files, with aids at each step of their folder. No letter leaves: nobody is at the other end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from essor.accounts.models import User
from essor.aid.actions import add_aid, record_step
from essor.aid.moves import Step
from essor.cases.actions import THE_PROMOTER, NewRequest, assign_case, open_case, write_message, write_note
from essor.cases.models import CaseLetter

PHONE = "450 555-0100"
"""Of the numbers kept for fiction."""

Said = tuple[str, int, Mapping[str, Any]]
"""A step, how many days ago, and what is said of it."""

FILES: tuple[tuple[str, str, str, str, int, Mapping[str, tuple[Said, ...]]], ...] = (
    (
        "start", "64015", "Noémie Lacasse", "Une épicerie coopérative au centre-ville : nous sommes sept.", 120,
        {
            "risq_technical_assistance": (
                ("shortlisted", 110, {}),
                ("asked", 98, {"amount_cad": 8_000}),
                ("obtained", 70, {"amount_cad": 7_500}),
                ("paid", 55, {"amount_cad": 5_000}),
                ("paid", 20, {"amount_cad": 2_500}),
            ),
            "risq_emergence": (
                ("shortlisted", 110, {}),
                ("asked", 60, {"amount_cad": 15_000}),
                ("obtained", 12, {"amount_cad": 12_000}),
            ),
            "mfor": (
                ("shortlisted", 105, {}),
                ("asked", 90, {}),
                ("refused", 64, {"words": "La formation était déjà commencée."}),
            ),
            "pcan_2022": (("shortlisted", 30, {}), ("asked", 9, {"amount_cad": 10_000})),
            "fdes_pme_mtl": (
                ("shortlisted", 100, {}),
                ("withdrawn", 95, {"words": "Pour Montréal seulement."}),
            ),
            "innogec": (("shortlisted", 5, {}),),
        },
    ),
    (
        "financing", "64008", "Olivier Tessier", "Un camion pour notre ressourcerie.", 75,
        {
            "risq_technical_assistance": (
                ("shortlisted", 70, {}),
                ("asked", 61, {"amount_cad": 4_000}),
                ("obtained", 40, {"amount_cad": 4_000}),
            ),
            "risq_emergence": (("shortlisted", 66, {}), ("asked", 30, {})),
        },
    ),
    (
        "start", "64015", "Fatou Diop", "Un café-jouets tenu par des parents.", 40,
        {"risq_technical_assistance": (("shortlisted", 35, {}), ("asked", 22, {"amount_cad": 5_000}))},
    ),
)  # fmt: skip


def open_files(*, adviser: User, now: datetime) -> None:
    """Each file opened by a person, taken by the adviser, who wrote to them the day before."""
    for need, place, name, words, days, aids in FILES:
        asked = NewRequest(need=need, territory_code=place, words=words, name=name, phone=PHONE, has_consented=True)
        case = open_case(request=asked, now=now - timedelta(days=days)).case
        if case.assigned_to != adviser:
            assign_case(
                case=case, person=adviser, by=adviser, now=now - timedelta(days=days - 1), seen=case.assigned_to_id
            )
        for slug, steps in aids.items():
            _follow_aid(case, slug, steps, adviser=adviser, now=now)
        yesterday = now - timedelta(days=1)
        write_message(case=case, text="Où en êtes-vous cette semaine ?", by=adviser, now=yesterday)
        write_note(case=case, text="Appel : tout avance.", minutes=15, has_talked=True, by=adviser, now=yesterday)
        CaseLetter.objects.filter(case=case).delete()


def _follow_aid(case: Any, slug: str, steps: tuple[Said, ...], *, adviser: User, now: datetime) -> None:
    """Chosen by the person, then followed by the adviser, each on its day."""
    (_first, days, _facts), *others = steps
    item = add_aid(case=case, slug=slug, by=THE_PROMOTER, now=now - timedelta(days=days))
    for code, ago, said in others:
        moment = now - timedelta(days=ago)
        step = Step(code, timezone.localdate(moment), **said)
        record_step(item=item, step=step, by=adviser, now=moment)
