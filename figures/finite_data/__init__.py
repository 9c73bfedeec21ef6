"""Finite data.

memorisation         few samples are memorised, many are generalised from
memorisation_decay   weight decay shrinks the bump of the test loss
runs                 the trainings that both show

>>> from figures.finite_data import memorisation
>>> memorisation.TITLE
'Few samples are memorised, many are generalised from'
"""
