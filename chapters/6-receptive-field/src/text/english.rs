//! What the chapter says in English.

use super::{MeasuredField, Text, counts};

pub(super) const ENGLISH: Text = Text {
    title: "6. Feature map and receptive field",
    what: "The output of a convolutional layer is called a feature map: it tells, place by place, how strongly a feature \
        such as an edge is there. All inputs that can change one of its numbers are the receptive field of that \
        number. Here is a layer with a kernel of 2×2:",
    one_layer: "The receptive field of 27 is the four pixels 0, 1, 3 and 4: change another pixel, and 27 stays. Now a \
        second layer of 2×2 takes this map as its input:",
    two_layers: "Its one number z sees all four numbers of the map. They see four pixels each, and their windows overlap. \
        Counted along one side, an output sees one place, and each kernel of size 2 adds one more:",
    nine: |(height, width), weights| {
        let pixels = height * width;
        format!(
            "So z sees {height}×{width} = {pixels} pixels, the whole image. Two layers of 2×2 see as far as one of \
             {height}×{width}, with {weights} weights in place of {pixels}."
        )
    },
    measured_title: "Measured, not counted",
    measured: "There is a second way to know what z sees: the gradient. Where the gradient of z by a pixel is not 0, a \
        small change of that pixel changes z.",
    by_hand: "By hand, for the pixel in the middle, which lies in all four windows. In each it meets another weight of \
        the first kernel, and each window meets a weight of the second:",
    by_gradient: "And all nine pixels by backward():",
    both_agree: |counted, measured| {
        format!(
            "Arithmetic says {counted} pixels, and the gradient is not 0 at {measured} of them. The pixel in the middle is used four times, those in the corners once."
        )
    },
    zeros: |unseen| {
        format!(
            "Beware of zeros. The kernel [0, 1; 2, 3] of chapter 1 ignores its upper left pixel, so the gradient through \
             two such layers is 0 at {unseen} pixels that the layers could see with other weights:"
        )
    },
    deeper_title: "Deeper is wider",
    deeper: "Every further layer widens the field. Here it is for one to five layers of 3×3, its side in pixels, counted \
        and measured; on the left the window moves one place at a time; in the middle two, which is called a stride of 2; on the right its taps lie apart:",
    table: "layers    counted measured       stride 2 measured        dilated measured",
    strides: "With a stride of 1 a layer of 3×3 adds two pixels, so that two layers see 5×5. With a stride of 2 every place of a map stands for two of the \
        map before, and what a layer adds doubles each time. This is how deep networks see a whole picture, and their \
        field may even be larger than the picture.",
    try_it: "Your turn. Write a chain of layers: height and width, s for a stride, d for a dilation (d2 leaves one pixel out \
        between neighbouring weights). How far will the second chain see? Count before you run it.",
    dilated: "The last columns have a stride of 1 and a dilation that doubles, 1, 2, 4, 8 and 16: they see as far as the \
        strides, and no map is halved.",
    networks_title: "Networks as they are",
    networks: "The same arithmetic, layer by layer, gives what the last maps of well-known networks see. The stride is how \
        far apart neighbouring outputs look; the padding is how far before the image the first one begins. Where branches \
        meet, the field is the rectangle around theirs:",
    networks_table: ["network", "image", "field", "stride", "padding"],
    halving: |at_once, later| {
        format!(
            "Three ResNets of 50 layers, and two answers. Where a stage halves the map in its first 1×1, as in the paper, or \
             in its last unit, as in TF-Slim, all its layers of 3×3 have the same step, and the field is {at_once}. In \
             torchvision the first 3×3 of a stage halves: it still has the smaller step, and so the field is {later}."
        )
    },
    distill: |slim, paper| {
        let ([image, field, _, padding], [_, _, _, paper_padding]) = (slim, paper);
        format!(
            "{field} with a padding of {padding} is what the table of the article in Distill says of ResNet-50, which took \
             TF-Slim's. That it is {padding} and not {paper_padding}, as in the paper's with the same field, comes from \
             TensorFlow's 'same': where a stride of 2 meets an even size, as on an image of {image}, it puts the odd zero \
             behind the map, and the first field begins later."
        )
    },
    effective_title: "What counts of it",
    effective: |draws| {
        format!(
            "A pixel in the field can reach the output, but a pixel at its rim by few paths, and one in the middle by very \
             many. So the gradient is largest in the middle and falls off towards the rim, like a bell. Here are layers of \
             3×3 with random weights, and the root mean square of the gradient over {draws} draws of them. A pixel counts \
             if its gradient is at least {} % of the largest; σ is the standard deviation across, in pixels, of the Gaussian \
             that comes nearest to the gradient (– where it hardly falls off):",
            counts()
        )
    },
    effective_table: ["layers", "field", "σ", "pixels that count", "share"],
    effective_share: |first, last| {
        format!(
            "With the depth the field grows in proportion, the bell only with the root of the depth. So less and less of the \
             field counts: {first:.0} % of it at the first depth, {last:.0} % at the last. It is called the effective \
             receptive field."
        )
    },
    try_network: "Or take a whole network: one by name, one of your own in TOML, or a model that PyTorch has written as ONNX.",
    chain_title: |layers| {
        if layers == 1 { "One layer".to_owned() } else { format!("{layers} layers, one after another") }
    },
    chain_table: " layer  kernel   stride   dilation   step      field       measured  pixels",
    not_measured: "too large",
    chain: |height, width| {
        format!(
            "The field of one output of the last layer is {height}×{width} pixels. The step is how far apart neighbouring \
             outputs look. Measured goes from the first to the last row and column in which the gradient is not 0; \
             pixels counts where it is not 0."
        )
    },
    gaps: |seen, all| {
        format!(
            "It looks at {seen} of these {all} pixels only: a dilation, or a stride longer than the kernel, leaves gaps \
             between them."
        )
    },
    network_title: |name, height, width| format!("{name}, on an image of {height}×{width}"),
    about: |_, english| english,
    network_table: ["layer", "kind", "map", "stride", "padding", "field", "whole"],
    kind: |layer| layer.to_string(),
    last_column: |any_size, none| {
        let any = if any_size { " ∞ stands behind a global layer: the field grows with the image." } else { "" };
        let none = if none { " – stands where a cropping hides the first pixels." } else { "" };
        format!(
            "The last column is the largest image of which one output of the layer sees everything. On an image no larger than \
             that, all that further layers add to the field of this output is padding.{any}{none}"
        )
    },
    larger: |larger| match larger {
        (Some(down), Some(across)) if down != across => {
            format!("* The field is larger than the image: in height from {down} on, in width from {across} on.")
        }
        (Some(down), None) => {
            format!("* In height the field is larger than the image, from {down} on; in width it is nowhere.")
        }
        (None, Some(across)) => {
            format!("* In width the field is larger than the image, from {across} on; in height it is nowhere.")
        }
        (layer, _) => format!("* The field is larger than the image, from {} on.", layer.unwrap_or_default()),
    },
    sees_whole: |layer| {
        format!(
            "{layer} is the first layer with an output that sees the whole image: what a further layer adds to its field lies \
             in the padding."
        )
    },
    sees_whole_nowhere: "No output of any layer sees the whole image.",
    none_larger: |height, width| format!("No field is larger than the image of {height}×{width}."),
    one_output: |layer, field, stride, padding| {
        format!(
            "An output of {layer} sees {field} pixels, those in the padding included. The stride, how far apart neighbouring \
             outputs look, is {stride}; the padding, how far before the image the first field begins, is {padding}."
        )
    },
    one_output_of_two_strides: |layer, field, padding| {
        format!(
            "An output of {layer} sees up to {field} pixels, those in the padding included. The padding, how far before the \
             image the first field begins, is {padding}."
        )
    },
    sees_all: |layer| format!("Every output of {layer} sees the whole image."),
    sees_same: |layer| {
        format!(
            "Every output of {layer} sees the same part of the image, and not all of it: the rest is left out on the way."
        )
    },
    phases: |smallest, largest| {
        format!("Behind a layer that enlarges, outputs differ in what they see: from {smallest} to {largest} pixels.")
    },
    drifting: |smallest, largest| {
        format!("Since the paths drift apart, outputs differ in what they see: from {smallest} to {largest} pixels.")
    },
    into_padding: |smallest, largest| {
        format!("Near the rim, outputs see further into the padding: from {smallest} to {largest} pixels.")
    },
    shared: |(top, bottom), (left, right)| {
        format!(
            "One path leads through a single number that all outputs share, such as a global mean: by it every output sees \
             rows {top} to {bottom} and columns {left} to {right}."
        )
    },
    aligned: "All paths from an output to the image look at one place: the network is aligned.",
    aligned_besides: "All other paths from an output to the image look at one place: but for the shared number the network is \
        aligned.",
    strides_differ: |at, first, other| {
        format!(
            "The network is not aligned: at {at} paths meet with different strides, {first} and {other}, which drift apart from \
             output to output."
        )
    },
    centres_differ: |at, distance| {
        format!("The network is not aligned: at {at} paths meet whose centres differ by up to {distance}.")
    },
    region: |row, column, region| {
        format!(
            "The output in row {row}, column {column} (from 0) sees rows {} to {} and columns {} to {}.",
            region.top, region.bottom, region.left, region.right
        )
    },
    centre: |down, across, pixels| {
        let pixels = if pixels == 1 { "1 pixel".to_owned() } else { format!("{pixels} pixels") };
        format!("Their centre is row {down}, column {across}; {pixels} of the image can reach the output.")
    },
    hidden: |reached| {
        format!(
            "These lie in rows {} to {} and columns {} to {}: no path that stays out of the padding leads to the rest.",
            reached.top, reached.bottom, reached.left, reached.right
        )
    },
    no_gradient: "So there is no gradient to measure.",
    measured_field: |measured| {
        let MeasuredField { pixels, reached, share, field: (height, width), share_of_field } = measured;
        let shares = if measured.reaches_all() {
            format!("{share} % of the field counts.")
        } else {
            format!("{share} % of these pixels, and {share_of_field} % of the whole field of {height}×{width}, count.")
        };
        if *reached == 1 {
            return format!("Only one pixel can reach it, and its gradient is the largest: {shares}");
        }
        format!(
            "With random weights, {pixels} of the {reached} pixels that can reach it have at least {} % of the largest \
             gradient: {shares}",
            counts()
        )
    },
    gaussian: |(row, column), (down, across), explained| {
        format!(
            "The Gaussian that comes nearest to the gradient, by least squares, is highest at row {row}, column {column}, has a \
             standard deviation of {down} pixels down and {across} across, and explains {explained} % of its variance."
        )
    },
    flat: |explained| {
        format!(
            "The gradient falls off so little that the Gaussian which comes nearest to it, by least squares, is as wide \
             as what is seen, or wider, in one direction at least; it explains {explained} % of its variance."
        )
    },
    nothing_explained: "No Gaussian comes nearer to the gradient than a constant does.",
    no_gaussian: "No Gaussian can be fitted: there are too few pixels, or all have the same gradient.",
};
