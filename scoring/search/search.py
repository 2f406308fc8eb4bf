"""Sites by what a reader types: names of sites and companies in both scripts, and commodities.

One rule for the filter of a list and for suggestions. What is typed and what is looked into are normalised alike;
a match of the letters comes before one of all the words, and a spelling that is near counts where neither is there.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from data.sql import records, sql

#: What a name is of, those that say most about a site first.
KINDS = ("name", "name_ja", "alias", "owner", "parent", "holder", "commodity")
#: How a name matches, the nearest first.
WAYS = ("whole", "start", "inside", "words", "near")
#: From so many letters on a spelling that is near counts: one slip of the keys, and from the second number on two.
NEAR_FROM, TWO_SLIPS_FROM = 4, 8
#: Words that are written short or in full.
IN_FULL = {"mt": "mount", "st": "saint", "ste": "saint", "sainte": "saint", "aluminium": "aluminum"}
#: Legal forms that names in Japanese carry or leave out.
LEGAL_FORMS = re.compile("株式会社|有限会社|独立行政法人|\\(株\\)")
#: A blank between two Japanese characters, where some sources write a mark and others nothing.
JAPANESE = "\u3005\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff"
APART = re.compile(f"(?<=[{JAPANESE}]) +(?=[{JAPANESE}])")
#: Letters that have no mark to take off.
PLAIN = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
MARKS = re.compile(r"[\W_]+")
QUOTES = re.compile("['’`]")
KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_FILLING = threading.RLock()


@dataclass(frozen=True, slots=True)
class Found:
    """A site that matches, with the name that does.

    Attributes
    ----------
    site_id, name, iso3, stage : str
    kind : str
        Of the name: one of `KINDS`.
    label : str
        The name as a source writes it; of a commodity its id.
    way : str
        One of `WAYS`.
    """

    site_id: str
    name: str
    iso3: str
    stage: str
    kind: str
    label: str
    way: str


def normal(text: str) -> str:
    """Return a name as names are compared.

    In lower case, without accents and marks, full and half width alike, hiragana as katakana, short words in full, a
    blank between words.

    Parameters
    ----------
    text : str
        A name, or what is looked for.

    Examples
    --------
    >>> normal("Mt. Weld"), normal("ＭＯＵＮＴ　ＷＥＬＤ"), normal("São José"), normal("ﾏｳﾝﾃﾝ・パス")
    ('mount weld', 'mount weld', 'sao jose', 'マウンテンパス')
    """
    return " ".join(IN_FULL.get(word, word) for word in _words(text))


def _words(text: str) -> list[str]:
    plain = text.lower()
    if not text.isascii():
        wide = unicodedata.normalize("NFKC", text).casefold().translate(PLAIN).translate(KATAKANA)
        plain = unicodedata.normalize("NFC", "".join(_letters(LEGAL_FORMS.sub("", wide))))
    plain = MARKS.sub(" ", QUOTES.sub("", plain).replace("&", " and "))
    return APART.sub("", plain).split()


def _letters(text: str) -> Iterable[str]:
    """Yield letters without accents; the marks of voiced kana stay."""
    for letter in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(letter) or letter in "\u3099\u309a":
            yield letter


def forms(text: str) -> list[str]:
    """Return what is looked for as it may be normalised; none where it has no letter.

    The last word may be the beginning of a longer one: "st" of "Stillwater", or short for "saint".

    Parameters
    ----------
    text : str
        What a reader typed.

    Examples
    --------
    >>> forms("mt"), forms("lake st"), forms(" ・ ")
    (['mount', 'mt'], ['lake saint', 'lake st'], [])
    """
    words = _words(text)
    if not words:
        return []
    full = [IN_FULL.get(word, word) for word in words]
    return list(dict.fromkeys((" ".join(full), " ".join([*full[:-1], words[-1]]))))


def forget(facts: duckdb.DuckDBPyConnection) -> None:
    """Drop the names: sites or owners have changed.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    with _FILLING:
        facts.cursor().execute("DELETE FROM search_name")


def _fill(cursor: duckdb.DuckDBPyConnection) -> None:
    """Put the normalised names into ``search_name``, unless they are there."""
    if cursor.execute("SELECT 1 FROM search_name LIMIT 1").fetchone():
        return
    table = cursor.execute(sql("scoring/search/names.sql")).to_arrow_table()
    folded = pa.array([normal(text) for text in table["text"].to_pylist()], pa.string())
    cursor.register("new_names", table.drop_columns(["text"]).append_column("folded", folded))
    cursor.execute("INSERT INTO search_name SELECT site_id, kind, label, folded FROM new_names WHERE folded <> ''")
    cursor.unregister("new_names")


def hits(facts: duckdb.DuckDBPyConnection, text: str) -> pa.Table:
    """Return the names that match: by their letters, else with all the words of a site, else nearly.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    text : str
        What a reader typed.

    Returns
    -------
    Table
        site_id, kind (`KINDS`), label, how (`WAYS`): one row a site and name; none where `text` has no letter.
    """
    asked = forms(text)
    with _FILLING:
        cursor = facts.cursor()
        _fill(cursor)
        found = cursor.execute(sql("scoring/search/hits.sql"), {"forms": asked}).to_arrow_table()
        if not found.num_rows and asked and " " in asked[0]:
            words = {"words": asked[0].split()}
            found = cursor.execute(sql("scoring/search/words.sql"), words).to_arrow_table()
        if not found.num_rows and asked and len(asked[0]) >= NEAR_FROM:
            near = {"form": asked[0], "slips": 1 + (len(asked[0]) >= TWO_SLIPS_FROM)}
            found = cursor.execute(sql("scoring/search/near.sql"), near).to_arrow_table()
    return found


def sites_named(facts: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    """Return the ids of all sites that match, in no order; none where `text` has no letter.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    text : str
        What a reader typed.
    """
    return [str(each) for each in hits(facts, text)["site_id"].unique().to_pylist()]


def search(facts: duckdb.DuckDBPyConnection, text: str, most: int = 8) -> tuple[Found, ...]:
    """Return the sites that match best, each with the name of it that does.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    text : str
        What a reader typed.
    most : int, optional
        How many at the most.

    Examples
    --------
    >>> from data.facts import open_facts
    >>> from scoring.ranking.pipeline import prepare
    >>> facts = open_facts()
    >>> prepare(facts)
    >>> [(each.name, each.kind) for each in search(facts, "mount weld", 1)]
    [('Mt Weld', 'name')]
    """
    found = hits(facts, text)
    cursor = facts.cursor()
    cursor.register("found_names", found)
    bound = {"kinds": list(KINDS), "ways": list(WAYS), "most": most}
    rows = records(cursor.execute(sql("scoring/search/best.sql"), bound))
    cursor.unregister("found_names")
    return tuple(Found(**row) for row in rows)


def commodities_named(facts: duckdb.DuckDBPyConnection, text: str) -> tuple[str, ...]:
    """Return the ids of the commodities that the text names, those that it names whole first.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    text : str
        What a reader typed: a name in English or Japanese, its beginning, or a symbol.
    """
    found = hits(facts, text)
    named: Sequence[tuple[str, str]] = [
        (row["label"], row["how"]) for row in found.to_pylist() if row["kind"] == "commodity"
    ]
    return tuple(dict.fromkeys(label for label, _how in sorted(named, key=lambda each: WAYS.index(each[1]))))
