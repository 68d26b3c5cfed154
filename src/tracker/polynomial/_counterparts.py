"""NumPy's functions of a family by name: each is NumPy's own where nothing is tracked."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final

from tracker._arrays import handles
from tracker.errors import ConversionError
from tracker.polynomial import _fit, _integral, _maps, _products, _roots, _values, polyutils
from tracker.polynomial._family import FAMILIES, Family
from tracker.polynomial._series import series_class

# By what follows "cheb" in the name.
BY_REST: Final[dict[str, Callable[..., Any]]] = {
    "add": _products.add,
    "sub": _products.sub,
    "mul": _products.mul,
    "div": _products.div,
    "pow": _products.pow,
    "mulx": _maps.mulx,
    "der": _maps.der,
    "int": _integral.integral,
    "2poly": _maps.to_powers,
    "poly2": _maps.from_powers,
    "val": _values.val,
    "val2d": _values.val_nd,
    "val3d": _values.val_nd,
    "valnd": lambda family, pts, c: _values.val_nd(family, *pts, c),
    "grid2d": _values.grid_nd,
    "grid3d": _values.grid_nd,
    "vander": _values.vander,
    "vander2d": _values.vander_nd,
    "vander3d": _values.vander_nd,
    "valfromroots": _values.val_from_roots,
    "fit": _fit.fit,
    "line": _roots.line,
    "fromroots": _roots.from_roots,
    "companion": _roots.companion,
    "roots": _roots.roots,
    "trim": lambda family, c, tol: polyutils.trimcoef(c, tol),
}
_SETTINGS: Final = frozenset(("axis", "deg", "full", "m", "maxpower", "pow", "rcond", "tensor", "tol"))


def counterparts(section: str) -> dict[str, Any]:
    """All public names of numpy.polynomial.<section>: those of functions of coefficients with our functions."""
    (family,) = (f for f in FAMILIES if f.section == section)
    names = {name: getattr(family.module, name) for name in family.module.__all__}
    for rest, ours in BY_REST.items():
        name = family.name(rest)
        if name in names:
            names[name] = function(family, name, ours)
    return {**names, family.kind: series_class(family, names)}


def missing(section: str) -> Callable[[str], Any]:
    """The `__getattr__` of a module whose names are those of NumPy's."""

    def __getattr__(name: str) -> Any:
        raise AttributeError(
            f"tracker.polynomial.{section} has no {name!r}: its names are those of numpy.polynomial.{section}.__all__."
        )

    return __getattr__


def function(family: Family, name: str, ours: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's function of plain arguments, ours of tracked ones."""
    theirs = getattr(family.module, name)
    signature = inspect.signature(theirs)

    @functools.wraps(theirs)
    def call(*args: Any, **kwargs: Any) -> Any:
        if handles.level_of([*args, *kwargs.values()]) < 0:
            return theirs(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        for setting in _SETTINGS & bound.arguments.keys():
            _refuse_tracked(name, setting, bound.arguments[setting])
        bound.apply_defaults()
        return ours(family, *bound.args)

    call.__module__ = f"tracker.polynomial.{family.section}"
    call.__name__ = call.__qualname__ = name  # polytrim is trimcoef to NumPy
    return call


def _refuse_tracked(name: str, setting: str, x: Any) -> None:
    if handles.level_of(x) >= 0:
        raise ConversionError(
            f"{name} has no derivative by {setting}, which is tracked. Pass its plain value, {setting}.data."
        )
