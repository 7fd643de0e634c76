"""How long the public pages take on the demonstration's data, warm, from the request to the whole answer.

The answer of each is how many times it asked the database.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from essor.project.benchmarks.instance import build_instance
from essor.project.benchmarks.measuring import Bar, Benchmark, Contender, Work

EDITION = "/editions/les-moulins-2017-11-29/"
COMPARE = "/comparer/?territory=640&base=magazine-2014.1"
PAGES = {
    "home": "/",
    "portraits": "/portraits/",
    "portrait": "/portrait/640/",
    "portrait in English": "/en/portrait/640/",
    "edition since corrected": "/editions/les-moulins-2014-06-30/",
    "figure": f"{EDITION}chiffres/magazine-2014.1.jobs_headcount.2017-11-29/",
    "editions": "/editions/",
    "comparison": f"{COMPARE}&start=2014-06-30&end=2017-11-29",
    "comparison refused": f"{COMPARE}&second=table-regionale-2017.1&end=2017-11-29",
    "bases": "/bases/",
    "base and who is in": "/bases/magazine-2014/1/",
    "directory": "/annuaire/",
    "organisation": "/annuaire/atelier-second-souffle/",
    "sources": "/sources/",
    "territories": "/territoires/",
    "territory": "/territoires/640/",
    "who serves a place": "/territoires/64015/organismes/",
    "bodies": "/organismes/",
    "body": "/organismes/cldem/",
    "a question of the finder": "/trouver/",
    "what there is": "/trouver/resultats/",
    "a financing plan": "/trouver/plan/?plan=1&cost_equipment=20000&cost_consulting=10000&own_cash=6000",
    "a question in a partner's page": "/integre/trouver/",
    "an organisation's aid": "/trouver/?organisation=atelier-second-souffle",
    "where it is still vague": "/aides/flou/?place=Les+Moulins",
    "a programme": "/programmes/jec/",
    "a programme on a past day": "/programmes/jec/?on=2020-06-01",
    "the steps to open a co-operative": "/ouvrir/coop/",
    "every aid": "/aides/?place=Mascouche",
    "an aid": "/aides/jec_lanaudiere_2017/",
    "talk to someone": "/demander/",
    "sign in": "/compte/login/",
}
ANSWERS = {200, 409}
"""409: a comparison refused, with its bridge."""


class PageFailed(Exception):
    """A page did not answer as it should: its time means nothing."""


def open_page(address: str, *, email: str = "") -> Callable[[Path], Work]:
    """``email``: of whoever opens it; empty: of nobody."""

    def prepare(_: Path) -> Work:
        from django.db import connection
        from django.test import Client

        from essor.accounts.models import User

        client = Client(headers={"host": "localhost"})
        if email:
            client.force_login(User.objects.get(email=email))
        asked: list[str] = []

        def open_page() -> int:
            asked.clear()
            response = client.get(address)
            if response.status_code not in ANSWERS:
                raise PageFailed(f"{address}: {response.status_code}")
            return len(asked)

        def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
            asked.append(sql)
            return execute(sql, *rest)

        connection.execute_wrappers.append(note)
        return open_page

    return prepare


def say_queries(answer: int) -> str:
    return f"{answer} queries"


BENCHMARK = Benchmark(
    name="pages",
    generate=build_instance,
    sizes={"full": {}, "small": {}},
    contenders={
        name: Contender(open_page(address), say_queries, needs_instance=True) for name, address in PAGES.items()
    },
    bar=Bar(seconds=0.1),
    is_contest=False,
)
