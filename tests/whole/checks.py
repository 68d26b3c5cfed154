"""What is checked of every whole program: value, gradient, forward mode, Hessian products, single precision.

A program is `f(p, *data)`: a real number, of parameters `p` in any structure and of constant arrays. The oracle runs
the plain function: by complex step where the program is holomorphic, by differences of fourth order elsewhere.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import optree

import tracker
from tests.differences import slope as real_slope

TINY = 1e-40  # of a complex step: nothing is subtracted, so nothing cancels


def complex_slope(f: Callable[[complex], Any]) -> Any:
    """The derivative at 0 of a function that is holomorphic there."""
    return np.imag(f(1j * TINY)) / TINY


def is_parameter(x: Any) -> bool:
    """Whether there is something to differentiate: not so in integers, strings and functions."""
    return isinstance(x, float) or getattr(getattr(x, "dtype", None), "kind", "") == "f"


def copied(p: Any) -> Any:
    """A structure that a program may write into."""
    return optree.tree_map(lambda x: np.array(x) if isinstance(x, np.ndarray) else x, p)


def moved(p: Any, v: Any, t: complex) -> Any:
    """p + t v, in arrays of its own."""

    def entry(x: Any, d: Any) -> Any:
        if not is_parameter(x):
            return x
        new = x + t * d
        return new if isinstance(x, np.ndarray) else np.asarray(new)[()]  # NumPy's complex numbers can be compared

    return optree.tree_map(entry, p, v)


def direction(p: Any, seed: int) -> Any:
    """A random direction, of the size of what it moves."""
    rng = np.random.default_rng(seed)

    def entry(x: Any) -> Any:
        if not is_parameter(x):
            return 0.0
        return rng.standard_normal(np.shape(x)) * np.maximum(np.abs(x), 0.1)

    return optree.tree_map(entry, p)


def dot(g: Any, v: Any) -> float:
    """The sum of the products of what corresponds; None counts nothing."""
    pairs = zip(optree.tree_leaves(g, none_is_leaf=True), optree.tree_leaves(v), strict=True)
    return float(sum(np.sum(a * d) for a, d in pairs if a is not None))


def units(p: Any) -> list[Any]:
    """The unit directions of all entries of all parameters."""
    leaves, form = optree.tree_flatten(p)
    found = []
    for k, x in enumerate(leaves):
        for index in np.ndindex(np.shape(x)) if is_parameter(x) else ():
            v = [np.zeros(np.shape(y)) if is_parameter(y) else 0.0 for y in leaves]
            v[k][index] = 1.0
            found.append(optree.tree_unflatten(form, v))
    return found


def flat(g: Any) -> Any:
    """All entries of a gradient in one vector."""
    return np.concatenate([np.ravel(x) for x in optree.tree_leaves(g)])


def assert_near(name: str, actual: Any, expected: Any, rtol: float) -> None:
    """Equal but for `rtol` of the largest entry."""
    __tracebackhide__ = True
    scale = np.max(np.abs(expected), initial=0.0)
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * scale, err_msg=name)


def check(f: Callable[..., Any], p: Any, *data: Any, holomorphic: bool = True, single: bool = True) -> Any:
    """Check `f` at `p` in all modes, in single precision too, and return its gradient."""
    slope, rtol = (complex_slope, 1e-9) if holomorphic else (real_slope, 1e-7)
    given = copied(p)
    value, (gradient, *_) = tracker.withgradient(lambda p: f(p, *data), given)
    assert value == f(copied(p), *data), "the value is not NumPy's"
    same = optree.tree_map(lambda a, b: np.array_equal(a, b) if is_parameter(a) else True, given, p)
    assert all(optree.tree_leaves(same)), "the arguments were written into"
    expected = [slope(lambda t, v=v: f(moved(p, v, t), *data)) for v in units(p)]
    assert_near("the gradient", flat(gradient), expected, rtol)
    check_leaves(f, p, data, gradient)
    check_directions(f, p, data, slope, rtol)
    if single:
        check_single(f, p, data, gradient)
    return gradient


def check_leaves(f: Callable[..., Any], p: Any, data: Any, gradient: Any) -> None:
    """The same gradient from `param` and `back`."""
    leaves = optree.tree_map(lambda x: tracker.param(x) if is_parameter(x) else x, p)
    f(leaves, *data).back()
    found = [x.grad for x in optree.tree_leaves(leaves) if tracker.is_tracked(x)]
    assert_near("grad of the leaves", flat(found), flat(gradient), 1e-13)


def check_directions(f: Callable[..., Any], p: Any, data: Any, slope: Any, rtol: float) -> None:
    """Forward mode in a direction, and the product of the Hessian with it, seen in another one."""
    v, w = direction(p, 1), direction(p, 2)
    tangent = optree.tree_map(lambda x, d: d if is_parameter(x) else None, p, v)
    _, forward = tracker.pushforward(lambda p: f(p, *data), (copied(p),), (tangent,))
    assert_near("forward mode", forward, slope(lambda t: f(moved(p, v, t), *data)), rtol)
    second = real_slope(lambda s: slope(lambda t: f(moved(moved(p, v, s), w, t), *data)))
    product = tracker.hvp(lambda p: f(p, *data), copied(p), tangent)
    scale = max(abs(second), np.max(np.abs(flat(product))) * np.max(np.abs(flat(w))))
    assert abs(dot(product, w) - second) <= 1e-6 * scale, f"the Hessian gives {dot(product, w)}, not {second}"


def check_single(f: Callable[..., Any], p: Any, data: Any, gradient: Any) -> None:
    """Single precision is kept, in value and gradient, and agrees with double precision."""

    def narrow(x: Any) -> Any:
        return np.float32(x) if is_parameter(x) else x  # an array stays an array

    p, data = optree.tree_map(narrow, p), optree.tree_map(narrow, data)
    value, (found, *_) = tracker.withgradient(lambda p: f(p, *data), copied(p))
    plain = f(copied(p), *data)
    assert value == plain
    assert np.asarray(value).dtype == np.asarray(plain).dtype
    for x in optree.tree_leaves(found):
        assert x.dtype == np.float32
    assert_near("the gradient in float32", flat(found), flat(gradient), 2e-3)
