"""Recurrent layers: a cell makes one step, a layer runs one over a sequence. States go in and come out.

Parameters are PyTorch's, so that weights can be carried over: weight_ih (gates * n, n_in), weight_hh
(gates * n, n), bias_ih and bias_hh (gates * n,) or None.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from tracker._transforms.recording import data
from tracker.nn._fields import fill
from tracker.nn.elman import rnn
from tracker.nn.gru import gru
from tracker.nn.init import Init, glorot_uniform, initial, zeros
from tracker.nn.inputs import check_function, check_sizes
from tracker.nn.lengths import checked, within
from tracker.nn.lstm import lstm
from tracker.nn.scan import scan
from tracker.nn.summary import summary
from tracker.tree import static, struct


def _sequence(cell: Any, xs: Any, lengths: Any) -> tuple[Any, Any]:
    """A sequence (time, *batch, n_in) as (time, batch, n_in), zero after its end, and the ends (batch,) or None."""
    n_in = cell.weight_ih.shape[1]
    if xs.ndim < 2 or xs.shape[-1] != n_in:
        raise ValueError(f"this cell takes inputs of width {n_in}; it was given a sequence of shape {np.shape(xs)}.")
    x = xs if xs.ndim == 3 else xs.reshape(xs.shape[0], math.prod(xs.shape[1:-1]), n_in)
    if lengths is None:
        return x, None
    ends = checked("lengths", lengths, xs.shape[1:-1], len(xs)).reshape(-1)
    return np.where(within(ends, x), x, 0), ends  # what is not finite after the end would spoil the gradients


def _state(cell: Any, xs: Any, state: Any) -> Any:
    """A state (*batch, n) as (batch, n); zeros where it is not given."""
    if not hasattr(xs, "shape"):
        raise TypeError(f"this cell takes an array; it was given a {type(xs).__name__}.")
    batch, n = xs.shape[1:-1], cell.weight_hh.shape[1]
    if state is None:
        dtype = np.result_type(xs.dtype, cell.weight_hh.dtype)
        return np.zeros_like(data(cell.weight_hh), shape=(math.prod(batch), n), dtype=dtype)
    if isinstance(state, tuple):
        raise TypeError(f"the state of this cell is one array {(*batch, n)}; it was given as a tuple.")
    if np.shape(state) != (*batch, n):
        raise ValueError(f"the state for this input has shape {(*batch, n)}; it was given with {np.shape(state)}.")
    return state.reshape(-1, n)


def _bias(cell: Any, bias: Any) -> Any:
    return np.zeros_like(data(cell.weight_hh), shape=cell.weight_hh.shape[:1]) if bias is None else bias


def _sum(a: Any, b: Any) -> Any:
    return a if b is None else b if a is None else a + b


@struct(init=False)
class _Cell:
    """What cells share: their parameters, and a single step by the way of running over a sequence, `over`."""

    weight_ih: Any
    weight_hh: Any
    bias_ih: Any
    bias_hh: Any

    _gates: ClassVar[int]

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        bias: bool = True,
        init: Init = glorot_uniform,
        rng: np.random.Generator,
        dtype: Any = np.float32,
    ) -> None:
        check_sizes(self, n_in=n_in, n_hidden=n_hidden)
        rows = self._gates * n_hidden
        fill(
            self,
            weight_ih=initial(init, rng, (rows, n_in), dtype),
            weight_hh=initial(init, rng, (rows, n_hidden), dtype),
        )
        fill(self, **{name: zeros(rng, (rows,), dtype) if bias else None for name in ("bias_ih", "bias_hh")})

    def __call__(self: Any, x: Any, state: Any = None) -> tuple[Any, Any]:
        ys, state = self.over(x[None], state)
        return ys[0], state

    __str__ = summary


@struct(init=False)
class RNNCell(_Cell):
    """h' = activation(weight_ih x + bias_ih + weight_hh h + bias_hh): Elman (1990).

    `cell(x, h)`: x (*batch, n_in), h (*batch, n_hidden) or None for zeros, gives `(h', h')`; `cell.over(xs, h)`
    runs over xs (time, *batch, n_in), with `lengths` as in `Recurrence`. Raises `ValueError`, as all cells do, for
    shapes that do not fit.

    >>> cell = RNNCell(3, 2, rng=np.random.default_rng(0))
    >>> cell(np.ones((5, 3), np.float32))[0].shape
    (5, 2)
    """

    activation: Callable[[Any], Any] = static(default=np.tanh)

    _gates: ClassVar[int] = 1

    def __init__(self, n_in: int, n_hidden: int, activation: Callable[[Any], Any] = np.tanh, **options: Any) -> None:
        check_function(self, "activation", activation)
        super().__init__(n_in, n_hidden, **options)
        fill(self, activation=activation)

    def over(self, xs: Any, state: Any = None, lengths: Any = None) -> tuple[Any, Any]:
        first, bias = _state(self, xs, state), _bias(self, _sum(self.bias_ih, self.bias_hh))
        x, ends = _sequence(self, xs, lengths)
        if ends is not None and len(x) and self.activation is not np.tanh:
            hs, h = scan(self, x, first, ends)  # what has no bound may overflow after the end, where 0 * inf is NaN
            return _outputs(hs, xs, ends), h if xs.ndim == 3 else h.reshape(*xs.shape[1:-1], h.shape[-1])
        hs = rnn(x, self.weight_ih, self.weight_hh, bias, first, self.activation)
        return _outputs(hs, xs, ends), _last(hs, first, xs, ends)


@struct(init=False)
class LSTMCell(_Cell):
    """The long short-term memory of Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000).

    i, f, o = sigmoid(...) and g = tanh(...) of weight_ih x + bias_ih + weight_hh h + bias_hh, rows in the order
    i, f, g, o; c' = f c + i g, h' = o tanh(c'). `cell(x, (h, c))` gives `(h', (h', c'))`; no state: zeros.

    >>> cell = LSTMCell(3, 2, rng=np.random.default_rng(0))
    >>> y, (h, c) = cell(np.ones((5, 3), np.float32))
    >>> y.shape, c.shape
    ((5, 2), (5, 2))
    """

    _gates: ClassVar[int] = 4

    def over(self, xs: Any, state: Any = None, lengths: Any = None) -> tuple[Any, Any]:
        if state is not None and not (isinstance(state, tuple | list) and len(state) == 2):
            raise TypeError(f"the state of an LSTM is (h, c); it was given as {type(state).__name__}.")
        h, c = (_state(self, xs, part) for part in ((None, None) if state is None else state))
        (x, ends), bias = _sequence(self, xs, lengths), _bias(self, _sum(self.bias_ih, self.bias_hh))
        hs, cs = lstm(x, self.weight_ih, self.weight_hh, bias, h, c)
        return _outputs(hs, xs, ends), (_last(hs, h, xs, ends), _last(cs, c, xs, ends))


@struct(init=False)
class GRUCell(_Cell):
    """The gated recurrent unit of Cho et al. (2014), the reset gate after the product with weight_hh.

    r, u = sigmoid(...) of weight_ih x + bias_ih + weight_hh h + bias_hh, n = tanh(weight_ih x + bias_ih +
    r (weight_hh h + bias_hh)), rows in the order r, u, n; h' = (1 - u) n + u h. `cell(x, h)` gives `(h', h')`.

    >>> cell = GRUCell(3, 2, rng=np.random.default_rng(0))
    >>> cell(np.ones((5, 3), np.float32))[0].shape
    (5, 2)
    """

    _gates: ClassVar[int] = 3

    def over(self, xs: Any, state: Any = None, lengths: Any = None) -> tuple[Any, Any]:
        h, (x, ends) = _state(self, xs, state), _sequence(self, xs, lengths)
        b_in, b = _bias(self, self.bias_ih), _bias(self, self.bias_hh)
        hs = gru(x, self.weight_ih, self.weight_hh, b_in, b, h)
        return _outputs(hs, xs, ends), _last(hs, h, xs, ends)


def _outputs(hs: Any, xs: Any, ends: Any) -> Any:
    hs = hs if ends is None else np.where(within(ends, hs), hs, 0)
    return hs if xs.ndim == 3 else hs.reshape(*xs.shape[:-1], hs.shape[-1])


def _last(hs: Any, first: Any, xs: Any, ends: Any) -> Any:
    if ends is None or not hs.shape[0]:
        h = np.copy(hs[-1] if hs.shape[0] else first)  # a result of its own: others may be written into
    else:
        h = np.where((ends > 0)[:, None], hs[np.maximum(ends - 1, 0), np.arange(len(ends))], first)
    return h if xs.ndim == 3 else h.reshape(*xs.shape[1:-1], h.shape[-1])


@struct
class Recurrence:
    """`cell` run over a sequence: `layer(xs, state)` gives all outputs and the last state.

    xs is (time, *batch, n_in), or (batch, time, *rest, n_in) with `batch_first=True`, and so are the outputs. Without
    a state the cell begins with its own. A cell is any `y, state = cell(x, state)`; one that has `over` runs by it.
    With `lengths` (*batch) only so many steps of each sequence count: after them outputs are zero, the last state is
    that at the end of each, and it does not matter what xs holds there. Raises `ValueError` for lengths that are no
    whole numbers up to the time there is, `TypeError` for a recurrent layer in place of a cell.

    >>> layer = Recurrence(GRUCell(3, 2, rng=np.random.default_rng(0)), batch_first=True)
    >>> ys, h = layer(np.ones((5, 7, 3), np.float32))
    >>> ys.shape, h.shape
    ((5, 7, 2), (5, 2))
    """

    cell: Any
    batch_first: bool = static(default=False)

    def __post_init__(self) -> None:
        check_function("Recurrence", "cell", self.cell)
        if hasattr(self.cell, "batch_first"):
            raise TypeError(
                f"Recurrence takes a cell, such as nn.LSTMCell, which makes one step; {type(self.cell).__name__} runs "
                "over a sequence by itself."
            )

    def __call__(self, xs: Any, state: Any = None, *, lengths: Any = None) -> tuple[Any, Any]:
        xs = np.swapaxes(xs, 0, 1) if self.batch_first else xs
        given = (xs, state) if lengths is None else (xs, state, lengths)
        ys, state = self.cell.over(*given) if hasattr(self.cell, "over") else scan(self.cell, *given)
        return (np.swapaxes(ys, 0, 1) if self.batch_first else ys), state

    __str__ = summary


@struct(init=False)
class RNN(Recurrence):
    """`RNNCell` over a sequence; see `Recurrence`.

    >>> RNN(3, 2, rng=np.random.default_rng(0))(np.ones((7, 5, 3), np.float32))[0].shape
    (7, 5, 2)
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        activation: Callable[[Any], Any] = np.tanh,
        *,
        batch_first: bool = False,
        **options: Any,
    ) -> None:
        fill(self, cell=RNNCell(n_in, n_hidden, activation, **options), batch_first=batch_first)


@struct(init=False)
class LSTM(Recurrence):
    """`LSTMCell` over a sequence; see `Recurrence`. The state is (h, c).

    >>> ys, (h, c) = LSTM(3, 2, rng=np.random.default_rng(0))(np.ones((7, 5, 3), np.float32))
    >>> ys.shape, h.shape, c.shape
    ((7, 5, 2), (5, 2), (5, 2))
    """

    def __init__(self, n_in: int, n_hidden: int, *, batch_first: bool = False, **options: Any) -> None:
        fill(self, cell=LSTMCell(n_in, n_hidden, **options), batch_first=batch_first)


@struct(init=False)
class GRU(Recurrence):
    """`GRUCell` over a sequence; see `Recurrence`.

    >>> GRU(3, 2, rng=np.random.default_rng(0))(np.ones((7, 5, 3), np.float32))[0].shape
    (7, 5, 2)
    """

    def __init__(self, n_in: int, n_hidden: int, *, batch_first: bool = False, **options: Any) -> None:
        fill(self, cell=GRUCell(n_in, n_hidden, **options), batch_first=batch_first)
