"""One library as a child of peers.py: it reads the names of rows and answers each with its times.

    python libraries.py NAME FOLDER THREADS SECONDS SAMPLES

FOLDER is what `rows --export` wrote: the shapes of all rows, their numbers, and the results that a library has to give
before it is timed. The first line that comes back names the version, or says that the library is not there; every other
line is {"milliseconds": {"library/variant": median, ...}} for the row that was asked for, in as many variants of layout
as the library has. What fails is left out, with a line on standard error.

A row is of one of three kinds: `forward`; `gradients`, a pass forward and backward from an output gradient of ones; and
`step`, the lesson's training step.
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
HWIO_TO_OIHW = (3, 2, 0, 1)


def main():
    name, folder, threads, seconds, samples = sys.argv[1:]
    # What libraries print is not an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.filterwarnings("ignore")
    try:
        import numpy  # noqa: F401  every library is fed by it
        version, kinds = LIBRARIES[name](int(threads))
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), file=answers, flush=True)
        return
    print(json.dumps({"version": version}), file=answers, flush=True)
    rows = {row["name"]: row for row in json.loads(Path(folder, "rows.json").read_text())}
    for line in sys.stdin:
        milliseconds = times(rows[line.strip()], Path(folder), kinds, float(seconds), int(samples))
        print(json.dumps({"milliseconds": milliseconds}), file=answers, flush=True)


def times(row, folder, kinds, seconds, samples):
    """The medians of all variants that give the right results. A library has variants of some kinds of rows."""
    want = [read(row, folder, name) for name in row["results"]]
    medians = {}
    for variant, make in kinds.get(row["kind"], lambda *_: {})(row, lambda name: read(row, folder, name)).items():
        try:
            call, to_numpy = make()
            # The call that is checked is the one that warms up.
            assert_close(to_numpy(call()), want)
            medians[variant] = median(call, seconds, samples)
        except Exception as error:  # a library may raise anything, and the others go on
            first_line = str(error).strip().split("\n")[0]
            print(f"{variant} on {row['name']}: {type(error).__name__}: {first_line}", file=sys.stderr, flush=True)
    return medians


def read(row, folder, name):
    import numpy

    shape = row[name.removesuffix("_gradient")]
    return numpy.fromfile(folder / f"{row['name']}.{name}", dtype="<f4").reshape(shape)


def assert_close(got, want):
    """Within a thousandth of the largest element, as the benches have it. A NaN fails."""
    for got, want in zip(got, want, strict=True):
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
    layouts = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}

    def sizes_of(row):
        return {name: row[name] for name in ("stride", "padding", "dilation", "groups")}

    def tensor(numbers):
        """In memory of its own, aligned as it likes."""
        return torch.from_numpy(numbers).clone()

    def arrays(tensors):
        return [tensor.numpy() for tensor in tensors]

    def forward(row, read):
        sizes, pixels, weight = sizes_of(row), tensor(read("input")), tensor(read("weight"))

        def plain(layout):
            x, w = pixels.to(memory_format=layout), weight.to(memory_format=layout)
            return lambda: [conv2d(x, w, **sizes)], arrays

        def kept(layout):
            """As inductor compiles it: the weight in oneDNN's layout, the images in one of PyTorch's."""
            stride, padding, dilation = ([row[name]] * 2 for name in ("stride", "padding", "dilation"))
            rest = (padding, stride, dilation, row["groups"])
            x = pixels.to(memory_format=layout)
            w = torch.ops.mkldnn._reorder_convolution_weight(weight, *rest, row["input"])
            return lambda: [torch.ops.mkldnn._convolution_pointwise(x, w, None, *rest, "none", [], "")], arrays

        def blocked():
            """Weight and images in oneDNN's layout, as within a network that never leaves it."""
            outputs, inputs, height, width = row["weight"]
            layer = torch.nn.Conv2d(inputs * row["groups"], outputs, (height, width), bias=False, **sizes)
            layer.weight.data = weight
            layer, x = to_mkldnn(layer.eval()), pixels.to_mkldnn()
            return lambda: layer(x), lambda output: [output.to_dense().numpy()]

        variants = {"PyTorch kept/blocked": blocked}
        for name, layout in layouts.items():
            variants[f"PyTorch/{name}"] = functools.partial(plain, layout)
            variants[f"PyTorch kept/{name}"] = functools.partial(kept, layout)
        return variants

    def gradients(row, read):
        torch.set_grad_enabled(True)

        def both(layout):
            x, w = (tensor(read(name)).to(memory_format=layout) for name in ("input", "weight"))
            sizes, g = sizes_of(row), torch.ones(row["output"]).to(memory_format=layout)
            by = [operand.requires_grad_() for operand in differentiated(row, x, w)]
            return lambda: torch.autograd.grad(conv2d(x, w, **sizes), by, g), arrays

        return {f"PyTorch/{name}": functools.partial(both, layout) for name, layout in layouts.items()}

    def step(row, read):
        torch.set_grad_enabled(True)

        def learner():
            x, y, layer = tensor(read("input")), tensor(read("target")), torch.nn.Conv2d(1, 1, (1, 2), bias=False)
            layer.weight.data = tensor(read("weight"))

            def learn():
                loss = (layer(x) - y) ** 2
                layer.zero_grad()
                loss.sum().backward()
                layer.weight.data[:] -= row["learning_rate"] * layer.weight.grad
                return [layer.weight.grad]

            return learn, arrays

        return {"PyTorch/layer": learner}

    return torch.__version__, {"forward": forward, "gradients": gradients, "step": step}


def differentiated(row, x, w):
    """The operands that a row has gradients of: both of a layer, of an image the kernel alone."""
    return [operand for name, operand in (("input", x), ("weight", w)) if f"{name}_gradient" in row["results"]]


def with_opencv(threads):
    import cv2

    cv2.setNumThreads(threads)

    def forward(row, read):
        if not row["is_image"]:
            return {}

        def filter2d():
            image, kernel = read("input")[0, 0], read("weight")[0, 0]
            # It answers for every pixel; ours are those whose window lies inside, around the anchor.
            (height, width), (top, left) = row["output"][2:], (size // 2 for size in kernel.shape)
            inside = (None, None, slice(top, top + height), slice(left, left + width))
            call = functools.partial(cv2.filter2D, image, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
            return call, lambda output: [output[inside]]

        return {"OpenCV/filter2D": filter2d}

    return cv2.__version__, {"forward": forward}


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

    @functools.partial(jax.jit, static_argnums=(3, 4))
    def pull_back(x, w, g, rest, of_image):
        """The output too, or the forward pass might be left out."""
        if of_image:
            y, gradients = jax.vjp(lambda w: correlate(x, w, *rest), w)
        else:
            y, gradients = jax.vjp(lambda x, w: correlate(x, w, *rest), x, w)
        return y, gradients(g)

    def variants(row, read, make):
        sizes, x, w = [row[name] for name in ("stride", "padding", "dilation", "groups")], read("input"), read("weight")
        first = (x, w, (("NCHW", "OIHW", "NCHW"), *sizes), (0, 1, 2, 3), (0, 1, 2, 3))
        last = (("NHWC", "HWIO", "NHWC"), *sizes)
        last = (x.transpose(NCHW_TO_NHWC), w.transpose(OIHW_TO_HWIO), last, NHWC_TO_NCHW, HWIO_TO_OIHW)
        return {"JAX/channels first": lambda: make(*first), "JAX/channels last": lambda: make(*last)}

    def forward(row, read):
        def plain(x, w, rest, to_nchw, _):
            x, w = jax.numpy.asarray(x), jax.numpy.asarray(w)
            return (
                lambda: correlate(x, w, *rest).block_until_ready(),
                lambda output: [numpy.asarray(output).transpose(to_nchw)],
            )

        return variants(row, read, plain)

    def gradients(row, read):
        def both(x, w, rest, to_nchw, to_oihw):
            x, w = jax.numpy.asarray(x), jax.numpy.asarray(w)
            g = jax.numpy.ones_like(correlate(x, w, *rest))
            orders = differentiated(row, to_nchw, to_oihw)
            return (
                lambda: jax.block_until_ready(pull_back(x, w, g, rest, row["is_image"]))[1],
                lambda found: [numpy.asarray(gradient).transpose(order) for gradient, order in zip(found, orders)],
            )

        return variants(row, read, both)

    return jax.__version__, {"forward": forward, "gradients": gradients}


def with_tensorflow(threads):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    def channels_last(row):
        """The correlation, and how a weight is turned for it and back."""
        stride, padding, dilation = (row[name] for name in ("stride", "padding", "dilation"))
        sides = [[0, 0], [padding, padding], [padding, padding], [0, 0]]
        if 1 < row["groups"] == row["input"][1] == row["weight"][0]:
            sizes = {"strides": [1, stride, stride, 1], "padding": sides, "dilations": [dilation, dilation]}
            return functools.partial(tf.nn.depthwise_conv2d, **sizes), (2, 3, 0, 1), (2, 3, 0, 1)
        sizes = {"strides": stride, "padding": sides, "dilations": dilation}
        return functools.partial(tf.nn.conv2d, **sizes), OIHW_TO_HWIO, HWIO_TO_OIHW

    def channels_first(row):
        padding = [row["padding"]] * 2
        sizes = {"strides": row["stride"], "dilations": row["dilation"], "data_format": "NCHW"}
        return functools.partial(tf.nn.conv2d, padding=[[0, 0], [0, 0], padding, padding], **sizes)

    def forward(row, read):
        def plain():
            correlate, turned, _ = channels_last(row)
            # Both are arguments: what a function closes over might be computed once for all.
            x, w = tf.constant(read("input").transpose(NCHW_TO_NHWC)), tf.constant(read("weight").transpose(turned))
            function = tf.function(correlate)
            return lambda: function(x, w), lambda output: [output.numpy().transpose(NHWC_TO_NCHW)]

        return {"TensorFlow/channels last": plain}

    def gradients(row, read):
        def both(correlate, to_layout, turned, to_nchw, to_oihw):
            x, w = tf.constant(read("input").transpose(to_layout)), tf.constant(read("weight").transpose(turned))

            @tf.function
            def function(x, w, g):
                by = differentiated(row, x, w)
                with tf.GradientTape(watch_accessed_variables=False) as tape:
                    tape.watch(by)
                    y = correlate(x, w)
                # The output too, or the forward pass might be left out.
                return y, tape.gradient(y, by, g)

            g, orders = tf.ones_like(correlate(x, w)), differentiated(row, to_nchw, to_oihw)
            return (
                lambda: function(x, w, g)[1],
                lambda found: [gradient.numpy().transpose(order) for gradient, order in zip(found, orders)],
            )

        def last():
            correlate, turned, to_oihw = channels_last(row)
            return both(correlate, NCHW_TO_NHWC, turned, NHWC_TO_NCHW, to_oihw)

        def first():
            return both(channels_first(row), (0, 1, 2, 3), OIHW_TO_HWIO, (0, 1, 2, 3), HWIO_TO_OIHW)

        variants = {"TensorFlow/channels last": last, "TensorFlow/channels first": first}
        # Its gradients know no groups.
        return variants if row["groups"] == 1 else {"TensorFlow/channels last": last}

    return tf.__version__, {"forward": forward, "gradients": gradients}


LIBRARIES = {"torch": with_torch, "opencv": with_opencv, "jax": with_jax, "tensorflow": with_tensorflow}

if __name__ == "__main__":
    main()
