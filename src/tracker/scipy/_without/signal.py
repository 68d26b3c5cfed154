"""What of scipy.signal is not differentiated."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, because, names

_DESIGN: Final = (
    "it designs a filter or a window from constants: write its formula with NumPy, or differentiate what is done with "
    "the coefficients, lfilter(b, a, x) and freqz(b, a)."
)
_SYSTEM: Final = (
    "it works on objects of linear systems: write x[k + 1] = A @ x[k] + B @ u[k], or take tracker.scipy.integrate."
    "solve_ivp, tracker.scipy.linalg.expm, lfilter, freqz."
)
_PEAKS: Final = "it gives places, which don't move with the data: pass tracker.data(x), and take x[places]."
_SPLINE: Final = "take tracker.scipy.interpolate.make_interp_spline, or tracker.scipy.ndimage.map_coordinates."
_OTHER_FORM: Final = "it finds roots and pairs them up, which jumps: take numpy.roots and numpy.poly."

TABLE: Final = Section(
    refused=because(
        {
            _DESIGN: "bessel besselap bilinear bilinear_zpk buttap butter buttord cheb1ap cheb1ord cheb2ap cheb2ord "
            "cheby1 cheby2 closest_STFT_dual_window ellip ellipap ellipord findfreqs firls firwin firwin2 firwin_2d "
            "gammatone get_window iircomb iirdesign iirfilter iirnotch iirpeak kaiser_atten kaiser_beta kaiserord "
            "lp2bp lp2bp_zpk lp2bs lp2bs_zpk lp2hp lp2hp_zpk lp2lp lp2lp_zpk minimum_phase remez savgol_coeffs "
            "band_stop_obj normalize",
            _SYSTEM: "StateSpace TransferFunction ZerosPolesGain abcd_normalize bode cont2discrete dbode dfreqresp "
            "dimpulse dlsim dlti dstep freqresp impulse lsim lti place_poles ss2tf ss2zpk step tf2ss zpk2ss",
            _PEAKS: "find_peaks find_peaks_cwt peak_prominences peak_widths",
            _SPLINE: "cspline1d cspline1d_eval cspline2d gauss_spline qspline1d qspline1d_eval qspline2d sepfir2d "
            "spline_filter symiirorder1 symiirorder2",
            _OTHER_FORM: "invres invresz residue residuez sos2tf sos2zpk tf2sos tf2zpk unique_roots zpk2sos zpk2tf",
            "take 20 * numpy.log10(abs(h)) and numpy.unwrap(numpy.angle(h)) of freqz(b, a), and a difference quotient "
            "of the phase.": "group_delay",
            "its object keeps plain arrays: take czt or zoom_fft.": "CZT ZoomFFT",
            "take numpy.polydiv(signal, divisor).": "deconvolve",
            "take numpy.poly of zeros and poles, and freqz or freqs.": "freqs_zpk freqz_zpk",
            "write it with numpy.fft.fft and ifft, which have derivatives.": "hilbert2",
            "take upfirdn with the filter that it designs.": "decimate resample_poly",
            "write its formula with NumPy.": "chirp gausspulse",
            "it is constant but for jumps: its derivative is zero or there is none.": "square",
            "its object keeps plain arrays: take stft, istft or spectrogram.": "ShortTimeFFT",
            "take tracker.scipy.linalg.solve(numpy.diag(w) + lamb * d.T @ d, w * y) with "
            "d = numpy.diff(numpy.eye(n), order, axis=0).": "whittaker_henderson",
            "it iterates to a self-consistent window of the spectrum: take csd, or numpy.fft.": "envelope",
            "take numpy.sum of cos and sin of 2 pi t f: it is least squares by them.": "lombscargle",
        }
    ),
    answered=names(
        "argrelextrema argrelmax argrelmin check_COLA check_NOLA choose_conv_method correlation_lags czt_points"
    ),
    own=names("max_len_seq unit_impulse"),
    undefined=frozenset({_DESIGN, _SYSTEM, _PEAKS, _OTHER_FORM}),
)
