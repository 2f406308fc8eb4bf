"""The vocabularies of the sources mapped to Orebridge's own: commodities, deposit types, stages and countries."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

CURATED = Path(__file__).resolve().parent / "curated"

#: Spellings met in the sources -> commodity_id. Anything not listed is compared with the ids themselves.
COMMODITY_SPELLINGS: dict[str, str] = {
    "aluminium": "aluminum",
    "alumina": "aluminum",
    "bauxite": "aluminum",
    "al": "aluminum",
    "sb": "antimony",
    "as": "arsenic",
    "ba": "barite",
    "barium": "barite",
    "barium-barite": "barite",
    "be": "beryllium",
    "bi": "bismuth",
    "b": "boron",
    "borates": "boron",
    "borate": "boron",
    "boron-borates": "boron",
    "ce": "cerium",
    "cs": "cesium",
    "caesium": "cesium",
    "cr": "chromium",
    "chromite": "chromium",
    "ferrochrome": "chromium",
    "ferrochromium": "chromium",
    "chrome": "chromium",
    "co": "cobalt",
    "cu": "copper",
    "copper cathode": "copper",
    "dy": "dysprosium",
    "er": "erbium",
    "eu": "europium",
    "fluorine": "fluorspar",
    "fluorite": "fluorspar",
    "fluorine-fluorite": "fluorspar",
    "f": "fluorspar",
    "gd": "gadolinium",
    "ga": "gallium",
    "ge": "germanium",
    "natural graphite": "graphite",
    "gr": "graphite",
    "graphite-carbon": "graphite",
    "hf": "hafnium",
    "ho": "holmium",
    "in": "indium",
    "ir": "iridium",
    "la": "lanthanum",
    "pb": "lead",
    "li": "lithium",
    "lithium carbonate": "lithium",
    "spodumene": "lithium",
    "lu": "lutetium",
    "mg": "magnesium",
    "magnesite": "magnesium",
    "magnesium-magnesite": "magnesium",
    "mn": "manganese",
    "ferromanganese": "manganese",
    "ferrosilicon manganese": "manganese",
    "metallurgical coal": "metallurgical coal",
    "coking coal": "metallurgical coal",
    "mo": "molybdenum",
    "nd": "neodymium",
    "ni": "nickel",
    "ferronickel": "nickel",
    "nickel matte": "nickel",
    "nb": "niobium",
    "ferroniobium": "niobium",
    "columbium": "niobium",
    "niobium (columbium)": "niobium",
    "pd": "palladium",
    "phosphorus-phosphates": "phosphate",
    "phosphorus": "phosphate",
    "phosphates": "phosphate",
    "p": "phosphate",
    "pt": "platinum",
    "pge": "platinum group",
    "pgm": "platinum group",
    "platinum group metals": "platinum group",
    "platinum group elements": "platinum group",
    "potassium": "potash",
    "k": "potash",
    "pr": "praseodymium",
    "ree": "rare earths",
    "rare earth": "rare earths",
    "rare earth elements": "rare earths",
    "rare-earth elements": "rare earths",
    "rare earth oxides": "rare earths",
    "lanthanides": "rare earths",
    "re": "rhenium",
    "rh": "rhodium",
    "rb": "rubidium",
    "ru": "ruthenium",
    "sm": "samarium",
    "sc": "scandium",
    "se": "selenium",
    "si": "silicon",
    "silica": "silicon",
    "silicon metal": "silicon",
    "ag": "silver",
    "sr": "strontium",
    "ta": "tantalum",
    "te": "tellurium",
    "tb": "terbium",
    "tl": "thallium",
    "tm": "thulium",
    "sn": "tin",
    "ti": "titanium",
    "ilmenite": "titanium",
    "rutile": "titanium",
    "titanium dioxide": "titanium",
    "heavy mineral sands": "titanium",
    "heavy minerals": "titanium",
    "w": "tungsten",
    "u": "uranium",
    "v": "vanadium",
    "yb": "ytterbium",
    "y": "yttrium",
    "zn": "zinc",
    "zr": "zirconium",
    "zircon": "zirconium",
}

#: (pattern, deposit type): the first that is found in the source's own words wins.
DEPOSIT_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"volcano-sedimentary|lithium clay|hectorite", "lithium clay"),
    (r"brine", "brine"),
    (r"pegmatite|hard rock", "pegmatite"),
    (r"ion.?ad", "ion-adsorption clay"),
    (r"carb-re|carbonatite|^carb$", "carbonatite"),
    (r"peralkaline|alkaline|^alk", "alkaline igneous"),
    (r"heavy mineral|placer|alluvial|shoreline|beach", "placer"),
    (r"laterit", "laterite"),
    (r"komatiite|magmatic sul|ultramafic.*ni|layered|ni-cu|reef", "magmatic nickel-PGE"),
    (r"podiform", "podiform chromite"),
    (r"stratiform chrom", "stratiform chromite"),
    (r"iocg|iron oxide|hyd-feox", "IOCG"),
    (r"skarn", "skarn"),
    (r"porphyry", "porphyry"),
    (r"volcanogenic|\bvms\b|\bvhms\b|kuroko|besshi", "volcanogenic massive sulphide"),
    (r"mvt|sedex|sediment-hosted pb|sediment-hosted zn|clastic|carbonate-hosted", "sediment-hosted zinc-lead"),
    (r"sediment-hosted.*(cu|copper)|redbed|reduced.facies|revett|copper occurrence in sed", "sediment-hosted copper"),
    (r"epithermal|replacement|manto|vein|polymetallic", "vein and epithermal"),
    (r"greisen|tin|tungsten|wolfram", "tin-tungsten granite-related"),
    (r"graphite", "graphite"),
    (r"phosph|phos$|guano", "phosphate"),
    (r"potash|evaporite", "evaporite"),
    (r"shale", "black shale"),
    (r"orogenic", "orogenic gold"),
    (r"tailing", "tailings"),
    (r"bauxite|residual", "residual"),
)

KINDS: tuple[str, ...] = ("mine", "separation", "refinery", "derivative", "recycling")

COUNTRY_SPELLINGS: dict[str, str] = {
    "usa": "USA",
    "u.s.a.": "USA",
    "united states": "USA",
    "uk": "GBR",
    "united kingdom": "GBR",
    "russia": "RUS",
    "russian federation": "RUS",
    "ussr": "RUS",
    "south korea": "KOR",
    "korea, south": "KOR",
    "republic of korea": "KOR",
    "korea, republic of": "KOR",
    "north korea": "PRK",
    "korea, north": "PRK",
    "democratic republic of the congo": "COD",
    "congo (kinshasa)": "COD",
    "congo, democratic republic of the": "COD",
    "dr congo": "COD",
    "drc": "COD",
    "zaire": "COD",
    "congo (brazzaville)": "COG",
    "congo": "COG",
    "republic of the congo": "COG",
    "burma": "MMR",
    "myanmar": "MMR",
    "burma (myanmar)": "MMR",
    "ivory coast": "CIV",
    "cote d'ivoire": "CIV",
    "côte d'ivoire": "CIV",
    "laos": "LAO",
    "vietnam": "VNM",
    "viet nam": "VNM",
    "iran": "IRN",
    "syria": "SYR",
    "tanzania": "TZA",
    "bolivia": "BOL",
    "venezuela": "VEN",
    "macedonia": "MKD",
    "north macedonia": "MKD",
    "swaziland": "SWZ",
    "eswatini": "SWZ",
    "czech republic": "CZE",
    "czechia": "CZE",
    "slovak republic": "SVK",
    "kyrgyz republic": "KGZ",
    "taiwan": "TWN",
    "turkey": "TUR",
    "turkiye": "TUR",
    "türkiye": "TUR",
    "moldova": "MDA",
    "brunei": "BRN",
    "kosovo": "XKX",
    "serbia and kosovo": "SRB",
    "yugoslavia": "SRB",
    "greenland": "GRL",
    "new caledonia": "NCL",
    "papua new guinea": "PNG",
    "hong kong": "HKG",
    "macau": "MAC",
    "palestine": "PSE",
    "east timor": "TLS",
    "timor leste": "TLS",
    "cape verde": "CPV",
    "western sahara": "ESH",
    "svalbard": "SJM",
    "bosnia": "BIH",
    "bosnia and herzegovina": "BIH",
    "dominican republic": "DOM",
    "micronesia": "FSM",
    "the gambia": "GMB",
    "gambia, the": "GMB",
    "bahamas, the": "BHS",
    "saint lucia": "LCA",
    # As FINEPRINT and the lists of the USGS spell them, slips included. "Congo (Zaire)" stands for both Congos there,
    # "Serbia and Montenegro" for three states: no country is read from them, the point says it.
    "democratic republic of congo": "COD",
    "dem. rep. of congo": "COD",
    "congo brazzaville": "COG",
    "congo people's republic": "COG",
    "territory of new caledonia and dependencies": "NCL",
    "kazakstan": "KAZ",
    "kalaallit nunaat (greenland)": "GRL",
    "afganistan": "AFG",
    "england": "GBR",
    "scotland": "GBR",
    "great britain": "GBR",
    "surinam": "SUR",
    "kosovo (serbia)": "XKX",
    "kingdom of saudi arabia": "SAU",
    "saudia arabia": "SAU",
    "myanmar (burma)": "MMR",
    "union of myanmar": "MMR",
    "the former yugoslav republic of  macedonia": "MKD",
    "kyrghyzstan": "KGZ",
    "kirghistan": "KGZ",
    "burkina faso (upper volta)": "BFA",
    "côte d’ivoire (ivory  coast)": "CIV",
    "guatamala": "GTM",
    "russia (buryatia republic)": "RUS",
    "bosnia-herzegovina": "BIH",
    "micronesia, federated states of": "FSM",
    "guinea bissau": "GNB",
}


@cache
def commodity_ids() -> frozenset[str]:
    """Return the ids of `data/curated/commodities.csv`."""
    with (CURATED / "commodities.csv").open(encoding="utf-8", newline="") as handle:
        return frozenset(row["commodity_id"] for row in csv.DictReader(handle))


@cache
def us_critical_minerals() -> tuple[str, ...]:
    """Return the ids on the US list of critical minerals of 2025, in the order of `data/curated/commodities.csv`."""
    with (CURATED / "commodities.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(row["commodity_id"] for row in csv.DictReader(handle) if row["us_2025"].lower() == "true")


@cache
def programme_ids() -> tuple[str, ...]:
    """Return the ids of the support programmes, in the order of `data/curated/support_programmes.csv`."""
    with (CURATED / "support_programmes.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(dict.fromkeys(row["programme_id"] for row in csv.DictReader(handle)))


@cache
def _grade_units() -> dict[str, tuple[str, str]]:
    with (CURATED / "commodities.csv").open(encoding="utf-8", newline="") as handle:
        return {row["commodity_id"]: (row["grade_unit"], row["grade_basis"]) for row in csv.DictReader(handle)}


def grade_unit(commodity_id: str) -> str:
    """Return the unit of a commodity's grade, ``%``, ``ppm`` or ``g/t``; empty for what is no commodity of ours.

    Parameters
    ----------
    commodity_id : str
        As in `data/curated/commodities.csv`.
    """
    return _grade_units().get(commodity_id, ("", ""))[0]


def grade_basis(commodity_id: str) -> str:
    """Return what a commodity's grade is of, for example ``Nb2O5``; empty for what is no commodity of ours.

    Parameters
    ----------
    commodity_id : str
        As in `data/curated/commodities.csv`.
    """
    return _grade_units().get(commodity_id, ("", ""))[1]


@cache
def rare_earth_elements() -> frozenset[str]:
    """Return the ids that belong to the group ``rare earths``."""
    with (CURATED / "commodities.csv").open(encoding="utf-8", newline="") as handle:
        return frozenset(row["commodity_id"] for row in csv.DictReader(handle) if row["group_id"] == "rare earths")


@cache
def commodity(word: str) -> str | None:
    """Return the commodity id for a word of a source, or None where it is not a screened commodity.

    Parameters
    ----------
    word : str
        As a source prints it.
    """
    clean = re.sub(r"\(.*?\)", "", word).strip().strip("?*").lower()
    commodity_id = COMMODITY_SPELLINGS.get(clean, clean)
    return commodity_id if commodity_id in commodity_ids() else None


def commodities(text: object, separators: str = r"[;,|/]") -> tuple[str, ...]:
    """Return the screened commodities named in `text`, in its order, without doubles.

    Parameters
    ----------
    text : object
        As a source prints it; None or empty: not stated.
    separators : str, optional
        Characters between the parts.
    """
    if not isinstance(text, str):
        return ()
    ids = (commodity(part) for part in re.split(separators, text))
    return tuple(dict.fromkeys(commodity_id for commodity_id in ids if commodity_id))


@cache
def deposit_type(text: str | None) -> str:
    """Return our deposit type for the source's words; empty where they say nothing that we know.

    Parameters
    ----------
    text : str or None
        As a source or a user prints it; None or empty: not stated. A pattern counts only where a word begins: platinum
        and serpentinite are no tin, and pyroclastic rocks are not clastic-dominated.

    Examples
    --------
    >>> deposit_type("Tin greisen"), deposit_type("Serpentinite"), deposit_type("Cu skarn")
    ('tin-tungsten granite-related', '', 'skarn')
    """
    low = (text or "").lower()
    return next((kind for pattern, kind in DEPOSIT_PATTERNS if re.search(rf"(?<![a-z])(?:{pattern})", low)), "")


def owners(text: str) -> tuple[str, ...]:
    """Return the owners that a cell names, in its order: parted by ``/`` or ``;``, not inside brackets.

    Parameters
    ----------
    text : str
        As a source prints it; empty: not stated.

    Examples
    --------
    >>> owners("Rio Tinto / BHP"), owners("Freeport-McMoRan; "), owners("")
    (('Rio Tinto', 'BHP'), ('Freeport-McMoRan',), ())
    """
    parts = (part.strip(" ,") for part in re.split(r"(?:\s/\s|(?<=\w\w\w)/(?=\w\w\w)|;)(?![^()]*\))", text))
    return tuple(dict.fromkeys(part for part in parts if part and not is_history(part)))


#: Words of a cell that tells what became of an owner ("sold on 1 June 2013"), not who it is.
_HISTORY = re.compile(r"\b(sold|until|till|bankruptcy)\b|^formerly\b", re.I)


def is_history(part: str) -> bool:
    """Tell whether a part of a cell of owners says what became of one, and not who it is.

    Parameters
    ----------
    part : str
        As a source prints it.

    Examples
    --------
    >>> is_history("sold on 1 June 2013"), is_history("Infinity Metals (formerly Infinity Lithium)")
    (True, False)
    """
    return _HISTORY.search(part) is not None


@cache
def year_in(text: str | None) -> str:
    """Return the last year 1900-2026 that `text` names, or an empty string.

    Parameters
    ----------
    text : str or None
        As a source prints it; None or empty: not stated.
    """
    years = [int(y) for y in re.findall(r"(?<!\d)(19\d\d|20[0-2]\d)(?!\d)", text or "")]
    return str(max((y for y in years if y <= 2026), default="")) if years else ""


def fold(text: str) -> str:
    """Return `text` in lower case without accents or punctuation, single spaces.

    Parameters
    ----------
    text : str
        As a source prints it.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", plain.lower()).strip()


class CountryNames:
    """Country names of any source -> ISO 3166-1 alpha-3.

    Parameters
    ----------
    codes_csv : Path
        The ``country-codes.csv`` of the raw folder. Namibia's alpha-2 code is "NA" and stays text.
    """

    def __init__(self, codes_csv: Path) -> None:
        self._iso3 = dict(COUNTRY_SPELLINGS)
        with codes_csv.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                iso3 = row["ISO3166-1-Alpha-3"]
                for column in (
                    "CLDR display name",
                    "UNTERM English Short",
                    "official_name_en",
                    "ISO4217-currency_country_name",
                ):
                    name = row.get(column) or ""
                    if name and iso3:
                        self._iso3.setdefault(name.strip().lower(), iso3)
                if iso3:
                    self._iso3.setdefault(iso3.lower(), iso3)

    def iso3(self, name: object) -> str:
        """Return the alpha-3 code, or an empty string where the name is not one country.

        Parameters
        ----------
        name : object
            As a source prints it; None or empty: not stated.
        """
        return self._iso3.get(name.strip().lower(), "") if isinstance(name, str) else ""
