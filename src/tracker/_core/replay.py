"""Run a record again on new inputs: the record is data, the functions in it are all it takes."""

from __future__ import annotations

from typing import Any

from tracker._core.node import FREED, OUTPUT, Held, Node, operands
from tracker.errors import FreedRecordError


def replay(root: Node, inputs: dict[Node, Any]) -> Any:
    """The value of `root` when the leaves in `inputs` have the given values.

    Other leaves and constants keep theirs. Nothing is recorded and the record is not changed.
    """
    values: dict[Node, Any] = dict(inputs)
    stack = [root]
    while stack:
        node = stack[-1]
        if node in values:
            stack.pop()
            continue
        op = node.op
        if op is FREED:
            raise FreedRecordError("This record was freed: it can't be run again.")
        if op is None or op.fun is None and op.kind != OUTPUT:
            values[node] = node.value
            continue
        waiting = [x for x in operands(op, node.args) if isinstance(x, Node) and x not in values]
        if waiting:
            stack.extend(waiting)
            continue
        args = _substitute(node.args, values)
        values[node] = args[0][args[1]] if op.kind == OUTPUT else op.fun(*args, **(node.kwargs or {}))
    return values[root]


def _substitute(args: Any, values: dict[Node, Any]) -> list[Any]:
    found: list[Any] = []
    for x in args:
        if isinstance(x, Node):
            found.append(values[x])
        elif isinstance(x, Held):
            found.append(x.value)
        elif type(x) is list or type(x) is tuple:
            found.append(_substitute(x, values) if _has_node(x) else x)
        else:
            found.append(x)
    return found


def _has_node(x: Any) -> bool:
    if type(x) is list or type(x) is tuple:
        return any(_has_node(e) for e in x)
    return isinstance(x, Node | Held)
