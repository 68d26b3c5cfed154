"""Cases for the loops of recurrent layers."""

from tests.cases.case import Case, case, normal, wrapped
from tracker.nn import recurrences, relu, sigmoid

CASES: list[Case] = [
    case(recurrences.tanh_loop, normal(3, 2, 4), normal(4, 4), normal(2, 4)),
    case(recurrences.relu_loop, normal(3, 2, 4), normal(4, 4), normal(2, 4)),
    wrapped(
        recurrences.tanh_loop, lambda *xs: recurrences.rnn(*xs, sigmoid), normal(3, 2, 2), normal(2, 2), normal(2, 2)
    ).but(note=" another activation"),
    wrapped(
        recurrences.relu_loop, lambda *xs: recurrences.rnn(*xs, relu), normal(0, 2, 2), normal(2, 2), normal(2, 2)
    ).but(note=" no steps"),
    wrapped(
        recurrences.lstm,
        lambda *xs: recurrences.lstm(*xs)[:2],
        normal(3, 2, 12),
        normal(12, 3),
        normal(2, 3),
        normal(2, 3),
    ),
    wrapped(
        recurrences.lstm,
        lambda *xs: recurrences.lstm(*xs)[:2],
        normal(0, 2, 12),
        normal(12, 3),
        normal(2, 3),
        normal(2, 3),
    ).but(note=" no steps"),
    wrapped(
        recurrences.lstm,
        lambda *xs: recurrences.lstm(*xs)[:2],
        normal(2, 0, 12),
        normal(12, 3),
        normal(0, 3),
        normal(0, 3),
    ).but(note=" no sequences"),
    wrapped(
        recurrences.gru, lambda *xs: recurrences.gru(*xs)[0], normal(3, 2, 9), normal(9, 3), normal(9), normal(2, 3)
    ),
    wrapped(
        recurrences.gru, lambda *xs: recurrences.gru(*xs)[0], normal(0, 2, 9), normal(9, 3), normal(9), normal(2, 3)
    ).but(note=" no steps"),
]
