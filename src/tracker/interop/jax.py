"""JAX and tracker: JAX functions in tracked programs, tracker's functions in JAX programs, rules from JAX.

Neither library sees the other's writes: arrays share memory on the way in where the record guards them, and are copied
elsewhere. They keep their dtype; `numpy.longdouble` is none of JAX's, and raises `TypeError`.

>>> import jax.numpy as jnp
>>> import tracker
>>> softplus = from_jax(lambda x: jnp.sum(jnp.logaddexp(x, 0)))
>>> tracker.gradient(lambda x: softplus(2 * x), np.zeros(2))[0]
array([1., 1.])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker import tree
from tracker._transforms.reverse import pullback_of_lent
from tracker.interop._foreign import foreign, rule_from

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    raise ImportError("tracker.interop.jax is a bridge to JAX, which is missing: pip install jax") from error

__all__ = ["from_jax", "rule_from_jax", "to_jax"]


def from_jax(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, a JAX function, as a function for tracked programs; its derivatives of any order are JAX's.

    Arguments and results are arrays and numbers of any shapes, or nested structures of them. Integers, `None`, strings
    and functions are handed on as they are. The results are NumPy arrays. It runs in the precision of its
    arguments: JAX's x64 mode is on while it does. `from_jax(jax.jit(f))` compiles.

    Raises `TypeError` if `f` returns what is no array of JAX's.

    >>> import jax.numpy as jnp
    >>> import tracker
    >>> tracker.gradient(from_jax(lambda x: jnp.sum(x**2)), np.array([1.0, 2.0]))[0]
    array([2., 4.])
    """
    return foreign(_JAX, f)


def rule_from_jax(f: Callable[..., Any], implementation: Callable[..., Any]) -> None:
    """Give `f`, a function of NumPy arrays, the derivatives of `implementation`, the same function in JAX.

    Values are still those of `f`. Both take the same arguments, keywords included.

    >>> import jax.numpy as jnp
    >>> import tracker
    >>> def entropy(p):
    ...     return -np.sum(p * np.log(p))
    >>> rule_from_jax(entropy, lambda p: -jnp.sum(p * jnp.log(p)))
    >>> tracker.gradient(lambda p: tracker.track(entropy, p), np.ones(2))[0]
    array([-1., -1.])
    """
    rule_from(from_jax, _JAX, f, implementation)


def to_jax(f: Callable[..., Any], result: Any = None) -> Callable[..., Any]:
    """`f`, a function that tracker differentiates, as a JAX function: works in `jit`, `grad` and `vmap`.

    JAX calls back into Python for it (`jax.pure_callback`), so `f` must have no side effects, and may not call JAX in
    turn, which could wait for itself. Derivatives are in reverse mode, of any order (`jax.jacrev(jax.grad(g))`; JAX
    refuses forward mode, as for any `jax.custom_vjp`). `vmap` calls `f` once for each entry. Arguments, by position or
    keyword, and results may be nested structures; integers are constants, and `f` gets what is no array or number (a
    string, a function) as it is.

    JAX must know shapes and dtypes before `f` runs: `result` gives them as a structure of `jax.ShapeDtypeStruct` (or
    arrays), or as a function of the arguments' `ShapeDtypeStruct`s. By default `f` is called with ones to find out,
    once for each shape of the arguments. Results are cast to JAX's precision: float64 becomes float32 unless JAX's x64
    mode is on.

    Raises `TypeError` where `f` can't be called with ones or NumPy has no such dtype (bfloat16), and `ValueError` where
    a result is not of the shape said.

    >>> import jax
    >>> jax.grad(to_jax(lambda x: np.sum(np.sort(x) * np.arange(3.0))))(jax.numpy.array([3.0, 1.0, 2.0]))
    Array([2., 0., 1.], dtype=float32)
    """
    known: dict[Any, dict[Any, Any]] = {}  # by what is no array, the shapes of results by those of the arguments
    positional = _positional(f, result, {})

    def call(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = jax.tree.flatten((args, kwargs))
        places = [i for i, x in enumerate(leaves) if hasattr(x, "dtype") or isinstance(x, int | float | complex)]
        if not kwargs and len(places) == len(leaves):
            return positional(*args)

        def filled(f: Callable[..., Any]) -> Callable[..., Any]:
            def of_arrays(*xs: Any) -> Any:
                full = list(leaves)
                for i, x in zip(places, xs, strict=True):
                    full[i] = x
                args, kwargs = jax.tree.unflatten(structure, full)
                return f(*args, **kwargs)

            of_arrays.__name__ = getattr(f, "__name__", "f")
            return of_arrays

        rest = tuple(x for i, x in enumerate(leaves) if i not in places)
        if len(known) > _MOST_KNOWN:  # a function made anew for each call would fill it
            known.clear()
        shapes = known.setdefault((structure, rest), {}) if _is_hashable(rest) else {}
        arrays = [leaves[i] for i in places]
        return _positional(filled(f), filled(result) if callable(result) else result, shapes)(*arrays)

    call.__name__ = getattr(f, "__name__", "f")
    return call


_MOST_KNOWN: Final = 64


def _is_hashable(x: Any) -> bool:
    try:
        hash(x)
    except TypeError:
        return False
    return True


def _positional(f: Callable[..., Any], result: Any, known: dict[Any, Any]) -> Callable[..., Any]:
    """`to_jax` for positional arguments that are arrays, or structures of them."""

    def value(*args: Any) -> Any:
        return jax.pure_callback(_on_host(f), shapes(args), *args, vmap_method="sequential")

    def shapes(args: Any) -> Any:
        given = jax.tree.map(_shape, args)
        if result is None:
            leaves, structure = jax.tree.flatten(given)
            key = jax.config.jax_enable_x64, structure, tuple((s.shape, s.dtype) for s in leaves)
            if key not in known:
                known[key] = jax.tree.map(_shape, _result_of_ones(f, given))
            return known[key]
        return jax.tree.map(_shape, result(*given) if callable(result) else result)

    def forward(*args: Any) -> tuple[Any, Any]:
        return call(*args), args

    def backward(args: Any, dy: Any) -> Any:
        leaves, structure = jax.tree.flatten(args)
        live = [i for i, x in enumerate(leaves) if jnp.issubdtype(_shape(x).dtype, jnp.inexact)]
        seeds = [d for d in jax.tree.leaves(dy) if d.dtype != jax.dtypes.float0]

        def gradients(seeds: Any, *leaves: Any) -> Any:
            return _gradients(f, jax.tree.unflatten(structure, leaves), live, seeds)

        found = to_jax(gradients, [_shape(leaves[i]) for i in live])(seeds, *leaves)
        full = [None] * len(leaves)
        for i, dx in zip(live, found, strict=True):
            full[i] = dx
        return tuple(jax.tree.unflatten(structure, full))

    call: Callable[..., Any] = jax.custom_vjp(value)
    call.defvjp(forward, backward)  # type: ignore[attr-defined]
    return call


def _gradients(f: Callable[..., Any], args: Any, live: list[int], seeds: Any) -> list[Any]:
    """The gradients of the `live` leaves of `args`, for those of f's results that are floats.

    JAX's are the conjugates of tracker's, those that go in as well as those that come out.
    """

    def floats(*xs: Any) -> list[Any]:
        full, structure = jax.tree.flatten(args)
        for i, x in zip(live, xs, strict=True):
            full[i] = x
        return [y for y in tree.flatten(f(*jax.tree.unflatten(structure, full)))[0] if tree.is_parameter(y)]

    leaves = jax.tree.leaves(args)
    _, back = pullback_of_lent(floats, *(leaves[i] for i in live))
    return [_conj(dx) for dx in back([_conj(dy) for dy in seeds])]


def _conj(x: Any) -> Any:
    return np.conj(x) if np.iscomplexobj(x) else x


def _on_host(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` of the arrays of a callback, which are not to be written; results as JAX has been told."""

    def on_host(*args: Any) -> Any:
        return jax.tree.map(np.asarray, f(*jax.tree.map(np.array, args)))

    return on_host


def _shape(x: Any) -> Any:
    dtype = x.dtype if hasattr(x, "dtype") else np.result_type(type(x))
    if jnp.issubdtype(dtype, jax.dtypes.extended) or np.dtype(dtype).kind not in "fciub":
        raise TypeError(
            f"to_jax: arguments and results are arrays and numbers of NumPy's dtypes, not {dtype}. Convert bfloat16 to "
            "float32, and a key by jax.random.key_data; return no strings or other objects."
        )
    return jax.ShapeDtypeStruct(
        np.shape(x) if not hasattr(x, "shape") else x.shape, jax.dtypes.canonicalize_dtype(dtype)
    )


def _result_of_ones(f: Callable[..., Any], given: Any) -> Any:
    try:
        return f(*jax.tree.map(lambda s: np.ones(s.shape, s.dtype), given))
    except Exception as error:
        raise TypeError(
            f"to_jax: {getattr(f, '__name__', f)!r} can't be called with ones to find out the shape of its result: "
            f"{error} Give result=, a jax.ShapeDtypeStruct or a function of the arguments' shapes that returns one."
        ) from error


class _Bridge:
    """JAX as `foreign` sees it."""

    name = "JAX"

    def put(self, x: Any) -> Any:
        if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "fc" and x.dtype.char in "gG":
            raise TypeError(f"JAX has no dtype {x.dtype}: convert the array to float64 (complex128) first.")
        with jax.enable_x64(True):
            return jnp.asarray(x) if isinstance(x, float | complex) and not isinstance(x, np.generic) else jnp.array(x)

    def lent(self, x: Any) -> Any:
        if type(x) is not np.ndarray or x.dtype.char not in "efdFD":
            return self.put(x)
        with jax.enable_x64(True):
            return jax.device_put(x)  # asarray copies; this only where the memory does not begin at 64 bytes

    def take(self, x: Any) -> Any:
        if x.dtype == jnp.bfloat16:
            raise TypeError("NumPy has no dtype bfloat16: convert the result of the JAX function to float32.")
        return np.array(x)

    def is_array(self, x: Any) -> bool:
        return isinstance(x, jax.Array)

    def is_inexact(self, x: Any) -> bool:
        return bool(jnp.issubdtype(x.dtype, jnp.inexact))

    def value(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any]:
        with jax.enable_x64(True):
            ys, rest = f([self.put(x) for x in xs])
        return ys, rest

    def linearized(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any, Callable[..., list[Any]]]:
        with jax.enable_x64(True):
            ys, back, rest = _vjp(f, [self.lent(x) for x in xs])

        def gradients(dys: list[Any]) -> list[Any]:
            with jax.enable_x64(True):
                seeds = [None if dy is None else self.lent(dy) for dy in dys]
                return [np.asarray(dx) for dx in back(seeds)]

        return ys, rest, gradients

    def adjoint(self, f: Callable[..., Any], xs: list[Any], dys: list[Any]) -> list[Any]:
        found: list[Any] = _vjp(f, xs)[1](dys)
        return found


def _vjp(f: Callable[..., Any], xs: list[Any]) -> Any:
    """`f(xs)`, its adjoint in tracker's convention (conjugated, None for no gradient), and what else it returned."""
    kept: list[Any] = []

    def arrays(xs: list[Any]) -> Any:
        ys, rest = f(xs)
        if rest is None:
            return ys, []
        others, live, structure = rest
        carried = [y for y in others if _JAX.is_array(y)]  # through JAX: they may be tracers
        kept[:] = [[_CARRIED if _JAX.is_array(y) else y for y in others], live, structure]
        return ys, carried

    ys, back, carried = jax.vjp(arrays, xs, has_aux=True)

    def adjoint(dys: list[Any]) -> Any:
        seeds = [
            jnp.zeros_like(y) if dy is None else jnp.conj(dy).astype(y.dtype) for y, dy in zip(ys, dys, strict=True)
        ]
        return [jnp.conj(dx) for dx in back(seeds)[0]]

    if not kept:
        return ys, adjoint, None
    found = iter(carried)
    kept[0] = [next(found) if y is _CARRIED else y for y in kept[0]]
    return ys, adjoint, tuple(kept)


_CARRIED = object()
_JAX = _Bridge()
