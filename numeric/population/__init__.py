"""The expected loss of ReLU(WᵀWx + b), or ReLU(W_out W x + b), without sampling, one row of WᵀW at a time.

loss         what users call, with second_derivatives; given: read and checked; derivatives: rows as torch functions;
             model_hessian: of a model
models       stacks of models, and the threads that share them; factors: a row and its law as factors; tiny: rows enlarged
row_values   each row by the route that serves it
small        few features (few_features): vertices, faces; compiled vertex_kernel, vertex_hessian_kernel, face_kernel
dominant     rows with few large entries; small_entries: the others of such a row
line_rows    many features, by lines; compiled plan_kernel (plan_bounds), line_kernel (line_groups, line_block);
             transform: in torch, at nodes
few_active   supports of at most two features; compiled few_kernel (few_means); moments: of the others
any_law      others: general, law_moments, boxes, means over a cube; law_lines, recursion in graded polynomials; kink_slopes
"""

from .any_law import takes_law
from .given import OUTPUTS, TARGETS
from .kink_slopes import ConvexKinks, convex_kinks, kinks, one_sided_slope
from .loss import UntiedGradient, ValueAndGradient, expected_loss, feature_losses, value_and_gradient
from .models import ACCURACY
from .second_derivatives import hessian, hessian_vector_product

__all__ = [
    "ACCURACY", "OUTPUTS", "TARGETS", "ConvexKinks", "UntiedGradient", "ValueAndGradient", "convex_kinks", "expected_loss",
    "feature_losses", "hessian", "hessian_vector_product", "kinks", "one_sided_slope", "takes_law", "value_and_gradient",
]  # fmt: skip
