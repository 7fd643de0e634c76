"""Every write on programmes, agreements and their money. Each is one transaction: the deed, its lines, its trace."""

from essor.programmes.actions.agreements import load_shipped_programmes, open_programme
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
from essor.programmes.actions.past_drafts import enter_draft, map_draft, put_down, replace_draft

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
    "enter_draft",
    "import_files",
    "is_locked",
    "link_organisation",
    "load_shipped_programmes",
    "make_offer",
    "map_draft",
    "move_share",
    "open_item",
    "open_programme",
    "pay",
    "put_down",
    "recover",
    "replace_draft",
    "score_item",
    "set_project_cost",
    "vote_on",
]
