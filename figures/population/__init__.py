"""The loss without sampling.

noise_free   minimising without noise
nodes        what the loss without sampling costs
"""
