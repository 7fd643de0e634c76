"""Every write on programmes, agreements and their money. Each is one transaction: the deed, its lines, its trace."""

from essor.programmes.actions.agreements import load_shipped_programmes, open_programme
from essor.programmes.actions.checklists import choose_checklist, tick_step
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
from essor.programmes.actions.files import enrol
from essor.programmes.actions.following import Asked, ask_for_news, declare, link_organisation
from essor.programmes.actions.funding import add_share, is_locked, move_share, set_project_cost
from essor.programmes.actions.importing import Imported, import_files
from essor.programmes.actions.loans import (
    LoanReminders,
    NewTerms,
    agree_schedule,
    approve_schedule,
    drop_schedule,
    receive_payment,
    remind_loans,
    take_back,
)
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
    "LoanReminders",
    "NewTerms",
    "accept_offer",
    "add_share",
    "adopt_minutes",
    "agree_schedule",
    "approve_payment",
    "approve_schedule",
    "ask_for_news",
    "ask_payment",
    "call_sitting",
    "choose_checklist",
    "decide_item",
    "declare",
    "declare_interest",
    "drop_payment",
    "drop_schedule",
    "end_interest",
    "end_offer",
    "enrol",
    "import_files",
    "is_locked",
    "link_organisation",
    "load_shipped_programmes",
    "make_offer",
    "move_share",
    "open_item",
    "open_programme",
    "pay",
    "receive_payment",
    "recover",
    "remind_loans",
    "score_item",
    "set_project_cost",
    "take_back",
    "tick_step",
    "vote_on",
]
