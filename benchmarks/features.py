"""What the libraries do with the same small programs: the table in README.md.

`python -m benchmarks.features` tries each program with each library that is installed. A cell is "yes" where the
gradient is the right one, else what came instead.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import peers, report

LIBRARIES = {"tracker": "tracker", "autograd": "autograd", "JAX": "jax", "PyTorch": "torch"}
RUNS = {"tracker": 1500, "autograd": 1500, "JAX": 15, "PyTorch": 100}  # nested gradients per thread


@dataclasses.dataclass
class Model:
    weights: Any
    name: str = "a constant"


class Library:
    """One library behind the same three names: `xp`, `array`, `grad`."""

    def __init__(self, name: str) -> None:
        self.name = name
        module: Any = importlib.import_module(LIBRARIES[name])
        self.array: Callable[[Any], Any] = np.array
        self.xp: Any = np
        self.grad: Any = getattr(module, "grad", None)
        if name == "autograd":
            self.xp = importlib.import_module("autograd.numpy")
        if name == "JAX":
            module.config.update("jax_enable_x64", True)
            self.xp, self.array = module.numpy, module.numpy.array
        if name == "PyTorch":
            self.xp, self.grad = module, module.func.grad
            self.array = lambda x: module.tensor(x, dtype=module.float64)

    def gradient(self, f: Callable[..., Any], x: Any) -> Any:
        if self.name == "PyTorch" and not dataclasses.is_dataclass(x):  # the way its users take gradients
            x.requires_grad_()
            f(x).backward()
            return x.grad
        return self.grad(f)(x)

    def forward(self, f: Callable[..., Any], x: Any, dx: Any) -> Any:
        if self.name == "tracker":
            return importlib.import_module("tracker").pushforward(f, (x,), (dx,))[1]
        if self.name == "autograd":
            return importlib.import_module("autograd").make_jvp(f)(x)(dx)[1]
        jvp = importlib.import_module("jax" if self.name == "JAX" else "torch.func").jvp
        return jvp(f, (x,), (dx,))[1]


def numpy_itself(lib: Library) -> Any:
    return lib.gradient(lambda x: np.sum(np.sin(x) * np.stack([x, x])), lib.array([1.0, 2.0]))


def write(lib: Library) -> Any:
    def f(x: Any) -> Any:
        y = x * 2
        y[0] = x[1]
        return (y * y).sum()

    return lib.gradient(f, lib.array([1.0, 2.0]))


def overwrite(lib: Library) -> Any:
    def f(x: Any) -> Any:
        y = x * 1.0
        z = y * y  # its derivative needs the y that is written over below
        y[0] = 0.0
        return z.sum() + y.sum()

    return lib.gradient(f, lib.array([1.0, 2.0]))


def dataclass(lib: Library) -> Any:
    model = Model(lib.array([1.0, 2.0]))
    return lib.gradient(lambda m: (m.weights * m.weights).sum(), model).weights


def number(lib: Library) -> Any:
    return lib.gradient(lambda x: x * float(x), lib.array(3.0))


def guarded(lib: Library) -> Any:
    xp = lib.xp
    return lib.gradient(lambda x: xp.where(x > 0, xp.sqrt(x), 0.0 * x).sum(), lib.array([0.0, 4.0]))


def product(lib: Library) -> Any:
    return lib.gradient(lib.xp.prod, lib.array([0.0, 2.0, 3.0]))


def norm(lib: Library) -> Any:
    return lib.gradient(lib.xp.linalg.norm, lib.array([0.0, 0.0]))


def determinant(lib: Library) -> Any:
    return lib.gradient(lib.xp.linalg.det, lib.array([[1.0, 2.0], [2.0, 4.0]]))


def forward_solve(lib: Library) -> Any:
    a = lib.array([[2.0, 0.0], [0.0, 4.0]])
    return lib.forward(lambda x: lib.xp.linalg.solve(a, x), lib.array([1.0, 2.0]), lib.array([1.0, 0.0]))


def in_threads(lib: Library) -> str:
    """How many nested gradients, taken in four threads at once, are wrong."""
    xp, wrong, runs = lib.xp, [], RUNS[lib.name]

    def nested(x: Any) -> float:
        return float(lib.grad(lambda a: lib.grad(lambda b: xp.sin(a * b) * b)(a))(x))

    def run(x: Any, right: float) -> None:
        wrong.extend([1 for _ in range(runs) if abs(nested(x) - right) > 1e-9])

    points = [lib.array(0.1 * k) for k in range(1, 5)]
    threads = [threading.Thread(target=run, args=(x, nested(x))) for x in points]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # as if there were many more threads
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)
    return f"{len(wrong)} of {4 * runs:,} wrong"


REFUSED = "refused"  # an exception is the right answer
PROGRAMS: list[tuple[str, Callable[[Library], Any], Any]] = [
    ("functions imported from `numpy` itself", numpy_itself, [2 * (np.sin(v) + v * np.cos(v)) for v in (1.0, 2.0)]),
    ("`y[0] = x[1]`", write, [0.0, 20.0]),
    ("`y[0] = 0` where an earlier step still needs `y`", overwrite, [2.0, 5.0]),
    ("gradient of a dataclass with a `str` field", dataclass, [2.0, 4.0]),
    ("`float(x)` in a loss is refused, not taken for a constant", number, REFUSED),
    ("`where(x > 0, sqrt(x), 0)` at 0", guarded, [0.0, 0.25]),
    ("`prod([0, 2, 3])`", product, [6.0, 0.0, 0.0]),
    ("`norm` at 0", norm, [0.0, 0.0]),
    ("`det` of a singular matrix", determinant, [[4.0, -2.0], [-2.0, 1.0]]),
    ("forward mode through `solve`", forward_solve, [0.5, 0.0]),
]


def cell(program: Callable[[Library], Any], right: Any, lib: Library) -> str:
    try:
        found = program(lib)
        given = np.asarray(found[0] if isinstance(found, tuple) else found, dtype=float)
    except Exception as error:  # noqa: BLE001 (whatever a library raises is the answer)
        return "yes, refused" if right is REFUSED else f"no: `{type(error).__name__}`"
    if right is not REFUSED and np.allclose(given, right, rtol=1e-12):
        return "yes"
    return "no: NaN" if np.isnan(given).any() else f"no: {np.round(given, 3).tolist()}"


def main() -> None:
    libraries = [Library(name) for name, module in LIBRARIES.items() if peers.installed(module)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [[title, *(cell(program, right, lib) for lib in libraries)] for title, program, right in PROGRAMS]
        rows.append(["nested gradients in four threads", *map(in_threads, libraries)])
    print(report.table(["", *(lib.name for lib in libraries)], rows))


if __name__ == "__main__":
    main()
