"""Terms are found in the Japanese and the English legend of a geological map alike."""

from __future__ import annotations

import pytest

from scoring.prospectivity.words import found, terms

#: Ages, units and rocks of the legend of the geological map 1:50,000 of Mino (Gifu), in Japanese and English as the
#: Geological Survey of Japan gives both. Source: https://www.gsj.jp/Map/JP/geology4-10.html#10082 (Geological Survey of
#: Japan, AIST; government standard terms of use 2.0, with attribution), read on 2026-11-28 from
#: https://github.com/forestacdev/vectertile-poc, doc/LEGEND_POLY.md of commit 4394412. Parts of a cell apart.
MINO = (
    ("礫・砂及び泥", "Gravel, sand and mud"),
    ("新生代 第四紀 完新世", "Cenozoic Quaternary Holocene"),
    ("新生代 第三紀", "Cenozoic Tertiary"),
    ("第三紀", "Tertiary"),
    ("完新世", "Holocene"),
    ("更新世", "Pleistocene"),
    ("前期中新世", "Early Miocene"),
    ("後期白亜紀", "Late Cretaceous"),
    ("ジュラ紀中期-白亜紀最前期（付加年代）", "Middle Jurassic-earliest Cretaceous (Age of accretion)"),
    ("安山岩", "Andesite"),
    ("礫岩及び砂岩", "Conglomerate and sandstone"),
    ("奥美濃酸性岩類", "Okumino Acid Igneous Complex"),
    ("石英斑岩・花崗斑岩及び珪長石", "Quartz porphyry, granite porphyry and felsite"),
    ("トーナル岩及び閃緑斑岩", "Tonalite and diorite porphyry"),
    ("黒雲母花崗岩及び花崗斑岩", "Biotite granite and granite porphyry"),
    ("流紋岩溶岩", "Rhyolite lava"),
    ("凝灰岩質泥岩・ガラス質凝灰岩互層", "Alternating beds of tuffaceous mudstone and vitric tuff"),
    ("流紋岩溶結凝灰岩", "Rhyolite welded tuff"),
    (
        "凝灰質砂岩・泥岩，礫岩・軽石凝灰岩・デイサイト溶岩を伴う",
        "Tuffaceous sandstone and mudstone, with conglomerate, pumice tuff and dacite lava",
    ),
    (
        "流紋岩－デイサイト凝灰岩（一部溶結），流紋岩溶岩・凝灰角礫岩・凝灰質砂岩・泥岩を伴う",
        "Rhyolite-Dacite tuff (partly welded), with rhyolite lava, tuff breccia, tuffaceous sandstone and mudstone",
    ),
    ("美濃帯堆積岩コンプレックス", "Mino Sedimentary Complex"),
    (
        "泥岩，砂岩・珪質泥岩・チャート・石灰岩・玄武岩の礫・岩塊を含む",
        "Mudstone, with clasts of sandstone, siliceous shale, chert, limestone and basalt",
    ),
    ("チャート石灰岩互層", "Alternating beds of chert and limestone"),
    ("層状チャート", "Bedded chert"),
    ("“砥石型”珪質粘土岩", '"Toishi type" siliceous claystone'),
)


def held(text: str) -> set[str]:
    return {term for term in terms() if found([term], [text])[0]}


@pytest.mark.parametrize(("ja", "en"), MINO)
def test_a_legend_of_the_geological_survey_of_japan_gives_the_same_terms_in_both_languages(ja: str, en: str) -> None:
    assert held(ja) == held(en)


def test_terms_of_that_legend_are_found_at_all() -> None:
    assert {term for ja, _ in MINO for term in held(ja)} >= {
        *("sedimentary", "felsic_volcanic", "intermediate_volcanic", "granitoid", "porphyritic_intrusion", "mafic"),
        *("carbonate", "mesozoic", "cenozoic"),
    }


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("超苦鉄質岩", {"ultramafic"}),
        ("超塩基性岩及び塩基性岩", {"ultramafic", "mafic"}),
        ("花崗閃緑岩", {"granitoid"}),
        ("花崗閃緑岩、石英閃緑岩", {"granitoid", "porphyritic_intrusion"}),
        ("no ultramafic rocks", set()),
        ("Mino sedimentary complex", {"sedimentary"}),  # ends with "no", and denies nothing
    ],
)
def test_a_word_within_another_is_not_that_word(text: str, holds: set[str]) -> None:
    assert held(text) == holds
