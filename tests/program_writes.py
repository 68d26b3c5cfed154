"""The lines of random programs that write into arrays."""

from __future__ import annotations

import numpy as np

from tests.program import Choose, Program
from tests.program_forms import OUT, UPDATES, VIEWS
from tests.program_operands import apart, index_of, into, try_write, usable
from tests.program_write_forms import THROUGH


def update(p: Program, choose: Choose) -> None:
    """`v += e` and its kin, on whole arrays."""
    if not p.targets():
        return
    v = choose(p.targets())
    e = into(p, choose, p.shape(v))
    line = choose([*UPDATES, *UPDATES, *OUT, *THROUGH]).format(v=v, e=e, m=f"(np.indices({v}.shape).sum(0) % 2 == 0)")
    if any(f in line for f in ("sort", "partition", "accumulate")) and not apart(p.env[v]):
        return
    try_write(p, v, line)


def assign(p: Program, choose: Choose) -> None:
    """`v[index] = e` and its kin."""
    if not p.targets():
        return
    v = choose(p.targets())
    index = index_of(p, choose, v)
    if usable(p, v, index):
        e = into(p, choose, np.shape(p.value(f"{v}[{index}]")))
        if ">" in index or "True" in index:
            e = f"np.copy({e})"  # with a mask NumPy reads entries that it has just written
        sign = choose(["=", "=", "+=", "*=", "-="])
        try_write(p, v, f"{v}[{index}] {sign} {e}")


def view_written(p: Program, choose: Choose) -> None:
    """A named view, then a write through it, both staying in the pool."""
    if not p.targets():
        return
    v = choose(p.targets())
    w = p.name(choose(VIEWS).format(v=v))
    if w is not None and isinstance(p.env[w], np.ndarray) and p.env[w].flags.writeable:
        e = into(p, choose, p.shape(w))
        try_write(p, v, choose([f"{w} *= {e}", f"{w} += {e}", f"{w}[...] = {e}", f"{w}[0] = 0.7", f"{v} *= 1.5"]))


def alias(p: Program, choose: Choose) -> None:
    """A second name for the same array, or number, and an update by that name."""
    v = choose(p.names)
    if v not in p.tracked:
        return
    new = f"v{len(p.lines)}"
    p.run(f"{new} = {v}")
    p.add(new, v)
    e = into(p, choose, p.shape(new))
    if not isinstance(p.env[new], np.ndarray) or p.env[new].flags.writeable:
        try_write(p, new, choose([f"{new} += {e}", f"{new} *= {e}", f"{new} -= {e}"]))


def filled(p: Program, choose: Choose) -> None:
    """A new array of zeros that is filled bit by bit."""
    a = choose(p.arrays())
    b = into(p, choose, p.shape(a)[1:])
    forms = [
        "np.zeros_like({a})",
        "np.ones_like({a})",
        "np.full_like({a}, 0.5)",
        "np.zeros({s}, like={a})",
        "{a}.copy()",
    ]
    new = p.name(choose(forms).format(a=a, s=p.shape(a)))
    if new is not None and new in p.tracked:
        try_write(p, new, choose([f"{new}[0] = {b}", f"{new}[-1] += {b}", f"{new}[1:] = {a}[:-1]", f"{new}[:] = {a}"]))
