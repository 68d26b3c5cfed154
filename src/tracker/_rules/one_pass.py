"""Pullbacks of large plain arrays in one pass over memory, by kernels.c where that was compiled.

Each function gives None (or False) for what it leaves to the rule, which has the same in NumPy's terms.
"""

from __future__ import annotations

from typing import Any, Final

try:
    from tracker._rules import kernels as _kernels
except ImportError:
    compiled: Any = None
else:
    compiled = _kernels


def _no_kernel(*_: Any) -> None:
    """What the kernels say to arrays that they leave to NumPy."""


def _function(name: str) -> Any:
    return _no_kernel if compiled is None else getattr(compiled, name)


masked: Final = _function("masked")  # (dy, mask, holds): dy where the mask is `holds`, else 0
with_sign: Final = _function("with_sign")  # (dy, x): dy * sign(x)
inside: Final = _function("inside")  # (dy, x, low, high): dy where clip leaves x as it is, half of it at a bound
others: Final = _function("others")  # (dy, x, n, m): x (..., n, m), dy (..., m) times the product of the other n - 1
add_rows: Final = _function("add_rows")  # (x, index, v, length, m): x (..., length, m) at index += v, into x itself
add_outer: Final = _function("add_outer")  # (x, u, v): x (n, m) += u (n,) times v (m,), into x itself
# (x, row, share, entries (k, n), weights (k, n)): x at row + entries += share times weights, into x itself
add_weighted: Final = _function("add_weighted")
matched: Final = _function("matched")  # (x, y): where each entry of y, a permutation of x by lines, was in x
