"""The files of this checkout as text and as syntax trees, for the tests that look at the code itself."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Source(NamedTuple):
    """One file: its path inside the checkout and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parse(self.text)

    def is_python(self) -> bool:
        """True for code that somebody wrote; migrations are written by Django."""
        return self.path.endswith(".py") and "/migrations/" not in self.path

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full dotted name of everything imported: `from a.b import c` is `a.b.c`."""
        package = Path(self.path).with_suffix("").parts[1:]
        for node in ast.walk(self.tree) if self.path.endswith(".py") else ():
            if isinstance(node, ast.Import):
                yield from ((node.lineno, each.name) for each in node.names)
            if isinstance(node, ast.ImportFrom):
                near = ".".join(package[: -node.level]) if node.level else ""
                module = ".".join(filter(None, (near, node.module)))
                yield from ((node.lineno, f"{module}.{each.name}") for each in node.names)


@cache
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def sources() -> tuple[Source, ...]:
    """Every text file that is, or is about to be, in git; without git, every file in the usual folders."""
    found = []
    for name in sorted(_names()):
        raw = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if raw and b"\0" not in raw[:8000]:
            found.append(Source(name, raw.decode("utf-8", "replace")))
    return tuple(found)


def _names() -> set[str]:
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-coz", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        return set(filter(None, listed.split("\0")))
    except (OSError, subprocess.CalledProcessError):
        folders = ("src", "tests", "stories", "docs", "deploy")
        return {str(path.relative_to(ROOT)) for each in folders for path in (ROOT / each).rglob("*")}
