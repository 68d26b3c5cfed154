"""Sweeps from the outputs of a function: their nodes, their gradients as seeds, what is found at the arguments."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import handles
from tracker._arrays.gradients import algebra
from tracker._core.node import Node, Spec
from tracker._core.sweep import differentiate
from tracker._transforms.arguments import RESULTS, settle
from tracker._transforms.losses import unit
from tracker.errors import ConstantLossWarning


def root_at(x: Any, level: int) -> Node | None:
    """The node of `x` at this level: `x` itself, or what it holds at a lower one."""
    while handles.is_tracked(x):
        node = handles.node_of(x)
        assert node is not None
        if node.level == level:
            return node
        x = x.value
    return None


def sweep_loss(loss: Any, level: int) -> dict[Node, Any]:
    """The gradient of `loss` at what it depends on at this level."""
    root = root_at(loss, level)
    if root is None:
        warnings.warn(
            "The loss does not depend on any argument through tracked operations: all gradients are zero.",
            ConstantLossWarning,
            stacklevel=level_of_caller(),
        )
        return {}
    with np.errstate(all="ignore"):
        found = differentiate(root, unit(root.spec, loss), private=level > 0)
    return settle(found)


def warn_of_constants(args: tuple[Any, ...]) -> None:
    """Say that nothing is differentiated: all that the arguments hold are constants."""
    kinds = sorted({_kind(x) for a in args for x in tree.flatten(a, True)[0]})
    warnings.warn(
        f"No argument holds anything to differentiate (given: {', '.join(kinds) or 'nothing'}). Floats and arrays of "
        "floats are differentiated, and those in lists, dicts, dataclasses and classes marked tracker.struct; objects "
        "of other classes are constants.",
        ConstantLossWarning,
        stacklevel=level_of_caller(),
    )


def _kind(x: Any) -> str:
    """What to call a constant: its class, or its dtype."""
    return f"array of dtype {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__


def level_of_caller() -> int:
    """The `stacklevel`, for the function that calls this one, of who called tracker."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith(("tracker.", "numpy.")):
        level, frame = level + 1, frame.f_back
    return level


def sweep_outputs(roots: list[Any], seeds: list[Any], level: int) -> dict[Node, Any]:
    """The gradient of sum_k <seeds[k], outputs[k]>."""
    with np.errstate(all="ignore"):
        return settle(_sweep_roots(roots, seeds, level, ()))


def sweep_roots(roots: list[Any], seeds: list[Any], level: int, stops: Any) -> dict[Node, Any]:
    """The same, for a sweep within a sweep; nodes in `stops` count as leaves."""
    return dict(_sweep_roots(roots, seeds, level, stops))


def _sweep_roots(roots: list[Any], seeds: list[Any], level: int, stops: Any) -> list[tuple[Node, Any]]:
    live = [k for k, root in enumerate(roots) if root is not None and seeds[k] is not None]
    if not live:
        return []
    spec = Spec((0,) * len(live), None, None, False)
    root = Node(RESULTS, ([roots[k] for k in live],), None, None, spec, level)
    return differentiate(root, tuple([seeds[k] for k in live]), stops)


def seeds_of(structure: Any, roots: list[Any], outputs: list[Any], dy: Any) -> list[Any]:
    """The gradient of each output, of `dy`, which has the structure of all; None where it has no use."""
    if len(outputs) == 1 and structure == tree.flatten(outputs[0])[1]:
        given = [dy]
    else:
        try:
            given = structure.flatten_up_to(dy)
        except (ValueError, TypeError) as error:
            raise ValueError(f"dy must have the structure of the function's result. {error}") from error
    return [
        None if root is None or d is None else seed_of(y, root, d)
        for y, root, d in zip(outputs, roots, given, strict=True)
    ]


def seed_of(y: Any, root: Node, dy: Any) -> Any:
    """`dy` as the sweep takes it: of the shape and dtype of `y`."""
    if not handles.is_tracked(dy) and not hasattr(dy, "dtype"):
        dy = np.array(dy) if isinstance(dy, list | tuple) else dy
    if np.shape(dy) != root.spec.shape:
        raise ValueError(f"dy has shape {np.shape(dy)}, but the result has shape {root.spec.shape}.")
    if isinstance(dy, np.ndarray) and dy.dtype.kind in "biu":
        dy = dy.astype(root.spec.dtype)
    return algebra.fit(dy, root, RESULTS, 0)
