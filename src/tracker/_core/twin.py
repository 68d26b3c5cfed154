"""A copy of a record, for a sweep while another one uses the record's own fields."""

from __future__ import annotations

from typing import Any

from tracker._core.node import Node, operands


def copy_record(root: Node, copies: dict[Node, Node]) -> Node:
    """The record below `root` in nodes of its own; `copies` maps each node to its copy."""
    stack = [root]
    order: list[Node] = []
    while stack:
        node = stack.pop()
        if node in copies:  # a leaf of this sweep, or met before
            continue
        twin = Node(node.op, (), node.kwargs, node.value, node.spec, node.level)
        twin.kept = node.kept
        copies[node] = twin
        order.append(node)
        if node.op is not None:
            stack.extend([x for x in operands(node.op, node.args) if isinstance(x, Node)])
    for node in order:
        copies[node].args = _replace(node.args, copies)
    return copies[root]


def _replace(args: Any, copies: dict[Node, Node]) -> tuple[Any, ...]:
    new: list[Any] = []
    for x in args:
        if isinstance(x, Node):
            new.append(copies[x])
        elif type(x) is list:
            new.append(list(_replace(x, copies)))  # x[[0, 1]] is not x[0, 1]
        elif type(x) is tuple:
            new.append(_replace(x, copies))
        else:
            new.append(x)
    return tuple(new)
