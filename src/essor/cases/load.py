"""How much each adviser has in charge: files by stage, late, waiting, and the time noted in the accompaniment log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum

from essor.accounts.models import Role, User
from essor.cases.models import Case, CaseMessage, CaseQuerySet
from essor.cases.queries import list_visible_cases

LOOKED_BACK = timedelta(days=90)
MOST_HANDED = 500


@dataclass(slots=True)
class Load:
    """Of one adviser (``person`` None: files that nobody has). ``stages``: (workflow, version, stage) → open files;
    ``minutes``: noted in the last 90 days. ``has_role``: whether they may still handle files somewhere that day."""

    person: User | None
    has_role: bool = True
    open_files: int = 0
    late: int = 0
    waiting: int = 0
    minutes: int = 0
    stages: Counter[tuple[str, int, str]] = field(default_factory=Counter)


def read_loads(*, user: User, on: date, now: datetime) -> list[Load]:
    """Of the files that the person may see: nobody's first, then whoever has most. In a fixed number of queries."""
    cases = list_visible_cases(user=user, on=on)
    counted = (
        cases.open().order_by()
        .values_list("assigned_to", "workflow", "workflow_version", "stage")
        .annotate(n=Count("pk"), late=Count("pk", filter=_late(on)), waiting=Count("pk", filter=~Q(waiting_since=None)))
    )  # fmt: skip
    rows = list(counted)
    minutes = _sum_minutes(cases, now=now)
    advising = _list_advising(on)
    people = User.objects.in_bulk({*advising, *(row[0] for row in rows if row[0]), *minutes})
    loads: dict[int | None, Load] = {pk: Load(one, pk in advising) for pk, one in people.items()}
    for person, workflow, version, stage, n, late, waiting in rows:
        load = loads.setdefault(person, Load(None))
        load.open_files, load.late, load.waiting = load.open_files + n, load.late + late, load.waiting + waiting
        load.stages[workflow, version, stage] += n
    for person, spent in minutes.items():
        loads[person].minutes = spent
    return sorted(loads.values(), key=lambda one: (one.person is not None, -one.open_files, str(one.person)))


def _late(on: date) -> Q:
    return Q(due_on__lt=on, waiting_since=None)


def _sum_minutes(cases: CaseQuerySet, *, now: datetime) -> dict[int, int]:
    noted = CaseMessage.objects.filter(
        case__in=cases, minutes__gt=0, author__isnull=False, written_at__gt=now - LOOKED_BACK
    )
    return dict(noted.order_by().values_list("author").annotate(Sum("minutes")))


def _list_advising(on: date) -> set[int]:
    kinds = (Role.Kind.ADVISER, Role.Kind.ADMINISTRATOR)
    return set(Role.objects.on(on).filter(kind__in=kinds, user__is_active=True).values_list("user_id", flat=True))


def list_in_charge(person: User) -> list[Case]:
    """Open files of someone, those due first; as many as are handed over at once."""
    return list(Case.objects.open().filter(assigned_to=person).order_by("due_on", "pk")[:MOST_HANDED])


def list_receivers(person: User, *, on: date) -> list[tuple[User, int]]:
    """Whoever may advise somewhere that day, and how many open files they have, the fewest first."""
    people = User.objects.filter(pk__in=_list_advising(on)).exclude(pk=person.pk)
    counted = people.annotate(open_files=Count("cases", filter=Q(cases__closed_at=None)))
    return [(one, one.open_files) for one in counted.order_by("open_files", "name", "pk")]
