"""The dates of aids as a calendar: when one may begin to apply, and the last day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from essor.accounts.sending import write_address
from essor.aid.queries.alerts import Deadline, list_deadlines, list_openings
from essor.aid.rules import Found, Programme
from essor.design.wording import write_day
from essor.methods.icalendar import Event, write_calendar

WARN = 7


def write_dates(found: Iterable[Found], *, on: date, language: str, stamp: datetime) -> str:
    """The openings and deadlines to come of those that may fit."""
    fitting = [one for one in found if one.outcome.answer != "no"]
    events = list_deadline_events(list_deadlines(fitting, on=on), language)
    openings = list_openings([one.programme for one in fitting], after=on)
    events += [_tell_opening(programme, day, language) for programme, day in openings]
    return write_calendar(events, name=gettext("Essor : les dates des aides"), stamp=stamp)


def write_deadlines(deadlines: Sequence[Deadline], *, language: str, stamp: datetime) -> str:
    name = gettext("Essor : les dates des aides")
    return write_calendar(list_deadline_events(deadlines, language), name=name, stamp=stamp)


def list_deadline_events(deadlines: Sequence[Deadline], language: str) -> list[Event]:
    return [
        Event(
            f"{one.found.programme.slug}-fin-{one.on}@{_host()}",
            one.on,
            gettext("Date limite : {name}").format(name=_name(one.found.programme, language)),
            _describe(one.found.programme),
            write_address("aid", one.found.programme.slug),
            WARN,
        )
        for one in deadlines
    ]


def _tell_opening(programme: Programme, day: date, language: str) -> Event:
    return Event(
        f"{programme.slug}-debut-{day}@{_host()}",
        day,
        gettext("On peut demander : {name}").format(name=_name(programme, language)),
        _describe(programme),
        write_address("aid", programme.slug),
    )


def _describe(programme: Programme) -> str:
    text, read_on = programme.definition.provider, programme.versions[0].version.read_on
    if read_on:
        text += "\n" + gettext("Lu le {day} ; à vérifier auprès de l’organisme.").format(day=write_day(read_on))
    return text


def _name(programme: Programme, language: str) -> str:
    return str(getattr(programme.definition.name, language))


def _host() -> str:
    return urlsplit(str(settings.SITE_URL)).hostname or "essor"
