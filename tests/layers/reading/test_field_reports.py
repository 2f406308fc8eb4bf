"""What came in from the field is read as it was meant: a test a report, with the file that was sent.

`docs/field_reports.md` lists the reports.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.contract import Column, Finding, Report
from layers.findings import status
from layers.reading.header_rows import titled
from layers.reading.raw import Notes
from tests.uploads import Job, codes

FIELD = Path(__file__).resolve().parents[2] / "golden" / "field"
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def table(folder: Path, content: str, **request: Any) -> tuple[Job, Report]:
    """Read a table that is written here."""
    path = folder / "t.csv"
    path.write_text(content, encoding="utf-8")
    job = Job(folder / "work")
    return job, job.read(path, **request)


def sent(folder: Path, name: str, **request: Any) -> tuple[Job, Report]:
    """Read a file from the field."""
    job = Job(folder / "work")
    return job, job.read(FIELD / name, **request)


def column(report: Report, name: str) -> Column:
    return next(each for each in report.layers[0].columns if each.name == name)


def finding(report: Report, code: str) -> Finding:
    return next(each for each in report.findings if each.code == code)


def values(job: Job, report: Report, name: str) -> list[Any]:
    """Return a column of the layer that was written."""
    wanted = column(report, name)
    place = [each.name for each in report.layers[0].columns if each.type == wanted.type].index(name)
    return [row[place] for row in job.table(report)[f"{wanted.type}s"].to_pylist()]


def test_negative_concentrations_are_asked_about_like_values_below_detection(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "001_negative_bdl.csv")
    assert column(report, "Au_ppb").type == "text"
    told = [each for each in report.findings if each.code == "below_zero_coded"]
    assert [(each.details["column"], each.details["count"], each.details["limit"]) for each in told] == [
        ("Au_ppb", 34, "5"),
        ("As_ppm", 20, "0.5"),
    ]
    assert "bdl.Au_ppb=half" in told[0].actions


@pytest.mark.parametrize(
    ("cure", "mean"), [("bdl.Au_ppb=half", 3.625), ("bdl.Au_ppb=zero", 1.5), ("bdl.Au_ppb=unknown", 10.0)]
)
def test_values_below_detection_written_as_negatives_are_taken_as_the_user_says(
    tmp_path: Path, cure: str, mean: float
) -> None:
    job, report = sent(tmp_path, "001_negative_bdl.csv", cures=dict([cure.split("=")]))
    assert np.nanmean(np.array(values(job, report, "Au_ppb"), dtype=float)) == pytest.approx(mean)


def test_what_an_instrument_gives_around_zero_is_kept_and_told(tmp_path: Path) -> None:
    rows = "".join(f"{139 + i / 100},35.5,{(i - 10) / 7:.3f}\n" for i in range(40))
    _, report = table(tmp_path, "lon,lat,eU_ppm\n" + rows)
    assert column(report, "eU_ppm").low == pytest.approx(-10 / 7, abs=1e-3)
    assert finding(report, "below_zero").details["count"] == 10


def test_a_zone_with_an_s_lies_in_the_band_if_the_land_is_there(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "002_utm_band_11S.csv")
    assert report.layers[0].crs == "EPSG:32611"
    assert report.layers[0].bounds == pytest.approx((-115.55, 35.47, -115.53, 35.51), abs=0.03)
    assert finding(report, "zone_letter_taken").actions == ("crs=EPSG:32711",)


@pytest.mark.parametrize(
    ("zone", "x", "y", "crs"),
    [
        ("19S", 590_000, 4_010_000, "EPSG:32719"),  # Tierra del Fuego: in the band there is only the Atlantic
        ("50S", 400_000, 6_500_000, "EPSG:32750"),  # Western Australia: no northing of the band
        ("11 South", 632_000, 3_927_000, "EPSG:32711"),
        ("11T", 632_000, 4_700_000, "EPSG:32611"),
    ],
)
def test_a_zone_in_the_south_stays_there(tmp_path: Path, zone: str, x: int, y: int, crs: str) -> None:
    rows = "".join(f"{x + i * 50},{y + i * 50},{zone},WGS84\n" for i in range(6))
    _, report = table(tmp_path, "Easting,Northing,Zone,Datum\n" + rows)
    assert report.layers[0].crs == crs


def test_a_zone_that_is_at_sea_either_way_is_asked_about(tmp_path: Path) -> None:
    _, report = table(tmp_path, "Easting,Northing,Zone,Datum\n500000,3927000,7S,WGS84\n500100,3927100,7S,WGS84\n")
    assert status(report) == "needs_input"
    assert finding(report, "zone_letter_open").actions == ("crs=EPSG:32607", "crs=EPSG:32707")


def test_a_title_that_says_west_makes_plain_numbers_western(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "004_longitude_w.csv")
    assert report.layers[0].bounds == pytest.approx((-117.65, 37.75, -117.58, 37.82))
    assert finding(report, "side_by_title").details["side"] == "W"


@pytest.mark.parametrize(
    ("titles", "bounds"),
    [
        ("南緯,西経", (-70.5, -23.5)),
        ("Latitude (S),Longitude (W)", (-70.5, -23.5)),
        ("Latitude,Longitude", (70.5, 23.5)),
        ("Latitude N,Longitude E", (70.5, 23.5)),
    ],
)
def test_titles_say_the_side(tmp_path: Path, titles: str, bounds: tuple[float, float]) -> None:
    _, report = table(tmp_path, f"{titles},au\n23.5,70.5,1\n23.5,70.5,2\n")
    assert report.layers[0].bounds is not None
    assert report.layers[0].bounds[:2] == pytest.approx(bounds)


def test_signs_and_the_users_word_go_before_the_title(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    _, signed = table(tmp_path / "a", "Lat,Longitude W\n35.5,-117.5\n")
    assert signed.layers[0].bounds is not None
    assert signed.layers[0].bounds[0] == -117.5
    (tmp_path / "b").mkdir()
    _, kept = table(tmp_path / "b", "Lat,Longitude W\n35.5,117.5\n", cures={"keep.Longitude W": "yes"})
    assert kept.layers[0].bounds is not None
    assert kept.layers[0].bounds[0] == 117.5
    (tmp_path / "c").mkdir()
    _, box = table(tmp_path / "c", "lat_s,lat_n,lon_w,lon_e\n35.5,36,139.5,140\n")
    assert box.layers[0].bounds is not None
    assert box.layers[0].bounds[1] > 0


def test_a_cell_that_is_shown_as_per_cent_counts_as_shown(tmp_path: Path) -> None:
    job, report = sent(tmp_path, "005_percent_cells.xlsx")
    assert column(report, "Li2O %").unit == "%"
    assert values(job, report, "Li2O %") == pytest.approx([1.25, 0.98, 1.51, 0.77, 2.03])
    assert values(job, report, "Depth (m)")[0] == 120


def test_units_in_cells_and_in_the_column_beside_are_followed(tmp_path: Path) -> None:
    job, report = sent(tmp_path, "019_mixed_units_in_cells.csv")
    for name in ("Li", "Grade"):
        assert column(report, name).unit == "ppm"
        assert values(job, report, name)[:4] == pytest.approx([1200, 2100, 1220, 2300])
    assert {"units_in_cells", "units_beside"} <= codes(report)


@pytest.mark.parametrize(
    ("cells", "unit", "kind", "expected"),
    [
        (["1.2 %", "0.4%"], "%", "number", [1.2, 0.4]),
        (["0.5 g/t", "700 ppb", "n.d."], "g/t", "number", [0.5, 0.7, None]),
        (["1,200 ppm", "3 ppm"], "ppm", "number", [1200, 3]),
        (["1.2 %", "0.4"], "", "text", ["1.2 %", "0.4"]),
        (["12 m", "3 ppm"], "", "text", ["12 m", "3 ppm"]),
        (["<5 ppb", "8 ppb"], "", "text", ["<5 ppb", "8 ppb"]),
        (["12E", "13E"], "", "text", ["12E", "13E"]),
        (["3d", "4d"], "", "text", ["3d", "4d"]),
    ],
)
def test_cells_with_units(tmp_path: Path, cells: list[str], unit: str, kind: str, expected: list[Any]) -> None:
    rows = "".join(f'{139 + i / 10},35.5,"{cell}"\n' for i, cell in enumerate(cells))
    job, report = table(tmp_path, "lon,lat,Au\n" + rows)
    assert (column(report, "Au").type, column(report, "Au").unit) == (kind, unit)
    assert values(job, report, "Au") == pytest.approx(expected) if kind == "number" else expected


def test_numbers_without_their_unit_are_unknown_and_told(tmp_path: Path) -> None:
    job, report = table(tmp_path, "lon,lat,Au,Au_unit\n139,35,1,g/t\n139.1,35,500,ppb\n139.2,35,7,\n")
    assert values(job, report, "Au")[0] == pytest.approx(1)
    assert values(job, report, "Au")[2] is None or np.isnan(values(job, report, "Au")[2])
    assert finding(report, "units_beside_missing").details["count"] == 1


def test_codes_are_named_by_the_list_of_the_file(tmp_path: Path) -> None:
    job, report = sent(tmp_path, "020_coded_domain.gpkg")
    assert column(report, "LITH").type == "text"
    assert set(values(job, report, "LITH")) == {"granite", "ultramafic", "limestone"}
    assert finding(report, "codes_named").details["count"] == 3


def test_a_zip_of_a_japanese_windows_is_read_by_its_names(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "022_sjis_names.zip")
    assert [(layer.name, layer.features) for layer in report.layers] == [("鉱区一覧表", 3)]


def test_north_and_east_in_japanese_are_coordinates(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "023_north_east_headers_ja.csv")
    assert report.layers[0].bounds == pytest.approx((139.5, 35.5, 139.57, 35.57))


@pytest.mark.parametrize(
    ("name", "format"), [("025_mapinfo.mif", "MapInfo MIF"), ("025b_mapinfo_tab.zip", "MapInfo TAB")]
)
def test_a_format_of_text_that_is_not_read_is_named(tmp_path: Path, name: str, format: str) -> None:
    _, report = sent(tmp_path, name)
    assert not report.layers
    assert finding(report, "format_other").details["format"] == format
    assert "nul_bytes" not in codes(report)


def test_names_in_two_rows_and_units_in_a_third(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "031_two_row_header.xlsx")
    assert [(each.name, each.unit) for each in report.layers[0].columns] == [
        ("試料", ""),
        ("経度", "°"),
        ("緯度", "°"),
        ("Ni", "%"),
        ("Co", "ppm"),
    ]
    assert report.layers[0].features == 8


def test_a_row_of_units_below_the_names(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "031b_units_row.csv")
    assert report.layers[0].features == 20
    assert [column(report, name).unit for name in ("Au", "Cu", "Zn")] == ["ppb", "ppm", "ppm"]
    assert "coordinates_unreadable" not in codes(report)


def test_a_first_row_of_words_in_a_table_is_no_row_of_units() -> None:
    frame = pd.DataFrame({"lon": ["139.1", "139.2", "139.3"], "lat": ["35", "36", "37"], "size": ["m", "s", "m"]})
    assert titled(frame, "L", Notes()) is frame


def test_a_colour_table_makes_classes_and_the_user_may_say_otherwise(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "032_palette_geology.tif")
    assert report.layers[0].unit == "class"
    assert "raster_classes" in codes(report)
    (tmp_path / "again").mkdir()
    _, said = sent(tmp_path / "again", "032_palette_geology.tif", cures={"unit.032_palette_geology": "nT"})
    assert said.layers[0].unit == "nT"


def test_an_image_laid_over_the_map_is_no_polygon(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "035_ground_overlay.kmz")
    assert not report.layers
    assert finding(report, "kml_only_pictures").details["count"] == 1


def test_places_beside_an_image_are_read_without_its_frame(tmp_path: Path) -> None:
    path = tmp_path / "both.kml"
    box = "<LatLonBox><north>38</north><south>37</south><east>-116</east><west>-117</west></LatLonBox>"
    path.write_text(
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<GroundOverlay><name>mag</name><Icon><href>m.png</href></Icon>{box}</GroundOverlay>"
        "<Placemark><name>A</name><Point><coordinates>-116.5,37.5</coordinates></Point></Placemark>"
        "</Document></kml>",
        encoding="utf-8",
    )
    report = Job(tmp_path / "work").read(path)
    assert [(layer.kind, layer.features) for layer in report.layers] == [("vector-point", 1)]
    assert "kml_pictures" in codes(report)


def test_scale_and_offset_of_a_raster_are_applied(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "037_scale_offset.tif")
    assert -1.5 <= report.layers[0].quantiles[0] <= report.layers[0].quantiles[-1] < 10


def test_the_lowest_whole_number_of_a_raster_is_taken_for_a_gap_and_told(tmp_path: Path) -> None:
    _, report = sent(tmp_path, "049_int16_nodata_unset.tif")
    assert finding(report, "raster_sentinel").details["value"] == -32768
    assert report.layers[0].quantiles[0] > -32768
