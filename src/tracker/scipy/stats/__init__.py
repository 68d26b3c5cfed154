"""scipy.stats' distributions by value and by parameter: `tracker.scipy.stats.norm.logpdf(x, loc, scale)`."""

from tracker.scipy.stats import bounded, continuous, discrete, half_line, line, moving, multivariate, sums
from tracker.scipy.stats.bounded import *  # noqa: F403
from tracker.scipy.stats.continuous import *  # noqa: F403
from tracker.scipy.stats.discrete import *  # noqa: F403
from tracker.scipy.stats.half_line import *  # noqa: F403
from tracker.scipy.stats.line import *  # noqa: F403
from tracker.scipy.stats.moving import *  # noqa: F403
from tracker.scipy.stats.multivariate import *  # noqa: F403
from tracker.scipy.stats.sums import *  # noqa: F403

__all__ = [
    *(name for table in (bounded, continuous, half_line, line, moving, sums) for name in table.__all__),
    *discrete.__all__,
    *multivariate.__all__,
]
