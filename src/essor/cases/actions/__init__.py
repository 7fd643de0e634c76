"""Every write on cases. Each is one transaction: the deed, its line in the timeline, its trace, its letters to send."""

from essor.cases.actions.documents import attach_document
from essor.cases.actions.erasing import erase_case, sweep_documents
from essor.cases.actions.following import follow_reorganisations
from essor.cases.actions.handing import hand_over
from essor.cases.actions.moving import close_case, continue_case, move_case, write_message, write_note
from essor.cases.actions.opening import NewRequest, OpenedCase, assign_case, open_case, route_case
from essor.cases.actions.reminding import Reminded, remind_and_escalate
from essor.cases.actions.retaining import remove_expired
from essor.cases.actions.sending import send_letters
from essor.cases.actions.tasks import add_task, finish_task
from essor.cases.actions.writing import THE_PROMOTER, By, Promoter

__all__ = [
    "THE_PROMOTER",
    "By",
    "NewRequest",
    "OpenedCase",
    "Promoter",
    "Reminded",
    "add_task",
    "assign_case",
    "attach_document",
    "close_case",
    "continue_case",
    "erase_case",
    "finish_task",
    "follow_reorganisations",
    "hand_over",
    "move_case",
    "open_case",
    "remind_and_escalate",
    "remove_expired",
    "route_case",
    "send_letters",
    "sweep_documents",
    "write_message",
    "write_note",
]
