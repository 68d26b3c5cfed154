"""tracker.scipy.signal: by signals, kernels and coefficients, against differences of SciPy's functions."""

import re

import numpy as np
import pytest
import scipy.signal

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import signal

RNG = np.random.default_rng(4)
X, H = RNG.standard_normal(9), RNG.standard_normal(4)
IMAGE, KERNEL = RNG.standard_normal((4, 5)), RNG.standard_normal((2, 3))
B, A = np.array([0.4, 0.3, -0.1]), np.array([1.3, -0.5, 0.2])


def check(make, *xs, **options):
    assert_derivatives(make, signal, scipy.signal, *xs, **options)


@pytest.mark.parametrize("name", ["convolve", "fftconvolve", "correlate"])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolution(name, mode):
    make = lambda m: lambda a, b: getattr(m, name)(a, b, mode)
    check(make, X, H)
    check(make, X, X[:8])
    check(make, IMAGE, KERNEL)
    if not (name == "fftconvolve" and mode == "valid"):
        check(make, H, X)
        check(lambda m: lambda a: getattr(m, name)(a, X, mode), H, exact=False)
    for first, second in ((X, H), (IMAGE, KERNEL), (IMAGE, IMAGE)):
        check(lambda m, b=second: lambda a: getattr(m, name)(a, b, mode), first, exact=False)
        check(lambda m, a=first: lambda b: getattr(m, name)(a, b, mode), second, exact=False)


@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_convolution_of_complex_signals(name):
    z = X + 1j * RNG.standard_normal(9)
    f = lambda z, h: np.sum(np.abs(getattr(signal, name)(z, h)) ** 2 * np.arange(12))
    assert tracker.gradcheck(f, z, H, order=2)
    assert tracker.gradcheck(lambda z: f(z, H), z, order=2)
    assert tracker.gradcheck(lambda h: f(z, h), H, order=2)


def test_kernel_that_is_changed_after_the_call():
    kernel = H.copy()
    y = signal.convolve(x := tracker.param(X), kernel)
    kernel[:] = 0
    np.sum(y).back()
    np.testing.assert_allclose(x.grad, np.sum(H))


def test_fftconvolve_along_chosen_axes():
    rows = RNG.standard_normal((4, 2))
    check(lambda m: lambda a, b: m.fftconvolve(a, b, axes=1), IMAGE, rows)
    for mode in ("full", "same", "valid"):
        check(lambda m, mode=mode: lambda a: m.fftconvolve(a, rows, mode, axes=1), IMAGE)
        check(lambda m, mode=mode: lambda b: m.fftconvolve(IMAGE, b, mode, axes=1), rows)
    check(lambda m: lambda a, b: m.fftconvolve(a, b, "same", axes=[0]), IMAGE, RNG.standard_normal((3, 5)))


@pytest.mark.parametrize(("b", "a"), [(B, A), (B[:2], A), (B, A[:1]), (B[:1], A[:2])])
def test_lfilter_by_coefficients_and_signal(b, a):
    check(lambda m: lambda b, a, x: m.lfilter(b, a, x), b, a, X)
    check(lambda m: lambda b, a, x: m.lfilter(b, a, x, axis=0), b, a, IMAGE)


def test_lfilter_with_plain_coefficients():
    check(lambda m: lambda x: m.lfilter(B, A, x), X)
    check(lambda m: lambda x: m.lfilter(B, A, x, axis=0), IMAGE)
    z = X + 1j * X[::-1]
    assert tracker.gradcheck(lambda z: np.sum(np.abs(signal.lfilter(B * 1j, A, z)) ** 2), z, order=2)


def test_signal_shorter_than_the_filter():
    check(lambda m: lambda b, a, x: m.lfilter(b, a, x), B, A, X[:1])


def test_sosfilt():
    sos = scipy.signal.butter(4, 0.3, output="sos")
    whole = lambda c: np.concatenate([c[:, :3], np.ones((2, 1)), c[:, 3:]], axis=1)  # SciPy wants ones there
    c = np.delete(sos, 3, axis=1)
    check(lambda m: lambda c, x: m.sosfilt(whole(c), x), c, X[:4])
    check(lambda m: lambda c, x: m.sosfilt(whole(c), x, axis=0), c, IMAGE, order=1)
    for axis in (0, 1):
        check(lambda m, axis=axis: lambda x: m.sosfilt(whole(c), x, axis=axis), IMAGE)


@pytest.mark.parametrize(("b", "a"), [(B, A), (B[:1], A), (B, A[:1]), (B[:1], A[:1])])
@pytest.mark.parametrize("k", [0, 1])
def test_lfilter_from_a_state(b, a, k):
    n = max(len(b), len(a)) - 1
    make = lambda m: lambda b, a, x, zi: m.lfilter(b, a, x, zi=zi)[k]
    if n or k == 0:
        check(make, b, a, X, RNG.standard_normal(n))
        check(make, b, a, X[:1], RNG.standard_normal(n))
        rows = lambda m: lambda b, a, x, zi: m.lfilter(b, a, x, axis=0, zi=zi)[k]
        for columns in (5, 1):
            check(rows, b, a, IMAGE, RNG.standard_normal((n, columns)))


def test_two_halves_from_state_to_state_are_the_whole():
    def halves(b, a, x):
        first, state = signal.lfilter(b, a, x[:4], zi=np.zeros(2))
        return np.concatenate([first, signal.lfilter(b, a, x[4:], zi=state)[0]])

    loss = lambda f: lambda *given: np.sum(f(*given) ** 3)
    for found, expected in zip(
        tracker.gradient(loss(halves), B, A, X), tracker.gradient(loss(signal.lfilter), B, A, X), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


SECTIONS = np.array([[0.4, 0.3, -0.1, -0.3, 0.1], [0.5, 0.2, 0.1, -0.2, 0.2]])
whole = lambda c: np.concatenate([c[:, :3], np.ones((2, 1)), c[:, 3:]], axis=1)  # SciPy wants ones there


@pytest.mark.parametrize("k", [0, 1])
def test_sosfilt_from_states(k):
    make = lambda m: lambda c, x, zi: m.sosfilt(whole(c), x, zi=zi)[k]
    check(make, SECTIONS, X, RNG.standard_normal((2, 2)))
    rows = lambda m: lambda c, x, zi: m.sosfilt(whole(c), x, axis=0, zi=zi)[k]
    check(rows, SECTIONS, IMAGE, RNG.standard_normal((2, 2, 5)))


@pytest.mark.parametrize("options", [{}, {"padtype": "even"}, {"padtype": "constant", "padlen": 2}, {"padtype": None}])
def test_sosfiltfilt(options):
    x = RNG.standard_normal(20)
    make = lambda m: lambda c, x: m.sosfiltfilt(whole(c), x, **options)
    check(make, SECTIONS, x, exact=False, order=1)
    assert tracker.gradcheck(lambda c, x: np.sum(make(signal)(c, x) ** 2), SECTIONS, x, order=2)
    check(lambda m: lambda c, x: m.sosfiltfilt(whole(c), x, 0, padlen=3), SECTIONS, IMAGE, exact=False, order=1)


def test_states_of_filters():
    check(lambda m: lambda b, a: m.lfilter_zi(b, a), B, A[:2])
    behind_zero = lambda m: lambda b, a: m.lfilter_zi(b, np.concatenate([np.zeros(1), a]))
    try:
        behind_zero(scipy.signal)(B, A)
    except ValueError as error:  # SciPy 1.18 no longer takes it
        with pytest.raises(ValueError, match=re.escape(str(error))):
            behind_zero(signal)(tracker.param(B), tracker.param(A))
    else:
        check(behind_zero, B, A)
    check(lambda m: lambda c: m.sosfilt_zi(whole(c)), SECTIONS)
    for n in (0, 1, 4):
        check(lambda m: lambda b, a, y: m.lfiltic(b, a, y), B, A, X[:n])
        check(lambda m: lambda b, a, y, x: m.lfiltic(b, a, y, x), B, A[:2], X[:2], X[:n])


@pytest.mark.parametrize("options", [{}, {"padtype": "even"}, {"padtype": "constant", "padlen": 2}, {"padtype": None}])
def test_filtfilt(options):
    x = RNG.standard_normal(14)
    check(lambda m: lambda b, a, x: m.filtfilt(b, a, x, **options), B, A, x)
    check(lambda m: lambda b, x: m.filtfilt(b, [1.0], x, **options), B[:2], x)
    check(lambda m: lambda x: m.filtfilt(B, A, x, axis=0, padlen=3), IMAGE, order=1)


@pytest.mark.parametrize("mode", ["interp", "mirror", "nearest", "constant", "wrap"])
@pytest.mark.parametrize(("window", "order", "deriv"), [(5, 2, 0), (3, 2, 1), (4, 1, 0), (6, 2, 1)])
def test_savgol_filter(mode, window, order, deriv):
    options = {"mode": mode, "deriv": deriv, "delta": 0.5, "cval": 0.3}
    check(lambda m: lambda x: m.savgol_filter(x, window, order, **options), X)
    check(lambda m: lambda x: m.savgol_filter(x, 3, 1, axis=0, mode=mode), IMAGE, order=1)


def test_float32_stays_float32():
    x = X.astype(np.float32)
    for f in (
        lambda x: signal.lfilter(B, A, x),
        lambda x: signal.convolve(x, x),
        lambda x: signal.savgol_filter(x, 3, 1),
    ):
        assert tracker.gradient(lambda x, f=f: np.sum(f(x)), x)[0].dtype == np.float32


def test_a_filter_of_a_long_signal_is_differentiated_in_linear_time():
    x = np.zeros(200_000)
    gradient = tracker.gradient(lambda x: signal.lfilter([1.0], [1.0, -0.5], x)[-1], x)[0]
    np.testing.assert_allclose(gradient[-4:], [0.125, 0.25, 0.5, 1.0])


def test_what_has_no_derivative_is_refused():
    x = tracker.param(X)
    with pytest.raises(NotImplementedError, match="differentiated by the coefficients"):
        signal.freqz(B, A, x)
    with pytest.raises(ValueError, match="unknown value for mode"):
        signal.spectrogram(x, nperseg=4, mode="nonsense")
    with pytest.raises(NotImplementedError, match="method"):
        signal.filtfilt(B, A, x, method="gust")


def test_scipy_rejects_what_it_rejects():
    with pytest.raises(ValueError, match="dimensionality"):
        signal.convolve(tracker.param(X), IMAGE)
    with pytest.raises(ValueError, match="mode"):
        signal.savgol_filter(tracker.param(X), 3, 1, mode="magic")


def test_a_single_coefficient_may_be_a_number():
    x = np.array([1.0, 0.5, -1.0])
    f = lambda gain, pole: np.sum(signal.lfilter(gain, tracker.collect([1.0, -pole]), x) ** 2)
    assert f(0.7, 0.4) == np.sum(scipy.signal.lfilter(0.7, [1.0, -0.4], x) ** 2)
    assert tracker.gradcheck(f, 0.7, 0.4, order=2)


RNG_TOO = np.random.default_rng(9)
LONG, OTHER = RNG_TOO.standard_normal(41), RNG_TOO.standard_normal(41)
ROWS = RNG_TOO.standard_normal((3, 30))


@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolution_in_two_dimensions(mode, boundary):
    for name in ("convolve2d", "correlate2d"):
        for fillvalue in (0, 0.4):
            make = lambda m, name=name, v=fillvalue: lambda a, b: getattr(m, name)(a, b, mode, boundary, v)
            check(make, IMAGE, KERNEL, exact=False)
            check(make, IMAGE, RNG_TOO.standard_normal((3, 2)), exact=False, order=1)
        if mode == "valid":
            check(lambda m, name=name: lambda a, b: getattr(m, name)(a, b, mode), KERNEL, IMAGE)


def test_overlap_add():
    check(lambda m: lambda a, b: m.oaconvolve(a, b), LONG, H)
    check(lambda m: lambda a, b: m.oaconvolve(a, b, "same", axes=1), IMAGE, RNG_TOO.standard_normal((4, 2)))


def test_up_and_down():
    for up, down in ((1, 1), (3, 2), (2, 5)):
        check(lambda m, u=up, d=down: lambda h, x: m.upfirdn(h, x, u, d), H, X)
    check(lambda m: lambda h, x: m.upfirdn(h, x, 2, 1, axis=0), H, IMAGE)


@pytest.mark.parametrize("n", [9, 12, 15, 22])
def test_resampling(n):
    for length in (9, 12):
        check(lambda m: lambda x: m.resample(x, n), LONG[:length].copy(), exact=False)
    check(lambda m: lambda x: m.resample(x, n, axis=1), ROWS[:, :11].copy())
    times = np.arange(9.0)
    y, t = signal.resample(tracker.param(X), n, times)
    np.testing.assert_array_equal(t, scipy.signal.resample(X, n, times)[1])
    np.testing.assert_array_equal(y.data, scipy.signal.resample(X, n, times)[0])


def test_analytic_signals_and_trends():
    for n in (None, 8, 11):
        check(lambda m, n=n: lambda x: m.hilbert(x, n), X)
    check(lambda m: lambda x: m.hilbert(x, axis=0), IMAGE)
    for options in ({}, {"type": "constant"}, {"bp": [3, 6]}, {"axis": 0}):
        check(lambda m, o=options: lambda x: m.detrend(x, **o), IMAGE if "axis" in options else X)


SPECTRA = {
    "plain": {},
    "short": {"nperseg": 8},
    "settings": {"nperseg": 9, "noverlap": 2, "nfft": 12, "fs": 3.0, "window": "hamming"},
    "linear": {"nperseg": 10, "detrend": "linear", "scaling": "spectrum"},
    "raw": {"nperseg": 8, "detrend": False, "return_onesided": False},
    "window": {"window": np.arange(1.0, 8)},
}


@pytest.mark.filterwarnings("ignore:nperseg")
@pytest.mark.parametrize("name", SPECTRA)
def test_spectra_of_windows(name):
    options = SPECTRA[name]
    check(lambda m: lambda x: m.welch(x, **options)[1], LONG, exact=False)
    check(lambda m: lambda x: m.welch(x, axis=0, **options)[1], ROWS.T.copy(), exact=False, order=1)
    check(lambda m: lambda x, y: m.csd(x, y, **options)[1], LONG, OTHER, exact=False)
    check(lambda m: lambda x: m.spectrogram(x, **options)[2], LONG, exact=False)
    check(lambda m: lambda x: m.spectrogram(x, axis=0, **options)[2], ROWS.T.copy(), exact=False, order=1)
    for part in (0, 1):
        np.testing.assert_array_equal(signal.spectrogram(tracker.param(LONG), **options)[part],
                                      scipy.signal.spectrogram(LONG, **options)[part])  # fmt: skip


def test_periodograms_and_coherence():
    for options in ({}, {"nfft": 50, "window": "hann"}, {"detrend": False, "scaling": "spectrum"}):
        check(lambda m, o=options: lambda x: m.periodogram(x, **o)[1], LONG, exact=False)
    check(lambda m: lambda x: m.periodogram(x, axis=0)[1], ROWS.T.copy(), exact=False)
    check(lambda m: lambda x, y: m.coherence(x, y, nperseg=10)[1], LONG, OTHER, exact=False)


SHORT = {
    "plain": {},
    "settings": {"nperseg": 9, "noverlap": 2, "nfft": 12, "fs": 3.0, "window": "hamming"},
    "psd": {"nperseg": 10, "detrend": "linear", "scaling": "psd", "boundary": "even"},
    "raw": {"nperseg": 8, "return_onesided": False, "boundary": None, "padded": False},
    "odd": {"nperseg": 7, "boundary": "odd", "window": np.arange(1.0, 8)},
    "edge": {"nperseg": 8, "boundary": "constant", "detrend": "constant", "noverlap": 6},
}


@pytest.mark.filterwarnings("ignore:nperseg")
@pytest.mark.parametrize("name", SHORT)
def test_short_time_transforms(name):
    options = SHORT[name]
    check(lambda m: lambda x: m.stft(x, **options)[2], LONG, exact=False)
    check(lambda m: lambda x: m.stft(x, axis=0, **options)[2], ROWS.T.copy(), exact=False)
    small = tracker.gradient(lambda x: np.sum(np.abs(signal.stft(x, **options)[2]) ** 2), np.float32(LONG))[0]
    wide = tracker.gradient(lambda x: np.sum(np.abs(signal.stft(x, **options)[2]) ** 2), LONG)[0]
    assert small.dtype == np.float32
    np.testing.assert_allclose(small, wide, rtol=1e-3, atol=1e-5)
    for part in (0, 1):
        np.testing.assert_array_equal(signal.stft(tracker.param(LONG), **options)[part],
                                      scipy.signal.stft(LONG, **options)[part])  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"nperseg": 9, "noverlap": 6, "fs": 3.0, "window": "hamming"},
        {"nperseg": 7, "nfft": 8, "scaling": "psd", "window": np.arange(1.0, 8)},
        {"input_onesided": False, "noverlap": 3},
        {"boundary": False, "window": "hamming"},
    ],
    ids=str,
)
def test_inverse_short_time_transforms(options):
    re, im = np.random.default_rng(6).standard_normal((2, 5, 4))
    check(lambda m: lambda re, im: m.istft(re + 1j * im, **options)[1], re, im, exact=False)
    several = np.random.default_rng(7).standard_normal((2, 3, 5))
    check(lambda m: lambda z: m.istft(z * (1 + 2j), time_axis=0, freq_axis=2, **options)[1], several, exact=False)
    check(lambda m: lambda z: m.istft(z * (1 + 2j), time_axis=1, freq_axis=0, nperseg=2)[1], several, exact=False)
    np.testing.assert_array_equal(signal.istft(tracker.param(re), **options)[0], scipy.signal.istft(re, **options)[0])


@pytest.mark.parametrize("m", [None, 4, 13])
def test_transforms_at_some_frequencies(m):
    for options in ({}, {"w": np.exp(-0.3j)}, {"w": 0.9 * np.exp(-0.3j), "a": 1.1 + 0.2j}, {"a": 1.1}):
        check(lambda s, o=options: lambda x: s.czt(x, m, **o), X)
        check(lambda s, o=options: lambda x: s.czt(x, m, axis=0, **o), IMAGE)
        check(lambda s, o=options: lambda x, y: s.czt(x + 1j * y, m, **o), X, H.repeat(3)[:9])
    for options in ({"fn": 0.7}, {"fn": [0.2, 0.6], "endpoint": True}, {"fn": [1.0, 3.0], "fs": 9}):
        check(lambda s, o=options: lambda x: s.zoom_fft(x, m=m, **o), X)
        check(lambda s, o=options: lambda x: s.zoom_fft(x, m=m, axis=0, **o), IMAGE)
        check(lambda s, o=options: lambda x, y: s.zoom_fft(x + 1j * y, m=m, **o), X, H.repeat(3)[:9])
    narrow = tracker.gradient(lambda x: np.sum(np.abs(signal.czt(x, m)) ** 2), np.float32(X))[0]
    assert narrow.dtype == np.float32
    wide = tracker.gradient(lambda x: np.sum(np.abs(signal.czt(x, m)) ** 2), X)[0]
    np.testing.assert_allclose(narrow, wide, rtol=1e-5, atol=1e-5)


def test_frequency_responses():
    check(lambda m: lambda b, a: m.freqz(b, a, 7)[1], B, A)
    check(lambda m: lambda b: m.freqz(b, worN=np.array([0.1, 0.7]), fs=2.0)[1], B)
    check(lambda m: lambda b, a: m.freqs(b, a, np.array([0.1, 0.7, 2.0]))[1], B, A)
    sections = np.array([[0.4, 0.3, -0.1, -0.5, 0.2], [0.9, -0.3, 0.2, 0.4, 0.1]])
    whole = lambda s: np.concatenate([s[:, :3], np.ones((2, 1)), s[:, 3:]], axis=1)  # SciPy wants a one there
    check(lambda m: lambda s: m.freqz_sos(whole(s), 6)[1], sections, exact=False)
    np.testing.assert_array_equal(signal.freqz(tracker.param(B), A, 7)[0], scipy.signal.freqz(B, A, 7)[0])


def test_wave_forms():
    t = np.array([0.3, 1.9, 4.4, 8.1])
    for width in (1, 0.4, 0):
        check(lambda m, w=width: lambda t: m.sawtooth(t, w), t)
    check(lambda m: lambda t, p: m.sweep_poly(t, p, 20), t / 40, np.array([0.05, -0.3, 2.0]))
    for part in (0, 1):
        check(lambda m, k=part: lambda t, p: m.vectorstrength(t, p)[k], t, 1.3)
        check(lambda m, k=part: lambda t, p: m.vectorstrength(t, p)[k], t, np.array([1.3, 2.9]))


def test_filters_by_rank_and_noise():
    spread = np.random.default_rng(3).permutation(30).reshape(5, 6) * 0.3 + 0.1
    check(lambda m: lambda x: m.medfilt(x, 3), spread)
    check(lambda m: lambda x: m.medfilt(x), spread[0])
    check(lambda m: lambda x: m.medfilt2d(x, (3, 5)), spread)
    check(lambda m: lambda x: m.order_filter(x, [[1, 0, 1], [0, 1, 1], [1, 1, 1]], 2), spread)
    check(lambda m: lambda x: m.wiener(x), spread, exact=False, order=1)
    check(lambda m: lambda x, p: m.wiener(x, (3, 5), p), spread, 0.7, exact=False, order=1)


def test_what_spectra_and_rates_do_not_differentiate_is_refused():
    x = tracker.param(LONG)
    for run, word in (
        (lambda: signal.welch(x, nperseg=9, average="median"), "mean"),
        (lambda: signal.csd(x, OTHER[:30], nperseg=9), "equal length"),
        (lambda: signal.spectrogram(x, nperseg=9, mode="phase"), "psd"),
        (lambda: signal.resample(x, 20, window="hann"), "window"),
        (lambda: signal.upfirdn(H, x, mode="edge"), "zeros"),
        (lambda: signal.sawtooth(0.3, x[0]), "width"),
        (lambda: signal.freqz(x, plot=print), "plot"),
        (lambda: signal.find_peaks(x), "places"),
        (lambda: signal.welch(x, nperseg=9, detrend=lambda s: s), "constant"),
        (lambda: signal.stft(x, nperseg=9, detrend=lambda s: s)[2], "constant"),
        (lambda: signal.czt(LONG, w=x[0]), "signal alone"),
        (lambda: signal.zoom_fft(LONG, x[0]), "signal alone"),
    ):
        with pytest.raises(NotImplementedError, match=word):
            tracker.data(run())
