"""A financing plan told in French or in English, one line a fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from essor.methods.criteria.words import NO_BREAK, Pair, grouped
from essor.methods.financing.order import Flag, Step
from essor.methods.financing.planning import Plan, Share
from essor.methods.financing.reasons import Binding, LeftOut

MONTHS: tuple[str, str] = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "January February March April May June July August September October November December",
)
SUMS: Mapping[str, Pair] = {
    "none": ("Aucune aide ne couvre ce projet de {cost}.", "No aid covers this project of {cost}."),
    "one": (
        "{count} aide couvre {covered} des {cost} que coûte le projet.",
        "{count} aid covers {covered} of the {cost} that the project costs.",
    ),
    "several": (
        "{count} aides couvrent ensemble {covered} des {cost} que coûte le projet.",
        "{count} aids together cover {covered} of the {cost} that the project costs.",
    ),
    "own": ("Vous devez apporter {own}.", "You must bring {own}."),
    "no-own": ("Aucune mise de fonds n’est exigée.", "No contribution is required."),
    "gap": ("Il reste {gap} à trouver.", "There is still {gap} to be found."),
    "no-gap": ("Il ne reste rien à trouver.", "Nothing more is to be found."),
    "repayable": (
        "De ce que les aides couvrent, vous devrez rembourser {repayable}.",
        "Of what aid covers, you will have to repay {repayable}.",
    ),
    "no-repayable": ("Rien n’est à rembourser.", "Nothing is to be repaid."),
    "not-proved": (
        "La recherche a été arrêtée avant la fin. Un meilleur plan est possible, mais aucun ne couvre plus de {most}.",
        "The search was stopped before its end. A better plan may exist, but none covers more than {most}.",
    ),
}
BESIDE: Pair = ("Demandez aussi {aid}, qui n’apporte pas d’argent.", "Also ask for {aid}, which brings no money.")
BINDINGS: Mapping[str, Pair] = {
    "cap": (
        "{aid} ne dépasse pas {limit}. Un plafond plus haut couvrirait davantage.",
        "{aid} gives at most {limit}. A higher cap would cover more.",
    ),
    "share-of-cost": (
        "{aid} ne dépasse pas sa part des coûts, soit {limit}. Une part plus grande couvrirait davantage.",
        "{aid} gives at most its share of the costs, {limit}. A larger share would cover more.",
    ),
    "floor": (
        "{aid} donne au moins {limit}. Un minimum plus bas laisserait place à d’autres aides.",
        "{aid} gives at least {limit}. A lower minimum would leave room for other aid.",
    ),
    "own-share": (
        "{aid} demande que vous apportiez {limit}. Les aides ne peuvent pas couvrir cette part.",
        "{aid} asks you to bring {limit}. Aid cannot cover that part.",
    ),
    "own-cash": (
        "Vous apportez {limit} de vos fonds. Les aides ne couvrent que le reste.",
        "You bring {limit} of your own. Aid covers only the rest.",
    ),
    "cumulation": (
        "Avec {aid}, l’ensemble des aides publiques ne peut pas dépasser {limit}.",
        "With {aid}, all public aid together cannot exceed {limit}.",
    ),
}
STEPS: Mapping[str, Pair] = {
    "deadline": ("Demandez {aid}{before}.", "Ask for {aid}{before}."),
    "no-deadline": (
        "Demandez {aid}. Aucune date de fin n’est connue.",
        "Ask for {aid}. No closing date is known.",
    ),
    "dates-unknown": (
        "Demandez {aid}. Ses dates ne sont pas connues{nbsp}: vérifiez-les auprès de l’organisme.",
        "Ask for {aid}. Its dates are not known: check them with the provider.",
    ),
    "opens-the-way": (
        "Demandez {aid}{before}, avant {other}, qui exige un autre bailleur de fonds.",
        "Ask for {aid}{before}, ahead of {other}, which requires another funder.",
    ),
    "after-other-funder": (
        "Demandez {aid}{before}. L’autre bailleur de fonds exigé est celui de {other}.",
        "Ask for {aid}{before}. The other funder required is that of {other}.",
    ),
    "together": (
        "Demandez {aid}{before}, en même temps que {other}{nbsp}: chacune des deux exige un autre bailleur de fonds.",
        "Ask for {aid}{before}, together with {other}: each of the two requires another funder.",
    ),
}
LEFT_OUT: Mapping[str, Pair] = {
    "window-closed": ("sa période de demande est terminée.", "applications have closed."),
    "not-open-yet": ("sa période de demande n’est pas commencée.", "applications have not opened yet."),
    "amount-unknown": (
        "ses montants ne sont pas connus. Demandez-les à l’organisme.",
        "its amounts are not known. Ask the provider for them.",
    ),
    "no-eligible-cost": ("elle ne paie aucun coût de ce projet.", "it pays for none of the costs of this project."),
    "own-cash-short": (
        "la mise de fonds exigée dépasse ce que vous pouvez apporter.",
        "the contribution required is more than you can bring.",
    ),
    "floor-too-high": (
        "son minimum est trop élevé pour ce qui peut être couvert.",
        "its minimum is too high for what can be covered.",
    ),
    "excluded-by": ("elle ne se cumule pas avec {other}.", "it cannot be combined with {other}."),
    "needs-other-funder": (
        "elle exige un autre bailleur de fonds, et le plan n’en a pas.",
        "it requires another funder, and the plan has none.",
    ),
    "limits-the-others": (
        "ses conditions réduiraient ce que les autres aides peuvent couvrir.",
        "its conditions would reduce what the other aid can cover.",
    ),
    "adds-nothing": ("elle n’ajouterait rien au plan.", "it would add nothing to the plan."),
    "search-stopped": (
        "la recherche a été arrêtée avant de l’essayer. Elle pourrait s’ajouter au plan.",
        "the search was stopped before trying it. It may fit in the plan.",
    ),
}
FLAGS: Mapping[str, Pair] = {
    "window-unknown": ("la période de demande n’est pas connue.", "the application period is not known."),
    "opening-unknown": ("la date d’ouverture n’est pas connue.", "the opening date is not known."),
    "closing-unknown": ("la date de fermeture n’est pas connue.", "the closing date is not known."),
    "decision-unknown": ("le délai de réponse n’est pas connu.", "how long the decision takes is not known."),
    "decision-after-deadline": (
        "la réponse viendrait le {on}, après la date où vous devez savoir.",
        "the answer would come on {on}, after the day by which you must know.",
    ),
    "decision-after-start": (
        "la réponse viendrait le {on}, après le début du projet.",
        "the answer would come on {on}, after the project starts.",
    ),
}


def explain(
    plan: Plan, language: str, *, names: Mapping[str, str] | None = None, kind_names: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The plan in words: sums, each aid, what limits it, the order of requests, what is left out, what to check.

    ``language``: ``fr`` or ``en`` (``en-CA`` counts as ``en``; anything else is French). ``names``, ``kind_names``:
    names of aids and of kinds of cost in that language; a code without a name stands as is.

    >>> from essor.methods.financing import Aid, Option, Project, explain, plan
    >>> project = Project(costs={"equipment": 23_000_00}, starts_on=date(2027, 3, 1))
    >>> grant = Aid(id="grant", instrument="grant", options=(Option(cap=13_000_00),), closes_before=date(2027, 2, 1))
    >>> for line in explain(plan(project, [grant], on=date(2027, 1, 4)), "en")[:4]:
    ...     print(line)
    1 aid covers $13,000 of the $23,000 that the project costs.
    No contribution is required. There is still $10,000 to be found.
    Nothing is to be repaid.
    “grant”: $13,000 (equipment: $13,000).
    """
    parts = explain_parts(plan, language, names=names, kind_names=kind_names)
    order = (f"{place}. {step}" for place, step in enumerate(parts["order"], start=1))
    return tuple(line for name, lines in parts.items() for line in (order if name == "order" else lines))


def explain_parts(
    plan: Plan, language: str, *, names: Mapping[str, str] | None = None, kind_names: Mapping[str, str] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """The same lines by what they tell: ``sums``, ``shares``, ``binding``, ``order`` (without numbers), ``beside``,
    ``left_out``, ``flags``, in this order."""
    return _Teller(language, names or {}, kind_names or {}).parts(plan)


@dataclass(frozen=True, slots=True)
class _Teller:
    language: str
    names: Mapping[str, str]
    kind_names: Mapping[str, str]

    @property
    def is_english(self) -> bool:
        return self.language.lower().startswith("en")

    def parts(self, plan: Plan) -> Mapping[str, tuple[str, ...]]:
        return {
            "sums": tuple(self._sums(plan)),
            "shares": tuple(self._share(share) for share in plan.chosen),
            "binding": tuple(self._binding(binding) for binding in plan.binding),
            "order": tuple(self._step(step) for step in plan.order),
            "beside": tuple(self._say(BESIDE, aid=self._aid(aid)) for aid in plan.beside),
            "left_out": tuple(self._left_out(each) for each in plan.left_out),
            "flags": tuple(self._flag(flag) for flag in plan.flags),
        }

    def _sums(self, plan: Plan) -> Iterator[str]:
        words = {name: self._money(getattr(plan, name)) for name in ("cost", "covered", "gap", "repayable")}
        words |= {"own": self._money(plan.own_required), "count": str(len(plan.chosen))}
        words |= {"most": self._money(plan.at_most)}
        yield self._say(SUMS[("none", "one", "several")[min(len(plan.chosen), 2)]], **words)
        own, gap = "own" if plan.own_required else "no-own", "gap" if plan.gap else "no-gap"
        yield self._say(SUMS[own], **words) + " " + self._say(SUMS[gap], **words)
        if plan.chosen:
            yield self._say(SUMS["repayable" if plan.repayable else "no-repayable"], **words)
        if not plan.is_proved:
            yield self._say(SUMS["not-proved"], **words)

    def _share(self, share: Share) -> str:
        colon = f"{NO_BREAK}: " if not self.is_english else ": "
        parts = [
            f"{self.kind_names.get(kind, kind)}{colon}{self._money(cents)}"
            for kind, cents in sorted(share.by_cost_kind.items())
        ]
        return f"{self._aid(share.aid)}{colon}{self._money(share.amount)} ({', '.join(parts)})."

    def _binding(self, binding: Binding) -> str:
        return self._say(BINDINGS[binding.code], aid=self._aid(binding.aid or ""), limit=self._money(binding.limit))

    def _step(self, step: Step) -> str:
        before = ""
        if step.closes_before is not None:
            before = self._say((" avant le {on}", " before {on}"), on=self._day(step.closes_before))
        return self._say(STEPS[step.reason], aid=self._aid(step.aid), before=before, other=self._aid(step.other or ""))

    def _left_out(self, left: LeftOut) -> str:
        heading = self._say(("{aid} reste de côté{nbsp}: ", "{aid} is left out: "), aid=self._aid(left.aid))
        return heading + self._say(LEFT_OUT[left.reason], other=self._aid(left.other or ""))

    def _flag(self, flag: Flag) -> str:
        heading = self._say(("À vérifier pour {aid}{nbsp}: ", "To check for {aid}: "), aid=self._aid(flag.aid))
        return heading + self._say(FLAGS[flag.code], on="" if flag.on is None else self._day(flag.on))

    def _say(self, pair: Pair, **words: str) -> str:
        return pair[int(self.is_english)].format(nbsp=NO_BREAK, **words)

    def _aid(self, aid: str) -> str:
        name = self.names.get(aid, aid)
        return f"“{name}”" if self.is_english else f"«{NO_BREAK}{name}{NO_BREAK}»"

    def _money(self, cents: int) -> str:
        amount = grouped(Decimal(cents) / 100, "en" if self.is_english else "fr", decimals=2 if cents % 100 else 0)
        return f"${amount}" if self.is_english else f"{amount}{NO_BREAK}$"

    def _day(self, day: date) -> str:
        month = MONTHS[int(self.is_english)].split()[day.month - 1]
        if self.is_english:
            return f"{month} {day.day}, {day.year}"
        return f"{'1er' if day.day == 1 else day.day}{NO_BREAK}{month} {day.year}"
