from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from layers.contract import Request
from layers.findings_tables import TABLE_TEMPLATES
from layers.reading.aseg import definitions, read_aseg
from layers.reading.columns import tidy
from layers.reading.raw import Notes, Refused, Source
from tests.sampling import law

DFN = """DEFN   ST=RECD,RT=COMM;RT:A4;COMMENTS:A76
DEFN 1 ST=RECD,RT=;Line:I8:NULL=-9999,NAME=Line number
DEFN 2 ST=RECD,RT=;Flight:A6:NAME=Flight
DEFN 3 ST=RECD,RT=;Longitude:F13.7:UNIT=deg,NULL=-999.9999999,NAME=Longitude:DATUM=GDA94
DEFN 4 ST=RECD,RT=;Latitude:F13.7:UNIT=deg,NULL=-99.9999999,NAME=Latitude:DATUM=GDA94
DEFN 5 ST=RECD,RT=;Easting:F12.2:UNIT=m,NULL=-99999.99,NAME=Easting (GDA94 MGA Zone 50)
DEFN 6 ST=RECD,RT=;Northing:F12.2:UNIT=m,NULL=-99999.99,NAME=Northing (GDA94 MGA Zone 50)
DEFN 7 ST=RECD,RT=;TMI:E14.6:UNIT=nT:NULL=-0.999900E+04,NAME=Total field
DEFN 8 ST=RECD,RT=;EM:3F10.3:UNIT=fT:NULL=-999.999,NAME=Windows
DEFN 9 ST=RECD,RT=;END DEFN
"""
ROWS = [
    (10010, "F01", 118.5, -32.5, 453025.11, 6404000.22, "0.572341D+05", (1.5, -999.999, 2.5)),
    (10010, "", 118.6, -32.6, 462417.11, 6393000.22, "-0.999900E+04", (1.25, 2.0, 3.0)),
    (-9999, "F02", -999.9999999, -99.9999999, -99999.99, -99999.99, "0.572341E+05", (9.0, 9.0, 9.0)),
]


def record(row):
    line, flight, lon, lat, east, north, tmi, em = row
    return f"{line:8d}{flight:>6}{lon:13.7f}{lat:13.7f}{east:12.2f}{north:12.2f}{tmi:>14}" + "".join(
        f"{each:10.3f}" for each in em
    )


DAT = "\n".join(map(record, ROWS)) + "\n"


def read(folder: Path, dat, dfn=DFN, first=".dat", extra=None, **cures):
    files = {
        suffix: content
        for suffix, content in ((".dat", dat), (".dfn", dfn), *(extra or {}).items())
        if content is not None
    }
    for suffix, content in files.items():
        (folder / f"upload{suffix}").write_bytes(content.encode() if isinstance(content, str) else content)
    notes = Notes()
    companions = {suffix: folder / f"upload{suffix}" for suffix in files if suffix != first}
    request = Request((f"upload{first}",), f"survey{first}", cures=cures)
    layers = read_aseg(Source(folder / f"upload{first}", companions, f"survey{first}"), request, notes)
    assert {finding.code for finding in notes.findings} <= set(TABLE_TEMPLATES)
    return layers, {finding.code: finding for finding in notes.findings}, notes, request


def test_channels_are_read_by_their_widths(tmp_path):
    (layer,), found, *_ = read(tmp_path, DAT)
    assert list(layer.attributes.columns) == [
        "Line",
        "Flight",
        "Longitude",
        "Latitude",
        "Easting",
        "Northing",
        "TMI",
        "EM_1",
        "EM_2",
        "EM_3",
    ]
    assert shapely.get_coordinates(layer.geometry).tolist() == [[118.5, -32.5], [118.6, -32.6]]
    assert (layer.crs, "GDA94" in layer.crs_reason) == ("EPSG:4283", True)
    assert found["coordinates_missing"].details["count"] == 1
    values = layer.attributes
    assert values["Flight"].fillna("?").tolist() == ["F01", "?"]
    np.testing.assert_allclose(values["TMI"], [57234.1, np.nan])
    np.testing.assert_allclose(values["EM_2"], [np.nan, 2.0])


def test_units_of_the_definition_reach_the_columns(tmp_path):
    (layer,), _, notes, request = read(tmp_path, DAT)
    columns, *_ = tidy(layer.attributes, request, notes, layer.name)
    assert {each.name: each.unit for each in columns if each.unit} == {
        "Longitude": "°",
        "Latitude": "°",
        "Easting": "m",
        "Northing": "m",
        "TMI": "nT",
        "EM_1": "fT",
        "EM_2": "fT",
        "EM_3": "fT",
    }


@pytest.mark.parametrize("first", [".dat", ".dfn"])
def test_either_file_may_come_first(tmp_path, first):
    (layer,), *_ = read(tmp_path, DAT, first=first)
    assert len(layer.geometry) == 2


def test_definition_and_data_may_share_a_file(tmp_path):
    (layer,), *_ = read(tmp_path, DFN + DAT, dfn=None)
    assert len(layer.geometry) == 2


def test_comments_between_the_records_are_no_data(tmp_path):
    (layer,), *_ = read(tmp_path, "COMM survey of 2020\n" + DAT)
    assert len(layer.geometry) == 2


def test_windows_line_ends_and_trimmed_lines(tmp_path):
    short = DAT.replace("\n", "\r\n")[: -len("     9.000\r\n")] + "\r\n"
    (layer,), *_ = read(tmp_path, short)
    assert len(layer.geometry) == 2


PLANE = "".join(line + "\n" for line in DFN.splitlines() if "tude" not in line)


def plane_record(row):
    text = record(row)
    return text[:14] + text[40:]


def test_the_projection_is_taken_from_the_long_names(tmp_path):
    (layer,), *_ = read(tmp_path, "\n".join(map(plane_record, ROWS)), PLANE)
    assert layer.crs == "EPSG:28350"


@pytest.mark.parametrize(
    "line",
    [
        "COMM Projection: GDA94 / MGA zone 51",
        "PROJMGA zone 51                 GDA94          6378137.0",
        "COMM datum GDA94\nCOMM MGA zone 51",
    ],
)
def test_the_projection_is_taken_from_comments_and_proj_records(tmp_path, line):
    plain = PLANE.replace("(GDA94 MGA Zone 50)", "")
    (layer,), *_ = read(tmp_path, "\n".join(map(plane_record, ROWS)), plain, extra={".des": line + "\n"})
    assert layer.crs == "EPSG:28351"


def test_the_user_chooses_the_channels(tmp_path):
    (layer,), *_ = read(tmp_path, DAT, x="Easting", y="Northing")
    assert layer.crs == "EPSG:28350"


def test_records_that_start_with_their_type(tmp_path):
    dfn = DFN.replace("DEFN 1 ST=RECD,RT=;Line", "DEFN 1 ST=RECD,RT=DATA;RT:A4;Line").replace("RT=;", "RT=DATA;")
    (layer,), *_ = read(tmp_path, "".join(f"DATA{line}\n" for line in DAT.splitlines()), dfn)
    assert layer.attributes.columns[0] == "Line"
    assert len(layer.geometry) == 2


def test_values_between_spaces_are_read_where_widths_are_not_kept(tmp_path):
    dfn = "DEFN 1 ST=RECD,RT=;Lon:F12.4\nDEFN 2 ST=RECD,RT=;Lat:F12.4\nDEFN 3 ST=RECD,RT=;TMI:F20.3:UNIT=nT:NULL=-99\n"
    (layer,), found, *_ = read(tmp_path, "118.5 -32.5 57000.1\n118.6 -32.6 -99\n", dfn)
    assert shapely.get_coordinates(layer.geometry).tolist() == [[118.5, -32.5], [118.6, -32.6]]
    assert np.isnan(layer.attributes["TMI"].iloc[1])
    assert "aseg_widths" in found


def test_overflowed_fields_are_unknown(tmp_path):
    dfn = "DEFN 1 ST=RECD,RT=;Lon:F8.3\nDEFN 2 ST=RECD,RT=;Lat:F8.3\nDEFN 3 ST=RECD,RT=;V:F6.2\n"
    (layer,), *_ = read(tmp_path, " 118.500 -32.500******\n 118.600 -32.600  1.50\n", dfn)
    assert np.isnan(layer.attributes["V"].iloc[0])


@pytest.mark.parametrize(
    ("dat", "dfn", "first", "code"),
    [
        (None, DFN, ".dfn", "aseg_data_missing"),
        (DAT, None, ".dat", "aseg_definition_alone_missing"),
        (DAT, "DEFN 1 ST=RECD,RT=;END DEFN\n", ".dat", "aseg_no_channels"),
        ("1 2 3\n4 5 6\n", DFN, ".dat", "aseg_mismatch"),
        ("\n", DFN, ".dat", "table_header_only"),
        (DAT, "DEFN 1 ST=RECD,RT=;A:999999F9.1\n", ".dat", "table_too_wide"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, dat, dfn, first, code):
    with pytest.raises(Refused) as caught:
        read(tmp_path, dat, dfn, first)
    assert caught.value.finding.code == code
    assert code in TABLE_TEMPLATES


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("A:I8", ("A", "I", 8, 1)),
        ("A:F10.2:UNIT=m", ("A", "F", 10, 1)),
        ("A:30F12.4", ("A", "F", 12, 30)),
        ("A:E14.6E3", ("A", "E", 14, 1)),
        ("A:A8,NAME=x", ("A", "A", 8, 1)),
        ("A:D14.0: NAME=y", ("A", "D", 14, 1)),
        ("A:f8.2", ("A", "F", 8, 1)),
        ("4X", ("", "X", 4, 1)),
        ("A:ES12.4", ("A", "E", 12, 1)),
        ("A:G10.3", ("A", "G", 10, 1)),
    ],
)
def test_fortran_formats(field, expected):
    (channel,) = definitions(f"DEFN 1 ST=RECD,RT=;{field}\n")[""]
    assert (channel.name, channel.kind, channel.width, channel.repeat) == expected


def test_several_fields_of_one_line():
    assert [each.name for each in definitions("DEFN ST=RECORD,RT=; A:I4; B:F8.2:UNIT=nT ;C:A3")[""]] == ["A", "B", "C"]


@law(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120), st.integers(0, len(DAT)), st.integers(0, len(DFN)), st.booleans())
def test_damaged_files_are_read_or_refused(tmp_path, junk, at, cut, in_data):
    dat = DAT.encode()[:at] + junk + DAT.encode()[at:] if in_data else DAT.encode()
    dfn = DFN.encode() if in_data else DFN.encode()[:cut] + junk + DFN.encode()[cut + 3 :]
    try:
        layers, _, notes, request = read(tmp_path, dat, dfn)
    except Refused as refused:
        known = refused.finding.code in TABLE_TEMPLATES
        layers = []
    else:
        known = True
    assert known
    for layer in layers:
        tidy(layer.attributes, request, notes, layer.name)
