import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from layers.contract import Request
from layers.findings_tables import TABLE_TEMPLATES
from layers.reading.columns import tidy
from layers.reading.delimited import read_delimited
from layers.reading.raw import Notes, Refused, Source
from tests.sampling import law


def read(folder: Path, content, name="table.csv", reader=read_delimited, **cures):
    path = folder / f"upload{Path(name).suffix}"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    notes = Notes()
    request = Request((path.name,), name, cures=cures)
    try:
        layers = reader(Source(path, {}, name), request, notes)
        for layer in layers:
            tidy(layer.attributes, request, notes, layer.name)
    finally:
        assert {finding.code for finding in notes.findings} <= set(TABLE_TEMPLATES)
    return layers, {finding.code: finding for finding in notes.findings}


def first_point(layers):
    return shapely.get_coordinates(layers[0].geometry[0])[0].tolist()


@pytest.mark.parametrize(
    "content",
    [
        "id,lon,lat\n1,139.7,35.6\n",
        "\ufeffid,lon,lat\n1,139.7,35.6\n",
        "id\tLongitude\tLatitude\r\n1\t139.7\t35.6\r\n",
        "id;lon;lat\n1;139,7;35,6\n",
        "id|LNG|LAT\n1|139.7|35.6\n",
        "sep=;\nid;lon;lat\n1;139.7;35.6\n",
        "id,経度,緯度\n1,139.7,35.6\n",
        "id;Länge;Breite\n1;139,7;35,6\n",
        "id,Longitud,Latitud\n1,139.7,35.6\n",
        "id,DecLongitude,DecLatitude\n1,139.7,35.6\n",
        "id,lon,lat\n1,139.7,35.6\x00\n",
        "id,lon,lat,\n1,139.7,35.6,\n",
        'id,lon,lat\n"1","139.7","35.6"\n',
        "id,lon,lat\r1,139.7,35.6\r",
        "Drill collars 2020\nprepared by us\nid,lon,lat\n1,139.7,35.6\n2,139.8,35.7\n3,1,2\n",
        'id,where\n1,"35.600, 139.700"\n',
        "id,latlon\n1,35.600 139.700\n",
        "id,Lat,Long\n1,35°36'00\"N,139°42'00\"E\n",
        "id,lat,lon\n1,353600N,1394200E\n",
        "id,緯度,経度\n1,北緯35度36分,東経139度42分\n",
        "id,wkt\n1,POINT (139.7 35.6)\n",
        "id,geom\n1,SRID=4326;POINT(139.7 35.6)\n",
        'id,geojson\n1,"{""type"":""Point"",""coordinates"":[139.7,35.6]}"\n',
        "id,geom\n1,01010000006666666666766140CDCCCCCCCCCC4140\n",
        "Latitude,Longitude,Lat_NAD27,Lon_NAD27\n35.6,139.7,1,2\n",
        "lon  lat  au\n139.7  35.6  1\n139.8  35.6  2\n",
        'id,lon,lat,note\n1,139.7,35.6,"two\nlines, here"\n',
    ],
)
def test_positions_are_found_however_the_table_is_spelled(tmp_path, content):
    layers, _ = read(tmp_path, content)
    assert first_point(layers) == pytest.approx([139.7, 35.6])


@pytest.mark.parametrize(
    ("encoding", "content", "name"),
    [
        ("cp932", "番号,経度,緯度,鉱山名\n1,139.7,35.6,足尾銅山の北\n", "鉱山名"),
        ("utf-16", "id,経度,緯度\n1,139.7,35.6\n", "経度"),
        ("utf-16-le", "id,lon,lat,Größe\n1,139.7,35.6,2\n", "Größe"),
        ("euc_kr", "번호,경도,위도,광산\n1,139.7,35.6,상동광산\n", "광산"),
        ("cp1251", "номер,долгота,широта,название\n1,139.7,35.6,Месторождение\n", "название"),
        ("latin-1", "id,lon,lat,Größe\n1,139.7,35.6,Bärenstein\n", "Größe"),
        ("cp1252", "id,lon,lat,Région\n1,139.7,35.6,Forêt à l’est\n", "Région"),
        ("gb18030", "编号,经度,纬度,矿区名称\n1,139.7,35.6,铜矿\n", "矿区名称"),
        ("euc_jp", "番号,経度,緯度,鉱山名\n1,139.7,35.6,足尾銅山の北\n", "鉱山名"),
    ],
)
def test_encodings_are_told_and_said(tmp_path, encoding, content, name):
    layers, found = read(tmp_path, content.encode(encoding))
    assert name in layers[0].attributes.columns
    assert first_point(layers) == pytest.approx([139.7, 35.6])
    assert ("encoding_guessed" in found) == (encoding != "utf-16")


def test_the_user_states_an_encoding(tmp_path):
    layers, found = read(tmp_path, "id,lon,lat,名\n1,139.7,35.6,鉱\n".encode("cp932"), encoding="Shift_JIS")
    assert "名" in layers[0].attributes.columns
    assert "encoding_guessed" not in found


@pytest.mark.parametrize("encoding", ["zlib", "unicode_escape", "idna", "nonsense", "rot13", "utf-7"])
def test_only_encodings_of_texts_are_followed(tmp_path, encoding):
    layers, found = read(tmp_path, "id,lon,lat\n1,139.7,35.6\n", encoding=encoding)
    assert len(layers) == 1
    assert "encoding_unknown" in found


def test_one_broken_byte_does_not_change_the_encoding(tmp_path):
    content = (
        "id,経度,緯度,名\n".encode()
        + "1,139.7,35.6,足尾銅山足尾銅山足尾銅山足尾銅山\n".encode() * 5
        + b"2,139.7,35.6,\xff\n"
    )
    layers, found = read(tmp_path, content)
    assert "経度" in layers[0].attributes.columns
    assert found["encoding_damaged"].details["count"] == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "table_empty"),
        ("\n\n  \n", "table_empty"),
        ("id,lon,lat\n", "table_header_only"),
        ("name,grade\na,1\nb,2\n", "no_coordinates"),
        ("lon,lat\n,\nx,y\n", "coordinates_none_readable"),
        ("OBJECTID,Shape_Length,Shape_Area\n1,5739.17,1011633.5\n2,19287.2,20677896.5\n", "no_coordinates"),
        ("a," * 6_000 + "\n1\n", "table_too_wide"),
        ("<a><b>1</b></a>\n", "table_header_only"),
        ("\x00\x00", "table_empty"),
    ],
)
def test_what_cannot_be_placed_is_refused(tmp_path, content, code):
    with pytest.raises(Refused) as caught:
        read(tmp_path, content)
    assert caught.value.finding.code == code
    assert code in TABLE_TEMPLATES


def test_a_survey_table_without_its_definition_names_the_companion(tmp_path):
    with pytest.raises(Refused) as caught:
        read(tmp_path, "  1 2 3 4 5 6\n  2 3 4 5 6 7\n", name="line7.dat")
    assert caught.value.finding.details["name"] == "line7"


def test_ragged_rows_are_mended_and_said(tmp_path):
    layers, found = read(
        tmp_path, "id,lon,lat,au\n1,139.7,35.6,5\n2,139.8,35.7\n3,139.9,35.8,7,extra\n4,139.9,35.9,8\n"
    )
    assert layers[0].attributes["id"].tolist() == ["1", "2", "3", "4"]
    assert (found["ragged_rows"].row, found["ragged_rows"].details["count"]) == (2, 2)


def test_rows_without_coordinates_are_left_out_and_counted(tmp_path):
    layers, found = read(
        tmp_path, "id,lon,lat\n1,139.7,35.6\n2,,\n3,abc,35\n4,0,0\n5,139.7,NaN\n" + "6,139.7,35.6\n" * 30
    )
    assert len(layers[0].geometry) == 31
    assert (found["coordinates_missing"].details["count"], found["coordinates_missing"].row) == (3, 2)
    assert (found["coordinates_unreadable"].details["count"], found["coordinates_unreadable"].row) == (1, 3)
    assert found["zero_coordinates"].row == 4


def test_table_without_names_is_read_as_east_north_value(tmp_path):
    layers, found = read(tmp_path, "400000.5 7500000.5 12.1\n400010.5 7500000.5 12.3\n", name="grid.xyz")
    assert first_point(layers) == [400000.5, 7500000.5]
    assert layers[0].crs == ""
    assert "no_header" in found


def test_a_first_column_that_only_counts_is_no_coordinate(tmp_path):
    layers, found = read(tmp_path, "1,400000.5,7500000.5\n2,400010.5,7500300.5\n3,400020.5,7500200.5\n")
    assert layers == []
    assert found["coordinates_ask"].actions == ("x=column_2", "y=column_3")


@pytest.mark.parametrize(
    ("content", "crs"),
    [
        ("Long_WGS84,Lat_WGS84\n1.5,2\n", "EPSG:4326"),
        ("lon_gda94,lat_gda94\n118.5,-32\n", "EPSG:4283"),
        ("Longitude,Latitude,Datum\n-100.5,40,NAD27\n", "EPSG:4267"),
        ("lon,lat,EPSG\n118.5,-32,4283\n", "EPSG:4283"),
        ("lon,lat,Height_Datum\n118.5,-32,AHD\n", "EPSG:4326"),
        ("Easting,Northing,Zone,Datum\n400000,6400000,50,GDA94\n", "EPSG:28350"),
        ("Easting,Northing,Grid_ID\n400000,6400000,MGA94_50\n", "EPSG:28350"),
        ("E,N,UTM Zone,Datum\n400000,3750000,15N,WGS84\n", "EPSG:32615"),
        ("Easting,Northing,crs\n4,5,EPSG:3067\n", "EPSG:3067"),
        ("MGA94_50_E,MGA94_50_N\n400000,6400000\n", "EPSG:28350"),
        ("East_MGA94_Z50,North_MGA94_Z50\n400000,6400000\n", "EPSG:28350"),
        ("Easting (GDA94 MGA Zone 52),Northing (GDA94 MGA Zone 52)\n400000,6400000\n", "EPSG:28352"),
        ("Easting,Northing\n400000,6400000\n", ""),
        ("Easting,Northing,Zone\n400000,6400000,50\n", ""),
        ("Easting,Northing,Zone,Datum\n400000,6400000,50,WGS84\n", ""),
        ("x,y,epsg\n400000,6400000,28350\n", "EPSG:28350"),
        ("id,wkt_epsg28350\n1,POINT(400000 6400000)\n", "EPSG:28350"),
    ],
)
def test_the_crs_is_what_the_table_states(tmp_path, content, crs):
    layers, _ = read(tmp_path, content)
    assert layers[0].crs == crs
    assert bool(layers[0].crs_reason) == bool(crs)


def test_degrees_without_a_datum_are_said_to_be_taken_as_wgs84(tmp_path):
    layers, found = read(tmp_path, "Longitude,Latitude\n118.5,-32\n")
    assert "no datum is stated, WGS 84 is assumed" in layers[0].crs_reason
    assert "datum_taken" in found


def test_rows_in_several_zones_become_several_layers(tmp_path):
    layers, found = read(
        tmp_path,
        "id,Easting,Northing,Zone,Datum\n1,400000,6400000,50,GDA94\n2,300000,6400000,51,GDA94\n3,400001,6400000,50,GDA94\n",
    )
    assert [(layer.crs, len(layer.geometry)) for layer in layers] == [("EPSG:28350", 2), ("EPSG:28351", 1)]
    assert "several_crs" in found


def test_the_best_named_pair_is_taken(tmp_path):
    layers, _ = read(tmp_path, "Long_NAD27,Lat_NAD27,Long_WGS84,Lat_WGS84\n1,2,3,4\n")
    assert first_point(layers) == [3, 4]


def test_x_points_north_in_japanese_survey_coordinates(tmp_path):
    layers, found = read(tmp_path, "点名,X座標,Y座標\nA,-35000.12,12000.5\n")
    assert first_point(layers) == [12000.5, -35000.12]
    assert "axes_of_surveyors" in found


def test_the_user_names_the_columns(tmp_path):
    layers, _ = read(tmp_path, "a,b,lon,lat\n400000,6400000,1,2\n", x="a", y="B")
    assert first_point(layers) == [400000, 6400000]


def test_a_named_column_that_is_missing_names_those_there_are(tmp_path):
    _, found = read(tmp_path, "a,b,lon,lat\n400000,6400000,1,2\n", x="east", y="b")
    assert found["column_missing"].details["names"] == "a, b, lon, lat"


def test_columns_that_may_be_coordinates_are_asked_for(tmp_path):
    layers, found = read(tmp_path, "hole,p,q,au\nA1,400123.5,6400123.1,3\nA2,400523.5,6400623.1,4\n")
    assert layers == []
    assert found["coordinates_ask"].actions == ("x=p", "y=q")


def test_swapped_values_reach_the_step_that_asks(tmp_path):
    layers, _ = read(tmp_path, "lon,lat\n35.6,139.7\n35.7,139.8\n")
    assert first_point(layers) == [35.6, 139.7]


def test_metres_under_names_of_degrees_are_said(tmp_path):
    layers, found = read(tmp_path, "Longitude,Latitude\n400000,6400000\n")
    assert "not_degrees" in found
    assert layers[0].crs == ""


def test_a_slip_in_degrees_is_named_and_the_rest_read(tmp_path):
    layers, found = read(tmp_path, "name,lat,lon\nA,35.1,-115.2\nB,999,-116\nC,36,-117\n")
    assert layers[0].crs == "EPSG:4326"
    assert len(layers[0].geometry) == 2
    assert "not_degrees" not in found
    told = found["outside_degrees"].details
    assert (told["column"], told["value"], told["number"], told["ends"]) == ("lat", "999", 2, "−90…90")
    assert found["coordinates_unreadable"].details["count"] == 1


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("id;lon;lat;au\n1;139.7;35.6;1,234\n", 1.234),
        ("id;lon;lat;au\n1;139.7;35.6;0,5\n", 0.5),
        ("id\tlon\tlat\tau\n1\t139,7\t35,6\t12,5\n", 12.5),
    ],
)
def test_decimal_commas_are_read_and_said(tmp_path, content, value):
    layers, found = read(tmp_path, content)
    assert float(layers[0].attributes["au"].iloc[0]) == value
    assert found["decimal_comma"].actions == ("decimal=.",)


def test_the_user_says_that_commas_separate_thousands(tmp_path):
    layers, found = read(tmp_path, "id;lon;lat;au\n1;139.7;35.6;1,234\n", decimal=".")
    assert layers[0].attributes["au"].iloc[0] == "1,234"
    assert "thousands_separators" in found


@pytest.mark.parametrize("cell", ["453 025,11", "453.025,11", "453\u00a0025,11", "453025,11"])
def test_thousands_beside_decimal_commas(tmp_path, cell):
    layers, _ = read(tmp_path, f"Hole;East;North\nA1;{cell};6 404 000,22\n")
    assert first_point(layers) == [453025.11, 6404000.22]


def test_quoted_decimal_commas_between_commas(tmp_path):
    layers, found = read(tmp_path, 'lat,lon,t\n"35,6","139,7","1,234"\n')
    assert first_point(layers) == [139.7, 35.6]
    assert found["decimal_comma"].details["names"] == "lat, lon"
    assert "thousands_separators" in found


def test_formulas_stay_text(tmp_path):
    layers, _ = read(tmp_path, 'id,lon,lat,n\n1,139,35,"=HYPERLINK(""http://x"",""y"")"\n2,139,35,@SUM(1)\n')
    assert layers[0].attributes["n"].tolist() == ['=HYPERLINK("http://x","y")', "@SUM(1)"]


def test_an_open_quotation_mark_is_survived(tmp_path):
    layers, _ = read(tmp_path, 'id,lon,lat,n\n1,139,35,5" pipe\n2,139,35,"open\n3,139,35,x\n')
    assert len(layers[0].geometry) >= 1


def test_lines_and_polygons_in_wkt(tmp_path):
    layers, found = read(
        tmp_path,
        'id,wkt\n1,"LINESTRING(0 0,1 1)"\n2,"POLYGON((0 0,1 0,1 1,0 0))"\n3,nonsense\n4,"MULTIPOINT(1 '
        '1,2 2)"\n5,\n6,POINT(1 2)\n',
    )
    assert [each.geom_type for each in layers[0].geometry] == ["LineString", "Polygon", "MultiPoint", "Point"]
    assert found["coordinates_unreadable"].row == 3
    assert "wkt" not in layers[0].attributes.columns


def test_srids_split_the_table(tmp_path):
    layers, _ = read(tmp_path, "id,geom\n1,SRID=4326;POINT(1 2)\n2,SRID=32654;POINT(400000 3900000)\n")
    assert [layer.crs for layer in layers] == ["EPSG:4326", "EPSG:32654"]


def test_grid_references(tmp_path):
    layers, _ = read(tmp_path, "id,ref\n1,31U DQ 48251 11932\n")
    assert first_point(layers) == pytest.approx([2.2945, 48.8582], abs=1e-4)


def test_two_hundred_thousand_rows_are_read_in_seconds(tmp_path):
    rows = np.random.default_rng(1).uniform(100, 120, (200_000, 2)).round(6)
    content = "id,lon,lat,au\n" + "\n".join(f"H{at},{lon},{lat - 100},<0.01" for at, (lon, lat) in enumerate(rows))
    began = time.monotonic()
    layers, _ = read(tmp_path, content)
    assert len(layers[0].geometry) == 200_000
    assert time.monotonic() - began < 15


PIECES = st.sampled_from(
    [
        "lon",
        "lat",
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        '"',
        "1",
        "35.6",
        "139,7",
        "-9999",
        "x",
        "POINT(1 2)",
        "SRID=4;",
        "é",
        "経度",
        "\x00",
        " ",
        "<0.1",
        "35°",
        "{}",
        "|",
        "NaN",
        "0x",
        "'",
        "#",
        "sep=;\n",
        "1e400",
        "\ud7ff",
        "EPSG",
    ]
)


@law(300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=40).map("".join).map(lambda text: text.encode("utf-8")) | st.binary(max_size=200))
@example(b"wkt\nPOINT(1 2)1e400\n")
@example(b"wkt\nPOINT(1e400 2)\nPOINT(1 2)\n")
def test_any_bytes_are_read_or_refused(tmp_path, content):
    try:
        read(tmp_path, content)
        known = True
    except Refused as refused:
        known = refused.finding.code in TABLE_TEMPLATES
    assert known
