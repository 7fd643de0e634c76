"""What is kept of the programmes of aid, of who looks after them, and of those that projects ask for."""

from essor.aid.models.alerts import AlertLetter, AlertSubscription
from essor.aid.models.care import AidConfirmation, AidLetter, AidProposal, LinkCheck
from essor.aid.models.catalogue import Aid, AidRevision
from essor.aid.models.folder import FolderItem, FolderStep

__all__ = [
    "Aid",
    "AidConfirmation",
    "AidLetter",
    "AidProposal",
    "AidRevision",
    "AlertLetter",
    "AlertSubscription",
    "FolderItem",
    "FolderStep",
    "LinkCheck",
]
