"""Curated holdings and companies as one table of edges: who holds how much of whom, under one name a company."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from data.vocabulary import CURATED

COLUMNS = ("held", "holder", "share_pct", "share_kind", "holder_iso3", "as_of", "source_url", "evidence", "retrieved")
#: Words at the end of a name that say its legal form.
LEGAL_FORMS = re.compile(
    r"\s(?:limited|ltd|plc|inc|corp|corporation|co|company|group|sa|saa|ag|aktiengesellschaft|nv|se|asa|oyj|ab|as|llc|llp|pjsc|ipjsc|jsc|tbk|pty)$"
)


def holdings(companies: pd.DataFrame) -> pd.DataFrame:
    """Return one row an edge of the ownership graph, from `holdings.csv` and the company tables.

    Parameters
    ----------
    companies : DataFrame
        The company tables: owner_text, company, ultimate_parent, parent_country_iso3,
        state_owned_by_iso3 ...

    Returns
    -------
    DataFrame
        Columns of ``facts.holding``. share_kind is ``equity``, ``votes`` or ``option`` (a published holding),
        ``parent`` (the company table names the parent and no share), ``seat`` (its own ultimate parent: holder = held)
        or ``name`` (held is another spelling of holder). share_pct NULL: not stated. holder_iso3 empty: no source says.
    """
    known = companies.assign(
        entity=companies["company"].where(companies["company"] != "", companies["ultimate_parent"])
    )
    known = known[known["entity"] != ""]
    canonical = _canonical(known)
    edges = [_published(canonical), _parents(known, canonical), _spellings(known, canonical)]
    table = pd.concat(edges)[list(COLUMNS)].astype({"share_pct": float})
    return table.sort_values(list(COLUMNS), kind="stable").reset_index(drop=True)


def key(name: str) -> str:
    """Return what of a company's name tells it from others: no accents, brackets, punctuation or legal form.

    Parameters
    ----------
    name : str
        Name of a company as a source prints it.

    Examples
    --------
    >>> key("Lynas Rare Earths Ltd."), key("BHP Group"), key("Vale S.A."), key("PT Freeport Indonesia (Grasberg)")
    ('lynas rare earths', 'bhp', 'vale', 'pt freeport indonesia')
    >>> key("Sumitomo Corporation") == key("Sumitomo Metal Mining Co., Ltd.")
    False
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"\([^)]*\)", " ", plain).replace(".", "")
    plain = re.sub(r"[^\w&+]+", " ", plain).strip()
    while (shorter := LEGAL_FORMS.sub("", plain)) != plain:
        plain = shorter
    return plain


def _canonical(known: pd.DataFrame) -> dict[str, str]:
    """Return key -> the one name.

    The plainest of the company table, reached by the company's own names or by an owner text.
    """
    by_company: dict[str, str] = {}
    for name in sorted(known["entity"], key=lambda name: ("(" in name, len(name), name)):
        by_company.setdefault(key(name), name)
    by_text = {
        key(text): by_company[key(name)] for text, name in zip(known["owner_text"], known["entity"], strict=True)
    }
    return {**by_text, **by_company}


def _named(canonical: dict[str, str], name: str) -> str:
    """Return the one name; of a company that the table lacks, the name without what brackets add."""
    return canonical.get(key(name)) or re.sub(r"\s*\([^)]*\)", "", name).strip() or name


def _published(canonical: dict[str, str]) -> pd.DataFrame:
    table = pd.read_csv(CURATED / "holdings.csv", dtype=str, keep_default_na=False)
    table = table.rename(columns={"holder_country_iso3": "holder_iso3"})
    table["share_pct"] = pd.to_numeric(table["share_pct"], errors="coerce")
    for column in ("holder", "held"):
        table[column] = [_named(canonical, name) for name in table[column]]
    return table[table["holder"] != table["held"]]


def _parents(known: pd.DataFrame, canonical: dict[str, str]) -> pd.DataFrame:
    """Return the ultimate parent of each company.

    A seat where it is its own, otherwise a parent whose share is not stated.
    """
    held = [canonical[key(name)] for name in known["entity"]]
    named = known["ultimate_parent"].where(known["ultimate_parent"] != "", known["entity"])
    holder = [_named(canonical, name) for name in named]
    home = known["state_owned_by_iso3"].where(known["state_owned_by_iso3"] != "", known["parent_country_iso3"])
    table = known.assign(held=held, holder=holder, holder_iso3=home, share_pct=None)
    table["share_kind"] = ["seat" if own else "parent" for own in table["held"] == table["holder"]]
    table = table[(table["holder_iso3"] != "") | (table["share_kind"] == "parent")]
    table["placed"] = table["holder_iso3"] != ""
    return table.sort_values(["placed", "as_of", "owner_text"]).drop_duplicates("held", keep="last")


def _spellings(known: pd.DataFrame, canonical: dict[str, str]) -> pd.DataFrame:
    """Return the owner texts and company names that differ from the one name."""
    rows = [
        {
            **row,
            "held": spelt,
            "holder": canonical[key(row["entity"])],
            "share_kind": "name",
            "holder_iso3": "",
            "share_pct": None,
        }
        for row in known.to_dict("records")
        for spelt in (row["owner_text"], row["entity"])
    ]
    table = pd.DataFrame(rows)
    return table[table["held"] != table["holder"]].drop_duplicates("held")
