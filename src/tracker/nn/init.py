"""Initial weights, `init(rng, shape, dtype)`: the first axis is the output, the second the input, others the kernel."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Shape = tuple[int, ...]
Init = Callable[..., Any]


def fans(shape: Shape) -> tuple[int, int]:
    """How many inputs an output has and how many outputs an input, for weights (out, in, *kernel).

    >>> fans((8, 3, 5, 5))
    (75, 200)
    """
    if len(shape) < 2:
        raise ValueError(f"weights have at least the axes (out, in); this shape is {shape}.")
    area = math.prod(shape[2:])
    return shape[1] * area, shape[0] * area


def zeros(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Zeros.

    >>> zeros(np.random.default_rng(0), (2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(shape, dtype)


def ones(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Ones.

    >>> ones(np.random.default_rng(0), (2,))
    array([1., 1.], dtype=float32)
    """
    return np.ones(shape, dtype)


def _uniform(rng: np.random.Generator, shape: Shape, bound: float, dtype: Any) -> Any:
    return rng.uniform(-bound, bound, shape).astype(dtype)


def _normal(rng: np.random.Generator, shape: Shape, std: float, dtype: Any) -> Any:
    return (std * rng.standard_normal(shape)).astype(dtype)


def glorot_uniform(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Uniform of variance 2 / (in + out): Glorot & Bengio (2010), eq. 16.

    >>> glorot_uniform(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return _uniform(rng, shape, math.sqrt(6 / sum(fans(shape))), dtype)


def glorot_normal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Normal of variance 2 / (in + out): Glorot & Bengio (2010), eq. 12.

    >>> glorot_normal(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return _normal(rng, shape, math.sqrt(2 / sum(fans(shape))), dtype)


def kaiming_uniform(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Uniform of variance 2 / in, for relu: He et al. (2015), eq. 10.

    >>> kaiming_uniform(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return _uniform(rng, shape, math.sqrt(6 / fans(shape)[0]), dtype)


def kaiming_normal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Normal of variance 2 / in, for relu: He et al. (2015), eq. 10.

    >>> kaiming_normal(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return _normal(rng, shape, math.sqrt(2 / fans(shape)[0]), dtype)


def orthogonal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Rows (or columns, where there are more rows) of length 1 at right angles: Saxe et al. (2013).

    >>> w = orthogonal(np.random.default_rng(0), (2, 3), np.float64)
    >>> np.allclose(w @ w.T, np.eye(2))
    True
    """
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))  # else not uniform: Mezzadri (2007), section 5
    return (q if rows >= columns else q.T).reshape(shape).astype(dtype)
