"""Cases for np.linalg: factorisations, solving, norms. Most are asked for at random matrices,
whose eigenvalues and singular values are distinct; equal ones are tested apart."""

from typing import Any

import numpy as np

from tests.cases.case import Case, Input, case, normal, spd, value, wrapped

_la = np.linalg
CASES: list[Case] = []
_more = CASES.extend


def _plain(*shape: int) -> Any:
    return np.random.default_rng(7).standard_normal(shape)


def _regular(*shape: int) -> Input:
    """Square matrices far from singular and from having equal eigenvalues."""
    n = shape[-1]
    return Input(lambda rng: 0.5 * rng.standard_normal(shape) + np.diag(1.5 * np.arange(1, n + 1)))


def _fading(*shape: int) -> Input:
    """Matrices with singular values near 1, 0.7 and less than 0.15."""
    size = np.diag([1.0, 0.7, 0.1, 0.05])[: shape[0], : shape[1]]
    return Input(lambda rng: size + 0.01 * rng.standard_normal(shape))


def _full_rank(*shape: int) -> Input:
    """Matrices of full rank, with singular values far from zero and from each other."""
    m, n = shape[-2:]
    diagonal = np.eye(m, n) * np.arange(1.5, 1.5 * m + 1, 1.5)[:, None]
    return Input(lambda rng: 0.5 * rng.standard_normal(shape) + diagonal)


# ---------------------------------------------------------------- norms

_vector_orders = (None, 2, 1, 3, 0.5, -1, -2, np.inf, -np.inf, 0, 1.5)
_more(case(_la.norm, normal(4), ord=p).but(complex=p != 0) for p in _vector_orders)
_more(case(_la.norm, normal(3, 4), p, axis=0) for p in _vector_orders)
_more(case(_la.norm, normal(3, 4), ord=p, axis=-1, keepdims=True) for p in _vector_orders)
_more(case(_la.vector_norm, normal(2, 3), ord=p).but(complex=True) for p in (2, 1, 3, np.inf, -np.inf))
_matrix_orders = (None, "fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)
_more(case(_la.norm, normal(3, 4), ord=p).but(complex=p not in (-2,)) for p in _matrix_orders)
_more(case(_la.norm, normal(3, 2, 4), ord=p, axis=(2, 0)) for p in _matrix_orders)
_more(case(_la.norm, normal(2, 4, 3), p, (-2, -1), True) for p in _matrix_orders)
_more(case(_la.matrix_norm, normal(2, 3, 4), ord=p, keepdims=k) for p in _matrix_orders[1:] for k in (False, True))
_more(case(_la.cond, _regular(3, 3), p).but(complex=p is None) for p in (None, 2, -2, 1, -1, np.inf, -np.inf, "fro"))
CASES += [
    case(_la.norm, normal(2, 3, 4)),
    case(_la.norm, normal(2, 3), keepdims=True),
    case(_la.norm, normal(2, 3), None, 1, True),
    case(_la.norm, normal(2, 3), axis=(0,)),
    case(_la.norm, normal(0, 3)),
    case(_la.norm, normal(0, 3), axis=1),
    case(_la.norm, normal(0, 3), ord="nuc"),
    case(_la.vector_norm, normal(2, 3, 4), axis=(0, 2)),
    case(_la.vector_norm, normal(2, 3, 4), axis=(0, -1), keepdims=True, ord=np.inf),
    case(_la.vector_norm, normal(2, 3), axis=-1, ord=3),
    case(_la.vector_norm, normal(2, 3), keepdims=True),
    case(_la.matrix_norm, normal(3, 4)).but(complex=True),
    case(_la.cond, normal(2, 4, 3)),
    case(_la.cond, _regular(2, 3, 3), 1),
    case(_la.cond, _regular(2, 3, 3), "nuc"),
]

# ---------------------------------------------------------------- solving, inverses

CASES += [
    case(_la.solve, _regular(3, 3), normal(3)).but(complex=True),
    case(_la.solve, _regular(3, 3), normal(3, 2)).but(complex=True),
    case(_la.solve, _regular(2, 3, 3), normal(3)),
    case(_la.solve, _regular(2, 3, 3), normal(3, 2)),
    case(_la.solve, _regular(3, 3), normal(2, 3, 2)),
    case(_la.solve, _regular(4, 1, 3, 3), normal(2, 3, 2)),
    case(_la.solve, _regular(3, 3), [1.0, 2.0, 3.0]),
    case(_la.solve, [[1.0, 2.0], [3.0, 5.0]], normal(2)),
    case(_la.solve, _regular(3, 3), normal(3, 0)),
    case(_la.tensorsolve, normal(2, 3, 6), normal(2, 3)).but(complex=True),
    case(_la.tensorsolve, normal(2, 6, 3), normal(2, 3), axes=(1,)),
    case(_la.tensorsolve, normal(6, 2, 3), normal(6)),
    case(_la.tensorsolve, normal(3, 2, 2, 3), normal(2, 3), (0, 2)),
    case(_la.tensorinv, normal(2, 3, 6)).but(complex=True),
    case(_la.tensorinv, normal(6, 2, 3), ind=1),
    case(_la.tensorinv, normal(6, 2, 3), 1),
    case(_la.inv, _regular(3, 3)).but(complex=True),
    case(_la.inv, _regular(2, 3, 3)),
    case(_la.inv, normal(0, 0)),
    case(_la.pinv, normal(3, 2)).but(complex=True),
    case(_la.pinv, normal(2, 3)).but(complex=True),
    case(_la.pinv, _regular(3, 3)),
    case(_la.pinv, normal(2, 4, 3)),
    case(_la.pinv, normal(3, 2), rcond=1e-10),
    case(_la.pinv, normal(3, 2), 1e-10),
    case(_la.pinv, normal(3, 2), rtol=1e-10),
    case(_la.pinv, _regular(3, 3), hermitian=True).but(complex=True),
    case(_la.pinv, _fading(3, 3), rcond=0.3).but(complex=True, note=" cut"),
    case(_la.pinv, _fading(4, 3), rtol=0.3).but(note=" cut"),
    case(_la.pinv, _fading(3, 3), rcond=0.3, hermitian=True).but(note=" cut"),
    case(_la.lstsq, _fading(4, 3), normal(4), rcond=0.3).but(complex=True, note=" cut"),
    case(_la.lstsq, normal(4, 2), normal(4)).but(complex=True),
    case(_la.lstsq, normal(4, 2), normal(4, 3)).but(complex=True),
    case(_la.lstsq, normal(2, 4), normal(2)),
    case(_la.lstsq, normal(2, 4), normal(2, 3), None),
    case(_la.lstsq, _regular(3, 3), normal(3), rcond=1e-10),
    case(_la.lstsq, _plain(4, 2), normal(4)),
    case(_la.lstsq, normal(4, 2), [1.0, 2.0, 3.0, 4.0]),
]

# ---------------------------------------------------------------- determinants

_singular = ([[1.0, 2], [2, 4]], [[1.0, 2, 3], [4, 5, 6], [7, 8, 9]], np.zeros((2, 2)),
             np.outer([1.0, 2, 3], [1, -1, 2]), np.zeros((3, 3)), [[0.0]], np.diag([1.0, 2, 0, 0]))  # fmt: skip
_more(case(_la.det, value(a)).but(float32=np.size(a) < 9) for a in _singular)
CASES += [
    case(_la.det, normal(3, 3)).but(complex=True),
    case(_la.det, normal(2, 3, 3)),
    case(_la.det, normal(1, 1)),
    case(_la.det, normal(0, 0)),
    case(_la.det, normal(0, 2, 2)),
    case(_la.det, value([[[1, 2], [2, 4]], [[1, 2], [3, 4]], [[0, 0], [0, 0]]])),
    case(_la.slogdet, _regular(3, 3)).but(complex=True),
    case(_la.slogdet, normal(2, 3, 3)).but(complex=True),
    case(_la.slogdet, normal(0, 0)),
]

# ---------------------------------------------------------------- cholesky, qr

_hermitian = "(a a^H + 1)"


def _positive(f: Any) -> Any:
    return lambda a, identity: f(a @ np.conj(np.swapaxes(a, -1, -2)) + identity)


CASES += [
    case(_la.cholesky, spd(3)),
    case(_la.cholesky, spd(3), upper=True),
    case(_la.cholesky, spd(3, 2)),
    case(_la.cholesky, spd(0)),
    wrapped(_la.cholesky, _positive(_la.cholesky), normal(3, 3), np.eye(3)).but(complex=True, note=_hermitian),
    wrapped(_la.cholesky, _positive(lambda k: _la.cholesky(k, upper=True)), normal(2, 3, 3), np.eye(3)).but(
        complex=True, note=_hermitian
    ),
    wrapped(
        _la.cholesky,
        lambda x, a, b: _la.cholesky(a + x * b),
        value([0.5]),
        np.eye(140),
        _plain(140, 3) @ _plain(140, 3).T,
    ).but(note=" blocked"),
]
_more(
    case(_la.qr, _full_rank(*shape), mode=mode).but(complex=mode == "r" or shape[-1] >= shape[-2])
    for shape in [(3, 3), (4, 3), (2, 4), (2, 4, 3)]
    for mode in ("reduced", "complete", "r")
)
CASES += [
    case(_la.qr, _full_rank(4, 2)).but(complex=True),
    case(_la.qr, _full_rank(3, 2), "r"),
    wrapped(_la.qr, lambda a: _la.qr(a, "complete")[0][..., :2], _full_rank(5, 2)).but(note=" first columns"),
    wrapped(_la.qr, lambda a: _projector(_la.qr(a, "complete")[0][..., 2:]), _full_rank(5, 2)).but(
        complex=True, note=" null space"
    ),
]


def _projector(v: Any) -> Any:
    return v @ np.conj(np.swapaxes(v, -1, -2))


# ---------------------------------------------------------------- eigenvalues

_more(
    case(f, _regular(*shape), UPLO=uplo).but(complex=True)
    for f in (_la.eigh, _la.eigvalsh)
    for shape in [(3, 3), (2, 3, 3)]
    for uplo in "LU"
)
_double = np.eye(3) * 2 - np.outer([0.6, 0.48, 0.64], [0.6, 0.48, 0.64])  # eigenvalues 1, 2, 2
CASES += [
    case(_la.eigh, _regular(4, 4)),
    case(_la.eigh, _regular(3, 3), "U"),
    case(_la.eigh, normal(1, 1)).but(complex=True),
    case(_la.eigh, normal(0, 0)).but(complex=True),
    case(_la.eig, normal(0, 0)).but(complex=True),
    case(_la.eigvalsh, _regular(3, 3)),
    case(_la.eigvalsh, _regular(3, 3), "U"),
    wrapped(_la.eigh, lambda a: _projector(_la.eigh(a)[1][:, :1]), value(_double)).but(
        order=1, note=" the simple one's vector: others are degenerate"
    ),
    case(_la.eigvals, _regular(3, 3)).but(complex=True),
    case(_la.eigvals, _regular(2, 2, 2)),
    case(_la.eigvals, value([[0, 1, 0], [-2, 0.5, 1], [1, 0, 1]])).but(note=" complex pair"),
    case(_la.eig, _regular(3, 3)).but(complex=True),
    case(_la.eig, _regular(2, 2, 2)),
    case(_la.eig, value([[0, 1, 0], [-2, 0.5, 1], [1, 0, 1]])).but(note=" complex pair"),
]

# ---------------------------------------------------------------- singular values

_more(
    case(_la.svd, _full_rank(*shape), full_matrices=False).but(complex=True)
    for shape in [(3, 3), (4, 2), (2, 3), (2, 4, 3)]
)
_more(case(_la.svd, _full_rank(*shape)) for shape in [(3, 3), (3, 2), (2, 3), (2, 4, 3)])
CASES += [
    case(_la.svd, _full_rank(3, 2), compute_uv=False).but(complex=True),
    case(_la.svd, _full_rank(2, 2, 3), True, False),
    case(_la.svd, _regular(3, 3), hermitian=True).but(complex=True),
    case(_la.svd, _regular(3, 3), compute_uv=False, hermitian=True).but(complex=True),
    case(_la.svd, normal(0, 3), full_matrices=False).but(complex=True),
    case(_la.svd, normal(3, 0), full_matrices=False).but(complex=True),
    case(_la.svd, normal(3, 0), compute_uv=False).but(complex=True),
    wrapped(_la.svd, lambda a: _la.svd(a)[0][:, :2], _full_rank(5, 2)).but(note=" first columns"),
    wrapped(_la.svd, lambda a: _projector(_la.svd(a)[0][:, 2:]), _full_rank(5, 2)).but(
        complex=True, note=" null space"
    ),
    case(_la.svdvals, _full_rank(3, 2)).but(complex=True),
    case(_la.svdvals, _full_rank(2, 2, 3)),
]
