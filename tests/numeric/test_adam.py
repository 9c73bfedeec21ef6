import torch

from numeric.adam import Adam


def test_same_numbers_as_torch() -> None:
    """300 steps of torch.optim.Adam with a changing rate, gradients from 1e-10 to 1, some zero."""
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(3, 2, 4, dtype=torch.float64, generator=generator)
    theirs = torch.nn.Parameter(start.clone())
    reference = torch.optim.Adam([theirs], lr=1.0)
    ours, other = start.clone(), torch.zeros(3, dtype=torch.float64)
    adam = Adam([ours, other])
    scale = torch.logspace(-10, 0, 24, dtype=torch.float64).view(3, 2, 4)
    for step in range(300):
        gradient = scale * torch.randn(3, 2, 4, dtype=torch.float64, generator=generator)
        gradient[0, 0, 0] = 0
        rate = 0.1 * 0.98**step
        theirs.grad = gradient.clone()
        reference.param_groups[0]["lr"] = rate
        reference.step()
        adam.step([gradient, torch.ones(3, dtype=torch.float64)], rate)
    # Each step adds a few roundings of numbers of order 1: 300 steps, 10 eps each.
    torch.testing.assert_close(ours, theirs.detach(), rtol=0, atol=300 * 10 * 2.3e-16)
    assert not torch.equal(ours, start)
    assert torch.equal(ours[0, 0, 0], start[0, 0, 0])
    assert (other < 0).all()
