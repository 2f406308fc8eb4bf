"""Archives are judged by their table of contents before a byte is unpacked."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.reading.archive import entries
from layers.reading.raw import Refused
from tests.uploads import Job, codes, zipped


def packed(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../x.shp", "zip_path"),
        ("a/../../x.shp", "zip_path"),
        ("/etc/x.shp", "zip_path"),
        ("C:\\x.shp", "zip_path"),
        ("..\\x.shp", "zip_path"),
        ("x.zip", "zip_nested"),
        ("x.TAR", "zip_nested"),
    ],
)
def test_names_that_reach_out_are_refused(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        entries(packed(tmp_path / "z.zip", **{name: b"x"}))
    assert refused.value.finding.code == code


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("x.geojson")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert codes(Job(tmp_path / "work").read(tmp_path / "z.zip")) == {"zip_link"}


def test_bombs_and_crowds_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "b.zip", **{"x.csv": b"0" * 50_000_000})
    assert codes(Job(tmp_path / "one").read(bomb)) == {"zip_bomb"}
    crowd = packed(tmp_path / "c.zip", **{f"{number}.csv": b"x" for number in range(1001)})
    assert codes(Job(tmp_path / "two").read(crowd)) == {"zip_entries"}


def test_a_size_that_the_contents_belie_does_no_harm(tmp_path: Path) -> None:
    path = packed(tmp_path / "z.zip", **{"x.csv": b"lon,lat\n" + b"1,2\n" * 1_000_000})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\1\2") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    assert codes(Job(tmp_path / "work").read(path)) & {"zip_broken", "truncated"}


def test_what_is_not_data_is_left_with_a_word(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(1, 2)], crs=4326).to_file(tmp_path / "x.gpkg", layer="x")
    (tmp_path / "notes.exe").write_bytes(b"MZ")
    (tmp_path / "README.txt").write_text("read me")
    report = Job(tmp_path / "work").read(
        zipped(tmp_path / "z.zip", *(tmp_path / name for name in ("x.gpkg", "notes.exe", "README.txt")))
    )
    assert [layer.name for layer in report.layers] == ["x"]
    assert "zip_ignored" in codes(report)


@pytest.mark.parametrize("data", [b"PK\3\4 and nothing more", b"PK\5\6" + b"\0" * 18])
def test_a_broken_or_empty_archive_says_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "z.zip").write_bytes(data)
    assert codes(Job(tmp_path / "work").read(tmp_path / "z.zip")) & {"zip_broken", "zip_empty"}
