"""tracker.scipy.fft: SciPy's values, and adjoints of every transform, length, norm and axis."""

import itertools

import numpy as np
import pytest
import scipy.fft

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import fft

RNG = np.random.default_rng(0)
NORMS = (None, "backward", "forward", "ortho")
ONE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
OF_REAL = ("rfft", "ihfft")
TRIGONOMETRIC = ("dct", "idct", "dst", "idst")
SEVERAL = [
    ((-2, -1), None, None),
    ((-2, -1), (4, 7), "ortho"),
    ((1, 0), (3, 6), "forward"),
    ((0, 2), None, "backward"),
    ((2,), None, None),
    (None, (5, 3), None),
    (None, None, "ortho"),
]


def complex_like(x):
    return x + 1j * RNG.standard_normal(x.shape)


def assert_adjoint(name, x, **options):
    """<w, f(v)> = <f*(w), v> for random v and w: f is linear, so this is its gradient at every x."""
    f = lambda x: getattr(fft, name)(x, **options)
    theirs = lambda x: getattr(scipy.fft, name)(x, **options)
    y, back = tracker.pullback(f, x)
    np.testing.assert_array_equal(y, theirs(x), strict=True)
    w, v = RNG.standard_normal(y.shape), RNG.standard_normal(x.shape)
    w, v = complex_like(w) if np.iscomplexobj(y) else w, complex_like(v) if np.iscomplexobj(x) else v
    (found,) = back(w)
    assert found.dtype == x.dtype
    assert np.real(np.vdot(found, v)) == pytest.approx(np.real(np.vdot(w, theirs(v))), rel=1e-11, abs=1e-11)
    np.testing.assert_array_equal(tracker.pushforward(f, (x,), (v,))[1], theirs(v))


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("norm", NORMS)
def test_fourier_transforms_along_one_axis(name, norm):
    for n, axis in itertools.product((None, 4, 5, 9), (0, -1)):
        x = RNG.standard_normal((5, 6))
        for z in (x,) if name in OF_REAL else (x, complex_like(x)):
            assert_adjoint(name, z, n=n, axis=axis, norm=norm)


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize(("axes", "s", "norm"), SEVERAL)
def test_fourier_transforms_along_several_axes(name, axes, s, norm):
    x = RNG.standard_normal((3, 4, 5))
    z = x if name in OF_REAL else complex_like(x)
    assert_adjoint(f"{name}n", z, axes=axes, s=s, norm=norm)
    if axes is not None and len(axes) == 2:
        assert_adjoint(f"{name}2", z, axes=axes, s=s, norm=norm)


@pytest.mark.parametrize("name", TRIGONOMETRIC)
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
@pytest.mark.parametrize("norm", NORMS)
def test_cosine_and_sine_transforms(name, kind, norm):
    for n, orthogonalize in itertools.product((None, 4, 7), (None, True, False)):
        x = RNG.standard_normal((3, 5))
        assert_adjoint(name, x, type=kind, n=n, norm=norm, orthogonalize=orthogonalize)
        s = None if n is None else (n, n + 1)
        assert_adjoint(f"{name}n", x, type=kind, s=s, norm=norm, orthogonalize=orthogonalize)
    assert_adjoint(name, complex_like(x), type=kind, axis=0, norm=norm)


@pytest.mark.parametrize("name", ["fht", "ifht"])
@pytest.mark.parametrize("bias", [0.0, 0.3])
def test_hankel_transforms(name, bias):
    assert_adjoint(name, RNG.standard_normal((2, 8)), dln=0.1, mu=1.5, offset=0.2, bias=bias)


@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
def test_shifts(name):
    assert_adjoint(name, RNG.standard_normal((3, 4)))
    assert_adjoint(name, RNG.standard_normal((3, 4)), axes=1)


@pytest.mark.parametrize("name", ["fft", "rfft", "ihfft", "dct", "idst", "dctn", "rfft2", "ifftn"])
def test_second_order_and_single_precision(name):
    x = RNG.standard_normal((3, 4))
    assert_derivatives(lambda m: getattr(m, name), fft, scipy.fft, x)
    x = x.astype(np.float32)
    f = lambda x: np.sum(np.abs(getattr(fft, name)(x)) ** 2)
    assert tracker.gradient(f, x)[0].dtype == np.float32


def test_scipys_own_functions_take_tracked_arrays():
    """SciPy asks registered backends, of which tracker.scipy.fft is one."""
    x = RNG.standard_normal(6)
    for run in (
        lambda m, x: m.fft(x), lambda m, x: m.rfft(x, 4), lambda m, x: m.idstn(x, 1), lambda m, x: m.ifht(x, 0.1, 0.5),
    ):  # fmt: skip
        f = lambda m, run=run: lambda x: np.sum(np.abs(run(m, x)) ** 2)
        np.testing.assert_array_equal(tracker.gradient(f(scipy.fft), x)[0], tracker.gradient(f(fft), x)[0])
    assert type(scipy.fft.fft(x)) is np.ndarray


def test_a_list_of_tracked_numbers_is_an_array():
    assert tracker.gradcheck(lambda a, b: fft.dct([a, 1.0, a * b]), 0.5, 2.0)


def test_what_is_not_differentiated_is_refused():
    x = tracker.param(complex_like(RNG.standard_normal(4)))
    with pytest.raises(NotImplementedError, match="orthogonalize"):
        fft.dct(x, orthogonalize=True)
    with pytest.raises(NotImplementedError, match="plan"):
        fft.fft(x, plan=object())
    with pytest.raises(NotImplementedError, match="fhtoffset"):
        fft.fhtoffset(tracker.param(0.1), 1.0)
    assert fft.next_fast_len(7) == scipy.fft.next_fast_len(7)
    for run in (lambda m, x: m.fft(x, 0), lambda m, x: m.fft(x, axis=3), lambda m, x: m.dct(x, 7),
                lambda m, x: m.fft(x, norm="bad"), lambda m, x: m.rfft(x)):  # fmt: skip
        with pytest.raises((ValueError, TypeError, IndexError)) as plain:
            run(scipy.fft, x.data)
        with pytest.raises(plain.type):
            run(fft, x)
