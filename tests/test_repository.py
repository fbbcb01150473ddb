"""Promises that the repository makes about itself: packages, exports, commands, problem codes."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import crossfoot
import pytest
import typer
from crossfoot import cli
from crossfoot.document import PROBLEM_CODES
from crossfoot.errors import OptionsError
from crossfoot.source import SourceOptions

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
READMES = [path for path in ROOT.glob("README*.md") if path.is_file()]


def sources() -> Iterator[Path]:
    """The Python files that ship."""
    yield from ROOT.glob("*.py")
    for package in PROJECT["tool"]["setuptools"]["packages"][1:]:
        yield from (ROOT / package.removeprefix("crossfoot.").replace(".", "/")).glob("*.py")


def tracked() -> list[Path]:
    """The files in git, links left out; skips where this is no checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    paths = [ROOT / name.decode() for name in done.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def test_packages_are_the_folders_with_an_init() -> None:
    skipped = {".venv", ".link", "build", "tests"}
    folders = {
        path.parent.relative_to(ROOT)
        for path in ROOT.rglob("__init__.py")
        if skipped.isdisjoint(path.relative_to(ROOT).parts)
    }

    listed = PROJECT["tool"]["setuptools"]["packages"]

    assert sorted(listed) == sorted(".".join(("crossfoot", *folder.parts)) for folder in folders)


def test_the_tests_are_no_package() -> None:
    assert not (ROOT / "tests/__init__.py").exists()


def test_package_data_exists() -> None:
    for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items():
        folder = ROOT / package.removeprefix("crossfoot").removeprefix(".").replace(".", "/")
        for pattern in patterns:
            assert list(folder.glob(pattern)), f"{package}: no {pattern}"


def test_console_scripts_resolve() -> None:
    for name, target in PROJECT["project"]["scripts"].items():
        point = importlib.metadata.EntryPoint(name, target, "console_scripts")
        assert callable(point.load())


def test_exported_names_resolve() -> None:
    for name in crossfoot.__all__:
        assert getattr(crossfoot, name) is not None
    assert set(crossfoot.__all__) <= set(dir(crossfoot))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = crossfoot.nothing


def test_the_link_for_mypy_leads_to_the_root() -> None:
    link = ROOT / ".link/crossfoot"

    assert link.is_symlink()
    assert str(link.readlink()) == ".."


def commands(readme: Path) -> list[list[str]]:
    """The lines of its code blocks, as words, without prompts and comments."""
    blocks = re.findall(
        r"^```(?:sh|bash|shell|console|text)?\n(.*?)^```", readme.read_text("utf-8"), re.M | re.S
    )
    lines = [line.partition("#")[0].removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [words for line in lines if (words := line.split())]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_commands_in_the_readme_exist(readme: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    known = set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]

    for words in commands(readme):
        if words[0] == "make" and len(words) > 1:
            assert words[1] in targets
        if words[0] == "crossfoot" and len(words) > 1 and not words[1].startswith("-"):
            assert words[1] in known


def strings_in(tree: ast.AST) -> Iterator[str]:
    """String constants but docstrings, and but those in lists, which are other programs' arguments."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr | ast.List):
            skipped |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def known_options() -> set[str]:
    def options(command: Any) -> Iterator[str]:
        for parameter in command.params:
            yield from (*parameter.opts, *parameter.secondary_opts)
        for inner in getattr(command, "commands", {}).values():
            yield from options(inner)

    return set(options(typer.main.get_command(cli.app)))


def test_options_that_messages_name_are_options_of_the_command_line() -> None:
    scripts = {"datasets", "eval"}  # with options of their own
    named = {
        (path.name, option)
        for path in sources()
        if path.parent.name not in scripts
        for text in strings_in(ast.parse(path.read_text("utf-8")))
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)
    }

    assert {option for _, option in named} >= {"--max-pages", "--render-dpi", "--password"}
    assert {(place, option) for place, option in named if option not in known_options()} == set()


def test_every_number_among_the_options_of_the_source_is_an_option_of_the_command_line() -> None:
    from crossfoot.source.options import RANGES

    for field in RANGES:
        with pytest.raises(OptionsError) as caught:
            SourceOptions(**{field: -1})
        assert caught.value.name in known_options()


def codes_in(tree: ast.AST) -> Iterator[str]:
    """String constants that are made the code of a problem, in the call or in the same function before it."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for scope in (*functions, tree):
        values = [value for node in ast.walk(scope) for value in code_arguments(node)]
        if scope is not tree and any(isinstance(v, ast.Name) and v.id == "code" for v in values):
            assigned = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
            values += [a.value for a in assigned if any(ast.unparse(t) == "code" for t in a.targets)]
        for value in values:
            branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            yield from (str(b.value) for b in branches if isinstance(b, ast.Constant))


def code_arguments(node: ast.AST) -> list[ast.expr]:
    """What a call gives a problem as its code."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"):
        return []
    return [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "code")]


def test_the_search_for_problem_codes_knows_them_from_other_codes() -> None:
    source = """
def told(code):
    code = "a" if code else "b"
    return Problem("error", code, "c"), Problem("info", code="d")

def of_a_row(row):
    code = ""
    return code
"""
    assert sorted(set(codes_in(ast.parse(source)))) == ["a", "b", "d"]


def test_problem_codes_are_the_documented_ones() -> None:
    used = {
        code: path.name
        for path in sources()
        for code in codes_in(ast.parse(path.read_text("utf-8")))
        if isinstance(code, str)
    }

    assert used, "the search finds nothing any more"
    assert {code: place for code, place in used.items() if code not in PROBLEM_CODES} == {}


def test_every_problem_code_says_what_it_means() -> None:
    for code, meaning in PROBLEM_CODES.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
        assert meaning.endswith(".")


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    place = re.compile(rb"(?<![\w.])/(work|root|home|Users)/\w")
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data and (match := place.search(data)):
            found[path.relative_to(ROOT).as_posix()] = match[0]

    assert found == {}
