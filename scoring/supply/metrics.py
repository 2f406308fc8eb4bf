"""Measures of vulnerability as a list, so that a door can show any of them without naming it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scoring.supply.concentration import Interval
from scoring.supply.vulnerability import Cell


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure of a cell.

    Attributes
    ----------
    id, title, title_ja : str
    about, about_ja : str
        In one sentence: what it says.
    unit : str
        ``%`` or empty.
    worst, best : float
        Ends of the colour scale, in the unit.
    of : callable
        Cell -> its interval; None: unknown.
    counts : bool
        Whether it is a number of things.
    """

    id: str
    title: str
    title_ja: str
    about: str
    about_ja: str
    unit: str
    worst: float
    best: float
    of: Callable[[Cell], Interval | None]
    counts: bool = False

    def severity(self, cell: Cell) -> float:
        """Return where the middle of a cell's interval lies between the best end (0) and the worst (1); -1: unknown.

        Parameters
        ----------
        cell : Cell
        """
        ends = self.of(cell)
        if ends is None:
            return -1.0
        middle = (ends.low + min(ends.high, max(self.best, self.worst))) / 2
        return min(1.0, max(0.0, (middle - self.best) / (self.worst - self.best)))


def _leading(cell: Cell) -> Interval | None:
    return cell.concentration.leading_share_pct if cell.concentration else None


def _covered(cell: Cell) -> Interval | None:
    return cell.concentration.covered_share_pct if cell.concentration else None


def _index(cell: Cell) -> Interval | None:
    return cell.concentration.hhi if cell.concentration else None


def _times(cell: Cell) -> Interval | None:
    return cell.without_leader.times if cell.without_leader else None


def _allied_share(cell: Cell) -> Interval | None:
    return cell.allied.share_pct if cell.allied else None


def _allied_sites(cell: Cell) -> Interval | None:
    return Interval(cell.allied.listed, cell.allied.listed) if cell.allied else None


_ALL = (
    Metric(
        "net_import_reliance",
        "Net import reliance",
        "純輸入依存度",
        "Imports less exports in percent of apparent consumption: as USGS prints it, else modelled from trade.",
        "見掛消費に占める純輸入の割合です。USGS の公表値を用い、ない場合は貿易から推計します。",
        "%",
        100.0,
        0.0,
        lambda cell: cell.reliance.percent,
    ),
    Metric(
        "leading_share",
        "Share of the leading country",
        "最大生産国のシェア",
        "Share of the largest producer in what is published.",
        "公表されている生産量に占める最大生産国の割合です。",
        "%",
        100.0,
        0.0,
        _leading,
    ),
    Metric(
        "covered_share",
        "Share of covered nations",
        "懸念国のシェア",
        "Share of China, Russia, Iran and North Korea together (10 USC 4872).",
        "中国・ロシア・イラン・北朝鮮（10 USC 4872）の合計の割合です。",
        "%",
        100.0,
        0.0,
        _covered,
    ),
    Metric(
        "hhi",
        "Herfindahl-Hirschman index",
        "ハーフィンダール・ハーシュマン指数（HHI）",
        "Sum of squared shares of producing countries, 0 to 1; lower end: other countries are many, upper end: one.",
        "生産国シェアの二乗和（0～1）です。下限は「その他の国」が多数、上限は1か国の場合です。",
        "",
        1.0,
        0.0,
        _index,
    ),
    Metric(
        "without_leader",
        "Supply without its leader (N-1), times demand",
        "最大供給国を除く供給の対需要倍率（N-1）",
        "World supply less the leader's, over the demand of the desk; below 1 it could not cover it.",
        "最大供給国を除いた世界供給を当該国・地域の需要で割った値です。1未満では需要を賄えません。",
        "",
        0.0,
        10.0,
        _times,
    ),
    Metric(
        "geopolrisk",
        "GeoPolRisk",
        "GeoPolRisk（地政学的供給リスク）",
        "Concentration of world production times imports weighted by the instability of their origin, 0 to 1.",
        "世界生産の集中度に、輸入元の政情不安で重み付けした輸入依存を掛けた値（0～1）です。",
        "",
        0.5,
        0.0,
        lambda cell: cell.geopolrisk,
    ),
    Metric(
        "allied_output",
        "Allied output stated, of world supply",
        "同志国の公表産出量（対世界供給比）",
        "What allied sites that count state to put out, over world supply: a least amount, for others state nothing.",
        "対象とする同志国の地点が公表する産出量を世界供給で割った値です。公表しない地点があるため、少なくともこの量です。",
        "%",
        0.0,
        50.0,
        _allied_share,
    ),
    Metric(
        "allied_sites",
        "Allied sites at the stage",
        "同志国の地点数（この工程）",
        "Allied sites of the database that count; a site that is not listed is not thereby absent.",
        "データベースにある同志国の地点のうち、対象とするものの数です。掲載がない地点が存在しないとは限りません。",
        "",
        0.0,
        10.0,
        _allied_sites,
        counts=True,
    ),
)
METRICS: Mapping[str, Metric] = {metric.id: metric for metric in _ALL}
