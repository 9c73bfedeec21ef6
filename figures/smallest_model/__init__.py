"""The smallest model, solved.

landscape       the loss over all weights
phase_diagram   exact beside trained
antipodal_ray   the loss along W = (a, −a)
transition      the jump across the transition
certified_phases, certified_branches   with bias, proved: the diagram; along two lines, and what the published one costs
"""
