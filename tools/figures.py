"""The figures of the documentation: `python -m tools.figures` runs the pages' examples and saves what they draw.

A figure is named by its page: `plt.subplots(num="fit")` becomes docs/images/fit.svg.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import matplotlib

DOCS = Path(__file__).parents[1] / "docs"
PYTHON = re.compile(r"^```python\n((?:.*\n)*?)^```$", re.MULTILINE)


def program(block: str) -> str:
    """A block as Python: of an example with prompts only what was typed."""
    if ">>>" not in block:
        return block
    return "".join(line[4:] + "\n" for line in block.splitlines() if line.startswith((">>> ", "... ")))


def run(page: str) -> None:
    """Run the blocks of a page, up to the last one that draws."""
    names: dict[str, Any] = {"__name__": "__main__"}
    blocks = PYTHON.findall(page)
    last = max((i for i, block in enumerate(blocks) if "plt.subplots" in block), default=-1)
    for block in blocks[: last + 1]:
        if "Traceback" not in block:  # what raises defines nothing that a figure needs
            exec(program(block), names)


def main() -> None:
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "tracker"  # the same file in every run
    import matplotlib.pyplot as plt

    for path in sorted(DOCS.glob("*.md")):
        run(path.read_text(encoding="utf-8"))
        for name in plt.get_figlabels():
            plt.figure(name).savefig(DOCS / "images" / f"{name}.svg", metadata={"Date": None})
            print(f"docs/images/{name}.svg")
        plt.close("all")


if __name__ == "__main__":
    main()
