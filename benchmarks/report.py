"""Runs one workload, here or in a process of its own, and writes results as tables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks import peers, timing


def run(contenders: Callable[[], dict[str, peers.Thunk]]) -> None:
    """The main program of a workload; `--json` prints for another program, `--only NAME` times one contender."""
    found = contenders()
    if "--only" in sys.argv:
        name = sys.argv[sys.argv.index("--only") + 1]
        found = {name: found[name], peers.BY_HAND: found[peers.BY_HAND]}
    peers.check(found)
    emit(timing.compare(found), lambda times: table(["", "median", "tracker is"], _lines(times)))


def emit(result: Any, as_text: Callable[[Any], str]) -> None:
    print(json.dumps(result) if "--json" in sys.argv else as_text(result))


def measured(module: str, *options: str, pure: bool = False) -> Any:
    """What `python -m benchmarks.<module>` measures in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *options, "--json"]
    environment = {**os.environ, "TRACKER_PURE": "1"} if pure else None
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.0f} ns"


def ratio(times: float) -> str:
    return f"{times:.2g}x" if times < 10 else f"{times:.0f}x"


def table(header: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A Markdown table, padded to be read as it stands."""
    rows = [list(header), *map(list, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows)


def cell(times: Mapping[str, float], name: str) -> str:
    """A contender's median, and tracker's time as a multiple of it."""
    if name not in times:
        return ""
    if name == peers.TRACKER or peers.TRACKER not in times:
        return duration(times[name])
    return f"{duration(times[name])} ({ratio(times[peers.TRACKER] / times[name])})"


def misses(title: str, values: Mapping[str, float], targets: Mapping[str, float]) -> list[str]:
    """A line for each target that tracker does not reach."""
    return [
        f"{title}: {values[peers.TRACKER] / values[name]:.3g} x {name}, at most {most:g}"
        for name, most in targets.items()
        if name in values and peers.TRACKER in values and values[peers.TRACKER] > most * values[name]
    ]


def _lines(times: Mapping[str, float]) -> list[list[str]]:
    own = times.get(peers.TRACKER)
    return [[name, duration(t), ratio(own / t) if own else ""] for name, t in times.items()]
