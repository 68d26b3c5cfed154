"""scipy.stats by value and by parameter: `tracker.scipy.stats.norm.logpdf(x, loc, scale)`, and functions of data.

Every public name of scipy.stats is here: differentiated (those in `__all__`), refused for tracked values with the
reason (`refused.TABLE`), or SciPy's own.
"""

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy.stats import (
    bounded,
    continuous,
    described,
    discrete,
    half_line,
    kernels,
    line,
    moving,
    multivariate,
    powers,
    relations,
    samples,
    shape_tests,
    sums,
    t_tests,
    transformed,
)
from tracker.scipy.stats.bounded import *  # noqa: F403
from tracker.scipy.stats.continuous import *  # noqa: F403
from tracker.scipy.stats.described import *  # noqa: F403
from tracker.scipy.stats.discrete import *  # noqa: F403
from tracker.scipy.stats.half_line import *  # noqa: F403
from tracker.scipy.stats.kernels import *  # noqa: F403
from tracker.scipy.stats.line import *  # noqa: F403
from tracker.scipy.stats.moving import *  # noqa: F403
from tracker.scipy.stats.multivariate import *  # noqa: F403
from tracker.scipy.stats.powers import *  # noqa: F403
from tracker.scipy.stats.refused import TABLE as _REST
from tracker.scipy.stats.relations import *  # noqa: F403
from tracker.scipy.stats.samples import *  # noqa: F403
from tracker.scipy.stats.shape_tests import *  # noqa: F403
from tracker.scipy.stats.sums import *  # noqa: F403
from tracker.scipy.stats.t_tests import *  # noqa: F403
from tracker.scipy.stats.transformed import *  # noqa: F403

__all__ = [
    *(name for table in (bounded, continuous, half_line, line, moving, powers, sums) for name in table.__all__),
    *discrete.__all__,
    *multivariate.__all__,
    *samples.__all__,
    *described.__all__,
    *shape_tests.__all__,
    *relations.__all__,
    *t_tests.__all__,
    *transformed.__all__,
    *kernels.__all__,
]

__getattr__ = _rest_of("stats", _REST)
