"""Initial weights, `init(rng, shape, dtype)`: the first axis is the output, the second the input, others the kernel.

Options are keywords: give a layer `functools.partial(constant, value=0.1)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

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


def initial(init: Init, rng: np.random.Generator, shape: Shape, dtype: Any) -> Any:
    """`init(rng, shape, dtype)`. Raises `TypeError` for what is no generator, or no dtype of real or complex numbers.

    >>> initial(ones, np.random.default_rng(0), (2,), np.float32)
    array([1., 1.], dtype=float32)
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng= is a generator, np.random.default_rng(0); it was given as {type(rng).__name__}.")
    if np.dtype(dtype).kind not in "fc":
        raise TypeError(f"parameters are real or complex numbers; dtype= was given as {np.dtype(dtype)}.")
    if not callable(init):
        raise TypeError(f"init= is a function, such as nn.init.glorot_uniform; it was given as {type(init).__name__}.")
    weight = init(rng, shape, dtype)
    if np.shape(weight) != shape:
        raise ValueError(f"init= is to make weights of shape {shape}; it made some of {np.shape(weight)}.")
    return weight


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


def constant(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, value: float) -> Any:
    """The number `value` everywhere.

    >>> constant(np.random.default_rng(0), (2,), value=0.5)
    array([0.5, 0.5], dtype=float32)
    """
    return np.full(shape, value, dtype)


def identity(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """`gain` from each input to the output of the same number, at the middle of the kernel; zeros elsewhere.

    Raises `ValueError` as `fans` does.

    >>> identity(np.random.default_rng(0), (2, 3), gain=2.0)
    array([[2., 0., 0.],
           [0., 2., 0.]], dtype=float32)
    """
    fans(shape)
    weights: Any = np.zeros(shape, dtype)
    same = np.arange(min(shape[:2]))
    weights[(same, same, *(n // 2 for n in shape[2:]))] = gain
    return weights


def sparse(
    rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, sparsity: float, std: float = 0.01
) -> Any:
    """Normal numbers (out, in), in each column a share `sparsity` of them zero, rounded up: Martens (2010), section 5.

    Raises `ValueError` unless 0 <= sparsity <= 1 and the shape has two axes.

    >>> np.count_nonzero(sparse(np.random.default_rng(0), (10, 3), sparsity=0.75), axis=0)
    array([2, 2, 2])
    """
    if len(shape) != 2 or not 0 <= sparsity <= 1:
        raise ValueError(f"sparse takes a shape (out, in) and 0 <= sparsity <= 1; it was given {shape} and {sparsity}.")
    empty = np.argsort(rng.random(shape), axis=0)[: math.ceil(sparsity * shape[0])]
    weights = normal(rng, shape, dtype, std=std)
    np.put_along_axis(weights, empty, 0, axis=0)
    return weights


def normal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, std: float = 1.0) -> Any:
    """Normal numbers of mean 0 and standard deviation `std`.

    >>> normal(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return (std * rng.standard_normal(shape)).astype(dtype)


def truncated_normal(
    rng: np.random.Generator,
    shape: Shape,
    dtype: Any = np.float32,
    *,
    mean: float = 0.0,
    std: float = 1.0,
    low: float = -2.0,
    high: float = 2.0,
) -> Any:
    """Normal numbers of `mean` and `std`, of those between `low` and `high`, by inversion of the distribution function.

    Raises `ValueError` unless low < high and std > 0.

    >>> bool(np.abs(truncated_normal(np.random.default_rng(0), (1000,))).max() <= 2)
    True
    """
    if not (low < high and std > 0):
        raise ValueError(f"truncated_normal takes low < high and std > 0; it was given {low}, {high} and {std}.")
    if (low - mean) + (high - mean) > 0:  # the lower tail is the exact one: far out in the upper all rounds to 1
        return -truncated_normal(rng, shape, dtype, mean=-mean, std=std, low=-high, high=-low)
    first, last = special.ndtr((np.array([low, high]) - mean) / std)
    return np.clip(mean + std * special.ndtri(rng.uniform(first, last, shape)), low, high).astype(dtype)


def _uniform(rng: np.random.Generator, shape: Shape, bound: float, dtype: Any) -> Any:
    return rng.uniform(-bound, bound, shape).astype(dtype)


def glorot_uniform(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """Uniform of variance 2 gain^2 / (in + out): Glorot & Bengio (2010), eq. 16.

    >>> glorot_uniform(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return _uniform(rng, shape, gain * math.sqrt(6 / sum(fans(shape))), dtype)


def glorot_normal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """Normal of variance 2 gain^2 / (in + out): Glorot & Bengio (2010), eq. 12.

    >>> glorot_normal(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return normal(rng, shape, dtype, std=gain * math.sqrt(2 / sum(fans(shape))))


def kaiming_uniform(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """Uniform of variance 2 gain^2 / in, for relu: He et al. (2015), eq. 10.

    >>> kaiming_uniform(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return _uniform(rng, shape, gain * math.sqrt(6 / fans(shape)[0]), dtype)


def kaiming_normal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """Normal of variance 2 gain^2 / in, for relu: He et al. (2015), eq. 10.

    >>> kaiming_normal(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return normal(rng, shape, dtype, std=gain * math.sqrt(2 / fans(shape)[0]))


def lecun_uniform(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Uniform of variance 1 / in, for tanh and selu: LeCun et al. (1998), eq. 16.

    >>> lecun_uniform(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return _uniform(rng, shape, math.sqrt(3 / fans(shape)[0]), dtype)


def lecun_normal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32) -> Any:
    """Normal of variance 1 / in, for tanh and selu: LeCun et al. (1998), eq. 16.

    >>> lecun_normal(np.random.default_rng(0), (4, 3)).shape
    (4, 3)
    """
    return normal(rng, shape, dtype, std=math.sqrt(1 / fans(shape)[0]))


def orthogonal(rng: np.random.Generator, shape: Shape, dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """Rows (or columns, where there are more rows) of length `gain` at right angles: Saxe et al. (2013).

    >>> w = orthogonal(np.random.default_rng(0), (2, 3), np.float64)
    >>> np.allclose(w @ w.T, np.eye(2))
    True
    """
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))  # else not uniform: Mezzadri (2007), section 5
    return (gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtype)
