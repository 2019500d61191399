"""The tables of README.md: what peers.py measured, as markdown."""

import math
import os
from pathlib import Path

README = Path(__file__).resolve().parent / "README.md"

OURS = "corr2d"
PEERS = ["PyTorch", "OpenCV", "JAX", "TensorFlow"]
THREADS = {1: "one thread", 2: "two threads"}


def markdown(rows, medians, peak):
    """A line for each row and one of means. `medians` holds milliseconds by the names of row and column, `peak` 10⁹
    operations a second."""

    def of_row(function):
        """A value for each row, None where something it needs was not measured."""
        values = []
        for row in rows:
            try:
                values.append(function(row, medians[row["name"]]))
            except (KeyError, ValueError):
                values.append(None)
        return values

    def time(column):
        ratios = of_row(lambda row, times: times[column] / times[OURS])
        return column, of_row(lambda row, times: times[column]), digits, ratios

    def ratio(header, function):
        ratios = of_row(lambda row, times: function(times) / times[OURS])
        return header, ratios, times_over, ratios

    def share(header, function):
        return header, of_row(lambda row, times: 100 * function(row, times)), percent, []

    # Weights that are prepared once: a column for whoever measures it.
    kept = [column for column in ("kept", "PyTorch kept") if any(column in times for times in medians.values())]
    columns = [
        time(OURS),
        *(time(peer) for peer in PEERS),
        ratio("best peer ÷ corr2d", lambda times: min(times[peer] for peer in [*PEERS, "candle"] if peer in times)),
        share("of FMA peak", lambda row, times: 2e-6 * row["multiplications"] / times[OURS] / peak),
        share("of memcpy", lambda row, times: times["memcpy"] / times[OURS]),
        *(time(column) for column in ["fast", "into", *kept, "candle"]),
        ratio("candle ÷ corr2d", lambda times: times["candle"]),
    ]
    lines = [["row", *(header for header, *_ in columns)], ["---", *("---:" for _ in columns)]]
    for index, row in enumerate(rows):
        lines.append([row["name"], *(cell(values[index], form) for _, values, form, _ in columns)])
    lines.append(["geometric mean, ÷ corr2d", *(mean(ratios) for *_, ratios in columns)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(value, form):
    return "–" if value is None else form(value)


def mean(ratios):
    """Geometric, over the rows that have a ratio."""
    logarithms = [math.log(ratio) for ratio in ratios if ratio is not None]
    return times_over(math.exp(sum(logarithms) / len(logarithms))) if logarithms else ""


def digits(value):
    """Three significant digits, and never a power of ten."""
    decimals = max(0, 2 - math.floor(math.log10(value)))
    return f"{value:.{decimals}f}"


def times_over(value):
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}×"


def percent(value):
    return f"{value:.0f} %"


def around(threads):
    """README.md before and after the text between the markers of a number of threads, markers included."""
    start, end = f"<!-- {THREADS[threads]} -->", f"<!-- end of {THREADS[threads]} -->"
    text = README.read_text(encoding="utf-8")
    before, found, rest = text.partition(start)
    _, ends, after = rest.partition(end)
    if not found or not ends:
        raise SystemExit(f"{README.name} has no lines {start} and {end} to put the table between")
    return before + start, end + after


def write(threads, text):
    """Puts a text between the markers. The file appears whole or not at all."""
    before, after = around(threads)
    half_written = README.with_suffix(".new")
    half_written.write_text(f"{before}\n\n{text}\n\n{after}", encoding="utf-8")
    os.replace(half_written, README)
