"""Portfolios that were asked for, shared by all sessions: the facts they are chosen from are read once a state."""

from __future__ import annotations

from data.bounded_cache import BoundedCache
from scoring.supply.portfolio_answer import Study
from scoring.supply.portfolio_facts import Facts, read_facts
from scoring.supply.portfolio_instruments import Offer, offers
from scoring.supply.portfolio_study import Progress, Question, study
from workspace.ranking_cache import RankingCache
from workspace.rankings import VIEW

#: Bytes of the facts of portfolios and of a study, about.
FACTS_BYTES, STUDY_BYTES = 40_000_000, 400_000
_FACTS: BoundedCache[tuple[int, int], Facts] = BoundedCache(2, 2 * FACTS_BYTES, lambda _facts: FACTS_BYTES)
_STUDIES: BoundedCache[tuple[int, int, Question], Study] = BoundedCache(
    24, 24 * STUDY_BYTES, lambda _study: STUDY_BYTES
)


def supply(view: RankingCache = VIEW) -> Facts:
    """Return what portfolios are chosen from.

    Parameters
    ----------
    view : RankingCache, optional
        By default that of the app; the API has its own.
    """
    return _FACTS.get((id(view), view.state), lambda: read_facts(view.facts))


def portfolio(question: Question, progress: Progress = lambda _share: None, view: RankingCache = VIEW) -> Study:
    """Return the portfolio of a question; see `scoring.supply.portfolio_study.study`.

    Parameters
    ----------
    question : Question
    progress : callable, optional
        Is told the share of the work that is done, unless it was done before.
    view : RankingCache, optional
        By default that of the app; the API has its own.

    Raises
    ------
    PortfolioError
        If the question cannot be asked, or its limits clash.
    """
    key = (id(view), view.state, question)
    return _STUDIES.get(key, lambda: study(supply(view), question, progress))


def instruments(made: Study, view: RankingCache = VIEW) -> tuple[Offer, ...]:
    """Return the instruments of the Framework that may fit the projects of a portfolio.

    Parameters
    ----------
    made : Study
    view : RankingCache, optional
        By default that of the app; the API has its own.
    """
    return offers(view.facts, made.lines)
