"""Classes of parameters: `struct` and the fields of it that are none, `static`."""

import copy
import dataclasses
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform, overload

from tracker.tree._classes import FIXED, STATIC

T = TypeVar("T")


def static(default: Any = dataclasses.MISSING, **options: Any) -> Any:
    """A field of a `struct` or dataclass that is not a parameter: its gradient is None.

    `options` are those of `dataclasses.field`. Type checkers see that a field has a default only if it is given by
    name: `static(default=0.1)`. In an attrs class write `attrs.field(metadata={"tracker.static": True})`.

    >>> import numpy as np
    >>> from tracker import tree
    >>> @struct
    ... class Layer:
    ...     W: np.ndarray
    ...     slope: float = static(0.1)
    >>> tree.flatten(Layer(np.ones(2)))[0][0]
    array([1., 1.])
    >>> tree.map(lambda leaf: 2 * leaf, Layer(np.ones(2)))
    Layer(W=array([2., 2.]), slope=0.1)
    """
    metadata = {**options.pop("metadata", {}), STATIC: True}
    if default is not dataclasses.MISSING:
        options["default"] = default
    return dataclasses.field(metadata=metadata, **options)


@overload
def struct(cls: type[T], /) -> type[T]: ...
@overload
def struct(*, trainable: Iterable[str] | None = None, **options: Any) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(static, dataclasses.field))
def struct(cls: Any = None, /, *, trainable: Iterable[str] | None = None, **options: Any) -> Any:
    """Make `cls` a frozen dataclass whose fields are parameters, except for `static` ones.

    With `trainable` only the fields it names are parameters; the others have the gradient None, optimisers leave
    them as they are, but they are saved with the model. `options` are those of `dataclasses.dataclass`.
    Raises `TypeError` if `trainable` names what is no field, or a static one.

    >>> @struct(trainable=("intercept",))
    ... class Line:
    ...     slope: float
    ...     intercept: float = 0.0
    >>> from tracker import gradient
    >>> gradient(lambda line: line.slope + 3 * line.intercept, Line(2.0))[0]
    Line(slope=None, intercept=3.0)
    """
    dataclass = dataclasses.dataclass(**{"frozen": True, **options})
    make = dataclass if trainable is None else lambda cls: _restricted(dataclass(cls), trainable)
    return make if cls is None else make(cls)


def _restricted(cls: Any, trainable: Iterable[str]) -> Any:
    """`cls`, its fields other than the `trainable` ones marked as fixed, those it inherits included."""
    names = (trainable,) if isinstance(trainable, str) else tuple(trainable)
    fields = cls.__dataclass_fields__
    free = {field.name for field in dataclasses.fields(cls) if not field.metadata.get(STATIC, False)}
    if unknown := sorted(set(names) - free):
        raise TypeError(
            f"trainable names {', '.join(unknown)}: {cls.__name__} has the fields {', '.join(sorted(free))}."
        )
    for name in free:
        fields[name] = copy.copy(fields[name])  # a base class has the same object
        fields[name].metadata = MappingProxyType({**fields[name].metadata, FIXED: name not in names})
    return cls


def replace(x: T, **fields: Any) -> T:
    """A copy of `x`, an instance of a dataclass, with these values in its fields, whatever its `__init__` takes.

    Raises `TypeError` for a field that it has not.

    >>> import numpy as np
    >>> from tracker import nn
    >>> replace(nn.LayerNorm(2), weight=np.full(2, 0.5))(np.array([1.0, 3.0])).round(3)
    array([-0.5,  0.5])
    """
    if not dataclasses.is_dataclass(x) or isinstance(x, type):
        raise TypeError(f"replace takes an instance of a dataclass; it was given {x!r}.")
    if unknown := fields.keys() - {field.name for field in dataclasses.fields(x)}:
        raise TypeError(f"{type(x).__name__} has no field {', '.join(sorted(unknown))}.")
    made = copy.copy(x)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made
