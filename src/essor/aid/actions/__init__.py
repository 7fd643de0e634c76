"""Every write on the catalogue of aid and on projects' folders. Each is one transaction: the deed and its trace."""

from essor.aid.actions.alerts import confirm_subscription, leave, send_alerts, subscribe, tell_subscribers
from essor.aid.actions.care import (
    answer_proposal,
    ask_giver,
    confirm_aid,
    propose_correction,
    send_letters,
    write_to_givers,
)
from essor.aid.actions.catalogue import draft_aid, import_aids, load_shipped_aids, publish_aid, set_draft_aside
from essor.aid.actions.folder import add_aid, correct_step, erase_folder, record_step, take_step_back
from essor.aid.actions.links import check_links
from essor.aid.actions.reorganising import record_reorganisation

__all__ = [
    "add_aid",
    "answer_proposal",
    "ask_giver",
    "check_links",
    "confirm_aid",
    "confirm_subscription",
    "correct_step",
    "draft_aid",
    "erase_folder",
    "import_aids",
    "leave",
    "load_shipped_aids",
    "propose_correction",
    "publish_aid",
    "record_reorganisation",
    "record_step",
    "send_alerts",
    "send_letters",
    "set_draft_aside",
    "subscribe",
    "take_step_back",
    "tell_subscribers",
    "write_to_givers",
]
