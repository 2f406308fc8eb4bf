"""Read a shapefile: which parts are there, whether it is whole, and in which encoding its table is."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import charset_normalizer
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.contract import Request
from layers.reading.raw import Notes, RawLayer, Refused, Source
from layers.reading.vector import OpenOptions, read_layers

SAMPLE_BYTES = 400_000
#: Language driver bytes of a DBF that say nothing about its encoding: none, and "ANSI", which writers set everywhere.
UNSTATED = frozenset({0x00, 0x57})
#: Encodings that tables of survey data are found in, and the letters that then make up the text.
SCRIPTS: tuple[tuple[str, str], ...] = (
    ("cp932", "぀-ヿ一-鿿ｦ-ﾟ々〆"),
    ("euc_kr", "가-힣"),
    ("gb18030", "一-鿿"),
    ("big5", "一-鿿"),
    ("cp1251", "Ѐ-ӿ"),
    ("koi8_r", "Ѐ-ӿ"),
)
EVERYDAY = {"cp932": (0x81, 0x97), "gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6)}
#: Names by which GDAL knows encodings that Python spells otherwise.
SPELLED = {"euc_kr": "CP949", "koi8_r": "KOI8-R", "cp932": "CP932", "latin_1": "ISO-8859-1", "utf-8": "UTF-8"}
WESTERN = ("cp1252", "À-ÖØ-öø-ÿŒœŠšŽžŸ")


def read_shapefile(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read one shapefile; its parts lie beside it under one name.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    if source.path.suffix != ".shp":
        raise Refused("shp_missing", name=source.original_name)
    _whole(source.path)
    for suffix, code in ((".dbf", "dbf_missing"), (".shx", "shx_missing")):
        if suffix not in source.companions:
            notes.add(code)
    _drop_damaged_prj(source)
    encoding = _encoding(source, request, notes)
    found = read_layers(
        source,
        request_for(request, source),
        notes,
        OpenOptions(source.path, "the .prj says so", SPELLED.get(encoding, encoding)),
    )
    if found and not found[0].crs and ".prj" in source.companions:
        notes.add("prj_unusable", layer=found[0].name)
    return found


def _drop_damaged_prj(source: Source) -> None:
    """Take a .prj that PROJ cannot read out of the way: GDAL's reader would give up the whole file for it."""
    prj = source.companions.get(".prj")
    if prj is None or not prj.exists():
        return
    try:
        CRS.from_wkt(prj.read_text(encoding="utf-8-sig"))
    except (CRSError, UnicodeDecodeError, ValueError):
        prj.unlink()


def request_for(request: Request, source: Source) -> Request:
    """Return the request without its layer names: a shapefile is one layer, which bears the name of its file.

    Parameters
    ----------
    request : Request
        What the user said of the upload, and the budgets of the reader.
    source : Source
        The file in quarantine with its companions.
    """
    stem = Path(source.original_name).stem
    if request.layers and stem not in request.layers:
        return request
    return Request(request.files, request.original_name, (), request.crs, request.cures)


def _whole(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    stated = 2 * int.from_bytes(head[24:28], "big")
    if len(head) < 100 or stated > size:
        raise Refused("truncated", bytes=size, reason=f"its header states {stated} bytes")


def _encoding(source: Source, request: Request, notes: Notes) -> str:
    """Return the encoding of the table: as the user says, else as the file says (empty), else as its bytes look."""
    if "encoding" in request.cures:
        return request.cures["encoding"]
    texts = _texts_without_encoding(source)
    if not texts or texts.isascii():
        return ""
    found = guessed(texts)
    if found == "utf-8":
        return found
    others = [
        f"encoding={name}" for name in ("cp932", "cp1252", "cp1251", "euc_kr", "gb18030", "utf-8") if name != found
    ]
    sample = next((word for word in texts.decode(found, "replace").split() if not word.isascii()), "")
    notes.add("encoding_unstated", encoding=found, sample=sample[:40], actions=(f"encoding={found}", *others))
    return found


def _texts_without_encoding(source: Source) -> bytes:
    """Return the texts of the table; empty where there is no table, or the shapefile states its encoding."""
    if ".dbf" not in source.companions:
        return b""
    with source.companions[".dbf"].open("rb") as file:
        data = file.read(SAMPLE_BYTES)
    if len(data) < 33:
        raise Refused("truncated", bytes=len(data), reason="the .dbf has no header")
    return b"" if ".cpg" in source.companions or data[29] not in UNSTATED else _texts(data)


def _texts(data: bytes) -> bytes:
    """Return the bytes of a DBF that are text: names of fields and values of its character fields."""
    start, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields = _fields(data, start)
    found = [each[:11].split(b"\0")[0] for each in fields]
    at = 1
    for each in fields:
        size = each[16] if len(each) > 16 else 0
        if each[11:12] == b"C" and width:
            found += [data[row + at : row + at + size].strip() for row in range(start, len(data), width)][:2000]
        at += size
    return b" ".join(value for value in found if value and not value.isascii())


def _fields(data: bytes, start: int) -> list[bytes]:
    """Return the descriptions of the fields of a DBF, which lie between its head and where its rows start."""
    return [data[at : at + 32] for at in range(32, max(32, start - 1), 32) if data[at : at + 1] not in {b"\r", b""}]


def guessed(data: bytes) -> str:
    """Guess the encoding of short texts that are not ASCII.

    Parameters
    ----------
    data : bytes
        Text attributes as bytes.

    Examples
    --------
    >>> guessed("鉱床".encode("cp932")), guessed("Мировая".encode("cp1251")), guessed("Côte".encode("latin-1"))
    ('cp932', 'cp1251', 'cp1252')
    """
    if _decodes(data, "utf-8"):
        return "utf-8"
    scored = [(_share(data, encoding, letters), encoding) for encoding, letters in (*SCRIPTS, WESTERN)]
    best, encoding = max(scored, key=lambda pair: pair[0])
    if best > 0.9:
        return encoding
    found = charset_normalizer.from_bytes(data).best()
    return found.encoding if found else (encoding if best > 0.5 else "cp1252")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _share(data: bytes, encoding: str, letters: str) -> float:
    """Return how much of the text beyond ASCII is letters of the script.

    Rare signs count half, for a wrong encoding is full of them.
    """
    if not _decodes(data, encoding):
        return 0.0
    text = data.decode(encoding)
    beyond = [char for char in text if ord(char) > 127]
    wanted = re.compile(f"[{letters}]")
    share = sum(_common(char, encoding) for char in beyond if wanted.match(char)) / max(1, len(beyond))
    lone = encoding == WESTERN[0] and len(beyond) > 0.45 * len(text.replace(" ", ""))
    odd = encoding in {"cp1251", "koi8_r"} and (_turns_to_capitals(text) or _mixes_alphabets(text))
    return share * (0.6 if lone or odd else 1.0)


def _turns_to_capitals(text: str) -> bool:
    """Tell whether a capital follows a small letter."""
    return any(a.islower() and b.isupper() for a, b in pairwise(text))


def _mixes_alphabets(text: str) -> bool:
    """Tell whether a letter of ASCII and one beyond it stand side by side."""
    return any((ord(a) > 127) != (ord(b) > 127) for a, b in pairwise(text) if a.isalpha() and b.isalpha())


def _common(char: str, encoding: str) -> float:
    """Return 1 for a sign of everyday text, a half for one of the rare ones, by the byte that it begins with."""
    low, high = EVERYDAY.get(encoding, (0, 255))
    return 1.0 if low <= char.encode(encoding)[0] <= high else 0.5
