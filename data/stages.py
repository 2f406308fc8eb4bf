"""Stages of a site: ours, and what the words of a source state."""

from __future__ import annotations

import re
from functools import cache

STAGES: tuple[str, ...] = (
    "occurrence",
    "exploration",
    "resource",
    "prefeasibility",
    "feasibility",
    "planned",
    "permitted",
    "construction",
    "operating",
    "care and maintenance",
    "suspended",
    "shelved",
    "cancelled",
    "closed",
    "unknown",
)

#: (pattern, stage): the first that is found in one statement of a source wins. Whole words; order matters. A statement
#: that is found here and means no stage ("not mined", "potential producer", "Producer" alone) leads to ``unknown``.
STAGE_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"\?|\b(unclear|unconfirmed|not confirmed|probabl[ey]|possibl[ey]|poss)\b", "unknown"),
    (
        r"\bnon[- ]?(producing|operating|operational|active|productive)\b|\bno reserves?\b"
        r"|\b(not|never)( yet| currently| fully| been)* (permitted|approved|licen[cs]ed|under construction)\b"
        r"|\bnot yet\b.*\b(producing|operating|operational|active|in (operation|production))\b",
        "unknown",
    ),
    (r"\bcare (and|&) maintenance\b|\bmothballed\b", "care and maintenance"),
    (r"\bcancell?ed\b|\brevoked\b|\b(permit|application|licen[cs]e)s? (denied|refused|rejected)\b", "cancelled"),
    (r"\bshelved\b|\bon hold\b|\bdeferred\b|\bpostponed\b", "shelved"),
    (
        r"\b(not|never)( \w+)? (mined|exploited|developed|produced)\b|\bundeveloped\b|\bno(t| prod\w*| \w+ prod\w*)$",
        "unknown",
    ),
    (
        r"\b(proposed|planned) \w+.*\bmining\b|\b(mining|mine|production|operations?) (is |are )?(planned|proposed)\b",
        "planned",
    ),
    (r"\bsuspended\b|\bhalted\b|\bidled?\b|\binactive\b|\bdormant\b|\brestarting\b", "suspended"),
    (r"\b(not|no longer|never) (operating|producing|active|worked|in (operation|production))\b", "suspended"),
    (r"^stopped\b", "suspended"),
    (
        r"\bmined out\b|\bexhausted\b|\bdepleted\b|\bclosed\b|\bclosure\b|\babandoned\b|\bceased\b|\bdecommissioned\b",
        "closed",
    ),
    (r"\bhistoric(al)? mine\b|\bformer(ly)?\b|\bterminated\b|\bworked out\b|\blast production\b", "closed"),
    (r"\bpast\b(?!.*\b(exploration|explored)\b)|\bworked deposit\b|\bduring (ww|world war)\b", "closed"),
    (r"\bpast\b.*\bexplor", "unknown"),
    (r"\bpotential\b|\bmineral occurrence with potential\b", "unknown"),
    (r"\bfederal permitting\b", "planned"),  # one permit of several
    (r"\bpermitting completed\b|\bapproved\b|\b(fully )?permitted\b", "permitted"),
    (r"\bunder (construction|development)\b|\bconstruction\b|\bcommissioning\b", "construction"),
    (r"\bpermitting\b", "planned"),
    (r"\bpre-?feasibility\b|\bscoping\b|\beconomic assessment\b", "prefeasibility"),
    (r"\bfeasibility\b|\bdesign\b|\bpilot\b", "feasibility"),
    (r"\b(proposed|planned)\b", "planned"),
    (r"\bmineralized material estimated\b", "resource"),
    (r"\bexplor\w*\b|\bprospects?\b|\bprospected\b", "exploration"),
    (r"\boperating\b|\boper\b|\bmining operations?\b|\bin (operation|production)\b|\b(re)?producing\b", "operating"),
    (r"\b(active|current(ly)?|present(ly)?|intermittent)\b", "operating"),
    (r"\b(producer|production|mining)\b.*\((19|20)\d\d\)", "operating"),
    (r"\bresources?\b|\bestimated tonnage\b|\bmineralized material\b|\breserves\b|^evaluation$", "resource"),
    (r"\boccurrences?\b|\bshowing\b|\banomaly\b|^site$", "occurrence"),
)
#: Stages of work at a place that is not closed: a statement of one of these stands against exploration beside it.
_GOES_ON = ("operating", "construction", "permitted", "feasibility", "prefeasibility")
_ENDED = ("closed", "care and maintenance", "suspended", "shelved", "cancelled")


@cache
def stage(text: str | None) -> str:
    """Return our stage for the source's words; ``unknown`` where they state none that we know.

    A stage is stated or unknown: the word "Producer" alone says that a place has produced, not that it does; "deposit"
    says nothing of work; a question mark is a doubt. Of several statements ("past production; feasibility update") the
    last that says a stage counts, but exploration beside a working mine does not make it a prospect.

    Parameters
    ----------
    text : str or None
        As a source prints it; None or empty: not stated.

    Examples
    --------
    >>> [stage(words) for words in ("Active mine (1998)", "inactive", "Mine not operating in 1987", "Byproduct")]
    ['operating', 'suspended', 'suspended', 'unknown']
    >>> [stage(words) for words in ("Non-producing", "Not yet producing", "Not permitted", "Permitted")]
    ['unknown', 'unknown', 'unknown', 'permitted']
    >>> stage("past production; feasibility updating"), stage("Active exploration (1999)"), stage("Producer")
    ('feasibility', 'exploration', 'unknown')
    """
    statements = [part for part in re.split(r"[;/]", (text or "").lower()) if part.strip()]
    stages = [(_stage_of_statement(part), "byproduct" in part) for part in statements]
    said = [name for name, _ in stages if name != "unknown"]
    if not said:
        return "unknown"
    working = [name for name, _ in stages if name in (*_GOES_ON, *_ENDED)]
    if said[-1] == "closed" and stages[-1][1] and "operating" in working:
        return "operating"
    if said[-1] not in ("exploration", "resource", "occurrence"):
        return said[-1]
    if working:
        return working[-1] if working[-1] in _GOES_ON or said[-1] != "exploration" else said[-1]
    if any("producer" in part for part in statements) and said[-1] != "exploration":
        return "unknown"
    return "resource" if "resource" in said else said[-1]


def _stage_of_statement(statement: str) -> str:
    words_said = re.sub(r"\s+", " ", statement).strip(" .\u201c\u201d")
    return next((name for pattern, name in STAGE_PATTERNS if words_said and re.search(pattern, words_said)), "unknown")


#: A sentence of a comment that says, of the whole place, that its mining has ended.
_END_OF_MINING = re.compile(
    r"^(?:totally |completely |the )?(?:mined[- ]out(?! ore| from| [\d.,]+ ?[mk]?t\b)|exhausted|worked out"
    r"|ore reserves (?:were )?depleted"
    r"|(?:the )?(?:mine|mining) (?:was )?(?:closed|ceased|ended)|closed(?: the mine)?(?: in)?(?: \w+)? (?:1[89]|20)\d\d"
    r"|last production (?:1[89]|20)\d\d|past producer)\b",
    re.I,
)


def end_of_mining(comments: str) -> str:
    """Return the sentence of a database's comments that says that mining has ended; empty where none does.

    Only a sentence that begins with it counts: "oxide zone mined out" speaks of a part, "believed to be mined out" is a
    belief.

    Parameters
    ----------
    comments : str
        Remarks of a source on one deposit.

    Examples
    --------
    >>> end_of_mining("Massive lens. Mined out in 1943. Two bodies."), end_of_mining("Oxide zone mined out.")
    ('Mined out in 1943', '')
    """
    sentences = (part.strip() for part in re.split(r"[.;](?:\s|$)", comments))
    return next((each for each in sentences if _END_OF_MINING.match(each)), "")
