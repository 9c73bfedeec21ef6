"""Features as directions.

bases               features as directions, and when WᵀW is singular
five_features       five features in two dimensions as sparsity grows
almost_orthogonal   how many almost orthogonal directions there are

>>> from figures.directions import bases
>>> bases.TITLE
'Features as directions, and when WᵀW is singular'
"""
