"""Random programs of NumPy calls, as Python source: what tests/test_programs.py differentiates.

A program is made from a list of instructions, each a tuple of whole numbers that choose an
operation, its operands and its options. Whatever the numbers are, the program is valid: each
line runs on plain NumPy as it is added, choices are made among what is there, and a line that
NumPy refuses, that lands near a kink or that makes an array too large is left out; values
that grow are scaled down.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests import program_complex as complex_numbers
from tests import program_loops as loops
from tests import program_steps as steps
from tests import program_writes as writes
from tests.program import Choose, Program

INSTRUCTIONS: list[Callable[[Program, Choose], None]] = [
    steps.unary,
    steps.unary,
    steps.binary,
    steps.binary,
    steps.binary,
    steps.unary_kinked,
    steps.binary_kinked,
    steps.reduction,
    steps.reduction,
    steps.extremum,
    steps.along,
    steps.along,
    steps.reshaped,
    steps.reshaped,
    steps.product,
    steps.product,
    steps.joined,
    steps.scalars_joined,
    steps.taken,
    steps.taken,
    steps.entry,
    writes.update,
    writes.update,
    writes.assign,
    writes.assign,
    writes.assign,
    steps.through_complex,
    steps.linear_algebra,
    steps.scalar_chain,
    steps.scalar_chain,
    writes.view_written,
    writes.view_written,
    steps.three,
    steps.nested,
    complex_numbers.made,
    complex_numbers.made,
    complex_numbers.changed,
    complex_numbers.changed,
    complex_numbers.paired,
    complex_numbers.to_real,
    complex_numbers.to_real,
    complex_numbers.written,
    complex_numbers.written,
    writes.alias,
    writes.filled,
    loops.branch,
    loops.loop,
    loops.loop,
]


SHAPES_OF_INPUTS = [(3,), (2, 3), (2, 2), (4,), (), (1, 3), (2, 1, 2), (1,), (3, 2), (), (2, 2), (0, 2)]


def chooser(numbers: Any) -> Choose:
    """A function that chooses among options by the next of the numbers (the first option when they have run out)."""
    left: Iterator[int] = itertools.chain(numbers, itertools.repeat(0))
    return lambda options: options[next(left) % len(options)]


def build(seed: int, shapes: list[int], instructions: list[tuple[int, ...]], seen: int) -> Program:
    """The program that these numbers stand for: inputs, lines, and which variables the loss sees."""
    rng = np.random.default_rng(seed)
    inputs: list[Any] = []
    for k in shapes:
        shape = SHAPES_OF_INPUTS[k % len(SHAPES_OF_INPUTS)]
        x = np.round(rng.uniform(-1.5, 1.5, shape), 3)
        if k >= 36:
            x = x + 1j * np.round(rng.uniform(-1.5, 1.5, shape), 3)
        inputs.append((np.asfortranarray(x) if k % 36 > 24 else x) if shape else _number(x, k % 3))
    if not any(np.size(x) for x in inputs if np.ndim(x) and not np.iscomplexobj(x)):
        inputs.append(np.round(rng.uniform(-1.5, 1.5, 3), 3))
    p = Program(inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind, *numbers in instructions:
            INSTRUCTIONS[kind % len(INSTRUCTIONS)](p, chooser(numbers))
    p.seen = [name for k, name in enumerate(reversed(p.names)) if k == 0 or seen >> k & 1]
    return p


def _number(x: Any, kind: int) -> Any:
    """An input of shape (): a Python number, one of NumPy's, or an array."""
    return [complex if np.iscomplexobj(x) else float, np.asarray(x).dtype.type, np.array][kind](x)
