"""How quick RunPanel is, in a real JupyterLab: event on disk to pixel, kernel CPU per update, frames at 50,000 points.

    python tests/bench/bench_panel.py [POINTS ...]

This process plays the trainer: it appends events to the log of a run that a notebook's panel shows, so both clocks are
one machine's. For each number of points already there (default 100 and 50,000) it prints

- event to pixel: from the write of an event until the frame after which the page shows its step;
- kernel CPU per update: processor time of the kernel's process over the playing, less that of an equal time of silence;
- browser CPU per update: the same of all the browser's processes, which draw without a graphics card here;
- frames: the page's time between two frames while points arrive, with all seven charts on the screen.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.e2e.lab import CHROMIUM_FLAGS, Lab, Notebook, find_chromium  # noqa: E402
from tests.panels.played import Script  # noqa: E402

UPDATES, EVERY = 100, 0.15  # so many events, one each so many seconds
CELL = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT)!r})
import workbench as wb
from tests.panels.played import PlayedRun
wb.panels.RunPanel(PlayedRun(FOLDER))
"""
# Notes for each step shown when the frame after it was drawn, and how long frames took.
WATCH = """() => {
    const where = document.querySelector('.wb-where');
    window.shown = {}; window.frames = [];
    const step = () => Number(where.textContent.split(' ')[1].replaceAll(',', ''));
    const seen = s => requestAnimationFrame(() => setTimeout(() => { window.shown[s] ??= Date.now(); }));
    const note = () => seen(step());
    new MutationObserver(note).observe(where, {characterData: true, childList: true, subtree: true});
    let last = performance.now();
    const frame = now => { window.frames.push(now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
}"""


def measure(notebook: Notebook, script: Script, points: int) -> dict[str, list[float] | float]:
    """Play `UPDATES` events on top of `points` and return what was seen, in milliseconds."""
    script.steps = points + UPDATES
    script.begin()
    for _ in script.points(0, points):
        pass
    notebook.run_all(300)
    notebook.page.wait_for_selector(".wb-chart-large canvas")
    time.sleep(3)

    def kernel_cpu() -> float:
        return float(notebook.execute("print(time.process_time())"))

    def cpu() -> tuple[float, float]:
        return kernel_cpu(), browser_cpu()

    start = cpu()
    time.sleep(UPDATES * EVERY + 1)
    silence = cpu()
    notebook.page.evaluate(WATCH)
    play = cpu()
    written = {}
    for step in range(points + 1, points + UPDATES + 1):
        written[step] = time.time() * 1000
        script.log(step)
        time.sleep(EVERY)
    time.sleep(1)
    end = cpu()
    shown = {int(step): at for step, at in notebook.page.evaluate("window.shown").items()}
    # Two events in one batch show as one step: each event was on the screen when its step or a later one was.
    latency = [min(at for later, at in shown.items() if later >= step) - at0 for step, at0 in written.items()]
    frames = notebook.page.evaluate("window.frames")
    cost = [1000 * ((end[i] - play[i]) - (silence[i] - start[i])) / UPDATES for i in (0, 1)]
    return {"latency": latency, "kernel": cost[0], "browser": cost[1], "frames": frames, "shown": len(shown)}


def browser_cpu() -> float:
    """Processor seconds so far of all processes that this one started and that belong to the browser."""
    browser = [child for child in psutil.Process().children(recursive=True) if "chrom" in child.name()]
    return sum(sum(child.cpu_times()[:2]) for child in browser)


def main(sizes: list[int]) -> None:
    """Print a line for each number of points."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {UPDATES} events, one each {EVERY * 1000:.0f} ms")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        try:
            lab.wait_ready(120)
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
            for points in sizes:
                page = browser.new_page(viewport={"width": 1280, "height": 1400})
                page.set_default_timeout(180_000)
                script = Script(lab.home / f"run-{points}")
                name = lab.add([f"FOLDER = {str(script.folder)!r}{CELL}"])
                report(points, measure(Notebook(lab, page, name).open(), script, points))
                page.close()
            browser.close()
        finally:
            lab.close()


def report(points: int, seen: dict) -> None:  # type: ignore[type-arg]
    """One block of figures."""
    latency, frames = sorted(seen["latency"]), sorted(seen["frames"])

    def at(values: list[float], share: float) -> float:
        return values[min(len(values) - 1, int(share * len(values)))]

    print(f"{points:,} points there:")
    print(
        f"  event to pixel       median {statistics.median(latency):.0f} ms, 95 % {at(latency, 0.95):.0f} ms, "
        f"longest {latency[-1]:.0f} ms   (aim: under 250 ms; {seen['shown']} of {UPDATES} events drawn singly)"
    )
    print(f"  kernel CPU an update {seen['kernel']:.2f} ms   (aim: under 1 ms)")
    print(f"  browser CPU an update {seen['browser']:.0f} ms")
    print(
        f"  between frames       median {statistics.median(frames):.0f} ms, 95 % {at(frames, 0.95):.0f} ms, "
        f"longest {frames[-1]:.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [100, 50_000])
