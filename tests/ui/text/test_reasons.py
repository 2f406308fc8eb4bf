"""Every reason that the reader of uploads gives has words in Japanese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.text import reasons

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "part",
    [
        "you specified it",
        "the .prj says so",
        "columns Longitude and Lat WGS84 are in degrees",
        "no datum is stated, WGS 84 is assumed",
        "column a says b holds MGRS grid references (WGS 84)",
        "the zone is from column Zone, the datum from their names",
        "their names say GDA94",
        "the crs member of the file says urn:ogc:def:crs:EPSG::28350",
        "column CRS says EPSG:4283, EPSG:7844",
    ],
)
def test_a_reason_is_known(part: str) -> None:
    assert reasons.known(part)


def test_names_of_the_file_stay_as_they_are() -> None:
    text = "EPSG:4326 because columns {x} and y are in degrees; no datum is stated, WGS 84 is assumed"
    assert reasons.reason(text) == text
    assert reasons.reason("something else") == "something else"


def test_the_words_stand_in_the_reader() -> None:
    """A reason whose words the reader no longer uses would be dead."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "layers" / "reading").glob("*.py"))
    for template in reasons.REASONS:
        longest = max(re.split(r"\{[ab]\}", template), key=len).strip(" ,")
        words = longest.removeprefix("the name of ").removeprefix("the definition of ")
        assert words in source or longest in source, template
