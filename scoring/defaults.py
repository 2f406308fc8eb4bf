"""What a list is ranked by unless chosen otherwise: preset, method, order. Imports nothing: commands start fast."""

from typing import Final

DEFAULT_PRESET: Final = "balanced"
DEFAULT_METHOD: Final = "weighted_sum"
DEFAULT_ORDER: Final = "shrunk"
DEFAULT_JOINT_RULE: Final = "mean"
DEFAULT_CURVE: Final = "linear"
#: The pillar that counts where every weight is 0.
FALLBACK_PILLAR: Final = "grade"
