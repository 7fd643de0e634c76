from __future__ import annotations

import json
import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from essor.project.benchmarks.measuring import (
    FEWEST_REPEATS,
    AnswersDiffer,
    ContenderFailed,
    broken_promises,
    compare,
    run_benchmark,
)
from essor.project.benchmarks.registry import MODULES, load_benchmark


class Command(BaseCommand):
    help = (
        "Mesure Essor à côté de ses concurrents, sur des données inventées : voir docs/benchmarks.md. / "
        "Measures Essor beside its rivals, on made-up data."
    )

    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "benchmarks",
            nargs="*",
            metavar="|".join(MODULES),
            help="toutes, si aucune n’est nommée · all, if none is named",
        )
        parser.add_argument(
            "--size", choices=["full", "small"], default="small", help="taille des données · size of the data (small)"
        )
        parser.add_argument(
            "--repeats",
            type=int,
            default=FEWEST_REPEATS,
            help=f"au moins {FEWEST_REPEATS} mesures · at least {FEWEST_REPEATS}",
        )
        parser.add_argument(
            "--out",
            type=Path,
            help="fichier où ajouter les mesures, une ligne JSON chacune · where to add them, in lines of JSON",
        )

    def handle(
        self, *args: Any, benchmarks: list[str], size: str, repeats: int, out: Path | None, **options: Any
    ) -> None:
        if unknown := [name for name in benchmarks if name not in MODULES]:
            raise CommandError(f"Mesure inconnue : {', '.join(unknown)}. Choisissez parmi : {', '.join(MODULES)}.")
        if repeats < FEWEST_REPEATS:
            raise CommandError(f"Une médiane demande au moins {FEWEST_REPEATS} mesures : --repeats {FEWEST_REPEATS}")
        for name in benchmarks or MODULES:
            records = self._run(name, size, repeats)
            if out:
                with out.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)

    def _run(self, name: str, size: str, repeats: int) -> list[dict[str, Any]]:
        benchmark = load_benchmark(name)
        (settings.DATA_DIR / "bench").mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=settings.DATA_DIR / "bench"))
        try:
            lines = run_benchmark(benchmark, folder, size=size, repeats=repeats)
        except AnswersDiffer as error:
            raise CommandError(f"Les réponses diffèrent, aucun temps n’est retenu : {error}") from error
        except ContenderFailed as error:
            raise CommandError(f"{error.benchmark} : {error.contender} a échoué ({error.message})") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        ratios = compare(benchmark, lines)
        self._show(lines, ratios, broken_promises(benchmark, lines, ratios) if size == "full" else [])
        return [*lines, *ratios]

    def _show(self, lines: list[dict[str, Any]], ratios: list[dict[str, Any]], broken: list[str]) -> None:
        self.stdout.write(f"\n{lines[0]['benchmark']} ({lines[0]['size']})")
        self.stdout.write(f"  {'':30}{'médiane s':>10}{'CPU s':>10}{'Mo':>8}  réponse")
        for line in lines:
            times = f"{line['seconds']:>10.4f}{line['processor_seconds']:>10.4f}{line['peak_megabytes']:>8}"
            self.stdout.write(f"  {line['contender']:30}{times}  {line['checksum']}")
        for each in ratios:
            limit = f" (au plus {each['limit']})" if each["limit"] else ""
            self.stdout.write(f"  ÷ {each['against']} : {each['ratio']} ; CPU {each['processor_ratio']}{limit}")
        for promise in broken:
            self.stdout.write(self.style.WARNING(f"  promesse non tenue : {promise}"))
