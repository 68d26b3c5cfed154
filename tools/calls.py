"""Calls of functions with large arguments, for tools/costs.py: by name, the function and its argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.signal

_RNG: Final = np.random.default_rng(0)
_V: Final = _RNG.uniform(0.1, 0.9, 300_000)
_W: Final = _RNG.uniform(0.1, 0.9, 300_000)
_M: Final = _V.reshape(1000, 300)
_S: Final = _RNG.uniform(0.1, 0.9, (200, 200)) + 5 * np.eye(200)
_SYMMETRIC: Final = _S @ _S.T
_ROWS: Final = _RNG.integers(0, 1000, 1000)
_MASK: Final = _V > 0.5
_B: Final = _RNG.standard_normal(200)

_UNARY = (
    "sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh exp exp2 expm1 log log2 log10 log1p sqrt cbrt "
    "square abs fabs negative reciprocal sinc deg2rad sort cumsum cumprod diff ediff1d gradient unwrap flip ravel "
    "nan_to_num nancumsum unique i0"
)
_BINARY = (
    "add subtract multiply divide power arctan2 hypot maximum minimum fmax logaddexp remainder fmod copysign dot inner"
)
_AXIS = (
    "sum mean var std max min prod ptp median sort cumsum cumprod nansum nanmean nanmax nanprod flip roll_ trapezoid "
    "diff average"
)

_Call = tuple[Callable[[Any], Any], Any]


def _along(name: str, axis: int) -> Callable[[Any], Any]:
    if name == "roll_":
        return lambda a: np.roll(a, 7, axis=axis)
    return lambda a: getattr(np, name)(a, axis=axis)


NUMPY: Final[dict[str, _Call]] = {
    **{name: (getattr(np, name), _V) for name in _UNARY.split()},
    **{name: (lambda a, name=name: getattr(np, name)(a, _W), _V) for name in _BINARY.split()},
    **{f"{name.strip('_')} axis=0": (_along(name, 0), _M) for name in _AXIS.split()},
    **{f"{name.strip('_')} axis=1": (_along(name, 1), _M) for name in _AXIS.split()},
    "take axis=0": (lambda a: np.take(a, _ROWS, axis=0), _M),
    "take axis=1": (lambda a: np.take(a, _ROWS % 300, axis=1), _M),
    "take": (lambda a: np.take(a, _RNG.permutation(300_000)), _V),
    "x[rows]": (lambda a: a[_ROWS], _M),
    "x[mask]": (lambda a: a[_MASK], _V),
    "x[1:-1, ::2]": (lambda a: a[1:-1, ::2], _M),
    "where": (lambda a: np.where(_MASK, a, _W), _V),
    "clip": (lambda a: np.clip(a, 0.2, 0.8), _V),
    "tile": (lambda a: np.tile(a, (2, 2)), _M),
    "repeat": (lambda a: np.repeat(a, 3, axis=0), _M),
    "pad": (lambda a: np.pad(a, 5, "reflect"), _M),
    "roll": (lambda a: np.roll(a, 7), _V),
    "tril": (np.tril, _M),
    "partition": (lambda a: np.partition(a, 50), _V),
    "quantile": (lambda a: np.quantile(a, [0.1, 0.5, 0.9]), _V),
    "percentile axis=0": (lambda a: np.percentile(a, 30, axis=0), _M),
    "histogram": (lambda a: np.histogram(_W, 50, weights=a)[0], _V),
    "bincount": (lambda a: np.bincount(_ROWS.repeat(300), a), _V),
    "interp": (lambda a: np.interp(a, np.linspace(0, 1, 50), _W[:50]), _V),
    "polyval": (lambda a: np.polyval([1.0, 2.0, 3.0, 4.0], a), _V),
    "convolve": (lambda a: np.convolve(a, _W[:20]), _V),
    "concatenate": (lambda a: np.concatenate([a, a]), _M),
    "stack": (lambda a: np.stack([a, a]), _M),
    "einsum ij->ji": (lambda a: np.einsum("ij->ji", a) * 1, _M),
    "einsum ij,ij->i": (lambda a: np.einsum("ij,ij->i", a, _W.reshape(1000, 300)), _M),
    "outer": (lambda a: np.outer(a, _W[:1000]), _V[:300]),
    "kron": (lambda a: np.kron(a, _W[:100].reshape(10, 10)), _V[:3000].reshape(60, 50)),
    "cov": (np.cov, _M[:, :100].T.copy()),
    "matmul": (lambda a: a @ a.T, _M),
    "matmul by one": (lambda a: a @ _W[:90_000].reshape(300, 300), _M),
    "norm": (np.linalg.norm, _M),
    "norm axis=1": (lambda a: np.linalg.norm(a, axis=1), _M),
    "solve": (lambda a: np.linalg.solve(a, _W[:200]), _S),
    "inv": (np.linalg.inv, _S),
    "det": (np.linalg.det, _S),
    "slogdet": (lambda a: np.linalg.slogdet(a)[1], _S),
    "svd": (lambda a: np.linalg.svd(a)[1], _S),
    "svdvals": (np.linalg.svdvals, _S),
    "eigvalsh": (np.linalg.eigvalsh, _SYMMETRIC),
    "eigh": (lambda a: np.linalg.eigh(a)[1], _SYMMETRIC),
    "eigvals": (lambda a: np.abs(np.linalg.eigvals(a)), _S),
    "qr": (lambda a: np.linalg.qr(a)[1], _S),
    "pinv": (np.linalg.pinv, _S),
    "lstsq": (lambda a: np.linalg.lstsq(a, _B)[0], _S),
    "matrix_power": (lambda a: np.linalg.matrix_power(a, 5), _S / 100),
    "cholesky": (np.linalg.cholesky, _SYMMETRIC),
    "rfft": (lambda a: np.abs(np.fft.rfft(a)), _V),
    "fft2": (lambda a: np.abs(np.fft.fft2(a)), _M),
}

_SAMPLES: Final = _V[:100_000]
_IMAGE: Final = _V[:90_000].reshape(300, 300)
_POINTS: Final = _V[:12_000].reshape(300, 40)
_KNOTS: Final = np.linspace(0, 1, 20_000)
_AT: Final = _W[:20_000]
_PLACES: Final = 298 * _W[:180_000].reshape(2, 90_000)
_SECTIONS: Final = scipy.signal.butter(4, 0.3, output="sos")
_GRID: Final = (np.arange(300.0), np.arange(300.0))
_POLES: Final = ([1.0, 0.2], [1, -0.5, 0.1])
_BANDS: Final = _RNG.uniform(0.1, 0.5, (3, 20_000)) + np.array([[0], [5], [0]])

_SPECIAL = (
    "erf erfc erfinv gammaln gamma digamma expit logit log_ndtr ndtr ndtri j0 i0e entr exprel expi ellipk ellipe "
    "rgamma spence softmax log_softmax logsumexp"
)
_DENSITIES: Final = {"norm": (), "gamma": (2.5,), "t": (3.0,), "beta": (2.0, 3.0), "lognorm": (0.7,)}

# f(m, x), m being scipy or tracker.scipy
SCIPY: Final[dict[str, tuple[Callable[[Any, Any], Any], Any]]] = {
    **{f"special.{n}": (lambda m, x, n=n: getattr(m.special, n)(x), _SAMPLES) for n in _SPECIAL.split()},
    "special.gammainc": (lambda m, x: m.special.gammainc(2.5, x), _SAMPLES),
    "special.jv": (lambda m, x: m.special.jv(1.5, x), _SAMPLES),
    **{
        f"stats.{n}.logpdf": (lambda m, x, n=n, p=p: getattr(m.stats, n).logpdf(x, *p), _SAMPLES)
        for n, p in _DENSITIES.items()
    },
    "stats.norm.cdf": (lambda m, x: m.stats.norm.cdf(x), _SAMPLES),
    "stats.norm.ppf": (lambda m, x: m.stats.norm.ppf(x), _SAMPLES),
    **{
        f"stats.{n}": (lambda m, x, n=n: getattr(m.stats, n)(x), _SAMPLES) for n in "zscore skew kurtosis gmean".split()
    },
    "signal.lfilter": (lambda m, x: m.signal.lfilter(*_POLES, x), _SAMPLES),
    "signal.filtfilt": (lambda m, x: m.signal.filtfilt(*_POLES, x), _SAMPLES),
    "signal.sosfilt": (lambda m, x: m.signal.sosfilt(_SECTIONS, x), _SAMPLES),
    "signal.convolve": (lambda m, x: m.signal.convolve(x, _W[:50]), _SAMPLES),
    "signal.correlate": (lambda m, x: m.signal.correlate(x, _W[:50]), _SAMPLES),
    "signal.fftconvolve": (lambda m, x: m.signal.fftconvolve(x, _IMAGE[:9, :9]), _IMAGE),
    "signal.savgol_filter": (lambda m, x: m.signal.savgol_filter(x, 11, 2), _SAMPLES),
    "ndimage.gaussian_filter": (lambda m, x: m.ndimage.gaussian_filter(x, 1.0), _IMAGE),
    "ndimage.uniform_filter": (lambda m, x: m.ndimage.uniform_filter(x, 5), _IMAGE),
    "ndimage.correlate": (lambda m, x: m.ndimage.correlate(x, _IMAGE[:3, :3]), _IMAGE),
    "ndimage.correlate by weights": (lambda m, w: m.ndimage.correlate(_IMAGE, w), _IMAGE[:5, :5].copy()),
    "ndimage.rotate": (lambda m, x: m.ndimage.rotate(x, 20), _IMAGE),
    "ndimage.zoom": (lambda m, x: m.ndimage.zoom(x, 1.5), _IMAGE),
    "ndimage.shift": (lambda m, x: m.ndimage.shift(x, 1.5), _IMAGE),
    "ndimage.map_coordinates": (lambda m, x: m.ndimage.map_coordinates(x, _PLACES), _IMAGE),
    "ndimage.map_coordinates by places": (lambda m, q: m.ndimage.map_coordinates(_IMAGE, q), _PLACES),
    "interpolate.CubicSpline": (lambda m, y: m.interpolate.CubicSpline(_KNOTS, y)(_AT), _V[:20_000]),
    "interpolate.CubicSpline by points": (lambda m, q: m.interpolate.CubicSpline(_KNOTS, _V[:20_000])(q), _AT),
    "interpolate.PchipInterpolator": (lambda m, y: m.interpolate.PchipInterpolator(_KNOTS, y)(_AT), _V[:20_000]),
    "interpolate.Akima1DInterpolator": (lambda m, y: m.interpolate.Akima1DInterpolator(_KNOTS, y)(_AT), _V[:20_000]),
    "interpolate.make_interp_spline": (lambda m, y: m.interpolate.make_interp_spline(_KNOTS, y)(_AT), _V[:20_000]),
    "interpolate.RegularGridInterpolator": (
        lambda m, v: m.interpolate.RegularGridInterpolator(_GRID, v)(_PLACES.T), _IMAGE,
    ),
    "integrate.trapezoid": (lambda m, y: m.integrate.trapezoid(y), _SAMPLES),
    "integrate.trapezoid by x": (lambda m, x: m.integrate.trapezoid(_SAMPLES, x), np.cumsum(_SAMPLES)),
    "integrate.simpson": (lambda m, y: m.integrate.simpson(y), _SAMPLES),
    "integrate.simpson by x": (lambda m, x: m.integrate.simpson(_SAMPLES, x), np.cumsum(_SAMPLES)),
    "integrate.cumulative_trapezoid": (lambda m, y: m.integrate.cumulative_trapezoid(y), _SAMPLES),
    "integrate.cumulative_simpson": (lambda m, y: m.integrate.cumulative_simpson(y), _SAMPLES),
    "integrate.romb": (lambda m, y: m.integrate.romb(y), _SAMPLES[:65_537]),
    "spatial.distance.cdist": (lambda m, x: m.spatial.distance.cdist(x, _POINTS), _POINTS),
    "spatial.distance.pdist": (lambda m, x: m.spatial.distance.pdist(x), _POINTS),
    **{f"linalg.{n}": (lambda m, x, n=n: getattr(m.linalg, n)(x), _S) for n in "det inv svdvals pinv".split()},
    "linalg.expm": (lambda m, x: m.linalg.expm(x / 5), _S),
    "linalg.logm": (lambda m, x: m.linalg.logm(x), _SYMMETRIC),
    "linalg.sqrtm": (lambda m, x: m.linalg.sqrtm(x), _SYMMETRIC),
    "linalg.cholesky": (lambda m, x: m.linalg.cholesky(x), _SYMMETRIC),
    "linalg.eigh": (lambda m, x: m.linalg.eigh(x)[0], _SYMMETRIC),
    "linalg.lu": (lambda m, x: m.linalg.lu(x)[2], _S),
    "linalg.qr": (lambda m, x: m.linalg.qr(x)[1], _S),
    "linalg.solve": (lambda m, x: m.linalg.solve(x, _B), _S),
    "linalg.solve_triangular": (lambda m, x: m.linalg.solve_triangular(x, _B, lower=True), _S),
    "linalg.solve_banded": (lambda m, x: m.linalg.solve_banded((1, 1), x, _AT), _BANDS),
    "linalg.toeplitz": (lambda m, x: m.linalg.toeplitz(x), _V[:500]),
    "linalg.solve_toeplitz": (lambda m, x: m.linalg.solve_toeplitz(x, _V[:500]), _V[:500] + 500 * np.eye(1, 500)[0]),
}  # fmt: skip
