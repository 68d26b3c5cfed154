"""Every Python block of the documentation runs and gives what it shows; every public name has an example that runs."""

import ast
import doctest
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import tracker
import tracker.nn
import tracker.scipy
from tracker._core import registry

ROOT = Path(__file__).parents[1]
PAGES = [path.relative_to(ROOT).as_posix() for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")))]
FENCED = re.compile(r"^```(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
IMAGE = re.compile(r"\]\(images/(\w+)\.svg\)")  # python -m tools.figures makes them
PARSER = doctest.DocTestParser()


class Text(NamedTuple):
    """A piece of documentation, and the line where it begins."""

    name: str
    source: str
    line: int


for _name in tracker.scipy.__all__:  # which register their rules when they are imported, and only then
    importlib.import_module(f"tracker.scipy.{_name}")


@pytest.fixture(autouse=True)
def _rules_as_they_were():
    """Examples give functions rules; other tests ask which functions have one."""
    before = dict(registry._ops)
    yield
    registry._ops.clear()
    registry._ops.update(before)


# Running examples


def failures(text: Text, names: dict[str, Any], path: str) -> list[str]:
    """What the `>>>` examples in `text` print otherwise than shown; `names` keeps what they define."""
    test = PARSER.get_doctest(text.source, names, text.name, path, text.line)
    reports: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=reports.append, clear_globs=False)
    names.update(test.globs)
    return reports


def mistakes(text: Text, names: dict[str, Any], path: str) -> list[str]:
    """The lines of a program without `>>>` whose comment is not their value.

    A comment beside an expression shows its value; one beside any other statement, or beside a call that
    returns nothing, is prose.
    """
    reports = []
    lines = text.source.splitlines()
    for statement in ast.parse(text.source).body:
        _, _, comment = lines[(statement.end_lineno or 1) - 1].partition("# ")
        if not isinstance(statement, ast.Expr):
            exec(compile(ast.Module([statement], []), path, "exec"), names)
            continue
        value = eval(compile(ast.Expression(statement.value), path, "eval"), names)
        if value is not None and comment and repr(value) != comment:
            reports.append(f"{path}:{text.line + statement.lineno}: shows {comment}, gives {value!r}")
    return reports


def blocks(page: str) -> list[tuple[str, Text]]:
    """The fenced blocks of a page, each with its language."""
    source = (ROOT / page).read_text(encoding="utf-8")
    return [(m[1], Text(page, m[2], source.count("\n", 0, m.start(2)))) for m in FENCED.finditer(source)]


HAS_TORCH = importlib.util.find_spec("torch") is not None  # its examples are left out where it is missing
NO_TORCH = "PyTorch's examples need PyTorch, which is too large to be a dependency of the tests"


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_give_what_they_show(page):
    names: dict[str, Any] = {"__name__": "__main__"}
    wrong = []
    programs = [text for language, text in blocks(page) if language == "python"]
    left_out = [] if HAS_TORCH else [text for text in programs if "torch" in text.source]
    for text in programs:
        if text not in left_out:
            wrong += (failures if ">>>" in text.source else mistakes)(text, names, page)
    assert not wrong, "\n".join(wrong)
    assert sorted(figures()) == sorted(IMAGE.findall((ROOT / page).read_text(encoding="utf-8")))
    if left_out:
        pytest.skip(NO_TORCH)


def figures() -> list[str]:
    """The names of the figures that examples have drawn, which are closed."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    names = pyplot.get_figlabels()
    pyplot.close("all")
    return names


def test_every_image_is_of_a_page_and_made_by_its_examples():
    shown = {name for page in PAGES for name in IMAGE.findall((ROOT / page).read_text(encoding="utf-8"))}
    assert shown == {path.stem for path in ROOT.glob("docs/images/*")}


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is_and_every_fence_is_closed(page):
    assert all(language in ("python", "sh", "text") for language, _ in blocks(page))
    assert (ROOT / page).read_text(encoding="utf-8").count("\n```") == 2 * len(blocks(page))


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))
    missing = [target for target in targets if target and not (ROOT / page).parent.joinpath(target).exists()]
    assert not missing


def test_the_checks_of_this_file_can_fail():
    assert failures(Text("", ">>> 1 + 1\n3\n", 0), {}, "")
    assert mistakes(Text("", "x = 1  # a number\nx + 1  # 3\n", 0), {}, "")
    assert not mistakes(Text("", "x = 1  # a number\nx + 1  # 2\nprint()  # prints\n", 0), {}, "")


# The table of corner values: function, point, gradient, reason

ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)
CORNERS = ROW.findall((ROOT / "docs/edge-cases.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("f", "point", "expected"), CORNERS, ids=[f"{f} at {x}" for f, x, _ in CORNERS])
def test_gradient_in_the_table_of_corner_values(f, point, expected):
    names = {"np": np, "inf": np.inf, "nan": np.nan}
    point = eval(point, names)
    point = point if isinstance(point, tuple) else (point,)
    found = tracker.gradient(eval(f, names), *point, check_finite=False)
    expected = eval(expected, names)
    for given, wanted in zip(found, expected if isinstance(expected, tuple) else (expected,), strict=True):
        np.testing.assert_allclose(given, wanted, rtol=1e-14)


def test_the_table_of_corner_values_was_found():
    assert len(CORNERS) > 20


# The table of Julia's names: each line of its second column runs after the page's first block

LINES = re.findall(
    r"^\| [^|]+ \| `([^`]+)` \|", (ROOT / "docs/from-tracker-jl.md").read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.fixture(scope="module")
def julia_setup():
    _, text = blocks("docs/from-tracker-jl.md")[0]
    return "".join(example.source for example in PARSER.get_examples(text.source))


@pytest.mark.parametrize("line", LINES)
def test_line_beside_a_name_of_julia_runs(line, julia_setup):
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(julia_setup, names)
    exec(line, names)


def test_the_table_of_julias_names_was_found():
    assert len(LINES) > 90


# Docstrings, read from the sources: classes and functions compiled by mypyc do not keep theirs


def modules() -> Iterator[tuple[str, Path]]:
    folder = Path(inspect.getfile(tracker)).parent
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def docstrings() -> Iterator[tuple[str, Text]]:
    """Every docstring of the package with the module that it is in; its name says where."""
    for module, path in modules():
        stack: list[tuple[str, Any]] = [(module, ast.parse(path.read_text(encoding="utf-8")))]
        while stack:
            name, node = stack.pop()
            if docstring := ast.get_docstring(node):
                yield module, Text(name, docstring, node.body[0].lineno - 1)
            kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
            stack += [(f"{name}.{child.name}", child) for child in node.body if isinstance(child, kinds)]


DOCSTRINGS = list(docstrings())
EXAMPLES = {text.name: (module, text) for module, text in DOCSTRINGS if ">>>" in text.source}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_in_docstrings_give_what_they_show(name):
    module, text = EXAMPLES[name]
    if module == "tracker.interop.torch" and not HAS_TORCH:
        pytest.skip(NO_TORCH)
    reports = failures(text, dict(vars(importlib.import_module(module))), module)
    assert not reports, "\n".join(reports)


def is_plain_exception(x: Any) -> bool:
    return isinstance(x, type) and issubclass(x, Exception)


@pytest.mark.parametrize("name", [name for name in tracker.__all__ if not is_plain_exception(getattr(tracker, name))])
def test_every_public_name_has_a_docstring_with_an_example(name):
    module = getattr(tracker, name).__module__
    assert f"{module}.{name}" in EXAMPLES, f"tracker.{name} (in {module}) has no docstring with an example"


@pytest.mark.parametrize("name", tracker.__all__)
def test_help_shows_a_docstring(name):
    assert inspect.getdoc(getattr(tracker, name))
