"""A sitting as it stands: who withdraws from which file, how it is scored, how it is voted, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from essor.accounts.models import Role, User
from essor.accounts.permissions import may
from essor.cases.models import Case, CaseQuerySet
from essor.cases.queries import list_visible_cases
from essor.methods.committee import HeldInterest, Tally, Weighed, count_votes, find_recusals, weigh_scores
from essor.programmes.models import Interest, Programme, Score, Sitting, SittingItem, Vote

COMMITTEE_STAGE = "committee"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ItemState:
    """``recusals``: who has an interest in the file → why, from the call to the sitting, or to today if that is later.
    ``outcome``: what was decided; ``withdrawn``: it left the committee first; empty: it still waits. ``others``: who
    has an interest and is not of the sitting."""

    item: SittingItem
    members: Sequence[User]
    recusals: Mapping[int, Sequence[Interest]]
    tally: Tally
    weighed: Weighed
    outcome: str
    others: frozenset[int] = frozenset()

    def is_closed_to(self, person: User | None) -> bool:
        """Also once decided, to whoever had withdrawn then; None: the platform itself, to whom nothing is."""
        return person is not None and person.pk in {*self.recusals, *self.tally.recused, *self.others}

    def shows_scores_to(self, person: User | None) -> bool:
        """To a member, once their own sheet and another are whole: nobody scores after others, nor reads one alone."""
        if person is None or person not in self.members:
            return True
        return person.pk in self.weighed.by_member and len(self.weighed.by_member) > 1

    def name(self, numbers: Iterable[int]) -> list[str]:
        names = {member.pk: str(member) for member in self.members}
        return [names[number] for number in numbers]


def list_sittings(*, by: User, on: date) -> list[Sitting]:
    """Those before which is a file that the person may handle."""
    theirs = list_visible_cases(user=by, on=on).values("pk")
    found = Sitting.objects.filter(items__case__in=theirs).distinct()
    return list(found.select_related("programme").order_by("-held_on", "-pk"))


def list_sittings_of(person: User) -> list[Sitting]:
    return list(Sitting.objects.filter(members=person).select_related("programme").order_by("-held_on", "-pk"))


def list_interests(person: User) -> list[Interest]:
    return list(Interest.objects.filter(person=person).select_related("case", "organisation"))


def list_files_at_committee(programme: Programme, *, by: User, on: date) -> list[Case]:
    """Those that wait for a sitting and are before none, where the person may handle them and has no interest."""
    waiting = list_visible_cases(user=by, on=on).open().filter(enrolment__programme=programme, stage=COMMITTEE_STAGE)
    waiting = leave_out_conflicts(waiting, by, on=on)
    return list(waiting.exclude(pk__in=list_called()).order_by("opened_at", "pk"))


def count_files_at_committee(*, by: User, on: date) -> dict[int, int]:
    """By number of programme, how many such files there are, in one query."""
    waiting = list_visible_cases(user=by, on=on).open().filter(stage=COMMITTEE_STAGE).exclude(pk__in=list_called())
    counted = waiting.order_by().values_list("enrolment__programme").annotate(Count("pk"))
    return {programme: n for programme, n in counted if programme is not None}


def list_called() -> QuerySet[SittingItem, int]:
    """The numbers of files before a sitting that has neither decided them nor adopted its minutes."""
    return SittingItem.objects.filter(result="", sitting__adopted_at=None).values_list("case_id", flat=True)


def is_at_committee(case: Case) -> bool:
    """Also while a question to the promoter waits."""
    return case.closed_at is None and COMMITTEE_STAGE in {case.stage, case.came_from}


def find_conflicts(person: User, case: Case, *, on: date) -> list[Interest]:
    """What someone has to do with a file that day."""
    theirs = _hold(_read_interests([person], [case]))
    found = find_recusals(theirs, subjects=_list_subjects(case), first=on, last=on)
    return list(Interest.objects.filter(pk__in=[int(one.kind) for one in found.get(person.pk, [])]))


def list_closed_to(person: User, cases: Sequence[Case], *, on: date) -> set[int]:
    """Of these files, the numbers of those in which someone has an interest that day. In one query."""
    theirs = _hold(_read_interests([person], cases))
    return {case.pk for case in cases if find_recusals(theirs, subjects=_list_subjects(case), first=on, last=on)}


def leave_out_conflicts(cases: CaseQuerySet, person: User, *, on: date) -> CaseQuerySet:
    """The files with which someone has nothing to do that day: of the others they are told nothing."""
    held = Interest.objects.filter(person=person, starts_on__lte=on).filter(Q(ends_before=None) | Q(ends_before__gt=on))
    theirs = Q(pk__in=held.exclude(case=None).values("case_id"))
    return cases.exclude(theirs | Q(organisation__in=held.exclude(organisation=None).values("organisation_id")))


def list_committee(territory_code: str, *, on: date) -> list[User]:
    """Who may sit there on a day."""
    people = User.objects.filter(is_active=True, roles__in=Role.objects.on(on).filter(kind="committee")).distinct()
    return [one for one in people.order_by("name", "pk") if may(one, "decide_files", territory_code, on=on)]


def read_items(sitting: Sitting, *, reader: User | None = None) -> list[ItemState]:
    """In a fixed number of queries, whatever the number of files. ``reader``: whose interests count too, a member or
    not."""
    items = list(sitting.items.select_related("case", "case__organisation", "case__assigned_to"))
    members = list(sitting.members.order_by("name", "pk"))
    people = [*members, *([reader] if reader else [])]
    interests = _read_interests(people, [item.case for item in items])
    votes: dict[int, dict[int, str]] = {}
    for item, member, choice in Vote.objects.filter(item__in=items).values_list("item_id", "member_id", "choice"):
        votes.setdefault(item, {})[member] = choice
    scores: dict[int, dict[int, dict[str, int]]] = {}
    for item, member, criterion, points in (
        Score.objects.filter(item__in=items).order_by("pk").values_list("item_id", "member_id", "criterion", "points")
    ):
        scores.setdefault(item, {}).setdefault(member, {})[criterion] = points
    return [
        _make_state(sitting, item, members, interests, votes.get(item.pk, {}), scores.get(item.pk, {}))
        for item in items
    ]


def name_interests(interests: Iterable[Interest]) -> str:
    return ", ".join(str(one.get_kind_display()) for one in interests)


def read_item(item: SittingItem) -> ItemState:
    return next(state for state in read_items(item.sitting) if state.item.pk == item.pk)


def _make_state(
    sitting: Sitting,
    item: SittingItem,
    members: Sequence[User],
    interests: Sequence[Interest],
    votes: Mapping[int, str],
    scores: Mapping[int, Mapping[str, int]],
) -> ItemState:
    held = {one.pk: one for one in interests}
    found = find_recusals(
        _hold(interests), subjects=_list_subjects(item.case), first=timezone.localdate(sitting.called_at),
        last=max(sitting.held_on, timezone.localdate()),
    )  # fmt: skip
    called = {one.pk for one in members}
    recusals = {member: [held[int(one.kind)] for one in why] for member, why in found.items() if member in called}
    is_settled = bool(item.result) or sitting.adopted_at is not None
    recused = item.recused if is_settled else list(recusals)
    # Whoever declared an interest after having voted is out of the count: what they said no longer weighs.
    counted = {member: choice for member, choice in votes.items() if member not in recused}
    weights = {str(one["code"]): int(one["weight"]) for one in sitting.programme.scoresheet}
    sheets = {member: sheet for member, sheet in scores.items() if member not in recused}
    tally = count_votes(counted, members=[one.pk for one in members], recused=recused, quorum=sitting.quorum)
    outcome = item.result or (WITHDRAWN if is_settled or not is_at_committee(item.case) else "")
    others = frozenset(found) - called
    return ItemState(item, members, recusals, tally, weigh_scores(sheets, weights=weights), outcome, others)


def _read_interests(members: Sequence[User], cases: Sequence[Case]) -> list[Interest]:
    organisations = [case.organisation_id for case in cases if case.organisation_id]
    concerned = Q(case__in=cases) | Q(organisation__in=organisations)
    return list(Interest.objects.filter(concerned, person__in=members).select_related("person"))


def _hold(interests: Sequence[Interest]) -> list[HeldInterest]:
    """``kind`` carries the number of the row, so that the reason is found again."""
    return [
        HeldInterest(
            one.person_id,
            str(one.pk),
            f"case:{one.case_id}" if one.case_id else f"organisation:{one.organisation_id}",
            one.starts_on,
            one.ends_before,
        )
        for one in interests
    ]


def _list_subjects(case: Case) -> list[str]:
    return [f"case:{case.pk}"] + ([f"organisation:{case.organisation_id}"] if case.organisation_id else [])


def may_adopt(states: Sequence[ItemState], person: User) -> bool:
    """Who withdrew from no file of the sitting; anyone of it, where all did from one or another."""
    members = states[0].members if states else ()
    free = [one for one in members if not any(state.is_closed_to(one) for state in states)]
    return person in (free or members)


def write_minutes(sitting: Sitting, states: Sequence[ItemState]) -> dict[str, Any]:
    """The minutes as plain data, of which the mark is taken: who was called, who withdrew and why, votes, decisions."""
    return {
        "programme": sitting.programme.slug,
        "held_on": sitting.held_on.isoformat(),
        "quorum": sitting.quorum,
        "members": [str(one) for one in (states[0].members if states else sitting.members.order_by("name", "pk"))],
        "files": [
            {
                "reference": state.item.case.reference,
                "recused": state.name(state.tally.recused),
                "for": len(state.tally.said_for),
                "against": len(state.tally.said_against),
                "abstained": len(state.tally.abstained),
                "absent": state.name(state.tally.silent),
                "result": state.outcome,
                "reasons": state.item.reasons,
                "conditions": state.item.conditions,
            }
            for state in states
        ],
    }
