"""What is kept of places, and of the bodies that serve them."""

from essor.territories.models.bodies import Body, BodyEvent, BodyMandate
from essor.territories.models.places import Boundary, Territory, TerritoryEvent, TerritoryPeriod, Vintage

__all__ = [
    "Body",
    "BodyEvent",
    "BodyMandate",
    "Boundary",
    "Territory",
    "TerritoryEvent",
    "TerritoryPeriod",
    "Vintage",
]
