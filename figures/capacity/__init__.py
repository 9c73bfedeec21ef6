"""Neuron capacity.

capacity_panels     where capacity goes: six pairs of benefit curves
capacity_sparsity   capacity against sparsity
marginal_benefit    the toy model's marginal benefit of capacity

>>> from figures.capacity import capacity_panels
>>> capacity_panels.TITLE
'Where capacity goes: six pairs of benefit curves'
"""
