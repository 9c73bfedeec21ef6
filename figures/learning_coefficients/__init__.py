"""Learning coefficients: exact values, and what estimators make of them.

polygon_plate        the regular k-gons with one active feature
coefficients_at_n    λ(τ) down to its exact limit
step_bias            SGLD against the closed form of its bias
estimator_board      estimators × targets
"""
