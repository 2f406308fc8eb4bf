"""The stage that the ledger's statements say: studies to come, single permits, early works, trial works."""

from __future__ import annotations

import re

import pandas as pd

from data.bundling.curated import STAGES, stated_day

#: Stages of works that stand.
BUILT = ("operating", "care and maintenance", "suspended", "closed")


def stands(rows: pd.DataFrame) -> bool:
    """Tell whether a project's works stand, by the newest stage that is no weak claim."""
    stages = [row for _, row in rows.iterrows() if row["attribute"] == "stage" and row["standing"] != "weak"]
    newest = max(reversed(stages), key=lambda row: stated_day(row["as_of"], row["retrieved"]), default=None)
    return newest is not None and stage_of(newest) in BUILT


#: Words of a works in commissioning that already makes what it is for.
STARTED = re.compile(
    r"ramp|opened|first (product|shipment|batch|commercial|metal|oxide|battery-grade)|inaugurat|producing|began"
    r"|(operations|production) begun|to production",
    re.I,
)
#: A statement that speaks of a trial works: the works that is meant is not built by it.
TRIAL = re.compile(r"^(only )?(the |a )?(pilot|demonstration)\b", re.I)


#: Words of one permit of several: a licence to mine that comes before the impact assessments, or the federal part.
ONE_PERMIT = re.compile(
    r"exploitation (licen[cs]e|permit)|federal (permitting|approval)|record of decision|permits? to follow"
    r"|hearing open",
    re.I,
)


def is_one_permit(row: pd.Series) -> bool:
    """Tell whether a statement of the stage "permitted" rests on one permit, which leaves others to be got."""
    return row["text"] == "permitted" and bool(ONE_PERMIT.search(f"{row['scope']} {row['evidence']}"))


#: Words of a construction without its investment decision: ground broken or early works while the money is sought.
NO_DECISION = re.compile(
    r"decision\b[^.;,]*\b(outstanding|open|awaited)|finance still open|\bworks? to (begin|start)\b", re.I
)


def is_early_works(row: pd.Series) -> bool:
    """Tell whether a statement of the stage "construction" says that the decision to build is still open."""
    return row["text"] == "construction" and bool(NO_DECISION.search(f"{row['scope']} {row['evidence']}"))


#: What a study is called -> the stage that it is of, and the one that a project has reached while it is being made.
STUDIES = {
    "prefeasibility": (re.compile(r"\bPFS\b|\bpre-?feasibility\b", re.I), "resource"),
    "feasibility": (
        re.compile(
            r"\b[DB]FS\b|\b(definitive|bankable|final) (\w+ )?stud(y|ies)\b|(?<!pre)(?<!pre-)\bfeasibility\b", re.I
        ),
        "prefeasibility",
    ),
}
UNFINISHED = re.compile(
    r"\b(under ?way|in progress|due|misses|to be (made|delivered|prepared|completed)|to (come|finish|follow)|begun"
    r"|started|funded|ordered|expected|planned|work|pays?|conclude|in (DFS|PFS|definitive feasibility study) phase)\b",
    re.I,
)
FINISHED = re.compile(r"\bupdat|\boptimi[sz]ed\b|\bdone\b|\bcomplete|\bfinished\b", re.I)


def is_study_to_come(row: pd.Series) -> bool:
    """Tell whether a statement of a stage that is named after a study says that this study is not done.

    Clause by clause, since the next one may speak of another study; an update leaves the study that it renews.
    """
    if row["text"] not in STUDIES:
        return False
    study = STUDIES[row["text"]][0]
    clauses = re.split(r"[;,.] ", f"{row['scope']}; {row['evidence']}")
    return any(study.search(clause) and UNFINISHED.search(clause) and not FINISHED.search(clause) for clause in clauses)


def stage_of(row: pd.Series) -> str:
    """Return our stage; a works in commissioning is one being built until it makes its product.

    A pilot or demonstration works that is built or runs leaves the works itself to be decided on; a project whose
    study is being made has reached the stage before it.
    """
    if is_study_to_come(row):
        return STUDIES[row["text"]][1]
    if row["text"] in ("operating", "construction", "commissioning") and any(
        TRIAL.search(row[said]) for said in ("scope", "evidence")
    ):
        return STAGES["pilot"]
    if row["text"] == "commissioning" and STARTED.search(f"{row['scope']} {row['evidence']}"):
        return "operating"
    return str(STAGES.get(row["text"], row["text"]))


def started(rows: pd.DataFrame) -> str:
    """Return the first date on which a page that is not weak says that the works runs; empty: none does.

    A works that has started and is said to be in commissioning later goes on starting: it is not built anew.
    """
    stages = rows[(rows["attribute"] == "stage") & (rows["standing"] != "weak")]
    days = (stated_day(row["as_of"], row["retrieved"]) for _, row in stages.iterrows() if stage_of(row) == "operating")
    return min((day for day in days if day), default="")


#: Words of a study that somebody else made, before the project changed hands.
FORMER_OWNER = re.compile(r"\b(former|previous|earlier) (owner|holder|operator)", re.I)


def study_of_a_former_owner(rows: pd.DataFrame) -> str:
    """Tell whose the newest study is where its page says that it is a former owner's: "study of a former owner, 2013".

    Parameters
    ----------
    rows : DataFrame
        Claims of one project: attribute, scope, evidence, as_of, standing (text).

    Returns
    -------
    str
        Empty where no study is named, or the newest is not said to be a former owner's.
    """
    studies = rows[(rows["attribute"] == "study") & (rows["standing"] != "weak")]
    if studies.empty:
        return ""
    newest = studies.sort_values("as_of", kind="stable").iloc[-1]
    said = f"{newest['scope']}; {newest['evidence']}"
    if not FORMER_OWNER.search(said):
        return ""
    made = re.search(r"\b(?:19|20)\d\d\b", said)
    return f"study of a former owner, {made[0] if made else newest['as_of'][:4]}"
