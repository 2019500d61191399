"""The tables of README.md: what peers.py measured, as markdown."""

import math
import os
from pathlib import Path

README = Path(__file__).resolve().parent / "README.md"

OURS = "corr2d"
PEERS = ["PyTorch", "OpenCV", "JAX", "TensorFlow"]
RIVALS = [*PEERS, "candle"]
PARTS = ["forward", "input gradient", "weight gradient"]
THREADS = {1: "one thread", 2: "two threads"}


def markdown(rows, medians, peak):
    """A line for each row and one of means. `medians` holds milliseconds by the names of row and column, `peak` 10⁹
    operations a second."""
    make = Columns(rows, medians)
    # Weights that are prepared once: a column for whoever measures it.
    kept = [column for column in ("kept", "PyTorch kept") if any(column in times for times in medians.values())]
    columns = [
        make.time(OURS),
        *(make.time(peer) for peer in PEERS),
        make.best_peer(),
        make.share("of FMA peak", lambda row, times: 2e-6 * row["multiplications"] / times[OURS] / peak),
        make.share("of memcpy", lambda row, times: times["memcpy"] / times[OURS]),
        *(make.time(column) for column in ["fast", "into", *kept, "candle"]),
        make.candle(),
    ]
    return lines(rows, columns, {"geometric mean, ÷ corr2d": lambda row: True})


def gradients_markdown(rows, medians):
    """As `markdown`, of passes forward and backward, with the means of layers and of images apart."""
    make = Columns(rows, medians)
    columns = [
        make.time(OURS),
        *(make.time(part) for part in PARTS),
        *(make.time(peer) for peer in PEERS if peer != "OpenCV"),
        make.time("candle"),
        make.best_peer(),
        make.candle(),
    ]
    means = {
        "layers: geometric mean, ÷ corr2d": lambda row: row["kind"] == "gradients" and not row["is_image"],
        "images: geometric mean, ÷ corr2d": lambda row: row["kind"] == "gradients" and row["is_image"],
    }
    return lines(rows, columns, means)


class Columns:
    """Each column is its header, a value for each row, how a value is written, and its ratio to ours for each row."""

    def __init__(self, rows, medians):
        self.rows, self.medians = rows, medians

    def of_rows(self, function):
        """A value for each row, None where something it needs was not measured."""
        values = []
        for row in self.rows:
            try:
                values.append(function(row, self.medians[row["name"]]))
            except (KeyError, ValueError):
                values.append(None)
        return values

    def time(self, column):
        ratios = self.of_rows(lambda row, times: times[column] / times[OURS])
        return column, self.of_rows(lambda row, times: times[column]), digits, ratios

    def ratio(self, header, function):
        ratios = self.of_rows(lambda row, times: function(times) / times[OURS])
        return header, ratios, times_over, ratios

    def best_peer(self):
        return self.ratio("best peer ÷ corr2d", lambda times: min(times[peer] for peer in RIVALS if peer in times))

    def candle(self):
        return self.ratio("candle ÷ corr2d", lambda times: times["candle"])

    def share(self, header, function):
        return header, self.of_rows(lambda row, times: 100 * function(row, times)), percent, []


def lines(rows, columns, means):
    """The table: a line for each row, then one for each mean over the rows that belong to it."""
    table = [["row", *(header for header, *_ in columns)], ["---", *("---:" for _ in columns)]]
    for index, row in enumerate(rows):
        table.append([row["name"], *(cell(values[index], form) for _, values, form, _ in columns)])
    for name, belongs in means.items():
        table.append([name, *(mean(ratio for ratio, row in zip(ratios, rows) if belongs(row)) for *_, ratios in columns)])
    return "\n".join("| " + " | ".join(line) + " |" for line in table)


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


def title(gradients, threads):
    """What the markers in README.md call a table."""
    return f"gradients, {THREADS[threads]}" if gradients else THREADS[threads]


def around(title):
    """README.md before and after the text between the markers of a table, markers included."""
    start, end = f"<!-- {title} -->", f"<!-- end of {title} -->"
    text = README.read_text(encoding="utf-8")
    before, found, rest = text.partition(start)
    _, ends, after = rest.partition(end)
    if not found or not ends:
        raise SystemExit(f"{README.name} has no lines {start} and {end} to put the table between")
    return before + start, end + after


def write(title, text):
    """Puts a text between the markers. The file appears whole or not at all."""
    before, after = around(title)
    half_written = README.with_suffix(".new")
    half_written.write_text(f"{before}\n\n{text}\n\n{after}", encoding="utf-8")
    os.replace(half_written, README)
