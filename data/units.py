"""Units of measurement of layers: one spelling each, conversion by pint, and what a column name hints at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import numpy as np
import pint
from numpy.typing import ArrayLike, NDArray

from geo.errors import OrebridgeError, Phrase


class UnitError(OrebridgeError):
    """A unit that is unknown or ambiguous, or that measures another quantity than the target unit.

    Parameters
    ----------
    text : str
        As it was given.
    problem, cure : str
        What is wrong and what helps.
    """

    def __init__(self, text: str, problem: str, cure: str) -> None:
        self.text, self.problem, self.cure = text, problem, cure
        super().__init__("Unit {unit!r} {problem}; {cure}.", unit=text[:60], problem=problem, cure=cure)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its one spelling, its pint unit, and other spellings (compared without case, spaces and full stops)."""

    symbol: str
    expression: str
    aliases: tuple[str, ...] = ()


#: Base dimensions are few on purpose: a count is no mass fraction, and a mass per volume of brine is no grade.
_DEFINITIONS = """
meter = [length]
gram = [mass]
second = [time]
siemens = [conductance]
tesla = [induction]
kelvin = [temperature]; offset: 0
degC = kelvin; offset: 273.15
degF = 5 / 9 * kelvin; offset: 255.372222222222222
degree = [angle]
radian = 57.29577951308232 * degree
item = [count]
category = [class]
gray = [dose]
volt = [potential]
foot = 0.3048 * meter
survey_foot = 1200 / 3937 * meter
mile = 1609.344 * meter
hectare = 10000 * meter ** 2
acre = 4046.8564224 * meter ** 2
liter = 0.001 * meter ** 3
tonne = 1e6 * gram
pound = 453.59237 * gram
short_ton = 2000 * pound
long_ton = 2240 * pound
troy_ounce = 31.1034768 * gram
carat = 0.2 * gram
year = 31557600 * second
"""

_GROUPS: dict[str, tuple[Unit, ...]] = {
    "Grade (mass per mass)": (
        Unit(
            "%",
            "0.01",
            ("pct", "percent", "perc", "wt%", "wtpct", "wt.%", "weight%", "%wt", "mass%", "％", "prozent", "procent"),
        ),
        Unit("‰", "1e-3", ("permil", "permille", "per mille", "g/kg", "kg/t")),
        Unit("ppm", "1e-6", ("mg/kg", "ug/g", "µg/g", "μg/g", "mg kg-1", "mgkg", "g/tonne", "parts per million")),
        Unit(
            "g/t",
            "1e-6",
            ("gpt", "gt-1", "g t-1", "gmt", "g/mt", "gm/t", "gramspertonne", "grams per tonne", "g/metricton"),
        ),
        Unit("ppb", "1e-9", ("ug/kg", "µg/kg", "μg/kg", "ng/g", "mg/t", "parts per billion")),
        Unit("pg/g", "1e-12", ("ng/kg", "parts per trillion")),
        Unit(
            "oz/ton",
            "troy_ounce / short_ton",
            ("opt", "oz/st", "ozt/ton", "troyoz/ton", "oz/shortton", "ounces per short ton"),
        ),
        Unit("oz/t", "troy_ounce / tonne", ("oz/tonne", "oz/mt")),
        Unit("lb/ton", "pound / short_ton", ("lbs/ton", "lb/st", "lbs/st", "lb/shortton")),
        Unit("lb/t", "pound / tonne", ("lbs/t", "lb/tonne")),
        Unit("fraction", "1", ("ratio", "kg/kg", "g/g", "t/t", "unitless", "dimensionless")),
    ),
    "Brine and water (mass per volume)": (
        Unit(
            "mg/L",
            "1e-3 * gram / liter",
            ("mgl", "mg l-1", "milligramsperliter", "milligrams per litre", "g/m3", "g/m³"),
        ),
        Unit("g/L", "gram / liter", ("g l-1", "kg/m3 brine", "grams per liter", "grams per litre")),
        Unit("µg/L", "1e-6 * gram / liter", ("ug/l", "μg/l", "microgramsperliter", "mg/m3")),
    ),
    "Length": (
        Unit("m", "meter", ("metre", "metres", "meter", "meters", "mtr", "mtrs", "メートル")),
        Unit("km", "1000 * meter", ("kilometre", "kilometres", "kilometer", "kilometers")),
        Unit("cm", "0.01 * meter", ("centimetre", "centimetres", "centimeter", "centimeters")),
        Unit("mm", "0.001 * meter", ("millimetre", "millimetres", "millimeter", "millimeters")),
        Unit("ft", "foot", ("feet", "foot")),
        Unit(
            "ftUS",
            "survey_foot",
            ("us survey foot", "us survey feet", "ussurveyft", "usft", "us-ft", "ft us", "survey foot"),
        ),
        Unit("mi", "mile", ("mile", "miles")),
    ),
    "Area": (
        Unit("m²", "meter ** 2", ("m2", "m^2", "sqm", "sq m", "square metres", "square meters")),
        Unit("ha", "hectare", ("hectare", "hectares")),
        Unit("km²", "1e6 * meter ** 2", ("km2", "km^2", "sqkm", "sq km", "square kilometres", "square kilometers")),
        Unit("acre", "acre", ("acres", "ac")),
        Unit("mi²", "mile ** 2", ("mi2", "sqmi", "sq mi", "square miles")),
    ),
    "Mass": (
        Unit("t", "tonne", ("tonne", "tonnes", "metric ton", "metric tons", "metric tonnes")),
        Unit("kt", "1e3 * tonne", ("kilotonne", "kilotonnes", "ktonnes", "thousand tonnes")),
        Unit("Mt", "1e6 * tonne", ("megatonne", "megatonnes", "million tonnes", "mtonnes")),
        Unit("kg", "1e3 * gram", ("kilogram", "kilograms", "kilogramme")),
        Unit("g", "gram", ("gram", "grams", "gramme")),
        Unit("ton (short)", "short_ton", ("short ton", "short tons", "ston", "ton us", "us ton")),
        Unit("ton (long)", "long_ton", ("long ton", "long tons", "lton", "ton uk")),
        Unit("lb", "pound", ("lbs", "pound", "pounds")),
        Unit("Mlb", "1e6 * pound", ("mlbs", "mmlb", "mmlbs", "million pounds")),
        Unit("oz", "troy_ounce", ("ozt", "troy oz", "troy ounce", "troy ounces", "ounce", "ounces")),
        Unit("koz", "1e3 * troy_ounce", ("thousand ounces",)),
        Unit("Moz", "1e6 * troy_ounce", ("million ounces",)),
        Unit("ct", "carat", ("carat", "carats")),
    ),
    "Magnetics and electromagnetics": (
        Unit("nT", "1e-9 * tesla", ("nanotesla", "gamma", "gammas")),
        Unit("pT", "1e-12 * tesla", ("picotesla",)),
        Unit("fT", "1e-15 * tesla", ("femtotesla",)),
        Unit("nT/m", "1e-9 * tesla / meter", ("nt m-1",)),
        Unit("10⁻⁵ SI", "1e-5", ("1e-5 si", "10-5 si", "10^-5 si", "si*10-5")),
        Unit("10⁻³ SI", "1e-3", ("1e-3 si", "10-3 si", "10^-3 si", "msi")),
    ),
    "Gravity": (
        Unit("mGal", "1e-5 * meter / second ** 2", ("milligal", "milligals", "mgals")),
        Unit("µm/s²", "1e-6 * meter / second ** 2", ("um/s2", "um/s^2", "µm/s^2", "um/sec^2", "gu", "gravity unit")),
        Unit("E", "1e-9 / second ** 2", ("eotvos", "eötvös", "eo")),
    ),
    "Electrics": (
        Unit("S/m", "siemens / meter", ("s m-1",)),
        Unit("mS/m", "1e-3 * siemens / meter", ("ms m-1", "millisiemens per metre")),
        Unit("µS/cm", "1e-4 * siemens / meter", ("us/cm", "μs/cm")),
        Unit("Ω·m", "meter / siemens", ("ohm.m", "ohm-m", "ohm m", "ohmm", "ohm*m", "ωm", "ohm-metre")),
        Unit("S", "siemens", ("siemens",)),
        Unit("mV", "1e-3 * volt", ("millivolt", "millivolts")),
        Unit("mV/V", "1e-3", ("mv v-1",)),
    ),
    "Radiometrics": (
        Unit("cps", "item / second", ("counts/s", "counts per second", "c/s")),
        Unit("nGy/h", "1e-9 * gray / (3600 * second)", ("ngy/hr", "ngy h-1")),
    ),
    "Density": (
        Unit("g/cm³", "gram / (0.01 * meter) ** 3", ("g/cm3", "g/cc", "gcc", "g/cm^3", "t/m3", "t/m³", "sg")),
        Unit("kg/m³", "1e3 * gram / meter ** 3", ("kg/m3", "kg/m^3")),
    ),
    "Angle, time, temperature": (
        Unit("°", "degree", ("deg", "degs", "degree", "degrees", "dd", "度")),
        Unit("rad", "radian", ("radian", "radians")),
        Unit("s", "second", ("sec", "secs", "second", "seconds")),
        Unit("ms", "1e-3 * second", ("msec", "millisecond", "milliseconds")),
        Unit("h", "3600 * second", ("hr", "hrs", "hour", "hours")),
        Unit("d", "86400 * second", ("day", "days")),
        Unit("a", "year", ("yr", "yrs", "year", "years")),
        Unit("Ma", "1e6 * year", ("myr", "million years")),
        Unit("°C", "degC", ("degc", "deg c", "celsius")),
        Unit("°F", "degF", ("degf", "deg f", "fahrenheit")),
        Unit("K", "kelvin", ("kelvin",)),
    ),
    "Count": (Unit("count", "item", ("counts", "number", "items", "pieces", "pcs")),),
    "Class": (Unit("class", "category", ("classes", "category", "categories")),),
}
#: Groups and their units as a select box shows them.
CHOICES: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (name, tuple(unit.symbol for unit in units)) for name, units in _GROUPS.items()
)
#: Spellings that mean two things, and what to write instead.
_AMBIGUOUS = {
    "ppt": Phrase("write ‰ for parts per thousand or pg/g for parts per trillion"),
    "mt": Phrase("write t for metric tons or Mt for million tonnes"),
    "ton": Phrase("write t, ton (short) or ton (long)"),
    "tons": Phrase("write t, ton (short) or ton (long)"),
    "mg": Phrase("write mg/kg, mg/L or kg"),
}
#: Dimensionless units of different things: a grade is not a susceptibility or a chargeability.
_KINDS = {"10⁻⁵ SI": "susceptibility", "10⁻³ SI": "susceptibility", "mV/V": "chargeability"}
#: Units of grades, a mass per mass; and of all concentrations, which no measurement can bring below zero.
GRADES = frozenset(unit.symbol for unit in _GROUPS["Grade (mass per mass)"])
CONCENTRATIONS = GRADES - {"fraction"} | {unit.symbol for unit in _GROUPS["Brine and water (mass per volume)"]}
#: Unit of numbers that are names of classes: no sum or mean of them says anything.
CLASS = "class"
_BY_SYMBOL = {unit.symbol: unit for units in _GROUPS.values() for unit in units}


def _plain(text: str) -> str:
    return re.sub(r"[\s._]+", "", text).casefold()


def _aliases() -> dict[str, str]:
    """Return every spelling without case; one that would name two units is left out."""
    symbols_of: dict[str, set[str]] = {}
    for unit in _BY_SYMBOL.values():
        for spelling in (unit.symbol, *unit.aliases):
            symbols_of.setdefault(_plain(spelling), set()).add(unit.symbol)
    return {spelling: next(iter(symbols)) for spelling, symbols in symbols_of.items() if len(symbols) == 1}


_ALIASES = _aliases()


def parse(text: str) -> str:
    """Return the one spelling of a unit.

    Parameters
    ----------
    text : str
        As people write it: ``PPM``, ``wt%``, ``gpt``, ``metres``.

    Returns
    -------
    str
        Symbol out of `CHOICES`.

    Raises
    ------
    UnitError
        If it is not known or means two things; names the nearest known units.

    Examples
    --------
    >>> parse("wt%"), parse("PPM"), parse("gpt"), parse("opt")
    ('%', 'ppm', 'g/t', 'oz/ton')
    """
    stated = text.strip()
    if stated in _BY_SYMBOL:
        return stated
    plain = _plain(stated)
    if plain in _AMBIGUOUS:
        raise UnitError(stated, Phrase("means two things"), _AMBIGUOUS[plain])
    if plain in _ALIASES:
        return _ALIASES[plain]
    nearest = dict.fromkeys(
        _ALIASES[spelling] for spelling in get_close_matches(plain[:40], list(_ALIASES), n=6, cutoff=0.4)
    )
    cure = (
        Phrase("the nearest known units are {units}", units=list(nearest)[:4])
        if nearest
        else Phrase("choose one of the list, such as ppm, %, g/t, m or nT")
    )
    raise UnitError(stated, Phrase("is not known"), cure)


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[float]:
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(None, cache_folder=None, autoconvert_offset_to_baseunit=True)
    for line in _DEFINITIONS.strip().splitlines():
        registry.define(line)
    return registry


def convert(values: ArrayLike, unit: str, to: str) -> NDArray[np.float64]:
    """Convert numbers from one unit to another of the same kind.

    Parameters
    ----------
    values : array_like
        Numbers in `unit`. NaN means unknown and stays NaN.
    unit, to : str
        As `parse` takes them.

    Returns
    -------
    ndarray of float64
        In the shape of `values`, in `to`.

    Raises
    ------
    UnitError
        If a unit is not known or the two measure different things.

    Examples
    --------
    >>> convert([1.0], "oz/ton", "g/t").round(4).tolist()
    [34.2857]
    >>> convert([2.5], "%", "ppm").tolist()
    [25000.0]
    """
    source, target = parse(unit), parse(to)
    numbers = np.asarray(values, dtype=np.float64)
    if source == target:
        return numbers.copy()
    registry = _registry()
    if _KINDS.get(source) != _KINDS.get(target):
        raise _other_kind(source, to)
    try:
        if source in _OFFSET and target in _OFFSET:
            converted = (
                registry.Quantity(numbers, _BY_SYMBOL[source].expression).to(_BY_SYMBOL[target].expression).magnitude
            )
        else:
            factor = registry.parse_expression(_BY_SYMBOL[source].expression) / registry.parse_expression(
                _BY_SYMBOL[target].expression
            )
            converted = numbers * registry.Quantity(factor).to("").magnitude
    except pint.PintError as error:
        raise _other_kind(source, to) from error
    return np.asarray(converted, dtype=np.float64)


def _other_kind(unit: str, to: str) -> UnitError:
    return UnitError(
        unit, Phrase("measures something else than {unit}", unit=to), Phrase("choose a unit of the same group")
    )


_OFFSET = frozenset({"°C", "°F", "K"})

_SUFFIX = re.compile(r"(ppm|ppb|pct|percent|acres|gpt|[%％])$", re.IGNORECASE)
_BRACKET = re.compile(r"[\[(（]([^\[\]()（）]{1,24})[\])）]")
#: Spellings of a letter or two that a name may hold for other reasons (potassium, sulphur, a plain letter): no hint.
_WEAK = frozenset(
    (
        "class",
        "classes",
        "Class",
        "category",
        "Category",
        "K",
        "S",
        "E",
        "SG",
        "sg",
        "rad",
        "number",
        "ratio",
        "fraction",
        "day",
        "days",
        "year",
        "years",
        "second",
        "dd",
        "ac",
        "eo",
        "gu",
        "ct",
        "hr",
        "oz",
    )
)


def suggest(name: str) -> str:
    """Return the unit that a column name hints at.

    Parameters
    ----------
    name : str
        ``Cu_ppm``, ``Au (g/t)``, ``Li2O %``, ``MaxDepth (m)``, ``TMI_nT``.

    Returns
    -------
    str
        Symbol out of `CHOICES`; empty where the name says nothing. To be confirmed by the user.

    Examples
    --------
    >>> [suggest(each) for each in ("Cu_ppm", "Au (g/t)", "Li2O %", "depth_m", "Au oz/ton", "Name")]
    ['ppm', 'g/t', '%', 'm', 'oz/ton', '']
    """
    short = name.strip()[:200]
    bracket = _BRACKET.search(short)
    if bracket and (unit := _quiet(bracket.group(1))):
        return unit
    if unit := _hint_of_words(short):
        return unit
    suffix = _SUFFIX.search(short)
    if suffix and suffix.start() > 0:
        return _quiet(suffix.group(1))
    return "%" if re.match(r"[%％]\w", short) else ""


def hinted(word: str) -> str:
    """Return the unit that a word beside a number is; empty for a word of a letter or two that may be a mark instead.

    Parameters
    ----------
    word : str
        ``ppm`` of ``1200 ppm``, ``%`` of ``0.21%``.

    Examples
    --------
    >>> hinted("PPM"), hinted("%"), hinted("E"), hinted("b")
    ('ppm', '%', '', '')
    """
    return _hint(word.strip(), 1)


def _hint_of_words(name: str) -> str:
    """Return the unit that the last two words of a name, or the last, are, else a share that one of the others is."""
    tokens = [word for word in re.split(r"[\s_,;:]+|(?<=[A-Za-z0-9])-(?=[A-Za-z])", name) if word]
    for count in (2, 1):
        if len(tokens) > count and (
            unit := _hint("_".join(tokens[-count:]).replace("_", "/" if count == 2 else ""), count)
        ):
            return unit
    shares = (_quiet(token) for token in tokens[:-1])
    return next((unit for unit in shares if unit in {"ppm", "ppb", "%", "g/t"}), "")


def _hint(text: str, tokens: int) -> str:
    if text in _WEAK or (len(text) == 1 and text not in {"m", "%", "％", "°"}):
        return ""
    unit = _quiet(text)
    return (
        unit
        if tokens == 1 or unit in {"g/t", "oz/ton", "oz/t", "mg/L", "mg/kg", "kg/t", "mS/m", "lb/ton", "nT/m"}
        else ""
    )


def _quiet(text: str) -> str:
    try:
        return parse(text)
    except UnitError:
        return ""
