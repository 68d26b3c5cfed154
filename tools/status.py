"""What becomes of a public function, and how the pages of docs/coverage.md list it."""

from __future__ import annotations

from typing import NamedTuple

DIFFERENTIATED, NO_DERIVATIVE, REFUSED, MISSING = "differentiated", "constant", "refused", "missing"
COUNTERPART = "differentiated in tracker.polynomial"  # where the error of NumPy's own function leads to


class Status(NamedTuple):
    """What becomes of a function, why it is refused, and whether there would be a derivative to give."""

    kind: str
    reason: str = ""
    defined: bool = True


def section(title: str, statuses: dict[str, Status]) -> str:
    """A section of a page of docs: names by status, and why those are refused that are."""
    parts = [f"\n## `{title}`\n"]
    for kind in (DIFFERENTIATED, COUNTERPART, NO_DERIVATIVE):
        names = [f"`{name}`" for name, s in statuses.items() if s.kind == kind]
        if names:
            parts.append(f"\n{kind.capitalize()}: {', '.join(names)}.\n")
    reasons: dict[str, list[str]] = {}
    for name, s in statuses.items():
        if s.kind in (REFUSED, MISSING):
            reasons.setdefault(s.reason, []).append(f"`{name}`")
    if reasons:
        rows = "\n".join(f"| {', '.join(names)} | {reason} |" for reason, names in reasons.items())
        parts.append(f"\n| refused | why, and what to use |\n| --- | --- |\n{rows}\n")
    return "".join(parts)
