"""Functions whose derivative is zero or that have none: they get plain data and give plain results."""

from __future__ import annotations

import numpy as np

from tracker._core.registry import complex_form, constant
from tracker._rules.magnitudes import complex_sign

# ---------------------------------------------------------------- piecewise constant

constant(np.floor, np.ceil, np.rint, np.trunc, np.fix, np.round, np.around, np.floor_divide)
constant(np.sign, np.signbit, np.spacing)
complex_form(np.sign, complex_sign)  # z / |z|

# ---------------------------------------------------------------- questions

constant(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)
constant(np.logical_and, np.logical_or, np.logical_xor, np.logical_not)
constant(np.isnan, np.isfinite, np.isinf, np.isnat, np.isneginf, np.isposinf)
constant(np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj)
constant(np.any, np.all, np.isclose, np.allclose, np.array_equal, np.array_equiv, np.isin)

# ---------------------------------------------------------------- integers

constant(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift)
constant(np.bitwise_count, np.gcd, np.lcm, np.packbits, np.unpackbits)

# ---------------------------------------------------------------- where things are

constant(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.lexsort)
constant(np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted, np.digitize)
constant(np.unravel_index, np.ravel_multi_index)
constant(np.diag_indices_from, np.tril_indices_from, np.triu_indices_from)

# ---------------------------------------------------------------- shapes, types and memory

constant(np.shape, np.ndim, np.size)
constant(np.result_type, np.can_cast, np.common_type, np.min_scalar_type)
constant(np.may_share_memory, np.shares_memory)
constant(np.zeros_like, np.ones_like, np.empty_like, vars(np._core.umath)["_ones_like"])
constant(np.einsum_path, np.linalg.matrix_rank)

# ---------------------------------------------------------------- text and files

constant(np.array_repr, np.array_str, np.array2string)
constant(np.save, np.savetxt, np.savez, np.savez_compressed)
