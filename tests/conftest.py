"""What holds for all tests."""

import os
from typing import Any

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")  # figures are drawn, not shown

_states: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def _same_random_numbers(request: pytest.FixtureRequest) -> None:
    """A test draws the same numbers from its module's RNG whichever tests ran before it."""
    rng = getattr(request.module, "RNG", None)
    if rng is not None:
        rng.bit_generator.state = _states.setdefault(request.module.__name__, rng.bit_generator.state)
