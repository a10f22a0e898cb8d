"""The house keeps its order: what imports what, and what lies at the top."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "service.judging": [],
    "service.comments": ["service.judging", "service.errors"],
    "service.store": ["service.comments", "service.judging", "service.errors", "service.tracing"],
    "service.transfer": [
        "service.api",
        "service.store",
        "service.comments",
        "service.errors",
        "service.clock",
    ],
    "service.backup": [
        *("service.supervision", "service.store", "service.comments"),
        *("service.errors", "service.__version__"),
    ],
    "service.metering": ["service.store", "service.comments", "service.errors", "service.__version__"],
    "service.pages": ["service.errors"],
    "service.outgoing": [],
    "service.supervision": ["service"],
    "service.commands": ["service"],
    "workers": ["service"],
    "examples": [],
}
"""What a package may use of ours, beside itself. Who is not named here is held by the tests below."""

NEVER = {
    "service.api": [
        *("service.supervision", "service.commands", "service.transfer", "service.app"),
        *("workers", "examples"),
    ],
    "service.app": ["service.supervision", "service.commands", "workers", "examples"],
    "service": ["workers", "examples", "tests", "bench"],
    "workers": ["service.api", "service.app", "service.supervision", "service.commands", "examples", "tests"],
    "examples": ["service", "workers", "tests"],
}

TOP = {
    *("pyproject.toml", "service", "workers", "tests", "docker-compose.yml"),
    *("bench", "docs", "examples", ".ci"),
}
"""The five entries that were asked for, and the folders beside them; all else at the top is a plain file."""


def modules(package: str) -> Iterator[Path]:
    place = ROOT / package.replace(".", "/")
    yield from place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]


def imported(path: Path) -> Iterator[str]:
    """The full names of what a file imports, as far down as it says."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def ours(name: str) -> bool:
    return any(within(name, package) for package in ("service", "workers", "examples", "tests", "bench"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_uses_only_what_lies_below_it(package: str) -> None:
    allowed = [package, *MAY_IMPORT[package]]
    for path in modules(package):
        wrong = {
            name
            for name in imported(path)
            if ours(name) and name != "service" and not any(within(name, one) for one in allowed)
        }
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("package", NEVER)
def test_nothing_imports_back(package: str) -> None:
    for path in modules(package):
        wrong = {name for name in imported(path) if any(within(name, one) for one in NEVER[package])}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("package", ["service.judging", "service.comments"])
def test_the_core_knows_neither_http_nor_redis(package: str) -> None:
    for path in modules(package):
        used = {name.partition(".")[0] for name in imported(path)}
        assert not used & {"aiohttp", "redis", "hiredis", "asyncio", "socket"}, path.relative_to(ROOT)


def test_only_plain_files_lie_beside_the_folders_that_are_named() -> None:
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    folders = {line.partition("/")[0] for line in told.stdout.splitlines() if "/" in line}
    assert folders <= TOP
    assert all((ROOT / name).exists() for name in TOP)


def test_the_environment_is_read_in_one_place_and_handed_on_in_another() -> None:
    reading = {
        str(path.relative_to(ROOT))
        for package in ("service", "workers")
        for path in modules(package)
        if any("os.environ" in ast.unparse(node) or "getenv" in ast.unparse(node) for node in names(path))
    }
    assert reading == {"service/settings.py", "service/supervision/children.py"}


def names(path: Path) -> Iterator[ast.AST]:
    tree = ast.parse(path.read_bytes())
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name))
