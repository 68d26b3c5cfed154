"""docs/edge-cases: values at the corners, and wrong results that others are known for."""

import gc
import threading

import numpy as np
import pytest

import tracker
from tests.differences import numeric_gradient
from tracker import TrackedArray, TrackedReal, checkpoint, grad, gradient, hessian, hook, is_tracked, param, pullback

nan, inf, pi = np.nan, np.inf, np.pi
RNG = np.random.default_rng(7)


def norm(ord=None, **kw):
    return lambda x: np.linalg.norm(x, ord, **kw)


# The big table: function, point, gradient.
CORNERS = {
    "abs at 0": (np.abs, 0.0, 0.0),
    "abs at -0": (np.abs, -0.0, 0.0),
    "sum abs at 0": (lambda x: np.sum(np.abs(x)), [0.0, -1.0, 2.0], [0.0, -1.0, 1.0]),
    "fabs at 0": (np.fabs, 0.0, 0.0),
    "max ties": (np.max, [1.0, 1.0], [0.5, 0.5]),
    "max three ties": (np.max, [2.0, 1.0, 2.0, 2.0], [1 / 3, 0.0, 1 / 3, 1 / 3]),
    "min ties": (np.min, [1.0, 1.0, 3.0], [0.5, 0.5, 0.0]),
    "amax by axis": (lambda x: np.sum(np.amax(x, axis=0) * [1, 2]), [[1.0, 2.0], [1.0, 1.0]], [[0.5, 2.0], [0.5, 0.0]]),
    "nanmax ties": (np.nanmax, [1.0, nan, 1.0], [0.5, 0.0, 0.5]),
    "clip at the lower bound": (lambda x: np.clip(x, 1.0, 2.0), 1.0, 0.5),
    "clip at the upper bound": (lambda x: np.clip(x, 1.0, 2.0), 2.0, 0.5),
    "clip outside": (lambda x: np.sum(np.clip(x, 1.0, 2.0)), [0.0, 3.0, 1.5], [0.0, 0.0, 1.0]),
    "sqrt(0)": (np.sqrt, 0.0, inf),
    "norm 2 at 0": (norm(), [0.0, 0.0], [0.0, 0.0]),
    "norm 3 at 0": (norm(3), [0.0, 0.0], [0.0, 0.0]),
    "Frobenius norm at 0": (norm("fro"), [[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
    "row norms, one row zero": (
        lambda x: np.sum(np.linalg.norm(x, axis=1)),
        [[0.0, 0.0], [3.0, 4.0]],
        [[0.0, 0.0], [0.6, 0.8]],
    ),
    "norm inf ties": (norm(inf), [1.0, -1.0], [0.5, -0.5]),
    "norm inf": (norm(inf), [1.0, -3.0], [0.0, -1.0]),
    "norm -inf": (norm(-inf), [1.0, -3.0], [1.0, 0.0]),
    "norm 1": (norm(1), [0.0, 1.0], [0.0, 1.0]),
    "x**0. at 0": (lambda x: x**0.0, 0.0, 0.0),
    "x**2 at 0": (lambda x: x**2.0, 0.0, 0.0),
    "x**1. at 0": (lambda x: x**1.0, 0.0, 1.0),
    "x**0.5 at 0": (lambda x: x**0.5, 0.0, inf),
    "x**pi at 0": (lambda x: x**pi, 0.0, 0.0),
    "x**inf below 1": (lambda x: np.sum(x**inf), [0.5, -0.5, 0.0], [0.0, 0.0, 0.0]),
    "x**-inf above 1": (lambda x: x**-inf, -2.0, 0.0),
    "x**-1 at -2": (lambda x: x**-1.0, -2.0, -0.25),
    "0**y by y": (lambda y: 0.0**y, 2.0, 0.0),
    "power(0, y) by y": (lambda y: np.power(0.0, y), 2.0, 0.0),
    "sinc at 0": (np.sinc, 0.0, 0.0),
    "prod with a zero": (np.prod, [0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
    "prod with two zeros": (np.prod, [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
    "cumprod with a zero": (lambda x: np.cumprod(x)[-1], [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
    "std of a constant": (np.std, [2.0, 2.0, 2.0], [0.0, 0.0, 0.0]),
    "var of a constant": (np.var, [2.0, 2.0, 2.0], [0.0, 0.0, 0.0]),
    "det of a singular matrix": (np.linalg.det, [[1.0, 2.0], [2.0, 4.0]], [[4.0, -2.0], [-2.0, 1.0]]),
    "det of the zero matrix": (np.linalg.det, [[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
    "det of rank one 3x3": (np.linalg.det, np.ones((3, 3)).tolist(), np.zeros((3, 3)).tolist()),
    "where guards sqrt": (lambda x: np.where(x > 0, np.sqrt(x), 0.0), 0.0, 0.0),
    "where guards log": (
        lambda x: np.sum(np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0)),
        [0.0, 2.0],
        [0.0, 0.5],
    ),
    "where guards 1/x": (lambda x: np.sum(np.where(x != 0, 1 / x, 0.0)), [0.0, 2.0], [0.0, -0.25]),
    "mask drops sqrt(0)": (lambda x: np.sum(np.sqrt(x)[x > 0]), [0.0, 4.0], [0.0, 0.25]),
    "mask drops a NaN": (
        lambda x: np.sum(((x - np.array([1.0, nan, 2.0])) ** 2)[[0, 2]]),
        [1.5, 1.0, 0.0],
        [1.0, 0.0, -4.0],
    ),
    "sqrt(x**2) at 0": (lambda x: np.sqrt(x**2), 0.0, nan),
    # 0 comes in for the logarithm, so by the strong zero 0 goes out; what is left is 1 * log(0)
    "x log x at 0": (lambda x: x * np.log(x), 0.0, -np.inf),
    "multiplying by 0 stays 0": (lambda x: np.sum(0.0 * np.sqrt(x)), [0.0, 1.0], [0.0, 0.0]),
    "repeated indices": (
        lambda x: np.sum(x[[0, 0, 1]] * np.array([1.0, 10.0, 100.0])),
        [5.0, 6.0, 7.0],
        [11.0, 100.0, 0.0],
    ),
    "mixed indices": (
        lambda x: np.sum(x[:, [0, 0, 1]] * np.array([1.0, 10.0, 100.0])),
        [[1.0, 2.0], [3.0, 4.0]],
        [[11.0, 100.0], [11.0, 100.0]],
    ),
    "sign": (lambda x: x + np.sign(x), 0.0, 1.0),
    "floor at an integer": (lambda x: x + np.floor(x), 2.0, 1.0),
    "median of an even number": (np.median, [1.0, 4.0, 2.0, 8.0], [0.0, 0.5, 0.5, 0.0]),
    "log1p and expm1 near 0": (lambda x: np.log1p(np.expm1(x)), 1e-20, 1.0),
    "tanh far out": (np.tanh, 1000.0, 0.0),
    "logaddexp far out": (lambda x: np.logaddexp(x, 0.0), 1000.0, 1.0),
    "softmax far out": (lambda x: np.log(np.sum(np.exp(x - np.max(x)))) + np.max(x), [1000.0, 0.0], [1.0, 0.0]),
}


@pytest.mark.parametrize("name", CORNERS)
def test_gradient_at_the_corner(name):
    f, x, expected = CORNERS[name]
    (g,) = gradient(f, np.array(x), check_finite=False)
    np.testing.assert_allclose(g, np.array(expected), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", [name for name, (_, x, _) in CORNERS.items() if isinstance(x, float)])
def test_python_numbers_have_the_same_corners(name):
    f, x, expected = CORNERS[name]
    (g,) = gradient(f, x, check_finite=False)
    assert type(g) is float
    np.testing.assert_allclose(g, expected, rtol=1e-14, atol=1e-15)


# In these a factor of exactly zero meets an infinite one: forward mode meets them in the other order.
REVERSE_ONLY = {"sqrt(x**2) at 0", "x log x at 0", "multiplying by 0 stays 0"}


@pytest.mark.parametrize("name", [name for name in CORNERS if name not in REVERSE_ONLY])
def test_forward_mode_gives_the_same_corners(name):
    f, x, expected = CORNERS[name]
    x, expected = np.array(x), np.array(expected)
    for index in np.ndindex(x.shape):
        dx = np.zeros_like(x)
        dx[index] = 1.0
        _, dy = tracker.pushforward(f, (x,), (dx,))
        np.testing.assert_allclose(dy, expected[index], rtol=1e-14, atol=1e-15)


TWO_ARGUMENTS = {
    "maximum ties": (np.maximum, 1.0, 1.0, (0.5, 0.5)),
    "minimum ties": (np.minimum, 1.0, 1.0, (0.5, 0.5)),
    "fmax ties": (np.fmax, 1.0, 1.0, (0.5, 0.5)),
    "fmin ties": (np.fmin, 1.0, 1.0, (0.5, 0.5)),
    "maximum": (np.maximum, 1.0, 2.0, (0.0, 1.0)),
    "hypot(0, 0)": (np.hypot, 0.0, 0.0, (0.0, 0.0)),
    "arctan2(0, 0)": (np.arctan2, 0.0, 0.0, (0.0, 0.0)),
    "arctan2(1, inf)": (np.arctan2, 1.0, np.inf, (0.0, 0.0)),
    "arctan2(-inf, 2)": (np.arctan2, -np.inf, 2.0, (0.0, 0.0)),
    "arctan2(inf, -inf)": (np.arctan2, np.inf, -np.inf, (0.0, 0.0)),
    "logaddexp(-inf, -inf)": (np.logaddexp, -inf, -inf, (0.5, 0.5)),
    "logaddexp2(-inf, -inf)": (np.logaddexp2, -inf, -inf, (0.5, 0.5)),
    "logaddexp(-inf, 0)": (np.logaddexp, -inf, 0.0, (0.0, 1.0)),
    "0**0": (lambda x, y: x**y, 0.0, 0.0, (0.0, None)),
    "power(0, 0)": (np.power, 0.0, 0.0, (0.0, None)),
    "(-2)**2.": (lambda x, y: x**y, -2.0, 2.0, (-4.0, nan)),
    "power(-2, 2.)": (np.power, -2.0, 2.0, (-4.0, nan)),
    "0**2": (lambda x, y: x**y, 0.0, 2.0, (0.0, 0.0)),
    "power(0.5, inf)": (np.power, 0.5, inf, (0.0, 0.0)),
    "power(-2, -inf)": (np.float_power, -2.0, -inf, (0.0, None)),
    "copysign": (np.copysign, 2.0, -1.0, (-1.0, 0.0)),
}


@pytest.mark.parametrize("make", [float, np.array, lambda x: np.array([x])], ids=["number", "0-d", "1-d"])
@pytest.mark.parametrize("name", TWO_ARGUMENTS)
def test_gradient_at_the_corner_of_two_arguments(name, make):
    f, x, y, expected = TWO_ARGUMENTS[name]
    grads = gradient(lambda x, y: np.sum(f(x, y)), make(x), make(y), check_finite=False)
    for g, e in zip(grads, expected, strict=True):
        if e is not None:
            np.testing.assert_allclose(np.reshape(g, ()), e, rtol=1e-14)


def test_second_derivatives_at_the_corners():
    assert grad(grad(np.sinc))(0.0) == pytest.approx(-(pi**2) / 3, rel=1e-12)
    assert grad(grad(lambda x: x**1.0))(0.0) == 0.0
    assert grad(grad(lambda x: x**2.0))(0.0) == 2.0
    assert grad(grad(lambda x: x**0.0))(0.0) == 0.0
    assert grad(grad(lambda x: np.power(x, 3.0)))(0.0) == 0.0
    assert grad(grad(grad(lambda x: np.power(x, 3.0))))(0.0) == 6.0
    assert grad(grad(np.tanh))(0.0) == 0.0


def test_prod_hessian_with_zeros_is_exact():
    # d2 prod / dxi dxj is the product of the others.
    for x in ([0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]):
        expected = np.zeros((3, 3))
        for i in range(3):
            for j in range(3):
                if i != j:
                    expected[i, j] = x[3 - i - j]
        np.testing.assert_allclose(hessian(np.prod, np.array(x)), expected, atol=1e-14)


def test_prod_third_derivative_with_zeros_is_one():
    f = np.prod
    x = np.zeros(3)
    third = tracker.jacobian(lambda x: hessian(f, x), x)
    np.testing.assert_allclose(third[0, 1, 2], 1.0)
    np.testing.assert_allclose(third[0, 0, 1], 0.0, atol=1e-15)


def test_cumprod_hessian_at_zero_is_exact():
    x = np.array([2.0, 0.0, 3.0])
    H = hessian(lambda x: np.cumprod(x)[-1], x)
    np.testing.assert_allclose(H, [[0, 3, 0], [3, 0, 2], [0, 2, 0]], atol=1e-14)


def test_nested_cumprod_at_zero():
    def f(x):
        return np.sum(np.cumprod(np.cumprod(x)) * np.array([1.0, 2.0, 3.0, 4.0]))

    x = np.array([1.5, 0.0, 2.0, 0.0])
    np.testing.assert_allclose(gradient(f, x)[0], numeric_gradient(f, x)[0], atol=1e-9)
    x = np.array([1.5, -0.5, 2.0, 0.7])
    np.testing.assert_allclose(hessian(f, x), tracker.jacobian(lambda x: grad(f)(x), x, mode="forward"), rtol=1e-10)


def test_prod_by_axis_with_zeros():
    x = np.array([[0.0, 2.0, 3.0], [4.0, 0.0, 0.0], [1.0, 2.0, 3.0]])

    def f(x):
        return np.sum(np.prod(x, axis=1) * np.array([1.0, 2.0, 3.0])) + np.sum(np.prod(x, axis=0, keepdims=True))

    np.testing.assert_allclose(gradient(f, x)[0], numeric_gradient(f, x)[0], atol=1e-9)


def test_eigenvalues_of_the_identity_have_a_finite_gradient():
    (g,) = gradient(lambda a: np.sum(np.linalg.eigh(a)[0]), np.eye(3))
    np.testing.assert_allclose(g, np.eye(3), atol=1e-14)
    (g,) = gradient(lambda a: np.sum(np.linalg.eigvalsh(a)), np.eye(3))
    np.testing.assert_allclose(g, np.eye(3), atol=1e-14)


def test_eigenvectors_of_the_identity_raise_and_name_the_degeneracy():
    with pytest.raises(ValueError, match=r"degenera|equal|coincide|repeated"):
        gradient(lambda a: np.sum(np.linalg.eigh(a)[1] * np.arange(9.0).reshape(3, 3)), np.eye(3))


# Wrong results others are known for


def check(f, *args, rtol=1e-8, atol=1e-9):
    """tracker's value is NumPy's bit for bit, its gradient that of finite differences, in both modes."""
    value, grads = tracker.withgradient(f, *args)
    np.testing.assert_array_equal(value, f(*(np.array(a) for a in args)))
    expected = numeric_gradient(f, *args)
    for g, e, a in zip(grads, expected, args, strict=True):
        assert np.shape(g) == np.shape(a)
        np.testing.assert_allclose(g, e, rtol=rtol, atol=atol)
    tangents = tuple(0.6 if type(a) is float else np.cos(np.arange(a.size)).reshape(a.shape) for a in args)
    _, dy = tracker.pushforward(f, args, tangents)
    total = sum(np.sum(np.real(np.conj(e) * t)) for e, t in zip(expected, tangents, strict=True))
    np.testing.assert_allclose(dy, total, rtol=1e-7, atol=1e-8)


def uneven(y):
    """A reduction whose incoming gradient is not uniform, which would hide scrambling."""
    w = np.cos(np.arange(y.size) * 0.7 + 0.3).reshape(y.shape)
    return np.sum(np.real(y) * w) + (np.sum(np.imag(y) * w[::-1]) if np.iscomplexobj(y) else 0.0)


MASK = np.array([[True, False, True], [False, True, True]])
# Away from zero and from each other, so that finite differences meet no kink.
A23 = np.array([[0.4, -1.3, 0.9], [-0.7, 1.6, -0.2]])
A33 = np.array([[0.8, -0.3, 1.2], [-1.5, 0.6, -0.9], [0.2, 1.7, -0.5]])
V3 = np.array([0.7, -1.1, 0.3])

TRAPS = {
    "where, scalar branch": (lambda x, a: uneven(np.where(MASK, x, a)), A23, 0.3),
    "where, row branch": (lambda x, a: uneven(np.where(MASK, a, x)), A23, V3),
    "sum where": (lambda x: np.sum(x**2, where=MASK), A23),
    "sum where axis": (lambda x: uneven(np.sum(x**2, axis=1, where=MASK)), A23),
    "mean where": (lambda x: uneven(np.mean(x**2, axis=0, where=MASK)), A23),
    "max where": (lambda x: uneven(np.max(x, axis=1, where=MASK, initial=-9.0)), A23),
    "min where": (lambda x: np.min(x, where=MASK, initial=9.0), A23),
    "prod where": (lambda x: uneven(np.prod(x, axis=1, where=MASK)), A23),
    "var where": (lambda x: uneven(np.var(x, axis=1, where=MASK)), A23),
    "std where": (lambda x: np.std(x, where=MASK), A23),
    "repeat axis=-1": (lambda x: uneven(np.repeat(x, 3, axis=-1)), A23),
    "repeat flat": (lambda x: uneven(np.repeat(x, 2)), A23),
    "repeat counts": (lambda x: uneven(np.repeat(x, [1, 0, 3], axis=1)), A23),
    "repeat axis 0": (lambda x: uneven(np.repeat(x, [2, 1], axis=0)), A23),
    "tile": (lambda x: uneven(np.tile(x, (2, 3))), A23),
    "tile more axes": (lambda x: uneven(np.tile(x, (2, 1, 2))), A23),
    "tile fewer axes": (lambda x: uneven(np.tile(x, 2)), A23),
    "diag of a non-square matrix": (lambda x: uneven(np.diag(x)), A23),
    "diag offset": (lambda x: uneven(np.diag(x, 1)) + uneven(np.diag(x, -1)), A23),
    "diag of a vector": (lambda x: uneven(np.diag(x, -1)), V3),
    "diagonal": (lambda x: uneven(np.diagonal(x, 1, 1, 0)), A23),
    "norm keepdims": (lambda x: uneven(np.linalg.norm(x, axis=1, keepdims=True)), A23),
    "norm ord 1 axis": (lambda x: uneven(np.linalg.norm(x, 1, axis=0)), A23),
    "norm two axes": (lambda x: np.linalg.norm(x, axis=(1, 0), keepdims=True)[0, 0], A23),
    "norm nuclear": (lambda x: np.linalg.norm(x, "nuc"), A23),
    "norm spectral": (lambda x: np.linalg.norm(x, 2), A23),
    "norm inf of a matrix": (lambda x: np.linalg.norm(x, inf), A23),
    "eigh UPLO=U": (lambda x: uneven(np.linalg.eigh(x + 3 * x.T, UPLO="U")[0]), A33),
    "eigh UPLO=L, unsymmetric input": (lambda x: uneven(np.linalg.eigh(x, UPLO="L")[0]), A33),
    "eigh UPLO=U, unsymmetric input": (lambda x: uneven(np.linalg.eigh(x, UPLO="U")[0]), A33),
    "eigh vectors": (lambda x: uneven(np.linalg.eigh(x + x.T + np.diag([0, 4, 8]))[1] ** 2), A33),
    "einsum i,i with length 1": (lambda a, b: np.einsum("i,i", a, b), V3, V3[:1]),
    "einsum ij,ij->ij with length 1": (lambda a, b: uneven(np.einsum("ij,ij->ij", a, b)), A23, A23[:1]),
    "einsum ii->i": (lambda a: uneven(np.einsum("ii->i", a)), A33),
    "einsum ii": (lambda a: np.einsum("ii", a), A33),
    "einsum implicit output": (lambda a, b: uneven(np.einsum("ji,jk", a, b)), A23, A23),
    "einsum implicit transpose": (lambda a: uneven(np.einsum("ba", a)), A23),
    "einsum optimize": (lambda a, b, c: uneven(np.einsum("ij,jk,k->i", a, b, c, optimize=True)), A23, A33, V3),
    "einsum ellipsis": (lambda a, b: uneven(np.einsum("...i,...i->...", a, b)), A23, V3),
    "einsum sums a letter that only one has": (lambda a, b: uneven(np.einsum("ij,k->k", a, b)), A23, V3),
    "einsum lists": (lambda a, b: uneven(np.einsum(a, [0, 1], b, [1], [0])), A23, V3),
    "NaN dropped by a mask": (
        lambda x: np.nansum((x - np.array([1.0, nan, 2.0])) ** 2),
        V3,
    ),
    "stack of tracked scalars": (lambda x: uneven(np.stack([x[0], x[2] * x[1], 3.0])), V3),
    "concatenate": (lambda x: uneven(np.concatenate([x[:1], [1.0], x * 2])), V3),
    "mean of a list": (lambda x: np.mean([x[0] * x[1], x[2], 1.0]), V3),
    "plain @ tracked": (lambda x: uneven(A23 @ x), V3),
    "dot(plain, tracked)": (lambda x: uneven(np.dot(A23, x)), V3),
    "dot(tracked, plain)": (lambda x: uneven(np.dot(x, A33)), V3),
    "plain list * tracked": (lambda x: uneven([1.0, 2.0, 3.0] * x), V3),
    "tracked - plain list": (lambda x: uneven((x - [1.0, 2.0, 3.0]) ** 2), V3),
    "np.float64 * tracked": (lambda x: uneven(np.float64(2) * x + x * np.float32(3)), V3),
    "plain array += tracked through +": (lambda x: uneven(np.ones(3) - x / np.ones((2, 1))), V3),
    "cross (2,3) x (3,)": (lambda a, b: uneven(np.cross(a, b)), A23, V3),
    "cross (3,) x (2,3)": (lambda a, b: uneven(np.cross(b, a)), A23, V3),
    "var correction=1": (lambda x: uneven(np.var(x, axis=0, correction=1)), A33),
    "std ddof=1": (lambda x: np.std(x, ddof=1), A33),
    "max initial above": (lambda x: np.max(x, initial=5.0) * np.sum(x), V3),
    "max initial below": (lambda x: np.max(x, initial=-5.0), V3),
    "max list axis": (lambda x: uneven(np.max(x, axis=(0, 2))), 0.2 * RNG.permutation(24).reshape(2, 3, 4)),
    "full_like by the value": (lambda x, a: uneven(np.full_like(x, a)) * np.sum(x), A23, 0.7),
    "unique": (lambda x: uneven(np.unique(x[[0, 1, 1, 2]]) ** 2), V3),
    "abs(x*1j)**2": (lambda x: np.sum(np.abs(x * 1j) ** 2), V3),
    "real ** complex": (lambda x: uneven(np.exp(1j * x) * x), V3),
    "complex slogdet": (lambda a, b: np.linalg.slogdet(a + 1j * b)[1], A33, A33.T * 0.3),
    "complex cholesky": (
        lambda a, b: uneven(np.linalg.cholesky((a + 1j * b) @ np.conj((a + 1j * b).T) + 3 * np.eye(3))),
        A33,
        A33.T * 0.3,
    ),
    "var with a tracked mean": (lambda x: uneven(np.var(x, axis=0, mean=np.mean(x * x, axis=0, keepdims=True))), A33),
    "std with a tracked mean": (lambda x: np.std(x, mean=np.mean(x, keepdims=True) * 1.1), A33),
    "rows of the transposed": (lambda x: uneven(x.T[1] * x.T[::-1][0]), A23),
    "sort by axis": (lambda x: uneven(np.sort(x, axis=0)), A33),
    "argsort indexing": (lambda x: uneven(np.take_along_axis(x, np.argsort(x, axis=1), axis=1)), A33),
    "partition-like median": (lambda x: uneven(np.median(x, axis=1)), A33),
    "quantile": (lambda x: uneven(np.quantile(x, [0.1, 0.5, 0.77], axis=0)), A33),
    "gradient": (lambda x: uneven(np.gradient(x, 0.5)), V3),
    "interp by all": (lambda x, fp: uneven(np.interp(x, [-9.0, 0.1, 9.0], fp)), V3, V3[::-1]),
    "convolve": (lambda a, b: uneven(np.convolve(a, b, "valid")), RNG.standard_normal(5), V3),
    "kron": (lambda a, b: uneven(np.kron(a, b)), A23, A33[:2]),
    "tensordot": (lambda a, b: uneven(np.tensordot(a, b, axes=([1], [0]))), A23, A33),
    "inner and outer": (lambda a, b: uneven(np.outer(a, b)) + uneven(np.inner(A33, b)) + np.vdot(a, b), V3, V3 + 1),
    "select": (lambda x: uneven(np.select([x > 0.4, x > -0.4], [x**2, 2 * x], -x)), A33),
    "pad": (lambda x: uneven(np.pad(x, 1, mode="edge")), A23),
    "roll": (lambda x: uneven(np.roll(x, (1, 2), axis=(0, 1))), A33),
    "cumsum without axis": (lambda x: uneven(np.cumsum(x)), A23),
    "triu": (lambda x: uneven(np.triu(x, 1)), A33),
    "add.reduce": (lambda x: uneven(np.add.reduce(x, axis=1)), A23),
    "multiply.reduce": (lambda x: uneven(np.multiply.reduce(x, axis=1)), A23),
    "add.accumulate": (lambda x: uneven(np.add.accumulate(x, axis=1)), A23),
    "multiply.accumulate": (lambda x: uneven(np.multiply.accumulate(x, axis=1)), A23),
    "maximum.reduce": (lambda x: uneven(np.maximum.reduce(x, axis=1)), A23),
    "maximum.accumulate": (lambda x: uneven(np.maximum.accumulate(x, axis=1)), A23),
    "add.reduceat": (lambda x: uneven(np.add.reduceat(x, [0, 2, 1])), V3),
    "multiply.outer": (lambda a, b: uneven(np.multiply.outer(a, b)), V3, A23),
    "subtract.outer": (lambda a, b: uneven(np.subtract.outer(a, b)), V3, A23),
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_known_trap_is_avoided(name):
    check(*TRAPS[name])


def test_norm_adds_no_epsilon():
    value, (g,) = tracker.withgradient(np.linalg.norm, np.array([3e-150, 4e-150]))
    assert value == np.linalg.norm([3e-150, 4e-150])
    np.testing.assert_allclose(g, [0.6, 0.8], rtol=1e-14)


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_fft_with_every_norm(name, norm):
    f = getattr(np.fft, name)
    for n in (None, 3, 4, 7):
        check(lambda x, n=n: uneven(f(x, n=n, norm=norm)), np.array([0.3, -1.2, 0.8, 1.7, -0.4]))


def test_list_of_tracked_scalars_given_to_np_array_names_collect():
    x = param(V3)
    with pytest.raises(TypeError, match=r"tracker\.collect"):
        np.array([x[0], x[1]])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.concatenate([[x[0]], x[1:], [1.0]]),
        lambda x: np.vstack([x, [x[0], 1.0, x[1]]]),
        lambda x: np.stack([x, (x[0], 1.0, x[1])], axis=1),
        lambda x: np.clip(x, [x[0] - 1, 0.1, 0.2], [9.0, x[0] + 9, 9.0]),
    ],
)
def test_lists_of_tracked_scalars_among_arrays_differentiate_twice(f):
    x = np.array([1.1, 0.7, 1.9])
    assert tracker.gradcheck(f, x, order=2)
    np.testing.assert_array_equal(tracker.data(f(param(x))), f(x))


def test_plain_dot_tracked_names_the_operator():
    with pytest.raises(TypeError, match="@"):
        np.ones(3).dot(param(V3))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: A23 @ x,
        lambda x: np.dot(A23, x),
        lambda x: [1.0, 2.0, 3.0] * x,
        lambda x: np.float64(2) * x,
        lambda x: 2 * x,
        lambda x: np.ones(3) + x,
        lambda x: (1.0, 2.0, 3.0) - x,
    ],
)
def test_plain_value_on_the_left_gives_a_tracked_float64_array(f):
    y = f(param(V3))
    assert type(y) is TrackedArray
    assert y.dtype == np.float64


@pytest.mark.parametrize(
    "f",
    [
        lambda y: np.float64(2) * y,
        lambda y: np.float32(2) + y,
        lambda y: np.int64(2) - y,
        lambda y: np.float64(2) / y,
        lambda y: np.float64(2) ** y,
        lambda y: np.sin(y),
        lambda y: y * 2,
    ],
)
def test_numpy_scalar_with_a_tracked_real_stays_tracked(f):
    assert type(f(param(1.5))) is TrackedReal


def test_array_with_a_tracked_real_on_either_side_is_a_tracked_array():
    for y in (np.ones(3) * param(2.0), param(2.0) * np.ones(3), np.ones(3) / np.sum(param(V3))):
        assert type(y) is TrackedArray


def test_complex_from_real_stays_tracked_and_comes_back_real():
    y = param(V3) * 1j
    assert is_tracked(y)
    assert y.dtype == np.complex128
    (g,) = gradient(lambda x: np.sum(np.abs(x * 1j) ** 2), V3)
    assert g.dtype == np.float64
    np.testing.assert_allclose(g, 2 * V3)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * 2.0,
        lambda x: 1.0 / x,
        lambda x: x**2,
        lambda x: x**0.5,
        lambda x: np.maximum(x, 0.0),
        np.mean,
        np.std,
        np.linalg.norm,
        lambda x: x[0],
        lambda x: x[1:],
        np.sum,
        np.prod,
        np.cumsum,
        lambda x: np.where(x > 0, x, 0.0),
        lambda x: np.clip(x, 0.1, 0.9),
        lambda x: x @ x,
        lambda x: np.median(x),
        lambda x: np.exp(x) / np.sum(np.exp(x)),
        lambda x: np.var(x, ddof=1),
        lambda x: np.interp(x, x, x),
        lambda x: np.fft.rfft(x).real,
        lambda x: np.concatenate([x, x[:1] * 2]),
        lambda x: np.einsum("i,i", x, x),
        lambda x: np.linalg.solve(np.eye(3, dtype=np.float32) * x, x),
        lambda x: tracker.collect([x[0], x[1]]),
        lambda x: np.sum(x) * 2.0 + 1,
        lambda x: abs(-x[0]) ** 2,
    ],
)
def test_float32_is_kept_as_numpy_keeps_it(f):
    x = np.array([0.25, 0.5, 1.0], np.float32)
    assert f(param(x)).dtype == np.asarray(f(x)).dtype
    (g,) = gradient(lambda x: np.sum(f(x) ** 2), x)
    assert g.dtype == np.float32


def test_aliasing_augmented_assignment_changes_both_names():
    def f(x):
        y = x * 2
        z = y
        z += x**2
        return uneven(y) + np.sum(z * z)

    check(f, V3)


def test_rows_of_an_array_write_through():
    def f(x):
        y = x * 1.0
        for row in y:
            row /= np.sum(row**2)
        return uneven(y)

    check(f, A23)


def test_hook_that_raises_leaves_everything_as_it_was():
    x = param(V3)

    def refuse(dy):
        raise ZeroDivisionError

    y = np.sum(hook(refuse, np.sin(x)) * x)
    with pytest.raises(ZeroDivisionError):
        y.back()
    np.testing.assert_array_equal(x.grad, np.zeros(3))
    np.sum(x).back()
    np.testing.assert_array_equal(x.grad, np.ones(3))


def doubled_in_place(dy):
    dy *= 2
    return dy


def by_hook(x):
    return hook(doubled_in_place, x * 1.0)


@tracker.custom_gradient
def by_custom_gradient(x):
    return x * 1.0, lambda dy: (doubled_in_place(dy),)


def times_one(x):
    return np.asarray(x) * 1.0


tracker.rule(times_one, lambda dy, y, x: doubled_in_place(dy))


@pytest.mark.parametrize("f", [by_hook, by_custom_gradient, lambda x: tracker.track(times_one, x)])
def test_user_code_that_writes_into_its_gradient_is_right_or_refused(f):
    c = np.array([2.0, 3.0, 4.0])
    try:
        (g,) = gradient(lambda x: np.sum((f(x) + x) * c), V3)
    except ValueError as refused:
        assert "read-only" in str(refused)  # noqa: PT017 (either answer is right; a wrong number is not)
    else:
        np.testing.assert_array_equal(g, 3 * c)
    dy = np.ones(3)
    try:
        pullback(f, V3)[1](dy)
    except ValueError as refused:
        assert "read-only" in str(refused)  # noqa: PT017
    np.testing.assert_array_equal(dy, np.ones(3))


def test_second_gradient_inside_a_pullback():
    @tracker.custom_gradient
    def f(x):
        def back(dy):
            (g,) = gradient(lambda z: np.sum(np.sin(z)), x)
            return (dy * g,)

        return np.sin(x), back

    np.testing.assert_allclose(gradient(lambda x: uneven(f(x)), V3)[0], gradient(lambda x: uneven(np.sin(x)), V3)[0])
    np.testing.assert_allclose(
        hessian(lambda x: uneven(f(x)), V3), hessian(lambda x: uneven(np.sin(x)), V3), atol=1e-14
    )


def test_variable_captured_by_a_custom_gradient_in_a_checkpoint_gets_its_gradient():
    @tracker.custom_gradient
    def square(x):
        return x * x, lambda dy: 2 * x * dy

    assert tracker.grad(lambda c: tracker.checkpoint(lambda y: y * square(c), 3.0))(2.0) == 12.0


def test_matrix_captured_by_a_checkpointed_function_is_there_on_the_way_back():
    w, v = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0])
    found = tracker.gradient(lambda w: np.sum(tracker.checkpoint(lambda y: (w @ y) ** 2, v)), w)[0]
    np.testing.assert_allclose(found, 2 * np.outer(w @ v, v), rtol=1e-14)


def test_variable_captured_by_a_checkpointed_function_gets_its_gradient():
    def f(x, w):
        return np.sum(checkpoint(lambda x: np.sin(x * w), x) * x)

    for g, e in zip(
        gradient(f, V3, V3[::-1].copy()),
        numeric_gradient(lambda x, w: np.sum(np.sin(x * w) * x), V3, V3[::-1].copy()),
        strict=True,
    ):
        np.testing.assert_allclose(g, e, rtol=1e-8)


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_a_complex_number_deviates_in_real_arithmetic_by_its_imaginary_part():
    f = lambda z: np.std(z, dtype=float)
    assert f(np.array([0.42 - 0.3j])) == pytest.approx(0.3)
    np.testing.assert_allclose(gradient(f, np.array([0.42 - 0.3j]))[0], [-1j], atol=1e-12)
    np.testing.assert_array_equal(gradient(np.std, np.full(3, 0.1 + 0.7j))[0], np.zeros(3))


def test_nested_gradients_in_several_threads_are_right():
    def work(seed, results):
        x = np.random.default_rng(seed).standard_normal(3)

        def inner(x):
            return np.sum(gradient(lambda z: np.sum(np.sin(z) * x), x)[0] ** 2)

        expected = -2 * x**2 * np.cos(x) * np.sin(x) + 2 * x * np.cos(x) ** 2  # of (x cos x)^2
        for _ in range(200):
            results.append(np.allclose(gradient(inner, x)[0], expected, rtol=1e-10))

    results = []
    threads = [threading.Thread(target=work, args=(seed, results)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 800


def test_result_shares_no_memory_with_inputs_and_inputs_are_never_written():
    x = V3.copy()
    y, pull = pullback(lambda x: (x, x[1:], x.reshape(3, 1), np.asarray), x)
    assert not any(np.shares_memory(part, x) for part in y[:3])
    dy = np.ones(3)
    (g,) = pull((dy, np.zeros(2), np.zeros((3, 1)), None))
    assert not np.shares_memory(g, dy)
    g += 1
    np.testing.assert_array_equal(pull((dy, np.zeros(2), np.zeros((3, 1)), None))[0], np.ones(3))
    np.testing.assert_array_equal(x, V3)


def test_the_record_does_not_share_memory_with_returned_values():
    y, pull = pullback(np.exp, V3)
    y[:] = 0.0
    np.testing.assert_array_equal(pull(np.ones(3))[0], np.exp(V3))


def test_grad_of_a_param_shares_no_memory_with_dy():
    x = param(V3)
    dy = np.ones(3)
    (x * 1.0).back(dy)
    dy[:] = 7.0
    x.grad[0] += 0
    np.testing.assert_array_equal(x.grad, np.ones(3))
    x = param(V3)
    x.back(dy)
    dy[:] = 8.0
    np.testing.assert_array_equal(x.grad, np.full(3, 7.0))


def test_holding_a_gradient_does_not_hold_the_record():
    import weakref

    class Witness(np.ndarray):
        pass

    refs = []

    def f(x):
        c = np.ones(3).view(Witness)
        refs.append(weakref.ref(c))
        return np.sum(np.sin(x) * c)

    gc.disable()
    try:
        held = tracker.withgradient(f, V3)
        assert refs[0]() is None
    finally:
        gc.enable()
    assert held.grad[0].shape == (3,)
