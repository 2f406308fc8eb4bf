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
TRIAL = re.compile(
    r"^(only )?(the |a )?(pilot|demonstration)\b"
    r"|\b(started|begun|running|runs|produced|fed) (at|in|to) (the |a |its )(\S+ t/y )?(pilot|demonstration)\b",
    re.I,
)


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
    r"decision\b[^.;,]*\b(outstanding|open|awaited)|finance still open|\bworks? to (begin|start)\b"
    r"|\bsite preparation\b",
    re.I,
)


def is_early_works(row: pd.Series) -> bool:
    """Tell whether a statement of the stage "construction" says that the decision to build is still open."""
    return row["text"] == "construction" and bool(NO_DECISION.search(f"{row['scope']} {row['evidence']}"))


#: What a study is called -> the stage that it is of, and the one that a project has reached while it is being made.
STUDIES = {
    "prefeasibility": (
        re.compile(
            r"\bPFS\b|\bpre-?feasibility\b|\bPEA\b|\bscoping\b|\beconomic (study|assessment)\b"
            r"|\binitial assessment with (an )?economic",
            re.I,
        ),
        "resource",
    ),
    "feasibility": (
        re.compile(
            r"\b[DB]FS\b|\b(definitive|bankable|final) (\w+ )?stud(y|ies)\b|(?<!pre)(?<!pre-)\bfeasibility\b", re.I
        ),
        "prefeasibility",
    ),
}
UNFINISHED = re.compile(
    r"\b(under ?way|in progress|due|misses|to be (made|delivered|prepared|completed)|to (come|finish|follow)|begun"
    r"|began|started|commenced|funded|ordered|expected|planned|aimed|targeted|work|pays?|conclude|on track|nearing"
    r"|going on|(given|contract) to|runs? to|leads? to|entering|in (DFS|PFS|definitive feasibility study) phase)\b"
    r"|\bfunds?\b.*\b(of|for|DFS|PFS)\b|\b(money|grant|adds|award)\b.* (for|to (finish|advance)) "
    r"|\bwithin \w+ (weeks|months)\b|\bby (the )?(end|early|mid|Q\d|[A-Z]\w+ 20)",
    re.I,
)
FINISHED = re.compile(r"\bupdat|\boptimi[sz]ed\b|\bdone\b|\bcomplete|\bfinished\b", re.I)
#: Words of an end that is not reached: "to be done by end of 2026", "being finalised", "not yet complete", "70 % done".
NOT_AS_YET = re.compile(
    r"(\b(to be|being|not( yet)?|nearly|largely|partly|about)|\b\d+ ?(%|per ?cent)) "
    r"(\w+ly )?(done|finished|finali[sz]ed|completed?|presented|shown)\b|\bon completion of\b",
    re.I,
)
#: Studies that count as prefeasibility beside the one of that name: where one of them is out, the stage is reached.
#: American rules call such a study an initial assessment; without an economic analysis it is one of the resource.
SCOPING = re.compile(
    r"\bPEA\b|\bscoping\b|\beconomic (study|assessment)\b|\binitial assessment with (an )?economic", re.I
)
#: A clause that speaks of "the study" and names none: of the one after which the row's stage is called.
PLAIN_STUDY = re.compile(r"^\W*(the |its )?stud(y|ies)\b", re.I)


def is_study_to_come(row: pd.Series) -> bool:
    """Tell whether a statement of a stage that is named after a study says that this study is not done.

    Clause by clause, since the next one may speak of another study; an update leaves the study that it renews. A word
    of an end counts only where the end is reached: a study "to be done by 2026" or "being finished" is not done.
    A scoping study that is out is a study of the stage "prefeasibility": the next one under way takes nothing from it.
    """
    if row["text"] not in STUDIES:
        return False
    study = STUDIES[row["text"]][0]
    clauses = _clauses(row)
    if row["text"] == "prefeasibility" and any(SCOPING.search(each) and not _to_come(each) for each in clauses):
        return False
    return any(_to_come(clause) for clause in clauses if study.search(clause) or PLAIN_STUDY.search(clause))


def _clauses(row: pd.Series) -> list[str]:
    """Return what a statement says, clause by clause."""
    return re.split(r"[;,.] ", f"{row['scope']}; {row['evidence']}")


def _to_come(clause: str) -> bool:
    """Tell whether a clause that speaks of a study says that it is not done."""
    reached, ends_to_come = NOT_AS_YET.subn("", clause)
    return bool(ends_to_come or UNFINISHED.search(clause)) and not FINISHED.search(reached)


def is_trial(row: pd.Series) -> bool:
    """Tell whether a statement of works that are built or run speaks of a pilot or demonstration works."""
    built = row["text"] in ("operating", "construction", "commissioning")
    return built and any(TRIAL.search(row[said]) for said in ("scope", "evidence"))


def stage_of(row: pd.Series) -> str:
    """Return our stage; a works in commissioning is one being built until it makes its product.

    A pilot or demonstration works that is built or runs leaves the works itself to be decided on; a project whose
    study is being made has reached the stage before it.
    """
    if is_study_to_come(row):
        return STUDIES[row["text"]][1]
    if is_trial(row):
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


#: Stages of a project before its works are built, the earliest first.
TO_BE_BUILT = ("resource", "prefeasibility", "feasibility", "planned", "permitted")
#: Words of permits that are still sought.
STILL_SOUGHT = re.compile(
    r"\b(permit|licen[cs]|approval)\w*\b[^;,]*\b(outstanding|pending|awaited|undecided|under review|not yet)"
    r"|\b(rest|permits?) to follow\b",
    re.I,
)


def stages_of(rows: pd.DataFrame) -> dict[int, str]:
    """Return our stage of each statement of a project, as the other statements bear on it.

    A study that a page says is under way is still to be made where the same page, of the same day, names a later stage.
    A trial works leaves the works at what its newest study says. A permit held does not lapse because a later page
    speaks of the study that is done, or of the works as planned: such a page leaves the project permitted, unless it or
    a permit of that day or later says that permits are still sought. Where a page of that day or later says that the
    study is not done, the study decides: it is what is left to do. Nor does a later page that speaks of the resource
    alone take back a study of the last five years; one that speaks of a study takes back all but a scoping study, which
    stays unless withdrawn (so it does where the later page tells of drilling).

    Parameters
    ----------
    rows : DataFrame
        Claims of one project: attribute, text, scope, evidence, source_url, as_of, retrieved, standing (text).

    Returns
    -------
    dict of int to str
        Label of the row in the frame -> stage, of the rows that state a stage.
    """
    stages = rows[rows["attribute"] == "stage"]
    own = {int(str(at)): stage_of(row) for at, row in stages.iterrows()}
    under_way = {
        (row["source_url"], row["as_of"]): stage_of(row) for _, row in stages.iterrows() if is_study_to_come(row)
    }
    permitted, studied = _permitted_since(rows), _newest_study(stages)
    for at, row in stages.iterrows():
        label = int(str(at))
        if is_trial(row):
            own[label] = studied or own[label]
        study = under_way.get((row["source_url"], row["as_of"]), own[label])
        if own[label] in TO_BE_BUILT and TO_BE_BUILT.index(own[label]) > TO_BE_BUILT.index(study):
            own[label] = study
        day, said = stated_day(row["as_of"], row["retrieved"]), f"{row['scope']}; {row['evidence']}"
        if own[label] in ("exploration", "resource") and _scoping_done(rows, row):
            own[label] = "prefeasibility"
        if row["text"] == "resource" and not OF_A_STUDY.search(said):
            own[label] = _study_before(stages, day) or own[label]
        takes_back_nothing = row["text"] == own[label] and own[label] in ("feasibility", "planned")
        if takes_back_nothing and "" < permitted <= day and not STILL_SOUGHT.search(said):
            own[label] = "permitted"
    return own


#: Words of a page on the resource that speak of a study: under way, to be made anew, withdrawn.
OF_A_STUDY = re.compile(r"\bstud(y|ies)\b|\b[DBP]?FS\b|\bPEA\b|\bwithdr|\bnot supported\b", re.I)
#: Words of a page that takes back the study made before, or the right to mine.
WITHDRAWN = re.compile(r"\bwithdr|\bno longer\b|\bnot supported\b", re.I)
#: Words of a study that is out.
DONE = re.compile(r"\b(done|completed?|finished|released|out)\b", re.I)
#: A study so many years older than a statement of the resource is not taken to hold for it.
STUDY_HOLDS_YEARS = 5


def _holds(study: str, day: str) -> bool:
    """Tell whether a study of one day is out and not too old on another; an undated one is not."""
    return "" < study <= day and int(day[:4]) - int(study[:4]) <= STUDY_HOLDS_YEARS


def _is_scoped(clause: str) -> bool:
    """Tell whether a clause speaks of a scoping study and not of one, or of its update, that is still to come."""
    reached, ends_to_come = NOT_AS_YET.subn("", clause)
    return bool(SCOPING.search(clause)) and not ends_to_come and not UNFINISHED.search(reached)


def _scoping_done(rows: pd.DataFrame, row: pd.Series) -> bool:
    """Tell whether a scoping study is out when a page speaks of the resource, or of the next study under way."""
    if WITHDRAWN.search(f"{row['scope']} {row['evidence']}"):
        return False
    if any(_is_scoped(each) and DONE.search(each) for each in _clauses(row)):
        return True
    day = stated_day(row["as_of"], row["retrieved"])
    named = (rows["attribute"] == "study") | ((rows["attribute"] == "stage") & (rows["text"] == "prefeasibility"))
    return any(
        _holds(stated_day(each["as_of"], each["retrieved"]), day)
        and any(_is_scoped(clause) for clause in (each["text"], *_clauses(each)))
        for _, each in rows[named & (rows["standing"] != "weak")].iterrows()
    )


def _study_before(stages: pd.DataFrame, day: str) -> str:
    """Return the stage of the last study that is out on a day; empty: none of the last years, or it is undated."""
    sure = stages[(stages["standing"] != "weak") & stages["text"].isin(list(STUDIES))]
    out = [(stated_day(row["as_of"], row["retrieved"]), stage_of(row)) for _, row in sure.iterrows()]
    held = [(when, stage) for when, stage in out if stage in STUDIES and _holds(when, day)]
    return max(held, default=("", ""))[1]


def _newest_study(stages: pd.DataFrame) -> str:
    """Return the stage that the newest statement of a study says, if it is before feasibility; empty: none is."""
    sure = stages[(stages["standing"] != "weak") & stages["text"].isin(list(STUDIES))]
    newest = max(
        (row for _, row in sure.iterrows()), key=lambda row: stated_day(row["as_of"], row["retrieved"]), default=None
    )
    return "" if newest is None or stage_of(newest) not in TO_BE_BUILT[:2] else stage_of(newest)


def _permitted_since(rows: pd.DataFrame) -> str:
    """Return the newest day on which a page says "permitted" while a permit is held; empty: none, or more is sought."""
    sure = rows[rows["standing"] != "weak"]
    permits = sure[sure["attribute"] == "permit"]
    if not permits["scope"].str.match(r"held\b").any():
        return ""
    said = [
        stated_day(row["as_of"], row["retrieved"])
        for _, row in sure[(sure["attribute"] == "stage") & (sure["text"] == "permitted")].iterrows()
        if not is_one_permit(row) and not STILL_SOUGHT.search(f"{row['scope']}; {row['evidence']}")
    ]
    since = max(said, default="")
    pending = permits["scope"].str.match(r"(pending|applied|refused|revoked)\b") & (permits["as_of"] >= since)
    unstudied = (
        stage_of(row) in TO_BE_BUILT[:2] and stated_day(row["as_of"], row["retrieved"]) >= since
        for _, row in sure[sure["attribute"] == "stage"].iterrows()
    )
    return "" if pending.any() or any(unstudied) else since


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
