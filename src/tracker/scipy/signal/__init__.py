"""scipy.signal, differentiable by signals, kernels and filter coefficients."""

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.signal import TABLE as _REST
from tracker.scipy.signal._chirp import czt, zoom_fft
from tracker.scipy.signal._filters import (
    convolve,
    correlate,
    fftconvolve,
    filtfilt,
    lfilter,
    lfilter_zi,
    lfiltic,
    savgol_filter,
    sosfilt,
    sosfilt_zi,
    sosfiltfilt,
)
from tracker.scipy.signal._forms import (
    freqs,
    freqz,
    freqz_sos,
    sawtooth,
    sosfreqz,
    sweep_poly,
    vectorstrength,
)
from tracker.scipy.signal._local import (
    convolve2d,
    correlate2d,
    medfilt,
    medfilt2d,
    oaconvolve,
    order_filter,
    upfirdn,
    wiener,
)
from tracker.scipy.signal._short_time import istft, stft
from tracker.scipy.signal._spectra import (
    coherence,
    csd,
    detrend,
    hilbert,
    periodogram,
    resample,
    spectrogram,
    welch,
)

__all__ = [
    "coherence",
    "convolve",
    "convolve2d",
    "correlate",
    "correlate2d",
    "csd",
    "czt",
    "detrend",
    "fftconvolve",
    "filtfilt",
    "freqs",
    "freqz",
    "freqz_sos",
    "hilbert",
    "istft",
    "lfilter",
    "lfilter_zi",
    "lfiltic",
    "medfilt",
    "medfilt2d",
    "oaconvolve",
    "order_filter",
    "periodogram",
    "resample",
    "savgol_filter",
    "sawtooth",
    "sosfilt",
    "sosfilt_zi",
    "sosfiltfilt",
    "sosfreqz",
    "spectrogram",
    "stft",
    "sweep_poly",
    "upfirdn",
    "vectorstrength",
    "welch",
    "wiener",
    "zoom_fft",
]

__getattr__ = _rest_of("signal", _REST)
