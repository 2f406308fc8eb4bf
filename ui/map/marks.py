"""What the locator map marks round a site."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from layers.locator import Mark
from scoring.records import SiteRecord
from scoring.sites.nearest_infrastructure import NearestTarget, reach
from ui.text.i18n import either, number
from workspace import session

SITE = "#D52B85"


#: Colours of the lines to the nearest infrastructure, in the order of `scoring.sites.nearest_infrastructure.FINDERS`.
COLOURS = ("#0072B2", "#5F5A52", "#B26B00", "#8A5A83", "#00795A")
WIDTHS_KM = (25, 50, 150, 400, 1000)


@lru_cache(maxsize=256)
def reached(site_id: str, revision: str) -> tuple[NearestTarget, ...]:  # noqa: ARG001 - part of the cache's key
    """Return the nearest infrastructure of a site; see `scoring.sites.nearest_infrastructure.reach`."""
    return tuple(reach(session.facts(), site_id))


def marks_of(site: SiteRecord, targets: Sequence[NearestTarget]) -> tuple[Mark, ...]:
    """Return the site and its nearest infrastructure as marks with km."""
    lines = [
        Mark(
            target.lon,
            target.lat,
            f"{either(target.title, target.title_ja)} {number(target.km, 1 if target.km < 10 else 0)} km",
            colour,
            True,
        )
        for target, colour in zip(targets, COLOURS, strict=True)
    ]
    return (*lines, Mark(site["lon"], site["lat"], "", SITE, symbol="D"))


def fitting_km(targets: Sequence[NearestTarget]) -> int:
    """Return the width at which railway, road, power and town are on the map, if one of `WIDTHS_KM` reaches so far."""
    far = max((target.km for target in targets if target.regional), default=0)
    return next((width for width in WIDTHS_KM if width >= 1.15 * far), WIDTHS_KM[-1])
