"""A random program as Python source, with the plain values of its variables: what tests/programs.py builds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

import tracker

LARGEST = 24  # entries of an array
BOUND = 6.0  # values
MARGIN = 0.02  # between a value and a kink: finite differences stay well inside
NEW = re.compile(r"np\.\w+_like\(\w+(, [\d.]+|, dtype=complex)?\)|np\.zeros\(.*, like=\w+\)")
# an array made of numbers is plain if they come from constants alone, such as products of constant vectors
NUMBERS_OF = re.compile(r"\[.* for e in|tracker\.|@ .*\+|\* np\.sum\(|stack\(\[np\.sum")
# NumPy's answers to calls that make no sense
REFUSED = (ValueError, IndexError, TypeError, ZeroDivisionError, FloatingPointError, Warning)

Choose = Callable[[Any], Any]


def uneven(y: Any) -> Any:
    """A real sum of the entries of `y` with weights that are all different."""
    weights = np.cos(1.0 + np.arange(np.size(y))).reshape(np.shape(y))
    if not np.iscomplexobj(y):
        return np.sum(y * weights)
    return np.sum(np.real(y) * weights) + np.sum(np.imag(y) * weights[..., ::-1] if np.ndim(y) else np.imag(y))


class Program:
    """The lines of `def f(x0, x1, ...)`, and the plain values of its variables at the end."""

    def __init__(self, inputs: list[Any]) -> None:
        self.inputs = inputs
        self.lines: list[str] = []
        self.env: dict[str, Any] = {"np": np, "tracker": tracker, "uneven": uneven}
        self.names = [f"x{k}" for k in range(len(inputs))]
        self.env.update(
            (name, np.array(x) if isinstance(x, np.ndarray) else x) for name, x in zip(self.names, inputs, strict=True)
        )
        self.tracked = set(self.names)
        self.constant: set[str] = set()  # arrays that may be written into, but carry no derivative so far
        self.seen: list[str] = []

    # what there is

    def real(self) -> list[str]:
        """Variables of real dtype, the newest first."""
        return [n for n in reversed(self.names) if not np.iscomplexobj(self.env[n])]

    def arrays(self) -> list[str]:
        return [n for n in self.real() if np.ndim(self.env[n])]

    def scalars(self) -> list[str]:
        return [n for n in self.real() if not isinstance(self.env[n], np.ndarray)]

    def complexes(self) -> list[str]:
        """Complex arrays, the newest first."""
        return [n for n in reversed(self.names) if np.iscomplexobj(self.env[n]) and np.ndim(self.env[n])]

    def targets(self) -> list[str]:
        """Arrays that tracked values may be written into."""
        return [n for n in self.arrays() if n in self.tracked and self.env[n].flags.writeable]

    def shape(self, name: str) -> tuple[int, ...]:
        return np.shape(self.env[name])

    def value(self, expression: str) -> Any:
        return eval(expression, self.env)

    # what is added

    def run(self, *lines: str) -> None:
        exec("\n".join(lines), self.env)
        self.lines += lines

    def name(self, expression: str, dtype: type = float) -> str | None:
        """A new variable; None if the expression makes no sense, or too much."""
        value = self.acceptable(expression, dtype)
        if value is None:
            return None
        largest = np.max(np.abs(value), initial=0.0)
        if largest > BOUND:
            expression = f"({expression}) * {BOUND / 2 / largest:.1g}"
            value = self.value(expression)
        new = f"v{len(self.lines)}"
        self.env[new] = value
        self.lines.append(f"{new} = {expression}")
        self.add(new, expression)
        return new

    def add(self, name: str, lines: str) -> None:
        """Take note of a variable that these lines have made."""
        self.names.append(name)
        sources = self.sources(lines)
        if (
            not sources
            or ("tracker." in lines and not np.size(self.env[name]))
            or lines.startswith(("np.floor(", "np.sign(", "np.heaviside("))
        ):
            return
        if not NEW.fullmatch(lines) and not sources <= self.constant:
            self.tracked.add(name)
        # a number that comes from constants alone is a plain one
        elif isinstance(self.env[name], np.ndarray) and not NUMBERS_OF.search(lines):
            self.tracked.add(name)
            self.constant.add(name)

    def sources(self, lines: str) -> set[str]:
        """The tracked variables that these lines mention."""
        return set(re.findall(r"\b[vx]\d+\b", lines)) & self.tracked

    def acceptable(self, expression: str, dtype: type = float) -> Any:
        try:
            value = self.value(expression)
        except REFUSED:
            return None
        if not isinstance(value, np.ndarray | float | complex) or np.asarray(value).dtype != dtype:
            return None
        good = np.size(value) <= LARGEST and np.ndim(value) <= 4 and np.all(np.isfinite(value))
        return value if good else None

    def write(self, target: str, *lines: str) -> None:
        """Lines that write into `target`, scaled down afterwards if need be."""
        self.run(*lines)
        if not self.sources("\n".join(lines)) <= self.constant:
            self.constant -= {name for name in self.constant if np.may_share_memory(self.env[name], self.env[target])}
        largest = np.max(np.abs(self.env[target]), initial=0.0)
        if largest > BOUND:
            self.run(f"{target} *= {BOUND / 2 / largest:.1g}")

    # what comes out

    @property
    def source(self) -> str:
        head = f"def f({', '.join(f'x{k}' for k in range(len(self.inputs)))}):"
        loss = " + ".join(f"uneven({name})" for name in self.seen)
        kept = ", ".join(f"{name!r}: {name}" for name in self.names)
        body = [*self.lines, f"return {loss}, {{{kept}}}"]
        return "\n    ".join([head, *("\n".join(body)).split("\n")])

    def function(self) -> Callable[..., Any]:
        """f(*inputs) -> (loss, all variables by name)."""
        namespace: dict[str, Any] = {"np": np, "tracker": tracker, "uneven": uneven}
        exec(self.source, namespace)
        return namespace["f"]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"{self.source}\n\ninputs = ({', '.join(map(_described, self.inputs))},)"


def _described(x: Any) -> str:
    if np.ndim(x) < 2 or x.flags.c_contiguous:
        return repr(x).replace("array", "np.array")
    return f"np.asfortranarray({x.tolist()})"
