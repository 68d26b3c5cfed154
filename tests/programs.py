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

LARGEST = 24  # entries of an array
BOUND = 6.0  # values
MARGIN = 0.02  # between a value and a kink: finite differences stay well inside
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

    def name(self, expression: str, tracked: bool = True) -> str | None:
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
        self.add(new, tracked)
        return new

    def add(self, name: str, tracked: bool = True) -> None:
        self.names.append(name)
        if tracked:
            self.tracked.add(name)

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


def _is_tracked(p: Program, expression: str) -> bool:
    """Whether any variable in the expression is tracked."""
    return any(name in p.tracked for name in p.names if name in expression)


# ---------------------------------------------------------------- expressions

SMOOTH = [
    "np.sin({a})", "np.cos({a})", "np.tanh({a})", "np.arctan({a})", "np.exp({a})", "np.expm1({a})", "np.sinh({a})",
    "np.arcsinh({a})", "np.square({a})", "-{a}", "+{a}", "{a} ** 2", "{a} ** 3", "2 ** {a}", "0.7 ** {a}",
    "np.negative({a})", "np.sqrt({a} * {a} + 0.5)", "np.log({a} ** 2 + 0.3)", "np.log1p({a} * {a})", "np.sinc({a})",
    "1 / (2.0 + np.sin({a}))", "np.reciprocal(3.0 + np.cos({a}))", "np.logaddexp({a}, 0.0)", "({a} + 9.0) ** 0.5",
    "({a} + 9.0) ** -1.5", "np.cbrt({a} + 20)", "np.arcsin(0.9 * np.sin({a}))", "np.exp2({a})", "np.deg2rad({a})",
    "np.log2({a} * {a} + 1)", "np.tan(0.2 * {a})", "np.arctanh(0.6 * np.sin({a}))", "np.positive({a})",
    "np.copy({a})", "np.real({a})", "np.nan_to_num({a})", "np.where(np.isfinite({a}), {a}, 0.0)",
]  # fmt: skip

# (expression, what must be away from zero)
KINKED = [
    ("np.abs({a})", "{a}"), ("abs({a})", "{a}"), ("np.maximum({a}, 0.1)", "{a} - 0.1"), ("np.fabs({a})", "{a}"),
    ("np.clip({a}, -0.8, 0.9)", "({a} + 0.8) * ({a} - 0.9)"), ("np.minimum({a}, 0)", "{a}"),
    ("np.floor({a})", "np.sin(np.pi * {a}) / 4"), ("np.sign({a})", "{a}"), ("{a} % 1.7", "np.sin(np.pi * {a} / 1.7) / 2"),
    ("np.heaviside({a}, 0.5)", "{a}"), ("np.where({a} > 0.2, np.sin({a}), {a} * 2)", "{a} - 0.2"),
    ("np.maximum({a}, 0) * {a}", "{a}"), ("np.modf({a})[0]", "np.sin(np.pi * {a}) / 4"),
    ("np.select([{a} < -0.5, {a} > 0.5], [{a} ** 2, 1.0], -{a})", "({a} + 0.5) * ({a} - 0.5)"),
]  # fmt: skip

PAIRS = [
    "{a} + {b}", "{a} - {b}", "{b} - {a}", "{a} * {b}", "{b} * {a}", "{a} / (2.5 + np.sin({b}))",
    "{b} / (1.5 + {a} * {a})", "np.hypot({a}, np.exp({b}))", "np.arctan2({a}, np.exp({b}))", "np.logaddexp({a}, {b})",
    "({a} * {a} + 0.4) ** {b}", "np.add({a}, {b})", "np.subtract({b}, {a})", "np.multiply({a}, {b})",
    "np.true_divide({a}, np.cosh({b}))", "np.power(np.exp({a}), {b})", "np.float_power(2 + np.cos({a}), {b})",
    "np.where(np.arange(np.size({a})).reshape(np.shape({a})) % 2 == 0, {a}, {b})", "np.logaddexp2({a}, {b})",
    "np.multiply({a}, {b}) + {a}", "{a} * {b} * {a}", "np.sin({a}) * {b} - {a} * np.cos({b})",
]  # fmt: skip

KINKED_PAIRS = [
    ("np.maximum({a}, {b})", "{a} - {b}"), ("np.minimum({a}, {b})", "{a} - {b}"), ("np.fmax({a}, {b})", "{a} - {b}"),
    ("np.where({a} > {b}, {a}, {b} * 2)", "{a} - {b}"), ("np.where({a} < {b}, 0.5, {a} * {b})", "{a} - {b}"),
    ("np.copysign({a}, {b})", "np.multiply({a}, {b})"), ("np.clip({a}, {b}, np.add({b}, 1))", "({a} - {b}) * ({a} - {b} - 1.0)"),
    ("np.abs({a} - {b})", "{a} - {b}"),
]  # fmt: skip

COMPLEX = [
    "np.real(np.exp(1j * {a}) * {b})", "np.abs({a} + 2j)", "np.imag((1 + 2j) * {a} ** 2)", "np.angle({a} + 3j)",
    "np.abs(np.exp(1j * {a}) + {b})", "({a} * 1j * {b}).imag", "np.real(np.conj({a} + 1j) * ({b} - 2j))", "np.real(1 / ({a} + 1.5j))",
    "np.real(np.fft.fft({a}))", "np.fft.irfft(np.fft.rfft({a}) * 1j)", "np.imag(np.fft.ifft({a}, 4))", "np.fft.fftshift({a})",
    "np.real(np.sqrt({a} + 2j))", "np.abs(np.fft.rfft({a}, norm='ortho') + 1j) ** 2", "np.real(np.log({a} * {a} + 1 + 1j) * 1j)",
]  # fmt: skip
LINALG = [  # {m} is symmetric and positive definite
    "np.linalg.det({m})", "np.linalg.inv({m})", "np.linalg.slogdet({m})[1]", "np.linalg.cholesky({m})", "np.linalg.solve({m}, {a})",
    "np.linalg.eigvalsh({m})", "np.linalg.matrix_power({m}, 2)", "np.linalg.eigh({m})[0]", "np.linalg.norm({m}, 'nuc')",
    "np.trace(np.linalg.inv({m}))", "np.linalg.svd({m})[1]", "np.linalg.multi_dot([{m}, {a}, {a}.T])", "np.linalg.pinv({m})",
]  # fmt: skip
REDUCTIONS = [
    "np.multiply.reduce({a}{k})", "np.sum({a}{k}, where=np.sin(np.arange(np.size({a}))).reshape({a}.shape) > 0)", "np.nanmean({a}{k})",
    "np.mean({a} ** 3{k})",
    "np.sum({a}{k})", "np.mean({a}{k})", "np.prod({a}{k})", "np.var({a}{k})", "{a}.sum({j})", "{a}.mean({j})",
    "{a}.prod({j})", "{a}.var({j})", "np.sum({a} * {a}{k})", "np.logaddexp.reduce({a}{k})", "np.add.reduce({a}{k})",
    "np.nansum({a}{k})", "np.sqrt(np.sum({a} ** 2{k}) + 0.1)", "np.std({a}{k})", "np.linalg.norm({a}{k})",
]  # fmt: skip
EXTREMA = [
    "np.max({a}{k})", "np.min({a}{k})", "{a}.max({j})", "{a}.min({j})", "np.ptp({a}{k})", "np.median({a}{k})", "np.sort({a}, axis=None)",
    "{a}.ravel()[np.argsort({a}, axis=None)]", "{a}.ravel()[np.argmax({a})]", "np.take_along_axis({a}, np.argsort({a}, axis=-1), -1)",
    "np.partition({a}, 0)", "np.percentile({a}, 40{k})", "np.nanmax({a}{k})", "np.unique({a})", "np.maximum.accumulate({a})",
    "np.minimum.reduce({a}{k})", "np.max({a}{k}, initial=-9.0)", "np.extract({a} > np.median({a}) + 0.001, {a})",
]  # fmt: skip
ALONG = [
    "np.cumsum({a}, axis={axis})", "np.cumprod({a}, axis={axis})", "np.diff({a}, axis={axis})",
    "{a}.cumsum({axis})", "np.flip({a}, axis={axis})", "np.roll({a}, 1, axis={axis})", "np.repeat({a}, 2, axis={axis})",
    "np.concatenate([{a}, {a}], axis={axis})", "np.expand_dims({a}, {axis})", "np.stack([{a}, {a} * 2], axis={axis})",
    "np.take({a}, [0, -1, 0], axis={axis})", "np.array_split({a}, 2, axis={axis})[0]", "np.delete({a}, 0, axis={axis})",
    "np.add.accumulate({a}, axis={axis})", "np.moveaxis({a}, {axis}, 0)", "np.swapaxes({a}, {axis}, 0)",
    "np.insert({a}, 0, 0.5, axis={axis})", "np.append({a}, {a}, axis={axis})", "np.split({a}, 1, axis={axis})[0]",
    "np.average({a}, axis={axis}, weights=np.arange(1.0, 1 + {a}.shape[{axis}]))", "np.gradient({a}, axis={axis})",
    "np.trapezoid({a}, axis={axis})", "np.squeeze({a}[:1], 0)", "np.linalg.norm({a} + 7, axis={axis})",
    "np.multiply.accumulate({a}, axis={axis})", "np.add.reduceat({a}, [0, 0], axis={axis})", "np.diff({a}, n=2, axis={axis})",
    "np.diff({a}, axis={axis}, prepend=0.5)", "np.cumulative_sum({a}, axis={axis})", "np.rollaxis({a}, {axis})",
    "np.compress([True], {a}, axis={axis})", "np.nancumsum({a}, axis={axis})",
    "np.quantile({a}, 0.3, axis={axis})", "np.sort({a}, axis={axis})", "np.unstack({a}, axis={axis})[-1]",
]  # fmt: skip
SHAPES = [
    "{a}.T", "{a}.ravel()", "{a}.flatten()", "{a}.reshape(-1)", "{a}.reshape({a}.shape[::-1])", "{a}.reshape({a}.shape + (1,))",
    "np.reshape({a}, (1, -1))", "np.transpose({a})", "np.broadcast_to({a}, (2, *{a}.shape))", "np.tile({a}, 2)",
    "np.atleast_2d({a})", "np.diag({a})", "np.diagonal({a})", "np.tril({a})", "np.rot90({a})", "np.pad({a}, 1)",
    "np.flip({a})", "np.fliplr({a})", "np.outer({a}, {a})", "np.trace({a})", "np.ravel({a}, order='F')", "{a}.copy()",
    "np.resize({a}, (2, 3))", "{a}.astype(float)", "np.zeros_like({a})", "np.ones_like({a})", "np.zeros_like({a}) + {a}",
    "np.matrix_transpose({a})", "{a}.reshape(-1, 2)", "np.meshgrid({a}, {a})[0]", "{a}.swapaxes(0, -1)", "{a}.squeeze()",
    "np.full_like({a}, 0.4)", "np.triu({a}, 1)", "{a}.view()",
    "np.reshape({a}, -1, order='F')", "{a}.real", "np.array_split({a}, 2)[1]", "np.pad({a}, 1, mode='reflect')",
]  # fmt: skip
PRODUCTS = [
    "{a} @ {b}", "np.dot({a}, {b})", "np.matmul({a}, {b})", "{a} @ {b}.T", "{a}.T @ {b}", "np.einsum('...i,...i', {a}, {b})",
    "np.inner({a}, {b})", "np.tensordot({a}, {b}, 1)", "np.outer({a}, {b})", "np.einsum('i...,i...->...', {a}, {b})",
    "np.vdot({a}, {b})", "np.kron({a}, {b})", "np.add.outer({a}, {b})", "np.subtract.outer({a}, {b})", "np.cross({a}, {b})",
    "np.correlate({a}, {b})", "np.matvec({a}, {b})", "np.vecmat({b}, {a})", "np.einsum('ij,ij->', {a}, {b})", "np.einsum('ii', {a})",
    "np.linalg.multi_dot([{a}, {b}, {a}])", "np.cov({a}, {b})", "np.interp({a}, [-9.0, 9.0], [-1.0, 1.0]) * {b}", "np.vecdot({a}, {b})", "np.convolve({a}, {b})", "{a}.dot({b})",
    "np.linalg.solve({a} @ {a}.T + 2 * np.eye({a}.shape[0]), {b})", "np.einsum('ij,kj->ik', {a}, {b})",
]  # fmt: skip
JOINS = [
    "np.concatenate([{a}, {b}])", "np.concatenate(({b}, {a}), axis=-1)", "np.stack([{a}, {b}])", "np.hstack([{a}, {b}])",
    "np.vstack([{a}, {b}])", "np.stack([{b}, {a}], axis=-1)", "np.concatenate([{a}, {b}], axis=None)", "np.column_stack([{a}, {b}])",
    "np.append({a}, {b})", "np.block([{a}, {b}])", "np.dstack([{a}, {b}])", "np.concatenate([{a}, np.ones_like({b}), {a}])",
]  # fmt: skip


def _unary(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    p.name(choose(SMOOTH).format(a=a), a in p.tracked)


def _unary_kinked(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    expression, distance = choose(KINKED)
    if _clear(p, distance.format(a=a)):
        p.name(expression.format(a=a), a in p.tracked and not expression.startswith(("np.floor", "np.sign", "np.heav")))


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
    p.name(expression, _is_tracked(p, expression))


def _through_complex(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = _operand(p, choose, a)
    p.name(choose(COMPLEX).format(a=a, b=b), a in p.tracked or b in p.tracked)


def _linear_algebra(p: Program, choose: Choose) -> None:
    """A function of a positive definite matrix whose eigenvalues are apart."""
    square = [n for n in p.arrays() if len(p.shape(n)) == 2 and 0 < p.shape(n)[0] < 4]
    if square:
        a = choose(square)
        n = p.shape(a)[0]
        m = p.name(f"{a} @ {a}.T + np.diag({np.arange(1.0, n + 1).tolist()})", a in p.tracked)
        if m is not None and _apart(np.linalg.eigvalsh(p.env[m])):
            p.name(choose(LINALG).format(m=m, a=a), a in p.tracked)


def _binary_kinked(p: Program, choose: Choose) -> None:
    a = choose([*p.arrays(), *p.scalars()])
    b = _operand(p, choose, a)
    expression, distance = choose(KINKED_PAIRS)
    if _clear(p, distance.format(a=a, b=b)):
        p.name(expression.format(a=a, b=b), a in p.tracked or b in p.tracked)


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
    p.name(expression.format(a=a, j=words, k=f", {words}" if words else ""), a in p.tracked)


def _extremum(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    words = _keywords(choose, len(p.shape(a)))
    if _apart(p.env[a]):
        p.name(choose(EXTREMA).format(a=a, j=words, k=f", {words}" if words else ""), a in p.tracked)


def _apart(x: Any) -> bool:
    """Whether no two entries are nearly equal without being so."""
    gaps = np.diff(np.sort(x, axis=None))
    return bool(np.all(gaps > MARGIN))


def _along(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    expression = choose(ALONG)
    if any(f in expression for f in ("sort", "quantile")) and not _apart(p.env[a]):
        return
    p.name(expression.format(a=a, axis=_axis(choose, len(p.shape(a)))), a in p.tracked)


def _reshaped(p: Program, choose: Choose) -> None:
    a = choose(p.arrays())
    p.name(choose(SHAPES).format(a=a), a in p.tracked)


def _product(p: Program, choose: Choose) -> None:
    a, b = choose(p.arrays()), choose([*p.arrays(), *_plain(p.shape(choose(p.arrays())))[3:5]])
    p.name(choose(PRODUCTS).format(a=a, b=b), a in p.tracked or b in p.tracked)


def _joined(p: Program, choose: Choose) -> None:
    a, b = choose(p.arrays()), choose([*p.arrays(), *_plain(p.shape(choose(p.arrays())))[3:5]])
    p.name(choose(JOINS).format(a=a, b=b), a in p.tracked or b in p.tracked)


def _scalars_joined(p: Program, choose: Choose) -> None:
    if p.scalars():
        a, b = choose(p.scalars()), choose(p.scalars())
        forms = ["np.stack([{a}, {b}])", "np.stack([{a} * {b}, np.float64(0.4), {b}])", "np.hstack([{a}, {b}])"]
        p.name(choose(forms).format(a=a, b=b), a in p.tracked or b in p.tracked)


# ---------------------------------------------------------------- indices

BASIC = [":", "1:", ":-1", "::2", "::-1", "0", "-1", "...", "None", "1", "-1::-2", ":1"]
ADVANCED = ["[0, -1]", "[-1, 0, 0]", "np.array([0, 0])", "[[0], [-1]]", "np.array([-1])"]


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
        p.name(f"{a}[{index}]", a in p.tracked)


def _entry(p: Program, choose: Choose) -> None:
    """One number of an array: a tracked real."""
    a = choose(p.arrays())
    index = ", ".join(str(choose([0, -1, n - 1])) for n in p.shape(a))
    if p.env[a].size:
        p.name(choose([f"{a}[{index}]", f"{a}[{index}] * 1.5", f"np.sin({a}[{index}])"]), a in p.tracked)


# ---------------------------------------------------------------- writes

UPDATES = [
    "{v} += {e}",
    "{v} -= {e}",
    "{v} *= {e}",
    "{v} /= 2.5 + np.sin({e})",
    "{v}[...] = {e}",
    "np.copyto({v}, {e})",
]
OUT = [
    "np.add({v}, {e}, out={v})", "np.multiply({e}, {v}, {v})", "np.sin({v}, out={v})", "np.negative({v}, out={v})",
    "{v} **= 2", "{v}.fill(0.5)", "np.cumsum({v}, axis=0, out={v})", "{v}[...] = {v}[::-1]", "{v}.sort()", "{v}.T[...] *= 0.5",
    "{v}.reshape(-1)[0] = 0.3", "{v}.ravel()[-1] += 1.0", "{v}.flat[0] = 0.2", "{v}.flat = 0.6", "np.put({v}, [0], 0.9)",
    "{v} += {v}.T", "{v}[0] = {v}[-1]", "{v}[1:] = {v}[:-1]", "{v}[::2] -= {v}[0]", "np.fill_diagonal({v}, 0.25)",
    "np.add.at({v}, [0, 0, -1], 0.5)", "np.multiply.at({v}, [0], 2.0)", "np.putmask({v}, {v} > 50, 0.0)", "{v}[0], {v}[-1] = {v}[-1], {v}[0]",
    "{v}.put([0, -1], [0.1, 0.2])", "np.maximum({v}, -50.0, out={v})", "{v}.partition(0)", "{v}.clip(-50, 50, out={v})",
]  # fmt: skip


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
        sign = choose(["=", "=", "+=", "*=", "-="])
        _try_write(p, v, f"{v}[{index}] {sign} {e}")


def _view_written(p: Program, choose: Choose) -> None:
    """A named view, then a write through it, both staying in the pool."""
    if not p.targets():
        return
    v = choose(p.targets())
    forms = [f"{v}[1:]", f"{v}.T", f"{v}.reshape(-1)", f"{v}[..., 0]", f"{v}[::-1]", f"{v}[None]", f"np.ravel({v})",
             f"{v}[0]", f"{v}[:]", f"np.swapaxes({v}, 0, -1)", f"np.split({v}, 1)[0]", f"{v}[:, ::2]", f"{v}.view()"]  # fmt: skip
    w = p.name(choose(forms))
    if w is not None and isinstance(p.env[w], np.ndarray) and p.env[w].flags.writeable:
        e = _into(p, choose, p.shape(w))
        _try_write(p, v, choose([f"{w} *= {e}", f"{w} += {e}", f"{w}[...] = {e}", f"{w}[0] = 0.7", f"{v} *= 1.5"]))


SCALAR_CHAINS = [
    "{s} * {t} + 0.3", "{s} / (1.5 + {t} * {t})", "2 - {s} * 3", "{s} ** 2 - {t} ** 3", "1 / (2 + {s} * {s}) - {t}", "-{s} + {t} / 4",
    "({s} * {s} + 1) ** 0.5", "({s} + {t}) * ({s} - {t})", "np.exp(-{s} * {s}) * {t}", "np.sin({s}) * np.float64(1.5)",
    "abs({s} + 9.0)", "+{s} - -{t}", "2.0 ** {s}", "max({s}, {t} - 20)", "sum([{s}, {t}, {s}])", "{s} * np.array([1.0, 2.0])",
    "np.array([0.5, 2.0]) - {s}", "{s} if {s} > {t} - 20 else {t}", "np.maximum({s}, -20) + {t}", "{s} % 7.0",
    "np.hypot({s}, 1.0) * {t}", "round(1.4) * {s}", "np.stack([{s}, {t}]) @ np.array([1.0, -2.0])", "({s} * 1j).imag", "np.mean({s})",
]  # fmt: skip


def _scalar_chain(p: Program, choose: Choose) -> None:
    """Arithmetic with single numbers."""
    if not p.scalars():
        _entry(p, choose)
    if p.scalars():
        s, t = choose(p.scalars()), choose(p.scalars())
        p.name(choose(SCALAR_CHAINS).format(s=s, t=t), s in p.tracked or t in p.tracked)


def _alias(p: Program, choose: Choose) -> None:
    """A second name for the same array, or number, and an update by that name."""
    v = choose(p.names)
    if v not in p.tracked:
        return
    new = f"v{len(p.lines)}"
    p.run(f"{new} = {v}")
    p.add(new)
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
    new = p.name(choose(forms).format(a=a, s=p.shape(a)), a in p.tracked)
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
    p.add(new, _is_tracked(p, first if p.value(f"{left} {sign} {right}") else second))
    if np.max(np.abs(p.env[new]), initial=0.0) > BOUND:
        p.name(f"{new} * 0.01", new in p.tracked)


LOOPS = [
    "{n} = {s}\nfor k in range(3):\n    {n} = {n} + 0.2 * np.cos({n} * {t})",
    "{n} = {s}\nwhile abs({n}) > 0.71:\n    {n} = {n} * 0.6",
    "{n} = 0.0\nfor e in {a}.flat:\n    {n} = {n} + np.sin(e)",
    "{n} = 0.0\nfor row in {a}:\n    {n} = {n} * 0.5 + row",
    "{n} = {a}\nfor k in range(2):\n    {n} = np.tanh({n} * {b})",
    "{n} = np.zeros_like({a})\nfor i in range(len({a})):\n    {n}[i] = {a}[i] * ({n}[i - 1] + 0.5)",
    "{n} = {a} * 1.0\nfor i in range(1, len({a})):\n    {n}[i] += 0.5 * {n}[i - 1]",
    "{n} = {a} * 1.0\nfor row in {n}:\n    row *= 0.7",
    "{n} = {a} * 1.0\nfor i, row in enumerate({n}):\n    row += {b}[i % len({b})]",
    "{n} = np.stack([np.sin(e) * {s} for e in {a}])",
    "{n} = {s}\n{m} = {t}\nfor k in range(3):\n    {n}, {m} = {n} + 0.1 * {m}, {m} - 0.1 * {n} * {n}\n{n} = {n} * {m}",
    "{n} = 0.0\nfor i in range(len({a})):\n    if {a}[i].sum() > 0.1:\n        {n} = {n} + {a}[i] * {s}\n    else:\n        {n} = {n} - {a}[i]",
    "{n} = {a}\nfor k in range(2):\n    {n} = {n} - 0.1 * {n} ** 2\n    {n}[0] = {s}",
    "{n} = np.zeros_like({a})\nfor i in range(len({a})):\n    for j in range(len({a})):\n        {n}[i] += {a}[j] * (0.5 + i) * {s}",
    "{n} = np.zeros_like({a})\nfor index in np.ndindex({a}.shape):\n    {n}[index] = np.sin({a}[index]) * {s}",
    "{n} = {s} * 1\nfor k in range(2):\n    {n} *= {t}\n    {n} += 0.3",
    "{n} = max({s}, {t})\nfor e in [{s}, {t}]:\n    {n} = {n} - 0.25 * e ** 3 / (1 + e * e)",
]  # fmt: skip


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
        p.add(n, _is_tracked(p, lines))
        if np.max(np.abs(p.env[n]), initial=0.0) > BOUND:
            p.name(f"{n} * 0.01", n in p.tracked)


INSTRUCTIONS: list[Callable[[Program, Choose], None]] = [
    _unary, _unary, _binary, _binary, _binary, _unary_kinked, _binary_kinked, _reduction, _reduction, _extremum, _along, _along,
    _reshaped, _reshaped, _product, _product, _joined, _scalars_joined, _taken, _taken, _entry, _update, _update, _assign,
    _assign, _assign, _through_complex, _linear_algebra, _scalar_chain, _scalar_chain, _view_written, _view_written, _alias, _filled, _branch, _loop, _loop,
]  # fmt: skip

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
