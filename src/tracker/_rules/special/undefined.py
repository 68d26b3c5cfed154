"""Ufuncs of scipy.special that are refused by name."""

from __future__ import annotations

import numpy as np
import scipy.special as sp
from scipy.special import _ufuncs

from tracker._core.registry import supplied
from tracker._rules.special.table import undefined

_SPHEROIDAL = (
    "by size, mode and degree there is no formula in functions of SciPy; by x its results are value and "
    "slope, of which the slope is the derivative you want"
)
_ROUGH = (
    "SciPy's values are good to about four digits, and so would be a difference of them; solve ncfdtr, which has a "
    "rule, for the parameter with tracker.scipy.optimize.root_scalar"
)
_REASONS = {
    **{name: _SPHEROIDAL for name in vars(sp) if name.startswith(("pro_", "obl_"))},
    "_ellip_harm": "Lame's equation has no formula for it in functions of SciPy",
    **dict.fromkeys(("ncfdtridfn", "ncfdtridfd", "ncfdtrinc"), _ROUGH),
}
_known = {id(op.fun) for op in supplied()}
_ALL = [f for f in vars(sp).values() if isinstance(f, np.ufunc)] + [_ufuncs._riemann_zeta, _ufuncs._ellip_harm]
for _f in _ALL:
    if id(_f) not in _known:
        undefined(_f, _REASONS.get(_f.__name__, "no formula for its derivative is implemented"))
