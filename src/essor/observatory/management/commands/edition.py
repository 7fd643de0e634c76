from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from essor.design.wording import is_english, write_day, write_whole
from essor.observatory.actions import publish_edition
from essor.observatory.console import ObservatoryCommand, read_day, read_known, read_territory
from essor.observatory.folders import Report
from essor.observatory.growths import say_growth, say_missing
from essor.observatory.models import Edition
from essor.observatory.previewing import label_bases, say_difference
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.editions import get_edition, list_editions, read_manifest, verify_edition
from essor.observatory.queries.subtractions import list_small_differences
from essor.observatory.sentences import find_figure, say_gaps, say_headline
from essor.observatory.wording import explain_problem


class Command(ObservatoryCommand):
    help = "Les éditions : lister, publier, vérifier, lire. / Editions: list, publish, verify, show."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="list|publish|verify|show")
        for word in ("list", "publish", "verify", "show"):
            one = words.add_parser(word)
            super().add_arguments(one)
            if word in ("verify", "show"):
                one.add_argument("slug", help="nom de l’édition, par exemple les-moulins-2017-11-29")
            if word == "publish":
                _add_publication(one)

    def tell(self, options: dict[str, Any], now: datetime) -> None:
        getattr(self, f"_{options['word']}")(options, now)

    def _list(self, options: dict[str, Any], _now: datetime) -> None:
        editions = list(list_editions())
        if options["as_json"]:
            self.say_json([_summarise(edition) for edition in editions])
        elif not editions:
            self.say(_("Aucune édition n’est publiée. « edition publish --help » dit comment faire."))
        for edition in [] if options["as_json"] else editions:
            title = edition.title_en if is_english() else edition.title_fr
            self.say(f"{edition.slug}  {title}  ({write_day(edition.published_at)})")

    def _publish(self, options: dict[str, Any], now: datetime) -> None:
        dates = [read_day("--on", text) for text in options["on"]]
        _known_on, known_at = read_known(options["known_on"], now)
        edition = publish_edition(
            territory_code=read_territory(options, on=max(dates), known_at=known_at),
            base_versions=[get_base_version(slug=slug, on=max(dates)) for slug in options["base"]],
            dates=dates,
            known_at=known_at,
            title_fr=options["title_fr"],
            title_en=options["title_en"],
            predecessor=get_edition(slug=options["corrects"]) if options["corrects"] else None,
            correction_reason=options["reason"],
            by=None,
            now=now,
        )
        differences = list_small_differences(edition.results, apart_from=edition)
        if options["as_json"]:
            self.say_json(_summarise(edition) | {"warnings": differences})
            return
        labels = label_bases(edition.results)
        for item in differences:
            self.say(_("Attention. %(sentence)s") % {"sentence": say_difference(item, labels)})
        self.say(_("Publiée : %(slug)s. Elle ne changera plus.") % {"slug": edition.slug})

    def _verify(self, options: dict[str, Any], _now: datetime) -> None:
        report = verify_edition(slug=options["slug"])
        if options["as_json"]:
            self.say_json(_tell_report(report))
        if report.is_sound:
            if not options["as_json"]:
                said = {"figures": write_whole(report.figures), "files": write_whole(report.files)}
                self.say(
                    _("Intacte : %(figures)s chiffres recalculés, tous égaux ; %(files)s fichiers, tous conformes.")
                    % said
                )
            return
        sentences = [explain_problem(problem) for problem in report.problems[:20]]
        raise CommandError("\n".join(sentences), returncode=1)

    def _show(self, options: dict[str, Any], _now: datetime) -> None:
        edition = get_edition(slug=options["slug"])
        if options["as_json"]:
            self.say_json({"manifest": read_manifest(edition), "results": edition.results})
            return
        results = edition.results
        self.say(edition.title_en if is_english() else edition.title_fr)
        for base in results["bases"]:
            for on in results["dates"]:
                self.say(" ".join(filter(None, (
                    say_headline(results, base, on), say_gaps(find_figure(results, base, "jobs", on)),
                ))))  # fmt: skip
        for told in results["comparisons"].values():
            base = next(base for base in results["bases"] if base["slug"] == told["base"])
            cautions = say_missing(told["readings"]["criteria"], told["scale"])
            self.say(" ".join([say_growth(told, base), *cautions]))
        if edition.predecessor is not None:
            said = {"slug": edition.predecessor.slug, "reason": edition.correction_reason}
            self.say(_("Corrige « %(slug)s » : %(reason)s") % said)


def _add_publication(parser: ArgumentParser) -> None:
    parser.add_argument("--territory", help="code du territoire, par exemple 640")
    parser.add_argument("--base", action="append", required=True, help="une base ; répétez pour plusieurs")
    parser.add_argument("--on", action="append", required=True, help="un jour ; répétez pour plusieurs")
    parser.add_argument("--known-on", help="avec ce qu’on savait ce jour-là (aujourd’hui)")
    parser.add_argument("--title-fr", required=True)
    parser.add_argument("--title-en", required=True)
    parser.add_argument("--corrects", help="l’édition que celle-ci corrige")
    parser.add_argument("--reason", default="", help="pourquoi elle la corrige")


def _summarise(edition: Edition) -> dict[str, Any]:
    successor = Edition.objects.filter(predecessor=edition).values_list("slug", flat=True).first()
    return {
        "slug": edition.slug,
        "title_fr": edition.title_fr,
        "title_en": edition.title_en,
        "territory": edition.territory_code,
        "bases": [str(version) for version in edition.base_versions.all()],
        "last_reference_date": edition.last_reference_on.isoformat(),
        "known_at": edition.known_at.isoformat(),
        "published_at": edition.published_at.isoformat(),
        "snapshot": edition.snapshot_hash,
        "manifest": edition.manifest_hash,
        "corrects": edition.predecessor.slug if edition.predecessor else None,
        "corrected_by": successor,
        "changes": edition.changes,
    }


def _tell_report(report: Report) -> dict[str, Any]:
    return {
        "slug": report.slug,
        "sound": report.is_sound,
        "files": report.files,
        "figures": report.figures,
        "problems": [
            {
                "code": problem.code,
                "file": problem.file,
                "path": problem.path,
                "expected": problem.expected,
                "found": problem.found,
            }
            for problem in report.problems
        ],
    }
