"""Runs the workloads (all, or those named), each in a process of its own, and writes RESULTS.md when all ran."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import sys
from pathlib import Path

from benchmarks import THREADS, import_time, memory, mutation, peers, report, scaling

TIMED = ["chain_small", "scalar_loop", "mlp", "mlp_small", "elementwise_large", "ode", "gp"]
TIMED += ["cnn", "lstm", "transformer"]
TABLES = ["adam", "solve_ivp", "scipy_gradients"]  # with contenders of their own
WORKLOADS = [*TIMED, *TABLES, "scaling", "mutation", "import_time"]
INTERPRETED_TO_TORCH = 0.5  # chain_small

missed: list[str] = []


def timed(names: list[str]) -> str:
    """Medians of all contenders, a row a workload."""
    rows = {name: report.measured(name) for name in names}
    if "chain_small" in rows:
        pure = report.measured("chain_small", "--only", peers.TRACKER, pure=True)
        rows["chain_small"][peers.INTERPRETED] = pure[peers.TRACKER]
        note_interpreted(rows["chain_small"])
    for name, times in rows.items():
        missed.extend(report.misses(name, times, importlib.import_module(f"benchmarks.{name}").TARGETS))
    columns = [name for name in peers.COLUMNS if any(name in times for times in rows.values())]
    return report.table(["", *columns], [[n, *(report.cell(t, c) for c in columns)] for n, t in rows.items()])


def tables(name: str) -> str:
    """The medians of a workload whose contenders are not those of the others."""
    module, result = importlib.import_module(f"benchmarks.{name}"), report.measured(name)
    for title, times in result.items():
        missed.extend(report.misses(f"{name}, {title}" if title != name else name, times, module.TARGETS))
    return module.as_text(result)


def note_interpreted(times: dict[str, float]) -> None:
    torch = times.get(peers.TORCH)
    if torch and times[peers.INTERPRETED] > INTERPRETED_TO_TORCH * torch:
        ratio = times[peers.INTERPRETED] / torch
        missed.append(f"chain_small, interpreted: {ratio:.3g} x {peers.TORCH}, at most {INTERPRETED_TO_TORCH}")


def peak_memory() -> str:
    """Peak memory of elementwise_large; an array there is 8 MB."""
    from benchmarks.elementwise_large import MEMORY_TARGETS

    needed = {peers.BY_HAND: "numpy", peers.TRACKER: "tracker", peers.AUTOGRAD: "autograd", peers.TORCH: "torch"}
    names = [name for name, module in needed.items() if peers.installed(module)]
    peaks = {name: report.measured("memory", "elementwise_large", name) for name in names}
    missed.extend(report.misses("elementwise_large, peak memory", peaks, MEMORY_TARGETS))
    return report.table(["", *names], [["elementwise_large", *(f"{peaks[n] / 1e6:.0f} MB" for n in names)]])


def by_length() -> str:
    times = report.measured("scaling")
    record = [(steps, report.measured("scaling", "bytes", str(steps))) for steps in (1_000, 100_000)]
    own = [times[str(n)][peers.TRACKER] for n in scaling.LENGTHS[1:]]
    if max(own) > scaling.MOST_SPREAD * min(own):
        missed.append(f"scaling: a step costs {max(own) / min(own):.3g} times as much at one length as at another")
    sizes = [f"{size:.0f} bytes a step in a record of {steps:,}" for steps, size in record]
    missed.extend(
        f"scaling: {text}" for text, (_, size) in zip(sizes, record, strict=True) if size > scaling.MOST_BYTES
    )
    return f"{scaling.as_text(times)}\n\nBeside its arrays tracker keeps {', '.join(sizes)}."


def writes() -> str:
    times = report.measured("mutation")
    own = [by_name[peers.TRACKER] for by_name in times.values()]
    if max(own) > mutation.MOST_SPREAD * min(own):
        missed.append(f"mutation: a write costs {max(own) / min(own):.3g} times as much at one size as at another")
    return mutation.as_text(times)


def imports() -> str:
    times = report.measured("import_time")
    extra = times[peers.TRACKER] - times["NumPy"]
    if extra > import_time.MOST_OVER_NUMPY:
        missed.append(f"import_time: {extra:.3f} s over NumPy, at most {import_time.MOST_OVER_NUMPY}")
    return import_time.as_text(times)


def machine() -> str:
    """What the numbers depend on."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
        cpu = models[0] if models else cpu
    found = [name for name in ("numpy", "scipy", "autograd", "torch", "jax") if peers.installed(name)]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in found)
    from tracker import _build

    core = "compiled" if _build.is_compiled() else "interpreted"
    return f"{cpu}, {THREADS} threads; Python {platform.python_version()}, {versions}; tracker's core {core}."


def main() -> None:
    chosen = sys.argv[1:] or WORKLOADS
    if unknown := set(chosen) - set(WORKLOADS):
        sys.exit(f"no such workload: {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    parts = [f"# Benchmarks\n\nWritten by `make bench`. {machine()}"]
    explained = "Medians of value and gradient; in brackets tracker's time as a multiple of this one."
    sections = [
        (explained, lambda: timed([name for name in TIMED if name in chosen]), set(TIMED) & set(chosen)),
        ("A step of Adam over 50 matrices and 50 vectors.", lambda: tables("adam"), "adam" in chosen),
        ("Gradients through `solve_ivp`.", lambda: tables("solve_ivp"), "solve_ivp" in chosen),
        (
            "Gradients through `tracker.scipy` beside SciPy's own call.",
            lambda: tables("scipy_gradients"),
            "scipy_gradients" in chosen,
        ),
        ("Peak memory of one value and gradient.", peak_memory, "elementwise_large" in chosen and memory.available()),
        ("Value and gradient of a chain of `sin` on 10 numbers, time a step.", by_length, "scaling" in chosen),
        ("Value and gradient of a loop that writes one entry at a time, time a write.", writes, "mutation" in chosen),
        ("Import in a fresh process.", imports, "import_time" in chosen),
    ]
    for title, section, wanted in sections:
        if wanted:
            parts.append(f"{title}\n\n{section()}")
            print(f"\n{parts[-1]}", flush=True)
    parts.append(
        "Targets missed:\n\n" + "\n".join(f"- {line}" for line in missed) if missed else "All targets are met."
    )
    print(f"\n{parts[-1]}")
    if not sys.argv[1:]:
        Path(__file__).with_name("RESULTS.md").write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
