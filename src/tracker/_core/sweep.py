"""Reverse mode: walk the record from a result back to its leaves, once, without recursion.

`differentiate(root, dy)` first counts how many contributions each node will receive
(`_discover`), then takes a node when its gradient is complete, asks its operation's
rules for the gradients of its arguments and adds them there (`_walk`).

A gradient of exactly zero must stay zero where a partial derivative is infinite or NaN.
Testing for that at each step would cost as much as the step, so the first walk just
multiplies; only if a leaf's gradient then holds a NaN is it done again with `careful`.
"""

from __future__ import annotations

import threading
from typing import Any, Final, final

from tracker._core.algebra import holder
from tracker._core.node import (
    CALL,
    FREED,
    GETITEM,
    MINUS_ONE,
    ONE,
    OUTPUT,
    PARTIALS,
    SETITEM,
    Held,
    Node,
    Op,
    operands,
    primals,
)
from tracker._core.twin import copy_record
from tracker.errors import FreedRecordError, RuleError


@final
class _Fields:
    """The nodes whose fields a sweep uses."""

    def __init__(self) -> None:
        self.in_use: list[Node] = []

    def cleared(self) -> list[Node]:
        """Empty the fields of all nodes in use; the list in which to note the next ones.

        A Ctrl-C may cut this short, too: then the next sweep begins with the rest.
        """
        for node in self.in_use:
            node.pending = 0
            node.slot = None
            node.owned = False
        self.in_use = []
        return self.in_use


# Whoever holds the lock sweeps in the nodes' own fields; anyone else at the same time (another
# thread, or a rule that takes a gradient itself) sweeps in a copy of the record.
_lock: Final[Any] = threading.RLock()  # it knows its owner: a Ctrl-C can't leave it locked
_own: Final = _Fields()


def differentiate(root: Node, dy: Any, stops: Any = (), private: bool = False) -> list[tuple[Node, Any]]:
    """The gradient of <dy, root> for each leaf that `root` depends on, as (leaf, gradient).

    A `private` record that holds a user's functions is unlinked afterwards: they may refer
    back to it, and the garbage collector does not look into nodes.

    Nodes in `stops` count as leaves. The record is left as it was; raises what a rule
    raises, and leaves nothing behind.
    """
    within = _lock._is_owned()  # a rule of this thread's sweep
    try:
        try:
            if not stops and not within and _lock.acquire(False):
                return _differentiate(root, dy, private, _own)
            copies: dict[Node, Node] = {}
            for stop in stops:
                copies[stop] = Node(None, (), None, stop.value, stop.spec, stop.level)
                copies[stop].kept = stop.kept
            found = _differentiate(copy_record(root, copies), dy, False, _Fields())
            originals = {copy: node for node, copy in copies.items()}
            return [(originals[leaf], gradient) for leaf, gradient in found]
        finally:
            _leave(within)
    finally:
        _leave(within)  # where a Ctrl-C cut the first one short


def _leave(within: bool) -> None:
    if not within and _lock._is_owned():
        _lock.release()


def free(root: Node) -> None:
    """Unlink all nodes that `root` depends on, so that their memory goes back now."""
    if root.op is None:
        return
    stack = [root]
    while stack:
        node = stack.pop()
        op = node.op
        if op is None or op is FREED or not node.args:
            continue
        for x in operands(op, node.args):
            if isinstance(x, Node):
                stack.append(x)
        node.op = FREED
        node.args = ()
        node.kwargs = None
        if node.spec.scalar is None:  # a number is its own handle: it keeps its value
            node.value = None
            node.kept = False


def _differentiate(root: Node, dy: Any, private: bool, fields: _Fields) -> list[tuple[Node, Any]]:
    try:
        nodes = fields.cleared()
        careful = _discover(root, nodes)
        _walk(root, dy, careful)
        found = _leaves(nodes)
        if private and careful:
            free(root)
        if not careful and _any_nan(found):
            nodes = fields.cleared()
            _discover(root, nodes)
            _walk(root, dy, True)
            found = _leaves(nodes)
        return found
    finally:
        fields.cleared()


def _discover(root: Node, nodes: list[Node]) -> bool:
    """Count each node's contributions in `pending`; whether some operation is opaque.

    A node is noted before its fields are used, so that nothing can be left in one unnoticed.
    """
    opaque = False
    nodes.append(root)
    root.pending = 1
    k = 0
    while k < len(nodes):
        node = nodes[k]
        k += 1
        op = node.op
        if op is None:
            continue
        if op is FREED:
            raise FreedRecordError(
                "This record was freed by an earlier back-propagation through it, or one of its leaves "
                "was updated since. Call back(..., once=False) the first time to keep the record, or "
                "compute the value again."
            )
        opaque = opaque or op.opaque
        args = tuple(operands(op, node.args)) if op.sequences else node.args
        for x in args:
            if isinstance(x, Node):
                if x.pending == 0:
                    nodes.append(x)
                x.pending += 1
    return opaque


def _leaves(nodes: list[Node]) -> list[tuple[Node, Any]]:
    return [(n, n.slot) for n in nodes if n.op is None and n.slot is not None]


def _any_nan(found: list[tuple[Node, Any]]) -> bool:
    for _, gradient in found:
        if holder.algebra.has_nan(gradient):
            return True
    return False


def _walk(root: Node, seed: Any, careful: bool) -> None:
    root.slot = seed
    root.owned = False
    ready = [root]
    while ready:
        node = ready.pop()
        op = node.op
        if op is None:
            continue
        dy = node.slot
        owned = node.owned
        node.slot = None
        zero = careful and type(dy) is not tuple and holder.algebra.is_zero(dy)
        if dy is None or (zero and not holder.algebra.is_recorded(dy)):  # a recorded zero has a derivative itself
            _skip(op, node.args, ready)
        elif op.kind == PARTIALS:
            _apply_partials(node, op, dy, owned, careful, ready)
        else:
            _apply_pullbacks(node, op, dy, owned, zero, ready)


def _skip(op: Op, args: tuple[Any, ...], ready: list[Node]) -> None:
    for x in operands(op, args):
        if isinstance(x, Node):
            _contribute(x, None, False, ready)


def _apply_partials(node: Node, op: Op, dy: Any, owned: bool, careful: bool, ready: list[Node]) -> None:
    args = node.args
    spec = node.spec
    values: list[Any] = []  # the result and the arguments, once a rule asks for them
    quick = spec.is_simple and not careful  # picked partials: a product and nothing else
    last = len(args) - 1 if owned and spec.is_large else -1  # whose product may overwrite dy
    for i in range(len(args)):
        x = args[i]
        if isinstance(x, Node):
            code = op.picks[i]
            if code == ONE:
                new = dy
            elif quick and code >= 0 and x.spec is spec:
                source = args[code - 1] if code > 0 else node
                picked = source.value if isinstance(source, Node) else _picked(node, code)
                new = dy * picked if spec.scalar is float else holder.multiply(dy, picked)
            elif code == MINUS_ONE:
                new = holder.algebra.negative(dy, True) if i == last else holder.negative(dy)
            elif op.rules[i] is None:
                new = None
            else:
                new = None
                is_complex = spec.is_complex or x.spec.is_complex
                if code == CALL:
                    if not values:
                        y = node.value if node.kept else spec
                        if len(args) == 1:
                            values = [y, x.value if x.kept else x.spec]
                        else:
                            values = [y, *primals(op, args, holder.algebra)]
                    if op.programs and not careful and not is_complex and not spec.is_large:
                        program = op.programs[i]
                        if program is not None:
                            new = holder.scaled(program, dy, values)
                if new is None:
                    partial = _partial(node, op, i, code, values)
                    if is_complex:
                        partial = holder.algebra.conj(partial)
                    if careful:
                        new = holder.algebra.strong_times(dy, partial)
                    elif x.spec.size == 1 and spec.is_large:
                        new = holder.algebra.inner(dy, partial)
                    elif i == last:
                        new = holder.algebra.times(dy, partial, True)
                    else:
                        new = holder.multiply(dy, partial)
            fresh = code != ONE
            if new is not None and (x.spec is not spec or not op.trusted):
                fitted = holder.algebra.fit(new, x, op, i)
                fresh = fresh and fitted is new
                new = fitted
            if code == ONE and x.spec.size == spec.size:
                last = -1  # dy, or a view of it, is another's gradient now
            _contribute(x, new, fresh, ready)


def _partial(node: Node, op: Op, i: int, code: int, values: list[Any]) -> Any:
    """The partial derivative by argument `i`; `values` are the result and the arguments, if its rule is called."""
    return holder.algebra.partial(op, i, values, node.kwargs) if code == CALL else _picked(node, code)


def _picked(node: Node, code: int) -> Any:
    """The value that is a partial derivative: the result's or an argument's."""
    if code == 0:
        return node.value
    picked = node.args[code - 1]
    if isinstance(picked, Node):
        return picked.value
    return holder.algebra.unwrap(picked) if isinstance(picked, Held) else picked


def _apply_pullbacks(node: Node, op: Op, dy: Any, owned: bool, zero: bool, ready: list[Node]) -> None:
    algebra = holder.algebra
    args = node.args
    if op.kind == OUTPUT:
        _contribute_output(args[0], args[1], dy, ready)
        return
    if op.kind == GETITEM and algebra.is_plain(dy):
        _add_at(args[0], args[1], dy, ready)
        return
    if op.kind == SETITEM and algebra.is_plain(dy):
        _take_out(op, args, dy, owned, ready)
        return
    arguments = algebra.arguments(primals(op, args, algebra))
    y = node.value if node.kept else node.spec
    if op.guarded or op.opaque:
        dy = algebra.guard(dy)
    if op.joint is not None:
        news = op.joint(dy, y, arguments)
        _contribute_sequence(op, 0, args, [_unless_nan(new) for new in news] if zero else news, ready)
        return
    i = 0
    for x in args:
        if isinstance(x, Node):
            new = None
            if not (i < len(op.adders) and x.owned and op.adders[i](x.slot, dy, arguments, node.kwargs)):
                new = _pull(op, i, dy, y, arguments, node.kwargs)
                if zero:
                    new = _unless_nan(new)
                if new is not None:
                    new = algebra.fit(new, x, op, i)
            _contribute(x, new, False, ready)
        elif op.sequences and (type(x) is list or type(x) is tuple):
            new = _pull(op, i, dy, y, arguments, node.kwargs) if operands(op, (x,)) else None
            _contribute_sequence(op, i, x, new, ready)
        i += 1


def _unless_nan(new: Any) -> Any:
    """What a pullback gives of zeros, which is zero where it divides by zero."""
    return None if new is None or holder.algebra.has_nan(new) else new


def _pull(op: Op, i: int, dy: Any, y: Any, arguments: list[Any], kwargs: Any) -> Any:
    pullback = op.rule_of(i)
    if pullback is None:
        if i >= len(op.rules):
            raise RuleError(
                f"The rule of {op.name} gives {len(op.rules)} gradients, but argument {i} of the "
                "call is tracked. Give the rule one pullback (or None) per positional argument."
            )
        return None
    if i < len(op.kernels):
        new = op.kernels[i](dy, y, arguments, kwargs)
        if new is not None:
            return new
    if op.variadic and i >= len(op.rules) - 1:
        return pullback(i, dy, y, *arguments, **(kwargs or {}))
    if kwargs is None:
        return pullback(dy, y, *arguments)
    return pullback(dy, y, *arguments, **kwargs)


def _contribute(x: Node, new: Any, fresh: bool, ready: list[Node]) -> None:
    if new is not None:
        old = x.slot
        if old is None:
            x.slot = new
            x.owned = fresh
        else:
            if x.spec.scalar is float:
                x.slot = old + new
            elif x.spec.is_large:
                x.slot = holder.algebra.add(old, new, x.owned)
            elif x.owned:
                x.slot = holder.add_into(old, new)
            else:
                x.slot = holder.add(old, new)
            x.owned = True
    x.pending -= 1
    if x.pending == 0:
        if type(x.slot) is list:  # entries of a tuple, of which the last to come has no gradient
            x.slot = tuple(x.slot)
        ready.append(x)


def _contribute_sequence(op: Op, i: int, xs: Any, news: Any, ready: list[Node]) -> None:
    if news is not None and len(news) != len(xs):
        raise RuleError(
            f"The rule of {op.name} gives {len(news)} gradients for the {len(xs)} entries of "
            f"argument {i}. Give one (or None) per entry."
        )
    for k, x in enumerate(xs):
        new = None if news is None else news[k]
        if isinstance(x, Node):
            if new is not None:
                new = holder.algebra.fit(new, x, op, i)
            _contribute(x, new, False, ready)
        elif type(x) is list or type(x) is tuple:
            _contribute_sequence(op, i, x, new, ready)


def _add_at(x: Any, index: Any, dy: Any, ready: list[Node]) -> None:
    """The gradient of x[index], added into that of x in place: a loop over x costs O(1) each."""
    assert isinstance(x, Node)
    if type(index) is tuple:
        whole = holder.algebra.of_all(x.spec, index, dy)
        if whole is not None:
            _contribute(x, whole, False, ready)
            return
    x.slot = holder.algebra.add_at(x.slot, x.owned, x.spec, index, dy)
    x.owned = True
    _contribute(x, None, False, ready)


def _take_out(op: Op, args: tuple[Any, ...], dy: Any, owned: bool, ready: list[Node]) -> None:
    """The gradients of "x with v at index": that of v is cut out of `dy`, the rest is that of x."""
    algebra = holder.algebra
    x, index, v = args
    if not isinstance(x, Node):
        _contribute(v, algebra.fit(algebra.part(dy, index, args), v, op, 2), False, ready)
        return
    rest = algebra.writable(dy, owned)
    if isinstance(v, Node):
        _contribute(v, algebra.fit(algebra.cut(rest, index, args), v, op, 2), False, ready)
    else:
        rest[index] = 0
    _contribute(x, rest, True, ready)


def _contribute_output(x: Node, k: int, dy: Any, ready: list[Node]) -> None:
    """Entry `k` of the gradient of a call that returned a tuple."""
    if x.slot is None:
        x.slot = [None] * len(x.spec.shape)
    old = x.slot[k]
    x.slot[k] = dy if old is None else holder.algebra.add(old, dy, False)
    x.pending -= 1
    if x.pending == 0:
        x.slot = tuple(x.slot)
        ready.append(x)
