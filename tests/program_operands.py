"""What the lines of random programs are given: operands that fit, indices, and whether a kink is near."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.program import LARGEST, MARGIN, REFUSED, Choose, Program
from tests.program_forms import ADVANCED, BASIC


def operand(p: Program, choose: Choose, name: str) -> str:
    """Something that broadcasts with the variable: another one, a number, a plain array, a list."""
    shape = p.shape(name)
    fitting = [n for n in p.real() if broadcasts(shape, p.shape(n))]
    return str(choose([*fitting, *fitting, *plain(shape)]))


def broadcasts(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        return int(np.prod(np.broadcast_shapes(a, b))) <= LARGEST
    except ValueError:
        return False


def plain(shape: tuple[int, ...]) -> list[str]:
    """Numbers and arrays that nothing differentiates."""
    row = [round(1.3 - 0.7 * k, 2) for k in range(shape[-1] if shape else 2)]
    column = [[round(0.4 + 0.5 * k, 2)] for k in range(shape[-2] if len(shape) > 1 else 2)]
    return ["0.7", "2", "np.float64(-1.3)", f"np.array({row})", f"np.array({column})", f"{row}", "np.array(0.9)"]


def into(p: Program, choose: Choose, shape: tuple[int, ...]) -> str:
    """Something that can be written into an array of this shape."""
    fitting = [n for n in p.real() if stretches(p.shape(n), shape)]
    plain = ["0.3", "-1", "np.float64(0.8)", f"np.linspace(0.2, 0.9, {shape[-1] if shape else 1})"]
    return str(choose([*fitting, *fitting, *(f"{n} * 1.5" for n in fitting), *(plain if shape else plain[:3])]))


def stretches(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(a, b) == b
    except ValueError:
        return False


def axis_of(choose: Choose, ndim: int) -> int:
    return int(choose(range(-ndim, ndim)))


def clear(p: Program, distance: str) -> bool:
    """Whether nothing is within MARGIN of zero."""
    try:
        return bool(np.all(np.abs(p.value(distance)) > MARGIN))
    except REFUSED:
        return False


def apart(x: Any) -> bool:
    """Whether no two entries are nearly equal without being so."""
    gaps = np.diff(np.sort(x, axis=None))
    return bool(np.all(gaps > MARGIN))


def index_of(p: Program, choose: Choose, name: str) -> str:
    """An index of any kind for the variable."""
    shape = p.shape(name)
    kind = choose(["basic", "basic", "basic", "advanced", "mixed", "mask", "axis mask", "ix", "entry"])
    if kind == "basic":
        return ", ".join(choose(BASIC) for _ in range(choose([1, len(shape)])))
    if kind == "entry":
        return ", ".join(str(choose([0, -1, n - 1])) for n in shape)
    if kind == "advanced":
        return str(choose(ADVANCED))
    if kind == "mixed":
        return ", ".join(choose([*BASIC, *ADVANCED]) for _ in shape)
    if kind == "axis mask":
        return str([k % 2 == 0 for k in range(shape[0])])
    if kind == "ix" and len(shape) == 2:
        return "np.ix_([0, -1], [-1, 0])"
    return f"{name} > {choose([0.1, -0.4, 0.6])}"


def usable(p: Program, name: str, index: str) -> bool:
    if ">" in index and not clear(p, index.replace(">", "-")):
        return False
    try:
        p.value(f"{name}[{index}]")
    except REFUSED:
        return False
    return True


def try_write(p: Program, target: str, *lines: str) -> None:
    """Add lines that write, if they make sense: tried on copies first, which share memory as the originals do."""
    trial = Program(p.inputs)
    try:
        trial.run(*p.lines, *lines)
    except REFUSED:
        return
    if all(np.all(np.isfinite(trial.env[name])) for name in p.names):
        p.write(target, *lines)
