"""How long gradients take: tracker beside NumPy, hand-written gradients, autograd, PyTorch and JAX.

`python -m benchmarks` runs all workloads and writes RESULTS.md, `python -m benchmarks mlp gp` runs some,
`python -m benchmarks.mlp` one of them in this process. Every process gets the same two processors and threads;
BENCH_THREADS=1 in the environment makes it one, for a machine that is busy: BLAS threads that wait for each other
measure the other programs.
"""

import os

THREADS = int(os.environ.get("BENCH_THREADS", "2"))

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB"):  # read when NumPy and PyTorch are imported
    os.environ[f"{_library}_NUM_THREADS"] = str(THREADS)
if hasattr(os, "sched_setaffinity"):  # JAX knows no such setting: it counts the processors it may use
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
