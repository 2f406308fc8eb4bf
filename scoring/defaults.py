"""What a list is ranked by unless chosen otherwise: preset, method, order. Imports nothing: commands start fast."""

from typing import Final

DEFAULT_PRESET: Final = "joint"
#: Pillars that the first version had, for whoever takes any scenario.
PLAIN_PRESET: Final = "balanced"
#: What a page or command opens with: the candidates, not every site, and the first step of the supply chain.
DEFAULT_UNIVERSE: Final = "projects"
DEFAULT_STEP: Final = "mines"
#: How addresses and commands say that mines and plants are compared on what they share.
SIDE_BY_SIDE: Final = "side-by-side"
DEFAULT_METHOD: Final = "weighted_sum"
#: Of addresses, saved scenarios and API calls that name no order.
DEFAULT_ORDER: Final = "shrunk"
#: How missing evidence counts where a page or command opens: as among peers (decision 0040).
OPENING_ORDER: Final = "expected"
DEFAULT_JOINT_RULE: Final = "mean"
DEFAULT_CURVE: Final = "linear"
#: The pillar that counts where every weight is 0.
FALLBACK_PILLAR: Final = "grade"
