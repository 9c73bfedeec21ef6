"""The smallest model with bias: the global minimum, proved by branch and bound.

certification   `certify`: the minimum, or why it is not certified; setting: what for; minimiser: what is known of the place
angle           cells of the circle of directions, in integers; search: the cover of it
linear, point   the loss and its critical points in a direction; jet: their derivatives
forms           closed forms of the phases; boundary: where they meet; triple: three of them; ranges: of sparsity;
                table: the points that are shipped
"""

from .boundary import drop_boundary, jump_boundary, penalty_boundary
from .certification import Certified, NotCertified, certify
from .ranges import DropRange, certify_drop

__all__ = [
    "Certified", "DropRange", "NotCertified", "certify", "certify_drop", "drop_boundary", "jump_boundary", "penalty_boundary",
]  # fmt: skip
