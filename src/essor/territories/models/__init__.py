"""What is kept of places."""

from essor.territories.models.places import Boundary, Territory, TerritoryEvent, TerritoryPeriod, Vintage

__all__ = ["Boundary", "Territory", "TerritoryEvent", "TerritoryPeriod", "Vintage"]
