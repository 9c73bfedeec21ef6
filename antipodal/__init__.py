"""The exact laboratory for toy models of superposition, in one import.

A model is f(x) = ReLU(WᵀWx + b) with W (m, n) and b (n,), or ReLU(W_out W x + b) with W_out (n, m); a feature x_i is 0 with
probability `sparsity`, else uniform on [0, 1]; K = Σ_i I_i E(x_i − f_i)². Two routes lead to each number and share no code;
every name says which it takes.

exact (rationals, algebraic numbers, rigorous enclosures; a float is refused)
    exact_loss, enclose_loss, SmallestModel, phase_boundary, phase_diagram (evaluated in floats), certify, polytope, winners,
    thomson
floats (NumPy in, float64 out, without sampling)
    loss, value_and_gradient, hessian, minimise_loss, describe, feature_norms, superposition, feature_dimensionality,
    dimensions_per_feature, capacity
training (sampled; torch)
    train, TrainConfig, Family, Sweep
both
    judge, Judgement, atlas, read_weights, plot, and the laws Independent, OneHot, Correlated, Anticorrelated, ExactlyActive,
    Tree, Product, with the Magnitude of an active feature

Nothing is loaded before it is asked for. The packages behind the door, `analytic`, `numeric`, `figures` and `verify`, are
public and hold more.
"""

from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    try:
        return _load(name)
    except ImportError as error:
        from .hidden import hidden_by

        if hidden := hidden_by():
            raise hidden from error
        raise
