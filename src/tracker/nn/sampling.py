"""Images read at places between their pixels."""

from __future__ import annotations

from typing import Any

import numpy as np


def grid_sample(x: Any, grid: Any, *, pad: str = "zeros", align_corners: bool = False) -> Any:
    """Images x (n, c, h, w) at the places `grid` (n, *shape, 2), linearly interpolated: (n, c, *shape).

    A place is (across, down), from -1 to 1: the outer edges of the image or, with `align_corners`, the middles of its
    corner pixels. Outside is zero, or with pad="border" what is at the border. The gradient by the grid at a pixel's
    middle is that to the right of it and below. Raises `ValueError` for other shapes or another `pad`.
    Jaderberg et al. (2015), eq. 5.

    >>> image, middle = np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), np.zeros((1, 1, 2))
    >>> grid_sample(image, middle)
    array([[[2.5]]])
    """
    if x.ndim != 4 or grid.ndim < 2 or grid.shape[-1] != 2 or grid.shape[0] != x.shape[0] or pad not in _PADS:
        raise ValueError(
            f"grid_sample takes x (n, c, h, w), grid (n, *shape, 2) and pad {' or '.join(_PADS)}; it was given "
            f"{x.shape}, {grid.shape} and {pad!r}."
        )
    across, down = (_place(grid[..., k], size, pad, align_corners) for k, size in ((0, x.shape[3]), (1, x.shape[2])))
    batch = np.arange(x.shape[0]).reshape(-1, *[1] * (grid.ndim - 2))
    total: Any = 0.0
    for row, weight in _neighbours(down, x.shape[2]):
        for column, other in _neighbours(across, x.shape[3]):
            total = total + x[batch, :, row, column] * (weight * other)[..., None]
    return np.moveaxis(total, -1, 1)


_PADS = ("zeros", "border")


def _place(z: Any, size: int, pad: str, align_corners: bool) -> Any:
    """From -1 to 1 to pixels."""
    z = (z + 1) * ((size - 1) / 2) if align_corners else ((z + 1) * size - 1) / 2
    return np.clip(z, 0, size - 1) if pad == "border" else z


def _neighbours(z: Any, size: int) -> list[tuple[Any, Any]]:
    """The pixels before and after each place, and their weights: zero for those that there are not."""
    low = np.floor(z)
    part = z - low
    found = []
    for pixel, weight in ((low, 1 - part), (low + 1, part)):
        inside = (pixel >= 0) & (pixel < size)
        found.append((np.where(inside, pixel, 0).astype(np.intp), np.where(inside, weight, 0)))
    return found
