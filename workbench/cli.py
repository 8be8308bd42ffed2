"""The command line: the same runs, recipes and reports as in a notebook.

    workbench lab | train | runs | stop | pause | resume | ask | evaluate | doctor | demo

Exit codes: 0 ok, 1 failed, 2 invalid input, 130 interrupted. An error is one message on standard error; `--debug` adds
the traceback. With `--json`, standard output is JSON and nothing else.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from workbench._comparison import compare_with_base, print_report
from workbench._terminal import JsonView, LiveView, PlainView, clean, duration, follow, table
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.runs import open_run

if TYPE_CHECKING:
    from workbench.recipe import Recipe
    from workbench.runs.run import Run

__all__ = ["main"]

Command = Callable[[argparse.Namespace], int]

OK, FAILED, INVALID, INTERRUPTED = 0, 1, 2, 130
DEMO = {"training.max_steps": 100, "training.eval_steps": 25, "training.logging_steps": 5}
DEMO_ROWS = 50  # test rows that the demo answers, with the base model and with the tuned one


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = _parser().parse_args(argv)
    try:
        return args.command(args)
    except KeyboardInterrupt:
        print("workbench: interrupted. The runs are kept; `workbench runs` lists them.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `workbench runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if args.debug:
            raise
        return _report(error)


def _report(error: Exception) -> int:
    """One message on standard error, and the exit code that belongs to it."""
    if isinstance(error, WorkbenchError):
        print(f"workbench: {error}", file=sys.stderr)
        return error.exit_code
    if isinstance(error, (OSError, TimeoutError)):
        print(f"workbench: {error}", file=sys.stderr)
        return FAILED
    kind = type(error).__name__
    print(f"workbench: unexpected {kind}: {error}\nRun it again with --debug for the traceback.", file=sys.stderr)
    return FAILED


# ---- commands


def _train(args: argparse.Namespace) -> int:
    import workbench as wb
    from workbench.recipe import parse_set

    recipe = wb.Recipe.from_yaml(_existing(args.recipe))
    if args.set:
        recipe = recipe.replace(dict(parse_set(text) for text in args.set))
    return _begin(recipe, args)


def _begin(recipe: Recipe, args: argparse.Namespace) -> int:
    import workbench as wb

    for problem in recipe.problems():
        if problem.severity == "warning":
            print(f"warning: {problem}", file=sys.stderr)
    return _watch(wb.launch(recipe), args)


def _watch(run: Run, args: argparse.Namespace) -> int:
    """Follow a run to its end, or say where it is when it goes on by itself."""
    if args.detach:
        _print_json({"id": run.id, "path": str(run.path)}) if args.json else print(
            f"{run.id}\nIt trains by itself. Watch it: `workbench runs`; stop it: `workbench stop {run.id}`."
        )
        return OK
    code = follow(run, JsonView() if args.json else LiveView() if sys.stdout.isatty() else PlainView(sys.stdout))
    if not args.json:
        _say_end(run)
    return code


def _say_end(run: Run) -> None:
    progress, best = run.progress(), run.best
    took = f" after {duration(progress['elapsed'])}" if progress["elapsed"] else ""
    print(f"{run.id}: {progress['status']} at step {progress['step']}{took}", end="")
    print(f", best {best['metric']} {best['value']:.4f} at step {best['step']}." if best else ".")
    if progress["reason"]:
        print(f"  {clean(progress['reason'])}")
    print(f"  {run.path}")
    if progress["status"] in ("stopped", "paused", "failed"):
        print(f"  Go on: workbench resume {run.id}")
    elif progress["status"] == "completed":
        print(f"  {_next_step(run)}")


def _next_step(run: Run) -> str:
    """What to look at now that the run is completed."""
    if not run.writes_answers:
        return f"Examine it: wb.reward_clinic({run.id!r}, pairs)"
    objective = run.recipe.objective
    if objective.name == "sft":
        return f"Compare with its base: workbench evaluate {run.id}"
    gold = getattr(objective, "gold", None)  # pairs and bare prompts hold no answer to compare with
    return f"Compare with its start: workbench evaluate {run.id} --metric {gold if isinstance(gold, str) else 'NAME'}"


def _runs(args: argparse.Namespace) -> int:
    import workbench as wb
    from workbench.home import home

    found = [_row(run) for run in wb.runs()]
    if args.json:
        _print_json(found)
    elif not found:
        print(f"No runs in {home()} yet.")
    else:
        head = ["run", "status", "step", "of", "best", "reason"]
        print(
            table(head, [[clean(row[name], 60) if name == "reason" else row[name] for name in head] for row in found])
        )
    return OK


def _row(run: Run) -> dict[str, Any]:
    progress, best = run.progress(), run.best
    return {
        "run": run.id,
        "name": run.name,
        "status": progress["status"],
        "reason": progress["reason"],
        "step": progress["step"],
        "of": progress["max_steps"],
        "elapsed": progress["elapsed"],
        "best": best["value"] if best else None,
        "best_step": best["step"] if best else None,
        "best_metric": best["metric"] if best else None,
        "path": str(run.path),
    }


def _stop(args: argparse.Namespace) -> int:
    return _command(args, "stop", "will stop at its next step, with a checkpoint")


def _pause(args: argparse.Namespace) -> int:
    return _command(args, "pause", "will save a checkpoint at its next step and free the machine")


def _command(args: argparse.Namespace, name: str, then: str) -> int:
    run = open_run(args.run)
    getattr(run, name)()
    if args.wait:
        run.wait()
        then = f"is {run.status}"
    _print_json({"id": run.id, "status": run.status}) if args.json else print(f"{run.id} {then}.")
    return OK


def _resume(args: argparse.Namespace) -> int:
    return _watch(open_run(args.run).resume(), args)


def _ask(args: argparse.Namespace) -> int:
    run = open_run(args.run)
    decoding = {"max_new_tokens": args.max_new_tokens, "temperature": args.temperature, "seed": args.seed}
    answer = run.ask(args.prompt, **decoding)
    if args.json:
        _print_json({"id": run.id, "prompt": args.prompt, "answer": answer, **decoding})
    else:
        print("\n".join(clean(line) for line in answer.splitlines()))
    return OK


def _evaluate(args: argparse.Namespace) -> int:
    import workbench as wb

    run = open_run(args.run)
    dataset = wb.load_dataset(args.data) if args.data else run.recipe.load_dataset()
    report, verdict = compare_with_base(run, dataset, args.split, args.max_rows, args.metric)
    if args.json:
        print(report.to_json())
    else:
        print_report(report, verdict)
    return OK


def _doctor(args: argparse.Namespace) -> int:
    from workbench.doctor import examine, worst

    marks = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
    colours = {"ok": "32", "warn": "33", "fail": "31"}
    findings = []
    for finding in examine():
        findings.append(finding)
        if not args.json:
            mark = marks[finding.level]
            mark = f"\x1b[{colours[finding.level]}m{mark}\x1b[0m" if sys.stdout.isatty() else mark
            print(f"{mark}  {finding.name}: {clean(finding.text)}", flush=True)
            if finding.remedy:
                print(f"      {finding.remedy}")
    level = worst(findings)
    if args.json:
        _print_json({"level": level, "findings": [finding.to_dict() for finding in findings]})
    return FAILED if level == "fail" else OK


def _lab(args: argparse.Namespace) -> int:
    from workbench.home import home

    root = next((folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "notebooks").is_dir()), Path.cwd())
    named = [name for name in args.rest[:1] if not name.startswith("-")]
    start = _existing(named[0]).absolute() if named else root / "notebooks" / "00-start-here.ipynb"
    opened = [str(start), f"--LabApp.default_url=/lab/tree/{quote(start.name)}"] if start.exists() else []
    command = [sys.executable, "-m", "jupyterlab", *opened]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    os.environ["WORKBENCH_HOME"] = str(home())  # a notebook's kernel and a terminal find the same runs
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    print(f"Runs are kept in {home()}")
    sys.stdout.flush()
    os.chdir(root)
    os.execv(sys.executable, [*command, *args.rest[len(named) :]])


def _demo(args: argparse.Namespace) -> int:
    import workbench as wb

    began = time.monotonic()
    dataset = wb.load_dataset("support-desk/tickets")
    recipe = wb.Recipe(model="tiny-support", dataset=dataset, objective=wb.SFT(), tuning=wb.LoRA(r=8)).replace(DEMO)
    print(f"Customer mails to records. {dataset.describe()}")
    run = wb.launch(recipe)
    view = LiveView() if sys.stdout.isatty() else PlainView(sys.stdout)
    code = follow(run, view)
    _say_end(run)
    if code != OK:
        return code
    for split in ("test", "handwritten"):
        print(f"\nOn the {split} split:")
        print_report(*compare_with_base(run, dataset, split, DEMO_ROWS))
    print(f"\nAll of it took {duration(time.monotonic() - began)}.")
    return OK


# ---- arguments


def _existing(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        what = f"{name} is a folder" if path.is_dir() else f"There is no file {name}"
        raise InvalidInputError(f"{what}. Give the path of a file.")
    return path


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


class _Version(argparse.Action):
    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        print(f"workbench {importlib.metadata.version('finetune-workbench')}")
        sys.exit(OK)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON, for programs")
    one_run = argparse.ArgumentParser(add_help=False)
    one_run.add_argument("run", metavar="RUN", help="an id, its beginning or ending, a folder, or 'last'")
    detach = argparse.ArgumentParser(add_help=False)
    detach.add_argument("--detach", action="store_true", help="return at once; the run goes on by itself")
    wait = argparse.ArgumentParser(add_help=False)
    wait.add_argument("--wait", action="store_true", help="return when the run is over")

    parser = argparse.ArgumentParser(
        prog="workbench", description="Fine-tune a language model, and see whether it helped."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(
        name: str, command: Callable[[argparse.Namespace], int], help: str, *parents: Any
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help, parents=[common, *parents])
        sub.set_defaults(command=command)
        return sub

    lab = add("lab", _lab, "open JupyterLab on the first lesson, or on NOTEBOOK")
    lab.add_argument("rest", nargs="*", metavar="[NOTEBOOK] [-- OPTIONS]", help="options after -- go to jupyter lab")
    train = add("train", _train, "train what a recipe says, and follow it", as_json, detach)
    train.add_argument("recipe", metavar="RECIPE.yaml", help="a recipe, as Recipe.to_yaml writes it")
    train.add_argument(
        "--set", nargs="+", action="extend", metavar="NAME=VALUE", help="change settings: training.max_steps=50"
    )
    add("runs", _runs, "list the runs", as_json)
    add("stop", _stop, "stop a run with a checkpoint", one_run, as_json, wait)
    add("pause", _pause, "save a checkpoint and leave the machine free until resume", one_run, as_json, wait)
    add("resume", _resume, "go on from the last checkpoint, and follow it", one_run, as_json, detach)
    ask = add("ask", _ask, "put one prompt to a run's model, also while it trains", one_run, as_json)
    ask.add_argument("prompt", metavar="PROMPT")
    ask.add_argument("--max-new-tokens", type=int, default=256, metavar="N", help="longest answer, in tokens (256)")
    ask.add_argument("--temperature", type=float, default=0.0, metavar="T", help="0: always the likeliest token")
    ask.add_argument("--seed", type=int, default=0, metavar="N", help="for a temperature above 0")
    evaluate = add(
        "evaluate",
        _evaluate,
        "compare a run with its base model, at its untuned best, on held-out rows",
        one_run,
        as_json,
    )
    evaluate.add_argument("--split", default="test", help="which rows of the data set (test)")
    evaluate.add_argument("--data", metavar="SOURCE", help="another data set than the run's own")
    evaluate.add_argument("--max-rows", type=int, metavar="N", help="at most so many rows")
    evaluate.add_argument("--metric", action="append", metavar="NAME", help="judge by it; may be given several times")
    add("doctor", _doctor, "check this installation, and say what to do", as_json)
    add("demo", _demo, "the first lesson in the terminal: train on the bundled data, compare before and after")
    return parser


if __name__ == "__main__":
    sys.exit(main())
