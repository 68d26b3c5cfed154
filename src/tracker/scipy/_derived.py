"""SciPy's value with the derivative of an equivalent composition of NumPy calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker import tree
from tracker._arrays import dispatch, handles, kept
from tracker._core.levels import current_pause
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import pullback


def derived(
    name: str,
    value: Callable[..., Any],
    composition: Callable[..., Any],
    *args: Any,
    quick: Any = None,
    formed: Callable[[Any, Any], Any] | None = None,
) -> Any:
    """`value(*args)` of plain arguments, recorded as one step whose derivatives are those of `composition(*args)`.

    Arguments may be nested structures. `composition` consists of functions that have rules, so its derivatives
    of all orders, in both modes, are there; only SciPy's value is kept until the sweep. `quick(dy, y, *args)`, of
    plain values, may give the gradients by all leaves at less cost, or None. `formed(result, y)` makes of what the
    composition gives what corresponds to y, a value or a `Spec`.
    """
    leaves, structure = tree.flatten(args)
    places = [i for i, x in enumerate(leaves) if _is_live(x)]
    if not places:
        return value(*tree.unflatten(structure, [handles.plain(x) for x in leaves]))

    def filled(given: tuple[Any, ...]) -> Any:
        full = list(leaves)
        for i, x in zip(places, given, strict=True):
            full[i] = x
        return tree.unflatten(structure, full)

    def equivalent(y: Any) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            result = composition(*filled(given))
            return result if formed is None else formed(result, y)

        return run

    def again(*given: Any) -> Any:
        return derived(name, value, composition, *filled(given), formed=formed)

    op = Op(again, name, PULLBACKS, (None,) * len(places))

    def joint(dy: Any, y: Any, given: Any) -> list[Any]:
        if quick is not None and not any(map(handles.is_tracked, (dy, *given))):
            found = quick(dy, y, *filled(tuple(given)))
            if found is not None:
                return [found[i] for i in places]
        return list(pullback(equivalent(y), *given)[1](dy))

    op.joint = joint
    op.pushforward = lambda tangents, y, *given: pushforward(equivalent(y), given, tuple(tangents))[1]
    op.reads = [EVERYTHING - (quick is None)] * len(places)  # all arguments, and the result if it is asked for
    op.opaque = True
    return dispatch.record(op, tuple([leaves[i] for i in places]), None)


def _is_live(x: Any) -> bool:
    """Whether `x` is to be recorded; a pause that looks out for tracked values is told of those it holds constant."""
    if not handles.is_tracked(x):
        return False
    pause = current_pause()
    return pause is None or handles.is_tracked(kept.paused(x, pause))
