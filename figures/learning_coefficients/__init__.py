"""Learning coefficients: exact values, and what estimators make of them.

polygon_plate        the regular k-gons with one active feature
coefficients_at_n    λ(τ) down to its exact limit
step_bias            SGLD against the closed form of its bias
estimator_board      estimators × targets
phase_shares         the posterior from polygon to polygon
staircase            chains that come down from the 4-gon

>>> from figures.learning_coefficients import polygon_plate
>>> polygon_plate.TITLE
'Regular polygons with one active feature, and which are minima'
"""
