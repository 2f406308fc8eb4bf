"""The register of raw sources: origin, licence and checksum of each file."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from geo.errors import OrebridgeError, Phrase

LicenceTier = Literal["A", "B", "C"]
Problem = Literal["missing", "size", "hash"]

TIERS: Mapping[str, str] = {
    "A": "permissive: bundled",
    "B": "share-alike: bundled in its own folder with its notice",
    "C": "licence to clear: not bundled, an import recipe is given",
}

CHUNK_BYTES = 1 << 20


class SourceRegisterError(OrebridgeError):
    """An entry of the source register cannot be used.

    Parameters
    ----------
    source_id : str
        The entry.
    problem, expected : str
        What it says and what is allowed.
    """

    def __init__(self, source_id: str, problem: str, expected: str) -> None:
        self.source_id, self.problem, self.expected = source_id, problem, expected
        super().__init__(
            "sources.toml, [{source}]: {problem}; expected {expected}.",
            source=source_id,
            problem=problem,
            expected=expected,
        )


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One raw file.

    Attributes
    ----------
    path : str
        Below the raw folder, with forward slashes.
    sha256 : str
        Hexadecimal digest of its bytes.
    size_bytes : int
        Its length.
    """

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Source:
    """A source of facts: origin, licence, citation and raw files.

    Attributes
    ----------
    id, title, publisher : str
        How the product names it.
    url : str
        Its public origin: a page of the publisher, or a file of a repository at a commit.
    licence : str
        SPDX identifier where there is one.
    licence_tier : {'A', 'B', 'C'}
        See `TIERS`.
    attribution : str
        The text to show beside the data.
    citation : str
        The reference to print.
    retrieved : date
        When the raw files were fetched.
    as_of : str
        The vintage of the facts: a year, a range or a release.
    caveat : str
        What a reader must know before trusting it; empty where nothing is known.
    import_recipe : str
        For tier C: how a user brings the data in; empty otherwise.
    files : tuple of SourceFile
        The raw files; empty for tables that are curated in this repository.
    """

    id: str
    title: str
    publisher: str
    url: str
    licence: str
    licence_tier: LicenceTier
    attribution: str
    citation: str
    retrieved: date
    as_of: str
    caveat: str
    import_recipe: str
    files: tuple[SourceFile, ...]

    @property
    def bundled(self) -> bool:
        """Whether the product may ship data of this source."""
        return self.licence_tier != "C"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A raw file that differs from the register.

    Attributes
    ----------
    source_id, path : str
        Which file of which source.
    problem : {'missing', 'size', 'hash'}
        What is wrong.
    message : str
        One sentence: what was found, what is expected, where to get it.
    """

    source_id: str
    path: str
    problem: Problem
    message: str


@cache
def load_sources() -> Mapping[str, Source]:
    """Read the register of sources, once for the process.

    Returns
    -------
    mapping of str to Source
        By id, in the order of `data/sources.toml`; it cannot be changed.

    Raises
    ------
    SourceRegisterError
        If an entry lacks a field, has one too many, or an unknown tier.

    Examples
    --------
    >>> load_sources()["natural_earth"].licence_tier
    'A'
    """
    text = (resources.files("data") / "sources.toml").read_text(encoding="utf-8")
    return MappingProxyType(parse_sources(tomllib.loads(text)))


def parse_sources(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Source]:
    """Turn the tables of a register into sources.

    Parameters
    ----------
    entries : mapping
        Source id to its fields, as TOML gives them.

    Returns
    -------
    dict of str to Source
        By id, in the order given.

    Raises
    ------
    SourceRegisterError
        If an entry lacks a field, has one too many, or an unknown tier.
    """
    return {source_id: _source(source_id, dict(entry)) for source_id, entry in entries.items()}


def verify(raw: Path, sources: Iterable[Source] | None = None) -> list[FileProblem]:
    """Compare the files of a raw folder with the register.

    Parameters
    ----------
    raw : Path
        The raw folder.
    sources : iterable of Source, optional
        The sources to look at; all of the register by default.

    Returns
    -------
    list of FileProblem
        Empty if each file is there with the length and the hash that are registered.
    """
    chosen = load_sources().values() if sources is None else sources
    checks = ((source, _problem(source, file, raw / file.path)) for source in chosen for file in source.files)
    return [problem for _, problem in checks if problem is not None]


def file_sha256(path: Path) -> str:
    """Hash a file without holding it in memory.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _source(source_id: str, entry: dict[str, Any]) -> Source:
    if (tier := entry.get("licence_tier")) not in TIERS:
        raise SourceRegisterError(
            source_id, Phrase("licence_tier {tier!r}", tier=tier), Phrase("one of {tiers}", tiers=TIERS)
        )
    files = tuple(SourceFile(file["path"], file["sha256"], file["bytes"]) for file in entry.pop("files", []))
    optional = {"caveat": entry.pop("caveat", ""), "import_recipe": entry.pop("import_recipe", "")}
    try:
        source = Source(id=source_id, files=files, **optional, **entry)
    except TypeError as error:
        raise SourceRegisterError(source_id, str(error), Phrase("the fields of Source")) from error
    if tier == "C" and not source.import_recipe:
        raise SourceRegisterError(source_id, Phrase("no import_recipe"), Phrase("one for each source of tier C"))
    return source


def _problem(source: Source, file: SourceFile, path: Path) -> FileProblem | None:
    if not path.is_file():
        message = f"{source.id}: {file.path} is missing; get it from {source.url}."
        return FileProblem(source.id, file.path, "missing", message)
    if (size := path.stat().st_size) != file.size_bytes:
        message = (
            f"{source.id}: {file.path} has {size:,} bytes, expected {file.size_bytes:,}; get it from {source.url}."
        )
        return FileProblem(source.id, file.path, "size", message)
    if (digest := file_sha256(path)) != file.sha256:
        message = (
            f"{source.id}: {file.path} has SHA-256 {digest[:12]}..., expected {file.sha256[:12]}...; get "
            f"it from {source.url}."
        )
        return FileProblem(source.id, file.path, "hash", message)
    return None
