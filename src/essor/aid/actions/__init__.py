"""Every write on the catalogue of aid. Each is one transaction: the deed and its trace."""

from essor.aid.actions.catalogue import draft_aid, load_shipped_aids, publish_aid, set_draft_aside

__all__ = ["draft_aid", "load_shipped_aids", "publish_aid", "set_draft_aside"]
