"""Random programs of NumPy calls, as Python source: what tests/test_programs.py differentiates.

A program is made from a list of instructions, each a tuple of whole numbers that choose an
operation, its operands and its options. Whatever the numbers are, the program is valid: each
line runs on plain NumPy as it is added, choices are made among what is there, and a line that
NumPy refuses, that lands near a kink or that makes an array too large is left out; values
that grow are scaled down.
"""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.program_forms import (
    ADVANCED,
    ALONG,
    BASIC,
    COMPLEX,
    EXTREMA,
    JOINS,
    KINKED,
    KINKED_PAIRS,
    LINALG,
    LOOPS,
    OUT,
    PAIRS,
    PRODUCTS,
    REDUCTIONS,
    SCALAR_CHAINS,
    SHAPES,
    SMOOTH,
    UPDATES,
    VIEWS,
)

LARGEST = 24  # entries of an array
BOUND = 6.0  # values
MARGIN = 0.02  # between a value and a kink: finite differences stay well inside
NEW = re.compile(r"np\.\w+_like\(\w+(, [\d.]+)?\)|np\.zeros\(.*, like=\w+\)")
NUMBERS_OF = re.compile(r"\[.* for e in")  # an array made of these is plain if they come from constants alone
REFUSED = (ValueError, IndexError, TypeError, ZeroDivisionError, Warning)  # NumPy's answers to calls that make no sense

Choose = Callable[[Any], Any]


def uneven(y: Any) -> Any:
    """A sum of the entries of `y` with weights that are all different."""
    return np.sum(y * np.cos(1.0 + np.arange(np.size(y))).reshape(np.shape(y)))


class Program:
    """The lines of `def f(x0, x1, ...)`, and the plain values of its variables at the end."""

    def __init__(self, inputs: list[Any]) -> None:
        self.inputs = inputs
        self.lines: list[str] = []
        self.env: dict[str, Any] = {"np": np, "uneven": uneven}
        self.names = [f"x{k}" for k in range(len(inputs))]
        self.env.update(
            (name, np.array(x) if isinstance(x, np.ndarray) else x) for name, x in zip(self.names, inputs, strict=True)
        )
        self.tracked = set(self.names)
        self.constant: set[str] = set()  # arrays that may be written into, but carry no derivative so far
        self.seen: list[str] = []

    # what there is

    def arrays(self) -> list[str]:
        return [n for n in reversed(self.names) if np.ndim(self.env[n])]

    def scalars(self) -> list[str]:
        return [n for n in reversed(self.names) if not isinstance(self.env[n], np.ndarray)]

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

    def name(self, expression: str) -> str | None:
        """A new variable; None if the expression makes no sense, or too much."""
        value = self.acceptable(expression)
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
        if not sources or lines.startswith(("np.floor(", "np.sign(", "np.heaviside(")):
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

    def acceptable(self, expression: str) -> Any:
        try:
            value = self.value(expression)
        except REFUSED:
            return None
        if not isinstance(value, np.ndarray | float) or np.asarray(value).dtype != float:
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
        namespace: dict[str, Any] = {"np": np, "uneven": uneven}
        exec(self.source, namespace)
        return namespace["f"]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"{self.source}\n\ninputs = ({', '.join(map(_described, self.inputs))},)"


def _described(x: Any) -> str:
    if np.ndim(x) < 2 or x.flags.c_contiguous:
        return repr(x).replace("array", "np.array")
    return f"np.asfortranarray({x.tolist()})"


# ---------------------------------------------------------------- operands


def _operand(p: Program, choose: Choose, name: str) -> str:
    """Something that broadcasts with the variable: another one, a number, a plain array, a list."""
    shape = p.shape(name)
    fitting = [n for n in reversed(p.names) if _broadcasts(shape, p.shape(n))]
    return str(choose([*fitting, *fitting, *_plain(shape)]))


def _broadcasts(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        return int(np.prod(np.broadcast_shapes(a, b))) <= LARGEST
    except ValueError:
        return False


def _plain(shape: tuple[int, ...]) -> list[str]:
    """Numbers and arrays that nothing differentiates."""
    row = [round(1.3 - 0.7 * k, 2) for k in range(shape[-1] if shape else 2)]
    column = [[round(0.4 + 0.5 * k, 2)] for k in range(shape[-2] if len(shape) > 1 else 2)]
    return ["0.7", "2", "np.float64(-1.3)", f"np.array({row})", f"np.array({column})", f"{row}", "np.array(0.9)"]


def _into(p: Program, choose: Choose, shape: tuple[int, ...]) -> str:
    """Something that can be written into an array of this shape."""
    fitting = [n for n in reversed(p.names) if _stretches(p.shape(n), shape)]
    plain = ["0.3", "-1", "np.float64(0.8)", f"np.linspace(0.2, 0.9, {shape[-1] if shape else 1})"]
    return str(choose([*fitting, *fitting, *(f"{n} * 1.5" for n in fitting), *(plain if shape else plain[:3])]))


def _stretches(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(a, b) == b
    except ValueError:
        return False


def _axis(choose: Choose, ndim: int) -> int:
    return int(choose(range(-ndim, ndim)))


def _unary(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    p.name(choose(SMOOTH).format(a=a))


def _unary_kinked(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    expression, distance = choose(KINKED)
    if _clear(p, distance.format(a=a)):
        p.name(expression.format(a=a))


def _clear(p: Program, distance: str) -> bool:
    """Whether nothing is within MARGIN of zero."""
    try:
        return bool(np.all(np.abs(p.value(distance)) > MARGIN))
    except REFUSED:
        return False


def _binary(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = _operand(p, choose, a)
    expression = choose(PAIRS).format(a=a, b=b)
    p.name(expression)


def _through_complex(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = _operand(p, choose, a)
    p.name(choose(COMPLEX).format(a=a, b=b))


def _linear_algebra(p: Program, choose: Choose) -> None:
    """A function of a positive definite matrix whose eigenvalues are apart."""
    square = [n for n in p.arrays() if len(p.shape(n)) == 2 and 0 < p.shape(n)[0] < 4]
    if square:
        a = choose(square)
        n = p.shape(a)[0]
        m = p.name(f"{a} @ {a}.T + np.diag({np.arange(1.0, n + 1).tolist()})")
        if m is not None and _apart(np.linalg.eigvalsh(p.env[m])):
            p.name(choose(LINALG).format(m=m, a=a))


def _binary_kinked(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = _operand(p, choose, a)
    expression, distance = choose(KINKED_PAIRS)
    if _clear(p, distance.format(a=a, b=b)):
        p.name(expression.format(a=a, b=b))


def _keywords(choose: Choose, ndim: int) -> str:
    axes: list[Any] = [None, *range(-ndim, ndim)]
    if ndim > 1:
        axes += [(0, 1), (-1, 0)]
    axis = choose(axes)
    keepdims = choose(["", "keepdims=True"])
    return ", ".join(word for word in ("" if axis is None else f"axis={axis}", keepdims) if word)


def _reduction(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    words = _keywords(choose, len(p.shape(a)))
    expression = choose(REDUCTIONS)
    if any(f in expression for f in ("std", "norm")) and not _clear(p, f"np.var({a}{', ' + words if words else ''})"):
        return
    p.name(expression.format(a=a, j=words, k=f", {words}" if words else ""))


def _extremum(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    words = _keywords(choose, len(p.shape(a)))
    if _apart(p.env[a]):
        p.name(choose(EXTREMA).format(a=a, j=words, k=f", {words}" if words else ""))


def _apart(x: Any) -> bool:
    """Whether no two entries are nearly equal without being so."""
    gaps = np.diff(np.sort(x, axis=None))
    return bool(np.all(gaps > MARGIN))


def _along(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    expression = choose(ALONG)
    if any(f in expression for f in ("sort", "quantile")) and not _apart(p.env[a]):
        return
    p.name(expression.format(a=a, axis=_axis(choose, len(p.shape(a)))))


def _reshaped(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    p.name(choose(SHAPES).format(a=a))


def _product(p: Program, choose: Choose) -> None:
    a, b = choose(p.arrays()), choose([*p.arrays(), *_plain(p.shape(choose(p.arrays())))[3:5]])
    form = choose(PRODUCTS)
    if ".dot" not in form or a in p.tracked:  # a plain array's own method knows nothing of tracked ones
        p.name(form.format(a=a, b=b))


def _joined(p: Program, choose: Choose) -> None:
    a, b = choose(p.arrays()), choose([*p.arrays(), *_plain(p.shape(choose(p.arrays())))[3:5]])
    p.name(choose(JOINS).format(a=a, b=b))


def _scalars_joined(p: Program, choose: Choose) -> None:
    if p.scalars():
        a, b = choose(p.scalars()), choose(p.scalars())
        forms = ["np.stack([{a}, {b}])", "np.stack([{a} * {b}, np.float64(0.4), {b}])", "np.hstack([{a}, {b}])"]
        p.name(choose(forms).format(a=a, b=b))


# ---------------------------------------------------------------- indices


def _index(p: Program, choose: Choose, name: str) -> str:
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


def _usable(p: Program, name: str, index: str) -> bool:
    if ">" in index and not _clear(p, index.replace(">", "-")):
        return False
    try:
        p.value(f"{name}[{index}]")
    except REFUSED:
        return False
    return True


def _taken(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    index = _index(p, choose, a)
    if _usable(p, a, index):
        p.name(f"{a}[{index}]")


def _entry(p: Program, choose: Choose) -> None:
    """One number of an array: a tracked real."""
    a = choose(p.arrays())
    index = ", ".join(str(choose([0, -1, n - 1])) for n in p.shape(a))
    if p.env[a].size:
        p.name(choose([f"{a}[{index}]", f"{a}[{index}] * 1.5", f"np.sin({a}[{index}])"]))


# ---------------------------------------------------------------- writes


def _update(p: Program, choose: Choose) -> None:
    """`v += e` and its kin, on whole arrays."""
    if not p.targets():
        return
    v = choose(p.targets())
    e = _into(p, choose, p.shape(v))
    line = choose([*UPDATES, *UPDATES, *OUT]).format(v=v, e=e)
    if "sort" in line and not _apart(p.env[v]) or "partition" in line and not _apart(p.env[v]):
        return
    _try_write(p, v, line)


def _try_write(p: Program, target: str, *lines: str) -> None:
    """Add lines that write, if they make sense: tried on copies first, which share memory as the originals do."""
    trial = Program(p.inputs)
    try:
        trial.run(*p.lines, *lines)
    except REFUSED:
        return
    if all(np.all(np.isfinite(trial.env[name])) for name in p.names):
        p.write(target, *lines)


def _assign(p: Program, choose: Choose) -> None:
    """`v[index] = e` and its kin."""
    if not p.targets():
        return
    v = choose(p.targets())
    index = _index(p, choose, v)
    if _usable(p, v, index):
        e = _into(p, choose, np.shape(p.value(f"{v}[{index}]")))
        if ">" in index or "True" in index:
            e = f"np.copy({e})"  # with a mask NumPy reads entries that it has just written
        sign = choose(["=", "=", "+=", "*=", "-="])
        _try_write(p, v, f"{v}[{index}] {sign} {e}")


def _view_written(p: Program, choose: Choose) -> None:
    """A named view, then a write through it, both staying in the pool."""
    if not p.targets():
        return
    v = choose(p.targets())
    w = p.name(choose(VIEWS).format(v=v))
    if w is not None and isinstance(p.env[w], np.ndarray) and p.env[w].flags.writeable:
        e = _into(p, choose, p.shape(w))
        _try_write(p, v, choose([f"{w} *= {e}", f"{w} += {e}", f"{w}[...] = {e}", f"{w}[0] = 0.7", f"{v} *= 1.5"]))


def _scalar_chain(p: Program, choose: Choose) -> None:
    """Arithmetic with single numbers."""
    if not p.scalars():
        _entry(p, choose)
    if p.scalars():
        s, t = choose(p.scalars()), choose(p.scalars())
        p.name(choose(SCALAR_CHAINS).format(s=s, t=t))


def _alias(p: Program, choose: Choose) -> None:
    """A second name for the same array, or number, and an update by that name."""
    v = choose(p.names)
    if v not in p.tracked:
        return
    new = f"v{len(p.lines)}"
    p.run(f"{new} = {v}")
    p.add(new, v)
    e = _into(p, choose, p.shape(new))
    if not isinstance(p.env[new], np.ndarray) or p.env[new].flags.writeable:
        _try_write(p, new, choose([f"{new} += {e}", f"{new} *= {e}", f"{new} -= {e}"]))


def _filled(p: Program, choose: Choose) -> None:
    """A new array of zeros that is filled bit by bit."""
    a = choose(p.arrays())
    b = _into(p, choose, p.shape(a)[1:])
    forms = [
        "np.zeros_like({a})",
        "np.ones_like({a})",
        "np.full_like({a}, 0.5)",
        "np.zeros({s}, like={a})",
        "{a}.copy()",
    ]
    new = p.name(choose(forms).format(a=a, s=p.shape(a)))
    if new is not None and new in p.tracked:
        _try_write(p, new, choose([f"{new}[0] = {b}", f"{new}[-1] += {b}", f"{new}[1:] = {a}[:-1]", f"{new}[:] = {a}"]))


# ---------------------------------------------------------------- loops and branches


def _branch(p: Program, choose: Choose) -> None:
    """A branch on a value that is not close to the border."""
    a, b = choose(p.arrays()), choose([*p.arrays(), *p.scalars()])
    left = choose([f"np.sum({a})", f"{a}.ravel()[0]", f"np.mean({a})", *p.scalars()])
    right = choose(["0.3", "-0.5", *p.scalars()])
    if not p.env[a].size or not _clear(p, f"{left} - {right}"):
        return
    sign = choose(["<", ">", ">="])
    first, second = choose(SMOOTH).format(a=b), choose(PAIRS).format(a=b, b=_operand(p, choose, b))
    if p.acceptable(first) is None or p.acceptable(second) is None:
        return
    new = f"v{len(p.lines)}"
    p.run(f"if {left} {sign} {right}:\n    {new} = {first}\nelse:\n    {new} = {second}")
    p.add(new, first if p.value(f"{left} {sign} {right}") else second)
    if np.max(np.abs(p.env[new]), initial=0.0) > BOUND:
        p.name(f"{new} * 0.01")


def _loop(p: Program, choose: Choose) -> None:
    number = p.scalars() or ["0.4"]
    n = f"v{len(p.lines)}"
    loop = choose(LOOPS)
    like = [name for name in p.arrays() if name in p.tracked]  # what is made like these can be written into
    if not like:
        return
    parts = {
        "n": n,
        "m": n + "b",
        "a": choose(like),
        "b": choose(p.arrays()),
        "s": choose(number),
        "t": choose(number),
    }
    lines = loop.format(**parts)
    trial = Program(p.inputs)
    try:
        trial.run(*p.lines, lines)
    except REFUSED:
        return
    value = trial.env[n]
    values = [value, *(trial.env[name] for name in p.names)]
    if np.size(value) > LARGEST or not all(
        np.all(np.isfinite(v)) and np.max(np.abs(v), initial=0.0) < 20 for v in values
    ):
        return
    p.run(lines)
    if isinstance(p.env[n], np.ndarray | float):
        p.add(n, lines)
        if np.max(np.abs(p.env[n]), initial=0.0) > BOUND:
            p.name(f"{n} * 0.01")


INSTRUCTIONS: list[Callable[[Program, Choose], None]] = [
    _unary,
    _unary,
    _binary,
    _binary,
    _binary,
    _unary_kinked,
    _binary_kinked,
    _reduction,
    _reduction,
    _extremum,
    _along,
    _along,
    _reshaped,
    _reshaped,
    _product,
    _product,
    _joined,
    _scalars_joined,
    _taken,
    _taken,
    _entry,
    _update,
    _update,
    _assign,
    _assign,
    _assign,
    _through_complex,
    _linear_algebra,
    _scalar_chain,
    _scalar_chain,
    _view_written,
    _view_written,
    _alias,
    _filled,
    _branch,
    _loop,
    _loop,
]

SHAPES_OF_INPUTS = [(3,), (2, 3), (2, 2), (4,), (), (1, 3), (2, 1, 2), (1,), (3, 2), (), (2, 2), (0, 2)]
NUMBERS = [float, np.float64, np.array]  # what an input of shape () is


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
        inputs.append((np.asfortranarray(x) if k > 24 else x) if shape else NUMBERS[k % len(NUMBERS)](x))
    if not any(np.size(x) for x in inputs if np.ndim(x)):
        inputs.append(np.round(rng.uniform(-1.5, 1.5, 3), 3))
    p = Program(inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind, *numbers in instructions:
            INSTRUCTIONS[kind % len(INSTRUCTIONS)](p, chooser(numbers))
    p.seen = [name for k, name in enumerate(reversed(p.names)) if k == 0 or seen >> k & 1]
    return p
