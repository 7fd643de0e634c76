"""Every write on programmes, agreements and their money. Each is one transaction: the deed, its lines, its trace."""

from essor.programmes.actions.agreements import load_shipped_programmes, open_programme
from essor.programmes.actions.calling import send_calls
from essor.programmes.actions.committee import (
    adopt_minutes,
    call_sitting,
    decide_item,
    declare_interest,
    end_interest,
    open_item,
    score_item,
    vote_on,
)
from essor.programmes.actions.conditions import meet_condition
from essor.programmes.actions.files import enrol, leave
from essor.programmes.actions.following import Asked, ask_for_news, declare, link_organisation
from essor.programmes.actions.funding import add_share, is_locked, move_share, set_project_cost
from essor.programmes.actions.importing import Imported, import_files
from essor.programmes.actions.offers import (
    accept_offer,
    approve_payment,
    ask_payment,
    drop_payment,
    end_offer,
    make_offer,
    pay,
    recover,
)

__all__ = [
    "Asked",
    "Imported",
    "accept_offer",
    "add_share",
    "adopt_minutes",
    "approve_payment",
    "ask_for_news",
    "ask_payment",
    "call_sitting",
    "decide_item",
    "declare",
    "declare_interest",
    "drop_payment",
    "end_interest",
    "end_offer",
    "enrol",
    "import_files",
    "is_locked",
    "leave",
    "link_organisation",
    "load_shipped_programmes",
    "make_offer",
    "meet_condition",
    "move_share",
    "open_item",
    "open_programme",
    "pay",
    "recover",
    "score_item",
    "send_calls",
    "set_project_cost",
    "vote_on",
]
