"""Names of mines as sources print them: which words identify the place, and how alike two names are."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz import fuzz

from data.vocabulary import fold

#: Words that say what a thing is, not which one.
_GENERIC = """
    mine mines mina mining deposit deposits project prospect area district group property operation operations
    the of de la el los las and at no co company smelter refinery plant works mill milling custom concentrator
    stockpile zone ore body orebody occurrence open pit underground undgrd claim claims lease field salar
    complex cmplx section advanced exploration inco canada nickel copper cobalt lithium spodumene chromite
    chrome zinc lead tin tungsten graphite rare earth earths phosphate potash carbonatite gok
    brine chloride niobium tantalum vanadium manganese molybdenum fluorspar fluorite resource resources
"""
GENERIC = frozenset(_GENERIC.split())
#: Words that tell neighbours apart: if only one side has them, it is another place or another line of a works.
_TELLING = """
    north south east west central centrale upper lower new old little big tailings airport northwest northeast
    southwest southeast norte sur este oeste nord ost recycling battery magnet gallium germanium scandium
    cathode anode precursor
"""
TELLING = frozenset(_TELLING.split())
#: What sources write short.
WRITTEN_OUT = {"mt": "mount", "pres": "president", "st": "saint", "ste": "sainte"}
#: Adjectives that Russian makes of a place: "Grekhovskoe" is the deposit of Grekhov.
_ADJECTIVE = re.compile(r"(?<=[a-z]{4})sk(?:oe|oye|oje|y|iy|ii|ij|aya|aja)$")
#: Numbers in Roman figures and single letters tell neighbours apart as well; so does every word with a digit.
NUMERAL = re.compile(r"[ivx]{1,4}|[a-z]|.*\d.*")
#: A company after the last comma: "Red Pit, Victory Chrome Co."
_COMPANY = re.compile(r",[^,]*\b(?:co|company|corp|corporation|inc|ltd|limited)\b\.?[^,]*$", re.IGNORECASE)
#: Marks within a word, which sources set or leave out: "M'Passa", "Lion's Head", "O.K."
_WITHIN = re.compile(r"(?<=\w)['\u2018\u2019\u02bc`](?=\w)|(?<=\b\w)\.(?=\w\b)")
_BRACKET = re.compile(r"\(([^)]*)\)?")
#: What stands in brackets and names no place: a group, a neighbour that is referred to, a part.
_NO_NAME = re.compile(
    r"\b(?:see|group|district|part|zones?|pit|main|veins?|skarns?|porphyry|replacement|etc|t\d+[ns])\b", re.IGNORECASE
)
_BETWEEN_NAMES = re.compile(r"\s*(?:/|;|&|\band\b)\s*|\s-\s")
_JOINED = re.compile(r"\s*(?:/|;|&|\band\b|-|–)\s*")
#: A part of a name, and one in brackets, says too little with fewer letters.
PART_LETTERS, ASIDE_LETTERS = 5, 4
#: Letters of a name whose spellings can be compared.
LONG_NAME = 8


@cache
def core_words(name: str) -> tuple[str, ...]:
    """Return the words of a name that identify the place, folded; all words where nothing else is left.

    Words in brackets and a company after the last comma do not count.

    Parameters
    ----------
    name : str
        Name of a site as a source prints it.

    Examples
    --------
    >>> core_words("Red Pit Occurrence, Victory Chrome Co."), core_words("Zinkgruvan (mine)")
    (('red',), ('zinkgruvan',))
    """
    outside = _BRACKET.sub(" ", name).strip() or name
    plain = _WITHIN.sub("", _COMPANY.sub("", outside) or outside)
    words = tuple(WRITTEN_OUT.get(w, w) for w in fold(plain).split())
    return tuple(w for w in words if w not in GENERIC) or words


@cache
def telling_words(name: str) -> frozenset[str]:
    """Return the words of a name that tell it from its neighbours: directions, sizes, numbers, single letters.

    Parameters
    ----------
    name : str
        Name of a site as a source prints it.

    Examples
    --------
    >>> sorted(telling_words("Endeavour E-26")), sorted(telling_words("Red Hill North"))
    (['26', 'e'], ['north'])
    """
    return frozenset(w for w in core_words(name) if w in TELLING or NUMERAL.fullmatch(w))


@cache
def asides(name: str) -> tuple[str, ...]:
    """Return what stands in brackets behind a name, each name apart; nothing that only refers to a group or a part.

    Parameters
    ----------
    name : str
        Name of a site as a source prints it.

    Examples
    --------
    >>> asides("Spar Lake (Troy mine)"), asides("Durkin Mine (Kambalda Deposit Group)")
    (('Troy mine',), ())
    """
    inside = (part.strip() for text in _BRACKET.findall(name) for part in re.split(r"[,;/]", text))
    return tuple(part for part in inside if _says_enough(part, ASIDE_LETTERS) and not _NO_NAME.search(part))


@cache
def parts(name: str, *, joined_by_hyphen: bool = False) -> tuple[str, ...]:
    """Return the names that a source joined into one ("A/B", "A and B"); nothing where it names one place.

    Parameters
    ----------
    name : str
        Name of a site as a source prints it.
    joined_by_hyphen : bool, optional
        Whether "A-B" counts as two names too.

    Examples
    --------
    >>> parts("Guri Kuq/Prrenjas"), parts("Boliden-Renström"), parts("Boliden-Renström", joined_by_hyphen=True)
    (('Guri Kuq', 'Prrenjas'), (), ('Boliden', 'Renström'))
    """
    between = _JOINED if joined_by_hyphen else _BETWEEN_NAMES
    found = tuple(part for part in between.split(_BRACKET.sub(" ", name).strip()) if _says_enough(part, PART_LETTERS))
    return found if len(found) > 1 else ()


def _says_enough(name: str, letters: int) -> bool:
    words = core_words(name) if name else ()
    return sum(len(w) for w in words if w not in GENERIC and w not in TELLING) >= letters


@cache
def name_similarity(a: str, b: str) -> float:
    """Return 0-100; 0 where a telling word ("North", "II") stands on one side only.

    Parameters
    ----------
    a, b : str
        Names as sources print them.

    Examples
    --------
    >>> name_similarity("Mountain Pass deposit", "Mountain Pass")
    100.0
    >>> name_similarity("Red Hill North", "Red Hill")
    0.0
    >>> name_similarity("Zhirekenskoe", "Zhireken")
    100.0
    """
    left, right = core_words(a), core_words(b)
    if not left or not right or telling_words(a) != telling_words(b):
        return 0.0
    places = _places(left), _places(right)
    return max(_likeness(left, right), _likeness(*places) if places != (left, right) else 0.0)


def _places(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with the places that Russian adjectives stand for."""
    return tuple(_ADJECTIVE.sub("", word) for word in words)


def _likeness(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    joined_a, joined_b = " ".join(left), " ".join(right)
    together = fuzz.ratio("".join(left), "".join(right))
    ordered = fuzz.token_sort_ratio(joined_a, joined_b)
    subset = fuzz.token_set_ratio(joined_a, joined_b)
    shorter = min(len("".join(left)), len("".join(right)))
    partial = 0.6 * subset + 0.4 * ordered if shorter >= PART_LETTERS else ordered
    return float(max(together, ordered, partial))


@cache
def spelt_alike(a: str, b: str) -> float:
    """Return how alike two long names are letter by letter, 0-100; 0 for names that are too short to tell.

    `name_similarity` gives much for a word in common; this one finds spellings and transliterations of one name.

    Parameters
    ----------
    a, b : str
        Names as sources print them.

    Examples
    --------
    >>> spelt_alike("Gusevogorsk", "Gusevo Gora") > 80, spelt_alike("Tonopah", "Tonopah Divide")
    (True, 0.0)
    """
    left, right = "".join(core_words(a)), "".join(core_words(b))
    if min(len(left), len(right)) < LONG_NAME or telling_words(a) != telling_words(b):
        return 0.0
    return float(fuzz.ratio(left, right))


def within(a: str, b: str) -> bool:
    """Tell whether all words of one name stand in the other, and no telling word stands on one side only.

    Parameters
    ----------
    a, b : str
        Names as sources print them.

    Examples
    --------
    >>> within("Auby", "Nyrstar Auby smelter"), within("Wagerup", "Wagerup gallium plant")
    (True, False)
    """
    left, right = set(core_words(a)), set(core_words(b))
    return bool(left and right) and (left <= right or right <= left) and telling_words(a) == telling_words(b)


def numbered_alike(a: str, b: str) -> bool:
    """Tell whether two names differ only in that one of them carries a number or a letter ("Catalao I", "Catalao").

    Parameters
    ----------
    a, b : str
        Names as sources print them.

    Examples
    --------
    >>> numbered_alike("Catalao I", "Catalao"), numbered_alike("Area 4", "Area 5")
    (True, False)
    """
    more, fewer = sorted((core_words(a), core_words(b)), key=len, reverse=True)
    added = [w for w in more if w not in fewer]
    return bool(added) and set(fewer) <= set(more) and all(NUMERAL.fullmatch(w) for w in added) and bool(fewer)


def contradicted(name: str, others: tuple[str, ...]) -> bool:
    """Tell whether the brackets of a name name another place than `others`: "Liberty (Hall-Tonopah)" and "Liberty Pit".

    A spelling variant of the name itself contradicts nothing ("Bozshakol (Boshekul)").

    Parameters
    ----------
    name : str
        Name of one site as a source prints it.
    others : tuple of str
        Names of the other.
    """
    known = (_BRACKET.sub(" ", name), *others)
    return any(max(_likeness(core_words(aside), core_words(other)) for other in known) < 60 for aside in asides(name))
