"""A function of scipy.stats on plain arguments, with the derivative of a formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays.leaf import is_tracked
from tracker._transforms.recording import data
from tracker.errors import NoRuleError, UnsupportedKeywordError
from tracker.scipy._derived import derived


def of_scipy(name: str, theirs: Callable[..., Any], formula: Callable[..., Any], *args: Any) -> Any:
    """`theirs(*args)`, recorded with the derivative of `formula(*args)`; the shapes of the results are SciPy's.

    Results are arrays, numbers or tuples of them.
    """
    shape: list[Any] = []

    def value(*values: Any) -> Any:
        y = theirs(*values)
        shape[:] = [[np.shape(part) for part in y] if isinstance(y, tuple) else np.shape(y)]
        return y

    def composition(*values: Any) -> Any:
        y = formula(*values)
        if isinstance(y, tuple):
            return tuple([np.reshape(part, s) for part, s in zip(y, shape[0], strict=True)])
        return np.reshape(y, shape[0])

    return derived(name, value, composition, *args)


def kept_axes(keepdims: bool) -> dict[str, Any]:
    """The setting that keeps reduced axes: it is not known to all versions of SciPy, so only if it is asked for."""
    return {"keepdims": True} if keepdims else {}


def constant(name: str, **settings: Any) -> None:
    """Refuse tracked settings, by which there is no derivative here."""
    for key, value in settings.items():
        if is_tracked(value):
            raise UnsupportedKeywordError(
                f"scipy.stats.{name} is not differentiated by {key}. Pass tracker.stop_gradient({key})."
            )


def no_omission(name: str, nan_policy: str, *xs: Any) -> None:
    """Refuse to leave out NaNs: which entries are left out would change the formula."""
    if nan_policy == "omit" and any(np.any(np.isnan(data(x))) for x in xs if x is not None):
        raise NoRuleError(
            f"scipy.stats.{name} with nan_policy='omit' has no derivative rule where there are NaNs. Select the "
            "entries first: x[~np.isnan(x)]."
        )
