"""What goes into a differentiated function and what comes out: tracked leaves, own gradients, plain results."""

from __future__ import annotations

import sys
from typing import Any, Final, final

import numpy as np

import tracker._arrays.handles as _handles
import tracker._arrays.leaves as _leaves
from tracker import tree
from tracker._arrays import foreign
from tracker._arrays.array import TrackedArray
from tracker._arrays.fitting import of_kind
from tracker._arrays.gradients import algebra
from tracker._arrays.real import TrackedReal
from tracker._core.node import PULLBACKS, Node, Op, Spec

_ndarray: Final = np.ndarray


@final
class Argument:
    """One argument of a differentiated function: its leaves tracked, and its gradient."""

    def __init__(self, argument: Any, level: int) -> None:
        self.leaves: list[Any]
        self.nodes: list[Node | None]  # None where there is nothing to differentiate
        self.treedef: Any = None  # None for one array
        self.tracked: Any  # the argument as the function gets it
        if type(argument) is _ndarray and argument.dtype.kind == "f":  # the usual case: 1.5 us less
            self.leaves = [argument]
            self.tracked = track_leaf(argument, level)
            self.nodes = [_handles.node_of(self.tracked)]
            return
        self.leaves, self.treedef = tree.flatten(argument, True)
        self.nodes = []
        tracked: list[Any] = []
        for leaf in self.leaves:
            x = leaf
            if tree.is_parameter(leaf):
                x = track_leaf(leaf, level)
            else:
                tree.refuse_foreign(leaf)
            tracked.append(x)
            self.nodes.append(None if x is leaf else _handles.node_of(x))
        self.tracked = tree.unflatten(self.treedef, tracked)

    def is_differentiated(self) -> bool:
        for node in self.nodes:
            if node is not None:
                return True
        return False

    def gradient(self, found: dict[Node, Any]) -> Any:
        """The argument's structure with the gradients found, zeros for leaves not reached."""
        gradients: list[Any] = []
        for k in range(len(self.leaves)):
            node = self.nodes[k]
            gradient = None
            if node is not None:
                gradient = found.get(node)
                if gradient is None:
                    gradient = _leaves.zeros_of(node.spec, _handles.plain(self.leaves[k]))
            gradients.append(gradient)
        return gradients[0] if self.treedef is None else tree.unflatten(self.treedef, gradients)


def track_leaf(x: Any, level: int) -> Any:
    """`x` as a leaf of this level; writes into it go into a copy."""
    if isinstance(x, TrackedArray):
        x = _handles.snapshot(x)
    tracked = _handles.new_leaf(x, level)
    if isinstance(tracked, TrackedArray):
        tracked.shared = True
    return tracked


# Gradients in memory of their own


def settle(found: list[tuple[Node, Any]]) -> dict[Node, Any]:
    """The gradients by leaf, each with memory of its own."""
    result: dict[Node, Any] = {}
    for k in range(len(found)):
        result[found[k][0]] = own_gradient(found, k)
    return result


def own_gradient(found: list[tuple[Node, Any]], k: int) -> Any:
    """Gradient `k` of `found`, copied unless nothing else refers to it.

    A rule may have handed on its argument, an input or a view.
    """
    leaf, gradient = found[k]
    if type(gradient) is not leaf.spec.scalar:
        fitted = algebra.fit(gradient, leaf, RESULTS, 0)
        if fitted is not gradient:
            gradient = fitted
            found[k] = (leaf, gradient)
        del fitted
    if type(gradient) is _ndarray:
        fresh = gradient.flags.writeable and sys.getrefcount(gradient) <= _sole.references and _has_own_memory(gradient)
        return gradient if fresh else gradient.copy()
    if isinstance(gradient, TrackedReal):
        return of_kind(gradient, leaf.spec)
    if isinstance(gradient, TrackedArray):
        if _handles.is_constant_buffer(gradient):
            return np.copy(gradient.value)
        return _handles.snapshot(gradient)
    return gradient


def _has_own_memory(x: Any) -> bool:
    """Whether nothing else refers to the memory of an array: it is no view, or one of all of an array forgotten."""
    base = x.base
    if base is None:
        return True
    if type(base) is not _ndarray or base.base is not None or base.nbytes != x.nbytes or not x.flags.c_contiguous:
        return False
    return sys.getrefcount(base) <= _sole.of_base


class _Sole:
    """How many references are counted to an array that only its caller has, and to one that only a view has."""

    def __init__(self) -> None:
        self.references: int = 0
        self.of_base: int = 0


def _join_adjoint(dy: Any, y: Any, xs: Any) -> Any:
    return list(dy)


RESULTS: Final = Op(None, "the function's results", PULLBACKS, (_join_adjoint,))
RESULTS.sequences = (0,)
_sole: Final = _Sole()


def _count_references() -> int:
    """Compiled and interpreted code hold on to different numbers: counted once, on an array made for it."""
    node = Node(None, (), None, None, Spec((1,), np.dtype(float), None, False), 0)
    for count in range(1, 20):
        _sole.references = count
        found = [(node, np.zeros(1))]
        address = id(found[0][1])
        if id(own_gradient(found, 0)) == address:
            return count
    return 0


def _count_references_of_base() -> int:
    for count in range(1, 20):
        _sole.of_base = count
        if _has_own_memory(np.zeros(1).reshape(1, 1)):
            return count
    return 0


_sole.references = _count_references()
_sole.of_base = _count_references_of_base()


# Results


def untrack(result: Any, level: int) -> Any:
    """`result` with everything tracked at `level` replaced by its value, in memory of its own."""
    if isinstance(result, TrackedReal):
        return _untracked(result, level)
    leaves, structure = tree.flatten(result)
    _handles.refuse_held(leaves)
    return tree.unflatten(structure, [_untracked(x, level) for x in leaves])


def _untracked(x: Any, level: int) -> Any:
    if isinstance(x, TrackedReal):
        return x.value if x.level >= level > 0 or x.level == level else x
    if isinstance(x, TrackedArray):
        node = x.current()
        if node.level == level or _handles.is_constant_buffer(x):
            value = x.value
            return _handles.snapshot(value) if isinstance(value, TrackedArray) else foreign.copied(value)
    return x
