"""Powers, logarithms, angles, entropies and losses of scipy.special."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.elementwise import power_by_base, where_zero
from tracker._rules.special.table import partials

DEGREE = math.pi / 180


def xlogy_by_y(y: Any, a: Any, b: Any) -> Any:
    """a / b; zero where a is, as the function is."""
    return np.where(a == 0, 0 * a, a / np.where(a == 0, 1, b))


def exprel_slope(x: Any) -> Any:
    """The derivative of (exp(x) - 1) / x, without cancellation at 0: exprel(x) = 1F1(1; 2; x), DLMF 13.6.2, 13.3.15."""
    return 0.5 * sp.hyp1f1(2.0, 3.0, x)


def log1p_ratio_slope(z: Any) -> Any:
    """The derivative of log1p(z) / z, without cancellation at 0: 2F1(1, 1; 2; -z), DLMF 15.4.1, 15.5.1."""
    return -0.5 * sp.hyp2f1(2.0, 2.0, 3.0, -z)


partials(sp.cbrt, lambda y, x: 1.0 / (3 * y * y))
partials(sp.exp2, lambda y, x: y * math.log(2))
partials(sp.exp10, lambda y, x: y * math.log(10))
partials(sp.expm1, lambda y, x: y + 1)
partials(sp.exprel, lambda y, x: exprel_slope(x))
partials(sp.log1p, lambda y, x: 1.0 / (1 + x))
partials(sp.cosm1, lambda y, x: -np.sin(x))
partials(sp.powm1, power_by_base, lambda y, a, b: (y + 1) * np.log(where_zero(a, 1)))
partials(sp.xlogy, lambda y, a, b: np.log(b), xlogy_by_y)
partials(sp.xlog1py, lambda y, a, b: sp.log1p(b), lambda y, a, b: xlogy_by_y(y, a, 1 + b))

partials(sp.expit, lambda y, x: y * sp.expit(-x))
partials(sp.log_expit, lambda y, x: sp.expit(-x))
partials(sp.logit, lambda y, x: 1.0 / (x * (1 - x)))

partials(sp.sindg, lambda y, x: DEGREE * sp.cosdg(x))
partials(sp.cosdg, lambda y, x: -DEGREE * sp.sindg(x))
partials(sp.tandg, lambda y, x: DEGREE * (1 + y * y))
partials(sp.cotdg, lambda y, x: -DEGREE * (1 + y * y))
partials(sp.radian, lambda y, d, m, s: DEGREE, lambda y, d, m, s: DEGREE / 60, lambda y, d, m, s: DEGREE / 3600)

# Box-Cox: y = L exprel(lambda L) with L = log x


def boxcox_by_lambda(log_x: Any, lmbda: Any) -> Any:
    return log_x * log_x * exprel_slope(lmbda * log_x)


def inv_boxcox_by_lambda(x: Any, y: Any, lmbda: Any) -> Any:
    """x = exp(log1p(lambda y) / lambda)."""
    return x * y * y * log1p_ratio_slope(lmbda * y)


partials(sp.boxcox, lambda y, x, k: x ** (k - 1), lambda y, x, k: boxcox_by_lambda(np.log(x), k))
partials(sp.boxcox1p, lambda y, x, k: (1 + x) ** (k - 1), lambda y, x, k: boxcox_by_lambda(sp.log1p(x), k))
partials(sp.inv_boxcox, lambda x, y, k: x / (k * y + 1), inv_boxcox_by_lambda)
partials(sp.inv_boxcox1p, lambda x, y, k: (x + 1) / (k * y + 1), lambda x, y, k: inv_boxcox_by_lambda(x + 1, y, k))

# Entropies: outside their domain they are infinite, with slope 0

partials(sp.entr, lambda y, x: np.where(x < 0, 0, -1 - np.log(np.where(x < 0, 1, x))))


def _inside(a: Any, b: Any, slope: Any) -> Any:
    return np.where((a >= 0) & (b >= 0), slope, 0)


partials(
    sp.rel_entr,
    lambda y, a, b: _inside(a, b, np.log(a / b) + 1),
    lambda y, a, b: _inside(a, b, -xlogy_by_y(y, a, b)),
)
partials(
    sp.kl_div, lambda y, a, b: _inside(a, b, np.log(a / b)), lambda y, a, b: _inside(a, b, 1 - xlogy_by_y(y, a, b))
)
partials(
    sp.huber,
    lambda y, d, r: np.where(np.abs(r) <= d, 0 * d, np.abs(r) - d),
    lambda y, d, r: np.where(np.abs(r) <= d, r, d * np.sign(r)),
)
partials(
    sp.pseudo_huber,
    lambda y, d, r: 2 * y / d - r * r / (d * np.hypot(1.0, r / d)),
    lambda y, d, r: r / np.hypot(1.0, r / d),
)
