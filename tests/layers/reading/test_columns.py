import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.contract import Request
from layers.findings_tables import TABLE_TEMPLATES
from layers.reading.columns import tidy
from layers.reading.raw import Notes
from tests.sampling import law


def tidied(values, **cures):
    notes = Notes()
    frame = values if isinstance(values, pd.DataFrame) else pd.DataFrame(values)
    columns, numbers, texts = tidy(frame, Request(("f",), "f", cures=cures), notes, "L")
    assert {finding.code for finding in notes.findings} <= set(TABLE_TEMPLATES)
    return columns, numbers, texts, {finding.code: finding for finding in notes.findings}


def test_numbers_and_texts_keep_their_order():
    columns, numbers, texts, _ = tidied({"a": ["1", "2"], "b": ["x", "y"], "c": [1.5, np.nan]})
    assert [(each.name, each.type, each.known) for each in columns] == [
        ("a", "number", 2),
        ("b", "text", 2),
        ("c", "number", 1),
    ]
    assert numbers.shape == (2, 2)
    assert texts[:, 0].tolist() == ["x", "y"]
    assert (columns[0].low, columns[0].high) == (1.0, 2.0)


@pytest.mark.parametrize("values", [["007", "8"], ["1E5", "2"], ["00", "1"]])
def test_codes_stay_text(values):
    columns, _, texts, found = tidied({"id": values})
    assert columns[0].type == "text"
    assert texts[:, 0].tolist() == values
    assert "ids_kept" in found


@pytest.mark.parametrize("values", [["12345678901234567890", "1"], [2**60, 1]])
def test_whole_numbers_beyond_double_precision_stay_text(values):
    columns, _, texts, found = tidied({"id": values})
    assert columns[0].type == "text"
    assert texts[0, 0] == str(values[0])
    assert "long_numbers" in found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.5e-3", "2D+2", "+.5"], [0.0015, 200.0, 0.5]),
        (["1,234", "5"], [1234.0, 5.0]),
        (["1 234.5", "5"], [1234.5, 5.0]),
        (["１２．５", "−3"], [12.5, -3.0]),
        (["<Null>", "4"], [np.nan, 4.0]),
        (["NA", "4"], [np.nan, 4.0]),
        ([" 7 ", "8"], [7.0, 8.0]),
        (["0", "0.5"], [0.0, 0.5]),
        (["-", "n.d.", "3"], [np.nan, np.nan, 3]),
    ],
)
def test_spellings_of_numbers_are_read(values, expected):
    _, numbers, _, _ = tidied({"v": values})
    np.testing.assert_allclose(numbers[:, 0], expected)


def test_na_among_words_is_a_word():
    _, _, texts, _ = tidied({"country": ["NA", "AU"]})
    assert texts[:, 0].tolist() == ["NA", "AU"]


def test_detection_limits_stay_text_until_the_user_chooses():
    columns, _, _, found = tidied({"Au_ppb": ["<0.01", "2", ">10"]})
    assert columns[0].type == "text"
    assert found["below_detection"].details["count"] == 2
    assert found["below_detection"].actions[0] == "bdl.Au_ppb=half"


@pytest.mark.parametrize(
    ("way", "expected"), [("half", [0.005, 2.0, 10.0]), ("zero", [0.0, 2.0, 10.0]), ("unknown", [np.nan, 2.0, np.nan])]
)
def test_detection_limits_become_what_the_user_says(way, expected):
    _, numbers, _, _ = tidied({"Au": ["<0.01", "2", ">10"]}, **{"bdl.Au": way})
    np.testing.assert_allclose(numbers[:, 0], expected)


@pytest.mark.parametrize(
    "values",
    [
        [1.5, -9999, -9999, 3],
        [5, -999.25, -999.25],
        [1, 2, 1e30],
        [1, 2, -1.797e308],
        [0.1, -3.4028235e38, 0.2],
        [10, -99999, -99999],
        [0.1, 0.2, 9999999, 9999999],
        [4, -99, -99],
        [7, -32768, 8],
    ],
)
def test_values_that_stand_for_gaps_are_unknown_and_said(values):
    _, numbers, _, found = tidied({"v": [float(value) for value in values]})
    assert np.isnan(numbers[:, 0]).any()
    assert found["sentinel"].actions == ("keep.v=yes",)
    assert np.nanmax(np.abs(numbers)) < 100


@pytest.mark.parametrize(
    "values",
    [
        [-100, -99, -99, -98.5, -105],
        [9997, 9998, 9999, 10000],
        [99, 98, 99, 97],
        [-9990, -9999, -10010, -9995],
        [600, 999, 999, 700],
    ],
)
def test_values_among_their_like_are_no_gaps(values):
    _, numbers, _, found = tidied({"v": [float(value) for value in values]})
    assert not np.isnan(numbers).any()
    assert "sentinel" not in found


def test_the_users_word_keeps_a_value():
    _, numbers, _, found = tidied({"v": [1.0, -9999.0, -9999.0]}, **{"keep.v": "yes"})
    assert numbers[1, 0] == -9999.0
    assert "sentinel" not in found


def test_repeated_names_are_numbered():
    columns, *_, found = tidied(pd.DataFrame([[1, 2, 3, 4]], columns=["Id", "ID", "fid", "id"]))
    assert [each.name for each in columns] == ["Id", "ID_2", "fid", "id_3"]
    assert "duplicate_columns" in found


def test_names_are_data():
    names = ['x"; drop table sites; --', "<script>alert(1)</script>", "a\x00b\nc", "", "n" * 10_000]
    columns, *_ = tidied(pd.DataFrame([[1] * 5], columns=names))
    assert [each.name for each in columns] == [names[0], names[1], "a b c", "column_4", "n" * 200]


def test_dates_booleans_bytes_and_structures_become_text():
    frame = pd.DataFrame(
        {
            "d": pd.to_datetime(["2020-01-02", None]),
            "t": pd.to_datetime(["2020-01-02 03:04", None]),
            "b": [True, False],
            "y": [b"\x01", None],
            "l": [[1, 2], {"a": None}],
        }
    )
    _, _, texts, _ = tidied(frame)
    assert texts[0].tolist() == ["2020-01-02", "2020-01-02T03:04:00", "true", '"01"', "[1, 2]"]
    assert texts[1].tolist() == [None, None, "false", None, '{"a": null}']


def test_numbers_are_never_infinite():
    _, numbers, _, _ = tidied({"v": [np.inf, -np.inf, 1.0]})
    assert np.isnan(numbers[:2, 0]).all()


def test_empty_columns_are_named():
    *_, found = tidied({"a": [None, None], "b": [1, 2]})
    assert found["empty_columns"].details["names"] == "a"


def test_units_are_suggested_never_applied():
    columns, *_, found = tidied({"Cu_ppm": [1, 2], "Au (g/t)": [1, 2]})
    assert [each.unit for each in columns] == ["", ""]
    assert found["unit_suggested"].actions == ("units=suggested", "unit.Cu_ppm=ppm", "unit.Au (g/t)=g/t")
    columns, *_ = tidied({"Cu_ppm": [1, 2], "Au (g/t)": [1, 2], "n": [1, 2]}, units="suggested")
    assert [each.unit for each in columns] == ["ppm", "g/t", ""]


def test_units_come_from_the_user_or_the_format():
    frame = pd.DataFrame({"Cu": [1.0], "TMI": [2.0], "Q": [3.0]})
    frame.attrs["units"] = {"TMI": "nT", "Q": "furlong"}
    columns, *_, found = tidied(frame, **{"unit.Cu": "PPM"})
    assert [each.unit for each in columns] == ["ppm", "nT", ""]
    assert found["unit_unknown"].details["unit"] == "furlong"


def test_almost_numbers_are_said():
    *_, found = tidied({"v": ["1"] * 99 + ["see note"]})
    assert (found["almost_numbers"].row, found["almost_numbers"].details["sample"]) == (100, "see note")


def test_a_thousand_columns_at_most():
    columns, numbers, _, found = tidied(pd.DataFrame(np.zeros((1, 1_200))))
    assert len(columns) == 1_000 == numbers.shape[1]
    assert found["too_many_columns"].details["count"] == 1_200


def test_no_rows_and_no_columns():
    assert tidied(pd.DataFrame())[1].shape == (0, 0)
    assert tidied(pd.DataFrame({"a": pd.Series([], dtype="str")}))[2].shape == (0, 1)


CELLS = (
    st.none()
    | st.text(max_size=12)
    | st.floats()
    | st.integers()
    | st.booleans()
    | st.binary(max_size=4)
    | st.dates()
    | st.lists(st.integers(), max_size=3)
)


@law(150)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), st.lists(st.text(max_size=10), min_size=2, max_size=2))
def test_any_table_keeps_the_contract(rows, names):
    frame = pd.DataFrame(rows, columns=pd.Index(names, dtype=object)) if rows else pd.DataFrame(columns=names)
    columns, numbers, texts, _ = tidied(frame)
    assert numbers.shape == (len(rows), sum(each.type == "number" for each in columns))
    assert texts.shape == (len(rows), sum(each.type == "text" for each in columns))
    assert not np.isinf(numbers).any()
    assert all(cell is None or isinstance(cell, str) for cell in texts.ravel())
    assert len({each.name.casefold() for each in columns}) == len(columns)
