"""Normalisation: standardised over some axes, then scaled and shifted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.registry import jointly, rule
from tracker._rules.products import conj
from tracker.nn._primitive import primitive
from tracker.nn.inputs import check_channels, check_groups, check_images
from tracker.nn.rows import by_rows


def _inner(a: Any, b: Any) -> Any:
    """a times b, entry by entry, as vectors of the complex plane: real."""
    product = a * conj(b)
    return np.real(product) if product.dtype.kind == "c" else product


@primitive
def standardise(x: Any, axis: Any = -1, eps: float = 1e-5) -> Any:
    """(x - mean) / sqrt(variance + eps), both over `axis` and with n in the denominator: the shape of x.

    The variance of complex numbers is that of their distances from the mean, here and in all that follows.

    >>> standardise(np.array([1.0, 3.0]), eps=0.0)
    array([-1.,  1.])
    """
    x = x - np.mean(x, axis=axis, keepdims=True)
    return x / np.sqrt(np.mean(_inner(x, x), axis=axis, keepdims=True) + eps)


def _standardise_jacobian(dy: Any, y: Any, x: Any, axis: Any, eps: float) -> Any:
    """The Jacobian, which is symmetric, times dy: Ioffe & Szegedy (2015), section 3, put together."""
    scale = np.sqrt(np.var(x, axis=axis, keepdims=True) + eps)
    along = np.mean(_inner(dy, y), axis=axis, keepdims=True)
    return (dy - np.mean(dy, axis=axis, keepdims=True) - y * along) / scale


rule(
    standardise,
    lambda dy, y, x, axis=-1, eps=1e-5: _standardise_jacobian(dy, y, x, axis, eps),
    None,
    None,
    pushforward=lambda t, y, x, axis=-1, eps=1e-5: _standardise_jacobian(t[0], y, x, axis, eps),
)


def _by_channel(p: Any, x: Any) -> Any:
    """A parameter (c,) as (c, 1, ...), to meet the channels of x (n, c, ...). Raises `ValueError` for another shape."""
    if tuple(p.shape) != tuple(x.shape[1:2]):
        raise ValueError(f"x {x.shape} has {x.shape[1]} channels, which a parameter of shape {p.shape} does not fit.")
    return p.reshape(-1, *[1] * (x.ndim - 2))


def _affine(y: Any, weight: Any, bias: Any, by_channel: bool) -> Any:
    if weight is not None:
        y = y * (_by_channel(weight, y) if by_channel else weight)
    if bias is not None:
        y = y + (_by_channel(bias, y) if by_channel else bias)
    return y


def batch_norm(
    x: Any, weight: Any = None, bias: Any = None, *, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    """Each channel of x (n, c, ...) standardised over everything else, times `weight` (c,), plus `bias` (c,).

    With `mean` and `var` (c,), those of another sample (testing), in place of the batch's own (training).
    Raises `ValueError` if one is given alone, and for shapes that do not fit. Ioffe & Szegedy (2015), algorithm 1.

    >>> batch_norm(np.array([[1.0], [3.0]]), eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    check_channels("batch_norm", x)
    if (mean is None) != (var is None):
        raise ValueError("batch_norm takes both mean and var (testing) or neither (training); one was given alone.")
    if mean is None:
        y = standardise(x, (0, *range(2, x.ndim)), eps)
    else:
        y = (x - _by_channel(mean, x)) / np.sqrt(_by_channel(var, x) + eps)
    return _affine(y, weight, bias, by_channel=True)


def layer_norm(x: Any, weight: Any = None, bias: Any = None, axis: Any = -1, eps: float = 1e-5) -> Any:
    """x standardised over `axis`, times `weight`, plus `bias`: Ba, Kiros & Hinton (2016), eq. 4.

    >>> layer_norm(np.array([1.0, 3.0]), eps=0.0)
    array([-1.,  1.])
    """
    last = x.shape[-1:] if axis in (-1, (-1,), x.ndim - 1) else None
    if weight is not None and bias is not None and weight.shape == last == bias.shape:
        return normed(x, weight, bias, eps)
    return _affine(standardise(x, axis, eps), weight, bias, by_channel=False)


@primitive
def normed(x: Any, weight: Any, bias: Any, eps: float) -> Any:
    """`layer_norm` over the last axis, in one step: x (..., n), weight and bias (n,)."""
    return by_rows(lambda x: _standard(x, eps)[0] * weight + bias, x)


def _standard(x: Any, eps: float) -> tuple[Any, Any]:
    """x standardised over the last axis, and what it was multiplied by for that."""
    x = x - np.mean(x, axis=-1, keepdims=True)
    scale = 1 / np.sqrt(np.mean(_inner(x, x), axis=-1, keepdims=True) + eps)
    return x * scale, scale


def _normed_gradients(dy: Any, x: Any, weight: Any, eps: float) -> tuple[Any, Any, Any]:
    """The gradients by x, weight and bias: `_standardise_jacobian` in the first."""
    y, scale = _standard(x, eps)
    g, rows = dy * conj(weight), tuple(range(x.ndim - 1))
    along = np.mean(_inner(g, y), axis=-1, keepdims=True)
    dx = (g - np.mean(g, axis=-1, keepdims=True) - y * along) * scale
    return dx, np.sum(dy * conj(y), axis=rows), np.sum(dy, axis=rows)


def _normed_joint(dy: Any, y: Any, values: Any) -> tuple[Any, ...]:
    x, weight, _bias, eps = values
    if not isinstance(weight, np.ndarray):  # tracked by an outer derivative, say
        return (*_normed_gradients(dy, x, weight, eps), None)
    sums: list[Any] = []

    def by_x(dy: Any, x: Any) -> Any:
        dx, *others = _normed_gradients(dy, x, weight, eps)
        sums.append(others)
        return dx

    dx = by_rows(by_x, dy, x)
    dweight, dbias = (sum(parts[1:], start=parts[0]) for parts in zip(*sums, strict=True))
    return dx, dweight, dbias, None


def _normed_forward(tangents: Any, y: Any, x: Any, weight: Any, bias: Any, eps: float) -> Any:
    dx, dweight, dbias, _ = tangents
    dy: Any = np.zeros_like(y)
    if dx is not None:
        dy = dy + _standardise_jacobian(dx, _standard(x, eps)[0], x, -1, eps) * weight
    if dweight is not None:
        dy = dy + _standard(x, eps)[0] * dweight
    return dy if dbias is None else dy + dbias


rule(
    normed,
    lambda dy, y, x, weight, bias, eps: _normed_joint(dy, y, (x, weight, bias, eps))[0],
    lambda dy, y, x, weight, bias, eps: _normed_joint(dy, y, (x, weight, bias, eps))[1],
    lambda dy, y, x, weight, bias, eps: np.sum(dy, axis=tuple(range(dy.ndim - 1))),
    None,
    pushforward=_normed_forward,
)
jointly(normed, _normed_joint)


def group_norm(x: Any, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Each of `groups` groups of channels of x (n, c, ...) standardised, `weight` and `bias` (c,).

    Raises `ValueError` if `groups` does not divide c. Wu & He (2018), eq. 7.

    >>> group_norm(np.array([[[1.0], [3.0]]]), 1, eps=0.0)
    array([[[-1.],
            [ 1.]]])
    """
    check_channels("group_norm", x)
    n, c = x.shape[:2]
    check_groups("group_norm", groups, channels=c)
    y = standardise(x.reshape(n, groups, math.prod(x.shape[1:]) // groups), -1, eps).reshape(x.shape)
    return _affine(y, weight, bias, by_channel=True)


def instance_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Each channel of each sample of x (n, c, *size) standardised: `group_norm` with a group a channel.

    Raises `ValueError` where there is no spatial axis.

    >>> instance_norm(np.array([[[1.0, 3.0]]]), eps=0.0)
    array([[[-1.,  1.]]])
    """
    check_images("instance_norm", x)
    return _affine(standardise(x, tuple(range(2, x.ndim)), eps), weight, bias, by_channel=True)


def rms_norm(x: Any, weight: Any = None, axis: Any = -1, eps: float = 1e-5) -> Any:
    """x over the root of its mean square along `axis`, times `weight`: Zhang & Sennrich (2019), eq. 4.

    >>> rms_norm(np.array([3.0, 3.0]), eps=0.0)
    array([1., 1.])
    """
    y = x / np.sqrt(np.mean(_inner(x, x), axis=axis, keepdims=True) + eps)
    return y if weight is None else y * weight
