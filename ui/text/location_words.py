"""Words on sites of which only the point of a town is known."""

from __future__ import annotations

from scoring.records import Dossier
from scoring.sites.location import OF_TOWN, TOWN_KM
from ui.text.i18n import _, number


def town_note(site: Dossier) -> str:
    """Return what the point of a town means for distances of a site; empty where the site has a point of its own."""
    if site["location_accuracy"] != OF_TOWN:
        return ""
    return _(
        "Distances and costs of access start from the point of a town, not from the site. Their range takes the site "
        "to lie within {km} km of it, an assumption; it may lie farther."
    ).format(km=number(TOWN_KM))
