"""An app to which hostile files are uploaded, and what must hold for each of them."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fuzz_uploads import Canary
from data import user_layers
from data.store import Store
from data.user_layers import UserLayer
from layers import imports, quarantine
from layers.findings import TEMPLATES, cure, message
from layers.sandbox import Progress, Reader
from workspace.user_layers import UserData

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "uploads"
SECONDS, PEAK_BYTES = 10.0, 1_000_000_000
SECRET = "3f9c-not-for-uploads"  # noqa: S105 - what no output may hold
TABLES = "SELECT table_name FROM duckdb_tables() ORDER BY 1"


class Measured(Reader):
    """A reader that remembers how its last job ended."""

    last: dict[str, Any]

    def _job(self, folder: Path, out: Path, progress: Progress | None) -> dict[str, Any]:
        self.last = super()._job(folder, out, progress)
        return self.last


@dataclass
class Outcome:
    """What came of an upload."""

    status: str
    codes: list[str]
    texts: str
    layers: list[UserLayer]


class Victim:
    """An app with a store and a secret, to which files are uploaded."""

    def __init__(self, folder: Path, reader: Measured, canary: Canary) -> None:
        self.folder, self.reader, self.canary = folder, reader, canary
        self.home = folder / "home"
        self.secret = folder / "secret.csv"
        self.secret.write_text(f"id,lon,lat,name\n1,139,35,{SECRET}\n", encoding="utf-8")
        self.store = Store.open(self.home)
        self.own = UserData(self.store, _no_facts, in_use=lambda: False)
        self.tables = self.store.cursor().execute(TABLES).fetchall()

    def upload(self, name: str, data: bytes | str, *more: tuple[str, bytes]) -> Outcome:
        """Upload a file, import it if that is possible, and check what must hold for every file."""
        given = data.encode("utf-8") if isinstance(data, str) else data
        before, had = len(self.canary.hits), len(user_layers.stored_layers(self.store))
        started = time.monotonic()
        upload = imports.take_in(self.home, [(each, io.BytesIO(content)) for each, content in ((name, given), *more)])
        draft = imports.read(self.reader, upload, imports.request_for(upload))
        spent = time.monotonic() - started
        written = b"".join(path.read_bytes() for path in sorted((upload.folder / "out").rglob("*")) if path.is_file())
        layers = self.own.add(draft, imports.ImportOptions()) if draft.status == "ok" else []
        imports.discard(upload)
        assert spent < SECONDS
        assert self.reader.last["peak_bytes"] < PEAK_BYTES
        assert self.canary.hits[before:] == []
        assert SECRET.encode() not in written
        assert b"root:x:0" not in written
        assert list((self.home / quarantine.QUARANTINE).iterdir()) == []
        assert self.store.cursor().execute(TABLES).fetchall() == self.tables
        if draft.status != "ok":
            assert len(user_layers.stored_layers(self.store)) == had
            assert not (self.home / user_layers.RASTERS).exists()
        findings = draft.report.findings
        for each in findings:
            if TEMPLATES[each.code].severity in ("error", "ask"):
                assert message(each)
                assert cure(each)
        texts = "\n".join(f"{message(each)} {cure(each)}" for each in findings)
        assert str(self.home) not in texts
        return Outcome(draft.status, [each.code for each in findings], texts, layers)

    def refuses(self, code: str, name: str, data: bytes | str) -> None:
        """Upload a file that must be refused with a finding."""
        found = self.upload(name, data)
        assert found.status == "refused", found
        assert code in found.codes


def _no_facts() -> Any:
    raise AssertionError("an import of a layer needs no facts")


def sample(group: str, name: str, canary: Canary | None = None) -> bytes:
    """Return a file of the collection; its addresses lead to the canary."""
    data = (FOLDER / group / name).read_bytes()
    return data.replace(b"http://127.0.0.1:8765/", canary.url.encode()) if canary else data


def packed(files: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()
