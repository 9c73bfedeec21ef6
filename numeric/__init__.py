"""The float route: sampling, training, quadrature, minimisation, metrics. It never imports `analytic`; alone it loads nothing.

arguments        what is given, read in one place
law              which features are active together; model: networks and their parameters
metrics          norms, superposition, D, capacity of any W
quadrature       K by adaptive quadrature; monte_carlo: by sampling
population       K without sampling, with gradient and Hessian
minimise         minima of K, or of any function; solution: what a search finds, printed: in one line
sample           draws from a law
train            training of stacks of models; sweep: grids of them, shard by shard
dynamics         training as motion: plateaus and jumps
memorise         training on a finite sample
geometry         names for the polytopes in any W; atlas: best known minima of K
learning_coefficient  learning coefficients by sampling, and a board of targets where they are known
thomson          points on a sphere; line_packing: lines and points as far apart as possible
capacity         capacity by search
running          files, processes, commands, loops made ready once

>>> from numeric.population import expected_loss
>>> round(float(expected_loss([[1.0, -1.0]], [0.0, 0.0], 0.5)), 12)
0.083333333333
"""
