"""A made-up area for tests: two layers that carry deposits, one that does not, with gaps."""

from __future__ import annotations

import numpy as np

from scoring.prospectivity.cells import Cells, EvidenceLayer, Labels, Settings

LAYERS = (
    EvidenceLayer("magnetics, nT", low=-2, high=2, weight=2),
    EvidenceLayer("distance to an intrusion, km", low=3, high=0, weight=1, direction="ascending"),
    EvidenceLayer("rock", low=0, high=3, weight=1, direction="categorical"),
)
SETTINGS = Settings(LAYERS, classes=10, trees=15, bags=12, bootstraps=2)


def area(count: int = 600, gaps: float = 0.1, seed: int = 1) -> tuple[Cells, Labels]:
    """Return cells and labels; deposits are where magnetics are high and an intrusion is near."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(130, 138, count), rng.uniform(-34, -29, count)
    magnetics = np.sin(lon * 1.3) + np.cos(lat * 2.0) + rng.normal(0, 0.2, count)
    near = np.abs(lon + lat / 2 - 118.5) + rng.uniform(0, 0.3, count)
    rock = rng.integers(0, 4, count).astype(float)
    chance = 1 / (1 + np.exp(-(1.5 * magnetics - 1.2 * near + 0.8 * (rock == 2) - 1.0)))
    labels = (rng.random(count) < 0.4 * chance).astype(np.int8)
    values = np.column_stack([magnetics, near, rock])
    values[rng.random(values.shape) < gaps] = np.nan
    return Cells(values, lon, lat, rng.uniform(20, 30, count)), labels
