"""Every write on places and bodies. Each is one transaction: the deed and its trace."""

from essor.territories.actions.bodies import (
    BodyImport,
    Foreseen,
    foresee_reorganisation,
    import_bodies,
    load_shipped_bodies,
    reorganise,
    withdraw_lines,
)
from essor.territories.actions.places import (
    ImportReport,
    import_boundaries,
    import_municipalities,
    import_territory_list,
    load_shipped_territories,
)

__all__ = [
    "BodyImport",
    "Foreseen",
    "ImportReport",
    "foresee_reorganisation",
    "import_bodies",
    "import_boundaries",
    "import_municipalities",
    "import_territory_list",
    "load_shipped_bodies",
    "load_shipped_territories",
    "reorganise",
    "withdraw_lines",
]
