"""How long the pages of a programme of 5 000 files take, beside one of 20, once what is kept is made.

The answer of each page is how many times it asked the database; both programmes are asked by whoever sees everything.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from essor.project.benchmarks.instance import build_instance, make_environment
from essor.project.benchmarks.measuring import Bar, Benchmark, Contender
from essor.project.benchmarks.pages import open_page, say_queries

FEW, MANY, FEW_FILES = "peu", "beaucoup", 20
SIZES = {"full": {"files": 5_000}, "small": {"files": 60}}
WHO = "admin@demo.example"
FILL = """
import sys, django
django.setup()
from django.utils import timezone
from essor.accounts.models import User
from essor.project.benchmarks.startup_files import fill_programme
in_charge = User.objects.get(email="conseil@demo.example")
for slug, files in zip(sys.argv[1::2], sys.argv[2::2]):
    fill_programme(slug=slug, files=int(files), on=timezone.localdate(), in_charge=in_charge)
"""
PAGES = {
    "a programme": "/programmes/{slug}/",
    "a partner's page": "/engagements/{slug}/",
    "the follow-up": "/bureau/programmes/{slug}/suivi/",
    "the desk": "/bureau/programmes/?programme={slug}",
    "committees": "/bureau/comites/",
    "the load": "/dossiers/charge/",
}


def build_programmes(folder: Path, *, files: int) -> None:
    """The demonstration, and two made-up programmes in it."""
    build_instance(folder)
    words = [sys.executable, "-c", FILL, FEW, str(FEW_FILES), MANY, str(files)]
    subprocess.run(words, env=make_environment(folder), check=True, capture_output=True)


def _list_contenders() -> dict[str, Contender]:
    found = {}
    for slug in (FEW, MANY):
        for name, address in PAGES.items():
            prepare = open_page(address.format(slug=slug), email=WHO)
            found[f"{name}, {slug}"] = Contender(prepare, say_queries, needs_instance=True)
    return found


BENCHMARK = Benchmark(
    name="programmes",
    generate=build_programmes,
    sizes=SIZES,
    contenders=_list_contenders(),
    bar=Bar(seconds=0.15),
    is_contest=False,
)
