"""The wheel and the sdist, installed into an environment that has nothing else, and used there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from billing_lens import __version__
from scripts.man_page import man_page
from tests.machines import headline

ROOT = Path(__file__).parents[2]
PROGRAMS = "Scripts" if os.name == "nt" else "bin"
WHEEL = f"billing_lens-{__version__}-py3-none-any.whl"
SDIST = f"billing_lens-{__version__}.tar.gz"


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the package in it, and a home of its own."""

    root: Path
    home: Path

    def run(self, program: str, *arguments: str, given: bytes = b"") -> tuple[int, bytes]:
        """Run a program of it, away from the sources; return its exit code and output."""
        done = subprocess.run(
            [self.root / PROGRAMS / program, *arguments],
            cwd=self.home,
            env={"HOME": str(self.home), "PATH": os.defpath},
            input=given,
            stdout=subprocess.PIPE,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout


def built(place: Path) -> Path:
    """Return a folder with a wheel and an sdist made of the tree, the man page included."""
    sources = place / "sources"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            (sources / name).write_bytes((ROOT / name).read_bytes())
    page = sources / "build/man/billing-lens.1"
    page.parent.mkdir(parents=True)
    page.write_text(man_page(), encoding="utf-8")
    _hatchling(sources, "build", "-t", "sdist", "-t", "wheel", "-d", str(place / "dist"))
    return place / "dist"


def _hatchling(folder: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", *arguments], cwd=folder, check=True, capture_output=True
    )


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def environment(
    request: pytest.FixtureRequest, packages: Path, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """An environment with the locked requirements and one of the packages.

    The sdist is made into a wheel first, as pip does it, by what the project's own lock has.
    """
    place = tmp_path_factory.mktemp(str(request.param))
    package = packages / WHEEL
    if request.param == "sdist":
        with tarfile.open(packages / SDIST) as archive:
            archive.extractall(place, filter="data")
        _hatchling(place / SDIST.removesuffix(".tar.gz"), "build", "-t", "wheel", "-d", str(place))
        package = place / WHEEL
    installed = Environment(place / "venv", headline().build(place).home)
    subprocess.run([sys.executable, "-m", "venv", installed.root], check=True)
    locked = ("--require-hashes", "-r", str(ROOT / "requirements/runtime.txt"))
    for what in (locked, ("--no-deps", "--no-index", str(package))):
        pip = [installed.root / PROGRAMS / "python", "-m", "pip", "install", "--quiet", *what]
        subprocess.run(pip, check=True)
    return installed


def test_the_installed_program_says_who_pays(environment: Environment) -> None:
    options = ("--json", "--claude-version", "2.1.146", "--managed-dir", os.devnull)

    code, said = environment.run("billing-lens", "status", "--no-env", *options)

    assert code == 0
    assert json.loads(said)["route"]["source"] == "profile"


def test_the_installed_program_has_the_version_of_the_package(environment: Environment) -> None:
    said = environment.run("billing-lens", "--version")

    assert said == (0, f"billing-lens {__version__}\n".encode())


def test_the_installed_program_shows_its_demonstration(environment: Environment) -> None:
    code, said = environment.run("billing-lens", "demo")

    assert code == 0
    assert b"profile-overrides-login" in said


def test_the_installed_program_explains_its_rules(environment: Environment) -> None:
    page = (ROOT / "docs/rules/profile-overrides-login.md").read_text(encoding="utf-8")

    code, said = environment.run("billing-lens", "rules", "profile-overrides-login")

    assert code == 0
    assert page.splitlines()[-1].strip().encode() in said


def test_the_installed_program_checks_many_homes(environment: Environment) -> None:
    homes = f"{environment.home.parent}/hom[e]"
    options = ("--format", "json", "--managed-dir", os.devnull)

    code, said = environment.run("billing-lens", "check", "--home", homes, *options)

    assert code == 0
    assert json.loads(said)["home"] == str(environment.home)


def test_the_installed_program_has_its_schemas(environment: Environment) -> None:
    code, said = environment.run("billing-lens", "schema", "check")

    assert code == 0
    assert json.loads(said)["title"] == "Check"


def test_the_installed_server_answers_an_editor(environment: Environment) -> None:
    asked: list[dict[str, object]] = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in asked]
    given = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)

    code, said = environment.run("billing-lens", "serve", given=given)

    assert code == 0
    answer = json.loads(said.split(b"\r\n\r\n")[1].split(b"Content-Length")[0])
    assert answer["result"]["serverInfo"]["name"] == "billing-lens"
    assert "codeActionProvider" in answer["result"]["capabilities"]


def test_the_man_page_is_installed(environment: Environment) -> None:
    page = environment.root / "share/man/man1/billing-lens.1"

    assert "billing\\-lens check" in page.read_text(encoding="utf-8")


def test_the_packages_hold_what_they_should_and_no_more(packages: Path) -> None:
    with zipfile.ZipFile(packages / WHEEL) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
        assert "billing_lens/py.typed" in wheel.namelist()
    information = f"billing_lens-{__version__}"
    assert tops == {"billing_lens", f"{information}.dist-info", f"{information}.data"}
    with tarfile.open(packages / SDIST) as sdist:
        names = {name.split("/")[1] for name in sdist.getnames() if "/" in name}
    assert {"LICENSE", "CHANGELOG.md", "README.md", "pyproject.toml", "server"} <= names
    assert not {"tests", "client-vscode", "node_modules", ".github"} & names


def test_the_packages_are_the_same_whenever_they_are_built(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = built(tmp_path)

    for name in (WHEEL, SDIST):
        assert (again / name).read_bytes() == (packages / name).read_bytes()
