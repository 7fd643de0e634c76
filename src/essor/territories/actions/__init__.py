"""Every write on places. Each is one transaction: the deed and its trace."""

from essor.territories.actions.places import (
    ImportReport,
    import_boundaries,
    import_municipalities,
    import_territory_list,
    load_shipped_territories,
)

__all__ = [
    "ImportReport",
    "import_boundaries",
    "import_municipalities",
    "import_territory_list",
    "load_shipped_territories",
]
