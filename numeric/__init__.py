"""Floats: sampling, training, quadrature, minimisation and metrics of toy models.

The modules are the public face (`numeric.train`, `numeric.metrics`, ...); importing the package alone loads
nothing. Nothing here imports `analytic`: what the two agree on, they agree on by separate routes.
"""
