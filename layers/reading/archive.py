"""Zip archives: look at the table of contents before a byte is unpacked, then unpack flat under names of ours."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from layers.reading.raw import Notes, Refused, Source

ENTRIES, UNPACKED_BYTES, RATIO = 1000, 2_000_000_000, 100
#: Below this a high ratio does no harm: an elevation tile of the sea packs a thousandfold.
HARMLESS_BYTES = 32_000_000
CHUNK = 1 << 20
ARCHIVES = frozenset({".zip", ".kmz", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst", ".cab", ".jar"})
MAIN = (
    ".shp",
    ".gpkg",
    ".geojson",
    ".json",
    ".geojsonl",
    ".geojsons",
    ".ndjson",
    ".kml",
    ".fgb",
    ".parquet",
    ".geoparquet",
    ".gpx",
    ".gml",
    ".dxf",
    ".gmt",
    ".mif",
    ".tif",
    ".tiff",
    ".asc",
    ".grd",
    ".agr",
    ".hgt",
    ".nc",
    ".nc4",
    ".cdf",
    ".h5",
    ".hdf5",
    ".hdf",
    ".he5",
    ".xlsx",
    ".xls",
    ".csv",
    ".tsv",
    ".tab",
    ".xyz",
    ".dat",
    ".txt",
)
SIDE = frozenset({".shx", ".dbf", ".prj", ".cpg", ".dfn", ".des", ".gfs", ".qpj", ".tfw", ".tifw", ".wld"})
SHAPE_PARTS = frozenset({".shp", ".shx", ".dbf"})
#: Texts that travel with data and are not data.
READ_ME = re.compile(r"readme|licen[cs]e|metadata|lisez|leame|changelog", re.IGNORECASE)
GDB_FILE = re.compile(
    r"^(a[0-9a-f]{8}\.(gdbtable|gdbtablx|gdbindexes|atx|spx|freelist|horizon)|gdb|timestamps)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Member:
    """A file of an archive that will be unpacked.

    Its entry, its name as written there, and the FileGDB that it is of.
    """

    entry: zipfile.ZipInfo
    name: PurePosixPath
    gdb: str = ""


def entries(path: Path) -> list[zipfile.ZipInfo]:
    """Return the checked table of contents of an archive, without folders and without the side files of macOS.

    Parameters
    ----------
    path : Path
        A file in quarantine.

    Raises
    ------
    Refused
        If an entry reaches outside, is a link or an archive, is encrypted, or if there is too much of anything.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, UnicodeDecodeError) as error:
        raise Refused("zip_broken", reason=str(error), bytes=path.stat().st_size) from error
    if len(found) > ENTRIES:
        raise Refused("zip_entries", count=len(found), limit=ENTRIES)
    for entry in found:
        _check(entry)
    _check_unpacked_size(found)
    return [entry for entry in found if not entry.is_dir() and not _hidden(_spelled(entry))]


def _check_unpacked_size(found: list[zipfile.ZipInfo]) -> None:
    size, packed = sum(entry.file_size for entry in found), sum(entry.compress_size for entry in found)
    if size > UNPACKED_BYTES or (size > HARMLESS_BYTES and size > RATIO * max(packed, 1)):
        raise Refused("zip_bomb", megabytes=round(size / 1e6), ratio=round(size / max(packed, 1)), limit=RATIO)


def unpack(path: Path, folder: Path, notes: Notes) -> list[Source]:
    """Unpack what can be read, flat, and return one source a dataset.

    Parameters
    ----------
    path : Path
        The archive.
    folder : Path
        Where to unpack to; made here.
    notes : Notes
        Says which entries were left.
    """
    members, left = [], []
    for entry in entries(path):
        name = PurePosixPath(_spelled(entry).replace("\\", "/"))
        gdb = next((str(parent) for parent in name.parents if parent.name.lower().endswith(".gdb")), "")
        if (gdb and GDB_FILE.match(name.name)) or (not gdb and name.suffix.lower() in SIDE | set(MAIN)):
            members.append(Member(entry, name, gdb))
        else:
            left.append(name.name)
    if left:
        notes.add("zip_ignored", count=len(left), names=_some(left))
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as archive:
        return _sources(archive, members, folder)


def _check(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"^[A-Za-z]:", name) or ".." in name.split("/") or "\0" in entry.orig_filename:
        raise Refused("zip_path", name=entry.filename)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("zip_link", name=entry.filename)
    if PurePosixPath(name).suffix.lower() in ARCHIVES and not _hidden(name):
        raise Refused("zip_nested", name=entry.filename)
    if entry.flag_bits & 0x1:
        raise Refused("zip_encrypted", name=entry.filename)


def _hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".")


def _spelled(entry: zipfile.ZipInfo) -> str:
    """Return the name as its writer meant it: tools of Windows write names in the code page of their country."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    packed = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "cp932"):
        try:
            return packed.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _sources(archive: zipfile.ZipFile, members: list[Member], folder: Path) -> list[Source]:
    groups: dict[tuple[str, str], list[Member]] = {}
    for member in members:
        key = (member.gdb, "") if member.gdb else (str(member.name.parent).lower(), member.name.stem.lower())
        groups.setdefault(key, []).append(member)
    sources = []
    for number, (key, group) in enumerate(groups.items(), start=1):
        if group[0].gdb:
            sources.append(_file_gdb(archive, group, folder / f"{number:04d}.gdb", PurePosixPath(key[0]).name))
        else:
            sources += _files(archive, group, folder, number)
    return sources


def _file_gdb(archive: zipfile.ZipFile, group: list[Member], folder: Path, name: str) -> Source:
    folder.mkdir()
    for member in group:
        _write(archive, member.entry, folder / member.name.name.lower())
    return Source(folder, {}, name)


def _files(archive: zipfile.ZipFile, group: list[Member], folder: Path, number: int) -> list[Source]:
    written: dict[str, Path] = {}
    names: dict[str, str] = {}
    for member in group:
        suffix = member.name.suffix.lower()
        if suffix not in written:
            written[suffix] = folder / f"{number:04d}{suffix}"
            names[suffix] = member.name.name
            _write(archive, member.entry, written[suffix])
    mains = _mains(names)
    return [
        Source(written[suffix], {k: v for k, v in written.items() if k != suffix}, names[suffix]) for suffix in mains
    ]


def _mains(names: dict[str, str]) -> list[str]:
    """Return the suffixes of the files that are data; parts of a shapefile without its .shp count as one."""
    mains = [suffix for suffix in MAIN if suffix in names]
    if ".tab" in mains and ".dat" in mains:  # the attributes of a MapInfo table, which is recognised by its .tab
        mains.remove(".dat")
    if not mains and SHAPE_PARTS & names.keys():
        mains = [next(suffix for suffix in (".dbf", ".shx") if suffix in names)]
    return [suffix for suffix in mains if suffix != ".txt" or not READ_ME.search(names[suffix])]


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    try:
        with archive.open(entry) as packed, target.open("wb") as file:
            while chunk := packed.read(CHUNK):
                file.write(chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise Refused("zip_broken", reason=str(error) or type(error).__name__, bytes=entry.file_size) from error
    except Exception as error:  # the decompressors raise classes of their own (zlib.error, LZMAError)
        raise Refused("zip_broken", reason=str(error), bytes=entry.file_size) from error


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
