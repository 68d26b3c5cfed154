"""float32 goes in, float32 values and gradients come out, close to those of float64: for functions of all sections."""

import numpy as np
import pytest

import tracker
from tests.scipy_derivatives import curved
from tracker.scipy import fft, integrate, interpolate, ndimage, signal, spatial, special

RNG = np.random.default_rng(14)
X, ROWS, IMAGE = RNG.standard_normal(20), RNG.standard_normal((20, 3)), RNG.standard_normal((6, 7))
B, A, SOS = np.array([0.4, 0.3, -0.1]), np.array([1.3, -0.5, 0.2]), np.array([[0.4, 0.3, -0.1, 1.0, -0.3, 0.1]])
ZI, KNOTS, Q = RNG.standard_normal(2), np.linspace(0.0, 3.0, 20), np.array([0.3, 1.4, 2.2], np.float32)
GRID = (np.linspace(0, 1, 6), np.linspace(0, 1, 7))
SPECTRUM = RNG.standard_normal((5, 6))

CASES = {
    "lfilter zi": (lambda b, a, x, z: signal.lfilter(b, a, x, zi=z)[0], B, A, X, ZI),
    "lfilter zi, state": (lambda b, a, x, z: signal.lfilter(b, a, x, zi=z)[1], B, A, X, ZI),
    "sosfilt zi": (lambda x, z: signal.sosfilt(SOS.astype(x.dtype), x, zi=z)[0], X, ZI[None]),
    "sosfiltfilt": (lambda x: signal.sosfiltfilt(SOS.astype(x.dtype), x), X),
    "filtfilt": (lambda x: signal.filtfilt(B.astype(x.dtype), A.astype(x.dtype), x), X),
    "lfilter_zi": (signal.lfilter_zi, B, A),
    "savgol_filter": (lambda x: signal.savgol_filter(x, 4, 2), X),
    "stft along axis 0": (lambda x: signal.stft(x, nperseg=8, axis=0)[2], ROWS),
    "istft": (lambda z: signal.istft(z + 0j, nperseg=8)[1], SPECTRUM),
    "welch along axis 0": (lambda x: signal.welch(x, nperseg=8, axis=0)[1], ROWS),
    "csd": (lambda x: signal.csd(x, x[::-1], nperseg=8)[1], X),
    "spectrogram": (lambda x: signal.spectrogram(x, nperseg=8)[2], X),
    "hilbert": (signal.hilbert, X),
    "resample": (lambda x: signal.resample(x, 15), X),
    "czt": (lambda x: signal.czt(x, 5), X),
    "detrend": (signal.detrend, X),
    "upfirdn": (lambda h, x: signal.upfirdn(h, x, 2, 3), B, X),
    "freqz": (lambda b, a: signal.freqz(b, a, 5)[1], B, A),
    "CubicSpline": (lambda y: interpolate.CubicSpline(KNOTS, y)(Q), X),
    "CubicSpline integral": (lambda y: interpolate.CubicSpline(KNOTS, y).integrate(0.2, 1.7), X),
    "CubicHermiteSpline": (lambda y, d: interpolate.CubicHermiteSpline(KNOTS, y, d)(Q), X, X[::-1].copy()),
    "PchipInterpolator": (lambda y: interpolate.PchipInterpolator(KNOTS, y)(Q), X),
    "KroghInterpolator": (lambda y: interpolate.KroghInterpolator(KNOTS[:5], y)(Q / 5), X[:5]),
    "make_interp_spline": (lambda y: interpolate.make_interp_spline(KNOTS, y).derivative()(Q), X),
    "RegularGridInterpolator": (lambda v: interpolate.RegularGridInterpolator(GRID, v)([[0.3, 0.6]]), IMAGE),
    "correlate along axes": (lambda x, w: ndimage.correlate(x, w, axes=1), IMAGE, B),
    "gaussian_filter": (lambda x: ndimage.gaussian_filter(x, 1.0), IMAGE),
    "map_coordinates": (lambda x: ndimage.map_coordinates(x, [[1.3, 2.7], [2.2, 3.1]], order=1), IMAGE),
    "rotate": (lambda x: ndimage.rotate(x, 20.0, mode="nearest"), IMAGE),
    "cumulative_simpson": (integrate.cumulative_simpson, X),
    "dctn": (fft.dctn, IMAGE),
    "cdist": (spatial.distance.cdist, IMAGE, IMAGE[::-1] + 1),
    "log_softmax": (special.log_softmax, IMAGE),
}


@pytest.mark.parametrize("name", CASES)
def test_float32_is_kept(name):
    f, *xs = CASES[name]
    loss = lambda *xs: curved(f(*xs)) * 1.0
    narrow = [np.float32(x) for x in xs]
    wide = tracker.gradient(loss, *xs)
    for x, found, expected in zip(narrow, tracker.gradient(loss, *narrow), wide, strict=True):
        assert found.dtype == np.float32
        assert found.shape == x.shape
        np.testing.assert_allclose(found, expected, rtol=5e-3, atol=5e-4 * np.max(np.abs(expected)))
