"""The functions of the door against the table of hostile arguments."""

import pytest
from hostile_arguments import Call, call, right

import antipodal

EXACT = {"W": [[1, "-1/2"], [0, "3/4"]], "b": [0, "-1/8"], "sparsity": "1/2", "importance": [1, 2]}
FLOATS = {"W": [[1.0, -0.5], [0.0, 0.75]], "b": [0.0, -0.125], "sparsity": [0.5, 0.25], "importance": [1.0, 2.0]}
VALID: dict[str, Call] = {
    "exact_loss": call(**EXACT),
    "enclose_loss": call(**EXACT, digits=5),
    "loss": call(**FLOATS),
    "value_and_gradient": call(**FLOATS),
    "hessian": call(**FLOATS),
    "minimise_loss": call(n=2, m=1, sparsity=0.5, starts=1),
    "Independent": call(sparsity=["1/2", 0]),
    "Correlated": call(groups=[[0, 1]], sparsity="1/2"),
    "Anticorrelated": call(groups=[[0, 1]], sparsity="1/2"),
    "read_weights": call(source=[[1.0, -0.5, 2.0], [0.0, 0.75, 1.0]]),
}


@pytest.mark.parametrize("name", VALID)
@pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning", "ignore::analytic.exact.TransposedWarning")
def test_hostile_arguments_are_taken_rightly_or_refused_in_a_sentence(name: str) -> None:
    right(name, getattr(antipodal, name), VALID[name], 1, 0)
