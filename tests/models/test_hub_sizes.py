"""The size of a hub model before it is downloaded: only its config and the headers of its weights are fetched."""

import os
import subprocess
import sys
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes


@pytest.fixture
def hub(tiny_model):
    """A hub on this machine that has one model, and notes of each file given whether only a part was asked for."""
    given: dict[str, list[bool]] = {}

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self):
            path, begin = self.path.split("?")[0], "/org/name/resolve/main/"
            file = tiny_model / path.removeprefix(begin)
            if not path.startswith(begin) or not file.is_file():
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.send_header("X-Error-Code", "EntryNotFound")
                self.end_headers()
                return
            body = whole = file.read_bytes()
            asked = self.headers.get("Range")
            if asked:
                first, last = asked.removeprefix("bytes=").split("-")
                body = whole[int(first) : int(last or len(whole)) + 1]
            self.send_response(206 if asked else 200)
            self.send_header("ETag", f'"{abs(hash(whole)):x}"')
            self.send_header("X-Repo-Commit", "a" * 40)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)
                given.setdefault(file.name, []).append(bool(asked))

        do_HEAD = do_GET

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", given
    server.shutdown()


def test_the_size_is_known_before_the_download_and_the_model_still_counts_as_not_here(hub, tiny_model, tmp_path):
    address, given = hub
    code = """
        import workbench as wb
        from workbench.models.resolve import resolve_model
        from workbench.models.shapes import shapes
        assert resolve_model("org/name").path is None
        found = shapes(resolve_model("org/name"))
        print(found.parameters, found.layers, found.hidden, found.bytes > 0, len(found.linear))
        recipe = wb.Recipe("org/name", [{"prompt": "a", "completion": "b"}] * 20)
        print(wb.estimate(recipe).parameters)
        assert resolve_model("org/name").path is None, "looked at is not downloaded"
        try:
            shapes(resolve_model("org/other"))
        except wb.ModelNotFoundError as error:
            print(error)
    """
    env = {
        **os.environ,
        "HF_ENDPOINT": address,
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(tmp_path),
        "HF_HUB_DISABLE_XET": "1",
    }
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    sizes, estimated, other = done.stdout.splitlines()[:3]
    here = shapes(resolve_model(str(tiny_model)))
    assert sizes == f"{here.parameters} {here.layers} {here.hidden} True {len(here.linear)}"
    assert estimated == str(here.parameters)
    assert "could not be read from the hub" in other
    assert "config.json" in given
    assert all(given["model.safetensors"]), "weights were asked for as a whole"
