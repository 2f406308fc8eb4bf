"""Read ASEG-GDF2, the exchange format of geophysical surveys: a fixed-width table (.dat) with its definition (.dfn).

References
----------
Pratt, D. A. (2003). ASEG-GDF2: a standard for point located data exchange. Australian Society of Exploration
Geophysicists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.contract import FEATURES, Request
from layers.reading.coordinates import locate
from layers.reading.raw import Notes, RawLayer, Refused, Source

#: Widest record in characters, columns at most, and bytes that are taken apart at a time.
WIDTH, COLUMNS, CHUNK = 200_000, 5_000, 32_000_000
_DEFN = re.compile(r"^\s*DEFN\b\s*\d*\s*(?:ST\s*=\s*RECO?R?D?\s*,\s*RT\s*=\s*([^;]*))?;?(.*)$", re.IGNORECASE)
_FIELD = re.compile(
    r"^\s*([^:]*?)\s*:\s*(\d*)\s*(ES|EN|[AIFEDGX])\s*(\d*)(?:\.(\d+))?(?:E\d+)?\s*(?:[:,](.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_RECORD_TYPES = (b"COMM", b"DEFN", b"PROJ")


@dataclass(frozen=True)
class Channel:
    """A field of the record.

    Attributes
    ----------
    name : str
        Short name.
    kind : str
        Letter of its Fortran format: A is text, X a filler, I a whole number, the others real numbers.
    width, repeat : int
        Characters of one value; how many values.
    unit, null, words : str
        Unit and mark of a gap as stated; everything else that is said of it.
    """

    name: str
    kind: str
    width: int
    repeat: int = 1
    unit: str = ""
    null: str = ""
    words: str = ""

    def columns(self) -> list[str]:
        """Return the names of its values: ``name``, or ``name_1`` ... of an array."""
        return [self.name] if self.repeat == 1 else [f"{self.name}_{number}" for number in range(1, self.repeat + 1)]


def read_aseg(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read point-located data with all their channels.

    Parameters
    ----------
    source : Source
        The .dat with its .dfn as a companion, the .dfn with its .dat, or one file that holds both. A .des is read for
        its projection.
    request : Request
        Its cures ``x`` and ``y`` name channels.
    notes : Notes
        Receives what was noticed.

    Returns
    -------
    list of RawLayer
        Points. Array channels become ``name_1`` ... ``name_n``; NULL values are NaN or None;
        ``attributes.attrs["units"]`` holds the units that the definition states.

    Raises
    ------
    Refused
        If the definition or the data are missing, or do not fit each other.
    """
    definition, data = _parts(source)
    channels = _data_channels(definitions(definition))
    if not channels:
        raise Refused("aseg_no_channels", name=source.original_name)
    count = sum(each.repeat for each in channels)
    if count > COLUMNS or _width(channels) > WIDTH:
        raise Refused("table_too_wide", columns=count, most=COLUMNS)
    frame = _frame(data, channels, notes)
    said = {column: f"{each.words} {each.unit}" for each in channels for column in each.columns()}
    said[""] = _projection_text(definition, data, source)
    frame.attrs["units"] = {column: each.unit for each in channels for column in each.columns() if each.unit}
    name = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", source.original_name) or "survey"
    return locate(frame, name, request, notes, said)


def _data_channels(records: dict[str, list[Channel]]) -> list[Channel] | None:
    """Return the channels of the type without a name or called DATA, else of the first that holds data."""
    for kind in ("", "DATA"):
        if kind in records:
            return records[kind]
    return next((found for kind, found in records.items() if kind not in {"COMM", "PROJ"}), None)


def _width(channels: list[Channel]) -> int:
    """Return how many characters a record has."""
    return sum(each.width * each.repeat for each in channels)


def _parts(source: Source) -> tuple[str, bytes]:
    """Return the definition as text and the data as bytes, whichever of the two files was given first."""
    first = source.path.read_bytes()
    starts_with_definition = bool(re.match(rb"(?i)\s*DEFN\b", first))
    companion = source.companions.get(".dfn")
    if companion and companion != source.path and not starts_with_definition:
        return _text(companion.read_bytes()), first
    text = _text(first)
    if not re.search(r"(?im)^\s*DEFN\b", text):
        raise Refused("aseg_definition_alone_missing", name=Path(source.original_name).stem)
    data = _records(first)
    if not data.strip():
        beside = next(
            (source.companions[suffix] for suffix in (".dat", ".txt", ".asc", ".xyz") if suffix in source.companions),
            None,
        )
        if beside is None:
            raise Refused("aseg_data_missing", name=Path(source.original_name).stem)
        return text, beside.read_bytes()
    return text, data


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _records(data: bytes) -> bytes:
    """Leave out the lines that are definitions, comments or projections."""
    if not re.search(rb"(?im)^\s*(COMM|DEFN|PROJ)", data):
        return data
    lines = data.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.lstrip()[:4].upper().startswith(_RECORD_TYPES))


def definitions(text: str) -> dict[str, list[Channel]]:
    """Read DEFN records.

    Parameters
    ----------
    text : str
        Definition file.

    Returns
    -------
    dict of str to list of Channel
        Fields in their order, by record type; ``""`` is the type of the data where none is named.

    Examples
    --------
    >>> found = definitions("DEFN 1 ST=RECD,RT=;Line:I8;EM:3F10.2:UNIT=fT:NULL=-99.99,NAME=Windows")
    >>> [(each.name, each.kind, each.width, each.repeat, each.unit, each.null) for each in found[""]]
    [('Line', 'I', 8, 1, '', ''), ('EM', 'F', 10, 3, 'fT', '-99.99')]
    """
    records: dict[str, list[Channel]] = {}
    kind = ""
    for line in text.splitlines():
        found = _DEFN.match(line)
        if not found:
            continue
        kind = found[1].strip().upper() if found[1] is not None else kind
        for part in found[2].split(";"):
            channel = _channel(part)
            if channel:
                records.setdefault(kind, []).append(channel)
    return records


def _channel(text: str) -> Channel | None:
    if re.match(r"^\s*(RT\s*:\s*A?0?\s*)?$", text, re.IGNORECASE) or re.match(
        r"^\s*(RT\s*:\s*)?END\s+DEFN\b", text, re.IGNORECASE
    ):
        return None
    filler = re.match(r"^\s*:?\s*(\d+)X\s*$", text, re.IGNORECASE)
    if filler:
        return Channel("", "X", int(filler[1][:6]))
    found = _FIELD.match(text)
    return _described(found) if found and (found[4] or found[3].upper() == "X") else None


def _described(field: re.Match[str]) -> Channel | None:
    """Return the channel that a definition describes; None if it has no width."""
    name, repeat, kind, width, _, rest = field.groups(default="")
    if int(width[:6] or 1) == 0:
        return None
    if name.upper() == "RT" and kind.upper() == "A":
        kind = "X"
    return Channel(
        name.strip(),
        kind.upper()[0],
        int(width[:6] or 1),
        int(repeat[:5] or 1),
        _stated(rest, "UNITS?"),
        _stated(rest, "NULL"),
        re.sub(r"(?i)(UNITS?|NULL)\s*=\s*[^:,]*", " ", rest).strip(),
    )


def _stated(rest: str, key: str) -> str:
    found = re.search(rf"(?:^|[:,\s]){key}\s*=\s*([^:,]*)", rest, re.IGNORECASE)
    return found[1].strip() if found else ""


def _frame(data: bytes, channels: list[Channel], notes: Notes) -> pd.DataFrame:
    """Take the records apart by the widths of their fields; by spaces where the widths are not kept."""
    raw = np.frombuffer(_records(data), dtype=np.uint8)
    starts, lengths = _lines(raw)
    if not starts.size:
        raise Refused("table_header_only", names=", ".join(each.name for each in channels[:12]))
    if starts.size > FEATURES:
        raise Refused("table_too_long", rows=int(starts.size), most=FEATURES)
    width = _width(channels)
    if not _keeps_widths(raw, starts, lengths, channels):
        return _by_spaces(raw.tobytes(), channels, notes, (int(np.median(lengths)), width))
    columns, unreadable = _by_widths(raw, starts, lengths, channels)
    short = lengths < width - channels[-1].width * channels[-1].repeat
    if short.any():
        notes.add(
            "ragged_rows",
            int(short.argmax()) + 1,
            count=int(short.sum()),
            found=int(lengths[short][0]),
            expected=width,
            lost=0,
        )
    if unreadable:
        notes.add("aseg_unreadable", count=unreadable)
    frame = pd.DataFrame({at: np.concatenate(parts) for at, parts in columns.items()})
    frame.columns = pd.Index([name for name, _ in _shown(channels)], dtype=object)
    return frame


def _by_widths(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], channels: list[Channel]
) -> tuple[dict[int, list[NDArray[np.float64] | NDArray[np.object_]]], int]:
    """Return the values of each column in blocks of records, and how many could not be read."""
    columns: dict[int, list[NDArray[np.float64] | NDArray[np.object_]]] = {}
    width = _width(channels)
    step = max(1, CHUNK // width)
    unreadable = 0
    for first in range(0, starts.size, step):
        block = _block(raw, starts[first : first + step], lengths[first : first + step], width)
        shown = ((place, channel) for place, channel in _fields(channels) if channel.kind != "X")
        for at, (place, channel) in enumerate(shown):
            values, bad = _values(block[:, place : place + channel.width], channel)
            columns.setdefault(at, []).append(values)
            unreadable += bad
    return columns, unreadable


def _fields(channels: list[Channel]) -> Iterator[tuple[int, Channel]]:
    """Yield where each value of a record begins, and its channel."""
    place = 0
    for channel in channels:
        for _ in range(channel.repeat):
            yield place, channel
            place += channel.width


def _shown(channels: list[Channel]) -> list[tuple[str, Channel]]:
    """Return the name of each column with its channel, fillers left out."""
    return [(name, each) for each in channels if each.kind != "X" for name in each.columns()]


def _lines(raw: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the lines that are not empty start, and how long they are without their ends."""
    ends = np.flatnonzero(raw == 10)
    if not ends.size and (raw == 13).any():
        ends = np.flatnonzero(raw == 13)
    if raw.size and (not ends.size or ends[-1] != raw.size - 1):
        ends = np.append(ends, raw.size)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64) if ends.size else np.empty(0, dtype=np.int64)
    lengths = ends - starts
    lengths -= (lengths > 0) & (raw[np.minimum(np.maximum(ends - 1, 0), max(raw.size - 1, 0))] == 13) if raw.size else 0
    filled = lengths > 0
    return starts[filled], lengths[filled]


def _block(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], width: int
) -> NDArray[np.uint8]:
    """Return records as a matrix of characters, short ones filled with spaces."""
    place = np.arange(width)
    block: NDArray[np.uint8] = raw[np.minimum(starts[:, None] + place, raw.size - 1)]
    block[place >= lengths[:, None]] = 32
    block[(block == 9) | (block == 0)] = 32
    return block


def _keeps_widths(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], channels: list[Channel]
) -> bool:
    """Tell by the first records whether numbers stand within their fields."""
    width = _width(channels)
    block = _block(raw, starts[:200], lengths[:200], width)
    cells, bad = 0, 0
    for place, channel in _fields(channels):
        if channel.kind not in {"A", "X"}:
            bad += _values(block[:, place : place + channel.width], channel)[1]
            cells += len(block)
    return bad <= 0.02 * max(cells, 1) and abs(float(np.median(lengths[:200])) - width) <= max(0.5 * width, 4)


def _values(block: NDArray[np.uint8], channel: Channel) -> tuple[NDArray[np.float64] | NDArray[np.object_], int]:
    """Return the values of one field, NULL as NaN or None, and how many could not be read."""
    cells = np.ascontiguousarray(block).view(f"S{channel.width}").ravel()
    if channel.kind == "A":
        texts = np.array([_text(cell).strip() or None for cell in cells.tolist()], dtype=object)
        if channel.null:
            texts[texts == channel.null] = None
        return texts, 0
    blank = (block == 32).all(axis=1)
    if blank.any():
        cells = cells.astype(f"S{max(channel.width, 3)}")
        cells[blank] = b"nan"
    try:
        numbers = cells.astype(np.float64)
        bad = 0
    except ValueError:
        read = pd.Series([cell.decode("latin-1").strip() for cell in cells.tolist()], dtype="str").str.replace(
            "[dD]", "e", regex=True
        )
        numbers = np.array(pd.to_numeric(read, errors="coerce"), dtype=np.float64)
        bad = int((np.isnan(numbers) & ~blank & ~read.str.fullmatch(r"\*+|(?i:nan)").to_numpy(dtype=bool)).sum())
    return _without_null(numbers, channel), bad


def _without_null(numbers: NDArray[np.float64], channel: Channel) -> NDArray[np.float64]:
    try:
        null = float(channel.null.replace("D", "e").replace("d", "e"))
    except ValueError:
        return numbers
    numbers[np.isclose(numbers, null, rtol=1e-9, atol=0.0)] = np.nan
    return numbers


def _by_spaces(data: bytes, channels: list[Channel], notes: Notes, lengths: tuple[int, int]) -> pd.DataFrame:
    """Read records whose values are separated by spaces instead of fields, if their number matches the definition."""
    wanted = _shown(channels)
    rows = [line.split() for line in data.splitlines() if line.strip()]
    fitting = [row for row in rows if len(row) == len(wanted)]
    if len(fitting) < 0.9 * len(rows):
        usual = len(rows[len(rows) // 2])
        raise Refused("aseg_mismatch", found=lengths[0], expected=lengths[1], values=usual, channels=len(wanted))
    notes.add("aseg_widths", found=lengths[0], expected=lengths[1], lost=len(rows) - len(fitting))
    table = pd.DataFrame(fitting)
    made: dict[int, object] = {}
    for at, (_, channel) in enumerate(wanted):
        texts = table.iloc[:, at].str.decode("latin-1")
        if channel.kind == "A":
            made[at] = texts.where(texts != channel.null)
        else:
            made[at] = _without_null(pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64).copy(), channel)
    frame = pd.DataFrame(made)
    frame.columns = pd.Index([name for name, _ in wanted], dtype=object)
    return frame


def _projection_text(definition: str, data: bytes, source: Source) -> str:
    """Return what comments and PROJ records say of the projection, a line each."""
    texts = [definition, _text(data[:200_000])]
    texts += [
        _text(source.companions[suffix].read_bytes()[:1_000_000])
        for suffix in (".des", ".met")
        if suffix in source.companions
    ]
    lines = [line for text in texts for line in text.splitlines() if re.match(r"\s*(COMM|PROJ)", line)]
    joined = " ".join(line for line in lines if line.lstrip().startswith("PROJ"))
    return "\n".join([joined, *lines, " ".join(lines)[:2_000]])[:200_000]
