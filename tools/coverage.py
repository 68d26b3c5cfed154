"""Which of NumPy's public functions are differentiated, constant or refused; writes docs/coverage.md.

Run it with `python -m tools.coverage`. A function that is none of the three is MISSING: tests fail.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.testing import overrides

import tracker  # noqa: F401  (registers the rules)
from tools import scipy_coverage
from tools.status import COUNTERPART, DIFFERENTIATED, MISSING, NO_DERIVATIVE, REFUSED, Status, section
from tracker._arrays.operators import table
from tracker._core.node import CONSTANT
from tracker._core.registry import compositions, lookup, refusals

PAGE: Final = Path(__file__).parents[1] / "docs" / "coverage.md"

MODULES: Final = (
    "numpy",
    "numpy.linalg",
    "numpy.fft",
    "numpy.polynomial",
    *(f"numpy.polynomial.{name}" for name in
      ("polynomial", "chebyshev", "legendre", "laguerre", "hermite", "hermite_e", "polyutils")),
    "numpy.emath",
    "numpy.lib.stride_tricks",
)  # fmt: skip


_COLLECT = "NumPy asks no array other than its own here: tracker.collect([...]) builds the array."
_LAYOUT = "It makes a plain array of a memory layout: use x itself, or numpy.copy(x)."
_MATRIX = "It makes a numpy.matrix, a plain array: use the array itself with @."
_ITERATOR = "Its entries come out plain: iterate over x, numpy.ndindex(x.shape) or x.flat."
_WINDOW = "NumPy makes beta a plain number: write numpy.i0(beta * numpy.sqrt(...)) / numpy.i0(beta)."
_RANGE = "NumPy makes its ends plain numbers: numpy.linspace(start, stop, n), or start + step * numpy.arange(n)."

# Functions that NumPy does not hand to other arrays and that make their argument a plain array, which raises.
CONVERTS: Final = {
    **dict.fromkeys(("numpy.array", "numpy.asarray", "numpy.asanyarray", "numpy.asarray_chkfinite",
                     "numpy.fromiter"), _COLLECT),
    **dict.fromkeys(("numpy.ascontiguousarray", "numpy.asfortranarray", "numpy.require"),
                    _LAYOUT),
    "numpy.lib.stride_tricks.as_strided": refusals[np.lib.stride_tricks.as_strided],
    **dict.fromkeys(("numpy.asmatrix", "numpy.matrix", "numpy.bmat"), _MATRIX),
    **dict.fromkeys(("numpy.nditer", "numpy.ndenumerate", "numpy.flatiter", "numpy.broadcast",
                     "numpy.nested_iters"), _ITERATOR),
    "numpy.kaiser": _WINDOW,
    "numpy.arange": _RANGE,
    **dict.fromkeys(("numpy.mgrid", "numpy.ogrid"), _RANGE),
    "numpy.full": refusals[np.full],
    "numpy.memmap": "A file carries no gradient.",
    "numpy.recarray": "Records have no derivative.",
    "numpy.record": "Records have no derivative.",
    "numpy.rec": "Records have no derivative.",
    "numpy.ndarray": "The constructor takes memory, not values: use numpy.copy(x).",
    "numpy.frombuffer": refusals[np.frombuffer],
    "numpy.from_dlpack": "Memory of another library carries no gradient.",
    "numpy.fromregex": "It reads text.",
    "numpy.format_float_positional": "Text carries no gradient: pass tracker.data(x).",
    "numpy.format_float_scientific": "Text carries no gradient: pass tracker.data(x).",
}  # fmt: skip

# Refused, and there is no derivative to give: dates, text, bytes, the layout of memory, whole numbers.
_UNDEFINED: Final = frozenset(
    refusals[f] for f in (np.busday_count, np.fromfile, np.require, np.tri, np.strings.str_len)
)

# Functions of numpy.polynomial written in others that have rules: they work as they are, by x.
_BY_X: Final = frozenset(
    "polyval chebval legval lagval hermval hermeval polyvalfromroots mapdomain mapparms trimseq chebinterpolate".split()
)

# No arrays of floats go in, or nothing that has a derivative comes out.
_NOTHING: Final = Status(NO_DERIVATIVE, "takes or gives no array that has a derivative")
_NO_ARRAYS: Final = frozenset(
    "bartlett base_repr binary_repr blackman broadcast_shapes "
    "busdaycalendar datetime_data diag_indices dtype errstate finfo iinfo hamming hanning "
    "format_parser fromregex get_include get_printoptions getbufsize geterr geterrcall indices info isdtype "
    "isfortran isscalar issubdtype iterable mask_indices mintypecode ndindex printoptions promote_types "
    "set_printoptions set_default_printstyle setbufsize seterr seterrcall show_config show_runtime test "
    "tri tril_indices triu_indices "
    "typename zeros ones empty eye identity fromfunction fftfreq rfftfreq".split()
)

CALLS: Final[dict[str, Callable[[Any], Any]]] = {
    "numpy.array": np.array,
    "numpy.asarray": np.asarray,
    "numpy.asanyarray": np.asanyarray,
    "numpy.asarray_chkfinite": np.asarray_chkfinite,
    "numpy.fromiter": lambda x: np.fromiter(x, float),
    "numpy.ascontiguousarray": np.ascontiguousarray,
    "numpy.asfortranarray": np.asfortranarray,
    "numpy.require": np.require,
    "numpy.lib.stride_tricks.as_strided": lambda x: np.lib.stride_tricks.as_strided(x, (2,), (8,)),
    "numpy.asmatrix": np.asmatrix,
    "numpy.matrix": np.matrix,
    "numpy.bmat": lambda x: np.bmat([[x, x]]),
    "numpy.nditer": np.nditer,
    "numpy.ndenumerate": np.ndenumerate,
    "numpy.broadcast": lambda x: np.broadcast(x, x),
    "numpy.kaiser": lambda x: np.kaiser(4, x[0]),
    "numpy.arange": lambda x: np.arange(x[0], 5.0),
    "numpy.mgrid": lambda x: np.mgrid[0 : x[1] : 1],
    "numpy.full": lambda x: np.full(3, x[0]),
    "numpy.frombuffer": np.frombuffer,
    "numpy.format_float_positional": lambda x: np.format_float_positional(x[0]),
    "numpy.format_float_scientific": lambda x: np.format_float_scientific(x[0]),
}


def functions() -> dict[str, Any]:
    """Every public callable of the walked modules by its full name; classes that are types of numbers left out."""
    found: dict[str, Any] = {}
    for module_name in MODULES:
        module = _module(module_name)
        for name in sorted(set(dir(module)) | set(getattr(module, "__all__", ()))):
            f = getattr(module, name, None)
            if (
                name.startswith("_")
                or inspect.ismodule(f)
                or not (callable(f) or name in ("r_", "c_", "mgrid", "ogrid"))
            ):
                continue
            if not _is_type_of_number(f):
                found[f"{module_name}.{name}"] = f
    return found


def _module(name: str) -> Any:
    """numpy.emath is an attribute, not a module to import."""
    return np.emath if name == "numpy.emath" else importlib.import_module(name)


def _is_type_of_number(f: Any) -> bool:
    return isinstance(f, type) and (issubclass(f, np.generic | BaseException | bool | int | float) or f is object)


def dispatched() -> list[Any]:
    """All that NumPy says other arrays can take over; recfunctions and strings have no floats.

    Without the ufuncs that NumPy 2.5 has behind `real` and `imag`.
    """
    ufuncs = [f for f in overrides.get_overridable_numpy_ufuncs() if f.__name__ not in ("real", "imag")]
    both = [*overrides.get_overridable_numpy_array_functions(), *ufuncs]
    return [f for f in both if not any(part in full_name(f) for part in ("recfunctions", "strings", "char"))]


def full_name(f: Any) -> str:
    return f"{getattr(f, '__module__', None) or 'numpy'}.{getattr(f, '__name__', f)}"


def status(name: str, f: Any) -> Status:
    """What becomes of the function of this name: by the table of rules first, then by the lists above."""
    hashable = getattr(type(f), "__hash__", None) is not None
    if hashable and f in refusals:
        return Status(REFUSED, refusals[f])
    if hashable and (f in compositions or f in table.mutators) and name not in CONVERTS:
        return Status(DIFFERENTIATED)
    op = lookup(f) if hashable else None
    if op is not None:
        return Status(NO_DERIVATIVE if op.kind == CONSTANT else DIFFERENTIATED)
    if name in CONVERTS:
        return Status(REFUSED, CONVERTS[name])
    last = name.rpartition(".")[2]
    if name.startswith("numpy.polynomial"):
        return _of_polynomial(name, f)
    if last in _NO_ARRAYS or (hashable and f in table.buffers):
        return _NOTHING
    if name in ("numpy.loadtxt", "numpy.genfromtxt"):  # NumPy's list has their inner functions
        return Status(REFUSED, refusals[np.loadtxt])
    return _OTHERS.get(name, Status(MISSING))


def _of_polynomial(name: str, f: Any) -> Status:
    """By x where that stays as it is; by coefficients in tracker.polynomial."""
    section, _, last = name.removeprefix("numpy.").rpartition(".")
    if last in _BY_X or last.endswith("weight"):
        return Status(DIFFERENTIATED, "by x")
    if last.endswith("gauss") or last in ("ABCPolyBase", "chebpts1", "chebpts2", "set_default_printstyle", "test"):
        return _NOTHING  # points for a given number of them
    ours = getattr(importlib.import_module(f"tracker.{section}"), last, f)
    if hasattr(ours, "refusal"):
        return Status(REFUSED, ours.refusal)
    return Status(MISSING if ours is f else COUNTERPART)


_OTHERS: Final = {
    "numpy.iscomplexobj": Status(NO_DERIVATIVE),
    "numpy.frompyfunc": Status(REFUSED, "It makes object arrays: tracker.elementwise(f) is its counterpart."),
    "numpy.ufunc": _NOTHING,
    "numpy.vectorize": Status(DIFFERENTIATED),
    **dict.fromkeys(("numpy.r_", "numpy.c_"), Status(DIFFERENTIATED)),
    "numpy.poly1d": Status(DIFFERENTIATED, "by x, and by its coefficients"),
    "numpy.sort_complex": Status(DIFFERENTIATED),
    "numpy.trim_zeros": Status(DIFFERENTIATED),
    "numpy.row_stack": Status(DIFFERENTIATED),
    "numpy.load": _NOTHING,
}


def page() -> str:
    """docs/coverage.md."""
    found = {name: status(name, f) for name, f in functions().items()}
    kinds = {"differentiated": DIFFERENTIATED, "more": COUNTERPART, "constant": NO_DERIVATIVE, "refused": REFUSED}
    counts = {word: sum(s.kind == kind for s in found.values()) for word, kind in kinds.items()}
    count, of = share(found)
    return (
        _INTRODUCTION.format(percent=100 * count / of, of=of, version=np.__version__[:3], total=len(found), **counts)
        + "".join(section(module, _within(module, found)) for module in MODULES)
        + _METHODS
        + _COSTS
        + scipy_coverage.page()
    )


def share(found: dict[str, Status]) -> tuple[int, int]:
    """Of what NumPy lets other arrays take over: how many functions differentiate, and how many have a derivative."""
    functions_of = {full_name(f): f for f in dispatched()}
    statuses = [
        Status(DIFFERENTIATED) if functions_of[name] in compositions else s  # numpy.array(xs, like=x)
        for name, s in found.items()
        if name in functions_of
    ]
    differentiated = sum(s.kind == DIFFERENTIATED for s in statuses)
    return differentiated, differentiated + sum(s.kind == REFUSED and s.reason not in _UNDEFINED for s in statuses)


_INTRODUCTION = """# Coverage of NumPy

Written by `python -m tools.coverage`; a test fails if it is out of date, or if a function is in none of the lists.

Of {total} public names of NumPy {version} (`numpy.ma`, exceptions and types of numbers apart) {differentiated} are
differentiated as they are called, {more} in [tracker.polynomial](guide-polynomials.md) (where `chebval` and its kin,
which take tracked points anywhere, take tracked coefficients, too), {constant} are constant (their derivative is zero,
or there is none to take), and {refused} are refused with an error that says what to use. Of the {of} functions that
NumPy lets other arrays take over and that have a derivative, {percent:.1f} % differentiate, to second order and in both
modes. The rest are constructors, which make plain arrays before anyone is asked.
[SciPy](#coverage-of-scipy) is below.
"""


_METHODS = """
## Methods of ufuncs

`reduce`, `accumulate` and `reduceat` are differentiated for `add`, `subtract`, `multiply`, `divide`, `float_power`,
`fmod`, `remainder`, `hypot`, `logaddexp`, `logaddexp2`, `maximum`, `minimum`, `fmax` and `fmin`; `outer` for every
ufunc that is, and `at` for all of them with one result, also where an index occurs again. (`reduceat` takes a step for
each slice.) Those of `power` and `arctan2` are refused, since NumPy's own results depend on the memory layout on some
machines: `functools.reduce(np.power, x)`.
"""


_COSTS = """
## What costs more than four times its forward call

`python -m tools.costs` compares the loss `numpy.vdot(w, f(x))` together with its gradient to the loss alone, for the
calls of `tools/calls.py`: 146 of NumPy with 300,000 entries (matrices of 200 x 200), 83 of SciPy with 20,000 to
180,000. By processor time, with one thread, all but these stay within four times, where the package is compiled:

| function | multiple | why |
| --- | --- | --- |
| `max`, `min`, `nanmax`, `ptp` by axis | 4-6 | NumPy reads the array once; each entry is compared with the extremum, and ties are counted |
| `prod`, `nanprod` by axis | 2-5 | NumPy reads the array once; nothing is divided by an entry, which may be zero, so products run over it forwards and backwards |
| `sum`, `mean`, `average` by axis, `linalg.norm`, `x[1:-1, ::2]` | 3-5 | NumPy reads the array once; the gradient is a new array of that size, written and looked through for NaN |
| `matmul`, `linalg.matrix_power` of matrices that occur twice | 4-5 | two products of matrices for each |
| `linalg.det`, `slogdet`, `cholesky`, `svdvals`, `scipy.linalg.lu` | 4-13 | an inverse, singular vectors or triangular systems with as many right-hand sides as rows, where LAPACK's value takes a third of the steps |
| `scipy.linalg.expm`, `logm`, `sqrtm` | 5-7 | the function of a matrix of twice the size, or a Sylvester equation |
| `scipy.linalg.solve_toeplitz`, `solve_triangular` | 9-21 | the gradient goes through all entries of the matrix, which the value never makes, or reads once |
| `scipy.special.digamma`, `ellipk`, `ellipe`, `exprel` | 10-23 | the derivative is a function that SciPy takes ten times as long for: zeta, Carlson's integrals, 1F1 (quotients of cheaper ones lose digits) |
| `ndimage.rotate` | 3-5 | the spline of the image is solved for once more, transposed, and weights go to 16 entries a place one by one, where SciPy reads them |
| `ndimage.map_coordinates` by the coordinates | 5 | the slopes of the splines are summed over 16 entries a place for each coordinate |
| `integrate.simpson`, `trapezoid`, by the places, `cumulative_simpson` | 4-6 | the rule is evaluated again in recorded calls |
| `sinc` | 4 | a series near zero, where the quotient loses digits |

A call alone that takes one pass at the speed of memory (`negative`, `add`) has a gradient of more than four times
*that*: each pass over an array that the loss and its gradient make, read or check is one such call. Without a C
compiler there are also `partition` (11: it sorts), `prod` (11), repeated rows in `take` and `x[rows]` (5-7), `clip` (5)
and `maximum` (4).
"""  # noqa: E501


def _within(module: str, found: dict[str, Status]) -> dict[str, Status]:
    """The names of one module."""
    return {name.rpartition(".")[2]: s for name, s in found.items() if name.rpartition(".")[0] == module}


if __name__ == "__main__":
    missing = [name for name, f in functions().items() if status(name, f).kind == MISSING]
    print("missing:", ", ".join(missing) or "nothing")
    PAGE.write_text(page())
