"""What was measured from the place of a site, and how far the site may lie from its point."""

from __future__ import annotations

from scoring.criteria.catalogue import load
from scoring.measures.inputs import SLACK_KM
from scoring.ranking.scenario import OWN_PILLAR
from scoring.records import Dossier

#: Measures that start from the coordinates of the site.
FROM_PLACE = frozenset({"nearest", "access_capex", "haul_cost", "water_cost", "protected_km", "sea_km"})
#: Accuracy of a location that is the point of a town.
OF_TOWN = "centroid"
#: The site is taken to lie within so many km of the point of its town: an assumption.
TOWN_KM = SLACK_KM[OF_TOWN]


def from_town(site: Dossier, criterion_id: str, pillar: str) -> bool:
    """Return whether a criterion of a site was measured from the point of a town in place of the site.

    Parameters
    ----------
    site : Dossier
    criterion_id : str
        Of the catalogue, or of the user.
    pillar : str
        Of the criterion; those of users are measured from the place of the site.
    """
    if site["location_accuracy"] != OF_TOWN:
        return False
    return pillar == OWN_PILLAR or load().of_id(criterion_id).measure in FROM_PLACE
