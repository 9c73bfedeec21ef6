"""Every way that torch has of asking for derivatives of a function of one vector."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd import functional

Function = Callable[[Tensor], Tensor]


def gradient(f: Function, x: Tensor) -> Tensor:
    y = x.clone().requires_grad_()
    return torch.autograd.grad(f(y), y)[0]


def direction(x: Tensor) -> Tensor:
    return torch.randn(len(x), dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def stack(x: Tensor) -> Tensor:
    return torch.stack([x, x + 0.01, x - 0.02])


# --- first derivatives: each way gives the gradient, or its product with `direction`


def _jacobian(f: Function, x: Tensor) -> Tensor:
    return functional.jacobian(f, x)  # type: ignore[return-value]


def _dual(f: Function, x: Tensor) -> Tensor:
    with torch.autograd.forward_ad.dual_level():
        return torch.autograd.forward_ad.unpack_dual(f(torch.autograd.forward_ad.make_dual(x, direction(x)))).tangent


FIRST: dict[str, Callable[[Function, Tensor], Tensor]] = {
    "autograd.grad": gradient,
    "functional.jacobian": _jacobian,
    "functional.jacobian, forward": lambda f, x: functional.jacobian(f, x, vectorize=True, strategy="forward-mode"),
    "functional.vjp": lambda f, x: functional.vjp(f, x, torch.ones((), dtype=x.dtype))[1],
    "functional.jvp": lambda f, x: functional.jvp(f, x, direction(x))[1],
    "forward_ad": _dual,
    "func.grad": lambda f, x: torch.func.grad(f)(x),
    "func.grad_and_value": lambda f, x: torch.func.grad_and_value(f)(x)[0],
    "func.vjp": lambda f, x: torch.func.vjp(f, x)[1](torch.ones((), dtype=x.dtype))[0],
    "func.jvp": lambda f, x: torch.func.jvp(f, (x,), (direction(x),))[1],
    "func.jacrev": lambda f, x: torch.func.jacrev(f)(x),
    "func.jacfwd": lambda f, x: torch.func.jacfwd(f)(x),
    "vmap of grad": lambda f, x: torch.func.vmap(torch.func.grad(f))(stack(x))[0],
    "vmap of grad, chunks": lambda f, x: torch.func.vmap(torch.func.grad(f), chunk_size=2)(stack(x))[0],
    "vmap of jvp": lambda f, x: torch.func.vmap(lambda t: torch.func.jvp(f, (x,), (t,))[1])(torch.eye(len(x)).to(x)),
    "grad of vmap": lambda f, x: torch.func.grad(lambda X: torch.func.vmap(f)(X).sum())(stack(x))[0],
    "jacrev of vmap": lambda f, x: torch.func.jacrev(torch.func.vmap(f))(stack(x))[0, 0],
}


# --- second derivatives: each way gives the Hessian, or its product with `direction`


def _twice(f: Function, x: Tensor) -> Tensor:
    y = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(y), y, create_graph=True)
    return torch.stack([torch.autograd.grad(entry, y, retain_graph=True)[0] for entry in g])


def _batched(f: Function, x: Tensor) -> Tensor:
    y = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(y), y, create_graph=True)
    return torch.autograd.grad(g, y, torch.eye(len(x), dtype=x.dtype), is_grads_batched=True)[0]


def _backward(f: Function, x: Tensor) -> Tensor:
    y = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(y), y, create_graph=True)
    (g * direction(x)).sum().backward()
    assert y.grad is not None
    return y.grad


SECOND: dict[str, Callable[[Function, Tensor], Tensor]] = {
    "autograd.grad twice": _twice,
    "is_grads_batched": _batched,
    "backward of a gradient": _backward,
    "functional.hvp": lambda f, x: functional.hvp(f, x, direction(x))[1],
    "functional.hvp, strict": lambda f, x: functional.hvp(f, x, direction(x), strict=True)[1],
    "functional.vhp": lambda f, x: functional.vhp(f, x, direction(x))[1],
    "functional.vhp, strict": lambda f, x: functional.vhp(f, x, direction(x), strict=True)[1],
    "functional.hessian": lambda f, x: functional.hessian(f, x),
    "functional.hessian, vectorize": lambda f, x: functional.hessian(f, x, vectorize=True),
    "functional.hessian, forward": lambda f, x: functional.hessian(
        f, x, vectorize=True, outer_jacobian_strategy="forward-mode"
    ),
    "func.hessian": lambda f, x: torch.func.hessian(f)(x),
    "jacrev of jacrev": lambda f, x: torch.func.jacrev(torch.func.jacrev(f))(x),
    "jacrev of jacfwd": lambda f, x: torch.func.jacrev(torch.func.jacfwd(f))(x),
    "jacfwd of jacrev": lambda f, x: torch.func.jacfwd(torch.func.jacrev(f))(x),
    "jacfwd of grad": lambda f, x: torch.func.jacfwd(torch.func.grad(f))(x),
    "jvp of grad": lambda f, x: torch.func.jvp(torch.func.grad(f), (x,), (direction(x),))[1],
    "vjp of grad": lambda f, x: torch.func.vjp(torch.func.grad(f), x)[1](direction(x))[0],
    "grad of jvp": lambda f, x: torch.func.grad(lambda y: torch.func.jvp(f, (y,), (direction(x),))[1])(x),
    "vmap of hessian": lambda f, x: torch.func.vmap(torch.func.hessian(f))(stack(x))[0],
    "vmap of jacrev of grad": lambda f, x: torch.func.vmap(torch.func.jacrev(torch.func.grad(f)))(stack(x))[0],
    "hessian of vmap": lambda f, x: torch.func.hessian(lambda y: torch.func.vmap(f)(y[None]).sum())(x),
}


# --- what is not there: third derivatives, and forward over forward


def _third(f: Function, x: Tensor) -> object:
    y = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(y), y, create_graph=True)
    (h,) = torch.autograd.grad((g * direction(x)).sum(), y, create_graph=True)
    return torch.autograd.grad(h.sum(), y)


def _third_batched(f: Function, x: Tensor) -> object:
    y = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(y), y, create_graph=True)
    one = torch.eye(len(x), dtype=x.dtype)
    (h,) = torch.autograd.grad(g, y, one, is_grads_batched=True, create_graph=True)
    return torch.autograd.grad(h.sum(), y)


def _sum_of_gradient(f: Function) -> Function:
    return lambda y: torch.autograd.grad(f(y), y, create_graph=True)[0].sum()


def _func_sum(f: Function) -> Function:
    return lambda y: torch.func.grad(f)(y).sum()


BEYOND: dict[str, Callable[[Function, Tensor], object]] = {
    "autograd.grad three times": _third,
    "autograd.grad, batched, and again": _third_batched,
    "func.grad three times": lambda f, x: torch.func.grad(_func_sum(_func_sum(f)))(x),
    "jacrev of hessian": lambda f, x: torch.func.jacrev(torch.func.hessian(f))(x),
    "jacfwd of hessian": lambda f, x: torch.func.jacfwd(torch.func.hessian(f))(x),
    "jacfwd three times": lambda f, x: torch.func.jacfwd(torch.func.jacfwd(torch.func.jacfwd(f)))(x),
    "hvp of a gradient": lambda f, x: functional.hvp(_sum_of_gradient(f), x, direction(x)),
    "jacobian of hessian": lambda f, x: functional.jacobian(lambda y: functional.hessian(f, y, create_graph=True), x),
    "forward over forward": lambda f, x: torch.func.jacfwd(torch.func.jacfwd(f))(x),
    "jvp of jvp": lambda f, x: torch.func.jvp(
        lambda y: torch.func.jvp(f, (y,), (direction(x),))[1], (x,), (direction(x),)
    ),
}
