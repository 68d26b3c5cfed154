"""solve_ivp recorded as one step, its gradient by the continuous adjoint equation."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate

from tracker import tree
from tracker._arrays import dispatch
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._transforms.reverse import sweep_roots
from tracker.errors import NotDifferentiableError

_integrate: Any = scipy.integrate
_WAY_OUT = 'solve_ivp(gradient="adjoint") has first derivatives in reverse mode alone: take gradient="steps".'


def by_adjoint(
    fun: Any, t_span: Any, y0: Any, method: Any, times: Any, args: Any, vectorized: bool, result: Any,
    captured: list[Any], options: dict[str, Any],
) -> Any:  # fmt: skip
    """The result with `y` recorded as one function of all `sources`."""
    leaves = tree.flatten(args)[0]
    sources = _distinct([y0, *t_span, times, *leaves, *captured])
    if len({dispatch.level_of(x) for x in sources}) > 1 or any(_is_deep(x) for x in sources):
        raise NotDifferentiableError(_WAY_OUT)
    level = dispatch.level_of(sources[0])
    nodes = [dispatch.node_of(x) for x in sources]
    sol, ts = result.sol, np.array(result.t, float)
    result.sol = None
    at_steps = times is None

    def vjp(t: float, y: Any, dy: Any) -> tuple[Any, Any, list[Any]]:
        """The slope, and the product of `dy` with its Jacobian by the state and by each source."""
        state = dispatch.new_leaf(y, level)
        slope = fun(t, state[:, None] if vectorized else state, *(args or ()))
        slope = np.reshape(collect(slope) if isinstance(slope, list | tuple) else slope, (-1,))
        value = dispatch.plain(slope)
        root = dispatch.node_of(slope)
        if root is None or root.level != level:
            return value, np.zeros_like(y), [None] * len(nodes)
        here = dispatch.node_of(state)
        assert here is not None
        found = sweep_roots([root], [np.asarray(dy, value.dtype)], level, {n: None for n in nodes if n is not None})
        by_source = [None if n is None else found.get(n) for n in nodes]
        return value, found.get(here, np.zeros_like(y)), by_source

    def joint(dy: Any, _: Any, __: Any) -> list[Any]:
        if dispatch.is_tracked(dy):
            raise NotDifferentiableError(_WAY_OUT)
        return _backwards(vjp, sol, ts, dy, sources, (y0, t_span[0], t_span[1], times), at_steps, method, options)

    value = result.y
    op = Op(lambda *_: value, "solve_ivp", PULLBACKS, (None,) * len(sources))
    op.joint = joint
    op.pushforward = _refuse
    op.reads = [EVERYTHING - 1] * len(sources)
    op.opaque = True
    result.y = dispatch.record(op, tuple(sources), None)
    if times is not None:
        result.t = times
    elif any(dispatch.is_tracked(t) for t in t_span):
        result.t = collect([t_span[0], *ts[1:-1].tolist(), t_span[1]])
    return result


def _backwards(
    vjp: Any, sol: Any, ts: Any, dy: Any, sources: list[Any], places: Any, at_steps: bool, method: Any, options: Any
) -> list[Any]:
    """The gradient of each source: the adjoint equation from the last output back to the first."""
    y0, start, end, times = places
    n = dy.shape[0]
    sizes = [np.size(dispatch.plain(x)) for x in sources]
    edges = n + np.concatenate([[0], np.cumsum(sizes)])
    state = np.zeros(edges[-1], np.result_type(dy, *[dispatch.plain(x) for x in sources]))
    by_time = np.zeros(ts.size, state.dtype)

    def slope(t: float, z: Any) -> Any:
        _, by_state, by_source = vjp(t, sol(t), z[:n])
        parts = [np.zeros(size) if g is None else np.ravel(g) for g, size in zip(by_source, sizes, strict=True)]
        return -np.concatenate([by_state, *parts])

    chosen = {k: options[k] for k in ("rtol", "atol", "max_step") if k in options and np.ndim(options[k]) == 0}
    for k in range(ts.size - 1, -1, -1):
        if np.any(dy[:, k]):
            by_time[k] = np.sum(np.real(np.conj(dy[:, k]) * vjp(ts[k], sol(ts[k]), dy[:, k])[0]))
            state[:n] += dy[:, k]
        before = ts[k - 1] if k else float(dispatch.plain(start))
        if np.any(state[:n]) and before != ts[k]:
            state = _integrate.solve_ivp(slope, (ts[k], before), state, method=method, **chosen).y[:, -1]
    gradients = [state[a:b].reshape(np.shape(x)) for a, b, x in zip(edges, edges[1:], sources, strict=False)]
    _add(gradients, sources, y0, state[:n])
    at_start = vjp(float(dispatch.plain(start)), sol(float(dispatch.plain(start))), state[:n])[0]
    _add(gradients, sources, start, -np.sum(np.real(np.conj(state[:n]) * at_start)) + (by_time[0] if at_steps else 0))
    if at_steps:
        _add(gradients, sources, end, by_time[-1])
    else:
        _add(gradients, sources, times, by_time)
    return gradients


def _add(gradients: list[Any], sources: list[Any], x: Any, dx: Any) -> None:
    for k, source in enumerate(sources):
        if source is x:
            gradients[k] = gradients[k] + dx


def _distinct(xs: list[Any]) -> list[Any]:
    found: list[Any] = []
    for x in xs:
        if dispatch.is_tracked(x) and not any(x is y for y in found):
            found.append(x)
    return found


def _is_deep(x: Any) -> bool:
    node = dispatch.node_of(x)
    return dispatch.is_tracked(x.value) or (node is not None and node.forward)


def _refuse(*_: Any, **__: Any) -> Any:
    raise NotDifferentiableError(_WAY_OUT)
