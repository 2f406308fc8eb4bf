"""What a user does with facts: read a filled table, check it, add it; see what is stale; ask for it by letter."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import duckdb

from data import fact_rows
from data.cells import csv_text
from data.fact_attributes import FactAttribute, fact_attributes
from data.fact_cells import Known, folded
from data.fact_rows import COLUMNS, NEEDED, CheckedRows, column_of
from data.store import home
from data.user_facts import StoredFact
from data.user_sites import GradeBasis
from data.vocabulary import COMMODITY_SPELLINGS, commodity_ids
from geo.errors import OrebridgeError
from layers import imports
from scoring.backtest.labels import vocabulary
from scoring.ranking.scenario import Filters, Scenario
from scoring.robustness.answer_effects import OpenFact, open_facts
from scoring.sites.dossier import site_row
from workspace import session
from workspace.user_layers import reader

#: What the sender of a filled table says of themselves: field -> its name in Japanese. A table of two columns.
SENDER: dict[str, str] = {
    "organisation": "組織名",
    "name": "氏名",
    "date": "回答日",
    "letter": "照会番号",
}
MOST_SITES = 200
#: Lists of stale facts that are kept, about 20 MB each.
KEPT_LISTS = 3
Table = tuple[str, tuple[str, ...], list[tuple[int, list[str]]]]


class FactsFileError(OrebridgeError):
    """A file of facts that cannot be taken as a whole."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file of facts, read and checked; nothing of it is stored yet.

    Attributes
    ----------
    name : str
        As the user calls it.
    checked : CheckedRows
    sender : str
        Who answered, where the file is a filled letter; empty: every row names its own source.
    """

    name: str
    checked: CheckedRows
    sender: str

    @property
    def rows(self) -> int:
        """How many rows state something."""
        return len({problem.row for problem in self.checked.problems}) + len(self.checked.facts)


def read_tables(name: str, stream: BinaryIO) -> list[Table]:
    """Return the tables of a CSV file or a workbook, read in the sandbox: name, columns and rows.

    Parameters
    ----------
    name : str
        As the user calls the file; its ending is a hint.
    stream : BinaryIO
        Its bytes.

    Raises
    ------
    UploadError, NotReadyError, ReportError
        If it is too large, no table, or cannot be read.
    """
    with ExitStack() as stack:
        upload = imports.take_in(home(), [(name, stream)])
        stack.callback(imports.discard, upload)
        request = replace(imports.request_for(upload), purpose="rows")
        return imports.rows_of(imports.read(reader(), upload, request))


def check_file(
    name: str, stream: BinaryIO, words: Mapping[str, str], today: date, sender: str = "", sent: str = ""
) -> CheckedFile:
    """Read a file of facts and check every row.

    Parameters
    ----------
    name : str
        As the user calls the file.
    stream : BinaryIO
        Its bytes.
    words : mapping of str to str
        Words of stages and of other choices in another language -> ours.
    today : date
    sender : str, optional
        Who states the rows that name no source; empty: who the file says, if it is a filled letter.
    sent : str, optional
        Date of the rows that have none; empty: as the file says.

    Raises
    ------
    FactsFileError
        If no table of the file has the columns of facts, or there are too many rows.
    UploadError, NotReadyError, ReportError
        If the file cannot be read.
    """
    tables = read_tables(name, stream)
    rows = [row for table in tables for row in _fact_rows(table)]
    if not any(_is_fact_table(columns) for _name, columns, _rows in tables):
        raise FactsFileError(
            "{file} has no table with the columns {needed}; `orebridge facts template` writes one.",
            file=name,
            needed=NEEDED,
        )
    if len(rows) > fact_rows.MOST_ROWS:
        raise FactsFileError(
            "{file} has {count} rows; give {most} at the most.", file=name, count=len(rows), most=fact_rows.MOST_ROWS
        )
    about = _sender(tables)
    who = sender or ", ".join(filter(None, (about.get("organisation", ""), about.get("name", ""))))
    reference = f"document: answer to letter {about['letter']}" if "letter" in about else f"document: {name}"
    known = replace(
        known_words(session.facts(), words, today),
        sender=who,
        sender_reference=reference,
        sender_date=sent or about.get("date", ""),
    )
    return CheckedFile(name, fact_rows.check(rows, known), who)


def _is_fact_table(columns: Sequence[str]) -> bool:
    return set(NEEDED) <= {column_of(header) for header in columns}


def _fact_rows(table: Table) -> Iterable[tuple[int, dict[str, str]]]:
    """Yield row number and cells by column of a table of facts; nothing of another table."""
    _name, headers, rows = table
    if not _is_fact_table(headers):
        return
    places = [(place, column) for place, header in enumerate(headers) if (column := column_of(header))]
    for number, cells in rows:
        yield number, {column: cells[place] for place, column in reversed(places)}


def _sender(tables: Iterable[Table]) -> dict[str, str]:
    """Return what the sender of a filled letter says, by field of `SENDER`."""
    spellings = {folded(each): name for name, japanese in SENDER.items() for each in (name, japanese)}
    about: dict[str, str] = {}
    for _name, headers, rows in tables:
        if _is_fact_table(headers):
            continue
        for _number, cells in rows:
            field = spellings.get(folded(cells[0].split("/")[0])) if len(cells) > 1 else None
            answer = next((cell for cell in cells[1:] if cell.strip()), "")
            if field and answer:
                about[field] = " ".join(answer.split())[: fact_rows.LONGEST_OTHER]
    return about


def known_words(facts: duckdb.DuckDBPyConnection, words: Mapping[str, str], today: date) -> Known:
    """Return what rows of facts are checked against.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the user's own sites.
    words : mapping of str to str
        Words in another language -> ours.
    today : date
    """
    cursor = facts.cursor()
    sites = dict(cursor.execute("SELECT site_id, name FROM combined.site ORDER BY site_id").fetchall())
    spoken = vocabulary(facts)
    commodities = {folded(spelling): name for spelling, name in COMMODITY_SPELLINGS.items()}
    commodities |= {folded(japanese): name for japanese, name in spoken.commodities.items()}
    commodities |= {folded(name): name for name in commodity_ids()}
    titles = {folded(each.title): each.id for each in fact_attributes().values()}
    titles |= {folded(each.title_ja): each.id for each in fact_attributes().values()}
    return Known(
        sites,
        commodities,
        grade_basis(facts),
        {folded(spelling): iso3 for spelling, iso3 in spoken.countries.items()},
        today,
        {**titles, **{folded(spelling): word for spelling, word in words.items()}},
    )


def stale(scenario: Scenario, today: date, site_ids: Sequence[str] | None = None) -> tuple[OpenFact, ...]:
    """Return the missing and stale facts of the listed sites, the largest effect of an answer on the list first.

    Parameters
    ----------
    scenario : Scenario
        The list in which sites move.
    today : date
        The day against which statements age.
    site_ids : sequence of str, optional
        Only facts of these sites, also those that no score rests on; None: of all that are listed.
    """
    session.ready(scenario)
    return _stale(scenario, today, None if site_ids is None else tuple(site_ids), session.state())


@lru_cache(maxsize=KEPT_LISTS)
def _stale(
    scenario: Scenario,
    today: date,
    site_ids: tuple[str, ...] | None,
    _state: int,
) -> tuple[OpenFact, ...]:
    """Keep the latest lists: a page asks for the same one each time that it is drawn. `_state` is that of the facts."""
    return tuple(open_facts(session.facts(), scenario, today, site_ids))


@dataclass(frozen=True, slots=True)
class AskedSite:
    """A site of a letter: who and where it is, and what is asked of it, the largest effect first."""

    site_id: str
    name: str
    iso3: str
    iso2: str
    kind: str
    commodities: tuple[str, ...]
    questions: tuple[OpenFact, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter asks.

    Attributes
    ----------
    number : str
        Reference of the letter: the same sites on the same day have the same.
    dated : date
    sites : tuple of AskedSite
        In the order in which they were given.
    basis : dict of str to GradeBasis
        How grades of a commodity are stated.
    """

    number: str
    dated: date
    sites: tuple[AskedSite, ...]
    basis: Mapping[str, GradeBasis]


def letter(scenario: Scenario, sites: Sequence[str], today: date) -> Letter:
    """Return the letter that asks for the unknown and stale facts of sites.

    Parameters
    ----------
    scenario : Scenario
        Weights and commodity of interest by which effects are judged; its filters are left out.
    sites : sequence of str
        Ids of sites, or parts of their names.
    today : date

    Raises
    ------
    FactsFileError
        If no site is given, or too many.
    UnknownSiteError
        If a site is not there.
    """
    if not 0 < len(sites) <= MOST_SITES:
        raise FactsFileError(
            "A letter asks about 1 to {most} sites; {count} are given.", most=MOST_SITES, count=len(sites)
        )
    rows = {row["site_id"]: row for row in (site_row(session.facts(), site) for site in sites)}
    asked = _questions(scenario, tuple(rows), today)
    digest = hashlib.sha256("\n".join([today.isoformat(), *rows]).encode()).hexdigest()[:6].upper()
    return Letter(
        f"OB-{today:%Y%m%d}-{digest}",
        today,
        tuple(
            AskedSite(
                site_id,
                row["name"],
                row["iso3"],
                row["iso2"] or "",
                row["kind"],
                tuple(row["commodities"]),
                tuple(fact for fact in asked if fact.site_id == site_id),
            )
            for site_id, row in rows.items()
        ),
        grade_basis(session.facts()),
    )


def grade_basis(facts: duckdb.DuckDBPyConnection) -> dict[str, GradeBasis]:
    """Return how grades of each commodity are stated.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        A cursor of it is taken.
    """
    rows = facts.cursor().execute("SELECT commodity_id, grade_unit, grade_basis, symbol FROM facts.commodity")
    return {name: GradeBasis(*basis) for name, *basis in rows.fetchall()}


def _questions(scenario: Scenario, site_ids: tuple[str, ...], today: date) -> list[OpenFact]:
    """Return the open facts of sites; of one that lacks the commodity of interest, as it stands in the whole list."""
    whole = replace(scenario, filters=Filters())
    asked = [*stale(whole, today, site_ids)]
    missing = [site_id for site_id in site_ids if site_id not in {fact.site_id for fact in asked}]
    if missing and whole.commodity:
        asked += stale(replace(whole, commodity=""), today, missing)
    return asked


def template_rows(site_ids: Sequence[str], question: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the rows of an empty table of facts: a row an attribute, and for each site if any are given.

    Parameters
    ----------
    site_ids : sequence of str
        Sites; empty: the column is left open.
    question : mapping of str to str
        Attribute -> what is asked, for the column of notes.
    """
    kinds = {site_id: site_row(session.facts(), site_id)["kind"] for site_id in site_ids}
    return [
        {
            **dict.fromkeys(COLUMNS, ""),
            "site_id": site_id,
            "attribute": each.id,
            "unit": each.unit,
            "note": question[each.id],
        }
        for site_id in (site_ids or ("",))
        for each in fact_attributes().values()
        if not site_id or each.asked_of(kinds[site_id])
    ]


def template_csv(rows: Sequence[Mapping[str, str]], headers: Mapping[str, str]) -> bytes:
    """Return rows of a template as CSV that spreadsheets open as text: UTF-8 with byte order mark.

    Parameters
    ----------
    rows : sequence of mapping
        By column of `data.fact_rows.COLUMNS`.
    headers : mapping of str to str
        Column -> what its header says.
    """
    return csv_text([headers[name] for name in COLUMNS], ([row[name] for name in COLUMNS] for row in rows)).encode(
        "utf-8-sig"
    )


def add(checked: CheckedFile, *, skip_bad: bool = False) -> int:
    """Store the facts of a checked file in one batch, and return how many earlier ones of the user they replace.

    Parameters
    ----------
    checked : CheckedFile
        As `check_file` gives it.
    skip_bad : bool, optional
        Whether the good rows are taken where others are bad.

    Raises
    ------
    FactsFileError
        If a row is bad and bad ones are not skipped, or nothing is left to add. Nothing is stored.
    """
    problems = checked.checked.problems
    if problems and not skip_bad:
        raise FactsFileError(
            "{bad} of {rows} rows of {file} cannot be used, and nothing was stored; correct them, or skip the bad rows "
            "(--skip-bad).",
            bad=len({problem.row for problem in problems}),
            rows=checked.rows,
            file=checked.name,
        )
    if not checked.checked.facts:
        raise FactsFileError("No row of {file} states a fact that can be used; nothing was stored.", file=checked.name)
    return session.own().state_facts(checked.checked.facts, checked.name)


def open_path(path: Path) -> BinaryIO:
    """Open a file of facts.

    Parameters
    ----------
    path : Path
        CSV or a workbook.

    Raises
    ------
    FactsFileError
        If it is not there or cannot be read.
    """
    try:
        return io.BytesIO(path.read_bytes()) if path.stat().st_size < imports.CHUNK else path.open("rb")
    except OSError as error:
        raise FactsFileError("{file} cannot be read ({reason}).", file=path, reason=error.strerror or error) from error


def standing(site_id: str = "") -> tuple[StoredFact, ...]:
    """Return the user's facts that stand, of one site or of all.

    Parameters
    ----------
    site_id : str, optional
        Id of a site; empty: all.
    """
    return tuple(fact for fact in session.own().facts_stated if site_id in ("", fact.site_id))


def attribute(name: str) -> FactAttribute:
    """Return an attribute by id.

    Parameters
    ----------
    name : str
        Key of `data.fact_attributes`.

    Raises
    ------
    FactsFileError
        If there is none of that name.
    """
    attributes = fact_attributes()
    if name not in attributes:
        raise FactsFileError("No attribute is called {name!r}; choose {names}.", name=name, names=attributes)
    return attributes[name]
