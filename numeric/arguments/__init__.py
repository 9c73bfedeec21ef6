"""What a public function is given, read in one place. Without torch, but for `tensors` and `device`.

scalars      numbers, words, functions; how an error shows what came
arrays       arrays, weights and biases; real_array: with nothing lost in silence
settings     sparsities and importances, one model with its data
tensors      weights for torch, with their gradients; device: where models can be trained
transposed   the hint that W came the wrong way round
"""

from .arrays import array, bias, check_bias_shape, check_shape, matrix, readout, weights
from .real_array import Floats, Refused
from .scalars import MOST_SEED, choice, entries, flag, function, instance, number, path, shown, whole
from .settings import Row, Setting, importance_row, importance_rows, setting, sparsity_row, sparsity_rows
from .transposed import TransposedWarning, sizes_known

__all__ = [
    "MOST_SEED", "Floats", "Refused", "Row", "Setting", "TransposedWarning", "array", "bias", "check_bias_shape",
    "check_shape", "choice", "entries", "flag", "function", "importance_row", "importance_rows", "instance", "matrix",
    "number", "path", "readout", "setting", "shown", "sizes_known", "sparsity_row", "sparsity_rows", "weights", "whole",
]  # fmt: skip
