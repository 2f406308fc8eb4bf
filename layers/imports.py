"""Import of uploads: quarantine, reading in the sandbox, and one transaction into the store.

This process never parses an uploaded byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from data.files import private
from data.store import Store, current_user
from data.texts import line, prose
from data.user_layers import NewLayer, UserLayer, check_confidentiality, stored_layers
from geo.errors import OrebridgeError
from layers import findings, quarantine
from layers.clean_output import clean_raster, clean_rows, clean_table, output_of
from layers.contract import (
    CANCEL,
    LEFT_OUT,
    Finding,
    LayerReport,
    Report,
    ReportError,
    Request,
)
from layers.quarantine import Lease
from layers.sandbox import Progress, Reader, plain_file

FILE_BYTES, QUARANTINE_BYTES = 500_000_000, 4_000_000_000
CHUNK = 1 << 20
LEFT_OUT_BYTES = 5_000_000
FREE_BYTES = 1_000_000_000
#: What of a user's suffix is kept: letters and digits; it is a hint, content decides.
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,12})$")


class UploadError(OrebridgeError):
    """An upload that is refused before it is read: no file, too large, or no room on the disk."""


class NotReadyError(OrebridgeError):
    """An import with an open question, or with nothing to import."""


@dataclass(frozen=True)
class Upload:
    """Files in quarantine: ``folder/in`` holds them, ``folder/out`` what the reader made of them.

    Attributes
    ----------
    lease : Lease
        Holds `folder`, of this upload alone; `discard` lets it go, and so does forgetting the upload.
    files : tuple of str
        Names below ``folder/in``, ours, the first is the upload.
    name : str
        As the user calls it.
    sha256 : str
        Of the files' bytes, in order.
    size : int
        Bytes in all.
    """

    lease: Lease
    files: tuple[str, ...]
    name: str
    sha256: str
    size: int

    @property
    def folder(self) -> Path:
        """Return the folder that holds the files."""
        return self.lease.folder


@dataclass(frozen=True)
class Draft:
    """An upload that was read and not yet imported."""

    upload: Upload
    request: Request
    report: Report

    @property
    def status(self) -> str:
        """``ok``, ``needs_input`` or ``refused``."""
        return findings.status(self.report)

    @property
    def left_out(self) -> str:
        """Rows of the file that no layer could take, as CSV.

        Empty where there are none, or more than a few MB of them.
        """
        path = self.upload.folder / "out" / LEFT_OUT
        return (
            path.read_text(encoding="utf-8", errors="replace")
            if plain_file(path) and path.stat().st_size < LEFT_OUT_BYTES
            else ""
        )

    @property
    def ready(self) -> tuple[LayerReport, ...]:
        """The layers that can be imported."""
        return tuple(layer for layer in self.report.layers if layer.file)


@dataclass(frozen=True)
class ImportOptions:
    """The user's options for an import.

    Attributes
    ----------
    name : str
        Name of the layer; empty: as the file calls it.
    role : {"layer", "sites"}
    licence, source_url, source_date, note : str
        Empty: not stated.
    confidentiality : {"private", "shared"}
    style : dict
        See `layers.styling`.
    """

    name: str = ""
    role: str = "layer"
    licence: str = ""
    source_url: str = ""
    source_date: str = ""
    note: str = ""
    confidentiality: str = "private"
    style: dict[str, Any] = field(default_factory=dict)


def take_in(home: Path, files: Sequence[tuple[str, BinaryIO]]) -> Upload:
    """Copy the user's files into a quarantine folder under safe names, and hash them.

    Parameters
    ----------
    home : Path
        The user's data folder.
    files : sequence of (name, stream)
        As the user calls them; the first is the upload, others its companions (``.dfn``, ``.dbf``, ...).

    Raises
    ------
    UploadError
        If a file is larger than 500 MB, two would get one name, too much waits in quarantine, or the disk has no room.
        Nothing stays.
    """
    if not files:
        raise UploadError("No file was given; choose one.")
    quarantine.sweep(home)
    lease = Lease(home)
    folder = lease.folder
    digest, size, names = hashlib.sha256(), 0, []
    try:
        for name in ("in", "out"):
            (folder / name).mkdir(mode=0o700)
        _check_room(home, sum(_size(stream) for _, stream in files))
        for name, stream in _in_order(files):
            kept = _kept_name(name)
            if kept in names:
                raise UploadError(
                    "Two files end in {suffix}; upload one layer's files at a time, or a zip.",
                    suffix=Path(kept).suffix or "nothing",
                )
            names.append(kept)
            with private(folder / "in" / kept) as target:
                while block := stream.read(CHUNK):
                    size += len(block)
                    if size > FILE_BYTES:
                        most = FILE_BYTES // 1_000_000
                        raise UploadError(
                            "{name} is larger than {most} MB; cut it to the area of interest or thin it out.",
                            name=name,
                            most=most,
                        )
                    digest.update(block)
                    target.write(block)
    except BaseException:
        lease.end()
        raise
    return Upload(lease, tuple(names), line(Path(files[0][0]).name)[:200] or "upload", digest.hexdigest(), size)


def _size(stream: BinaryIO) -> int:
    """Return the length of a stream in bytes; 0 if unknown."""
    try:
        here = stream.tell()
        size = stream.seek(0, os.SEEK_END)
        stream.seek(here)
    except OSError:  # a pipe
        return 0
    return size


def _check_room(home: Path, size: int) -> None:
    """Raise before a byte is written if the upload would fill the disk or the quarantine."""
    if shutil.disk_usage(home).free < FREE_BYTES + size:
        raise UploadError(
            "The disk that holds {home} has not enough room: 1 GB has to stay free beside the "
            "{size_mb:.0f} MB of the upload. Make room, then upload again.",
            home=home,
            size_mb=size / 1e6,
        )
    waiting = quarantine.waiting_bytes(home)
    if waiting + size > QUARANTINE_BYTES:
        raise UploadError(
            "{waiting_mb:.0f} MB of other uploads wait to be imported, and {most_mb} MB are the most. "
            "Import or close those first, then upload again.",
            waiting_mb=waiting / 1e6,
            most_mb=QUARANTINE_BYTES // 1_000_000,
        )


def _in_order(files: Sequence[tuple[str, BinaryIO]]) -> Iterable[tuple[str, BinaryIO]]:
    """Sort the file that carries the data before its companions, in whichever order they were uploaded."""
    main = (".shp", ".dat", ".tif", ".tiff", ".gml", ".tab", ".mif")
    return sorted(files, key=lambda pair: Path(pair[0]).suffix.lower() not in main) if len(files) > 1 else files


def _kept_name(name: str) -> str:
    match = _SUFFIX.search(Path(name).name)
    return f"upload.{match[1].lower()}" if match else "upload"


def discard(upload: Upload) -> None:
    """Remove the quarantine folder of an upload.

    Parameters
    ----------
    upload : Upload
        Files in quarantine.
    """
    upload.lease.end()


def read(reader: Reader, upload: Upload, request: Request, progress: Progress | None = None) -> Draft:
    """Read an upload in the sandboxed reader; `layers.contract` defines its report.

    Parameters
    ----------
    reader : Reader
        The worker that reads uploads.
    upload : Upload
        Files in quarantine.
    request : Request
        What the user says of the upload.
    progress : Progress or None, optional
        Called with the share done, 0..1; None: nobody watches.
    """
    out = upload.folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(mode=0o700)
    (upload.folder / "in" / CANCEL).unlink(missing_ok=True)
    return Draft(upload, request, reader.read(upload.folder / "in", out, request, progress))


def request_for(
    upload: Upload, layers: Sequence[str] = (), crs: str = "", cures: dict[str, str] | None = None
) -> Request:
    """Return the request that reads an upload.

    Parameters
    ----------
    upload : Upload
        Files in quarantine.
    layers : Sequence[str], optional
        Names of the layers that are taken; empty: all.
    crs : str, optional
        Coordinate system stated by the user, for example EPSG:28350; empty: that of the file.
    cures : dict[str, str] or None, optional
        Key of a finding -> the user's answer.
    """
    return Request(
        files=upload.files, original_name=upload.name, layers=tuple(layers), crs=crs, cures=dict(cures or {})
    )


def layer_id(draft: Draft, layer: LayerReport) -> str:
    """Return the id of a layer: the same file, read the same way, is the same layer on every machine.

    Parameters
    ----------
    draft : Draft
        An upload that was read.
    layer : LayerReport
        What the reader says of a layer.
    """
    what = [draft.upload.sha256, layer.name, layer.kind, draft.request.crs, sorted(draft.request.cures.items())]
    return "l" + hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()[:10]


def rows_of(draft: Draft) -> list[tuple[str, tuple[str, ...], list[tuple[int, list[str]]]]]:
    """Return the tables of an upload of which rows alone were asked for, after checking the reader's output.

    Parameters
    ----------
    draft : Draft
        An upload that was read with the purpose ``rows``.

    Returns
    -------
    list of (str, tuple of str, list of (int, list of str))
        Name of each table, its column names, and its rows: row of the file, counted from 1, and a text a column, plain
        (`data.texts.prose`); empty: an empty cell.

    Raises
    ------
    NotReadyError
        If the file cannot be read as a table: why, and what helps.
    ReportError
        If a clean file does not keep the contract.
    """
    if not draft.ready:
        first = next((f for f in draft.report.findings if findings.severity(f) in ("error", "ask")), None)
        if first is None:
            raise NotReadyError("{upload} holds no table.", upload=draft.upload.name)
        raise NotReadyError("{message} {cure}", message=findings.message(first), cure=findings.cure(first))
    return [
        (
            layer.name,
            tuple(prose(column.name) for column in layer.columns),
            clean_rows(output_of(draft.upload.folder / "out", layer), layer),
        )
        for layer in draft.ready
    ]


def known_already(store: Store, draft: Draft) -> list[UserLayer]:
    """Return the layers in use that came from the same bytes.

    Parameters
    ----------
    store : Store
        The user's store.
    draft : Draft
        An upload that was read.
    """
    return [layer for layer in stored_layers(store) if layer.file_sha256 == draft.upload.sha256]


def new_layers(draft: Draft, about: ImportOptions, chosen: Sequence[str] = ()) -> list[NewLayer]:
    """Turn a draft into layers for `data.user_layers.add`, after checking the reader's output.

    Parameters
    ----------
    draft : Draft
    about : About
    chosen : sequence of str
        Names of the layers wanted; empty: all that are ready.

    Raises
    ------
    NotReadyError
        If a question is open or nothing is ready.
    ReportError
        If a clean file does not keep the contract.
    """
    check_confidentiality(about.confidentiality)
    if draft.status == "needs_input":
        raise _told(next(f for f in draft.report.findings if findings.severity(f) == "ask"))
    selected = [layer for layer in draft.ready if not chosen or layer.name in chosen]
    if not selected:
        refused = next((f for f in draft.report.findings if findings.severity(f) == "error"), None)
        if refused and not draft.ready:
            raise _told(refused)
        raise NotReadyError("Nothing of {upload} can be imported.", upload=draft.upload.name)
    return [_new_layer(draft, layer, about, alone=len(selected) == 1) for layer in selected]


def _told(finding: Finding) -> NotReadyError:
    """Return what stops an import, with its cure."""
    return NotReadyError("{message} {cure}", message=findings.message(finding), cure=findings.cure(finding))


def _new_layer(draft: Draft, layer: LayerReport, about: ImportOptions, *, alone: bool) -> NewLayer:
    if layer.bounds is None:
        raise ReportError("The reader gives no bounds for {layer!r}; nothing was imported.", layer=layer.name)
    west, south, east, north = layer.bounds
    layer_name = about.name if alone else f"{about.name}: {layer.name}"
    row = UserLayer(
        layer_id=layer_id(draft, layer),
        name=(layer_name if about.name else layer.name)[:200],
        role=about.role,
        kind=layer.kind,
        features=layer.features,
        crs=layer.crs,
        crs_reason=layer.crs_reason,
        crs_accuracy_m=layer.crs_accuracy_m,
        west=west,
        south=south,
        east=east,
        north=north,
        columns=[asdict(column) for column in layer.columns],
        unit=layer.unit,
        bands=layer.bands,
        quantiles=list(layer.quantiles),
        style=about.style,
        file_name=draft.upload.name,
        file_sha256=draft.upload.sha256,
        file_bytes=draft.upload.size,
        source_layer=layer.name,
        licence=about.licence,
        source_url=about.source_url,
        source_date=about.source_date,
        confidentiality=about.confidentiality,
        note=about.note,
        imported_by=current_user(),
        imported_at=datetime.now(UTC),
        transformations=list(layer.transformations),
        findings=[asdict(f) for f in draft.report.findings if f.layer in ("", layer.name)],
    )
    path = output_of(draft.upload.folder / "out", layer)
    if layer.kind == "raster":
        return NewLayer(row, raster=clean_raster(path, layer))
    return NewLayer(row, features=clean_table(path, layer), left_out=draft.left_out)
