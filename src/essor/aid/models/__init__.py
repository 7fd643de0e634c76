"""What is kept of the programmes of aid."""

from essor.aid.models.catalogue import Aid, AidRevision

__all__ = ["Aid", "AidRevision"]
