"""What a source module hands over: records (who, where, what) and claims (one attribute, one value, one source)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields

import pandas as pd

_ESCAPED = re.compile(r"\\(['\"\\])")
ACCURACIES = ("exact", "approximate", "centroid")
#: Ore bodies below 10,000 t are pits of the past, no candidates: the world digs 10,000 t of chromite in two hours.
LEAST_ORE_MT = 0.01


@dataclass(frozen=True, slots=True)
class Record:
    """One site as one source knows it.

    Attributes
    ----------
    source_id, native_id : str
        Together the key; `native_id` is the source's own number or name.
    name : str
    aliases : tuple of str
    iso3 : str
        ISO 3166-1 alpha-3 as the source says; empty means not stated.
    lon, lat : float or None
        Degrees, EPSG:4326; None means that the source gives no coordinate.
    accuracy : str
        One of `ACCURACIES`.
    kind : str
        One of `data.vocabulary.KINDS`.
    commodities : tuple of str
        Commodity ids, the source's order.
    deposit_type : str
        Empty means not stated.
    url : str
        Where the record can be read.
    as_of : str
        ISO year or date of the record; empty means unknown.
    facilities : tuple of str
        What stands there besides the kind: ``mine``, ``smelter``, ``refinery``, ``plant``; empty means not stated.
    same_as : tuple of str
        Keys of other records that a person found to be the same site; empty means not said.
    apart_from : tuple of str
        Keys of other records that a person found to be another place, though near and alike; empty means not said.
    knows_its_own : bool
        Records of this source are one place only where one of them says so.
    machine_read : bool
        A program read it from a report, unchecked: it may speak of a site that others know, and makes none.
    sure_place : bool
        The point was looked up or is held with confidence: coarse country polygons do not overrule it.
    neighbours : tuple of str
        Names of neighbours that the source lumps with the place: they say where it lies, not what it is called.
    products : tuple of str or None
        Commodity ids that it is built to sell; None: the source does not tell them from what the place holds.
    """

    source_id: str
    native_id: str
    name: str
    iso3: str
    lon: float | None
    lat: float | None
    kind: str
    commodities: tuple[str, ...]
    url: str
    accuracy: str = "exact"
    aliases: tuple[str, ...] = ()
    deposit_type: str = ""
    as_of: str = ""
    facilities: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    knows_its_own: bool = False
    machine_read: bool = False
    sure_place: bool = False
    neighbours: tuple[str, ...] = ()
    products: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Undo the escapes that some sources leave in their names."""
        object.__setattr__(self, "name", unescaped(self.name))
        object.__setattr__(self, "aliases", tuple(unescaped(alias) for alias in self.aliases))

    @property
    def key(self) -> str:
        """The record's key, unique over all sources."""
        return f"{self.source_id}:{self.native_id}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One value that one source gives for one attribute of one record.

    Attributes
    ----------
    key : str
        `Record.key`.
    attribute : str
        ``grade``, ``tonnage_mt``, ``stage``, ``owner``, ``capacity_t_y``, ``feed_secured_pct``, ``recovery_pct``.
    commodity : str
        Commodity id for ``grade`` and ``capacity_t_y``; empty otherwise.
    value : float or None
        Number in `unit`; None where the claim is words.
    text : str
        The words: stage, owner's name, product.
    unit : str
        ``%``, ``ppm``, ``g/t`` (see `data/curated/commodities.csv` for the basis), ``Mt``, ``t/y``.
    scope : str
        ``deposit``, ``orebody``, ``reserve``, ``resource`` ... as the source has it.
    method : str
        ``reported``, ``estimated``, ``machine-read`` or ``inferred``.
    """

    key: str
    attribute: str
    value: float | None = None
    text: str = ""
    commodity: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    as_of: str = ""
    scope: str = ""
    method: str = "reported"
    url: str = ""
    detail: str = ""


@dataclass(slots=True)
class Extract:
    """All that a source module found, and what it left out with the reason."""

    records: list[Record] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str, rows: int = 1) -> None:
        """Count rows that were not taken, under a reason for the report.

        Parameters
        ----------
        reason : str
            Why the rows were left out, in words.
        rows : int, optional
            How many.
        """
        if rows:
            self.left_out[reason] = self.left_out.get(reason, 0) + rows


def reported(value: object) -> float | None:
    """Return the number, or None for what these databases use as "not reported" (0, -9999, -1111, text).

    Parameters
    ----------
    value : object
        As a source prints it; empty: not stated.
    """
    number = pd.to_numeric(str(value).replace(",", ""), errors="coerce")
    return float(number) if pd.notna(number) and number > 0 else None


def degrees(value: str) -> float:
    """Return degrees from text; the typographic minus of some spreadsheets counts as a minus.

    Parameters
    ----------
    value : str
        As a source prints it; empty: not stated.

    Examples
    --------
    >>> degrees("\u221223.5")
    -23.5
    """
    return float(value.strip().replace("\u2212", "-"))


def unescaped(name: str) -> str:
    r"""Return a name without the backslashes that an export wrote before quotes, apostrophes and backslashes.

    Parameters
    ----------
    name : str
        Name as a source prints it.

    Examples
    --------
    >>> unescaped(r"Ke\'er"), unescaped("Ke'er"), unescaped(r"Mine \"No. 2\"")
    ("Ke'er", "Ke'er", 'Mine "No. 2"')
    """
    return _ESCAPED.sub(r"\1", name)


def text(value: object) -> str:
    """Return the trimmed text, empty for missing.

    Parameters
    ----------
    value : object
        As a source prints it; empty: not stated.
    """
    return (
        ""
        if value is None or (isinstance(value, float) and pd.isna(value)) or value in ("<Null>", "nan")
        else str(value).strip()
    )


def claims_frame(claims: list[Claim]) -> pd.DataFrame:
    """Return claims as a frame with one column an attribute of `Claim`.

    Parameters
    ----------
    claims : list[Claim]
        What sources state, a claim a row.
    """
    names = [each.name for each in fields(Claim)]
    return pd.DataFrame([[getattr(claim, name) for name in names] for claim in claims], columns=names)
