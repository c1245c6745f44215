"""The walls of this code base that a program can see; every message says what to do instead.

Each rule is a function from one file to its offences, so that the rule itself is tried on bad code below.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.checkout import ROOT, Source, sources

FILE_LINES, FUNCTION_LINES, NESTING, ARGUMENTS = 400, 60, 3, 5
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "core", "misc", "stuff", "part2"}
CODE = {".py", ".typ", ".html", ".css", ".js", ".sh", ".sql", ""}
OUTWARD = re.compile(
    r"asyncio|builtins|ctypes|glob|http|io|logging|multiprocessing|os|pathlib|pickle|random|secrets|select"
    r"|shutil|signal|socket|sqlite3|ssl|subprocess|tempfile|threading|time|urllib|warnings"
)
EXACT_MATH = {"ceil", "comb", "floor", "gcd", "isqrt", "lcm", "perm", "prod", "trunc"}
CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter"}
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
BLOCK = ast.If | ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith | ast.Try | ast.Match


class Offence(NamedTuple):
    line: int
    advice: str


def file_is_short(source: Source) -> Iterator[Offence]:
    """No file of code over 400 lines; a migration is written by Django and read by nobody."""
    count = source.text.count("\n")
    is_written = Path(source.path).suffix in CODE and "/migrations/" not in source.path
    if is_written and source.path != "LICENSE" and count > FILE_LINES:
        yield Offence(count, f"{count} lines: split by what changes together, at most {FILE_LINES}")


def name_says_something(source: Source) -> Iterator[Offence]:
    """A folder or file is named by what is in it."""
    for part in Path(source.path).with_suffix("").parts:
        if part.strip("_") in NAMES_THAT_SAY_NOTHING:
            yield Offence(1, f"'{part}' says nothing: name it by the answer it gives and put it in its room")


def functions_are_small(source: Source) -> Iterator[Offence]:
    """No function over 60 lines, more than 5 arguments, or blocks nested deeper than 3."""
    for node in ast.walk(source.tree) if source.is_python() else ():
        if isinstance(node, FUNCTION):
            yield from _function_offences(node)


def _function_offences(node: FUNCTION) -> Iterator[Offence]:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if length > FUNCTION_LINES:
        yield Offence(node.lineno, f"{node.name}: {length} lines, at most {FUNCTION_LINES}: move a step out")
    given = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    count = len([each for each in given if each.arg not in ("self", "cls")])
    if count > ARGUMENTS:
        yield Offence(
            node.lineno,
            f"{node.name}: {count} arguments, at most {ARGUMENTS}: put what belongs together in a dataclass",
        )
    if (deepest := max((_depth(each) for each in node.body), default=0)) > NESTING:
        yield Offence(
            node.lineno,
            f"{node.name}: blocks nested {deepest} deep, at most {NESTING}: return early or name a block",
        )


def _depth(node: ast.AST) -> int:
    if isinstance(node, FUNCTION | ast.ClassDef):
        return 0
    inner = list(ast.iter_child_nodes(node))
    beside = 0
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        beside = _depth(inner.pop())  # an `elif`, stored as an `if` alone in the `else`, nests no deeper
    return max(beside, isinstance(node, BLOCK) + max(map(_depth, inner), default=0))


def module_says_what_it_is_for(source: Source) -> Iterator[Offence]:
    """Every module that holds something opens with a docstring."""
    if source.is_python() and source.tree.body and not ast.get_docstring(source.tree):
        yield Offence(1, "begin with one to five lines: what this module is for")


def public_functions_are_explained(source: Source) -> Iterator[Offence]:
    """A module's public functions have a docstring; all functions have types."""
    if not (source.path.startswith("src/") and source.is_python()) or "/tests/" in source.path:
        return
    for node in source.tree.body:
        if isinstance(node, FUNCTION) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield Offence(
                node.lineno, f"{node.name}: say what the answer means: units, errors, where the rule is from"
            )
    for node in ast.walk(source.tree):
        if isinstance(node, FUNCTION) and _untyped(node):
            yield Offence(node.lineno, f"{node.name}: give the type of {', '.join(_untyped(node))}")


def _untyped(node: FUNCTION) -> list[str]:
    spec = node.args
    given = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    bare = [each.arg for each in given if each and not each.annotation and each.arg not in ("self", "cls")]
    return bare + ([] if node.returns else ["the answer"])


def kernel_is_pure(source: Source) -> Iterator[Offence]:
    """In the kernel: no float, no rounding without a name, no clock, no input or output."""
    if not source.path.startswith("src/jetbill/kernel/") or not source.is_python():
        return
    columns = source.path.startswith("src/jetbill/kernel/rating/")
    for node in ast.walk(source.tree):
        for advice in _impurities(node):
            yield Offence(getattr(node, "lineno", 1), advice)
    for line, module in source.imports():
        if advice := _import_advice(module, columns):
            yield Offence(line, advice)


def _impurities(node: ast.AST) -> Iterator[str]:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if (isinstance(node, ast.Constant) and isinstance(node.value, float)) or re.fullmatch(r"float\d*", name):
        yield "no float where money is made: Decimal('0.10'), Fraction(1, 10) or an integer"
    if name == "round":
        yield "round() rounds half to even and says nothing: name the rounding (jetbill.kernel.money)"
    if name in ("open", "print", "input", "eval", "exec") and isinstance(node, ast.Name):
        yield f"no {name}() in the kernel: values in, values out; let a door or a stage do it"
    if name in CLOCKS and isinstance(node, ast.Attribute):
        yield f"no clock in the kernel (.{name}): take `on` or `now` as an argument"
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "math" and name not in EXACT_MATH:
        yield f"math.{name} answers in floats: stay with integers and fractions"


def _import_advice(module: str, columns: bool) -> str:
    root = module.partition(".")[0]
    if root == "jetbill" and not module.startswith("jetbill.kernel"):
        return f"the kernel does not know {module}: pass in the values it needs"
    if root in ("numpy", "numba"):
        return "" if columns else f"{root} belongs in kernel/rating only: totals are few, use fractions"
    if OUTWARD.fullmatch(root):
        return f"{root} reaches outside: the kernel takes values and gives values"
    if root != "jetbill" and root not in sys.stdlib_module_names:
        return f"the kernel imports the standard library only, not {root}: move the line, or pass a value in"
    return ""


def money_is_no_float_in_tables(source: Source) -> Iterator[Offence]:
    """No float column in a table of ours."""
    if source.path.startswith("src/jetbill/stages/"):
        for number, line in _lines_with(source, r"\bFloatField\b|double precision"):
            yield Offence(number, f"{line!r}: use DecimalField or BigIntegerField; floats lose cents")


_HOSTS = ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb.debian", "org"), ("crates", "io")
_PLACES = "|".join(rf"{name}\.{end}" for name, end in _HOSTS) + r"|(?<![\w.$}/-])/(?:work|home|root|Users)/\w"


def names_no_machine(source: Source) -> Iterator[Offence]:
    """No path of somebody's machine and no address of a package registry: they differ for the next person."""
    if source.path.startswith("tests/oracles/cases/"):
        return
    for number, line in _lines_with(source, _PLACES + r"|^--(?:extra-)?index-url"):
        yield Offence(number, f"{line!r}: take it from an argument or the environment")


def silences_nothing_wholesale(source: Source) -> Iterator[Offence]:
    """A silenced checker names the rule; a TODO has a reason and an end."""
    if not source.path.endswith(".py"):
        return
    for number, line in _lines_with(source, r"#\s*noqa(?!:)|#\s*type:\s*ignore(?!\[)"):
        yield Offence(number, f"{line!r}: name the rule in brackets or after a colon, or better: mend it")
    for number, line in _lines_with(source, r"#\s*(?:TODO|FIXME)(?!: .{12})"):
        yield Offence(number, f"{line!r}: say why it waits and what ends it, or delete it")


def _lines_with(source: Source, pattern: str) -> Iterator[tuple[int, str]]:
    wanted = re.compile(pattern, re.MULTILINE)
    if wanted.search(source.text):
        for number, line in enumerate(source.text.splitlines(), start=1):
            if wanted.search(line):
                yield number, line.strip()[:80]


RULES: tuple[Callable[[Source], Iterator[Offence]], ...] = (
    file_is_short,
    name_says_something,
    functions_are_small,
    module_says_what_it_is_for,
    public_functions_are_explained,
    kernel_is_pure,
    money_is_no_float_in_tables,
    names_no_machine,
    silences_nothing_wholesale,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_tidy(rule: Callable[[Source], Iterator[Offence]]) -> None:
    found = [f"{each.path}:{line}: {advice}" for each in sources() for line, advice in rule(each)]
    assert not found, "\n" + "\n".join(found)


def test_test_files_have_names_of_their_own() -> None:
    """pytest imports test modules by file name, so two of one name hide each other."""
    names: dict[str, str] = {}
    for path in (each.path for each in sources() if re.search(r"(^|/)test_[^/]*\.py$", each.path)):
        other = names.setdefault(Path(path).name, path)
        assert other == path, f"{path}: {other} has the same name; call it by what it tests"


DEEP = "def f() -> None:\n  if a:\n    for b in c:\n      with d:\n        while e:\n          pass\n"


@pytest.mark.parametrize(
    "rule, path, text",
    [
        (file_is_short, "src/a.py", "x = 1\n" * 401),
        (name_says_something, "src/jetbill/utils/a.py", ""),
        (name_says_something, "tests/helpers.py", ""),
        (functions_are_small, "src/a.py", "def f() -> None:\n" + "    x = 1\n" * 60),
        (functions_are_small, "src/a.py", "def f(a, b, c, *, d, e, g): ..."),
        (functions_are_small, "src/a.py", DEEP),
        (module_says_what_it_is_for, "src/a.py", "x = 1"),
        (public_functions_are_explained, "src/a.py", "def f() -> int:\n    return 1"),
        (public_functions_are_explained, "src/a.py", "class A:\n    def f(self, a) -> int: ..."),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "x = 0.5"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "x: float"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "round(x)"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "open('f')"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "datetime.now()"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "math.sqrt(2)"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "import os.path"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "from django.db import models"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "import numpy as np"),
        (kernel_is_pure, "src/jetbill/kernel/rating/a.py", "np.float64(1)"),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "from jetbill.stages import usage"),
        (money_is_no_float_in_tables, "src/jetbill/stages/a/models.py", "x = models.FloatField()"),
        (names_no_machine, "README.md", "see /" + "home/vera/jet"),
        (silences_nothing_wholesale, "src/a.py", "x = 1  #" + " noqa"),
        (silences_nothing_wholesale, "src/a.py", "x = 1  #" + " TODO"),
    ],
)
def test_each_rule_can_fail(rule: Callable[[Source], Iterator[Offence]], path: str, text: str) -> None:
    assert list(rule(Source(path, text)))


ELIF = "def f() -> None:\n  if a: pass\n  elif b: pass\n  elif c: pass\n  elif d: pass\n  elif e: pass\n"


@pytest.mark.parametrize(
    "rule, path, text",
    [
        (functions_are_small, "src/a.py", ELIF),
        (functions_are_small, "src/a.py", "class A:\n  def f(self, a, b, c, d, e): ..."),
        (kernel_is_pure, "src/jetbill/kernel/a.py", "from datetime import date, time\nx = math.gcd(4, 6)"),
        (kernel_is_pure, "src/jetbill/kernel/rating/a.py", "import numpy as np"),
        (names_no_machine, "README.md", "~/.local/share/jet and /var/lib/jet"),
        (silences_nothing_wholesale, "src/a.py", "x = 1  # noqa: E501"),
    ],
)
def test_what_each_rule_allows(rule: Callable[[Source], Iterator[Offence]], path: str, text: str) -> None:
    assert not list(rule(Source(path, text)))


def test_links_in_the_documentation_lead_somewhere() -> None:
    for each in (each for each in sources() if each.path.endswith(".md")):
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", each.text):
            target = ROOT / Path(each.path).parent / link
            assert target.exists(), f"{each.path}: the link {link} leads nowhere"
