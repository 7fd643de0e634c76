"""Which rows speak of the same organisation, and of one that is already known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from essor.directory.importing.checking import Checked
from essor.directory.importing.existing import load_identifiers, load_municipalities, load_names
from essor.directory.importing.problems import Problem, Problems
from essor.directory.models import Organisation

NEW = "new"
_KEY = ("scheme", "issuer", "value")


@dataclass(frozen=True, slots=True)
class Matched:
    """``rows``: line, group. ``groups``: group, organisation (null: new), line (its first), in the file's order."""

    rows: pl.DataFrame
    groups: pl.DataFrame


def decision_key(folded: str, municipality: str | None) -> str:
    """How a person's decision about one name is kept in the mapping."""
    return f"{folded}|{municipality or ''}"


def match_rows(checked: Checked, *, decisions: Mapping[str, str]) -> Matched:
    """Identifiers first, then the exact folded name with the municipality; what is not certain becomes a problem."""
    rows = _with_municipality(checked)
    rows = _group(rows, checked.identifiers)
    _check_shared_identifiers(rows, checked)
    groups = rows.group_by("group", maintain_order=True).agg(
        pl.col("line").first(), pl.col("folded").drop_nulls().first(), pl.col("municipality").drop_nulls().first()
    )
    by_number = _match_identifiers(rows, checked)
    groups = groups.join(by_number, on="group", how="left", maintain_order="left")
    groups = _match_names(groups, rows, checked, decisions)
    unnamed = groups.filter(pl.col("organisation").is_null() & pl.col("folded").is_null())
    unnamed = unnamed.join(checked.identifiers, on="line", how="semi")
    for (line,) in unnamed.select("line").iter_rows():
        checked.problems.add(Problem(line, "", "", "new-without-name", "error"))
    return Matched(rows.select("line", "group"), groups.select("group", "organisation", "line"))


def _with_municipality(checked: Checked) -> pl.DataFrame:
    places = checked.statements.filter(pl.col("variable") == "municipality").select(
        "line", pl.col("codes").alias("municipality")
    )
    rows = checked.rows.select("line", "folded")
    return rows.join(places, on="line", how="left", maintain_order="left")


def _group(rows: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Rows of the same first identifier; one without takes the group of the only one with its name and municipality."""
    numbers = identifiers.with_columns(number=pl.concat_str(_KEY, separator="\x1f")).unique(
        "line", keep="first", maintain_order=True
    )
    rows = rows.join(numbers.select("line", "number"), on="line", how="left", maintain_order="left")
    rows = rows.with_columns(
        name=pl.when(pl.col("folded").is_not_null()).then(
            pl.concat_str("folded", pl.col("municipality").fill_null(""), separator="\x1f")
        )
    )
    numbered = rows.filter(pl.col("number").is_not_null() & pl.col("name").is_not_null())
    single = numbered.group_by("name").agg(pl.col("number").unique()).filter(pl.col("number").list.len() == 1)
    single = single.select("name", pl.col("number").list.first().alias("namesake"))
    rows = rows.join(single, on="name", how="left", maintain_order="left")
    who = pl.coalesce("number", "namesake", "name", pl.concat_str(pl.lit("line\x1f"), pl.col("line")))
    return rows.with_columns(who=who).with_columns(group=pl.col("who").rank("dense").cast(pl.Int64))


def _check_shared_identifiers(rows: pl.DataFrame, checked: Checked) -> None:
    owned = checked.identifiers.join(rows.select("line", "group"), on="line")
    shared = owned.group_by(_KEY).agg(pl.col("group").n_unique(), pl.col("line").sort()).filter(pl.col("group") > 1)
    for scheme, _issuer, value, _count, lines in shared.sort("value").iter_rows():
        facts = {"scheme": scheme, "lines": lines[:10]}
        checked.problems.add(Problem(lines[0], "", value, "identifier-shared", "error", facts))


def _match_identifiers(rows: pl.DataFrame, checked: Checked) -> pl.DataFrame:
    """group, organisation: those whose numbers are known; disagreeing numbers are a problem."""
    known = load_identifiers(checked.identifiers["scheme"].unique().to_list())
    known = known.sort("is_current", descending=True, maintain_order=True).unique(_KEY, keep="first")
    found = checked.identifiers.join(known, on=_KEY).join(rows.select("line", "group"), on="line")
    per_group = found.group_by("group").agg(
        pl.col("organisation").unique().sort(), pl.col("line").min(), pl.col("value").first()
    )
    for group, organisations, line, value in per_group.filter(pl.col("organisation").list.len() > 1).iter_rows():
        facts = {"organisations": keys_of(organisations), "group": group}
        checked.problems.add(Problem(line, "", value, "identifiers-disagree", "error", facts))
    return per_group.select("group", pl.col("organisation").list.first())


def keys_of(organisations: list[int]) -> list[str]:
    return list(Organisation.objects.filter(pk__in=organisations).order_by("pk").values_list("key", flat=True))


def _match_names(
    groups: pl.DataFrame, rows: pl.DataFrame, checked: Checked, decisions: Mapping[str, str]
) -> pl.DataFrame:
    waiting = groups.filter(pl.col("organisation").is_null() & pl.col("folded").is_not_null())
    if waiting.is_empty() or not Organisation.objects.exists():
        return groups
    names = load_names().select("folded", pl.col("organisation").alias("candidate")).unique()
    candidates = waiting.select("group", "folded", "municipality", "line").join(names, on="folded")
    if candidates.is_empty():
        return groups
    conflicting = _conflicting_numbers(candidates, rows, checked)
    candidates = candidates.join(conflicting, on=("group", "candidate"), how="anti")
    resolver = _Resolver(load_municipalities(), decisions, checked.problems)
    found = [
        (group, resolver.resolve(folded, municipality, line, organisations))
        for group, folded, municipality, line, organisations in candidates.group_by(
            "group", "folded", "municipality", "line", maintain_order=True
        )
        .agg(pl.col("candidate").sort())
        .iter_rows()
    ]
    resolved = pl.DataFrame(found, schema={"group": pl.Int64, "named": pl.Int64}, orient="row")
    joined = groups.join(resolved, on="group", how="left", maintain_order="left")
    return joined.with_columns(organisation=pl.coalesce("organisation", "named")).drop("named")


def _conflicting_numbers(candidates: pl.DataFrame, rows: pl.DataFrame, checked: Checked) -> pl.DataFrame:
    """group, candidate: a namesake that bears another number of the same register is someone else."""
    borne = load_identifiers(checked.identifiers["scheme"].unique().to_list()).filter("is_current")
    borne = borne.rename({"organisation": "candidate", "value": "borne"}).drop("is_current")
    given = checked.identifiers.join(rows.select("line", "group"), on="line").select("group", *_KEY).unique()
    pairs = (
        candidates.select("group", "candidate")
        .join(given, on="group")
        .join(borne, on=("candidate", "scheme", "issuer"))
    )
    return pairs.filter(pl.col("value") != pl.col("borne")).select("group", "candidate").unique()


@dataclass(frozen=True, slots=True)
class _Resolver:
    municipalities: Mapping[int, str]
    decisions: Mapping[str, str]
    problems: Problems

    def resolve(self, folded: str, municipality: str | None, line: int, candidates: list[int]) -> int | None:
        """The organisation meant, or None: a new one (or a problem, which stops everything anyway)."""
        key = decision_key(folded, municipality)
        if key in self.decisions:
            return self._decided(key, line)
        places = {candidate: self.municipalities.get(candidate) for candidate in candidates}
        exact = [candidate for candidate, place in places.items() if municipality and place == municipality]
        loose = [candidate for candidate, place in places.items() if not municipality or not place]
        found = exact or loose
        if len(found) > 1:
            facts = {"decision": key, "organisations": keys_of(found)}
            self.problems.add(Problem(line, "", folded, "organisation-ambiguous", "error", facts))
            return None
        if found and not exact:
            facts = {"decision": key, "organisations": keys_of(found)}
            self.problems.add(Problem(line, "", folded, "organisation-by-name", "warning", facts))
        return found[0] if found else None

    def _decided(self, key: str, line: int) -> int | None:
        choice = self.decisions[key]
        if choice == NEW:
            return None
        organisation = Organisation.objects.filter(key=choice, erased_at=None).first()
        if organisation is None:
            self.problems.add(Problem(line, "", choice, "decision-unknown", "error", {"decision": key}))
            return None
        return organisation.pk
