"""Calls that NumPy rejects, and calls that tracker refuses by name: see `tests/calls.py` for the names."""

from __future__ import annotations

from tests.cases.keywords import calls

_BAD_AXES = ("axis=2", "axis=-3", "axis=(0, 0)", "axis=(0, 2)", "axis='a'", "axis=1.0", "foo=1", "axis=[0, 1]")

# What NumPy rejects for plain arrays.
REJECTED = [
    *calls("sum mean prod max min ptp var std", "A", *_BAD_AXES, "axis=0, out=np.zeros_like(U)"),
    *calls("nansum nanmean nanprod nanmax nanmin nanvar nanstd", "N", *_BAD_AXES),
    *calls("median", "A", *_BAD_AXES[:-1]),
    *calls("nanmedian", "N", *_BAD_AXES[:-1]),
    *calls("sum mean prod max min", "A", "axis=0, out=(np.zeros_like(A[0]),)", "where=np.ones(7, bool)", "like=A"),
    *calls("max min", "A[:0]", "", "axis=0", "where=np.ones(4, bool)"),
    *calls("max min", "A", "where=MASK"),
    *calls("var std", "A", "ddof=1, correction=1", "mean=U", "mean=W"),
    "A.var(correction=1)",
    "A.std(foo=1)",
    *calls("cumsum cumprod sort partition flip diff gradient unwrap", "A", "axis=5", "1, axis='a'", "foo=1"),
    *calls("add.reduce multiply.reduce maximum.reduce logaddexp.reduce", "A", "axis=2", "foo=1", "axis=(0, 0)"),
    *calls("subtract.reduce divide.reduce power.reduce", "A", "axis=None", "axis=(0, 1)", "axis=2", "where=MASK"),
    *calls(
        "add.accumulate multiply.accumulate subtract.accumulate", "A", "axis=None", "axis=(0, 1)", "axis=2", "foo=1"
    ),
    *calls("add.reduceat multiply.reduceat power.reduceat", "A", "[0, 5], axis=1", "[0, 1], axis=3", "['a']"),
    *calls("add.accumulate maximum.accumulate", "Q"),
    *calls(
        "multiply.reduceat fmin.reduceat add.reduceat", "A", "[0], axis=None", "[0], axis=(0, 1)", "[0.5], axis=None"
    ),
    *calls("maximum.reduce fmin.reduce sum amax add", "np.ones((3, 4))", "where=A", "where=A > 0, initial=1, axis=7"),
    *(f"(lambda x: np.{f}.at(x, 0, 2.0))(Q * 1)" for f in ("add", "multiply", "heaviside")),
    *(f"(lambda x: x.{f}({v}))(V * 1)" for f in ("__iadd__", "__ipow__") for v in ("D", "1j", "U")),
    *(f"(lambda x: x.fill({v}))(V * 1)" for v in ("W", "[1.0]", "[]", "'a'", "1j")),
    *("A.to_device('gpu')", "A.view(dtype='bad')", "Q.item(1)", "A.item(12)"),
    *calls("sqrt.reduce exp.accumulate", "A"),
    *calls("add.outer multiply.outer", "V", "", "W, foo=1", "'a'"),
    *(
        f"(lambda x: (np.{f}.at(x, {at}), x)[1])(V * 1)"
        for f in ("add", "multiply", "maximum", "power")
        for at in ("[9], 1.0", "'a', 1.0", "[0, 3, 0], W[:2]", "[0, 3]", "[0], 1.0, 2.0")
    ),
    *calls(
        "exp sqrt negative",
        "A",
        "A, A, A",
        "dtype=int",
        "casting='bad'",
        "order='Z'",
        "foo=1",
        "axis=0",
        "out=np.zeros_like(U)",
        "where=np.ones((3, 4)), out=np.zeros_like(A)",
        "'a'",
    ),
    *calls(
        "add multiply maximum arctan2", "A", "", "'a'", "U", "A, A, A", "P, casting='bad'", "P, out=np.zeros_like(U)"
    ),
    *calls("clip", "A", "0, min=1", "0", "0, 1, foo=1", "W, None", "'a', 1", "min=0, a_max=1"),
    *calls("reshape", "A", "(5, 5)", "(-1, -1)", "'a'", "(4, 3.0)", "(4, 3), order='Z'"),
    *calls("ravel", "A", "V", "3", "order=['C']"),
    *calls("intersect1d", "V", "None", "[None]", "[1.0, None], True", "np.array([None])"),
    "np.intersect1d(None, V)",
    "A.sort(axis=None)",
    *calls("apply_along_axis", "np.sum", "1.0, A", "[0, 1], A", "5, A", "0, Q", "1, A[:0]"),
    *calls("apply_along_axis", "3", "0, A"),
    *calls("apply_over_axes", "np.sum, A", "(None,)", "5", "'a'"),
    *calls("piecewise", "Q", "[V > 0], [1, 2]", "[], [1, 2]", "[Q > 0], np.sin"),
    *calls("piecewise", "V", "[V > 0, U > 0], [1, 2]", "[], np.sin"),
    *calls("transpose", "B", "(0, 1)", "(0, 0, 1)", "()"),
    "B.transpose(())",
    *calls("moveaxis", "B", "0, 5", "[0, 1], [1]"),
    *calls("squeeze swapaxes rollaxis expand_dims", "B", "5", "0, 7"),
    *calls("rot90 fliplr hsplit", "Q", "", "1"),
    *calls("repeat", "V", "[1, 2]", "-1"),
    *calls("broadcast_to", "V", "(2, 4)"),
    *calls("tile resize", "A", "-1"),
    *calls("concatenate", "", "[]", "[A, V]", "[V, Q]", "[A, P], axis=3", "[A, P], dtype=int", "[A, P], casting='bad'"),
    *calls("stack vstack", "", "[]", "[V, U]", "[V, W], dtype=int"),
    *calls("split", "A", "2", "3, axis=5", "0"),
    *calls("insert delete take", "V", "9", "'a'"),
    *calls("take", "V", "[0], mode='bad'", "[0], axis=2"),
    *calls("take_along_axis", "A", "np.array([0, 1]), 1", "np.array([[0.5]]), 1"),
    *calls("choose", "[0, 1, 2, 1, 1]", "[V, W]", "[V, W], mode='bad'"),
    *calls("compress", "[True] * 9, V"),
    *calls("where", "MASK", "A", "A, V", "A, None, 3"),
    *calls("select", "[A > 0], [A, P]"),
    *calls("select", "[], []"),
    *calls("piecewise", "V", "[V < 0], [1, 2, 3]"),
    "V[9]",
    "V['a']",
    "V[1.5]",
    "A[[0, 1], [1, 2, 3]]",
    "A[0, 1, 2]",
    *calls(
        "pad",
        "A",
        "1, 'bad'",
        "(1, 2, 3)",
        "-1",
        "1.5",
        "1, foo=1",
        "1, 'edge', constant_values=Q",
        "1, 'mean', stat_length=-1",
        "1, 'edge', reflect_type='odd'",
        "1, 'constant', end_values=Q",
    ),
    *calls("diagonal trace", "V"),
    *calls("diagonal", "B", "0, 1, 1", "0, 1, 5"),
    *calls("diag", "B"),
    *calls("triu", "Q"),
    *calls("vander ix_", "A"),
    *calls("vander", "A[0, 0]", "3"),
    *calls("polyval", "A[0, 0]", "A"),
    *calls("meshgrid", "V, U", "indexing='bad'", "foo=1"),
    "A.astype(f4, casting='safe')",
    *calls("partition", "V", "9", "1, kind='bad'", "1.0"),
    *calls("sort", "A", "kind='bad'", "kind='stable', stable=True"),
    *calls("unique", "A", "axis=3", "foo=1"),
    *calls("quantile", "A", "7.0", "'a'", "0.3, method='bad'", "0.3, weights=P"),
    *calls("percentile", "A", "-1", "30, weights=-P, method='inverted_cdf'", "30, axis=5"),
    *calls("average", "A", "weights=W[:4]", "weights=P * 0", "axis=5", "foo=1"),
    *calls("average", "V", "weights=Q"),
    *calls("cov", "A", "fweights=[1, 2]", "aweights=[1, -1, 1, 1]", "ddof=3.5", "y=V", "foo=1"),
    *calls("cov", "B"),
    *calls("convolve correlate", "V", "U, 'bad'", "A", "V[:0]", "U, 3"),
    *calls(
        "histogram",
        "W",
        "bins='bad'",
        "bins=0",
        "bins=2.5",
        "bins=[1, 0]",
        "bins=[[0, 1]]",
        "range=(1, 0)",
        "weights=U",
        "range=(0, np.inf)",
        "normed=True",
        "bins='auto', weights=W",
    ),
    *calls("bincount", "", "[0, -1], V[:2]", "[0], V", "[0], V[:1], -1"),
    *calls("interp", "Q", "[0, 1], [1, 2, 3]", "[], []", "[[0, 1]], [[1, 2]]", "[0, 1], [0, 1], period=0"),
    *calls("gradient", "A", "1, 2, 3", "edge_order=3", "[0.0, 1.0], axis=0", "W[:3], axis=(0, 1)"),
    *calls("gradient", "V[:1]"),
    *calls("diff", "A", "-1", "1, prepend=V", "n=1.5"),
    *calls("trapezoid", "A", "W[:3]", "foo=1"),
    *calls("linspace geomspace", "Q, V", "-1", "2.5", "4, foo=1"),
    *calls("linspace", "Q, V, 4", "axis=7", "device='gpu'"),
    *calls("polyfit", "V, W", "-1", "1, w=U"),
    *calls("polyint polyder", "V", "-1"),
    *calls("roots poly", "B"),
    *calls("dot matmul", "A", "A", "V", "'a'"),
    *calls("matmul", "T", "Q", "T[:, :, :1] * np.ones((1, 2, 2))"),
    *calls("vdot inner", "A", "V"),
    *calls("cross", "V", "V"),
    *calls("tensordot", "B, A", "5", "([0, 1], [0])", "'a'"),
    *calls(
        "einsum",
        "",
        "'ij,jk', A",
        "'ij', A, R",
        "'ij,jk->iz', A, R",
        "'ijk', A",
        "'ij->ii', A",
        "'ij,jk', A, A",
        "A",
        "'ij,jk', A, R, foo=1",
        "'ij->ji', A, casting='bad'",
    ),
    *calls("linalg.inv linalg.det linalg.eig linalg.eigh linalg.cholesky linalg.slogdet", "", "A", "V", "M, foo=1"),
    *calls("linalg.inv linalg.eigvals", "", "np.nan * M[:, :2]", "Q"),
    "np.linalg.inv(0 * M)",
    *calls("linalg.cholesky", "-S"),
    *calls("linalg.eigh", "S, UPLO='X'"),
    *calls("linalg.qr", "A, 'bad'"),
    *calls("linalg.solve", "", "M, V", "A, U", "0 * M, U", "M, Q"),
    *calls("linalg.lstsq", "", "A, V", "T, U", "A, U, foo=1"),
    *calls(
        "linalg.norm", "", "M, 'bad'", "B, 2", "A, 3", "V, 'fro'", "A, axis=(0, 0)", "A, axis=3", "B, axis=(0, 1, 2)"
    ),
    *calls("linalg.matrix_norm", "", "V", "A, ord=Q"),
    *calls("linalg.cond", "", "V", "A, 1"),
    *calls("linalg.matrix_power", "", "A, 2", "M, 1.5"),
    *calls("linalg.tensorinv", "Z", "ind=0", "ind=-1", "1.5"),
    *calls("linalg.tensorsolve", "Z", "A", "M, foo=1"),
    *calls("linalg.multi_dot", "", "[A]", "[A, A]", "[V[:3], A, T]"),
    *calls("linalg.pinv", "A", "0.1, rtol=0.1", "hermitian=True"),
    *calls("linalg.svd", "A", "hermitian=True, foo=1"),
    *calls("fft.fft fft.irfft", "D", "n=0", "n=-1", "n=2.5", "axis=1", "norm='bad'", "foo=1"),
    *calls("fft.rfft", "C", "", "3"),
    *calls("fft.fftn fft.fft2", "A", "axes=(5,)", "s=(0, 1)", "norm='bad'", "s=(2, 3), axes=(0,)"),
    "np.fft.fft(Q)",
    *calls("histogram2d", "V, W", "bins=0", "bins=[2, 2.5]", "bins=[[1.0, 0.0], 2]", "range=[(0, 1)]", "weights=U"),
    *calls("histogram2d", "V, U"),
    "np.copyto(A, 'a')",
    "np.copyto(V, None)",
    "np.copyto(V, W, casting='no', foo=1)",
    "np.copyto(V.astype(f4), W, casting='no')",
    "np.nan_to_num(A, 'a')",
    "np.polydiv(A, [1.5])",
    *calls(
        "abs absolute acos acosh amax amin angle append apply_along_axis apply_over_axes arccos arccosh arcsin "
        "arcsinh arctan arctanh array_split asin asinh astype atan atan2 atanh atleast_1d atleast_2d atleast_3d "
        "block broadcast_arrays cbrt column_stack compress concat conj conjugate copy copysign copyto corrcoef cos "
        "cosh cumulative_prod cumulative_sum deg2rad degrees diag diagflat divide divmod dsplit dstack ediff1d exp2 "
        "expm1 extract fabs fill_diagonal flipud float_power fmax fmin fmod frexp full_like heaviside "
        "histogram_bin_edges hstack hypot i0 imag intersect1d ix_ kron ldexp log log10 log1p log2 logaddexp "
        "logaddexp2 logspace matrix_transpose matvec minimum mod modf nan_to_num nancumprod nancumsum nanpercentile "
        "nanquantile nextafter outer permute_dims place poly poly1d polyadd polydiv polymul polysub positive pow "
        "power put put_along_axis putmask rad2deg radians ravel real real_if_close reciprocal remainder roll roots "
        "row_stack select setdiff1d setxor1d sin sinc sinh sort_complex square subtract tan tanh trace tril "
        "trim_zeros triu true_divide union1d unique_all unique_counts unique_inverse unique_values unstack vecdot "
        "vecmat vectorize vsplit linalg.cross linalg.diagonal linalg.eigvalsh linalg.matmul linalg.matrix_transpose "
        "linalg.outer linalg.qr linalg.svdvals linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm "
        "fft.fftshift fft.hfft fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.irfft2 fft.irfftn fft.rfft2 "
        "fft.rfftn lib.stride_tricks.sliding_window_view",
        "A",
        "foo=1",
    ),
    *calls(
        "abs absolute acos acosh amax amin angle append apply_along_axis apply_over_axes arccos arccosh arcsin "
        "arcsinh arctan arctanh array_split asin asinh astype atan atan2 atanh atleast_1d atleast_2d atleast_3d "
        "block broadcast_arrays cbrt column_stack compress concat conj conjugate copy copysign copyto corrcoef cos "
        "cosh cumulative_prod cumulative_sum deg2rad degrees diag diagflat divide divmod dsplit dstack ediff1d exp2 "
        "expm1 extract fabs fill_diagonal flipud float_power fmax fmin fmod frexp full_like heaviside "
        "histogram_bin_edges hstack hypot i0 imag intersect1d ix_ kron ldexp log log10 log1p log2 logaddexp "
        "logaddexp2 logspace matrix_transpose matvec minimum mod modf nan_to_num nancumprod nancumsum nanpercentile "
        "nanquantile nextafter outer permute_dims place poly poly1d polyadd polydiv polymul polysub positive pow "
        "power put put_along_axis putmask rad2deg radians ravel real real_if_close reciprocal remainder roll roots "
        "row_stack select setdiff1d setxor1d sin sinc sinh sort_complex square subtract tan tanh trace tril "
        "trim_zeros triu true_divide union1d unique_all unique_counts unique_inverse unique_values unstack vecdot "
        "vecmat vectorize vsplit linalg.cross linalg.diagonal linalg.eigvalsh linalg.matmul linalg.matrix_transpose "
        "linalg.outer linalg.qr linalg.svdvals linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm "
        "fft.fftshift fft.hfft fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.irfft2 fft.irfftn fft.rfft2 "
        "fft.rfftn lib.stride_tricks.sliding_window_view",
        "A",
        "axis=7",
    ),
    *calls(
        "abs absolute acos acosh amax amin apply_along_axis apply_over_axes arccos arccosh arcsin arcsinh arctan "
        "arctanh array_split asin asinh atan atan2 atanh block cbrt column_stack compress concat conj conjugate "
        "copysign corrcoef cos cosh cumulative_prod cumulative_sum deg2rad degrees diag diagflat divide divmod "
        "dsplit dstack ediff1d exp2 expm1 extract fabs fill_diagonal flipud float_power fmax fmin fmod frexp "
        "full_like heaviside histogram_bin_edges hstack hypot i0 imag ix_ kron ldexp log log10 log1p log2 logaddexp "
        "logaddexp2 logspace matrix_transpose matvec minimum mod modf nancumprod nancumsum nanpercentile "
        "nanquantile nextafter outer permute_dims place poly poly1d polyadd polydiv polymul polysub positive pow "
        "power put put_along_axis putmask rad2deg radians real reciprocal remainder roll roots row_stack select sin "
        "sinc sinh sort_complex square subtract tan tanh trace tril trim_zeros triu true_divide unique_all "
        "unique_counts unique_inverse unique_values unstack vecdot vecmat vectorize vsplit linalg.cross "
        "linalg.diagonal linalg.eigvalsh linalg.matmul linalg.matrix_transpose linalg.outer linalg.qr "
        "linalg.svdvals linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm fft.fftshift fft.hfft "
        "fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.irfft2 fft.irfftn fft.rfft2 fft.rfftn "
        "lib.stride_tricks.sliding_window_view",
        "A",
        "'a'",
    ),
    *calls(
        "abs absolute acos acosh amax amin angle apply_along_axis apply_over_axes arccos arccosh arcsin arcsinh "
        "arctan arctanh array_split asin asinh astype atan atan2 atanh block broadcast_arrays cbrt column_stack "
        "compress concat conj conjugate copy copysign copyto corrcoef cos cosh cumulative_prod cumulative_sum "
        "deg2rad degrees diag diagflat divide divmod dsplit dstack exp2 expm1 extract fabs flipud float_power fmax "
        "fmin fmod frexp full_like heaviside histogram_bin_edges hstack hypot i0 imag ix_ ldexp log log10 log1p "
        "log2 logaddexp logaddexp2 logspace matrix_transpose matvec minimum mod modf nan_to_num nancumprod "
        "nancumsum nanpercentile nanquantile nextafter permute_dims place poly poly1d polyadd polymul polysub "
        "positive pow power put put_along_axis putmask rad2deg radians real reciprocal remainder roots row_stack "
        "select sin sinc sinh sort_complex square subtract tan tanh trace tril trim_zeros triu true_divide "
        "unique_all unique_counts unique_inverse unique_values unstack vecdot vecmat vectorize vsplit linalg.cross "
        "linalg.diagonal linalg.eigvalsh linalg.matmul linalg.matrix_transpose linalg.outer linalg.qr "
        "linalg.svdvals linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm fft.fftshift fft.hfft "
        "fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.irfft2 fft.irfftn fft.rfft2 fft.rfftn "
        "lib.stride_tricks.sliding_window_view",
        "A",
        "V",
    ),
    *calls(
        "abs absolute acos acosh amax amin angle append apply_over_axes arccos arccosh arcsin arcsinh arctan "
        "arctanh array_split asin asinh astype atan atan2 atanh block cbrt column_stack compress concat conj "
        "conjugate copy copysign copyto corrcoef cos cosh cumulative_prod cumulative_sum deg2rad degrees diag "
        "diagflat divide divmod dsplit dstack ediff1d exp2 expm1 extract fabs fill_diagonal flipud float_power fmax "
        "fmin fmod frexp full_like heaviside histogram_bin_edges hstack hypot i0 imag intersect1d ix_ kron ldexp "
        "log log10 log1p log2 logaddexp logaddexp2 logspace matrix_transpose matvec minimum mod modf nan_to_num "
        "nancumprod nancumsum nanpercentile nanquantile nextafter outer permute_dims place poly poly1d polyadd "
        "polydiv polymul polysub positive pow power put put_along_axis putmask rad2deg radians ravel real "
        "real_if_close reciprocal remainder roll roots row_stack select setdiff1d setxor1d sin sinc sinh "
        "sort_complex square subtract tan tanh trace tril trim_zeros triu true_divide union1d unique_all "
        "unique_counts unique_inverse unique_values unstack vecdot vecmat vectorize vsplit linalg.cross "
        "linalg.diagonal linalg.eigvalsh linalg.matmul linalg.matrix_transpose linalg.outer linalg.qr "
        "linalg.svdvals linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm fft.fftshift fft.hfft "
        "fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.irfft2 fft.irfftn fft.rfft2 fft.rfftn "
        "lib.stride_tricks.sliding_window_view",
        "A",
        "A, A, A, A, A, A",
    ),
    *calls(
        "apply_along_axis apply_over_axes array_split atan2 block column_stack compress copysign cumulative_prod "
        "cumulative_sum diag diagflat divide divmod dsplit dstack extract fill_diagonal flipud float_power fmax "
        "fmin fmod heaviside histogram_bin_edges hstack hypot i0 imag ix_ kron ldexp logaddexp logaddexp2 logspace "
        "matrix_transpose matvec minimum mod nanpercentile nanquantile nextafter outer place poly polyadd polydiv "
        "polymul polysub pow power put put_along_axis putmask real remainder roll roots row_stack select setxor1d "
        "sinc sort_complex subtract trace tril trim_zeros triu true_divide union1d unique_all unique_counts "
        "unique_inverse unique_values unstack vecdot vecmat vectorize vsplit linalg.cross linalg.diagonal "
        "linalg.eigvalsh linalg.matmul linalg.matrix_transpose linalg.outer linalg.qr linalg.svdvals "
        "linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm fft.ifft2 fft.irfft2 fft.rfft2 "
        "lib.stride_tricks.sliding_window_view",
        "V",
        "None",
    ),
    *calls("linspace geomspace", "Q, U", "axis=None", "axis=()"),
    *calls("linalg.outer", "V", "x2=W", "foo=W"),
    *calls("sign", "C", "dtype=f8", "dtype=bool", "order=3", "casting='bad'"),
    *calls("sum", "A", "axis=Q"),
    *calls("setxor1d", "V, W", "np.array([True, False])"),
    *calls("polyder polyint", "V", "'a'", "U"),
    *calls("polyder polyint", "Q", "2"),
    *(
        f"(lambda x: np.{f}(x, {given}))(V * 1)"
        for f in ("place", "putmask")
        for given in ("True, 3.0", "[True] * 6, 3.0", "V > 0, 1j", "V > 0, 'a'", "V > 0, D")
    ),
    "(lambda x: np.place(x, V > 0, []))(V * 1)",
    *(f"(lambda x: np.putmask(x, V > 0, W))({x})" for x in ("V.astype(f4)",)),
    *calls("put", "V", "[0, 1], 1j", "[0, 1], 'a'", "[9], Q", "[0], Q, 'bad'"),
    *calls("fill_diagonal", "M", "1j", "'a'"),
    *calls("put_along_axis", "A", "np.array([[0, 0]]), 1j, 1", "np.array([[0, 9]]), Q, 1"),
    *calls(
        "argmax nanargmin any all trace", "A", "out=np.zeros((2,), int)", "out=np.zeros_like(A, shape=(2,), dtype=int)"
    ),
    *calls("stack concatenate", "[V]", "dtype=f8, out=np.zeros_like(V, shape=(1, 5))"),
    *calls("absolute", "C", "casting='no', out=np.zeros_like(P, dtype=f4)"),
    *calls(
        "maximum add",
        "P, 2.0",
        "casting='safe', out=np.zeros_like(P, dtype=f4)",
        "where=MASK, casting='safe', out=np.zeros_like(P, dtype=f4)",
    ),
    *calls("add negative arctan", "V", "subok=None, where=MASK", "dtype='m8', where=MASK", "order=3, where=MASK"),
    *calls("histogramdd", "A", "bins=[2, 2]", "bins=[2, 2, 2, [[1.0]]]", "range=[(1, 0)] * 4", "foo=1"),
]

# What has no derivative, with the word that the error must contain.
REFUSED = {
    "np.power.reduce(P)": "functools.reduce",
    "np.arctan2.accumulate(P)": "itertools.accumulate",
    "np.copysign.reduceat(P, [0, 1])": "x[i:j]",
    "np.floor_divide.accumulate(P)": "floor_divide.accumulate",
    "np.subtract.reduce(P, where=MASK, initial=1.0)": "where=",
    "np.unwrap(V, Q)": "discont",
    "np.unwrap(V, period=Q)": "period",
    "np.linalg.norm(V, Q)": "ord",
    "np.linalg.vector_norm(V, ord=Q)": "ord",
    "np.linalg.pinv(A, Q)": "rcond",
    "np.pad(A, 1, constant_values=Q)": "constant_values",
    "np.pad(A, 1, 'linear_ramp', end_values=Q)": "end_values",
    "np.clip(A, 0, 1, dtype=f4)": "dtype",
    "np.clip(A, 0, 1, where=MASK)": "where",
    "np.quantile(A, 0.3, weights=P, method='inverted_cdf')": "weights",
    "np.median(A, overwrite_input=True)": "overwrite_input",
    "np.linspace(0, Q, 4, dtype=int)": "dtype",
    "np.var(A, mean=C[0, 0])": "mean",
    "np.histogram(W, bins='auto')": "bins",
    "np.linalg.lstsq(A, A, np.array([0.1]))": "rcond",
    "np.prod(D, dtype=object)": "objects",
    "np.trace(M, dtype='O')": "objects",
    "A.view(dtype=f8)": "astype",
    "np.sum(A, out=np.zeros(()))": "out=",
    "np.take(A, [0], 0, np.zeros((1, 4)))": "out=",
}
