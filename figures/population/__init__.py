"""The loss without sampling.

noise_free   minimising without noise
nodes        what the loss without sampling costs

>>> from figures.population import noise_free
>>> noise_free.TITLE
'Minimising without noise'
"""
