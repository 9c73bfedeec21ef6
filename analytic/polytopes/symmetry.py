r"""The order of the group of permutations that preserve a Gram matrix.

Its points are numbered; the stabiliser of 0, …, i − 1 moves point i over an orbit, and the order is the product of the
sizes of these orbits (orbit-stabiliser theorem). Whether a point lies in an orbit is decided by backtracking: images are
chosen one after the other, each with the inner products to those before.
"""

from __future__ import annotations

from collections.abc import Sequence

Levels = Sequence[Sequence[int]]


def orbit_sizes(levels: Levels) -> tuple[int, ...]:
    """Size of the orbit of point i under the symmetries that fix 0, …, i − 1, for each i; their product is the order.

    Symmetries: permutations π with levels[π(i)][π(j)] = levels[i][j] for all i, j. `levels` (n × n, symmetric): equal
    integers stand for equal entries of the Gram matrix. The group is transitive where the first size is n.
    """
    n = len(levels)
    return tuple(sum(_extends(levels, [*range(i), image]) for image in range(i, n)) for i in range(n))


def is_transitive(levels: Levels) -> bool:
    """Whether the symmetries take point 0 to every other."""
    return all(_extends(levels, [image]) for image in range(len(levels)))


def _extends(levels: Levels, images: list[int]) -> bool:
    """Whether some symmetry takes 0, 1, … to `images`."""
    last = len(images) - 1
    if any(levels[images[last]][images[j]] != levels[last][j] for j in range(last + 1)):
        return False
    if last + 1 == len(levels):
        return True
    free = set(range(len(levels))) - set(images)
    return any(_extends(levels, [*images, image]) for image in free)
