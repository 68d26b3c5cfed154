"""NumPy's functions that dispatch on their arguments and are refused: each with the reason."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy._core import umath

from tracker._core.registry import refused

refused(
    "it is for dates, which have no derivative. Pass tracker.data(x).",
    np.busday_count,
    np.busday_offset,
    np.is_busday,
    np.datetime_as_string,
)
refused("it reads text or bytes, which have no derivative. Pass tracker.data(x).", np.genfromtxt, np.loadtxt,
        np.fromfile, np.fromstring, np.frombuffer)  # fmt: skip
refused(
    "NumPy builds a plain array, with no place for a gradient. Use tracker.collect([...]) for a list of values.",
    np.fromiter,
)
refused(
    "NumPy fills a plain array. Use tracker.zeros(shape) + value, or numpy.full_like(x, value, shape=shape).",
    np.full,
)
refused("an array of the given memory layout is not recorded. Use x itself, or numpy.copy(x).", np.require,
        np.ascontiguousarray, np.asfortranarray)  # fmt: skip
refused(
    "it reads memory by strides. Windows are numpy.lib.stride_tricks.sliding_window_view(x, size)[::step], which has a "
    "derivative; other places are x[index].",
    np.lib.stride_tricks.as_strided,
)
refused("it makes a plain array of whole numbers or flags. Leave like= out.", np.tri, np.fromfunction)

_TEXT = "it is for text, which has no derivative. Pass tracker.data(x)."


def _text_functions() -> list[Any]:
    """The ufuncs behind numpy.strings: named by NumPy's own list of what dispatches, no others have these names."""
    names = (
        "_center _expandtabs _expandtabs_length _ljust _lstrip_chars _lstrip_whitespace _partition _partition_index "
        "_replace _rjust _rpartition _rpartition_index _rstrip_chars _rstrip_whitespace _slice _strip_chars "
        "_strip_whitespace _zfill count endswith find index isalnum isalpha isdecimal isdigit islower isnumeric "
        "isspace istitle isupper rfind rindex startswith str_len"
    )
    return [getattr(umath, name) for name in names.split() if hasattr(umath, name)]


refused(_TEXT, *_text_functions())
refused("it is the inside of numpy.clip. Use that.", vars(umath)["clip"])
