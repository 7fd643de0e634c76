"""Random facts that the application's tables accept, and the population that plain Python makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from essor.methods.facts import Observation, profile
from essor.methods.variables import Variable

JOBS = Variable("jobs", "number", "Emplois", "Jobs")
SECTOR = Variable("sector", "choice", "Secteur", "Sector", values=("food", "care"))
PLACE = Variable("municipality", "place", "Municipalité", "Municipality")
VARIABLES = (JOBS, SECTOR, PLACE)

DAYS = st.dates(date(2014, 1, 1), date(2014, 1, 6))
INSTANTS = st.builds(
    lambda seconds, microseconds: (
        datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=microseconds)
    ),
    st.integers(0, 3),
    st.sampled_from([0, 1, 500_000, 999_999]),
)
BANDS = st.sampled_from([(5, 5), (0, 0), (11, 25), (11, None), (None, 25), (-(2**53) - 1, 2**62)])


@st.composite
def facts(draw: st.DrawFn, *, sequence: int) -> Observation:
    variable = draw(st.sampled_from(VARIABLES))
    starts_on, known_from = draw(DAYS), draw(INSTANTS)
    low, high = draw(BANDS) if variable.is_numeric else (None, None)
    return Observation(
        organisation=draw(st.integers(1, 3)),
        variable=variable.id,
        starts_on=starts_on,
        ends_before=draw(st.none() | st.integers(1, 4).map(lambda days: starts_on + timedelta(days=days))),
        low=low,
        high=high,
        codes=None if variable.is_numeric else draw(st.sampled_from(["", "a", "b", "a|b", "é « d'Oka »"])),
        status="reported",
        trust=draw(st.sampled_from([50, 50, 80])),
        known_from=known_from,
        known_to=draw(
            st.none() | st.sampled_from([1, 500_000, 2_000_000]).map(lambda us: known_from + timedelta(microseconds=us))
        ),
        sequence=sequence,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    return [draw(facts(sequence=number)) for number in range(1, draw(st.integers(0, 14)) + 1)]


def plain_answers(
    observations: Sequence[Observation], *, on: date, known_at: datetime
) -> dict[int, dict[str, tuple[int | None, int | None, str | None]]]:
    """The slow and obvious reading: organisation → variable → (low, high, codes)."""
    answers = {}
    for organisation in sorted({item.organisation for item in observations}):
        mine = [item for item in observations if item.organisation == organisation]
        chosen = profile(mine, on=on, known_at=known_at)
        if chosen:
            answers[organisation] = {name: (item.low, item.high, item.codes) for name, item in chosen.items()}
    return answers
