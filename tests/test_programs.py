"""Random programs of NumPy calls, writes, views, loops and branches: value and derivatives of all modes.

2,000 programs, the same in every run. `TRACKER_PROGRAMS=50000 pytest tests/test_programs.py`
runs that many others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, seed, settings
from hypothesis import strategies as st

import tracker
from tests.program import Program
from tests.programs import build
from tracker import _build
from tracker._arrays import spec
from tracker._core import node

STEP = 1e-3
BATCH = 2000
BATCHES = -(-int(os.environ.get("TRACKER_PROGRAMS", BATCH)) // BATCH)

_numbers = st.integers(0, (1 << 16) - 1)


@st.composite
def programs(draw: Callable[[Any], Any]) -> Program:
    """A program, its inputs, and the variables that its loss sees."""
    shapes = draw(st.lists(st.integers(0, 47), min_size=1, max_size=3))
    instructions = draw(st.lists(st.tuples(*[_numbers] * 8), min_size=1, max_size=16))
    return build(draw(st.integers(0, 999)), shapes, instructions, draw(st.integers(0, (1 << 20) - 1)))


def copies(xs: Any) -> list[Any]:
    """Arguments that a program may write into."""
    return [np.array(x) if isinstance(x, np.ndarray) else x for x in xs]


def moved(xs: list[Any], v: list[Any], t: float) -> list[Any]:
    """xs + t v in the memory layout of xs: whether a reshape is a view depends on it."""
    new = copies(xs)
    for k, d in enumerate(v):
        new[k] += t * d
    return new


def directions(xs: list[Any], k: int) -> list[Any]:
    rng = np.random.default_rng(k)

    def like(x: Any) -> Any:
        v = rng.standard_normal(np.shape(x))
        v = v + 1j * rng.standard_normal(np.shape(x)) if np.iscomplexobj(x) else v
        return np.asarray(v) if isinstance(x, np.ndarray) else type(x)(v)

    return [like(x) for x in xs]


def dot(gradients: Any, v: list[Any]) -> Any:
    """The derivative along `v`."""
    return sum((np.sum(np.real(np.conj(g) * d)) for g, d in zip(gradients, v, strict=True)), start=0.0)


def slope(f: Callable[[float], float], scale: float) -> float:
    """The derivative of `f` at 0 by Richardson's scheme; a program with a kink within reach is passed over."""
    one, two, four = ((f(h) - f(-h)) / (2 * h) for h in (STEP, 2 * STEP, 4 * STEP))
    near, far = (4 * one - two) / 3, (4 * two - four) / 3
    best = (16 * near - far) / 15
    assume(abs(best - near) <= 1e-7 * scale)
    return best


def rounding(p: Program, xs: list[Any]) -> float:
    """By how much values may differ: not at all, but for complex products in place and values of derivatives.

    NumPy fuses the multiplications and additions of z * w, and not those of z *= w if z has one entry alone. The
    derivative that a program takes may have another memory layout where it is itself differentiated, and a product
    with it is summed in the order of memory. Both make a unit in the last place, of the least precise argument, which
    later lines of the program amplify.
    """
    in_place = re.search(r"\*=|out=", p.source) and any(np.iscomplexobj(p.env[name]) for name in p.names)
    if not in_place and "tracker." not in p.source:
        return 0.0
    return 64 * float(max(np.finfo(x.dtype).eps for x in xs if isinstance(x, np.ndarray)))


def assert_same(name: str, actual: Any, expected: Any, rounding: float = 0.0, nested: bool = False) -> None:
    """Equal bit for bit, and of the same kind; complex or nested values to `rounding` of the largest entry."""
    __tracebackhide__ = True
    assert isinstance(actual, np.ndarray) == isinstance(expected, np.ndarray), f"{name} is {actual!r}, not {expected!r}"
    a, e = np.asarray(actual), np.asarray(expected)
    assert (a.shape, a.dtype) == (e.shape, e.dtype), f"{name} is {actual!r}, not {expected!r}"
    rounding = rounding if a.dtype.kind == "c" or nested else 0.0
    bound = rounding * max(1.0, np.max(np.abs(e), initial=0.0))
    same = a.tobytes() == e.tobytes() or rounding > 0 and np.max(np.abs(a - e), initial=0.0) <= bound
    assert same, f"{name} is {actual!r}, not {expected!r}"


def check_values(p: Program, f: Callable[..., Any], xs: list[Any]) -> Any:
    """The gradients, after comparing all variables with plain NumPy's and the arguments with what they were."""
    loss, variables = f(*copies(xs))
    close, nested = rounding(p, xs), "tracker." in p.source
    given = copies(xs)
    (value, kept), gradients = tracker.withgradient(f, *given)
    for name in p.names:
        assert_same(name, kept[name], variables[name], close, nested)
    assert_same("the loss", np.asarray(value), np.asarray(loss), close, nested)
    for k, (x, was, g) in enumerate(zip(given, xs, gradients, strict=True)):
        assert_same(f"x{k} afterwards", x, was)
        assert type(g) is type(x), f"gradient {k} is {g!r}"
        assert (np.shape(g), np.asarray(g).dtype) == (np.shape(x), np.asarray(x).dtype), f"gradient {k} is {g!r}"
    return gradients


def check_first_order(f: Callable[..., Any], xs: list[Any], gradients: Any) -> None:
    for k in (1, 2):
        v = directions(xs, k)
        expected = dot(gradients, v)
        scale = 1.0 + sum(np.sum(np.abs(g * d)) for g, d in zip(gradients, v, strict=True))
        numeric = slope(lambda t, v=v: float(f(*moved(xs, v, t))[0]), scale)
        assert abs(expected - numeric) <= 1e-6 * scale, (
            f"reverse mode gives {gradients}: {expected} along {v}, not {numeric}"
        )
    _, forward = tracker.pushforward(lambda *args: f(*args)[0], tuple(copies(xs)), tuple(v))
    assert abs(forward - expected) <= 1e-9 * scale, f"forward mode gives {forward} along {v}, reverse mode {expected}"


def check_second_order(f: Callable[..., Any], xs: list[Any]) -> None:
    v, w = directions(xs, 3), directions(xs, 4)

    def projected(*args: Any) -> Any:
        return dot(tracker.gradient(lambda *inner: f(*inner)[0], *args), w)

    product = tracker.hvp(lambda args: f(*args)[0], copies(xs), v)
    expected = dot(product, w)
    scale = 1.0 + sum(np.sum(np.abs(g * d)) for g, d in zip(product, w, strict=True))
    numeric = slope(lambda t: projected(*moved(xs, v, t)), scale)
    assert abs(expected - numeric) <= 1e-6 * scale, f"hvp gives {product}: {expected} along {w}, not {numeric}"
    twice = dot(tracker.gradient(projected, *copies(xs)), v)
    assert abs(twice - expected) <= 1e-8 * scale, f"reverse over reverse mode gives {twice}, hvp {expected}"


def check_float32(p: Program, f: Callable[..., Any], xs: list[Any]) -> None:
    """Values and dtypes in single precision (a number stays Python's), and with the first array alone in it."""
    singles = [
        x.astype(np.complex64 if np.iscomplexobj(x) else np.float32) if isinstance(x, np.ndarray) else x for x in xs
    ]
    check_values(p, f, singles)
    check_values(p, f, [*singles[:1], *xs[1:]])


def check_back(f: Callable[..., Any], xs: list[Any], gradients: Any) -> None:
    """The same gradients from leaves and `back`."""
    leaves = [tracker.param(x) for x in xs]
    loss = f(*leaves)[0]
    if tracker.is_tracked(loss):
        tracker.back(loss)
    for k, (leaf, g) in enumerate(zip(leaves, gradients, strict=True)):
        assert type(leaf.grad) is type(g)
        np.testing.assert_allclose(leaf.grad, g, rtol=1e-12, atol=1e-12, err_msg=f"x{k}.grad")


def check(p: Program, kind: int) -> None:
    """Value and first order always; by `kind` also second order (half of the programs), float32, or leaves."""
    f = p.function()
    gradients = check_values(p, f, p.inputs)
    check_first_order(f, p.inputs, gradients)
    if kind < 2:
        check_second_order(f, p.inputs)
    elif kind == 2:
        check_float32(p, f, p.inputs)
    else:
        check_back(f, p.inputs, gradients)


def run(batch: int, batches: int) -> None:
    """Check the programs of a batch; the only one is the same in every run."""

    def checked(p: Program, kind: int) -> None:
        check(p, kind)

    test = given(programs(), st.integers(0, 3))(checked)
    test = settings(max_examples=BATCH, deadline=None, derandomize=batches == 1, database=None)(test)
    (test if batches == 1 else seed(batch)(test))()


@pytest.mark.filterwarnings("ignore::tracker.ConstantLossWarning")  # a program may end with constants alone
@pytest.mark.parametrize("batch", range(BATCHES))
def test_program_has_the_value_of_numpy_and_its_derivatives(batch: int) -> None:
    run(batch, BATCHES)


@pytest.mark.skipif(_build.is_compiled(), reason="compiled code has the number built in")
@pytest.mark.filterwarnings("ignore::tracker.ConstantLossWarning")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_so_it_has_where_gradients_are_written_in_place_like_large_ones(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "LARGE", 1)
    monkeypatch.setattr(spec, "_arrays", {})  # those that were made so far are small
    run(batch, max(BATCHES, 2))
