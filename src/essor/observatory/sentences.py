"""Figures inside sentences: what a page, a document and a command say first, in the language in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from essor.design.wording import (
    write_cad,
    write_day,
    write_decimal,
    write_interval,
    write_month,
    write_percent,
    write_unknown,
    write_whole,
)
from essor.methods.bases import FULL_TIME
from essor.methods.variables import Variable
from essor.observatory.labels import label_base, label_territory
from essor.observatory.rules import FEWEST_NAMED, is_decided

Data = Mapping[str, Any]
SIDES = {"from": "before", "to": "after"}
"""The two days of a comparison, and how its fields name each side."""


def find_figure(results: Data, base: Data, indicator: str, on: str) -> Data:
    """The figure of one base (``indicator``: ``enterprises``, ``jobs`` for the base's own measure, or an id)."""
    name = base["jobs_variable"] if indicator == "jobs" else indicator
    figure: Data = results["figures"][f"{base['slug']}.{base['version']}.{name}.{on}"]
    return figure


def natural(stored: int | None, scale: int) -> Decimal | int | None:
    """A stored integer in natural units: whole where the measure has no decimals."""
    if stored is None or scale == 0:
        return stored
    return Decimal(stored).scaleb(-scale)


def write_amount(figure: Data) -> str:
    """The figure's amount: a number, the interval when a member has a band, or a word when nobody said."""
    scale = figure["scale"]
    if figure["value"] is None and not figure["banded"]:
        return write_unknown()
    if figure["value"] is None:
        return write_interval((natural(figure["low"], scale), natural(figure["high"], scale)))
    return write_natural(figure["value"], scale)


def find_amount(figure: Data) -> str | None:
    """The figure as it may be said; None where it is unknown, as where no enterprise could be decided."""
    is_said = is_decided(figure) and (figure["value"] is not None or figure["banded"])
    return write_amount(figure) if is_said else None


def write_natural(stored: int | None, scale: int) -> str:
    number = natural(stored, scale)
    return write_whole(number) if scale == 0 else write_decimal(number, min(scale, 1))


def write_few(count: int) -> str:
    """A count of enterprises that says nothing of one or two of them."""
    return write_whole(count) if count >= FEWEST_NAMED else gettext("moins de %(n)s") % {"n": FEWEST_NAMED}


def write_number(variable: Variable, number: Decimal) -> str:
    """An answer in numbers as its variable is read: « 5 % », « 345 000 $ », « 12,5 »."""
    is_whole = number == number.to_integral_value()
    if variable.kind == "ratio":
        share = number * 100
        return write_percent(number, 0 if share == share.to_integral_value() else 1)
    if variable.kind == "money":
        return write_cad(number, 0 if is_whole else 2)
    return write_decimal(number, 0 if is_whole else variable.scale)


def say_withheld(labels: Sequence[str]) -> str:
    """Why nobody is named: what a definition reads that this reader may not."""
    words = ngettext(
        "Cette définition lit une réponse que le public ne lit pas (%(labels)s) : qui est compté n’est nommé qu’à qui "
        "conseille le territoire.",
        "Cette définition lit des réponses que le public ne lit pas (%(labels)s) : qui est compté n’est nommé qu’à qui "
        "conseille le territoire.",
        len(labels),
    )
    return words % {"labels": ", ".join(labels)}


def say_headline(results: Data, base: Data, on: str) -> str:
    """« Les Moulins, novembre 2017 : 787 personnes travaillent dans 32 entreprises, sur la base « … ». »"""
    jobs, count = find_figure(results, base, "jobs", on), find_figure(results, base, "enterprises", on)
    said = {
        "territory": label_territory(results["territory"]),
        "month": write_month(date.fromisoformat(on)),
        "jobs": write_amount(jobs),
        "enterprises": write_whole(count["value"]),
        "base": label_base(base),
        "version": base["version"],
    }
    number = count["value"]
    if not number and jobs["undecided"]:
        words = gettext("%(territory)s, %(month)s : on n’en sait pas assez pour compter, sur la base « %(base)s ».")
        return words % said
    if base["jobs_variable"] == FULL_TIME:
        words = ngettext(
            "%(territory)s, %(month)s : %(jobs)s équivalents temps plein dans %(enterprises)s entreprise, "
            "sur la base « %(base)s » (version %(version)s).",
            "%(territory)s, %(month)s : %(jobs)s équivalents temps plein dans %(enterprises)s entreprises, "
            "sur la base « %(base)s » (version %(version)s).",
            number,
        )
    else:
        words = ngettext(
            "%(territory)s, %(month)s : %(jobs)s personnes travaillent dans %(enterprises)s entreprise, "
            "sur la base « %(base)s » (version %(version)s).",
            "%(territory)s, %(month)s : %(jobs)s personnes travaillent dans %(enterprises)s entreprises, "
            "sur la base « %(base)s » (version %(version)s).",
            number,
        )
    return words % said


def say_gaps(jobs: Data) -> str:
    """What the amount leaves out: the undecided, those of whom nothing is said, the members without a figure.

    Empty when nothing is left out.
    """
    said = []
    if jobs["undecided"]:
        words = ngettext(
            "%(count)s organisation reste indécise et n’est pas comptée.",
            "%(count)s organisations restent indécises et ne sont pas comptées.",
            jobs["undecided"],
        )
        said.append(words % {"count": write_whole(jobs["undecided"])})
    if jobs["unseen"]:
        said.append(say_unseen(jobs["unseen"]))
    if jobs["without_figure"]:
        words = ngettext(
            "Les emplois de %(count)s entreprise sont inconnus : ils ne sont dans aucune somme.",
            "Les emplois de %(count)s entreprises sont inconnus : ils ne sont dans aucune somme.",
            jobs["without_figure"],
        )
        said.append(words % {"count": write_whole(jobs["without_figure"])})
    return " ".join(said)


def say_unseen(count: int) -> str:
    """Those known to exist, of whom nothing that the base reads is said that day; empty when there are none."""
    words = ngettext(
        "%(count)s organisation existe, et rien n’en est dit ce jour-là : elle n’est ni comptée ni indécise.",
        "%(count)s organisations existent, et rien n’en est dit ce jour-là : elles ne sont ni comptées ni indécises.",
        count,
    )
    return words % {"count": write_whole(count)} if count else ""


def say_undecided(comparison: Data) -> list[str]:
    """One sentence for each day of a comparison at which organisations remain undecided."""
    said = []
    for end, side in SIDES.items():
        count = comparison[f"undecided_{side}"]
        words = ngettext(
            "Au %(on)s, %(n)s organisation est indécise : elle n’est pas comptée, et elle pourrait l’être.",
            "Au %(on)s, %(n)s organisations sont indécises : elles ne sont pas comptées, et elles pourraient l’être.",
            count,
        )
        if count:
            said.append(words % {"on": write_day(date.fromisoformat(comparison[end])), "n": write_whole(count)})
    return said


def say_shaky(comparison: Data) -> str:
    """A warning where more organisations are undecided than counted at a day of a comparison; empty otherwise."""
    said = []
    for end, side in SIDES.items():
        undecided, counted = comparison[f"undecided_{side}"], comparison[f"enterprises_{side}"]
        if undecided > counted:
            words = gettext(
                "Au %(on)s, plus d’organisations sont indécises (%(undecided)s) que comptées (%(counted)s)."
            )
            numbers = {"undecided": write_whole(undecided), "counted": write_whole(counted)}
            said.append(words % {"on": write_day(date.fromisoformat(comparison[end])), **numbers})
    if said:
        said.append(gettext("Les totaux et la croissance pourraient être tout autres."))
    return " ".join(said)


def say_unknown(comparison: Data, label: str) -> list[str]:
    """One sentence for each day of a comparison whose total is unknown: why, and what to do next."""
    totals = [
        {"on": comparison[end], **{name: comparison[f"{name}_{side}"] for name in ("enterprises", "undecided")}}
        for end, side in SIDES.items()
    ]
    return [say_unknown_total(total, label) for total in totals if total["on"] in comparison["unknown_on"]]


def say_unknown_total(total: Data, label: str) -> str:
    """Why a total on one base is unknown. ``total``: ``on``, ``enterprises`` (those counted) and ``undecided``."""
    said = {"on": write_day(date.fromisoformat(total["on"])), "base": label}
    if total["enterprises"]:
        words = ngettext(
            "Au %(on)s, sur la base « %(base)s », le total est inconnu : l’entreprise comptée n’a pas donné de chiffre "
            "exact. Une réponse qui manque n’est pas un zéro ; complétez-la, ou choisissez une autre date.",
            "Au %(on)s, sur la base « %(base)s », le total est inconnu : aucune des %(n)s entreprises comptées n’a "
            "donné de chiffre exact. Une réponse qui manque n’est pas un zéro ; complétez-les, ou choisissez une "
            "autre date.",
            total["enterprises"],
        )
        return words % {**said, "n": write_whole(total["enterprises"])}
    words = ngettext(
        "Au %(on)s, sur la base « %(base)s », le total est inconnu : %(n)s organisation reste indécise. Une réponse "
        "qui manque n’est pas un zéro ; complétez-la, ou choisissez une autre date.",
        "Au %(on)s, sur la base « %(base)s », le total est inconnu : %(n)s organisations restent indécises. Une "
        "réponse qui manque n’est pas un zéro ; complétez-les, ou choisissez une autre date.",
        total["undecided"],
    )
    return words % {**said, "n": write_whole(total["undecided"])}


def say_left_out(bridge: Data) -> str:
    """The members of two bases that their bridge cannot weigh; empty when there are none."""
    count = len(bridge["without_figure"])
    words = ngettext(
        "Le pont compte les chiffres exacts seulement : %(n)s entreprise n’en a pas.",
        "Le pont compte les chiffres exacts seulement : %(n)s entreprises n’en ont pas.",
        count,
    )
    return words % {"n": write_whole(count)} if count else ""


def say_bridge(bridge: Data, first: Data, second: Data) -> str:
    """Why two totals of one day differ, in one sentence."""
    said = {
        "month": write_month(date.fromisoformat(bridge["on"])),
        "first": label_base(first),
        "second": label_base(second),
        "total_a": write_whole(bridge["total_a"]),
        "total_b": write_whole(bridge["total_b"]),
        "in_both": write_whole(bridge["in_both"]),
    }
    words = gettext(
        "En %(month)s, la base « %(first)s » compte %(total_a)s emplois et la base « %(second)s » en compte "
        "%(total_b)s. Ce n’est pas une croissance : ce sont deux définitions, qui ont %(in_both)s entreprises en "
        "commun."
    )
    return words % said
