"""What the locator map marks round a site."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from layers.locator import Mark
from scoring.sites.nearest_infrastructure import NearestTarget, reach
from scoring.sites.records import SiteRecord
from ui.text.i18n import _, number
from ui.text.vocabulary import N_
from workspace import session

SITE = "#D52B85"


#: Criterion -> colour of its line and its word.
REACHED = {
    "port_km": ("#0072B2", N_("Deep-water port")),
    "rail_km": ("#5F5A52", N_("Railway")),
    "road_km": ("#B26B00", N_("Road")),
    "power_km": ("#8A5A83", N_("Power")),
    "town_km": ("#00795A", N_("Town")),
}


WIDTHS_KM = (25, 50, 150, 400, 1000)


@lru_cache(maxsize=256)
def reached(site_id: str, revision: str) -> tuple[NearestTarget, ...]:  # noqa: ARG001 - part of the cache's key
    """Return the nearest infrastructure of a site; see `scoring.sites.nearest_infrastructure.reach`."""
    return tuple(reach(session.facts(), site_id))


def marks_of(site: SiteRecord, found: Sequence[NearestTarget]) -> tuple[Mark, ...]:
    """Return the site and its nearest infrastructure as marks with km."""
    lines = [
        Mark(
            each.lon,
            each.lat,
            f"{_(REACHED[each.criterion][1])} {number(each.km, 1 if each.km < 10 else 0)} km",
            REACHED[each.criterion][0],
            True,
        )
        for each in found
    ]
    return (*lines, Mark(site["lon"], site["lat"], "", SITE, symbol="D"))


def fitting_km(found: Sequence[NearestTarget]) -> int:
    """Return the width at which railway, road, power and town are on the map, if one of `WIDTHS_KM` reaches so far."""
    far = max((each.km for each in found if each.criterion != "port_km"), default=0)
    return next((width for width in WIDTHS_KM if width >= 1.15 * far), WIDTHS_KM[-1])
