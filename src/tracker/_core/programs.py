"""Partial derivatives that are arithmetic alone, as programs that can run without Python.

A program is a pair (code, constants). The code is in postfix order, two bytes a step: `x k` puts operand k on
the stack (0 is the result, k + 1 argument k), `c k` constant k, `o k` replaces the two topmost entries by their
sum (k = 0), difference (1), product (2) or quotient (3).
"""

from __future__ import annotations

from typing import Any, Final

from tracker._core.node import takers

MOST_CONSTANTS: Final = 8
DEPTH: Final = 6  # of the stack
_SUM: Final = 0
_DIFFERENCE: Final = 1
_PRODUCT: Final = 2
_QUOTIENT: Final = 3
_NOT_ARITHMETIC: Final = "not a program"


class _Term:
    """Stands for a value while a rule is run once to see what it computes."""

    __array_ufunc__ = None  # NumPy's functions are none of a program's business

    def __init__(self, code: bytes, constants: list[float], depth: int) -> None:
        self.code: bytes = code
        self.constants: list[float] = constants
        self.depth: int = depth  # of the stack that it needs

    def __array_function__(self, *_: Any) -> Any:
        raise TypeError(_NOT_ARITHMETIC)

    def __bool__(self) -> bool:
        raise TypeError(_NOT_ARITHMETIC)

    def __eq__(self, other: object) -> bool:
        raise TypeError(_NOT_ARITHMETIC)

    def __ne__(self, other: object) -> bool:
        raise TypeError(_NOT_ARITHMETIC)

    def __hash__(self) -> int:
        raise TypeError(_NOT_ARITHMETIC)

    def _with(self, other: Any, operation: int, reflected: bool = False) -> _Term:
        if not isinstance(other, _Term):
            other = _constant(other, self.constants)
        first, second = (other, self) if reflected else (self, other)
        code = first.code + second.code + bytes((ord("o"), operation))
        return _Term(code, self.constants, max(first.depth, second.depth + 1))

    def __add__(self, other: Any) -> _Term:
        return self._with(other, _SUM)

    def __radd__(self, other: Any) -> _Term:
        return self._with(other, _SUM, True)

    def __sub__(self, other: Any) -> _Term:
        return self._with(other, _DIFFERENCE)

    def __rsub__(self, other: Any) -> _Term:
        return self._with(other, _DIFFERENCE, True)

    def __mul__(self, other: Any) -> _Term:
        return self._with(other, _PRODUCT)

    def __rmul__(self, other: Any) -> _Term:
        return self._with(other, _PRODUCT, True)

    def __truediv__(self, other: Any) -> _Term:
        return self._with(other, _QUOTIENT)

    def __rtruediv__(self, other: Any) -> _Term:
        return self._with(other, _QUOTIENT, True)

    def __neg__(self) -> _Term:
        return self._with(-1.0, _PRODUCT)


takers.append(_Term)


def _constant(x: Any, constants: list[float]) -> _Term:
    if type(x) is not float and type(x) is not int:
        raise TypeError(_NOT_ARITHMETIC)
    constants.append(float(x))
    return _Term(bytes((ord("c"), len(constants) - 1)), constants, 1)


def program_of(rule: Any, count: int) -> Any:
    """The program of a partial derivative of a function of `count` arguments; None if it has none."""
    constants: list[float] = []
    operands = [_Term(bytes((ord("x"), k)), constants, 1) for k in range(count + 1)]
    try:
        term = rule(*operands)
    except (TypeError, AttributeError):
        return None
    if not isinstance(term, _Term) or term.depth > DEPTH or len(constants) > MOST_CONSTANTS:
        return None
    return term.code, tuple(constants)
