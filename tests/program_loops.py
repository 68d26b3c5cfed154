"""The loops and branches of random programs."""

from __future__ import annotations

import numpy as np

from tests.program import BOUND, LARGEST, REFUSED, Choose, Program
from tests.program_forms import PAIRS, SMOOTH
from tests.program_operands import clear, operand
from tests.program_write_forms import LOOPS


def branch(p: Program, choose: Choose) -> None:
    """A branch on a value that is not close to the border."""
    a, b = choose(p.arrays()), choose([*p.arrays(), *p.scalars()])
    left = choose([f"np.sum({a})", f"{a}.ravel()[0]", f"np.mean({a})", *p.scalars()])
    right = choose(["0.3", "-0.5", *p.scalars()])
    if not p.env[a].size or not clear(p, f"{left} - {right}"):
        return
    sign = choose(["<", ">", ">="])
    first, second = choose(SMOOTH).format(a=b), choose(PAIRS).format(a=b, b=operand(p, choose, b))
    if p.acceptable(first) is None or p.acceptable(second) is None:
        return
    new = f"v{len(p.lines)}"
    p.run(f"if {left} {sign} {right}:\n    {new} = {first}\nelse:\n    {new} = {second}")
    p.add(new, first if p.value(f"{left} {sign} {right}") else second)
    if np.max(np.abs(p.env[new]), initial=0.0) > BOUND:
        p.name(f"{new} * 0.01")


def loop(p: Program, choose: Choose) -> None:
    number = p.scalars() or ["0.4"]
    n = f"v{len(p.lines)}"
    loop = choose(LOOPS)
    like = [name for name in p.arrays() if name in p.tracked]  # what is made like these can be written into
    if not like:
        return
    parts = {
        "n": n,
        "m": n + "b",
        "a": choose(like),
        "b": choose(p.arrays()),
        "s": choose(number),
        "t": choose(number),
    }
    lines = loop.format(**parts)
    trial = Program(p.inputs)
    try:
        trial.run(*p.lines, lines)
    except REFUSED:
        return
    value = trial.env[n]
    values = [value, *(trial.env[name] for name in p.names)]
    if np.size(value) > LARGEST or not all(
        np.all(np.isfinite(v)) and np.max(np.abs(v), initial=0.0) < 20 for v in values
    ):
        return
    p.run(lines)
    if isinstance(p.env[n], np.ndarray | float):
        p.add(n, lines)
        if np.max(np.abs(p.env[n]), initial=0.0) > BOUND:
            p.name(f"{n} * 0.01")
