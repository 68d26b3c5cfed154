"""Cases for the loops of recurrent layers."""

from collections.abc import Callable
from typing import Any

from tests.cases.case import Case, case, normal, wrapped
from tracker.nn import recurrences, relu, sigmoid


def _loop(f: Callable[..., Any], gates: int, biases: int, states: int, steps: int = 3, batch: int = 2) -> Case:
    """`f` for inputs of width 3 and states of width 2."""
    rows = 2 * gates
    weights = [normal(rows, 3), normal(rows, 2), *[normal(rows)] * biases]
    results = 2 if states == 2 else 1
    return wrapped(
        f, lambda *xs: f(*xs, True)[:results], normal(steps, batch, 3), *weights, *[normal(batch, 2)] * states
    ).but(note=f" {f.__name__}")


_LOOPS = [
    (recurrences.tanh_loop, 1, 1, 1),
    (recurrences.relu_loop, 1, 1, 1),
    (recurrences.lstm, 4, 1, 2),
    (recurrences.gru, 3, 2, 1),
]

CASES: list[Case] = [
    *(_loop(*loop) for loop in _LOOPS),
    *(_loop(*loop, steps=0) for loop in _LOOPS),
    *(_loop(*loop, batch=0) for loop in _LOOPS),
    # more rows than are brought into the weights at once; not for relu, which so many numbers bring to its kink
    *(_loop(*loop, steps=2, batch=200) for loop in _LOOPS if loop[0] is not recurrences.relu_loop),
    *(
        case(recurrences.rnn, normal(3, 2, 3), normal(2, 3), normal(2, 2), normal(2), normal(2, 2), f)
        for f in (relu, sigmoid)
    ),
]
