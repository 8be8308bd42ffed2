"""The built front-end files are what their sources give."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIDGETS = ROOT / "widgets"

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (WIDGETS / "node_modules").is_dir(),
    reason="needs Node.js and `npm ci` in widgets/",
)


@needs_node
def test_built_files_are_fresh(tmp_path):
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=WIDGETS, check=True)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in (ROOT / "workbench" / "_static").iterdir()}
    assert sorted(committed) == sorted(built)
    stale = [name for name in built if built[name] != committed[name]]
    assert stale == [], "run `npm run build` in widgets/"


@needs_node
def test_built_files_do_not_depend_on_the_folder_of_the_call(tmp_path):
    subprocess.run(["node", str(WIDGETS / "build.mjs"), str(tmp_path)], cwd=tmp_path, check=True)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "workbench" / "_static" / path.name).read_bytes()


@needs_node
def test_javascript_units():
    done = subprocess.run(["npm", "test", "--silent"], cwd=WIDGETS, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_remote_and_no_html():
    """No file is fetched from elsewhere, no code is evaluated, and text is never set as HTML."""
    for path in sorted((WIDGETS / "src").glob("*.js")):
        source = path.read_text()
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "http://",
            "https://",
        ):
            found = [line for line in source.splitlines() if word in line and "www.w3.org" not in line]
            assert found == [], f"{path.name}: {word}"
