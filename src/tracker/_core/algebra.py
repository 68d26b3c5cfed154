"""The arithmetic of gradients, as the sweep uses it: of numbers here; the arrays' layer puts its own in its place."""

from __future__ import annotations

import operator
from typing import Any, Final, final

from tracker._core.node import Held, Node, Op


class Algebra:
    """What the sweep needs to know of gradients; the arrays' layer puts its own here."""

    def fit(self, dy: Any, node: Node, op: Op, position: int) -> Any:
        """`dy` in the shape and dtype that `node` wants, or an error naming the rule."""
        return dy

    def add(self, old: Any, new: Any, owned: bool) -> Any:
        """The sum; `old` may be overwritten if `owned`."""
        return old + new

    def conj(self, x: Any) -> Any:
        return x

    def times(self, dy: Any, partial: Any, owned: bool) -> Any:
        """The product; `dy` may be overwritten if `owned`."""
        return dy * partial

    def negative(self, dy: Any, owned: bool) -> Any:
        """The negative; `dy` may be overwritten if `owned`."""
        return -dy

    def inner(self, dy: Any, partial: Any) -> Any:
        """The product for an argument of one entry: it may be summed already."""
        return dy * partial

    def strong_times(self, dy: Any, partial: Any) -> Any:
        """The product, zero where `dy` is zero even if `partial` is not finite."""
        return dy * partial if dy else 0.0 * dy

    def is_zero(self, dy: Any) -> bool:
        return bool(dy == 0)

    def is_recorded(self, dy: Any) -> bool:
        """Whether `dy` is tracked itself: in a derivative of a derivative."""
        return False

    def has_nan(self, dy: Any) -> bool:
        return bool(dy != dy)

    def partial(self, op: Op, i: int, arguments: list[Any], kwargs: Any) -> Any:
        """The partial derivative by argument `i`; `arguments` begins with the result."""
        return op.rules[i](*arguments) if kwargs is None else op.rules[i](*arguments, **kwargs)

    def guard(self, dy: Any) -> Any:
        """`dy` in a form that can't be written: other branches have it, too."""
        return dy

    def unwrap(self, held: Held) -> Any:
        """The constant, if it still is what it was."""
        return held.value

    def arguments(self, values: list[Any]) -> list[Any]:
        """The arguments as pullbacks take them."""
        return values

    def is_plain(self, dy: Any) -> bool:
        """Whether `dy` may be written in place unnoticed (not so if it is itself recorded)."""
        return False

    def writable(self, dy: Any, owned: bool) -> Any:
        """`dy` itself if `owned`, else a copy."""
        raise NotImplementedError

    def part(self, dy: Any, index: Any, args: Any) -> Any:
        """The gradient of what was written at `index`."""
        raise NotImplementedError

    def cut(self, dy: Any, index: Any, args: Any) -> Any:
        """A copy of `dy[index]`, which is zero in `dy` afterwards."""
        raise NotImplementedError

    def of_all(self, spec: Any, index: Any, dy: Any) -> Any:
        """The gradient of x in x[index] as a view of `dy`, if the index takes all entries in their order."""
        return None

    def add_at(self, old: Any, owned: bool, spec: Any, index: Any, dy: Any) -> Any:
        """`old` (zeros if None) with `dy` added at `index`."""
        raise NotImplementedError


def _no_product(*_: Any) -> None:
    pass


@final
class _Holder:
    """What the arrays' layer puts in the place of the arithmetic of numbers."""

    def __init__(self) -> None:
        self.algebra: Algebra = Algebra()
        self.add: Any = operator.add
        self.add_into: Any = operator.add
        self.multiply: Any = operator.mul
        self.negative: Any = operator.neg
        self.scaled: Any = _no_product  # (program, dy, [result, *arguments]): the product, or None if it can't


holder: Final = _Holder()
