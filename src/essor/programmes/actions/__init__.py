"""Every write on programmes, agreements and their money. Each is one transaction: the deed, its lines, its trace."""

from essor.programmes.actions.agreements import load_shipped_programmes, open_programme
from essor.programmes.actions.applications import (
    Invited,
    Saved,
    attach_file,
    choose_file,
    deposit_application,
    invite,
    is_open,
    list_choices,
    revoke,
    save_answers,
    start_application,
)
from essor.programmes.actions.calling import send_calls
from essor.programmes.actions.checklists import choose_checklist, tick_step
from essor.programmes.actions.claiming import claim_startup
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
from essor.programmes.actions.inviting import send_invitations
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
from essor.programmes.actions.past_drafts import enter_draft, map_draft, put_down, replace_draft
from essor.programmes.actions.reporting import (
    Watched,
    deposit_document,
    record_report,
    send_agreement_letters,
    set_contact,
    watch_agreements,
    withdraw_report,
)

__all__ = [
    "Asked",
    "Imported",
    "Invited",
    "LoanReminders",
    "NewTerms",
    "Saved",
    "Watched",
    "accept_offer",
    "add_share",
    "adopt_minutes",
    "agree_schedule",
    "approve_payment",
    "approve_schedule",
    "ask_for_news",
    "ask_payment",
    "attach_file",
    "call_sitting",
    "choose_checklist",
    "choose_file",
    "claim_startup",
    "decide_item",
    "declare",
    "declare_interest",
    "deposit_application",
    "deposit_document",
    "drop_payment",
    "drop_schedule",
    "end_interest",
    "end_offer",
    "enrol",
    "enter_draft",
    "import_files",
    "invite",
    "is_locked",
    "is_open",
    "leave",
    "link_organisation",
    "list_choices",
    "load_shipped_programmes",
    "make_offer",
    "map_draft",
    "meet_condition",
    "move_share",
    "open_item",
    "open_programme",
    "pay",
    "put_down",
    "receive_payment",
    "record_report",
    "recover",
    "remind_loans",
    "replace_draft",
    "revoke",
    "save_answers",
    "score_item",
    "send_agreement_letters",
    "send_calls",
    "send_invitations",
    "set_contact",
    "set_project_cost",
    "start_application",
    "take_back",
    "tick_step",
    "vote_on",
    "watch_agreements",
    "withdraw_report",
]
