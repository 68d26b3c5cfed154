"""NumPy's functions with each of their keywords, as text: see `tests/calls.py` for the names."""

from __future__ import annotations

import inspect
from itertools import product

import numpy as np


def calls(functions: str, arguments: str, *keywords: str) -> list[str]:
    """Each of the functions (of np) with each of the keywords."""
    return [f"np.{f}({arguments}{', ' if k and arguments else ''}{k})" for f, k in product(functions.split(), keywords)]


_DESCENDING = (
    ("descending=True", "axis=0, descending=False") if "descending" in inspect.signature(np.sort).parameters else ()
)
_AXES = ("", "axis=0", "axis=-1", "axis=(0, -1)", "axis=None", "axis=()")
_KEPT = ("keepdims=True", "axis=0, keepdims=True", "axis=(1, 0), keepdims=False")
_MASKED = (
    "where=MASK",
    "where=ROW",
    "where=True",
    "where=1",
    "where=MASK, axis=1, keepdims=True",
    "where=[1, 0, 1, 1]",
)
_OUT = ("axis=0, out=np.zeros_like(A[0])", "axis=0, out=None")
_TYPES = ("dtype=f4", "dtype=f8", "dtype=c16", "dtype=None", "axis=0, dtype='longdouble'")
_START = ("initial=1.5", "initial=Q", "axis=1, initial=Q, where=MASK", "initial=None")
_FREEDOM = (
    "ddof=1",
    "ddof=Q",
    "axis=0, ddof=Q, keepdims=True",
    "axis=1, ddof=Q, where=MASK",
    "correction=1",
    "axis=1, correction=Q",
    "mean=Q",
    "mean=None",
    "axis=1, mean=U[:, None], ddof=Q",
)

_REDUCTIONS = [
    *calls("sum mean prod max min amax amin ptp var std median", "A", *_AXES[:5], *_KEPT, *_OUT),
    *calls("nansum nanmean nanprod nanmax nanmin nanvar nanstd nanmedian", "N", *_AXES[:5], *_KEPT, *_OUT),
    *calls("sum mean prod max min ptp median", "A", _AXES[5]),
    *calls("sum mean prod var std", "A", *_MASKED, *_TYPES),
    *calls("nansum nanmean nanprod nanvar nanstd", "N", *_MASKED, *_TYPES),
    *calls(
        "max min amax amin nanmax nanmin", "A", "initial=None", "axis=0, initial=None", "where=MASK, initial=C[0, 0]"
    ),
    *calls("max min", "A.astype(f4)", "initial=Q * 1e3", "initial=Q * -1e3", "axis=1, initial=Q, where=MASK"),
    *calls("max min amax amin", "A", *_START[:3], *(f"{k}, initial=0.777" for k in _MASKED)),
    *calls("nanmax nanmin", "N", *_START[:3], *(f"{k}, initial=0.777" for k in _MASKED)),
    *calls("sum prod", "A", *_START),
    *calls("nansum nanprod", "N", *_START),
    *calls("var std", "A", *_FREEDOM),
    *calls("nanvar nanstd", "N", *(k for k in _FREEDOM if k != "mean=None")),
    *calls("sum mean prod var std", "C", "axis=0", "axis=1, dtype='c8'"),
    *calls("cumsum cumprod nancumsum nancumprod", "A", "", "axis=0", "axis=-1", "axis=None", "dtype=f4"),
    *calls("cumulative_sum cumulative_prod", "A, axis=1", "include_initial=True", "include_initial=False", "dtype=f4"),
    *calls("sum prod mean", "A, 0, None", "np.zeros_like(A[0])", "np.zeros_like(A[:1]), True"),
    "A.sum(0, f8, None, True)",
    "A.mean(axis=0)",
    "A.max(1, initial=Q)",
    "A.std(ddof=1)",
    "A.var(0, mean=U[0])",
    "np.mean([Q, 1.0])",
    "np.mean([Q.astype(f4), V.astype(f4)[0]])",
    "np.mean([[Q, 1.0], [Q, V[1]]])",
    "np.mean((Q, 1.0), axis=0)",
]

_UFUNC = (
    "dtype=f4",
    "dtype=f8",
    "dtype=c16",
    "casting='same_kind'",
    "order='F'",
    "subok=False",
    "out=np.zeros_like(P)",
)
_INTO = (
    "where=MASK, out=np.zeros_like(P)",
    "where=ROW, out=P * 2",
    "where=1, out=np.zeros_like(P)",
    "where=[1, 0, 1, 1], out=np.ones_like(P)",
    "out=(np.zeros_like(P),)",
    "out=None",
    "out=np.zeros_like(P, dtype=f4)",
)
_ELEMENTWISE = [
    *calls("absolute", "P", *(k for k in _UFUNC if k != "dtype=c16"), *_INTO),
    *calls("negative conjugate sqrt exp arcsin tanh square positive", "P", *_UFUNC, *_INTO),
    *calls("maximum minimum fmax fmin", "A, P", *_UFUNC, *_INTO),
    *calls("add multiply hypot arctan2 logaddexp power float_power", "P, P + 1", *_UFUNC[3:], *_INTO),
    *calls("modf frexp", "P", "", "out=(None, None)", "order='F'", "dtype=None"),
    *calls("divmod", "A, P", "", "order='C'", "subok=False"),
    *calls("power float_power", "P - 2", "C", "D[0]"),
    "np.float_power(P - 2, Q, dtype=c16)",
    *calls("sign", "C", "dtype='c8'", "order='F'", "where=MASK, out=np.zeros_like(C)"),
    *calls("arctan", "Q", "where=True", "where=1, out=None"),
    *calls("modf", "Q", "where=np.array(True), out=(None, None)"),
    "np.arctan(Q, where=np.array(True), out=None)",
    "np.sign(C)",
    "np.sign(C * 0)",
    "np.real_if_close(C, tol=1)",
    "np.angle(C, deg=True)",
    *calls(
        "clip",
        "A",
        "-1.0, 1.0",
        "None, 1.0",
        "-1.0, None",
        "None, None",
        "min=-1.0",
        "max=Q",
        "min=-Q, max=V[3]",
        "a_min=-1.0, a_max=1.0",
        "P[0], P[1] + 1",
        "-1, 1, out=np.zeros_like(A)",
        "[-1.0, Q, 0.0, 0.5], None",
    ),
    "np.clip([1.0, 2.0], Q, None)",
    "A.clip(0.0)",
    "A.clip(max=1.0)",
    "A.clip(-1.0, 1.0, np.zeros_like(A))",
    "A.clip()",
    "np.clip(A, range(-1, 3), range(1, 5))",
    "np.clip(A[:, :0], [], np.add([], 1))",
    *calls("nan_to_num", "N", "", "nan=2.0", "nan=Q", "copy=False", "False, 2.0", "posinf=Q"),
]

_SHAPES = [
    *calls("reshape", "A", "(4, 3), order='C'", "(4, 3), order='F'", "-1", "shape=(2, -1)", "(4, 3), copy=True"),
    *calls("reshape", "A", "(4, 3), 'f'", "(4, 3), order='A'", "(4, 3), None"),
    *calls("reshape", "A.T", "(2, 6), order='A'", "(2, 6), order='a'"),
    *calls("ravel copy", "A", "order='C'", "order='F'", "order='f'", "order=None", "order='K'"),
    *calls("ravel", "A.T", "order='A'", "order='K'", "'k'", "order='c'"),
    *calls("ravel", "np.transpose(B, (2, 0, 1))", "'K'", "'A'"),
    "np.ravel(np.transpose(B, (2, 0, 1))[:, ::-1, ::2], 'K')",
    "np.ravel(Q, 'K')",
    "A.T.flatten('K')",
    "A.T.ravel('A')",
    "A.T.reshape(6, 2, order='A')",
    *calls("flip", "B", "", "0", "axis=-1", "axis=(0, 2)", "axis=None"),
    *calls("transpose", "V", "0", "np.int64(-1)", "axes=(0,)"),
    *calls("roll", "B", "1", "True", "-5, 1", "(1, 2), (0, 1)", "2, axis=-1"),
    *calls("rot90", "A", "", "2", "-1", "k=3, axes=(1, 0)", "k=5"),
    *calls("moveaxis", "B", "0, -1", "[0, 1], [1, 2]"),
    *calls("rollaxis", "B", "2", "1, 3"),
    *calls("squeeze", "B[:1, :, :1]", "", "0", "axis=(0, 2)"),
    *calls("expand_dims", "A", "0", "axis=-1", "(0, 3)"),
    *calls("repeat", "A", "2", "2, 1", "[1, 0, 2], axis=0"),
    *calls("repeat", "Q", "2, axis=-1", "[3], 0"),
    "np.pad(Q, ((1, 1),))",
    *calls("tile", "A", "2", "(2, 1, 2)", "0"),
    *calls("concatenate concat", "[A, P]", "", "axis=1", "axis=None", "dtype=f4", "dtype=c16", "-1, None"),
    *calls("concatenate", "[V, W]", "out=np.zeros_like(V, shape=10)", "0, np.zeros_like(V, shape=10)"),
    *calls(
        "stack", "[V, W]", "axis=1", "dtype=f4", "out=np.zeros_like(V, shape=(2, 5))", "dtype=f4, casting='same_kind'"
    ),
    *calls("hstack vstack", "[V, W]", "", "dtype=f4"),
    "np.stack([Q, 1.0])",
    "np.vstack([[Q, 1.0], V[:2]])",
    *calls("block", "", "[[A, P], [P, A]]", "[V, W]", "[[Q, 1.0], [2.0, Q]]"),
    *calls("split array_split", "A", "3", "3.0", "1.5", "[1, 2]", "2, axis=1", "[1], -1"),
    *calls("append", "A", "P", "P, axis=0", "Q"),
    "np.append([1, 2], Q)",
    *calls(
        "insert",
        "A",
        "1, Q",
        "[0, 2], Q",
        "1, V[:3], axis=1",
        "[1, 2], P[:, :2], axis=1",
        "slice(0, 2), U[:2]",
        "1, values=2.0",
    ),
    "np.append(A, values=2.0)",
    "np.insert([1.0, 2.0], 1, Q)",
    "np.insert(np.arange(3.0), [1, 2], V[:2])",
    *calls("delete", "A", "1", "[0, 2], 1", "slice(None, None, 2), axis=1", "-1, axis=0"),
    *calls("pad", "A", "1", "(1, 2), constant_values=3.0", "{0: 1}", "((1, 2), (0, 3)), 'edge'"),
    *(
        f"np.pad(A, {w}, {m!r}{k})"
        for w, (m, k) in product(
            ("2", "(1, 2)", "((1, 2), (0, 3))", "{-1: (1, 2)}"),
            (
                ("constant", ", constant_values=((1, 2), (3, 4))"),
                ("edge", ""),
                ("linear_ramp", ", end_values=2.0"),
                ("maximum", ""),
                ("maximum", ", stat_length=2"),
                ("mean", ", stat_length=((1, 2), (2, 1))"),
                ("median", ""),
                ("minimum", ", stat_length=None"),
                ("reflect", ""),
                ("reflect", ", reflect_type='odd'"),
                ("symmetric", ""),
                ("symmetric", ", reflect_type='odd'"),
                ("wrap", ""),
            ),
        )
    ),
    *calls("diag", "M", "1", "k=-1"),
    *calls("diagonal trace", "B", "1", "0, 1, 2", "axis1=2, axis2=0, offset=-1"),
    *calls("trace", "A", "dtype=f4", "1, 0, 1, f8"),
    *calls("tril triu", "A", "1", "k=-1"),
    *calls("ix_", "V, U", "", "[0, 1]", "(0, 1), range(2)", "[]"),
    *calls("meshgrid", "V, U", "indexing='ij'", "sparse=True", "copy=False", "sparse=True, indexing='ij'"),
    *calls("full_like", "A", "Q", "V[:4]", "Q, shape=(2, 2)", "Q, dtype=f4", "Q, order='F'", "[Q, 1.0, 2.0, Q]"),
    *calls("array", "[Q, 1.0], like=V", "", "dtype=f4", "ndmin=2"),
    "np.zeros(3, like=V) + U",
    *calls("vander", "D", "", "N=6, increasing=True"),
    *calls("polyval", "V", "Q", "D[0]"),
    *calls("polyval", "[1.5, 2.0], D[0]", ""),
    *calls("polydiv", "V", "U", "[2.0, Q]"),
    *calls("polyint", "V", "0", "np.int64(2), [Q, 1.0]"),
    *calls("vander", "V", "", "3", "3, increasing=True", "N=2"),
    *calls("broadcast_to", "V", "(2, 5)", "shape=(2, 5), subok=True"),
    *calls("unstack", "A", "axis=1", "axis=(1,)", "axis=[-1]"),
    *calls("astype", "A", "f4", "f4, copy=False"),
    "A.astype(f4, 'C', 'unsafe', True)",
]

_PICKING = [
    *calls(
        "take",
        "A",
        "[0, 3]",
        "[0, 2, 0], axis=0",
        "[5, -7], mode='wrap'",
        "[9, -2], 1, mode='clip'",
        "[[0, 1]], 1",
        "[0, 1], 1, np.zeros_like(A[:, :2])",
    ),
    *calls("take_along_axis", "A", "np.argsort(A, 1), 1", "np.array([0, 5]), None", "np.argsort(A, 0), axis=0"),
    "np.choose([0, 1, 1, 0, 1], [V, [1.0, 2.0, Q, 4.0, 5.0]])",
    "np.choose([[0, 1, 1], [1, 0, 1]], [U, [[1, 2, 3], [4, 5, 6.5]]])",
    "np.select([U > 0, U < 9], [[[1.5, 2, 3]], U])",
    *calls("choose", "[0, 2, 1, 0, -1]", "[V, W], mode='wrap'", "[V, 2.0], mode='clip'"),
    "np.choose([0, 1, 0, 1, 1], [V, W], out=np.zeros_like(V))",
    "np.compress([True, False, True], A, axis=1)",
    "np.extract(A > 0, A)",
    "np.where(MASK, A, P)",
    "np.where(MASK, A, [Q, Q, 1.0, 2.0])",
    *calls("select", "[A > 1.123, A < -1.123], [A, P]", "", "Q", "default=7.0", "[Q, 1.0, 2.0, V[3]]", "[Q]"),
    *calls("select", "MASK, A", "", "Q"),
    "np.select([A > 1.123, A < -1.123], B[:, :1], Q)",
    "np.select([A > 1.123, A < -1.123], B[0, :2])",
    "np.select([MASK, ~MASK], [Q, [1.0, Q, 2.0, V[3]]])",
    *calls(
        "piecewise",
        "V",
        "[V < 0], [np.sin, 2.0]",
        "[V < 0, V >= 0], [lambda x: 2 * x * x, np.cos]",
        "[V < 0], [lambda x, a: a * x, 1.0], a=3.0",
    ),
    "np.piecewise(Q, [Q < 0, Q > 0], [np.sin, np.cos])",
    *calls("sort", "A", "0", "axis=None", "kind='stable'", "stable=True", *_DESCENDING),
    *calls("partition", "A", "1, axis=1", "(1, 2), axis=-1", "1, kind='introselect'"),
    *calls("unique", "V", "return_index=True", "return_inverse=True, return_counts=True", "sorted=True"),
    *calls("intersect1d", "V, V[1:3]", "True", "False, True", "return_indices=True, assume_unique=True"),
    *calls("intersect1d", "V[[0, 0, 1]], V[1:]", "", "assume_unique=True"),
    "np.intersect1d(V, V[1:3].astype(f4).astype(f8))",
    *calls("setdiff1d setxor1d", "V, V[1:3]", "", "True", "assume_unique=1"),
    *calls("setxor1d", "B, [True, False, True]", "True"),
    *calls("union1d", "V, B", ""),
    *calls("unique", "A", "axis=1", "axis=0, return_inverse=True"),
    "np.unique(N, equal_nan=False)",
    "(lambda x: (np.put(x, [0, 9], W[:2], mode='wrap'), x)[1])(V * 1)",
    "(lambda x: (np.put(x, [0, 1, 2], W[:2]), x)[1])(V * 1)",
    "(lambda x: (np.put(x, 0, W[:2]), x)[1])(V * 1)",
    "(lambda x: (np.put(x, [0, 1], W[:0]), x)[1])(V * 1)",
    "(lambda x: (np.put(x, [0, 0], W[:2]), x)[1])(np.reshape(V[:1] * 1, ()))",
    "(lambda x: (np.putmask(x, V > 0, W[:0]), x)[1])(V * 1)",
    "(lambda x: (np.putmask(x, MASK.T.tolist(), V), x)[1])(A * 1)",
    "(lambda x: (np.place(x, MASK.T, V), x)[1])(A * 1)",
    "(lambda x: (np.place(x, MASK, Q), x)[1])(A * 1)",
    "(lambda x: (np.fill_diagonal(x, W[:0]), x)[1])(A * 1)",
    "(lambda x: (np.fill_diagonal(x, W[:2], True), x)[1])(R * 1)",
    "(lambda x: (np.put_along_axis(x, np.array([[0], [1], [2]]), U[:, None], 1), x)[1])(A * 1)",
]

_METHODS_OF_QUANTILES = (
    "inverted_cdf averaged_inverted_cdf closest_observation interpolated_inverted_cdf hazen weibull linear "
    "median_unbiased normal_unbiased lower higher midpoint nearest"
).split()
_STATISTICS = [
    *calls("quantile nanquantile", "A, 0.31", *(f"axis=0, method={m!r}" for m in _METHODS_OF_QUANTILES)),
    *calls("percentile nanpercentile", "A, [31.0, 62.0]", *(f"method={m!r}" for m in _METHODS_OF_QUANTILES)),
    *calls("quantile nanquantile", "A", "q=Q", "q=0.31", "axis=0, q=[0.2, 0.7]"),
    *calls("percentile nanpercentile", "A", "q=31.0", "axis=1, q=62.0"),
    *calls("quantile", "A, Q", "", "axis=1, keepdims=True", "out=None", "0, np.zeros_like(A[0])"),
    *calls(
        "quantile",
        "A, 0.31",
        "method='inverted_cdf', weights=np.arange(12.0).reshape(3, 4)",
        "axis=(0, 1), keepdims=True",
    ),
    *calls(
        "average",
        "A",
        "[0]",
        "np.array([1])",
        "[-1], P[0]",
        "0",
        "weights=P",
        "axis=1, weights=P[0]",
        "1, P, True",
        "axis=0, keepdims=True, weights=P",
    ),
    *calls(
        "cov", "A", "P", "rowvar=False", "bias=True", "ddof=0", "fweights=[1, 2, 1, 3]", "aweights=P[0]", "dtype=f4"
    ),
    *calls("corrcoef", "A", "P", "rowvar=False", "dtype=f4"),
    *calls("convolve correlate", "V, U", "'full'", "mode='same'", "'valid'"),
    *calls(
        "histogram",
        "W",
        "weights=W, bins=[0.0, 0.4, 0.7, 1.0]",
        "bins=2, range=(0, Q + 1)",
        "weights=D, bins=3",
        "bins=3, density=True",
    ),
    *calls("histogram_bin_edges", "W", "3", "range=(0, Q)", "bins=[0.0, 0.5, Q + 1]"),
    *calls("bincount", "[0, 1, 1, 4, 0]", "V", "weights=V, minlength=8"),
    *calls(
        "histogram2d", "np.arange(5.0), np.arange(5.0)[::-1], weights=W", "", "bins=3", "bins=[2, 3]", "density=True"
    ),
    *calls("histogram2d", "np.arange(5.0), np.arange(5.0)[::-1], weights=W", "bins=[0.0, 2.0, 4.0], density=True"),
    *calls("histogram2d", "V, W, [3, 3]", "weights=W", "[[-1, 1], [0, 0.5]], False, W", "density=True, weights=W"),
    *calls("histogramdd", "A, 2", "weights=U", "weights=U, density=True", "range=[(-1, Q)] * 4, weights=U"),
    "np.histogramdd([V, W], [[-1.0, 0.0, 1.0], 3], weights=W)",
    *calls("interp", "P, np.linspace(0.25, 0.7, 5), V", "", "left=Q", "right=Q", "-1.0, 7.0", "period=0.913"),
    *calls("interp", "P, np.linspace(0.25, 0.7, 5), D", "", "left=1j"),
    *calls("interp", "P", "xp=np.linspace(0.25, 0.7, 5), fp=V", "fp=D, xp=np.linspace(0.25, 0.7, 5), right=Q"),
    *calls("linalg.solve", "M", "b=U", "b=M[:, :2]", "b=np.ones(3)"),
    *calls(
        "gradient",
        "A",
        "",
        "axis=0",
        "edge_order=2",
        "Q",
        "2.0, Q",
        "[0.0, 1.0, 3.0], axis=0",
        "np.cumsum(W[:4]), axis=1",
        "np.cumsum(W[:3]), np.cumsum(W[:4]), edge_order=2",
        "edge_order=0",
    ),
    *calls("diff", "A", "0, axis=5", "0, prepend=Q"),
    *calls(
        "diff", "A", "2", "n=3, axis=1", "prepend=Q", "append=P[:, :2], prepend=1.0", "axis=0, prepend=A[:1]", "n=0"
    ),
    *calls("ediff1d", "V", "Q", "to_begin=U, to_end=[1.0]"),
    *calls("trapezoid", "A[:, :2]", "x=V", "x=P", "dx=U[:, None]", "dx=W"),
    *calls("trapezoid", "V[:4]", "x=A", "dx=A[:, :3]"),
    *calls("trapezoid", "", "[1.0, 2.0], V", "A, V[:3], axis=0", "B, x=V[:3], axis=1", "C, D[:4]"),
    *calls("trapezoid", "A", "dx=Q", "x=P", "axis=0, x=W[:3]", "np.array([0, 1, 2.5, 3])"),
    *calls("unwrap", "V * 3", "4.0", "period=3.1", "discont=4.0, axis=0"),
    *calls("linspace", "V", "range(5), 3", "stop=range(1, 6), num=4"),
    *calls("linspace", "range(5)", "V, 3"),
    *calls("linspace", "Q, V, 4", "", "endpoint=False", "retstep=True", "axis=1", "dtype=f4", "device='cpu'"),
    *calls("logspace", "Q, 1.0, 4", "base=2.0", "endpoint=False", "base=Q"),
    *calls("geomspace", "Q, W, 4", "", "axis=1", "dtype=c16", "dtype='longdouble'", "endpoint=False", "axis=-1"),
    *calls("geomspace", "", "1, D, 3", "D[0], Q, 4", "C, D[:4], 3, axis=1", "-1.0, Q, 4, dtype=complex"),
    *calls("geomspace", "", "V[3] + 1, Q, 3", "P[0], Q, 3"),
    *calls("emath.power", "", "A, 2", "P - 1, -1", "2, A", "P - 1, A", "C, Q"),
    *calls("emath.logn", "", "2, P - 1", "-2.0, P", "Q, C", "P - 1, C"),
    *calls("emath.sqrt emath.log emath.log2 emath.log10 emath.arctanh", "", "P", "P - 1", "C"),
    *calls("emath.arccos emath.arcsin", "", "A", "V", "Q", "C"),
]

_EINSUMS = (
    "'ij,jk', A, R",
    "'ij,jk->ki', A, R",
    "'ii', M",
    "'ii->i', M",
    "'ij->', A",
    "'i,i->i', V, W",
    "'...ij,...jk', T, S",
    "'...ii->...i', T",
    "'i...,...j->ij...', V, B",
    "'ij,kj,lj->ikl', A, P, A",
    "'iij->j', T[:, :2]",
    "'i,i', V[:1], W",
    "A, [0, 1], R, [1, 2], [0, 2]",
    "B, [0, ...], [...]",
    "M, [0, 0]",
    "'ijij->ij', Z",
    "'ijkl,kl->ij', Z, M",
    "',', Q, V[0]",
)
_PRODUCTS = [
    *(f"np.einsum({e}{k})" for e, k in product(_EINSUMS, ("", ", optimize=True", ", optimize='optimal'"))),
    *calls(
        "einsum",
        "'ij,jk->ik', A, R",
        "dtype=f4, casting='same_kind'",
        "casting='no'",
        "order='F'",
        "optimize=['einsum_path', (0, 1)]",
        "out=np.zeros_like(A[:, :2])",
    ),
    *calls("matmul", "T, T", "dtype=f4", "out=np.zeros_like(T)", "order='F'"),
    *calls("vecdot", "T, T", "axis=1", "axis=-1"),
    *calls("matvec", "T, U", "", "dtype=f4"),
    *calls("vecmat", "U, T", ""),
    *calls("dot", "A, R", "np.zeros_like(A[:, :2])", "out=None"),
    "A.dot(R, out=np.zeros_like(A[:, :2]))",
    *calls("outer", "V, W", "", "np.zeros_like(V, shape=(5, 5))"),
    *calls("tensordot", "B, A", "([1, 2], [0, 1])", "axes=([1], [0])"),
    *calls("tensordot", "A, R", "1", "axes=0"),
    *calls("cross", "T, T[::-1]", "1, 2, 0", "axis=1", "axisa=1, axisb=2, axisc=0"),
    *calls("linalg.multi_dot", "", "T", "Z[0]", "[A, R]", "[A, R, R.T, P.T]", "[V[:3], A, R]", "[B, R]"),
]

_ORDERS_OF_VECTORS = ("None", "2", "1", "np.inf", "-np.inf", "-1", "3.5", "0")
_ORDERS_OF_MATRICES = ("None", "'fro'", "'nuc'", "2", "-2", "1", "-1", "np.inf", "-np.inf")
_LINALG = [
    *calls(
        "linalg.norm", "A", *(f"{o}, axis=0" for o in _ORDERS_OF_VECTORS), *(f"ord={o}" for o in _ORDERS_OF_MATRICES)
    ),
    *calls("linalg.norm", "B", *(f"{o}, axis=(2, 0), keepdims=True" for o in _ORDERS_OF_MATRICES)),
    *calls("linalg.vector_norm", "A", *(f"ord={o}" for o in _ORDERS_OF_VECTORS), "axis=(0, 1), keepdims=True"),
    *calls("linalg.matrix_norm", "T", *(f"ord={o}" for o in _ORDERS_OF_MATRICES), "keepdims=True"),
    *calls("linalg.cond", "M", "", "p=1", "-2", "'fro'", "np.inf"),
    *calls("linalg.eigh linalg.eigvalsh", "M", "'L'", "UPLO='U'", "UPLO='u'"),
    *calls("linalg.cholesky", "S", "upper=True", "upper=False"),
    *calls("linalg.qr", "M", "'reduced'", "mode='r'"),
    *calls("linalg.svd", "A", "full_matrices=False", "compute_uv=False", "True, False"),
    *calls("linalg.svd", "S", "hermitian=True", "compute_uv=False, hermitian=True"),
    *calls("linalg.pinv", "A", "0.1", "rtol=0.1"),
    "np.linalg.pinv(S, hermitian=True)",
    *calls("linalg.lstsq", "A.T, R", "rcond=None", "1e-3"),
    *calls("linalg.solve", "T", "S", "T"),
    *calls("linalg.tensorsolve", "Z, M", "", "axes=(0, 2)", "axes=(0, 0)"),
    *calls("linalg.norm linalg.vector_norm", "A", "axis=1.0"),
    *calls("linalg.tensorinv", "Z", "ind=2"),
    *calls("linalg.eigvals", "", "M", "np.eye(3) * Q", "M[:0, :0]"),
    *calls("linalg.matrix_power", "M", "-2", "n=3"),
]

_NORMS = ("norm='ortho'", "norm='forward'", "norm='backward'", "n=3", "n=8, norm='ortho'", "n=7")
_FFT = [
    *calls("fft.fft fft.ifft fft.irfft fft.hfft", "D", *_NORMS),
    *calls("fft.rfft fft.ihfft", "V", *_NORMS),
    *calls("fft.fft fft.rfft fft.irfft", "A", "axis=0", "5, 0, 'ortho'", "n=5, axis=0, norm='forward'"),
    *calls(
        "fft.fft2 fft.ifft2 fft.irfft2 fft.fftn fft.irfftn",
        "C",
        "s=(2, 6), axes=(0, 1)",
        "axes=(1, 0)",
        "norm='ortho'",
        "s=(None, 3), axes=(0, 1)",
        "s=(-1, 3), axes=(0, 1)",
        "(2, 5), (1, 0), 'forward'",
    ),
    *calls(
        "fft.rfft2 fft.rfftn", "A", "s=(5, 3), axes=(0, 1)", "axes=(1, 0)", "norm='forward'", "s=(4, None), axes=(0, 1)"
    ),
    *calls("fft.fft fft.ifft", "A", "out=np.zeros_like(A, dtype=c16)", "out=(np.zeros_like(A, dtype=c16),)"),
    *calls("fft.fftshift fft.ifftshift", "A", "", "0", "axes=(0, 1)"),
]

_METHODS = [
    *calls(
        "multiply.reduceat fmin.reduceat add.reduceat", "V", "[0, 2, 1], axis=(0,)", "[0, 2], axis=None", "[3], (-1,)"
    ),
    *(f"{x}.tolist()" for x in ("A", "C", "Q")),
    "A.to_device('cpu') + Q.to_device('cpu')",
    *calls("fmax.reduce hypot.reduce logaddexp2.reduce", "A", "axis=None", "axis=(0, 1), initial=Q"),
    *calls("fmax.reduce hypot.reduce logaddexp2.reduce", "A", "where=MASK, initial=Q", "1, None, None, True"),
    *calls("subtract.reduce divide.reduce float_power.reduce", "P", "", "1", "axis=-1, initial=Q, keepdims=True"),
    *calls("subtract.reduce divide.reduce maximum.reduce minimum.reduce", "P", "dtype=f4", "out=np.zeros_like(P[0])"),
    *calls("subtract.accumulate maximum.accumulate hypot.accumulate", "P", "axis=1", "dtype=f4", "axis=(0,)", "-1"),
    *calls("multiply.reduceat fmin.reduceat", "P", "[0, 2, 1], axis=1", "[1], dtype=f4", "[]"),
    *calls("multiply.reduceat", "P", "[0, 2], out=np.zeros_like(P[:2])"),
    *calls("multiply.outer hypot.outer", "V, 0.5", "", "dtype=f4"),
    *calls("multiply.outer hypot.outer", "V, U", "", "dtype=f4", "out=np.zeros_like(V, shape=(5, 3))"),
    *(
        f"(lambda x: (np.{f}.at(x, {at}), x)[1])(P * 1)"
        for f in ("add", "subtract", "multiply", "divide", "maximum", "hypot", "power")
        for at in ("[0, 2, 0], Q", "[0, 2, 0], P[:, :1] + 0.311", "([0, 2, 0, 0], [1, 1, 1, 1]), V[:4] + 2", "1, Q")
    ),
    "(lambda x: (np.exp.at(x, [0, 2, 0]), x)[1])(P * 1)",
    "(lambda x: (np.multiply.at(x, [0, 2, 0], W[:3]), x)[1])(np.ones_like(V))",
]

_COMPLEX = [
    *calls("gradient", "C", "D[0]", "2.0, D[0]", "D[:3], axis=0", "D[:3], D[1:], edge_order=2"),
    *calls("cumulative_prod", "D", "dtype='c8'", "include_initial=True"),
    *calls("nan_to_num", "", "C, nan=Q", "N + 1j * P", "P + 1j * N, nan=Q"),
    *calls("cumprod nancumprod", "C", "dtype=f4", "axis=1"),
    *calls("subtract.accumulate divide.accumulate", "C", "axis=1", "dtype='c8'"),
    *calls("hypot.reduce logaddexp.reduce logaddexp.accumulate", "C", "dtype=f8", "axis=1, dtype='f8'"),
    *calls("sum mean cumsum cumprod trace", "C", "dtype=f8"),
    *calls("prod nanprod", "C", "dtype=f8", "axis=0, dtype=f8, initial=D[0]"),
    "np.arctan(C, dtype=f8, casting='unsafe')",
    *calls(
        "add multiply power", "P", "2, dtype=c16", "[1, 2, 3, 4.5], dtype=c16", "MASK, dtype=c16", "P - 2, dtype=c16"
    ),
    *calls("log arcsin sqrt", "P - 2", "dtype=c16", "dtype=c16, where=MASK, out=np.zeros_like(C)"),
]

_OUT_OF_FFT = (
    ("rfft rfft2 rfftn ihfft", "A", "(3, 3), dtype=c16"),
    ("irfft hfft irfft2 irfftn", "C", "(3, 6), dtype=f8"),
    ("fft ifft fft2 ifft2 fftn ifftn", "C", "(3, 4)"),
)
_SELDOM = [
    *(f"np.fft.{f}({x}, out=np.zeros_like({x}, shape={s}))" for fs, x, s in _OUT_OF_FFT for f in fs.split()),
    *calls("cumsum cumprod nancumsum nancumprod", "A", "axis=1, out=np.zeros_like(A)", "0, None, np.zeros_like(A)"),
    *calls(
        "cumulative_sum cumulative_prod",
        "V",
        "out=np.zeros_like(V)",
        "include_initial=True, out=np.zeros_like(V, shape=6)",
    ),
    *calls("trace", "M", "out=np.zeros_like(M, shape=())", "0, 0, 1, f8, np.zeros_like(M, shape=())"),
    *calls("nanpercentile percentile", "A, 31.0", "out=np.zeros_like(A, shape=())", "0, np.zeros_like(A[0])"),
    *calls("nanquantile quantile", "A, Q", "axis=0, out=np.zeros_like(A[0])", "overwrite_input=False"),
    *calls("median nanmedian", "A", "overwrite_input=False", "0, np.zeros_like(A[0]), False"),
    *calls("nanpercentile percentile", "A, [31.0]", "overwrite_input=False", "0, None, False, 'linear', True"),
    *calls("linalg.multi_dot", "[A, R]", "out=np.zeros_like(A[:, :2])"),
    *calls("compress", "[1, 0, 1], A", "0, np.zeros_like(A[:2])", "axis=1, out=np.zeros_like(A[:, :2])"),
    *calls("sort", "A", "order=None", "0, 'stable', None"),
    *calls("partition", "A, 1", "order=None", "0, 'introselect', None"),
    *calls("hstack vstack stack concatenate", "[V, W]", "dtype=c16, casting='safe'", "dtype=f4, casting='unsafe'"),
    *calls("full_like", "A, Q", "subok=False", "device='cpu'"),
    *calls("copy", "A", "subok=True", "'K', False"),
    *calls("astype", "A, f4", "device='cpu'", "copy=True, device=None"),
    *calls("broadcast_arrays", "V, U[:, None]", "subok=True"),
    *calls("lib.stride_tricks.sliding_window_view", "A, (2, 2)", "subok=True", "writeable=False"),
    *calls("lib.stride_tricks.sliding_window_view", "A, 2", "1", "axis=(0,)"),
    *calls("histogram_bin_edges", "W", "weights=V", "4, None, V"),
    *calls("logspace", "Q, U, 4", "axis=1", "True, 2.0, None, -1"),
    *calls("trim_zeros", "V * [0, 1, 0, 1, 0]", "", "'f'", "trim='B'", "trim='fb', axis=0"),
    *calls("trim_zeros", "A * (A > 0)", "axis=1", "'f', (0, 1)", "axis=-1"),
    "np.nan_to_num(np.where(MASK, A, -np.inf), neginf=Q)",
    "np.nan_to_num(np.where(MASK, A, -np.inf), True, 0.0, None, Q)",
    *(
        f"(lambda x: (np.copyto({x}), x)[1])(A * 1)"
        for x in ("x, P", "x, P, 'same_kind', MASK", "x, Q, where=ROW", "dst=x, src=U[:, None]", "x, P, casting='no'")
    ),
    *calls("matmul", "T, T[0]", "axes=[(0, 1), (0, 1), (1, 2)]", "axes=[(-1, -2), (0, 1), (-2, -1)]", "casting='no'"),
    *calls("vecdot", "B, A", "keepdims=True", "axes=[-1, -1, ()]", "axis=-1, keepdims=False"),
    *calls("matvec", "T, U", "axes=[(1, 2), 0, 0]", "order='F'"),
    *calls("vecmat", "U, T", "axes=[0, (1, 2), 1]", "dtype=f4"),
    *calls("vecdot vecmat", "C[:, :3], T[0]", "", "dtype=c16"),
]

_ALL_INTO = (
    "where=MASK, out=P + 1",
    "out=np.zeros_like(P)",
    "dtype=f4",
    "order='F'",
    "subok=True",
    "casting='same_kind'",
)
_EVERY_UFUNC = [
    *calls(
        "sin sinh arccos log log10 log1p log2 arcsinh arctanh tan cbrt cos cosh deg2rad rad2deg degrees radians "
        "reciprocal exp2 expm1 fabs arctan asin acos atan asinh atanh",
        "P",
        *_ALL_INTO,
    ),
    *calls("arccosh acosh", "P + 1", *_ALL_INTO),
    *calls(
        "fmod remainder mod copysign heaviside nextafter logaddexp2 subtract divide true_divide atan2",
        "P, A",
        *_ALL_INTO,
    ),
    *calls("ldexp", "P, [1, 0, 2, -1]", *_ALL_INTO[:2], "order='F'"),
    *calls("modf", "P", "where=MASK, out=(P + 1, P * 2)"),
]

DIFFERENTIATED = list(
    dict.fromkeys(
        [
            *_REDUCTIONS,
            *_ELEMENTWISE,
            *_SHAPES,
            *_PICKING,
            *_STATISTICS,
            *_PRODUCTS,
            *_LINALG,
            *_FFT,
            *_METHODS,
            *_COMPLEX,
            *_SELDOM,
            *_EVERY_UFUNC,
        ]
    )
)

# Calls whose dtypes leave nothing of a difference quotient: their values alone.
OF_DTYPES = [
    *calls("linspace logspace", "U.astype(f4), Q, 4", "dtype=float", ""),
    *calls("linspace", "Q, U.astype(f4), 4", "dtype=float", ""),
    *calls("clip", "", "1.5 - 1j, Q.astype(f4), [1.0, 2.0]", "[1.0, 2.0], Q.astype(f4), 5.0", "Q, 0, V.astype(f4)"),
    *calls("polyfit", "", "W, V.astype(f4), 2, w=[1, 2, 3, 4, 5.5]", "W.astype(f4), V.astype(f4), 1, w=W"),
    *calls("histogram", "V.astype(f4)", "density=True", "weights=[1, 0, 1, 1, 0], density=True"),
    *calls(
        "emath.sqrt emath.log emath.log2 emath.log10 emath.arctanh emath.arccos emath.arcsin",
        "",
        *(f"A.astype({t!r})" for t in ("f2", "f4", "longdouble", "c8")),
        "A[0, 0].astype(f4)",
    ),
    *calls("emath.power", "", "V.astype(f4), 3", "Q.astype(f4), 2.0", "V.astype(f4), -1", "2, V.astype('f2')", "Q, -1"),
    *calls("emath.logn", "", "3, V.astype(f4)", "-2.0, V.astype(f4)", "Q.astype(f4), V", "V.astype(f4), 2"),
    *calls("polydiv", "", "V, U.astype(f4)", "U.astype(f4), V", "V.astype(f4), [True, False, True]"),
    *calls(
        "geomspace", "", "Q.astype(f4), 3.0, 4", "1.0, U.astype(f4) + 2, 3", "Q.astype(f4), 2.0, 3, dtype='longdouble'"
    ),
    *calls("intersect1d union1d setdiff1d setxor1d", "V.astype(f4)", "V", "1.5", "[1.0, 2.0]", "np.array([1, 2])"),
    *calls("setdiff1d", "[True, False, True], B", "assume_unique=True"),
    *calls("histogram", "W", "bins=[]"),
    *calls("sign", "C", "dtype='c8'", "dtype='c8', where=MASK, out=np.zeros_like(C)"),
]
