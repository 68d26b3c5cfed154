"""The lines of random programs that make a new variable."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.program import Choose, Program
from tests.program_forms import (
    ALONG,
    COMPLEX,
    EXTREMA,
    JOINS,
    KINKED,
    KINKED_PAIRS,
    LINALG,
    NESTED,
    PAIRS,
    PRODUCTS,
    REDUCTIONS,
    SCALAR_CHAINS,
    SHAPES,
    SMOOTH,
    THREES,
)
from tests.program_operands import apart, axis_of, clear, index_of, operand, plain, usable


def unary(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    p.name(choose(SMOOTH).format(a=a))


def unary_kinked(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    expression, distance = choose(KINKED)
    if clear(p, distance.format(a=a)):
        p.name(expression.format(a=a))


def binary(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = operand(p, choose, a)
    expression = choose(PAIRS).format(a=a, b=b)
    p.name(expression)


def through_complex(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = operand(p, choose, a)
    p.name(choose(COMPLEX).format(a=a, b=b))


def linear_algebra(p: Program, choose: Choose) -> None:
    """A function of a positive definite matrix whose eigenvalues are apart."""
    square = [n for n in p.arrays() if len(p.shape(n)) == 2 and 0 < p.shape(n)[0] < 4]
    if square:
        a = choose(square)
        n = p.shape(a)[0]
        m = p.name(f"{a} @ {a}.T + np.diag({np.arange(1.0, n + 1).tolist()})")
        if m is not None and apart(np.linalg.eigvalsh(p.env[m])):
            p.name(choose(LINALG).format(m=m, a=a))


def binary_kinked(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = operand(p, choose, a)
    expression, distance = choose(KINKED_PAIRS)
    if clear(p, distance.format(a=a, b=b)):
        p.name(expression.format(a=a, b=b))


def keywords(choose: Choose, ndim: int) -> str:
    axes: list[Any] = [None, *range(-ndim, ndim)]
    if ndim > 1:
        axes += [(0, 1), (-1, 0)]
    axis = choose(axes)
    keepdims = choose(["", "keepdims=True"])
    return ", ".join(word for word in ("" if axis is None else f"axis={axis}", keepdims) if word)


def reduction(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    words = keywords(choose, len(p.shape(a)))
    expression = choose(REDUCTIONS)
    if any(f in expression for f in ("std", "norm")) and not clear(p, f"np.var({a}{', ' + words if words else ''})"):
        return
    p.name(expression.format(a=a, j=words, k=f", {words}" if words else ""))


def extremum(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    words = keywords(choose, len(p.shape(a)))
    if apart(p.env[a]):
        p.name(choose(EXTREMA).format(a=a, j=words, k=f", {words}" if words else ""))


CHOOSING = ("sort", "quantile", "percentile", "median", "partition", "maximum")  # what has kinks where entries tie


def along(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    expression = choose(ALONG)
    if any(f in expression for f in CHOOSING) and not apart(p.env[a]):
        return
    p.name(expression.format(a=a, axis=axis_of(choose, len(p.shape(a)))))


def reshaped(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    p.name(choose(SHAPES).format(a=a))


def product(p: Program, choose: Choose) -> None:
    a, b = choose(p.arrays()), choose([*p.arrays(), *plain(p.shape(choose(p.arrays())))[3:5]])
    form = choose(PRODUCTS)
    if ".dot" not in form or a in p.tracked:  # a plain array's own method knows nothing of tracked ones
        p.name(form.format(a=a, b=b))


def joined(p: Program, choose: Choose) -> None:
    a, b = choose(p.arrays()), choose([*p.arrays(), *plain(p.shape(choose(p.arrays())))[3:5]])
    p.name(choose(JOINS).format(a=a, b=b))


def scalars_joined(p: Program, choose: Choose) -> None:
    if p.scalars():
        a, b = choose(p.scalars()), choose(p.scalars())
        forms = ["np.stack([{a}, {b}])", "np.stack([{a} * {b}, np.float64(0.4), {b}])", "np.hstack([{a}, {b}])"]
        p.name(choose(forms).format(a=a, b=b))


def taken(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    index = index_of(p, choose, a)
    if usable(p, a, index):
        p.name(f"{a}[{index}]")


def entry(p: Program, choose: Choose) -> None:
    """One number of an array: a tracked real."""
    a = choose(p.arrays())
    index = ", ".join(str(choose([0, -1, n - 1])) for n in p.shape(a))
    if p.env[a].size:
        p.name(choose([f"{a}[{index}]", f"{a}[{index}] * 1.5", f"np.sin({a}[{index}])"]))


def scalar_chain(p: Program, choose: Choose) -> None:
    """Arithmetic with single numbers."""
    if not p.scalars():
        entry(p, choose)
    if p.scalars():
        s, t = choose(p.scalars()), choose(p.scalars())
        p.name(choose(SCALAR_CHAINS).format(s=s, t=t))


def three(p: Program, choose: Choose) -> None:
    """A function of three operands."""
    a = choose(p.real())
    b, c = operand(p, choose, a), operand(p, choose, a)
    expression, distance = choose(THREES)
    if distance is None or clear(p, distance.format(a=a, b=b, c=c)):
        p.name(expression.format(a=a, b=b, c=c))


def nested(p: Program, choose: Choose) -> None:
    """A derivative taken inside the program."""
    a = choose(p.real())
    p.name(choose(NESTED).format(a=a, b=operand(p, choose, a)))
