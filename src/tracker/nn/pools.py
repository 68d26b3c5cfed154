"""Pooling and resizing as layers: no parameters, the options of the functions as static fields."""

from __future__ import annotations

from typing import Any

from tracker.nn.adaptive import adaptive_maxpool, adaptive_meanpool
from tracker.nn.pooling import global_maxpool, global_meanpool, lpnormpool, maxpool, meanpool
from tracker.nn.resize import pad, pixel_shuffle, upsample
from tracker.tree import static, struct


@struct
class MaxPool:
    """`maxpool` as a layer.

    >>> import numpy as np
    >>> MaxPool(2)(np.ones((1, 1, 4, 4))).shape
    (1, 1, 2, 2)
    """

    window: Any = static()
    stride: Any = static(default=None)
    pad: Any = static(default=0)

    def __call__(self, x: Any) -> Any:
        return maxpool(x, self.window, self.stride, self.pad)


@struct
class MeanPool:
    """`meanpool` as a layer.

    >>> import numpy as np
    >>> MeanPool(2)(np.ones((1, 1, 4, 4))).shape
    (1, 1, 2, 2)
    """

    window: Any = static()
    stride: Any = static(default=None)
    pad: Any = static(default=0)
    count_borders: bool = static(default=False)

    def __call__(self, x: Any) -> Any:
        return meanpool(x, self.window, self.stride, self.pad, count_borders=self.count_borders)


@struct
class LPNormPool:
    """`lpnormpool` as a layer.

    >>> import numpy as np
    >>> LPNormPool(2, 2)(np.ones((1, 1, 4, 4))).shape
    (1, 1, 2, 2)
    """

    p: float = static()
    window: Any = static()
    stride: Any = static(default=None)
    pad: Any = static(default=0)

    def __call__(self, x: Any) -> Any:
        return lpnormpool(x, self.p, self.window, self.stride, self.pad)


@struct
class AdaptiveMaxPool:
    """`adaptive_maxpool` as a layer.

    >>> import numpy as np
    >>> AdaptiveMaxPool(2)(np.ones((1, 1, 5, 4))).shape
    (1, 1, 2, 2)
    """

    count: Any = static()

    def __call__(self, x: Any) -> Any:
        return adaptive_maxpool(x, self.count)


@struct
class AdaptiveMeanPool:
    """`adaptive_meanpool` as a layer.

    >>> import numpy as np
    >>> AdaptiveMeanPool((2, 3))(np.ones((1, 1, 5, 4))).shape
    (1, 1, 2, 3)
    """

    count: Any = static()

    def __call__(self, x: Any) -> Any:
        return adaptive_meanpool(x, self.count)


@struct
class GlobalMaxPool:
    """`global_maxpool` as a layer.

    >>> import numpy as np
    >>> GlobalMaxPool()(np.ones((1, 3, 4, 4))).shape
    (1, 3, 1, 1)
    """

    def __call__(self, x: Any) -> Any:
        return global_maxpool(x)


@struct
class GlobalMeanPool:
    """`global_meanpool` as a layer.

    >>> import numpy as np
    >>> GlobalMeanPool()(np.ones((1, 3, 4, 4))).shape
    (1, 3, 1, 1)
    """

    def __call__(self, x: Any) -> Any:
        return global_meanpool(x)


@struct
class Upsample:
    """`upsample` as a layer.

    >>> import numpy as np
    >>> Upsample(2, mode="bilinear")(np.ones((1, 1, 4, 4))).shape
    (1, 1, 8, 8)
    """

    scale: Any = static(default=None)
    size: Any = static(default=None)
    mode: str = static(default="nearest")
    align_corners: bool = static(default=False)

    def __call__(self, x: Any) -> Any:
        return upsample(x, self.scale, size=self.size, mode=self.mode, align_corners=self.align_corners)


@struct
class PixelShuffle:
    """`pixel_shuffle` as a layer.

    >>> import numpy as np
    >>> PixelShuffle(2)(np.ones((1, 4, 3, 3))).shape
    (1, 1, 6, 6)
    """

    factor: int = static()

    def __call__(self, x: Any) -> Any:
        return pixel_shuffle(x, self.factor)


@struct
class Pad:
    """`pad` as a layer.

    >>> import numpy as np
    >>> Pad(1, "reflect")(np.ones((1, 1, 3, 3))).shape
    (1, 1, 5, 5)
    """

    width: Any = static()
    mode: str = static(default="constant")
    value: float = static(default=0.0)

    def __call__(self, x: Any) -> Any:
        return pad(x, self.width, self.mode, self.value)
