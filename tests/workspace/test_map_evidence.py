"""The ground of a study."""

from __future__ import annotations

from scoring.prospectivity.model_file import Grid
from workspace.map_evidence import ground


def test_the_world_is_without_antarctica_and_a_box_holds_what_it_names() -> None:
    assert ground(Grid()).bounds[1] >= -60
    assert ground(Grid(land=False)).bounds[1] == -60
    assert ground(Grid(bbox=(-60.0, -80.0, -50.0, -70.0), land=False)).bounds[1] == -80
