"""What is kept of the programmes of aid, and of those that projects ask for."""

from essor.aid.models.catalogue import Aid, AidRevision
from essor.aid.models.folder import FolderItem, FolderStep

__all__ = ["Aid", "AidRevision", "FolderItem", "FolderStep"]
