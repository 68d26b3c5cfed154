"""What to write instead of numpy.polynomial's functions, which make tracked coefficients plain arrays.

NumPy gives other arrays no hook there; but it can be told by the frames of the calls. Only the way to an error
comes here, and the call of a polynomial's class, `Polynomial(c)(x)`, which maps x to its window.
"""

from __future__ import annotations

from types import FrameType
from typing import Final

import numpy as np
from numpy.polynomial import polyutils

_PREFIXES: Final = ("poly", "cheb", "leg", "lag", "herme", "herm")
_MAPDOMAIN: Final = polyutils.mapdomain.__code__

# Of every basis, {p} its prefix; `c` are coefficients, lowest degree first. Arguments named here may all be tracked.
_VANDER: Final = "numpy.stack([{p}val(x, row) for row in numpy.eye(deg + 1)], axis=-1)"
INSTEAD: Final = {
    "val": "numpy.stack([{p}val(x, row) for row in numpy.eye(len(c))], axis=-1) @ c",
    "val2d": "numpy.einsum('...i,...j,ij', v(x), v(y), c), v(x) being " + _VANDER,
    "val3d": "numpy.einsum('...i,...j,...k,ijk', v(x), v(y), v(z), c), v(x) being " + _VANDER,
    "grid2d": "numpy.einsum('ai,bj,ij', v(x), v(y), c), v(x) being " + _VANDER,
    "grid3d": "numpy.einsum('ai,bj,ck,ijk', v(x), v(y), v(z), c), v(x) being " + _VANDER,
    "vander": _VANDER,
    "vander2d": "v(x)[..., :, None] * v(y)[..., None, :], v(x) being " + _VANDER,
    "vander3d": "v(x)[..., :, None, None] * v(y)[..., None, :, None] * v(z)[..., None, None, :], v(x) being " + _VANDER,
    "add": "numpy.polyadd(c1[::-1], c2[::-1])[::-1]",
    "sub": "numpy.polysub(c1[::-1], c2[::-1])[::-1]",
    "mul": "the product of their values, {p}val of each at x",
    "div": "the quotient of their values, {p}val of each at x",
    "pow": "a power of its values, {p}val at x",
    "mulx": "x times its values, {p}val at x",
    "der": "{p}der(numpy.eye(len(c))) @ c",
    "int": "{p}int(numpy.eye(len(c))) @ c",
    "fit": "numpy.linalg.lstsq(v(x), y)[0], v(x) being " + _VANDER,
    "fromroots": "its values, numpy.prod(x[..., None] - roots, axis=-1)",
    "roots": "numpy.linalg.eigvals of the companion matrix, written with numpy.concatenate",
    "companion": "numpy.concatenate of its rows",
    "line": "its values, off + scl * x",
    "2poly": "{p}2poly of each row of numpy.eye(len(c)), times c: it is linear",
}
# Of powers there is more: numpy.polyval and its kin, highest degree first.
_POWERS: Final = {
    "val": "numpy.polyval(c[::-1], x)",
    "mul": "numpy.convolve(c1, c2)",
    "div": "numpy.polydiv(c1[::-1], c2[::-1]), each of them [::-1]",
    "pow": "numpy.convolve(c, c), again and again",
    "mulx": "numpy.concatenate([numpy.zeros(1), c])",
    "int": "numpy.polyint(c[::-1])[::-1]",
    "der": "numpy.polyder(c[::-1])[::-1]",
    "fit": "numpy.polyfit(x, y, deg)[::-1]",
    "fromroots": "numpy.poly(roots)[::-1]",
    "roots": "numpy.roots(c[::-1])",
    "line": "numpy.stack([off, scl])",
    "valfromroots": "numpy.prod(x[..., None] - r, axis=-1)",
    "vander": "numpy.vander(x, deg + 1, increasing=True)",
}
_CLASSES: Final = {
    "Polynomial": "poly", "Chebyshev": "cheb", "Legendre": "leg", "Laguerre": "lag", "Hermite": "herm",
    "HermiteE": "herme",
}  # fmt: skip


def instead_of(name: str) -> str | None:
    """What to write for a function, or a class, of numpy.polynomial; None where nothing is known."""
    if name in _CLASSES:
        prefix, rest = _CLASSES[name], "val"
    elif name.startswith("poly2"):
        return f"{name} of each row of numpy.eye(len(c)), times c: it is linear"
    else:
        prefix = next((p for p in _PREFIXES if name.startswith(p)), "")
        rest = name.removeprefix(prefix)
    if not prefix:
        return None
    found = _POWERS.get(rest) if prefix == "poly" else None
    found = found or INSTEAD.get(rest)
    return None if found is None else found.format(p=prefix)


def instead_of_polynomial(frame: FrameType | None) -> str | None:
    """The advice for the outermost function of numpy.polynomial above `frame`; None if there is none near."""
    found: FrameType | None = None
    for _ in range(12):
        if frame is None:
            break
        if str(frame.f_globals.get("__name__", "")).startswith("numpy.polynomial"):
            found = frame
        elif found is not None:
            break
        frame = frame.f_back
    return None if found is None else _advice(found)


def _advice(frame: FrameType) -> str:
    owner = frame.f_locals.get("self", frame.f_locals.get("cls"))
    name = frame.f_code.co_name
    if owner is not None:
        kind = owner if isinstance(owner, type) else type(owner)
        whole = f"numpy.polynomial.{kind.__name__}" + ("" if name == "__init__" else f".{name}")
        instead = instead_of(kind.__name__ if name == "__init__" else _CLASSES.get(kind.__name__, "") + name)
    else:
        whole, instead = f"{frame.f_globals['__name__']}.{name}", instead_of(name)
    text = f"{whole} makes its coefficients, and points, plain arrays."
    return text if instead is None else f"{text} Use {instead}."


def maps_domain(frame: FrameType | None) -> bool:
    """Whether the call of a polynomial's class is asking: from `frame`, or one above it (interpreted core)."""
    for _ in range(3):
        if frame is None:
            return False
        if frame.f_code is _MAPDOMAIN:
            return bool(np.ndim(frame.f_locals["old"]) == 1)
        frame = frame.f_back
    return False
