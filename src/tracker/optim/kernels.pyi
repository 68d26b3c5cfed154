from typing import Any

def adam(
    dx: Any,
    first: Any,
    second: Any,
    keep1: float,
    add1: float,
    keep2: float,
    add2: float,
    epsilon: float,
    factor: float,
    /,
) -> tuple[Any, Any, Any] | None: ...
