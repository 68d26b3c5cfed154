"""`back`: gradients added to the leaves."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from tracker._arrays import handles, operators
from tracker._core.node import Node
from tracker._core.sweep import differentiate, free
from tracker._transforms.arguments import own_gradient
from tracker._transforms.losses import check_loss, unit
from tracker._transforms.sweeps import seed_of
from tracker.errors import NotDifferentiableError


def back(y: Any, dy: Any = None, *, once: bool = True, check_finite: bool = True) -> None:
    """Back-propagate from `y` into the `grad` of every leaf it depends on, adding to it.

    `dy` is the gradient of `y`, of its shape; it may be left out for a real number, which
    is checked as `gradient` checks a loss. `once=True` frees the record; a second `back`
    through it raises `RuntimeError`. If anything raises, no gradient has changed.

    >>> import tracker
    >>> x = tracker.param([1.0, 2.0])
    >>> back(np.sum(x**2))
    >>> x.grad
    array([2., 4.])
    """
    if not handles.is_tracked(y):
        raise TypeError(f"back needs a tracked value; it was given a {type(y).__name__}.")
    root = handles.node_of(y)
    assert root is not None
    if root.level > 0:
        raise NotDifferentiableError(
            "back fills the leaves' grad with plain numbers, and this value belongs to a derivative that is being "
            "taken around it, which would not see them. Use tracker.gradient inside of another derivative."
        )
    if dy is None:
        check_loss(y, check_finite)
        dy = unit(root.spec, y)
    else:
        dy = seed_of(y, root, dy)
    with np.errstate(all="ignore"):
        found = differentiate(root, dy)
    _commit(found)
    if once:
        free(root)


def _commit(found: list[tuple[Node, Any]]) -> None:
    """Add the gradients to their leaves' totals: all or none."""
    with _totals:
        _add_to_totals(found)


_totals = threading.Lock()  # two threads may add to one leaf


def _add_to_totals(found: list[tuple[Node, Any]]) -> None:
    totals = []
    for k in range(len(found)):
        leaf, gradient = found[k]
        old = leaf.total
        totals.append(own_gradient(found, k) if old is None else old + gradient)
    before = [leaf.total for leaf, _ in found]
    try:
        for (leaf, _), total in zip(found, totals, strict=True):
            leaf.total = total
    except BaseException:
        for (leaf, _), total in zip(found, before, strict=True):
            leaf.total = total
        raise


operators.table.back = back
