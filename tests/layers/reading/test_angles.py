"""Angles, pairs of them and grid references in all spellings, and what a datum and a zone make."""

import numpy as np
import pytest

from layers.reading.angles import angle, mgrs, pair
from layers.reading.datums import projected


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (2.2945, 48.8582),
        (-157.9168, 21.3094),
        (-71.02, -33.71),
        (139.7, 35.68),
        (118.9, -32.6),
        (0.5, 0.01),
        (0.5, -0.01),
        (15.1, 71.9),
        (-3.2, -79.1),
    ],
)
def test_grid_references_agree_with_utm(lon, lat):
    from pyproj import Transformer

    zone = int((lon + 180) // 6) + 1
    x, y = Transformer.from_crs(4326, (32600 if lat >= 0 else 32700) + zone, always_xy=True).transform(lon, lat)
    column = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")[(zone - 1) % 3][int(x // 100_000) - 1]
    row = "ABCDEFGHJKLMNPQRSTUV"[(int(y // 100_000) + (5 if zone % 2 == 0 else 0)) % 20]
    text = (
        f"{zone}{'CDEFGHJKLMNPQRSTUVWX'[int((lat + 80) // 8)]}{column}{row}{int(x % 100_000):05d}{int(y % 100_000):05d}"
    )
    made = mgrs([text])
    assert (made[0][0], made[1][0]) == pytest.approx((lon, lat), abs=3e-5)


@pytest.mark.parametrize(
    ("text", "value", "axis"),
    [
        ("35°41'22\"N", 35.689444, "lat"),
        ("35 41 22 N", 35.689444, "lat"),
        ("354122N", 35.689444, "lat"),
        ("東経139度45分", 139.75, "lon"),
        ("35°41′22.5″ S", -35.689583, "lat"),
        ("N35 41.37", 35.6895, "lat"),
        ("35:41:22", 35.689444, ""),
        ("-35.5", -35.5, ""),
        ("120° 30' W", -120.5, "lon"),
        ("-0 30 0", -0.5, ""),
        ("35 deg 30 min", 35.5, ""),
        ("12° 30' O", 12.5, "lon"),
        ("南緯10度", -10, "lat"),
        ("35,5", 35.5, ""),
    ],
)
def test_angles(text, value, axis):
    assert angle(text) == (pytest.approx(value, abs=1e-6), axis)


@pytest.mark.parametrize("text", ["35 61 2", "abc", "", "35 41 22 10", "N 35 S", "35°41'22\"X", "1" * 5_000])
def test_what_is_no_angle_is_unknown(text):
    assert np.isnan(angle(text)[0]) or abs(angle(text)[0]) > 360


@pytest.mark.parametrize(
    "text", ["35°30'N 139°30'E", "139°30'E, 35°30'N", "35.5N139.5E", "北緯35度30分 東経139度30分", "N35°30' E139°30'"]
)
def test_lettered_pairs_are_lat_lon(text):
    assert pair(text) == (pytest.approx(35.5), pytest.approx(139.5), True)


@pytest.mark.parametrize(
    ("datum", "zone", "crs"),
    [
        ("GDA2020", "51", "EPSG:7851"),
        ("AGD84", "50", "EPSG:20350"),
        ("NAD27", "11", "EPSG:26711"),
        ("JGD2011", "54", "EPSG:6691"),
        ("SIRGAS 2000", "23S", "EPSG:31983"),
        ("WGS 84 / UTM zone 33N", "", "EPSG:32633"),
        ("GDA94", "12", ""),
        ("", "50", ""),
        ("EPSG:999999", "", ""),
        ("WGS84", "99", ""),
    ],
)
def test_datum_and_zone_make_a_code(datum, zone, crs):
    assert projected(datum, zone) == crs
