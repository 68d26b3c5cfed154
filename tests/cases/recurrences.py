"""Cases for the loops of recurrent layers."""

from typing import Any

import numpy as np

from tests.cases.case import Case, case, normal, wrapped
from tracker.nn import elman, relu, sigmoid
from tracker.nn.gru import gru, gru_loop
from tracker.nn.lstm import lstm, lstm_loop


def _loop(
    covers: Any,
    f: Any,
    gates: int,
    biases: int,
    states: int,
    steps: int = 3,
    batch: int = 2,
) -> Case:
    """`f` for inputs of width 3 and states of width 2."""
    rows = 2 * gates
    weights = [normal(rows, 3), normal(rows, 2), *[normal(rows)] * biases]
    return wrapped(covers, f, normal(steps, batch, 3), *weights, *[normal(batch, 2)] * states)


_LOOPS = [
    (elman.tanh_loop, lambda *xs: elman.rnn(*xs, np.tanh), 1, 1, 1),
    (elman.relu_loop, lambda *xs: elman.rnn(*xs, relu), 1, 1, 1),
    (lstm_loop, lstm, 4, 1, 2),
    (gru_loop, gru, 3, 2, 1),
]

CASES: list[Case] = [
    *(_loop(*loop) for loop in _LOOPS),
    *(_loop(*loop, steps=0) for loop in _LOOPS),
    *(_loop(*loop, batch=0) for loop in _LOOPS),
    # more rows than are brought into the weights at once; not for relu, which so many numbers bring to its kink
    *(_loop(*loop, steps=2, batch=200) for loop in _LOOPS if loop[0] is not elman.relu_loop),
    case(elman.rnn, normal(3, 2, 3), normal(2, 3), normal(2, 2), normal(2), normal(2, 2), sigmoid),
]
