"""The rule of einsum: the gradient of an operand is an einsum of dy and the other operands."""

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

_Labels = tuple[str, ...]
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def einsum_adjoint(
    i: int, dy: Any, y: Any, *operands: Any, out: Any = None, dtype: Any = None,
    order: Any = None, casting: Any = None, optimize: Any = False,
) -> Any:  # fmt: skip
    """The gradient of positional argument `i`, in the string form and in that of sublists."""
    if isinstance(operands[0], str):
        subscripts, arrays, k = operands[0], operands[1:], i - 1
    else:
        subscripts, arrays, k = _from_sublists(operands), operands[: len(operands) & ~1 : 2], i // 2
    shapes = tuple([np.shape(x) for x in arrays])
    sums, shape, masks, large = _plan(k, subscripts, shapes)
    others = [_conj(x, dy) for x in (*arrays[:k], *arrays[k + 1 :])]
    # BLAS pays from about 20,000 multiplications; below, looking for a path costs more.
    g = np.einsum(sums, dy, *others, optimize=bool(optimize) or large or len(others) > 1)
    if shape is not None:
        g = np.reshape(g, shape)
    for first, second in masks:
        g = np.where(first == second, g, 0)
    return g


def _conj(x: Any, like: Any) -> Any:
    x = x if hasattr(x, "dtype") else np.zeros_like(like, shape=np.shape(x)) + x
    return np.conj(x) if x.dtype.kind == "c" else x


def _from_sublists(operands: tuple[Any, ...]) -> str:
    """The subscripts of `einsum(a, [0, 1], b, [1, 2], [0, 2])` as a string: "ab,bc->ac"."""
    inputs = ",".join([_letters(labels) for labels in operands[1::2]])
    return f"{inputs}->{_letters(operands[-1])}" if len(operands) % 2 else inputs


def _letters(labels: Any) -> str:
    # einsum sorts the labels of an implicit result as numbers; its letters sort as A-Z, a-z.
    alphabet = _LETTERS[26:] + _LETTERS[:26]
    return "".join(["..." if label is Ellipsis else alphabet[label] for label in labels])


@lru_cache(maxsize=4096)
def _plan(
    k: int, subscripts: str, shapes: tuple[tuple[int, ...], ...]
) -> tuple[str, tuple[int, ...] | None, list[tuple[Any, Any]], bool]:
    """How to get the gradient of operand `k`.

    Returns the einsum of dy and the other operands, the shape that puts axes of length 1
    where the operand was broadcast or summed by itself, the pairs of positions that must be
    equal for a repeated letter, and whether there is much to compute.
    """
    inputs, output = _parse(subscripts, shapes)
    sizes: dict[str, int] = {}
    for labels, shape in zip(inputs, shapes, strict=True):
        for label, n in zip(labels, shape, strict=True):
            sizes[label] = n if sizes.get(label, 1) == 1 else sizes[label]
    own, shape = inputs[k], shapes[k]
    others = [*inputs[:k], *inputs[k + 1 :]]
    full = [(*zip(labels, lengths, strict=True),) for labels, lengths in zip(inputs, shapes, strict=True)]
    # a letter that the others have with length 1 only does not give its length: broadcast afterwards
    known = set(output) | {label for j, axes in enumerate(full) if j != k for label, n in axes if n == sizes[label]}
    kept = [
        label for j, (label, n) in enumerate(zip(own, shape, strict=True))
        if label in known and own.index(label) == j and (n > 1 or sizes[label] == n)
    ]  # fmt: skip
    letter = dict(zip(sizes, _LETTERS, strict=False))
    terms = ["".join([letter[label] for label in labels]) for labels in (output, *others, kept)]
    first = [own.index(label) == j for j, label in enumerate(own)]
    lengths = tuple([n if f and label in kept else 1 for f, label, n in zip(first, own, shape, strict=True)])
    return (
        ",".join(terms[:-1]) + "->" + terms[-1],
        None if len(kept) == len(own) else lengths,
        _repetitions(own, shape),
        prod(sizes.values()) > 20_000,
    )


def _repetitions(own: _Labels, shape: tuple[int, ...]) -> list[tuple[Any, Any]]:
    """For each repeated letter of an operand, positions along its first axis and along the other."""

    def positions(j: int) -> Any:
        return np.arange(shape[j]).reshape([-1 if ax == j else 1 for ax in range(len(own))])

    return [
        (positions(own.index(label)), positions(j))
        for j, label in enumerate(own) if own.index(label) != j
    ]  # fmt: skip


def _parse(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[list[_Labels], _Labels]:
    """The labels of each operand's axes and of the result's; those of "..." are ...0, ...1."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    inputs = [
        _expand(term, len(shape) - len(term.replace("...", "")))
        for term, shape in zip(left.split(","), shapes, strict=True)
    ]
    hidden = max([sum(len(label) > 1 for label in labels) for labels in inputs], default=0)
    if arrow:
        return inputs, _expand(right, hidden)
    every = [label for labels in inputs for label in labels]
    once = sorted([label for label in set(every) if len(label) == 1 and every.count(label) == 1])
    return inputs, (*_expand("...", hidden), *once)


def _expand(term: str, hidden: int) -> _Labels:
    """The axes of one term; "..." stands for `hidden` axes, aligned at the right."""
    before, dots, after = term.partition("...")
    middle = [f"...{n}" for n in reversed(range(hidden))] if dots else []
    return (*before, *middle, *after)
