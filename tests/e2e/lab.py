"""A real JupyterLab server and one notebook in a real browser, for the tests in this folder.

`Lab` is the server: its own settings, data, runtime and run folders in one temporary directory, ended together with
every process that was started from its notebooks. `Notebook` is one notebook open in one page; what it does is what a
person does (run all cells, click, reload) or looks at (outputs, a screenshot).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import psutil
from playwright.sync_api import Locator, Page, expect

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SCREENSHOTS = Path(os.environ.get("WORKBENCH_SCREENSHOTS", "test-results/screenshots"))
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
]


def find_chromium() -> str | None:
    """The browser to drive: `WORKBENCH_CHROMIUM`, else the first Chromium or Chrome on the PATH."""
    named = os.environ.get("WORKBENCH_CHROMIUM")
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
    return named or next((path for name in names if (path := shutil.which(name))), None)


class Lab:
    """One JupyterLab server on a free port of the loopback interface.

    Parameters
    ----------
    folder
        An empty directory: notebooks lie in `folder/notebooks`, runs in `folder/runs`.
    """

    def __init__(self, folder: Path):
        self.folder, self.root, self.home = folder, folder / "notebooks", folder / "runs"
        self.token, self.port = secrets.token_hex(16), _free_port()
        for path in (self.root, self.home, folder / "settings"):
            path.mkdir()
        quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
        (folder / "settings" / "overrides.json").write_text(json.dumps(quiet))  # a notice would cover screenshots
        self.set_theme("light")
        self.log = (folder / "jupyter.log").open("wb")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={self.port}"),
                *("--ServerApp.port_retries=0", "--allow-root", f"--IdentityProvider.token={self.token}"),
                *(f"--ServerApp.root_dir={self.root}", f"--LabApp.app_settings_dir={folder / 'settings'}"),
                "--LabApp.expose_app_in_browser=True",
            ],
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        own = {
            name: str(self.folder / name.lower())
            for name in (
                *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"),
                *("JUPYTERLAB_WORKSPACES_DIR", "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR"),
            )
        }
        fixed = {"WORKBENCH_HOME": str(self.home), "HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        return {**os.environ, **own, **fixed}

    def wait_ready(self, seconds: float = 60) -> Lab:
        """Return once the server answers; raise with its log when it ends or stays silent."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                self._ask("GET", "/api")
                return self
            time.sleep(0.1)
        raise RuntimeError(
            f"JupyterLab did not start on port {self.port}:\n{(self.folder / 'jupyter.log').read_text()}"
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, name: str) -> str:
        """Where one notebook opens alone, with a fresh layout."""
        return f"{self.address}/doc/tree/{name}?token={self.token}&reset"

    def set_theme(self, theme: str) -> None:
        """Light or dark, for every page opened from now on."""
        choice = {"theme": THEMES[theme], "adaptive-theme": False}
        path = self.folder / "jupyterlab_settings_dir/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(choice))

    def add(self, source: Path | str | Iterable[str], name: str | None = None) -> str:
        """Put a notebook into the server's folder: a file is copied, a list of texts becomes its code cells."""
        if isinstance(source, (Path, str)):
            name = name or Path(source).name
            shutil.copyfile(source, self.root / name)
            return name
        name = name or f"test-{secrets.token_hex(4)}.ipynb"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(text) for text in source], metadata={"kernelspec": kernel}
        )
        nbformat.write(book, self.root / name)
        return name

    def end_kernels(self) -> None:
        """Shut every kernel down; the files and runs stay."""
        for kernel in self._ask("GET", "/api/kernels"):
            self._ask("DELETE", f"/api/kernels/{kernel['id']}")

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            self.address + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def close(self) -> None:
        """End the server, its kernels, and every process that works in this lab's `WORKBENCH_HOME`."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        for process in _working_in(self.home):
            with contextlib.suppress(psutil.Error):
                process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Notebook:
    """One notebook, open in one page, with its kernel ready.

    Parameters
    ----------
    lab, page
        The server, and a page of the browser.
    name
        A notebook in the server's folder.
    """

    def __init__(self, lab: Lab, page: Page, name: str):
        self.lab, self.page, self.name = lab, page, name
        self.page_errors: list[str] = []
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))

    def open(self) -> Notebook:
        """Go to the notebook and wait until its kernel really answers.

        The execution indicator says *idle* too early, and clicking *Run* then does nothing; asking the kernel itself
        is what can be relied on.
        """
        self.page.goto(self.lab.url(self.name))
        self._wait_kernel()
        return self

    def _wait_kernel(self) -> None:
        self.page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.context", timeout=60_000)
        self.page.evaluate(
            """async () => {
                const w = jupyterapp.shell.currentWidget;
                await w.context.ready;
                await w.sessionContext.ready;
                while (!w.sessionContext.session?.kernel) await new Promise(done => setTimeout(done, 50));
                await w.sessionContext.session.kernel.info;
            }"""
        )

    # ---- what a person does

    def start_all(self) -> None:
        """Begin to run all cells, and return at once."""
        self.page.evaluate(
            """() => {
                window.cellsRun = undefined;
                jupyterapp.commands.execute('notebook:run-all-cells').then(ok => { window.cellsRun = ok !== false; });
            }"""
        )

    def wait_all(self, seconds: float = 60, cells: range | None = None) -> None:
        """Wait until the cells that were begun have ended; raise with their errors (those of `cells`) if one failed."""
        self.page.wait_for_function("() => window.cellsRun !== undefined", timeout=seconds * 1000)
        if errors := [text for index, text in self.errors().items() if cells is None or index in cells]:
            raise AssertionError("a cell failed:\n" + "\n".join(errors))

    def run_all(self, seconds: float = 60) -> None:
        """Run all cells to their end."""
        self.start_all()
        self.wait_all(seconds)

    def start_cells(self, first: int, last: int) -> None:
        """Begin to run the cells from `first` to `last`, one after another, and return at once; `wait_all` waits."""
        self.page.evaluate(
            """([first, last]) => {
                const book = jupyterapp.shell.currentWidget.content;
                window.cellsRun = undefined;
                const run = async () => {
                    for (let index = first; index <= last; index++) {
                        book.deselectAll();
                        book.activeCellIndex = index;
                        if (!await jupyterapp.commands.execute('notebook:run-cell')) return false;
                    }
                    return true;
                };
                run().then(ok => { window.cellsRun = ok; });
            }""",
            [first, last],
        )

    def run_cells(self, first: int, last: int, seconds: float = 60) -> None:
        """Run the cells from `first` to `last` to their end."""
        self.start_cells(first, last)
        self.wait_all(seconds, range(first, last + 1))

    def set_source(self, index: int, code: str) -> None:
        """Write other code into a cell."""
        self.page.evaluate(
            "([index, code]) => "
            "jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(code)",
            [index, code],
        )

    def execute(self, code: str, seconds: float = 60) -> str:
        """Run code in this notebook's kernel, outside any cell, and return what it printed.

        It takes its turn after the cell that is running; raises `AssertionError` with the kernel's words if it fails.
        """
        self.page.set_default_timeout(seconds * 1000)
        status, text = self.page.evaluate(
            """async code => {
                const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const future = kernel.requestExecute({code, store_history: false});
                let text = '';
                future.onIOPub = m => { text += m.header.msg_type === 'stream' ? m.content.text : ''; };
                const reply = await future.done;
                const c = reply.content;
                return [c.status, c.status === 'ok' ? text : `${c.ename}: ${c.evalue}`];
            }""",
            code,
        )
        assert status == "ok", text
        return text.strip()

    def reload(self) -> None:
        """Reload the page; the kernel lives on."""
        self.save()
        self.page.reload()
        self._wait_kernel()

    def save(self) -> None:
        """Save the notebook, as Ctrl-S does."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")

    def restart_kernel(self) -> None:
        """Restart the kernel without a dialog; variables are gone, outputs stay."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self._wait_kernel()

    # ---- what a person sees

    def cell(self, index: int) -> Locator:
        """The cell at `index` (from 0, markdown counted), scrolled into view so that it is drawn."""
        self.page.evaluate(
            """async index => {
                const book = jupyterapp.shell.currentWidget.content;
                book.activeCellIndex = index;
                await book.scrollToItem(index, 'start');
            }""",
            index,
        )
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')

    def output(self, index: int) -> Locator:
        """The outputs of the cell at `index`."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def errors(self) -> dict[int, str]:
        """Error name and message of every failed cell by its index, whether it is on the screen or not."""
        found: list[tuple[int, str]] = self.page.evaluate(
            """() => [...jupyterapp.shell.currentWidget.content.widgets].flatMap((cell, i) =>
                (cell.model.sharedModel.getOutputs?.() ?? [])
                    .filter(o => o.output_type === 'error')
                    .map(o => [i, `cell ${i}: ${o.ename}: ${o.evalue}`]))"""
        )
        return dict(found)

    def narrow(self, width: int = 480) -> None:
        """Give the notebook's outputs about `width` pixels: the page without its side bars."""
        self.page.evaluate("() => { jupyterapp.shell.collapseLeft(); jupyterapp.shell.collapseRight(); }")
        self.page.set_viewport_size({"width": width + 160, "height": 1000})
        self.page.wait_for_timeout(300)

    def screenshot(self, name: str, selector: str | None = None) -> Path:
        """Save a PNG of the page, or of the first element `selector` finds, and return its path."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        target = self.page.locator(selector).first if selector else self.page
        target.screenshot(path=path)
        return path

    def accessibility_problems(self, selector: str) -> list[str]:
        """What axe-core calls serious or critical inside the first element that `selector` finds."""
        import axe_playwright_python

        axe = Path(axe_playwright_python.__file__).with_name("axe.min.js")
        expect(self.page.locator(selector).first).to_be_visible()
        self.page.evaluate(axe.read_text(encoding="utf-8"))
        result: dict[str, Any] = self.page.evaluate(
            "async selector => await axe.run(document.querySelector(selector))", selector
        )
        return [
            f"{rule['impact']}: {rule['id']}: {rule['help']}: {node['html'][:200]}"
            for rule in result["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _working_in(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("WORKBENCH_HOME") == str(home):
                found.append(process)
    return found
