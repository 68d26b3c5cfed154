"""Arguments that functions of scipy.ndimage share."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError

PADS: Final = {
    "reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap",
    "grid-wrap": "wrap", "constant": "constant", "grid-constant": "constant",
}  # fmt: skip


def is_fixed(*arguments: Any) -> bool:
    return all(handles.level_of(x) < 0 and not handles.is_tracked(x) for x in arguments)


def each(x: Any, n: int) -> list[Any]:
    return list(x) if isinstance(x, list | tuple | np.ndarray) and np.ndim(x) else [x] * n


def modes(mode: Any, n: int) -> list[str]:
    return [PADS[m] for m in ([mode] * n if isinstance(mode, str) else mode)]


def no_output(output: Any) -> None:
    if output is not None:
        raise UnsupportedKeywordError("output= is not supported here: use the value that is returned, and its astype.")


def no_wrap(name: str, mode: str, *arrays: Any) -> None:
    if mode == "wrap" and any(handles.level_of(x) >= 0 for x in arrays):
        raise UnsupportedKeywordError(f'{name} can\'t be differentiated with mode="wrap". Take mode="grid-wrap".')


def constant(name: str, argument: str, x: Any) -> None:
    if handles.level_of(x) >= 0:
        raise UnsupportedKeywordError(f"{name} is not differentiated by {argument}. Pass tracker.stop_gradient of it.")
