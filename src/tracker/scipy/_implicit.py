"""Solutions of equations as functions of what the equations depend on: the implicit function theorem.

Griewank and Walther, Evaluating Derivatives (2008), chapter 15: where F(x, p) = 0 and dF/dx is regular, one Newton
step from the solution has the right derivative by p, and k steps that are themselves differentiable have the right
derivatives up to order 2^k - 1. So the steps are recorded as any NumPy code is: what F captures, forward mode and
nested derivatives need nothing of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._transforms.higher import jacobian
from tracker._transforms.recording import no_grad, stop_gradient
from tracker.errors import DegenerateError

_CLOSE = 1e-3  # a Newton step longer than this, relative to x: no solution was found


def solution(equations: Callable[[Any], Any], x: Any, name: str) -> Any:
    """The plain vector `x` (n,) that solves `equations` (n,) -> (n,), as a function of what they depend on.

    `x` itself if they depend on nothing tracked. Raises `DegenerateError` if x is no solution or the Jacobian of
    the equations is singular there.
    """
    depth = depth_of(equations(x))
    if depth == 0 or x.size == 0:
        return x
    with no_grad():
        near = _polished(equations, x, name)
        slope = jacobian(equations, near)
    moved = near - np.linalg.solve(slope, equations(near))
    for _ in range(depth.bit_length() - 1):
        moved = moved - np.linalg.solve(jacobian(equations, moved), equations(moved))
    return x + (moved - stop_gradient(moved))


def each_solution(step: Callable[[Any], Any], x: Any) -> Any:
    """The plain numbers `x`, of any shape, each of which solves an equation of its own; `step` is Newton's step.

    `step(x)` is the residual divided by its slope, recorded by what the equations depend on.
    """
    depth = depth_of(step(x))
    moved = x
    for _ in range(depth.bit_length()):
        moved = moved - step(moved)
    return x + (moved - stop_gradient(moved)) if depth else x


def depth_of(x: Any) -> int:
    """By how many derivatives `x` is tracked."""
    depth = 0
    while handles.is_tracked(x):
        handles.node_of(x)
        x = x.value
        depth += 1
    return depth


def _polished(equations: Callable[[Any], Any], x: Any, name: str) -> Any:
    """One Newton step on: the derivative is as exact as that, whatever the solver's tolerance."""
    try:
        step = np.linalg.solve(jacobian(equations, x), equations(x))
    except np.linalg.LinAlgError:
        step = np.full(x.shape, np.inf)
    if not np.max(np.abs(step)) <= _CLOSE * (1 + np.max(np.abs(x))):
        raise DegenerateError(
            f"{name}: the result can't be differentiated, as it is no isolated solution (a Newton step from it is "
            f"{np.max(np.abs(step)):.3g} long). Tighten the tolerance, allow more iterations, or take "
            "tracker.stop_gradient of what the function depends on."
        )
    return x - step


def free_solution(equations: Callable[[Any], Any], x: Any, free: Any, name: str) -> Any:
    """The same, where the entries that are not `free` are held fixed and their equations left out."""
    if free.all():
        return solution(equations, x, name)
    places = np.flatnonzero(free)
    spread = np.eye(x.size)[:, places]
    held = np.where(free, 0.0, x)
    return held + spread @ solution(lambda z: equations(held + spread @ z)[places], x[places], name)
