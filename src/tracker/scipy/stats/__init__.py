"""scipy.stats' distributions by value and by parameter: `tracker.scipy.stats.norm.logpdf(x, loc, scale)`."""

from tracker.scipy.stats import continuous, discrete, multivariate
from tracker.scipy.stats.continuous import *  # noqa: F403
from tracker.scipy.stats.discrete import *  # noqa: F403
from tracker.scipy.stats.multivariate import *  # noqa: F403

__all__ = [*continuous.__all__, *discrete.__all__, *multivariate.__all__]
