"""Finite differences: `ngradient`, and `gradcheck`, which compares with them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import handles
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import gradient
from tracker.errors import ConstantLossWarning


def ngradient(f: Callable[..., Any], *args: Any) -> tuple[Any, ...]:
    """The gradient of the real number `f(*args)` by central differences of fourth order.

    Each gradient has its argument's structure. About 1e-10 of relative error in float64.

    >>> bool(np.allclose(ngradient(lambda x: np.sum(x**3), np.array([1.0, 2.0]))[0], [3, 12]))
    True
    """
    flat = [tree.flatten(a, True) for a in args]
    plain = [[handles.plain(x) for x in leaves] for leaves, _ in flat]

    def value(i: int, k: int, leaf: Any) -> float:
        trees = []
        for j, (_, structure) in enumerate(flat):
            leaves = [*plain[j]]
            if j == i:
                leaves[k] = leaf
            trees.append(tree.unflatten(structure, leaves))
        return float(np.real(handles.plain(f(*trees))))

    result = []
    for i, (_, structure) in enumerate(flat):
        gradients = [
            _differences(lambda leaf, i=i, k=k: value(i, k, leaf), x) if tree.is_parameter(x) else None  # type: ignore[misc]
            for k, x in enumerate(plain[i])
        ]
        result.append(tree.unflatten(structure, gradients))
    return tuple(result)


def _differences(f: Callable[[Any], float], x: Any) -> Any:
    a = np.array(x)
    flat = a.reshape(-1)
    found = np.zeros_like(flat)
    # the step that balances rounding (eps/h) and truncation (h^4): eps^(1/5)
    eps = np.finfo(a.dtype).eps
    for k in range(flat.size):
        h = eps**0.2 * max(1.0, abs(flat[k]))
        for direction in (1, 1j) if a.dtype.kind == "c" else (1,):
            found[k] += direction * _slope(f, a, k, h, direction, x)
    gradient = found.reshape(a.shape)
    return gradient if isinstance(x, np.ndarray) else type(x)(gradient[()])


def _slope(f: Callable[[Any], float], a: Any, k: int, h: float, direction: complex, like: Any) -> float:
    def at(step: float) -> float:
        moved = a.copy(order="K")
        moved.flat[k] += direction * step
        return f(moved if isinstance(like, np.ndarray) else type(like)(moved[()]))

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def gradcheck(f: Callable[..., Any], *args: Any, rtol: float = 1e-5, atol: float = 1e-5, order: int = 1) -> bool:
    """True if reverse and forward mode agree with finite differences; else `AssertionError`.

    The error shows which entry of which argument differs, and by how much. An array result
    is checked through a weighted sum of its entries. `order=2` also checks the derivative
    of the gradient.

    >>> gradcheck(lambda x, y: np.sum(np.sin(x) * y), np.array([1.0, 2.0]), 3.0, order=2)
    True
    """
    if order < 1:
        raise ValueError(f"order is 1, 2 or more; it was {order!r}.")
    g = _scalar(f)
    expected = ngradient(g, *args)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantLossWarning)
        actual = gradient(g, *args, check_finite=False)
    _compare("reverse mode", actual, expected, args, rtol, atol)
    rng = np.random.default_rng(0)
    directions = tuple([tree.map(lambda x: _direction(rng, x), _arguments(a)) for a in args])
    _, slope = pushforward(g, args, directions)
    _close("forward mode", slope, _dot(expected, directions), rtol, atol)
    if order > 1:

        def projected(*inner: Any) -> Any:
            return _dot(gradient(g, *inner, check_finite=False), directions)

        gradcheck(projected, *args, rtol=rtol, atol=atol, order=order - 1)
    return True


def _arguments(a: Any) -> Any:
    leaves, structure = tree.flatten(a, True)
    return tree.unflatten(structure, leaves)


def _scalar(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` reduced to a real number: a sum of its entries with fixed uneven weights."""

    def reduced(*args: Any) -> Any:
        total: Any = 0.0
        parts = tree.flatten(f(*args))[0]
        handles.refuse_held(parts)
        for k, part in enumerate(parts):
            if tree.is_parameter(part):
                weights = np.cos(np.arange(np.size(handles.plain(part))) + k).reshape(np.shape(part))
                terms = part * weights
                total = total + np.sum(np.real(terms) + np.imag(terms) if _is_complex(part) else terms)
        return total

    return reduced


def _is_complex(x: Any) -> bool:
    return bool(np.iscomplexobj(handles.plain(x)))


def _direction(rng: np.random.Generator, x: Any) -> Any:
    if not tree.is_parameter(x):
        return None
    plain = handles.plain(x)
    v = rng.standard_normal(np.shape(plain))
    if np.iscomplexobj(plain):
        v = v + 1j * rng.standard_normal(np.shape(plain))
    return v.astype(plain.dtype) if isinstance(plain, np.ndarray) else type(plain)(v)


def _dot(gradients: Any, directions: Any) -> Any:
    """<gradients, directions>, the real inner product over the whole structure."""
    total: Any = 0.0
    for g, v in zip(tree.flatten(gradients)[0], tree.flatten(directions)[0], strict=True):
        if tree.is_parameter(v) and tree.is_parameter(g):
            total = total + np.sum(np.real(np.conj(v) * g) if _is_complex(g) else v * g)
    return total


def _compare(mode: str, actual: Any, expected: Any, args: Any, rtol: float, atol: float) -> None:
    for i, (a, e) in enumerate(zip(actual, expected, strict=True)):
        names = tree.names(args[i], f"argument {i}")
        for name, x, y in zip(names, tree.flatten(a)[0], tree.flatten(e)[0], strict=True):
            if tree.is_parameter(y):  # not so for None and for static fields
                _close(f"{mode}, {name}", x, y, rtol, atol)


def _close(what: str, actual: Any, expected: Any, rtol: float, atol: float) -> None:
    a, e = np.asarray(handles.plain(actual)), np.asarray(handles.plain(expected))
    wrong = ~np.isclose(a, e, rtol=rtol, atol=atol, equal_nan=True)
    if wrong.any():
        worst = np.unravel_index(np.argmax(np.where(wrong, np.abs(a - e), -1)), a.shape)
        place = f"[{', '.join(map(str, worst))}]" if worst else ""
        raise AssertionError(
            f"{what}{place}: the gradient is {a[worst]}, finite differences give {e[worst]} "
            f"(difference {abs(a[worst] - e[worst]):.3g}; {wrong.sum()} of {a.size} entries differ)"
        )
