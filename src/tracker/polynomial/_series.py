"""The classes: NumPy's own, whose coefficients, domain and window may be tracked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import optree

from tracker._arrays import handles
from tracker._arrays.real import TrackedReal
from tracker._transforms.recording import data
from tracker.polynomial._family import BASE, Family
from tracker.polynomial.polyutils import _recorded, as_series, getdomain, mapdomain, mapparms, trimcoef
from tracker.scipy._array import array

_OURS: Final[dict[Any, Any]] = {}  # by NumPy's class
_METHODS: Final = ("add", "sub", "mul", "div", "pow", "val", "int", "der", "fit", "line", "roots", "fromroots")


class Series(BASE):  # type: ignore[misc]
    """What NumPy's classes do by functions that make tracked values plain; the rest they do by functions of ours."""

    _theirs: Any

    def __init__(self, coef: Any, domain: Any = None, window: Any = None, symbol: str = "x") -> None:
        given = {"coef": coef, "domain": domain, "window": window}
        super().__init__(**{name: handles.plain(x) for name, x in given.items()}, symbol=symbol)
        for name, x in given.items():
            if handles.level_of(x) >= 0:
                setattr(self, name, _recorded(x, getattr(self, name)))

    def __call__(self, arg: Any) -> Any:
        return self._val(mapdomain(_lifted(arg), self.domain, self.window), self.coef)

    def roots(self) -> Any:
        return mapdomain(self._roots(self.coef), self.window, self.domain)

    def trim(self, tol: Any = 0) -> Any:
        return self.__class__(trimcoef(self.coef, tol), self.domain, self.window, self.symbol)

    def convert(self, domain: Any = None, kind: Any = None, window: Any = None) -> Any:
        return super().convert(domain, _OURS.get(kind, kind), window)

    @classmethod
    def fit(
        cls,
        x: Any,
        y: Any,
        deg: Any,
        domain: Any = None,
        rcond: Any = None,
        full: bool = False,
        w: Any = None,
        window: Any = None,
        symbol: str = "x",
    ) -> Any:
        if domain is None:
            domain = getdomain(x)
            domain = domain + [-1, 1] if domain[0] == domain[1] else domain
        domain, window = cls._chosen(domain, window)
        fitted = cls._fit(mapdomain(array(x), domain, window), y, deg, w=w, rcond=rcond, full=full)
        coef, *status = fitted if full else (fitted,)
        series = cls(coef, domain, window, symbol)
        return (series, *status) if full else series

    @classmethod
    def fromroots(cls, roots: Any, domain: Any = [], window: Any = None, symbol: str = "x") -> Any:  # noqa: B006
        (roots,) = as_series([roots], trim=False)
        domain, window = cls._chosen(getdomain(roots) if domain is None else domain, window)
        off, scl = mapparms(domain, window)
        return cls(cls._fromroots(off + scl * roots) / scl ** len(roots), domain, window, symbol)

    @classmethod
    def _chosen(cls, domain: Any, window: Any) -> Any:
        """The class's own domain for an empty list, its own window for None."""
        own = isinstance(domain, list) and not domain
        return cls.domain if own else domain, cls.window if window is None else window

    # NumPy's series beside ours

    def _get_coefficients(self, other: Any) -> Any:
        return super()._get_coefficients(_lifted(other))

    def __radd__(self, other: Any) -> Any:
        return super().__radd__(self._get_coefficients(other))

    def __rsub__(self, other: Any) -> Any:
        return super().__rsub__(self._get_coefficients(other))

    def __rmul__(self, other: Any) -> Any:
        return super().__rmul__(self._get_coefficients(other))

    def __rdivmod__(self, other: Any) -> Any:
        return super().__rdivmod__(self._get_coefficients(other))

    def __truediv__(self, other: Any) -> Any:
        return self // other if isinstance(other, TrackedReal) else super().__truediv__(other)

    # text is of the plain values

    def _plain(self) -> Any:
        return self._theirs(data(self.coef), data(self.domain), data(self.window), self.symbol)

    def __repr__(self) -> str:
        text = repr(self._plain())
        return f"tracked({text})" if any(map(handles.is_tracked, (self.coef, self.domain, self.window))) else text

    def __str__(self) -> str:
        return str(self._plain())

    def __format__(self, fmt_str: str) -> str:
        return format(self._plain(), fmt_str)

    def _repr_latex_(self) -> Any:
        return self._plain()._repr_latex_()


def _lifted(x: Any) -> Any:
    """A series of NumPy's as one of ours; all else as it is."""
    ours = _OURS.get(type(x))
    return x if ours is None else ours(x.coef, x.domain, x.window, x.symbol)


def series_class(family: Family, functions: Mapping[str, Any]) -> Any:
    """NumPy's class with our functions; an argument of a derivative, or a result, with the coefficients as leaf."""
    theirs = getattr(family.module, family.kind)
    methods = {f"_{rest}": staticmethod(functions[family.name(rest)]) for rest in _METHODS}
    names = {"__doc__": theirs.__doc__, "__module__": f"tracker.polynomial.{family.section}", "_theirs": theirs}
    ours = type(family.kind, (Series, theirs), {**names, **methods})
    _OURS[theirs] = ours
    optree.register_pytree_node(
        ours,
        _taken_apart,
        lambda structure, leaves: _put_together(ours, structure, leaves),
        path_entry_type=optree.GetAttrEntry,
        namespace="tracker",
    )
    return ours


def _taken_apart(p: Any) -> Any:
    """The coefficients, and a domain or window that is tracked; plain ones belong to the structure."""
    whole = {name: getattr(p, name) for name in ("coef", "domain", "window")}
    leaves = {name: x for name, x in whole.items() if name == "coef" or handles.is_tracked(x)}
    fixed = [(name, x.dtype.str, tuple(x.tolist())) for name, x in whole.items() if name not in leaves]
    return tuple(leaves.values()), (p.symbol, tuple(leaves), tuple(fixed)), tuple(leaves)


def _put_together(ours: Any, structure: Any, leaves: Any) -> Any:
    """Not ours(...): a gradient may be None."""
    symbol, names, fixed = structure
    p = object.__new__(ours)
    vars(p).update(zip(names, leaves, strict=True), _symbol=symbol)
    vars(p).update((name, np.array(values, dtype)) for name, dtype, values in fixed)
    return p
