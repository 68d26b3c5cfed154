"""Ufuncs of scipy.special that are refused by name."""

from __future__ import annotations

import numpy as np
import scipy.special as sp
from scipy.special import _ufuncs

from tracker._core.registry import supplied
from tracker._rules.special.table import undefined

_known = {id(op.fun) for op in supplied()}
_ALL = [f for f in vars(sp).values() if isinstance(f, np.ufunc)] + [_ufuncs._riemann_zeta]
for _f in _ALL:
    if id(_f) not in _known:
        undefined(_f, "no formula for its derivative is implemented")
