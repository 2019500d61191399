"""Times corr2d, candle and other libraries in one session, and writes a table of README.md.

    taskset -c 1 python peers.py --threads 1
    python peers.py --threads 2 --cpus 0,1 --rounds 7
    python peers.py --gradients --threads 1 --cpus 1
    python peers.py --only hd_ --rounds 2 --seconds 0.1

Forward passes, or with --gradients passes forward and backward, which have tables of their own.

Everyone is a child process that waits for the name of a row. Row by row the session asks our program, then each library,
and goes through all rows several times: what disturbs the machine for a while disturbs all of them. What counts is the
median over the rounds. A library that is not installed, or that cannot compute a row, is a dash.

Needs cargo and, for the libraries, numpy and any of torch, opencv-python-headless, jax, tensorflow-cpu.
"""

import argparse
import collections
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import table  # noqa: E402  after the line above

HERE = Path(__file__).resolve().parent
NAMES = {"torch": "PyTorch", "opencv": "OpenCV", "jax": "JAX", "tensorflow": "TensorFlow"}


def main():
    arguments = parse()
    # Better now than when all is measured.
    title = table.title(arguments.gradients, arguments.threads)
    table.around(title)
    cpus = pin(arguments.threads, arguments.cpus)
    set_threads(arguments.threads)
    program = str(Path(arguments.program).resolve()) if arguments.program else build()
    with tempfile.TemporaryDirectory() as folder:
        output_of([program, *mode(arguments), "--export", folder, "--only", arguments.only])
        rows = json.loads(Path(folder, "rows.json").read_text())
        ours, libraries = start(program, folder, arguments)
        report(f"{len(rows)} rows, {arguments.rounds} rounds, on {cpus}")
        medians, peak = measure(rows, ours, libraries, arguments.rounds)
    lines = table.gradients_markdown(rows, medians) if arguments.gradients else table.markdown(rows, medians, peak)
    text = f"{caption(arguments, peak, ours, libraries)}\n\n{lines}"
    print(text)
    if arguments.only:
        report("not written to README.md: only some rows were timed")
    else:
        table.write(title, text)


def mode(arguments):
    """How our program is told what to time."""
    return ["--gradients"] if arguments.gradients else []


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, choices=sorted(table.THREADS), default=1)
    parser.add_argument("--gradients", action="store_true", help="forward and backward instead of forward alone")
    parser.add_argument("--cpus", metavar="0,1", type=numbers, help="where to run [default: the first that are allowed]")
    parser.add_argument("--rounds", type=int, default=5, help="how often every row is timed [5]")
    parser.add_argument("--only", metavar="TEXT", default="", help="only rows with this in the name; nothing is written")
    parser.add_argument("--seconds", type=float, default=0.3, help="how long each call is repeated in a round [0.3]")
    parser.add_argument("--samples", type=int, default=3, help="how many samples it has at least [3]")
    parser.add_argument("--libraries", metavar="NAMES", default=",".join(NAMES), help="which to ask [%(default)s]")
    parser.add_argument("--program", metavar="PATH", help="rows, built already [default: by cargo, with --release]")
    arguments = parser.parse_args()
    arguments.libraries = [name for name in arguments.libraries.split(",") if name]
    if arguments.gradients:
        # It has none.
        arguments.libraries = [name for name in arguments.libraries if name != "opencv"]
    unknown = [name for name in arguments.libraries if name not in NAMES]
    if unknown:
        parser.error(f"no library {unknown[0]}: there are {', '.join(NAMES)}")
    return arguments


def numbers(text):
    return [int(number) for number in text.split(",")]


def pin(threads, cpus):
    """Keeps this process and its children on some processors, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        return "any processor: this system pins none"
    os.sched_setaffinity(0, cpus or sorted(os.sched_getaffinity(0))[:threads])
    return f"processors {sorted(os.sched_getaffinity(0))}"


def set_threads(threads):
    """For whoever reads it from the environment; the others are told."""
    for pool in ("RAYON", "CANDLE", "OMP", "MKL", "OPENBLAS"):
        os.environ[f"{pool}_NUM_THREADS"] = str(threads)


def build():
    command = ["cargo", "build", "--release", "--locked", "-p", "corr2d-benches", "--bin", "rows"]
    lines = output_of([*command, "--message-format", "json-render-diagnostics"]).splitlines()
    return next(filter(None, (json.loads(line).get("executable") for line in lines)))


def output_of(command):
    """What a program prints. It has said itself what went wrong, if something did."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=HERE)
    if done.returncode:
        sys.exit(f"{command[0]} failed")
    return done.stdout


def start(program, folder, arguments):
    """Our program, and the libraries that are there."""
    pace = [str(arguments.seconds), str(arguments.samples)]
    ours = Child(table.OURS, [program, *mode(arguments), "--serve", "--seconds", pace[0], "--samples", pace[1]])
    script = [sys.executable, "-B", str(HERE / "libraries.py")]
    rest = [folder, str(arguments.threads), *pace]
    libraries = [Child(NAMES[name], [*script, name, *rest]) for name in arguments.libraries]
    for child in [ours, *libraries]:
        child.hello = child.answer() or {"missing": "it ended before it said anything"}
        if "missing" in child.hello:
            report(f"{child.name} is left out: {child.hello['missing']}")
    return ours, [child for child in libraries if "missing" not in child.hello]


class Child:
    """A process that says hello in a line, and answers every line with one."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # Read when all have been started.
        self.hello = None

    def ask(self, question):
        try:
            self.process.stdin.write(question + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None


def measure(rows, ours, libraries, rounds):
    """Milliseconds by row and column, of the better variant where there are several; and the highest peak."""
    samples = {row["name"]: collections.defaultdict(list) for row in rows}
    peaks = []
    for number in range(1, rounds + 1):
        peaks.append(asked(ours, "peak")["peak"])
        for name, variants in samples.items():
            for child in [ours, *libraries]:
                for variant, milliseconds in asked(child, name)["milliseconds"].items():
                    variants[variant].append(milliseconds)
            latest = ", ".join(f"{variant} {table.digits(times[-1])}" for variant, times in variants.items())
            report(f"round {number} of {rounds}: {name}: {latest}")
    medians = {name: {} for name in samples}
    for name, variants in samples.items():
        for variant, times in variants.items():
            column, median = variant.split("/")[0], statistics.median(times)
            medians[name][column] = min(median, medians[name].get(column, median))
    return medians, max(peaks)


def asked(child, question):
    answer = child.ask(question)
    if answer is None and child.name == table.OURS:
        sys.exit(f"our program ended over {question}: its last lines say why")
    if answer is None:
        report(f"{child.name} ended over {question}")
    return answer or {"milliseconds": {}}


def caption(arguments, peak, ours, libraries):
    versions = [f"corr2d {ours.hello['version']} ({ours.hello['instructions']})", f"candle {candle_version()}"]
    versions += [f"{child.name} {child.hello['version'].split('+')[0]}" for child in libraries]
    rounds = f"{arguments.rounds} rounds" if arguments.rounds > 1 else "one round"
    return (
        f"{datetime.date.today().isoformat()}, {processor()}, {table.THREADS[arguments.threads]}, medians of {rounds} in "
        f"milliseconds. FMA peak: {peak:.0f} GFLOP/s. {', '.join(versions)}."
    )


def candle_version():
    lock = (HERE.parent / "Cargo.lock").read_text(encoding="utf-8")
    return re.search(r'name = "candle-core"\nversion = "([^"]+)"', lock)[1]


def processor():
    """Its name as the system reports it."""
    try:
        return re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        pass
    try:
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return platform.processor() or platform.machine()


def report(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
