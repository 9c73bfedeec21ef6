"""Targets for devinterp, an estimator of learning coefficients in torch: its samplers on losses that are exact.

devinterp 1.x (`pip install "antipodal[slt]"`) samples the parameters of a module on batches of a DataLoader and an
`evaluate` function; 2.x a module on a data set and a `loss_fn`. Here the module holds the parameters of a target as one
tensor (two copies of a tied W would have twice the noise), the batch is ignored, and the loss has the hand-written
gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from ..arguments import function, instance
from .target import Estimate, Target, temperature


class ExactLoss(torch.autograd.Function):
    """K of a target at parameters (d,), with its gradient."""

    @staticmethod
    def forward(context: Any, parameters: Tensor, target: Target) -> Tensor:
        value, gradient = target.value_and_gradient(parameters.detach().double().numpy()[None])
        context.save_for_backward(torch.from_numpy(gradient[0]).to(parameters))
        return parameters.new_tensor(float(value[0]))

    @staticmethod
    def backward(context: Any, *outward: Tensor) -> tuple[Tensor, None]:
        (gradient,) = context.saved_tensors
        return outward[0] * gradient, None


class ExactModel(nn.Module):
    """The parameters of a target, from its minimum; called with anything, it gives K."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = instance("target", target, Target, "a Target")
        self.parameters_ = nn.Parameter(torch.from_numpy(target.minimum.copy()))

    def forward(self, *batch: Any) -> Tensor:
        loss: Tensor = ExactLoss.apply(self.parameters_, self.target)  # type: ignore[no-untyped-call]
        return loss.clone()  # devinterp divides its loss in place


def devinterp_1(target: Target) -> tuple[ExactModel, DataLoader[Any], Callable[[nn.Module, Any], Tensor]]:
    """(model, loader, evaluate) for `estimate_learning_coeff` and `sample` of devinterp 1.x. The loader gives one empty
    batch for ever: pass nbeta = n/log n yourself, since devinterp takes the batch's size for n."""

    def evaluate(model: nn.Module, batch: Any) -> Tensor:
        loss: Tensor = model(batch)
        return loss

    return ExactModel(target), DataLoader(TensorDataset(torch.zeros(1, 1)), batch_size=1), evaluate


def devinterp_2(
    target: Target, rows: int = 64
) -> tuple[ExactModel, list[dict[str, list[int]]], Callable[[nn.Module, Any], Tensor]]:
    """(model, rows of a data set, loss_fn) for `llc` of devinterp 2.x: `datasets.Dataset.from_list(rows)` is its data
    set; `loss_fn(model, ids)` gives the exact loss for each row, (batch, 1)."""

    def loss(model: nn.Module, ids: Tensor) -> Tensor:
        return model().expand(len(ids)).unsqueeze(1)  # type: ignore[no-any-return]

    return ExactModel(target), [{"input_ids": [i, 0]} for i in range(rows)], loss


def devinterp_sgld(
    target: Target, n: int, seed: int, *, step: float = 5e-4, gamma: float = 0.1, chains: int = 8, steps: int = 2000
) -> Estimate:
    """An estimator for `benchmark`: SGLD of devinterp 1.x on the exact loss. ImportError without devinterp.

    devinterp steps by ½ε of τ∇K + γ(w − w*) with noise √ε, as `sgld` here.
    """
    from devinterp.optim.sgmcmc import SGMCMC
    from devinterp.slt.sampler import LLCEstimator, sample

    model, loader, evaluate = devinterp_1(target)
    function("evaluate", evaluate, optional=False)
    tau = temperature(n)
    callback = LLCEstimator(
        num_chains=chains, num_draws=steps, init_loss=torch.tensor(target.level), nbeta=tau, device="cpu"
    )
    sample(
        model, loader, callbacks=[callback], evaluate=evaluate, sampling_method=SGMCMC.sgld, num_chains=chains,
        num_draws=steps, num_burnin_steps=steps // 3, optimizer_kwargs={"lr": step, "localization": gamma, "nbeta": tau},
        init_loss=torch.tensor(target.level), seed=seed, verbose=False, device="cpu",
    )  # fmt: skip
    found = callback.get_results()
    spread = float(found["llc/std"]) / chains**0.5
    return Estimate(float(found["llc/mean"]), spread, tau, float(chains), evaluations=chains * (steps + steps // 3))
