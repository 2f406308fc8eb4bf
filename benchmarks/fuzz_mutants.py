"""Broken and hostile variants of survey files: each is made again from a seed and its number."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Files that are uploaded together: the one that carries the data, and its companion.
COMPANIONS = {".dat": ".dfn", ".gml": ".gfs"}
TEXTS = frozenset(
    {
        ".csv",
        ".tsv",
        ".txt",
        ".geojson",
        ".json",
        ".kml",
        ".gml",
        ".gpx",
        ".dxf",
        ".gmt",
        ".asc",
        ".dfn",
        ".dat",
        ".gfs",
        ".xyz",
    }
)
SUFFIXES = (
    ".gpkg",
    ".geojson",
    ".csv",
    ".tif",
    ".kml",
    ".kmz",
    ".zip",
    ".fgb",
    ".parquet",
    ".gml",
    ".gpx",
    ".dxf",
    ".hgt",
    ".nc",
    ".h5",
    ".xlsx",
    ".asc",
    ".shp",
    ".dbf",
    ".dat",
    ".txt",
    ".json",
    ".gmt",
    ".gdb.zip",
    "",
    ".TIFF",
    ".vrt",
    ".exe",
)
NASTY = (
    "1e400",
    "-1e308",
    "NaN",
    "inf",
    "-1.7976931348623157e308",
    "9223372036854775808",
    "-0",
    "1e-320",
    "180.0000001",
    "-90.5",
    "0x41",
    "1,5",
    "1_000",
    "٣",
    "--1",
    "1e",
    ".",
    "",
    "null",
    "4294967296",
    "999999999999999999999999999999",
    "360",
    "-540",
    "1/0",
)
WORDS = (
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "'; DROP TABLE own_layer; --",
    "../../../../etc/passwd",
    "/vsicurl/http://127.0.0.1/x",
    "\x00",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202e",
    "geometry",
    "fid",
    "%s%n{0}{x}",
    "A" * 5000,
    "http://127.0.0.1/",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    "EPSG:999999",
    "type",
    "coordinates",
    "[]",
    "{}",
    '"',
    "\\",
)
LENGTHS = (
    0,
    1,
    2,
    0x7F,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    0x7FFFFFFFFFFFFFFF,
    0xFFFFFFFFFFFFFFFF,
)


@dataclass(frozen=True)
class Seed:
    """An upload to start from: name and bytes of its files, the one with the data first."""

    files: tuple[tuple[str, bytes], ...]

    @property
    def name(self) -> str:
        """Name of the file with the data."""
        return self.files[0][0]


@dataclass(frozen=True)
class Mutant:
    """A variant of a seed: its files, and what was done to it."""

    number: int
    seed: str
    what: str
    files: tuple[tuple[str, bytes], ...]


Change = Callable[[random.Random, bytes, bytes], bytes]


def seeds_of(folders: list[Path], largest: int = 700_000) -> list[Seed]:
    """Return the uploads below some folders, in the order of their names.

    Files larger than `largest` bytes are cut to it.
    """
    paths = [
        path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".md"
    ]
    paths = [path for path in paths if path.name != "index.csv"]
    beside = {path.with_suffix(COMPANIONS[path.suffix]) for path in paths if path.suffix in COMPANIONS} & set(paths)
    found = []
    for path in paths:
        if path in beside:
            continue
        parts = [path, *(each for each in beside if each.parent == path.parent and each.stem == path.stem)]
        found.append(Seed(tuple((part.name, part.read_bytes()[:largest]) for part in parts)))
    return found


def mutant(seeds: list[Seed], seed: int, number: int) -> Mutant:
    """Return the variant with a number: always the same for the same seeds."""
    rng = random.Random(f"{seed}:{number}")
    chosen = rng.choice(seeds)
    other = rng.choice(seeds).files[0][1]
    files = list(chosen.files)
    at = rng.randrange(len(files))
    name, data = files[at]
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        what, change = rng.choice(_changes(name, data))
        data = change(rng, data, other)
        done.append(what)
    if rng.random() < 0.08:
        done.append("suffix")
        name = Path(name).stem + rng.choice(SUFFIXES)
    files[at] = (name, data)
    return Mutant(number, chosen.name, "+".join(done), tuple(files))


def _changes(name: str, data: bytes) -> list[tuple[str, Change]]:
    found: list[tuple[str, Change]] = [
        ("bits", bits),
        ("bytes", some_bytes),
        ("cut", cut),
        ("drop", drop),
        ("repeat", repeat),
        ("splice", splice),
        ("length", length),
        ("zeros", zeros),
    ]
    if data[:2] == b"PK":
        return [*found[:3], *[("member", member)] * 9]
    if Path(name).suffix.lower() in TEXTS:
        return [*found, *[("number", number_in_text)] * 4, *[("word", word_in_text)] * 4, ("line", lines)]
    return [*found, *[("bits", bits)] * 2, *[("length", length)] * 4, *[("word", text_in_binary)] * 2, ("head", head)]


def bits(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Turn 1 to 64 bits over."""
    made = bytearray(data)
    for _each in range(rng.choice((1, 2, 8, 64)) if made else 0):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def head(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Turn bits of the first 1,024 bytes over, where formats describe themselves."""
    return bits(rng, data[:1024], b"") + data[1024:]


def some_bytes(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Put a few random bytes somewhere."""
    at, many = rng.randrange(len(data) + 1), rng.choice((1, 4, 32))
    return data[:at] + rng.randbytes(many) + data[at + rng.choice((0, many)) :]


def cut(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Break the file off."""
    return data[
        : rng.choice((rng.randrange(len(data) + 1), max(len(data) - rng.randrange(1, 64), 0), rng.randrange(64)))
    ]


def drop(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Leave a piece out."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice((1, 16, 512, 4096)) :]


def repeat(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Repeat a piece up to 200 times."""
    at, many = rng.randrange(len(data) + 1), rng.choice((1, 16, 256))
    return data[:at] + data[at : at + many] * rng.choice((2, 20, 200)) + data[at:]


def splice(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Put a piece of another file in."""
    at, start, many = rng.randrange(len(data) + 1), rng.randrange(len(other) + 1), rng.choice((8, 128, 4096))
    return data[:at] + other[start : start + many] + data[at + rng.choice((0, many)) :]


def length(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Write an extreme number over a field of 1 to 8 bytes, mostly near the start."""
    form = rng.choice(("B", "<H", ">H", "<I", ">I", "<Q", ">Q"))
    size = struct.calcsize(form)
    reach = min(len(data), rng.choice((128, 4096, 1 << 40)))
    at = rng.randrange(max(reach - size, 0) + 1)
    field = struct.pack(form, rng.choice(LENGTHS) & ((1 << 8 * size) - 1))
    return data[:at] + field + data[at + size :]


def zeros(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Blank a piece, as a broken download does."""
    at, many = rng.randrange(len(data) + 1), rng.choice((16, 512, 8192))
    return data[:at] + bytes(min(many, len(data) - at)) + data[at + many :]


def lines(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Exchange, repeat or lose lines."""
    rows = data.split(b"\n")
    first, second = rng.randrange(len(rows)), rng.randrange(len(rows))
    rows[first], rows[second] = rows[second], rows[first]
    if rng.random() < 0.5:
        del rows[rng.randrange(len(rows))]
    return b"\n".join(rows)


def number_in_text(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Put a nasty number in place of up to five."""
    return _replaced(rng, data, rb"-?\d+(?:\.\d+)?", NASTY)


def word_in_text(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Put a nasty text in place of up to five words."""
    return _replaced(rng, data, rb"[A-Za-z_]{2,}", (*WORDS, *NASTY))


def _replaced(rng: random.Random, data: bytes, pattern: bytes, choices: tuple[str, ...]) -> bytes:
    start = rng.choice((0, rng.randrange(len(data) + 1)))
    places = [
        each.span() for _n, each in zip(range(400), re.finditer(pattern, data[start : start + 40_000]), strict=False)
    ]
    for begin, end in sorted(rng.sample(places, min(len(places), rng.choice((1, 2, 5)))), reverse=True):
        data = data[: start + begin] + rng.choice(choices).encode("utf-8") + data[start + end :]
    return data


def text_in_binary(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Write a nasty text over letters, of the same length: names of columns and layers, tags, SQL."""
    places = [each.span() for _n, each in zip(range(4000), re.finditer(rb"[\x20-\x7e]{4,}", data), strict=False)]
    if not places:
        return data
    begin, end = rng.choice(places)
    nasty = rng.choice((*WORDS, *NASTY)).encode("utf-8")
    return data[:begin] + (nasty * (1 + (end - begin) // max(len(nasty), 1)))[: end - begin] + data[end:]


def member(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change one member of a zip archive, or its name, and pack it again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [
                (entry.filename, archive.read(entry))
                for entry in archive.infolist()[:60]
                if entry.file_size < 4_000_000
            ]
    except Exception:  # an archive that is damaged already
        return bits(rng, data, other)
    if not entries:
        return data
    at = rng.randrange(len(entries))
    name, inside = entries[at]
    how = rng.random()
    if how < 0.8:
        choices = [each for each in _changes(name, inside) if each[0] != "member"]
        entries[at] = (name, rng.choice(choices)[1](rng, inside, other))
    elif how < 0.9:
        entries[at] = (
            rng.choice(("../", "/", "a/../../", "C:\\", "", "\u202e")) + name + rng.choice(("", ".zip", ".vrt")),
            inside,
        )
    else:
        del entries[at]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name_, content in entries:  # dated, so that a mutant is the same at any second
            archive.writestr(zipfile.ZipInfo(name_, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
