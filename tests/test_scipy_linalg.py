"""tracker.scipy.linalg: SciPy's values; derivatives against differences; types, batches, empty and bad input."""

import inspect

import numpy as np
import pytest
import scipy.linalg

import tracker
from tests.scipy_derivatives import assert_derivatives, curved
from tracker.scipy import linalg

RNG = np.random.default_rng(11)
A = RNG.standard_normal((3, 3)) + 2 * np.eye(3)
FULL = RNG.standard_normal((3, 3))
SPREAD = np.diag([4.5, 2.5, 1.0]) + 0.3 * RNG.standard_normal((3, 3))  # real eigenvalues, far apart
TURNING = np.array([[1.0, -2.0, 0.3], [2.2, 0.7, 0.1], [0.4, 0.2, -1.0]])  # a complex pair
POSITIVE = FULL @ FULL.T / 3 + 2 * np.eye(3)
TALL, WIDE, B = RNG.standard_normal((4, 2)), RNG.standard_normal((2, 4)) + 2 * np.eye(2, 4), RNG.standard_normal((3, 2))
V, W = RNG.standard_normal(3), RNG.standard_normal(3)
BAND = RNG.standard_normal((4, 5)) + np.array([0, 0, 5, 0])[:, None]  # one diagonal below, two above
HBAND = np.vstack([0.4 * RNG.standard_normal((2, 5)), 4 + RNG.random(5)])
FIVE, COLUMNS = RNG.standard_normal(5), RNG.standard_normal((5, 2))
FIRST = np.array([4.0, 0.7, -0.3, 0.5, 0.2])  # of a regular Toeplitz or circulant matrix
ROW = np.array([4.0, -0.6, 0.2, 0.1, 0.3])
SMALL = FULL / 4
INDEFINITE = np.tril(RNG.standard_normal((4, 4)), -1)
INDEFINITE = INDEFINITE + INDEFINITE.T + np.diag([0.1, -0.1, 0.05, 0.2])  # wants pivots of size 2
POWERS = np.diag([1.0, 32.0, 900.0]) @ A @ np.diag([1.0, 1 / 32, 1 / 900])


def h(x):
    return x + np.conj(np.swapaxes(x, -1, -2))


def lu_solved(m, a, b, trans=0):
    return m.lu_solve(m.lu_factor(a), b, trans=trans)


def spans(z):
    """What does not depend on the choice of a basis."""
    return z @ np.conj(np.swapaxes(z, -1, -2))


def unsigned(w, *vectors):
    """Values and vectors without the factors that LAPACK chooses, which may jump."""
    return (w, *[v * np.conj(v[..., :1, :]) for v in vectors])


def pairs(u, s, vh):
    return u[..., :, None, : s.shape[-1]] * np.swapaxes(vh, -1, -2)[..., None, :, : s.shape[-1]], s


STRUCTURES = (
    "gen", "general", "sym", "symmetric", "her", "hermitian", "pos", "positive definite", "diagonal", "tridiagonal",
    "upper triangular", "lower triangular",
)  # fmt: skip

MODES = ("full", "same", "valid")
OF_INVERSES = ("gen", "general", "sym", "her", "pos", "diagonal", "upper triangular", "lower triangular")

# what is called in SciPy's module or ours, its arguments; complex: checked with complex ones too
CASES = {
    **{f"solve {s}": (lambda m, a, b, s=s: m.solve(a, b, assume_a=s), (POSITIVE, V)) for s in STRUCTURES},
    **{
        f"solve {s} lower": (lambda m, a, b, s=s: m.solve(a, b, lower=True, assume_a=s), (POSITIVE, B))
        for s in ("sym", "her", "pos")
    },
    "solve": (lambda m, a, b: m.solve(a, b), (A, B)),
    "solve banded": (lambda m, a, b: m.solve(a, b, assume_a="banded"), (A, V)),
    "solve one": (lambda m, a, b: m.solve(a, b), (A[:1, :1], B)),
    "solve_triangular": (lambda m, a, b: m.solve_triangular(a, b), (A, V)),
    "solve_triangular T": (lambda m, a, b: m.solve_triangular(a, b, "T", True), (A, B)),
    "solve_triangular C": (lambda m, a, b: m.solve_triangular(a, b, 2, False, True), (A, B)),
    "solve_banded": (lambda m, ab, b: m.solve_banded((1, 2), ab, b), (BAND, FIVE)),
    "solve_banded columns": (lambda m, ab, b: m.solve_banded((2, 1), ab, b), (BAND[::-1], COLUMNS)),
    "solve_banded tridiagonal": (lambda m, ab, b: m.solve_banded((1, 1), ab, b), (BAND[1:], FIVE)),
    "solveh_banded": (lambda m, ab, b: m.solveh_banded(ab, b), (HBAND, FIVE)),
    "solveh_banded lower": (lambda m, ab, b: m.solveh_banded(ab, b, lower=True), (HBAND[::-1], COLUMNS)),
    "solveh_banded tridiagonal": (lambda m, ab, b: m.solveh_banded(ab, b), (HBAND[1:], COLUMNS)),
    "cholesky_banded": (lambda m, ab: m.cholesky_banded(ab), (HBAND,)),
    "cholesky_banded lower": (lambda m, ab: m.cholesky_banded(ab, lower=True), (HBAND[::-1],)),
    "cho_solve_banded": (lambda m, cb, b: m.cho_solve_banded((cb, False), b), (HBAND, FIVE)),
    "cho_solve_banded lower": (lambda m, cb, b: m.cho_solve_banded((cb, True), b), (HBAND[::-1], COLUMNS)),
    "solve_toeplitz": (lambda m, c, b: m.solve_toeplitz(c, b), (FIRST, FIVE)),
    "solve_toeplitz row": (lambda m, c, r, b: m.solve_toeplitz((c, r), b), (FIRST, ROW, COLUMNS)),
    "matmul_toeplitz": (lambda m, c, r, x: m.matmul_toeplitz((c, r), x), (V, FIVE, COLUMNS)),
    "matmul_toeplitz one": (lambda m, c, x: m.matmul_toeplitz(c, x), (V, W)),
    "solve_circulant": (lambda m, c, b: m.solve_circulant(c, b), (FIRST, FIVE)),
    "solve_circulant axes": (
        lambda m, c, b: m.solve_circulant(c, b, caxis=0, baxis=1, outaxis=-1),
        (np.stack([FIRST, ROW], axis=1), COLUMNS.T),
    ),
    "inv": (lambda m, a: m.inv(a), (A,)),
    **{f"inv {s}": (lambda m, a, s=s: m.inv(a, assume_a=s), (POSITIVE,)) for s in OF_INVERSES},
    "inv pos lower": (lambda m, a: m.inv(a, assume_a="pos", lower=True), (POSITIVE,)),
    "det": (lambda m, a: m.det(a), (A,)),
    "pinv": (lambda m, a: m.pinv(a), (TALL,)),
    "pinv cut": (lambda m, a: m.pinv(a, atol=0.1, rtol=0.2, return_rank=True), (np.diag([2.0, 0.1, 1.0]),)),
    "pinvh": (lambda m, a: m.pinvh(a), (POSITIVE,)),
    "pinvh upper": (lambda m, a: m.pinvh(a, 0.1, 0.1, False, True), (POSITIVE,)),
    "lstsq": (lambda m, a, b: m.lstsq(a, b), (TALL, FIVE[:4])),
    "lstsq columns": (lambda m, a, b: m.lstsq(a, b, lapack_driver="gelss"), (TALL, COLUMNS[:4])),
    "lstsq wide": (lambda m, a, b: m.lstsq(a, b), (WIDE, V[:2])),
    "lstsq gelsy": (lambda m, a, b: m.lstsq(a, b, lapack_driver="gelsy"), (TALL, FIVE[:4])),
    "cholesky": (lambda m, a: m.cholesky(a), (POSITIVE,)),
    "cholesky lower": (lambda m, a: m.cholesky(a, lower=True), (POSITIVE,)),
    "cho_factor": (lambda m, a: m.cho_factor(a)[0], (POSITIVE,)),
    "cho_factor lower": (lambda m, a: m.cho_factor(a, lower=True)[0], (POSITIVE,)),
    "cho_solve": (lambda m, c, b: m.cho_solve((c, False), b), (A, V)),
    "cho_solve lower": (lambda m, c, b: m.cho_solve((c, True), b), (A, B)),
    "lu": (lambda m, a: m.lu(a), (FULL,)),
    "lu tall": (lambda m, a: m.lu(a, permute_l=True), (TALL,)),
    "lu wide": (lambda m, a: m.lu(a, p_indices=True), (WIDE,)),
    "lu_factor": (lambda m, a: m.lu_factor(a), (FULL,)),
    "lu_factor tall": (lambda m, a: m.lu_factor(a), (TALL,)),
    "lu_factor wide": (lambda m, a: m.lu_factor(a), (WIDE,)),
    **{f"lu_solve {t}": (lambda m, a, b, t=t: lu_solved(m, a, b, t), (FULL, b)) for t, b in ((0, V), (1, B), (2, V))},
    "ldl": (lambda m, a: m.ldl(a), (POSITIVE,)),
    "ldl upper": (lambda m, a: m.ldl(a, lower=False), (h(FULL),)),
    "ldl in blocks": (lambda m, a: m.ldl(a), (INDEFINITE,)),
    "ldl in blocks upper": (lambda m, a: m.ldl(a, lower=False), (INDEFINITE,)),
    "ldl symmetric": (lambda m, a: m.ldl(a, hermitian=False), (INDEFINITE,)),
    "matrix_balance": (lambda m, a: m.matrix_balance(a), (POWERS,)),
    "matrix_balance separate": (lambda m, a: m.matrix_balance(a, separate=True)[0], (POWERS,)),
    "qr economic": (lambda m, a: m.qr(a, mode="economic"), (TALL,)),
    "qr full": (lambda m, a: m.qr(a), (A,)),
    "qr full tall": (lambda m, a: (lambda q, r: (spans(q[..., 2:]), r))(*m.qr(a)), (TALL,)),
    "qr wide": (lambda m, a: m.qr(a), (WIDE,)),
    "qr r": (lambda m, a: m.qr(a, mode="r"), (TALL,)),
    "qr pivoting": (lambda m, a: m.qr(a, pivoting=True, mode="economic"), (FULL,)),
    "qr r pivoting": (lambda m, a: m.qr(a, pivoting=True, mode="r"), (FULL,)),
    "rq": (lambda m, a: m.rq(a), (A,)),
    "rq economic": (lambda m, a: m.rq(a, mode="economic"), (WIDE,)),
    "rq tall": (lambda m, a: m.rq(a, mode="economic"), (TALL,)),
    "rq r": (lambda m, a: m.rq(a, mode="r"), (WIDE,)),
    "rq full": (lambda m, a: (lambda r, q: (r, spans(q[:2].T)))(*m.rq(a)), (WIDE,)),
    "polar": (lambda m, a: m.polar(a), (TALL,)),
    "polar left": (lambda m, a: m.polar(a, side="left"), (WIDE,)),
    "polar wide": (lambda m, a: m.polar(a), (WIDE,)),
    "orthogonal_procrustes": (lambda m, a, b: m.orthogonal_procrustes(a, b), (TALL, COLUMNS[:4])),
    "svd": (lambda m, a: pairs(*m.svd(a, full_matrices=False)), (TALL,)),
    "svd full": (lambda m, a: pairs(*m.svd(a)), (A,)),
    "svd gesvd": (lambda m, a: pairs(*m.svd(a, full_matrices=False, lapack_driver="gesvd")), (WIDE,)),
    "svd values": (lambda m, a: m.svd(a, compute_uv=False), (WIDE,)),
    "svdvals": (lambda m, a: m.svdvals(a), (TALL,)),
    "orth": (lambda m, a: unsigned(0.0, m.orth(a)), (TALL,)),
    "null_space": (lambda m, a: spans(m.null_space(a)), (WIDE,)),
    "subspace_angles": (lambda m, a, b: m.subspace_angles(a, b), (TALL, COLUMNS[:4])),
    "subspace_angles one": (lambda m, a, b: m.subspace_angles(a, b), (TALL[:, :1], COLUMNS[:4])),
    "norm": (lambda m, a: m.norm(a), (FULL,)),
    "norm nuclear": (lambda m, a: m.norm(a, "nuc", (0, 1), True), (FULL,)),
    "eig": (lambda m, a: unsigned(*m.eig(a)), (SPREAD,)),
    "eig left": (lambda m, a: unsigned(*m.eig(a, left=True)), (SPREAD,)),
    "eig pair": (lambda m, a: unsigned(*m.eig(a, left=True)), (TURNING,)),
    "eig left alone": (lambda m, a: unsigned(*m.eig(a, left=True, right=False)), (TURNING,)),
    "eigvals": (lambda m, a: m.eigvals(a), (TURNING,)),
    "eigvals generalised": (lambda m, a, b: m.eigvals(a, b), (SPREAD, POSITIVE)),
    "eig generalised": (lambda m, a, b: unsigned(*m.eig(a, b)), (SPREAD, POSITIVE)),
    "eig generalised pair": (lambda m, a, b: unsigned(*m.eig(a, b, left=True)), (SPREAD, POSITIVE)),
    "eigh": (lambda m, a: unsigned(*m.eigh(a)), (h(SPREAD),)),
    "eigh upper": (lambda m, a: unsigned(*m.eigh(a, lower=False, driver="evd")), (h(SPREAD),)),
    "eigh some": (lambda m, a: unsigned(*m.eigh(a, subset_by_index=(1, 2))), (h(SPREAD),)),
    "eigh within": (lambda m, a: m.eigh(a, subset_by_value=(2.5, np.inf), eigvals_only=True), (h(SPREAD),)),
    **{
        f"eigh type {t} {'lower' if low else 'upper'}": (
            lambda m, a, b, t=t, low=low: unsigned(*m.eigh(a, b, type=t, lower=low)),
            (h(SPREAD), POSITIVE),
        )
        for t in (1, 2, 3)
        for low in (True, False)
    },
    "eigvalsh": (lambda m, a, b: m.eigvalsh(a, b, lower=False), (h(SPREAD), POSITIVE)),
    "eig_banded": (lambda m, a: unsigned(*m.eig_banded(a)), (HBAND * np.arange(1, 6),)),
    "eig_banded some": (lambda m, a: unsigned(*m.eig_banded(a, True, False, False, "i", (1, 2))), (HBAND[::-1],)),
    "eigvals_banded": (lambda m, a: m.eigvals_banded(a, select="v", select_range=(4.2, 9)), (HBAND,)),
    "eigh_tridiagonal": (lambda m, d, e: unsigned(*m.eigh_tridiagonal(d, e)), (FIVE, FIRST[:4])),
    "eigvalsh_tridiagonal": (lambda m, d, e: m.eigvalsh_tridiagonal(d, e, "i", (1, 3)), (FIVE, FIRST[:4])),
    "expm": (lambda m, a: m.expm(a), (FULL,)),
    "logm": (lambda m, a: m.logm(a), (POSITIVE,)),
    "sqrtm": (lambda m, a: m.sqrtm(a), (POSITIVE,)),
    "expm_frechet": (lambda m, a, e: m.expm_frechet(a, e), (FULL, A)),
    "expm_frechet alone": (lambda m, a, e: m.expm_frechet(a, e, compute_expm=False), (FULL, A)),
    "fractional_matrix_power": (lambda m, a: m.fractional_matrix_power(a, 0.3), (POSITIVE,)),
    "fractional_matrix_power whole": (lambda m, a: m.fractional_matrix_power(a, -2), (POSITIVE,)),
    "fractional_matrix_power by both": (lambda m, a, t: m.fractional_matrix_power(a, t), (POSITIVE, 0.7)),
    **{f"{f}m": (lambda m, a, f=f: getattr(m, f"{f}m")(a), (SMALL,)) for f in ("sin", "cos", "tan")},
    **{f"{f}m": (lambda m, a, f=f: getattr(m, f"{f}m")(a), (SMALL,)) for f in ("sinh", "cosh", "tanh")},
    "signm": (lambda m, a: m.signm(a), (SPREAD - 2 * np.eye(3),)),
    "solve_sylvester": (lambda m, a, b, q: m.solve_sylvester(a, b, q), (A, POSITIVE[:2, :2], B)),
    "solve_continuous_lyapunov": (lambda m, a, q: m.solve_continuous_lyapunov(a, q), (POSITIVE, FULL)),
    "solve_lyapunov": (lambda m, a, q: m.solve_lyapunov(a, q), (POSITIVE, FULL)),
    "solve_discrete_lyapunov": (lambda m, a, q: m.solve_discrete_lyapunov(a, q), (SMALL, FULL)),
    "solve_discrete_lyapunov bilinear": (lambda m, a, q: m.solve_discrete_lyapunov(a, q, "bilinear"), (SMALL, FULL)),
    **{
        f"{f} {'generalised' if more else ''}": (
            lambda m, a, b, q, r, *es, f=f: getattr(m, f)(a, b, h(q), h(r), *es),
            (FULL, B, POSITIVE, POSITIVE[:2, :2], *([POSITIVE, B / 4] if more else [])),
        )
        for f in ("solve_continuous_are", "solve_discrete_are")
        for more in (False, True)
    },
    "block_diag": (lambda m, a, b, c: m.block_diag(a, b, c), (FULL, V, B)),
    "khatri_rao": (lambda m, a, b: m.khatri_rao(a, b), (TALL, B)),
    "toeplitz": (lambda m, c: m.toeplitz(c), (V,)),
    "toeplitz row": (lambda m, c, r: m.toeplitz(c, r), (V, FIVE)),
    "hankel": (lambda m, c: m.hankel(c), (V,)),
    "hankel row": (lambda m, c, r: m.hankel(c, r), (V, FIVE)),
    "circulant": (lambda m, c: m.circulant(c), (V,)),
    "companion": (lambda m, a: m.companion(a), (FIRST,)),
    **{f"convolution_matrix {k}": (lambda m, a, k=k: m.convolution_matrix(a, 4, k), (V,)) for k in MODES},
    "convolution_matrix long": (lambda m, a: m.convolution_matrix(a, 2, "same"), (V,)),
    "diagsvd": (lambda m, s: m.diagsvd(s, 3, 4), (V,)),
    "fiedler": (lambda m, a: m.fiedler(a), (V,)),
    "fiedler_companion": (lambda m, a: m.fiedler_companion(a), (FIRST,)),
    "leslie": (lambda m, f, s: m.leslie(f, s), (V, W[:2])),
}  # fmt: skip

INEXACT = {"eigvals_banded"}  # SciPy bisects, to fewer digits than second differences need
REAL = {"fiedler", "eigh_tridiagonal", "eigvalsh_tridiagonal", "solve_toeplitz"}  # SciPy takes real ones, or needs them
BASES = {"svd", "svd full", "orth", "eig", "eig left", "eig pair", "eig left alone"}  # by magnitudes where complex
HERMITIAN = {"ldl", "ldl upper", "ldl in blocks", "ldl in blocks upper"}  # SciPy warns of a complex diagonal
NO_COMPLEX = (
    REAL
    | HERMITIAN
    | {
        "eig generalised",
        "eig generalised pair",
        "svd gesvd",
        "eig_banded",
        "eig_banded some",
        "solve banded",
        "pinv cut",
        "norm nuclear",
        "fractional_matrix_power by both",
    }
)


def flat(y):
    """All floating-point numbers of a result in one vector."""
    if not isinstance(y, tuple | list):
        return y
    parts = [p for p in y if getattr(tracker.data(p), "dtype", np.dtype(int)).kind in "fc"]
    return np.concatenate([np.ravel(p) for p in parts])


@pytest.mark.parametrize("name", CASES)
def test_value_is_scipys_and_derivatives_agree_with_differences(name):
    f, xs = CASES[name]
    order = 1 if name in INEXACT else 2
    assert_derivatives(lambda m: lambda *xs: flat(f(m, *xs)), linalg, scipy.linalg, *xs, order=order)


@pytest.mark.parametrize("name", [n for n in CASES if n not in NO_COMPLEX])
def test_complex_matrices_agree_with_differences_of_their_parts(name):
    f, xs = CASES[name]
    parts = [0.3 * np.random.default_rng(k).standard_normal(np.shape(x)) for k, x in enumerate(xs)]
    # Hermitian ones stay Hermitian: SciPy reads a triangle, and the real part of the diagonal
    n = len(xs)
    g = lambda m: lambda *ys: flat(f(m, *[x + 1j * y for x, y in zip(ys[:n], ys[n:], strict=True)]))
    order = 1 if name in INEXACT else 2
    assert_derivatives(g, linalg, scipy.linalg, *xs, *parts, order=order)


@pytest.mark.parametrize("name", sorted(HERMITIAN))
def test_complex_hermitian_matrices_agree_with_differences_of_their_parts(name):
    f, (x,) = CASES[name]
    part = np.triu(0.3 * np.random.default_rng(0).standard_normal(x.shape), 1)
    g = lambda m: lambda x, y: flat(f(m, x + 1j * (np.triu(y, 1) - np.triu(y, 1).T)))
    assert_derivatives(g, linalg, scipy.linalg, x, part)


@pytest.mark.filterwarnings("ignore:logm result may be inaccurate")  # says SciPy of any float32 one
@pytest.mark.parametrize("name", CASES)
def test_float32_is_kept(name):
    f, xs = CASES[name]
    small = [np.float32(x) for x in xs]
    loss = lambda *xs: curved(flat(f(linalg, *xs)))
    for narrow, wide in zip(tracker.gradient(loss, *small), tracker.gradient(loss, *xs), strict=True):
        assert narrow.dtype == np.float32
        np.testing.assert_allclose(narrow, wide, rtol=0.02, atol=0.02 * np.max(np.abs(wide)))


UNBATCHED = {
    "hankel", "hankel row", "fiedler_companion", "solve_circulant", "solve_circulant axes", "orth", "norm",
    "norm nuclear", "fractional_matrix_power by both", "solve one", "block_diag", "null_space", "lstsq gelsy",
    "lstsq", "companion", "rq full",
}  # fmt: skip


OF_VECTORS = {"toeplitz", "circulant", "convolution_matrix", "diagsvd", "fiedler", "leslie", "eigh_tridiagonal",
              "eigvalsh_tridiagonal"}  # fmt: skip


def stacked(x):
    return np.stack([x, x * 1.01])


@pytest.mark.parametrize("name", [n for n in CASES if n not in UNBATCHED])
def test_batches_are_scipys_and_agree_with_differences(name):
    f, xs = CASES[name]
    several = lambda m: lambda *xs: flat(f(m, *xs))
    batches = [stacked(x) if np.ndim(x) > 1 or name.split()[0] in OF_VECTORS else x for x in xs]
    assert_derivatives(several, linalg, scipy.linalg, *batches, order=1)


@pytest.mark.parametrize(
    "name", ["solve", "solve_triangular", "solve_banded", "solve_toeplitz", "lu_solve 0", "eigvalsh"]
)
def test_one_argument_goes_with_a_batch_of_the_other(name):
    f, (x, y) = CASES[name]
    g = lambda m: lambda x, y: flat(f(m, x, y))
    assert_derivatives(g, linalg, scipy.linalg, stacked(x), y)
    if np.ndim(y) > 1:
        assert_derivatives(g, linalg, scipy.linalg, x, stacked(y))


EMPTY = {
    "solve": (lambda m, a, b: m.solve(a, b), (0, 0), (0, 2)),
    "solve_triangular": (lambda m, a, b: m.solve_triangular(a, b), (0, 0), (0,)),
    "solve_banded": (lambda m, a, b: m.solve_banded((0, 0), a, b), (1, 0), (0,)),
    "solveh_banded": (lambda m, a, b: m.solveh_banded(a, b), (1, 0), (0,)),
    "solve_toeplitz": (lambda m, c, b: m.solve_toeplitz(c, b), (0,), (0, 2)),
    "lstsq": (lambda m, a, b: m.lstsq(a, b), (3, 0), (3,)),
    **{
        name: (lambda m, a, name=name: getattr(m, name)(a), (0, 0))
        for name in (
            "inv", "det", "pinv", "pinvh", "cholesky", "cho_factor", "lu", "lu_factor", "qr", "rq", "polar", "svd",
            "svdvals", "eig", "eigvals", "eigh", "eigvalsh", "expm", "sqrtm", "sinm", "cosm", "tanm",
            "matrix_balance", "ldl",
        )
    },
    "qr tall": (lambda m, a: m.qr(a), (3, 0)),
    "orth": (lambda m, a: m.orth(a), (0, 0)),
    "null_space": (lambda m, a: m.null_space(a), (0, 0)),
    "solve_sylvester": (lambda m, a, b, q: m.solve_sylvester(a, b, q), (0, 0), (2, 2), (0, 2)),
    "expm_frechet": (lambda m, a, b: m.expm_frechet(a, b), (0, 0), (0, 0)),
    "block_diag": (lambda m, a, b: m.block_diag(a, b), (0, 2), (1, 1)),
    "khatri_rao": (lambda m, a, b: m.khatri_rao(a, b), (0, 2), (3, 2)),
    "toeplitz": (lambda m, c: m.toeplitz(c), (0,)),
    "circulant": (lambda m, c: m.circulant(c), (0,)),
    "fiedler": (lambda m, c: m.fiedler(c), (0,)),
}  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_empty_matrices_give_what_scipy_gives_and_empty_gradients(name):
    f, *shapes = EMPTY[name]
    xs = [np.ones(shape) for shape in shapes]
    theirs, ours = f(scipy.linalg, *xs), tracker.data(f(linalg, *map(tracker.param, xs)))
    parts = zip(*[y if isinstance(y, tuple | list) else (y,) for y in (theirs, ours)], strict=True)
    for a, b in parts:
        np.testing.assert_array_equal(a, b)
        assert np.shape(a) == np.shape(b)
    loss = lambda *xs: np.sum(np.real(flat(f(linalg, *xs))))
    for g, x in zip(tracker.gradient(loss, *xs), xs, strict=True):
        assert g.shape == x.shape
        assert name == "block_diag" or not np.any(g)


BAD = {
    "not square": lambda m, x: m.solve(x[:2], x[0, :2]),
    "shapes": lambda m, x: m.solve(x, x[0, :2]),
    "singular": lambda m, x: m.solve(0 * x, x),
    "triangular singular": lambda m, x: m.solve_triangular(0 * x, x),
    "structure": lambda m, x: m.solve(x, x, assume_a="round"),
    "not definite": lambda m, x: m.cholesky(-x),
    "not finite": lambda m, x: m.inv(x / 0),
    "inverse": lambda m, x: m.inv(0 * x),
    "determinant": lambda m, x: m.det(x[:2]),
    "band": lambda m, x: m.solve_banded((1, 2), x, x[0]),
    "band not definite": lambda m, x: m.solveh_banded(-x, x[0]),
    "circulant": lambda m, x: m.solve_circulant(0 * x[0], x[1]),
    "toeplitz": lambda m, x: m.solve_toeplitz(0 * x[0], x[1]),
    "least squares": lambda m, x: m.lstsq(x, x[0, :2]),
    "driver": lambda m, x: m.lstsq(x, x, lapack_driver="gelsx"),
    "eigenvalues": lambda m, x: m.eig(x[:2]),
    "subset": lambda m, x: m.eigh(x, subset_by_index=(2, 7)),
    "select": lambda m, x: m.eig_banded(x, select="b"),
    "mode": lambda m, x: m.qr(x, mode="raw2"),
    "mode rq": lambda m, x: m.rq(x, mode="raw"),
    "side": lambda m, x: m.polar(x, side="up"),
    "exponential": lambda m, x: m.expm(x[:2]),
    "sine": lambda m, x: m.sinm(x[:2]),
    "riccati": lambda m, x: m.solve_continuous_are(x, x, x - 2 * np.tril(x, -1), x),
    "khatri_rao": lambda m, x: m.khatri_rao(x, x[:, :2]),
    "companion": lambda m, x: m.companion(0 * x[0]),
    "convolution": lambda m, x: m.convolution_matrix(x[0], 0),
    "leslie": lambda m, x: m.leslie(x[0], x[1]),
    "transposed": lambda m, x: m.solve(x * 1j, x, transposed=True),
    "lu_solve": lambda m, x: m.lu_solve(m.lu_factor(x), x[0, :2]),
    "cho_solve": lambda m, x: m.cho_solve((x, True), x[0, :2]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_scipy_rejects_is_rejected_with_the_same_type(name):
    f = BAD[name]
    with pytest.raises(Exception) as theirs:
        f(scipy.linalg, POSITIVE)
    with pytest.raises(theirs.type):
        f(linalg, tracker.param(POSITIVE))


KEYWORDS_OF_LOGM = inspect.signature(scipy.linalg.logm).parameters
REFUSED = {
    "raw": lambda x: linalg.qr(x, mode="raw"),
    "right=True": lambda x: linalg.eig(SPREAD, x, left=True, right=False),
    "phases": lambda x: linalg.eig(x + TURNING, POSITIVE)[1],
    "homogeneous_eigvals": lambda x: linalg.eigvals(x, homogeneous_eigvals=True),
    "gesvd": lambda x: linalg.svd(x * 1j, lapack_driver="gesvd"),
    "eigvals_only": lambda x: linalg.eig_banded(x * 1j),
    **({"disp": lambda x: linalg.logm(x, disp=False)} if "disp" in KEYWORDS_OF_LOGM else {}),
    "expm": lambda x: linalg.funm(x, np.exp),
    "take eig": lambda x: linalg.schur(x),
    "take qr": lambda x: linalg.qr_insert(x, x, x[0], 0),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_derivative_is_refused_with_the_reason(reason):
    with pytest.raises(NotImplementedError, match=reason):
        REFUSED[reason](tracker.param(POSITIVE))


def test_gradients_that_depend_on_a_choice_are_refused():
    with pytest.raises(np.linalg.LinAlgError, match="basis"):
        tracker.gradient(lambda a: linalg.null_space(a)[0, 0], WIDE)
    with pytest.raises(np.linalg.LinAlgError, match="equal"):
        tracker.gradient(lambda a: linalg.eigh(a)[1][0, 0], np.eye(3))
    with pytest.raises(ValueError, match="dependent"):
        tracker.gradient(lambda a: linalg.subspace_angles(a, TALL)[0], np.ones((4, 2)))


def test_polar_factors_of_equal_singular_values_have_a_derivative():
    assert_derivatives(lambda m: lambda a: flat(m.polar(a)), linalg, scipy.linalg, 2 * np.eye(3), order=1)


@pytest.mark.parametrize("name", sorted(set(scipy.linalg.__all__) - set(dir(np.linalg)) | set(linalg.__all__)))
def test_every_public_name_of_scipy_is_there(name):
    assert hasattr(linalg, name)


def test_unknown_names_are_unknown():
    with pytest.raises(AttributeError, match="solve_everything"):
        linalg.solve_everything  # noqa: B018


def test_plain_arguments_give_scipys_results_even_where_tracked_ones_are_refused():
    np.testing.assert_array_equal(linalg.schur(A)[0], scipy.linalg.schur(A)[0])
    np.testing.assert_array_equal(linalg.hilbert(3), scipy.linalg.hilbert(3))
    assert linalg.bandwidth(tracker.param(np.tril(A))) == (2, 0)
    assert linalg.issymmetric(tracker.param(POSITIVE))


@pytest.mark.parametrize("name", [n for n in CASES if not n.startswith("solve_circulant")])
def test_scipys_own_function_names_its_counterpart(name):
    f, xs = CASES[name]
    function = {"lu_solve": "lu_factor", "solve_lyapunov": "solve_continuous_lyapunov"}.get(
        name.split()[0], name.split()[0]
    )
    with pytest.raises(TypeError, match=rf"Call tracker\.scipy\.linalg\.{function} instead"):
        f(scipy.linalg, *map(tracker.param, xs))


def test_scipys_own_function_says_why_it_is_refused():
    with pytest.raises(TypeError, match="not unique"):
        scipy.linalg.schur(tracker.param(A))


def test_scipys_circulant_solver_is_plain_numpy():
    f, xs = CASES["solve_circulant"]
    loss = lambda m: lambda *xs: curved(f(m, *xs))
    for a, b in zip(tracker.gradient(loss(scipy.linalg), *xs), tracker.gradient(loss(linalg), *xs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_lu_solve_of_scipy_names_its_counterpart_by_the_right_hand_side():
    with pytest.raises(TypeError, match=r"Call tracker\.scipy\.linalg\.lu_solve instead"):
        scipy.linalg.lu_solve(scipy.linalg.lu_factor(A), tracker.param(V))


@pytest.mark.parametrize("name", ["expm", "cholesky", "cho_factor"])
def test_a_number_is_a_matrix_of_one_entry_where_scipy_takes_it_so(name):
    entry = lambda m, x: np.sum(getattr(m, name)(np.asarray(x) if m is scipy.linalg else x)[0])
    slope = (entry(scipy.linalg, 1.501) - entry(scipy.linalg, 1.499)) / 0.002
    for x in (1.5, np.array(1.5)):
        assert entry(linalg, x) == entry(scipy.linalg, x)
        value, (found,) = tracker.withgradient(lambda x: entry(linalg, x), x)
        assert value == entry(scipy.linalg, x)
        np.testing.assert_allclose(found, slope, rtol=1e-5)


@pytest.mark.parametrize(
    "name", ["toeplitz", "circulant", "fiedler", "cholesky_banded", "lu_factor", "matrix_balance", "sqrtm"]
)
@pytest.mark.parametrize("x", [2.0, np.array(2.0)])
def test_a_number_differentiates_where_scipy_takes_one(name, x):
    first = lambda y: y[0] if isinstance(y, tuple) else y
    f = lambda m: lambda x: np.sum(first(getattr(m, name)(x)))
    if name != "sqrtm":  # of which SciPy gives memory that was never written
        found = first(getattr(linalg, name)(tracker.param(x)))
        np.testing.assert_array_equal(found.data, first(getattr(scipy.linalg, name)(x)), strict=True)
    assert tracker.gradcheck(f(linalg), x, order=2)
