"""Shapes to test scipy.stats' distributions with."""

from tracker.scipy import stats
from tracker.scipy.stats.counting import Discrete
from tracker.scipy.stats.distribution import Continuous

_BY_SHAPE = {
    "a": 2.3, "b": 1.7, "c": 1.4, "d": 2.1, "df": 3.2, "dfn": 3.4, "dfd": 5.2, "s": 0.8, "K": 1.3, "beta": 1.6,
    "m": 2.5, "kappa": 1.2, "p": 0.7, "nc": 2.2, "mu": 0.8, "chi": 1.3, "nu": 1.8, "k": 1.9, "rho": 1.5, "u": 0.3,
    "lam": 0.4, "skew": 0.7, "h": 0.3,
}  # fmt: skip
_OF_ITS_OWN = {
    "trapezoid": (0.3, 0.7),
    "triang": (0.3,),
    "wrapcauchy": (0.4,),
    "genhyperbolic": (0.7, 2.3, 0.8),
    "norminvgauss": (2.3, 0.8),
    "skewcauchy": (0.4,),
    "genextreme": (0.2,),
    "genpareto": (0.2,),
    "genhalflogistic": (0.2,),
    "kappa4": (0.3, 0.2),
    "truncnorm": (-1.2, 2.5),
    "truncexpon": (3.5,),
    "truncpareto": (1.7, 4.5),
    "truncweibull_min": (1.4, 0.2, 3.0),
    "loguniform": (0.2, 4.0),
    "reciprocal": (0.2, 4.0),
    "tukeylambda": (0.2,),
    "erlang": (3.0,),
}
CONTINUOUS = sorted(name for name in stats.__all__ if isinstance(getattr(stats, name), Continuous))
DISCRETE = {
    "poisson": (2.3,),
    "binom": (6, 0.3),
    "bernoulli": (0.3,),
    "geom": (0.3,),
    "nbinom": (3.5, 0.4),
    "betabinom": (6, 1.3, 2.1),
    "betanbinom": (4, 3.3, 2.1),
    "boltzmann": (0.7, 8),
    "dlaplace": (0.8,),
    "logser": (0.6,),
    "planck": (0.7,),
    "skellam": (2.3, 1.4),
    "yulesimon": (2.3,),
    "zipf": (2.7,),
    "zipfian": (1.3, 8),
}
COUNTS = sorted(name for name in stats.__all__ if isinstance(getattr(stats, name), Discrete))
WHOLE = {"binom": 0, "betabinom": 0, "betanbinom": 0, "boltzmann": 1, "zipfian": 1}  # positions of whole shapes


def shapes_of(name):
    """Numbers for the shapes of a continuous distribution."""
    own = _OF_ITS_OWN.get(name)
    return list(own) if own else [_BY_SHAPE[s] for s in getattr(stats, name).shapes]
