"""Points with the sign of a coordinate lost, told by the twins on the other side."""

from __future__ import annotations

from data.bundling.records import Record
from data.bundling.signs import slips, without_slips


def record(key: str, name: str, lon: float, lat: float, **more) -> Record:
    return Record("s", key, name, "IDN", lon, lat, "mine", ("nickel",), "", **more)


def test_weda_bay_lies_north_of_the_equator() -> None:
    """laterite.csv has latitude -0.495; Weda Bay on Halmahera lies at +0.5."""
    records = [
        record("slip", "Weda Bay", 127.9, -0.495),
        record("a", "Weda Bay Nickel", 127.95, 0.48),
        record("b", "Weda Bay", 127.9, 0.5),
        record("far", "Sorowako", 121.3, -2.5),
    ]
    assert slips(records) == [0]
    mended, count = without_slips(records)
    assert count == 1
    assert (mended[0].lon, mended[0].lat) == (None, None)
    assert mended[1:] == records[1:]


def test_one_against_one_only_the_surer_point_tells() -> None:
    twins = [record("a", "Palabora", 31.1, 23.99), record("b", "Palabora", 31.1, -23.99)]
    assert slips(twins) == []
    vague = [record("a", "Palabora", 31.1, 23.99, accuracy="approximate"), twins[1]]
    assert slips(vague) == [0]


def test_two_mines_of_one_name_with_neighbours_of_their_own_both_stand() -> None:
    records = [record(str(i), "Santa Rosa", 20.0, lat) for i, lat in enumerate((10.0, 10.1, -10.0, -10.1))]
    assert slips(records) == []
