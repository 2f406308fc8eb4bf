"""Compounds and what they hold of what we count, by weight; standard atomic weights."""

from __future__ import annotations

import re

#: Compound -> share of the metal.
METAL_IN = {
    "WO3": 0.793,
    "Li2O": 0.4645,
    "Li2CO3": 0.1879,
    "LiOHH2O": 0.1654,
    "Ga2O3": 0.7439,
    "U3O8": 0.848,
    "MoS2": 0.5994,
}
#: (what a grade is of, our basis where that is no metal) -> factor.
TO_BASIS = {
    ("KCl", "K2O"): 0.6317,
    ("Ta", "Ta2O5"): 1.2211,
    ("TGC", "graphitic C"): 1.0,
    ("Cg", "graphitic C"): 1.0,
    ("C(g)", "graphitic C"): 1.0,
    ("GC", "graphitic C"): 1.0,
}
#: Words of a product -> compound: lithium hydroxide is sold as the monohydrate.
PRODUCTS = {"lithium hydroxide": "LiOHH2O", "lithium carbonate": "Li2CO3"}


def to_basis(said: str, basis: str) -> float | None:
    """Return the factor from what a grade is of to our basis; None where the two are not known to go together.

    Parameters
    ----------
    said, basis : str
        Formula or word, such as ``WO3`` and ``W``.

    Examples
    --------
    >>> to_basis("WO3", "W"), to_basis("TGC", "graphitic C"), to_basis("Cu", "Cu"), to_basis("sulphide", "Cu")
    (0.793, 1.0, 1.0, None)
    """
    if said == basis:
        return 1.0
    metal = METAL_IN.get(said)
    return metal if metal is not None and said.startswith(basis) else TO_BASIS.get((said, basis))


def metal_in_product(words: str) -> float:
    """Return the share of metal in a product that is sold as a compound; 1 for any other.

    Parameters
    ----------
    words : str
        What a source calls the product.

    Examples
    --------
    >>> metal_in_product("battery grade lithium hydroxide"), metal_in_product("gallium metal")
    (0.1654, 1.0)
    """
    low = words.lower()
    return next((METAL_IN[compound] for product, compound in PRODUCTS.items() if product in low), 1.0)


#: Words of dysprosium and terbium stated together; a sum with further oxides ("600 t ... + 800 t ...") is none.
DYSPROSIUM_AND_TERBIUM = re.compile(
    r"^(?!.*\+ ?\d).*(DyTb|Dy and Tb|Dy, Tb|Dy/Tb|dysprosium and terbium|terbium and dysprosium)", re.I
)
#: What of both is dysprosium, least and most: of the six projects of the ledger that state both apart.
DYSPROSIUM_OF_BOTH = (0.67, 0.87)
DYSPROSIUM_OF_BOTH_REFERENCE = (
    "dysprosium and terbium together: of six projects of the bundle that state both, dysprosium is 67 to 87 %"
    " (SRC, White Mesa, Dubbo, Donald, Aclara, Norra Karr)"
)


def share_in_product(words: str, commodity: str) -> tuple[float, float]:
    """Return the share of a commodity in what a source states the tonnes of, least and most; 1 where they are of it.

    Parameters
    ----------
    words : str
        What a source calls the product.
    commodity : str
        Id of the commodity under which the tonnes are filed.

    Examples
    --------
    >>> share_in_product("lithium carbonate", "lithium"), share_in_product("Dy and Tb oxides together", "dysprosium")
    ((0.1879, 0.1879), (0.67, 0.87))
    >>> share_in_product("Dy and Tb oxides", "rare earths"), share_in_product("dysprosium oxide", "dysprosium")
    ((1.0, 1.0), (1.0, 1.0))
    """
    if commodity == "dysprosium" and DYSPROSIUM_AND_TERBIUM.search(words):
        return DYSPROSIUM_OF_BOTH
    share = metal_in_product(words)
    return share, share
