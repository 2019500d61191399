"""One library as a child of peers.py: it reads the names of rows and answers each with its times.

    python libraries.py NAME FOLDER THREADS SECONDS SAMPLES

FOLDER is what `rows --export` wrote: the shapes of all rows, their numbers, and the results that a library has to give
before it is timed. The first line that comes back names the version, or says that the library is not there; every other
line is {"milliseconds": {"library/variant": median, ...}} for the row that was asked for, in as many variants of layout
as the library has. What fails is left out, with a line on standard error.
"""

import functools
import json
import math
import os
import statistics
import sys
import time
import warnings
from pathlib import Path

SHORTEST_SAMPLE = 2e-3
"""Shorter calls are repeated within one sample, so that reading the clock does not count; in seconds."""

NCHW_TO_NHWC = (0, 2, 3, 1)
NHWC_TO_NCHW = (0, 3, 1, 2)
OIHW_TO_HWIO = (2, 3, 1, 0)


def main():
    name, folder, threads, seconds, samples = sys.argv[1:]
    # What libraries print is not an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.filterwarnings("ignore")
    try:
        import numpy  # noqa: F401  every library is fed by it
        version, prepare = LIBRARIES[name](int(threads))
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), file=answers, flush=True)
        return
    print(json.dumps({"version": version}), file=answers, flush=True)
    rows = {row["name"]: row for row in json.loads(Path(folder, "rows.json").read_text())}
    for line in sys.stdin:
        milliseconds = times(rows[line.strip()], Path(folder), prepare, float(seconds), int(samples))
        print(json.dumps({"milliseconds": milliseconds}), file=answers, flush=True)


def times(row, folder, prepare, seconds, samples):
    """The medians of all variants that give the right result."""
    numbers = {what: read(row, folder, what) for what in ("input", "weight", "output")}
    medians = {}
    for variant, make in prepare(row, numbers["input"], numbers["weight"]).items():
        try:
            call, to_numpy = make()
            # The call that is checked is the one that warms up.
            assert_close(to_numpy(call()), numbers["output"])
            medians[variant] = median(call, seconds, samples)
        except Exception as error:  # a library may raise anything, and the others go on
            first_line = str(error).strip().split("\n")[0]
            print(f"{variant} on {row['name']}: {type(error).__name__}: {first_line}", file=sys.stderr, flush=True)
    return medians


def read(row, folder, what):
    import numpy

    return numpy.fromfile(folder / f"{row['name']}.{what}", dtype="<f4").reshape(row[what])


def assert_close(got, want):
    """Within a thousandth of the largest element, as the benches have it. A NaN fails."""
    if got.shape != want.shape or not abs(got - want).max() <= 1e-3 * abs(want).max():
        raise ValueError("another result than corr2d's")


def median(call, seconds, samples):
    """In milliseconds, as `Pace::median` of src/pace.rs."""

    def sample(repeats):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        return (time.perf_counter() - start) / repeats

    start = time.perf_counter()
    first = sample(1)
    repeats = max(1, math.ceil(SHORTEST_SAMPLE / first))
    taken = [first] if repeats == 1 else []
    while len(taken) < samples or time.perf_counter() - start < seconds:
        taken.append(sample(repeats))
    return statistics.median(taken) * 1e3


def with_torch(threads):
    import torch
    from torch.nn.functional import conv2d
    from torch.utils.mkldnn import to_mkldnn

    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)

    def prepare(row, pixels, weight):
        sizes = {name: row[name] for name in ("stride", "padding", "dilation", "groups")}
        # In memory of its own, aligned as it likes.
        pixels, weight = torch.from_numpy(pixels).clone(), torch.from_numpy(weight).clone()

        def to_numpy(output):
            return output.numpy()

        def plain(layout):
            x, w = pixels.to(memory_format=layout), weight.to(memory_format=layout)
            return lambda: conv2d(x, w, **sizes), to_numpy

        def kept(layout):
            """As inductor compiles it: the weight in oneDNN's layout, the images in one of PyTorch's."""
            stride, padding, dilation = ([row[name]] * 2 for name in ("stride", "padding", "dilation"))
            rest = (padding, stride, dilation, row["groups"])
            x = pixels.to(memory_format=layout)
            w = torch.ops.mkldnn._reorder_convolution_weight(weight, *rest, row["input"])
            return lambda: torch.ops.mkldnn._convolution_pointwise(x, w, None, *rest, "none", [], ""), to_numpy

        def blocked():
            """Weight and images in oneDNN's layout, as within a network that never leaves it."""
            outputs, inputs, height, width = row["weight"]
            layer = torch.nn.Conv2d(inputs * row["groups"], outputs, (height, width), bias=False, **sizes)
            layer.weight.data = weight
            layer, x = to_mkldnn(layer.eval()), pixels.to_mkldnn()
            return lambda: layer(x), lambda output: output.to_dense().numpy()

        first, last = torch.contiguous_format, torch.channels_last
        return {
            "PyTorch/channels first": lambda: plain(first),
            "PyTorch/channels last": lambda: plain(last),
            "PyTorch kept/channels first": lambda: kept(first),
            "PyTorch kept/channels last": lambda: kept(last),
            "PyTorch kept/blocked": blocked,
        }

    return torch.__version__, prepare


def with_opencv(threads):
    import cv2

    cv2.setNumThreads(threads)

    def prepare(row, pixels, weight):
        if not row["is_image"]:
            return {}

        def filter2d():
            image, kernel = pixels[0, 0], weight[0, 0]
            # It answers for every pixel; ours are those whose window lies inside, around the anchor.
            (height, width), (top, left) = row["output"][2:], (size // 2 for size in kernel.shape)
            inside = (None, None, slice(top, top + height), slice(left, left + width))
            call = functools.partial(cv2.filter2D, image, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
            return call, lambda output: output[inside]

        return {"OpenCV/filter2D": filter2d}

    return cv2.__version__, prepare


def with_jax(threads):
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import numpy

    # Compiled once for each shape, however often a row comes round.
    @functools.partial(jax.jit, static_argnums=(2, 3, 4, 5, 6))
    def correlate(x, w, layout, stride, padding, dilation, groups):
        return jax.lax.conv_general_dilated(
            x,
            w,
            window_strides=(stride, stride),
            padding=[(padding, padding)] * 2,
            rhs_dilation=(dilation, dilation),
            dimension_numbers=layout,
            feature_group_count=groups,
        )

    def prepare(row, pixels, weight):
        sizes = [row[name] for name in ("stride", "padding", "dilation", "groups")]

        def variant(x, w, layout, to_nchw):
            x, w = jax.numpy.asarray(x), jax.numpy.asarray(w)
            return (
                lambda: correlate(x, w, layout, *sizes).block_until_ready(),
                lambda output: numpy.asarray(output).transpose(to_nchw),
            )

        last = (pixels.transpose(NCHW_TO_NHWC), weight.transpose(OIHW_TO_HWIO))
        return {
            "JAX/channels first": lambda: variant(pixels, weight, ("NCHW", "OIHW", "NCHW"), (0, 1, 2, 3)),
            "JAX/channels last": lambda: variant(*last, ("NHWC", "HWIO", "NHWC"), NHWC_TO_NCHW),
        }

    return jax.__version__, prepare


def with_tensorflow(threads):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    def prepare(row, pixels, weight):
        stride, padding, dilation = (row[name] for name in ("stride", "padding", "dilation"))
        sides = [[0, 0], [padding, padding], [padding, padding], [0, 0]]

        def compiled(function, w):
            # Both are arguments: what a function closes over might be computed once for all.
            function, x, w = tf.function(function), tf.constant(pixels.transpose(NCHW_TO_NHWC)), tf.constant(w)
            return lambda: function(x, w), lambda output: output.numpy().transpose(NHWC_TO_NCHW)

        def layer():
            correlate = functools.partial(tf.nn.conv2d, strides=stride, padding=sides, dilations=dilation)
            return compiled(correlate, weight.transpose(OIHW_TO_HWIO))

        def depthwise():
            sizes = {"strides": [1, stride, stride, 1], "padding": sides, "dilations": [dilation, dilation]}
            correlate = functools.partial(tf.nn.depthwise_conv2d, **sizes)
            return compiled(correlate, weight.transpose(2, 3, 0, 1))

        is_depthwise = 1 < row["groups"] == row["input"][1] == row["weight"][0]
        return {"TensorFlow/channels last": depthwise if is_depthwise else layer}

    return tf.__version__, prepare


LIBRARIES = {"torch": with_torch, "opencv": with_opencv, "jax": with_jax, "tensorflow": with_tensorflow}

if __name__ == "__main__":
    main()
