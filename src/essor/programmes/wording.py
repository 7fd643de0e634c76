from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from essor.design.wording import write_cad, write_day, write_decimal, write_percent, write_whole
from essor.methods.forecast import ForecastError
from essor.programmes.funding_words import INSTRUMENTS, STATUSES
from essor.programmes.models import Offer
from essor.programmes.past_words import TARGETS, explain_faults
from essor.programmes.queries.files import OfferLine, StartupFile
from essor.programmes.rules import CENTS, ProgrammeError

SENTENCES: Mapping[str, Any] = {
    "programme-unknown": _("Aucun programme « {slug} ». Connus : {known}."),
    "parts-over-whole": _("Les parts d’une cible en prennent {parts}, et la cible n’en a que {whole}. Réduisez-les."),
    "amount-not-positive": _("Le montant doit être plus grand que zéro."),
    "under-floor": _(
        "L’entente prévoit au moins {floor} pour chaque entreprise ; cette offre n’est que de {asked}. Rien n’est "
        "offert."
    ),
    "over-cap": _(
        "L’entente prévoit au plus {cap} par entreprise ; avec cette offre, ce serait {asked}. Rien n’est offert."
    ),
    "loan-too-large": _("L’entente veut au plus {most} en prêt ; cette offre en a {share}. Augmentez la part donnée."),
    "outside-territory": _("L’entente de {partner} ne sert pas ce territoire. Rien n’est offert."),
    "outside-term": _("Le {on} n’est pas dans l’entente, qui va du {starts_on} au {last}."),
    "expires-before": _("Cette offre finirait le {expires_on}, avant d’être faite le {offered_on}."),
    "before-the-request": _("Le {on} vient avant la demande, arrivée le {asked_on}."),
    "over-free": _("Il reste {holds} de libre dans l’enveloppe ; cette offre est de {asked}. Rien n’est offert."),
    "over-accepted": _("Il reste {holds} à verser de cette offre ; {asked} est trop. Rien n’est versé."),
    "over-paid": _("{holds} ont été versés ; on ne peut en récupérer {asked}."),
    "not-offered": _("Cette offre n’attend plus de réponse : elle est acceptée, refusée ou finie."),
    "not-enrolled": _("Ce dossier n’est pas du programme de cette entente. Inscrivez-l’y d’abord."),
    "import-refused": _("Rien n’est entré : corrigez ces lignes, puis recommencez.\n{faults}"),
    "column-twice": _("Plusieurs colonnes disent la même chose : {titles}. N’en gardez qu’une."),
    "column-missing": _("Aucune colonne ne dit ceci : {what}. Reliez-en une, ou ajoutez-la au fichier."),
    "too-many-rows": _("Le fichier a {rows} lignes, et {limit} au plus entrent d’un coup. Coupez-le en plusieurs."),
    "draft-entered": _("Ce fichier est déjà entré : rien n’a été ajouté."),
    "headings-unknown": _("Colonnes inconnues : {found}. Connues : {allowed}."),
    "file-unreadable": _("Le fichier « {file} » ne se lit pas : {problem}."),
    "file-closed": _("Le dossier {reference} est clos : plus rien ne s’y offre ni ne s’y verse."),
    "programme-ended": _("Ce programme a pris fin le {last} : aucun dossier n’y entre plus. Choisissez-en un autre."),
    "programme-to-come": _("Ce programme commence le {starts_on} : aucun dossier n’y entre encore."),
    "not-in-programme": _("Ce dossier n’est d’aucun programme : il n’a rien à quitter."),
    "programme-kept": _(
        "Ce dossier a reçu une offre, est passé devant un comité ou a ouvert : il reste au programme. Fermez-le "
        "plutôt, avec son issue."
    ),
    "already-enrolled": _("Ce dossier est déjà d’un programme."),
    "stage-too-early": _("Une offre vient après la décision du comité. Faites d’abord avancer le dossier."),
    "offer-not-accepted": _("Cette offre n’est pas acceptée : ses conditions se vérifient après la signature."),
    "condition-unknown": _("Cette offre n’a pas cette condition. Relisez la page."),
    "condition-met": _("Il est déjà inscrit que cette condition est remplie."),
    "conditions-unmet": _(
        "Une condition de l’offre n’est pas remplie : « {condition} ». Inscrivez qu’elle l’est, ou dites pourquoi "
        "verser déjà. Rien n’est versé."
    ),
    "signature-missing": _("Écrivez qui signe : sans signature, rien n’est accepté."),
    "payment-waits": _("Un versement de cette offre attend déjà une autre personne. Qu’elle l’approuve ou l’écarte."),
    "payment-gone": _("Ce versement n’attend plus : il est fait, ou écarté."),
    "not-at-committee": _("Le dossier {reference} n’est pas à l’étape du comité."),
    "already-called": _("Le dossier {reference} est déjà devant une séance, qui ne l’a pas décidé."),
    "sitting-to-come": _("La séance est le {on} : rien ne se décide avant."),
    "sitting-empty": _("Une séance appelle au moins une personne et un dossier."),
    "quorum-too-large": _("Le quorum ({quorum}) dépasse le nombre de personnes appelées ({members})."),
    "not-of-committee": _("{person} n’a pas de rôle de comité pour ce territoire ce jour-là."),
    "sitting-past": _("Une séance s’appelle pour aujourd’hui ou plus tard."),
    "not-called": _("Cette séance ne vous appelle pas."),
    "adopter-withdrawn": _(
        "Vous vous retirez d’un dossier de cette séance : une autre personne en adopte le procès-verbal."
    ),
    "organisation-taken": _("« {name} » est déjà l’organisation d’un autre dossier d’un programme."),
    "news-full": _("Ce dossier porte déjà {most} déclarations. Écrivez à la personne qui vous accompagne."),
    "recused": _(
        "Vous avez un intérêt dans ce dossier ({why}) : vous ne l’ouvrez pas au comité, ne le notez pas, n’y votez "
        "pas, et vous n’y décidez, n’y offrez ni n’y versez rien."
    ),
    "item-decided": _("Ce dossier est déjà décidé : rien ne s’y ajoute."),
    "already-voted": _("Vous avez déjà voté sur ce dossier. Un vote ne se change pas."),
    "vote-unknown": _("Choisissez : pour, contre ou abstention."),
    "points-unknown": _("Chaque ligne se note de 1 à 5."),
    "no-quorum": _(
        "Le quorum n’y est pas : {present} voix sur {quorum}, sans compter qui a un intérêt. Rien n’est décidé."
    ),
    "refusal-incomplete": _(
        "Un refus dit pourquoi, ce qui changerait la réponse et comment redemander : remplissez les trois."
    ),
    "reasons-missing": _("Dites la raison de la décision."),
    "item-open": _("Un dossier n’est pas décidé : le procès-verbal attend."),
    "sitting-adopted": _("Le procès-verbal est adopté : rien ne s’y ajoute."),
    "interest-unclear": _("Nommez un dossier par sa référence, ou une organisation par son nom entier."),
    "interest-ended": _("Cet intérêt a déjà une fin."),
    "interest-day": _("Un intérêt finit après son début, au plus tôt aujourd’hui."),
    "offer-expired": _(
        "Cette offre finissait le {expires_on} : le {on}, elle ne peut plus être acceptée. Faites-en une autre."
    ),
    "second-person-needed": _(
        "À partir de {least} en tout, une autre personne doit approuver le versement. Rien n’est versé."
    ),
    "days-disordered": _(
        "Le {on} vient avant la dernière écriture, du {last}. Les écritures se suivent : datez du {last} ou après."
    ),
    "day-to-come": _("Le {on} est à venir : une écriture dit ce qui est arrivé."),
    "amount-too-large": _("Ce montant est trop grand pour être vrai. Écrivez-le en dollars, sans les cents."),
    "funding-not-enrolled": _("Ce dossier n’est d’aucun programme : son montage financier attend qu’il y entre."),
    "funding-locked": _(
        "Le dossier est devant le comité : le montage ne se change plus ici. Écrivez à la personne qui vous conseille."
    ),
    "share-unclear": _("Dites qui apporte cet argent, et sous quelle forme. Rien n’est ajouté."),
    "share-aid-unknown": _("Le catalogue n’a pas d’aide « {aid} ». Choisissez-en une de la liste."),
    "share-in-ledger": _(
        "Ce que {funder} donne par le programme vient de son offre et se compte déjà là. S’il s’agit d’un autre "
        "argent, cochez-le."
    ),
    "share-twice": _(
        "{funder} est déjà là sous cette forme : faites avancer cette ligne. S’il s’agit d’un autre argent, cochez-le."
    ),
    "step-not-from-here": _("Cette ligne a changé entre-temps, ou cet état ne suit pas le sien. Relisez-la."),
    "paid-over": _("Il reste {holds} à recevoir de cette ligne ; {asked} est trop. Rien n’est inscrit."),
    "shares-full": _("Ce montage est plein ({most} lignes au plus). Rien n’est ajouté."),
    "application-none": _("Ce dossier n’est d’aucun programme qui demande un formulaire."),
    "application-started": _("Cette demande est déjà commencée. Ouvrez-la pour la continuer."),
    "application-not-yours": _(
        "Ce geste revient à la personne qui a ouvert le dossier, à sa page. Ce qui est écrit est gardé."
    ),
    "application-closed": _(
        "Cette demande est déposée, ou le dossier est devant le comité : elle ne se change plus. Pour corriger, "
        "écrivez à la personne qui vous conseille."
    ),
    "application-incomplete": _(
        "Il manque {missing} réponses pour déposer : elles sont nommées plus bas. Rien n’est déposé."
    ),
    "application-unchanged": _("Rien n’a changé depuis le dernier dépôt. Rien n’est déposé de nouveau."),
    "deposit-too-early": _(
        "Le dossier n’est pas encore à l’étape du plan d’affaires : tout est gardé. La personne qui vous conseille "
        "dira quand déposer."
    ),
    "answer-malformed": _("Cette réponse ne se lit pas. Corrigez-la, ou laissez la case vide."),
    "answer-too-long": _(
        "{signs} signes : c’est plus que les {longest} permis. Raccourcissez, ou joignez un document."
    ),
    "answer-out-of-reach": _("Écrivez un nombre de {lowest} à {highest}, ou laissez la case vide."),
    "answers-full": _(
        "Cette demande garde déjà {most} versions de réponses : c’est le plus. Écrivez à qui vous conseille."
    ),
    "name-needed": _("Écrivez le nom de la personne : il paraîtra près de ce qu’elle écrit."),
    "email-wrong": _("« {value} » n’est pas une adresse de courriel. Corrigez-la. Personne n’est invité."),
    "invited-already": _("{value} est déjà de cette demande. Personne n’est invité."),
    "people-full": _("Cette demande a déjà invité {most} personnes : c’est le plus."),
    "revoked-already": _("Le lien de cette personne n’ouvre déjà plus rien."),
    "loan-none": _("Aucun prêt de cette offre n’est accepté : il n’y a rien à rembourser."),
    "loan-repaid": _("Ce prêt est tout remboursé : il n’y a plus rien à convenir."),
    "loan-waits": _("Un échéancier de ce prêt attend déjà une autre personne. Qu’elle l’approuve ou l’écarte."),
    "loan-gone": _("Cet échéancier n’attend plus : il est approuvé, ou écarté."),
    "loan-days": _(
        "Ces jours ne se suivent pas : l’offre est du {on}, puis vient l’écrit, au plus tard aujourd’hui, puis le "
        "premier paiement, moins de dix ans après."
    ),
    "loan-terms": _("Ce prêt ne se rembourse pas ainsi : le moratoire doit finir avant le dernier paiement."),
    "loan-words-missing": _("Dites-le en quelques mots : le dossier les garde."),
    "loan-second-person": _("Une autre personne doit le faire : pour une telle somme, il faut être deux."),
    "loan-stale": _("Un paiement a été inscrit entre-temps. Écartez cet échéancier, puis inscrivez-le de nouveau."),
    "loan-unagreed": _("Aucun échéancier n’est convenu : inscrivez-le avant un paiement."),
    "loan-over-owed": _("Il reste {holds} à recevoir ; {asked} est trop. Rien n’est inscrit."),
    "loan-over-paid": _(
        "Il reste {holds} de versé à rembourser ; ce paiement en rendrait {asked}. Versez d’abord le prêt, ou "
        "vérifiez le montant."
    ),
    "loan-day": _("Un paiement se reçoit après l’offre, du {on}, et au plus tard aujourd’hui."),
    "loan-taken-back": _("Ce paiement est déjà repris."),
    "loan-twice": _("Ce paiement vient d’être inscrit. S’il en est venu un autre, attendez dix minutes."),
    "loan-replaced": _(
        "Ce paiement est d’un échéancier qui a laissé place à un autre : il ne se reprend plus. Convenez d’un "
        "échéancier qui en tient compte."
    ),
    "checklist-full": _("Ces étapes ont déjà changé {most} fois. Écrivez à la personne qui vous accompagne."),
    "checklist-unknown": _(
        "Cette étape ou cette forme n’est pas de la liste. Rechargez la page, puis choisissez-en une."
    ),
    "not-open-yet": _("Cette entreprise n’est pas encore ouverte : il n’y a pas de nouvelles à donner."),
    "news-before-opening": _("Le {on} vient avant l’ouverture, le {opened_on}. Choisissez un jour d’après."),
    "news-to-come": _("Le {on} est à venir. Donnez des nouvelles d’aujourd’hui ou d’un jour passé."),
    "closing-day-missing": _("L’entreprise a fermé : dites quel jour."),
    "closing-day-unasked": _(
        "Vous dites que l’entreprise est ouverte, et aussi qu’elle a fermé. Gardez l’un des deux."
    ),
    "closing-before-opening": _("Une fermeture le {closed_on} viendrait avant l’ouverture, le {opened_on}."),
    "closing-after-day": _(
        "L’entreprise aurait fermé le {closed_on}, après le jour dont vous parlez ({on}). Corrigez l’un des deux."
    ),
    "closed-with-numbers": _("Une entreprise fermée n’a plus d’emplois ni de revenu : laissez ces cases vides."),
    "number-out-of-reach": _("Un nombre est négatif, ou bien trop grand. Corrigez-le, ou laissez la case vide."),
    "fte-over-jobs": _(
        "{fte} équivalents temps plein pour {jobs} personnes : ils ne peuvent pas être plus que les personnes."
    ),
    "alive-after-closing": _(
        "Il est déjà dit que l’entreprise a fermé le {closed_on}. Si c’est une erreur, donnez d’abord des nouvelles du "
        "jour où cela fut dit : elles le corrigent."
    ),
    "closed-twice": _(
        "Il est déjà dit que l’entreprise a fermé le {closed_on}. Pour corriger ce jour, donnez des nouvelles du même "
        "jour."
    ),
    "closing-before-alive": _(
        "Il est déjà dit que l’entreprise était ouverte le {last} : elle n’a pas fermé le {closed_on}. Corrigez ce "
        "jour, ou d’abord les nouvelles du {last}."
    ),
    "organisation-linked": _("Ce dossier est déjà celui d’une organisation de l’annuaire."),
    "organisation-unclear": _(
        "L’annuaire a {n} organisations de ce nom (« {name} ») : il en faut une. Écrivez son nom entier, ou la fin de "
        "son adresse dans l’annuaire."
    ),
    "agreement-full": _("Cette entente a déjà {most} documents : c’est le plus qu’elle garde."),
    "claim-unknown": _("Aucun dossier de ce programme, parmi les vôtres, ne porte cette référence."),
    "claim-unchanged": _("C’est déjà ainsi : rien n’est changé pour {partner}."),
    "report-unknown": _("Ce rapport, ou ce document, n’est pas de cette entente. Relisez la page."),
    "report-rendered": _("Ce rapport est déjà inscrit comme reçu."),
    "report-not-rendered": _("Ce rapport n’est pas inscrit comme reçu : il n’y a rien à corriger."),
    "report-day-to-come": _("Le {on} est à venir : un rapport s’inscrit une fois reçu."),
    "report-too-early": _("Le {on} vient avant l’entente, qui commence le {starts_on}."),
    "base-unknown": _("Aucune base ne s’appelle « {slug} »."),
    "days-not-in-order": _("Le premier jour doit venir avant le second."),
    "growth-uncovered": _(
        "Aucun recensement ne couvre le {on} : {n} des {total} entreprises ne sont connues qu’à une des deux dates. La "
        "comparaison n’est pas donnée."
    ),
    "date-malformed": _("« {value} » n’est pas une date : écrivez par exemple 2018-05-01."),
}
YEAR = 12
FORECASTS: Mapping[str, Any] = {
    "horizon-passed": _("L’échéance du {horizon_on} est passée."),
    "not-started": _("Le programme commence le {starts_on} : rien ne se prévoit le {as_of}."),
    "stage-unknown": _("Un dossier est à une étape inconnue : {found}."),
    "moves-disordered": _("Les jours d’un dossier se contredisent : le {after} suit le {before}."),
    "moves-after-end": _("Un dossier continue après sa fin."),
    "stages-refused": _("Les étapes du programme ne se lisent pas."),
}
DEEDS: Mapping[str, Any] = {
    "enrol": _("entrée dans {name}"),
    "leave": _("sortie de {name}"),
    "offer": _("offre de {amount}"),
    "accept": _("offre de {amount} acceptée"),
    "decline": _("{amount} rendus à l’enveloppe"),
    "pay": _("{amount} versés"),
    "recover": _("{amount} récupérés"),
    "condition": _("condition {number} remplie le {on}"),
    "project_cost": _("coût du projet : {amount}"),
    "fund": _("montage, {instrument} de {amount} : {status}"),
    "declare": _("nouvelles de l’entreprise, le {on}"),
    "loan_ask": _("échéancier du prêt, {amount} : attend une autre personne"),
    "loan_agree": _("échéancier du prêt convenu : {amount}"),
    "loan_receive": _("paiement du prêt reçu le {on} : {amount}"),
    "loan_take_back": _("paiement du prêt du {on} repris : {amount}"),
    "loan_soon": _("paiement du prêt rappelé, {amount} pour le {on}"),
    "loan_late": _("paiement du prêt en retard, {amount} pour le {on}"),
    "checklist": _("étapes suivies pour ouvrir : {name}"),
    "step_done": _("étape faite : {name}"),
    "step_undone": _("étape qui n’est plus dite faite : {name}"),
    "link": _("le dossier est celui d’une organisation de l’annuaire"),
    "claim": _("aussi réclamée par {name}"),
    "unclaim": _("n’est plus réclamée par {name}"),
    "application_start": _("demande de financement commencée (formulaire {form})"),
    "application_deposit": _("demande de financement déposée (dépôt {number})"),
    "application_invite": _("invitation à écrire la demande"),
    "application_revoke": _("lien d’une personne invitée retiré"),
    "news_soon": _("nouvelles demandées pour le {on}"),
    "news_late": _("nouvelles demandées de nouveau, attendues le {on}"),
    "news_silent": _("aucune nouvelle, attendue le {on} : signalé à l’équipe"),
}
DUTIES: Mapping[str, Any] = {
    "to_come": _("à venir"),
    "due": _("à donner maintenant"),
    "late": _("en retard"),
    "missed": _("jamais venues"),
    "done": _("données"),
}
GROWTH_PARTS: Mapping[str, Any] = {
    "programme": _("Entreprises du programme"),
    "others": _("Autres entreprises"),
    "reclassified": _("Arrivées, parties ou reclassées"),
    "unknown": _("Connues à une seule des deux dates"),
}
TOO_FEW = _("trop peu pour être publié")
RESULTS: Mapping[str, Any] = {
    "": _("à décider"),
    "accepted": _("accepté"),
    "refused": _("refusé"),
    "postponed": _("remis à une autre séance"),
    "withdrawn": _("sorti du comité avant la décision"),
}
STATES: Mapping[str, Any] = {
    "offered": _("attend une réponse"),
    "accepted": _("acceptée"),
    "paid": _("versée"),
    "ended": _("finie"),
}
AMOUNTS = frozenset({"asked", "floor", "cap", "holds", "least"})
COUNTS = frozenset({"lowest", "highest", "longest", "signs"})


def explain(error: ProgrammeError) -> str:
    facts = {name: _write(name, value) for name, value in error.facts.items()}
    if error.code == "import-refused":
        facts["faults"] = "\n".join(explain_faults(error.facts["faults"]))
    if error.code == "column-twice":
        facts["titles"] = ", ".join(error.facts["titles"])
    if error.code == "column-missing":
        facts["what"] = str(TARGETS[error.facts["what"]])
    if error.code == "outside-term":
        facts["last"] = write_day(error.facts["ends_before"] - timedelta(days=1))
    return str(SENTENCES[error.code]).format(**facts)


def describe_deed(facts: Mapping[str, Any]) -> str:
    """What a line of the timeline says of a programme, from the facts that it keeps."""
    name = facts.get("en" if get_language() == "en" else "fr", "")
    said = {"instrument": INSTRUMENTS.get(facts.get("instrument", "")), "status": STATUSES.get(facts.get("status", ""))}
    said |= {"form": facts.get("form", ""), "number": facts.get("number", "")}
    on = write_day(date.fromisoformat(facts["on"])) if "on" in facts else ""
    said |= {"name": name, "amount": write_cents(facts.get("cents", 0)), "on": on, "number": facts.get("number", "")}
    told = str(DEEDS[facts["deed"]]).format(**said)
    return f"{told} ({explain_unmet(facts['unmet'])})" if facts.get("unmet") else told


def explain_unmet(n: int) -> str:
    return ngettext("{n} condition pas encore remplie", "{n} conditions pas encore remplies", n).format(n=n)


def summarise_file(file: StartupFile, *, on: date) -> str:
    if file.programme is None:
        return gettext("Ce dossier n’est inscrit à aucun programme.")
    name = file.programme.name_en if get_language() == "en" else file.programme.name_fr
    said = [gettext("Dans « {name} ».").format(name=name)]
    return " ".join(said + [_summarise_offer(line, on) for line in file.offers])


def _summarise_offer(line: OfferLine, on: date) -> str:
    told = gettext("Offre de {amount} : {state}.")
    if line.awaits_answer(on):
        told = gettext("Offre de {amount} : attend une réponse, au plus tard le {day}.")
    elif line.state == "offered":
        told = gettext("Offre de {amount} : sans réponse le {day}, son dernier jour.")
    day = write_day(line.offer.expires_on)
    return told.format(amount=_write_offered(line.offer), state=STATES[line.state], day=day)


def _write_offered(offer: Offer) -> str:
    """« 35 000 $ (25 000 $ donnés, 10 000 $ prêtés, à rembourser) »: nobody accepts a loan without knowing it."""
    if not offer.loan_cents:
        return write_cents(offer.cents)
    told = gettext("{amount} (prêtés, à rembourser)")
    if offer.grant_cents:
        told = gettext("{amount} ({given} donnés, {lent} prêtés, à rembourser)")
    amounts = {"given": write_cents(offer.grant_cents), "lent": write_cents(offer.loan_cents)}
    return told.format(amount=write_cents(offer.cents), **amounts)


def explain_thin() -> str:
    return gettext("Trop peu de dossiers ont abouti pour bien le dire : la prévision s’appuie sur ce qu’on suppose.")


def explain_forecast(error: ForecastError) -> str:
    facts = {name: _write(name, value) for name, value in error.facts.items()}
    return str(FORECASTS[error.code]).format(**facts)


def write_cents(cents: int) -> str:
    return write_cad(cents / CENTS, 0 if cents % CENTS == 0 else 2)


def _write(name: str, value: Any) -> str:
    if name in AMOUNTS:
        return write_cents(value)
    if name in COUNTS:
        return write_whole(value)
    if isinstance(value, Decimal):
        return write_decimal(value, 2)
    if isinstance(value, Fraction):
        return write_percent(float(value), 0)
    return write_day(value) if isinstance(value, date) else str(value)


def write_age(months: int) -> str:
    """Since the opening."""
    if months % YEAR:
        return ngettext("{n} mois", "{n} mois", months).format(n=months)
    years = months // YEAR
    return ngettext("{n} an", "{n} ans", years).format(n=years)
