"""What the six families of polynomials differ in: NumPy's module of each, and what its functions tell of the basis."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any, Final, final

import numpy as np


@final
class Family:
    """A basis P_0, P_1, ... of the polynomials: NumPy's module, and what its functions' names begin with."""

    def __init__(self, section: str, prefix: str, kind: str) -> None:
        self.section: Final = section
        self.prefix: Final = prefix
        self.kind: Final = kind  # the class
        self.module: Final[Any] = import_module(f"numpy.polynomial.{section}")

    def name(self, rest: str) -> str:
        """ "mul" -> "chebmul"; what is left of "poly2cheb" is "poly2"."""
        return rest + self.prefix if rest == "poly2" else self.prefix + rest

    def theirs(self, rest: str) -> Any:
        """NumPy's function."""
        return getattr(self.module, self.name(rest))


FAMILIES: Final = tuple(
    Family(*names)
    for names in (
        ("polynomial", "poly", "Polynomial"),
        ("chebyshev", "cheb", "Chebyshev"),
        ("legendre", "leg", "Legendre"),
        ("laguerre", "lag", "Laguerre"),
        ("hermite", "herm", "Hermite"),
        ("hermite_e", "herme", "HermiteE"),
    )
)
BASE: Final[Any] = vars(FAMILIES[0].module)["ABCPolyBase"]  # of NumPy's classes


@functools.lru_cache(maxsize=64)
def recurrence(family: Family, n: int) -> Any:
    """The rows up, mid, down (3, n): x P_k = up[k] P_k+1 + mid[k] P_k + down[k] P_k-1.

    NumPy multiplies by x every third of P_0, ..., P_n-1 at once: their products do not overlap.
    """
    rows = np.zeros((3, n))
    for start in range(min(3, n)):
        every_third = np.zeros(n)
        every_third[start::3] = 1
        product = np.zeros(n + 2)
        found = family.theirs("mulx")(every_third)
        product[1 : len(found) + 1] = found
        for row, shift in zip(rows, (2, 1, 0), strict=True):
            row[start::3] = product[shift : n + shift][start::3]
    rows[2, :1] = 0
    return _fixed(rows)


@functools.lru_cache(maxsize=16)
def matrix(family: Family, rest: str, n: int, *settings: Any) -> Any:
    """A linear function of NumPy's as a matrix (m, n): "mulx", "2poly", "poly2", or "der" and "int" with settings."""
    f = family.theirs(rest)
    if rest in ("der", "int"):
        return _fixed(f(np.eye(n), *settings))
    columns = [f(row[: k + 1]) for k, row in enumerate(np.eye(n))]
    rows = np.zeros((n, max(map(len, columns))))
    for row, column in zip(rows, columns, strict=True):
        row[: len(column)] = column
    return _fixed(rows.T)


def _fixed(x: Any) -> Any:
    x.flags.writeable = False
    return x
