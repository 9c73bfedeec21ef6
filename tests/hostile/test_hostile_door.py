"""The functions of the door against the table of hostile arguments."""

import pytest
import test_hostile_analytic as exact
import test_hostile_figures as users
import test_hostile_numeric as floats
from hostile_arguments import Call, call, right, share

import antipodal

EXACT = {"W": [[1, "-1/2"], [0, "3/4"]], "b": [0, "-1/8"], "sparsity": "1/2", "importance": [1, 2]}
FLOATS = {"W": [[1.0, -0.5], [0.0, 0.75]], "b": [0.0, -0.125], "sparsity": [0.5, 0.25], "importance": [1.0, 2.0]}
EXACT_OUT = {"W_out": [[1, 0], ["-1/2", "3/4"]], "output": "relu"}
FLOAT_OUT = {"W_out": [[1.0, 0.0], [-0.5, 0.75]], "output": "relu"}
VALID: dict[str, Call] = {
    "exact_loss": call(**EXACT, **EXACT_OUT),
    "enclose_loss": call(**EXACT, **EXACT_OUT, digits=5),
    "loss": call(**FLOATS, **FLOAT_OUT),
    "value_and_gradient": call(**FLOATS, **FLOAT_OUT),
    "hessian": call(**FLOATS, **FLOAT_OUT),
    "minimise_loss": call(n=2, m=1, sparsity=0.5, starts=1, tied=False, output="relu", target="absolute"),
    "Independent": call(sparsity=["1/2", 0]),
    "Correlated": call(groups=[[0, 1]], sparsity="1/2"),
    "Anticorrelated": call(groups=[[0, 1]], sparsity="1/2"),
    "ExactlyActive": call(k=1),
    "Magnitude": call(parts=(("1", 0, 1),)),
    "Product": call(groups=[[0, 1]], laws=antipodal.ExactlyActive(1)),
    "Tree": call(edges=[[0, 1]], probabilities=["1/2", 0.25]),
    "TrainConfig": floats.VALID["numeric.train.config.TrainConfig"],
    "Sweep": floats.VALID["numeric.sweep.grid.Sweep"],
    "atlas": call(n=3, m=2, sparsity=0.9, importance=[1.0, 1.0, 1.0])._replace(without=("a law of numeric",)),
    "Family": call(hidden="linear", output="relu", tied=False, target="identity"),
    "judge": call(**FLOATS, **FLOAT_OUT, starts=1, seconds=1),
    "read_weights": call(source=[[1.0, -0.5, 2.0], [0.0, 0.75, 1.0]], tied=True),
}


SHARE = share(2)
OF_THEIR_OWN = ("Judgement", "LossSolution", "OneHot")
"""What others return, and what takes nothing."""


def test_every_name_of_the_door_is_in_a_table() -> None:
    tables = {**exact.FUNCTIONS, **floats.FUNCTIONS, **{name: one.function for name, one in users.KNOWN.items()}}
    elsewhere = {id(function) for function in tables.values()}
    names = {name for name in antipodal.__all__ if callable(getattr(antipodal, name))}
    assert {name for name in names if id(getattr(antipodal, name)) not in elsewhere} - {*OF_THEIR_OWN} == {*VALID}


@pytest.mark.fuzz
@pytest.mark.parametrize("name", VALID)
@pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning", "ignore::analytic.exact.TransposedWarning")
@pytest.mark.slow
def test_hostile_arguments_are_taken_rightly_or_refused_in_a_sentence(name: str) -> None:
    right(name, getattr(antipodal, name), VALID[name], SHARE, list(VALID).index(name))
