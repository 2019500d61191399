//! Looks for shapes on which `Algorithm::Auto` is slower than a plain matrix product, `Algorithm::Gemm`.
//!
//! ```text
//! cargo run --release -p corr2d-benches --bin sweep -- --isa avx2
//! ```
//!
//! The two are timed in turns, so that a noisy phase of the machine hits both alike; what counts is the median of the
//! ratios. A case that loses is timed again, for longer, before it is printed.

use std::fmt;
use std::io::{self, Write};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use corr2d_cpu::{Algorithm, Conv2dOptions, Geometry, Isa, Padding, Plan, zeros};
use rayon::ThreadPoolBuilder;

const SIDES: [usize; 7] = [7, 14, 28, 56, 112, 224, 640];
const CHANNELS: [usize; 12] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
const LINES: [[usize; 2]; 6] = [[1, 3], [3, 1], [1, 7], [7, 1], [1, 11], [11, 1]];

/// More multiplications take too long: some milliseconds a call.
const MOST_MULTIPLICATIONS: f64 = 1e8;

/// Calls are repeated until a sample takes so many seconds.
const SAMPLE: f64 = 1e-3;

/// How often the two are compared, and how often again what may be printed.
const ROUNDS: [usize; 2] = [5, 21];

/// Prints the shapes on which Auto is slower than Gemm
#[derive(Parser)]
struct Arguments {
    /// The instruction set: scalar, avx2, avx512; the widest if none is given
    #[arg(long)]
    isa: Option<String>,

    /// How many cases are drawn from the grid
    #[arg(long, default_value_t = 1500)]
    cases: usize,

    /// Which are drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// The whole grid: hours
    #[arg(long, conflicts_with_all = ["cases", "seed"])]
    all: bool,

    /// A shape is printed where Auto takes more than so many times as long
    #[arg(long, default_value_t = 1.1)]
    above: f64,

    /// How many threads compute
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let isa = match &arguments.isa {
        None => Isa::best(),
        Some(name) => {
            let isa = Isa::available().iter().find(|isa| isa.to_string() == *name);
            *isa.with_context(|| format!("{name} is none of {:?}", Isa::available()))?
        }
    };
    let mut cases = grid()?;
    if !arguments.all {
        cases.sort_by_cached_key(|case| hash(&format!("{} {case}", arguments.seed)));
        cases.truncate(arguments.cases);
    }
    let pool = ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    let mut ratios = Vec::new();
    for case in &cases {
        let (ratio, line) = pool.install(|| compare(case, isa, arguments.above))?;
        ratios.push(ratio);
        if ratio > arguments.above {
            writeln!(io::stdout(), "{line}")?;
        }
    }
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len().max(1) as f64).exp();
    let worst = ratios.iter().copied().fold(0.0, f64::max);
    let losses = ratios.iter().filter(|ratio| **ratio > arguments.above).count();
    writeln!(
        io::stdout(),
        "{} cases on {isa}: Auto ÷ Gemm {mean:.2} (geometric mean), {worst:.2} at worst; {losses} above {}",
        cases.len(),
        arguments.above,
    )?;
    Ok(())
}

/// A correlation that is timed.
struct Case {
    input: [usize; 4],
    weight: [usize; 4],
    options: Conv2dOptions,
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input: [_, channels, side, _], weight: [outputs, _, height, width], options } = self;
        let Conv2dOptions { stride: (stride, _), dilation: (dilation, _), padding, groups, .. } = options;
        write!(formatter, "{channels}→{outputs} {side}² k{height}×{width} s{stride} d{dilation} g{groups} {padding:?}")
    }
}

/// All cases that are legal and not too long.
fn grid() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let kernels = (1..=11).map(|side| [side, side]).chain(LINES);
    for [height, width] in kernels {
        for (side, padding) in SIDES.into_iter().flat_map(|side| [(side, Padding::Valid), (side, Padding::Same)]) {
            for (stride, dilation) in (1..=3).flat_map(|stride| [(stride, 1), (stride, 2)]) {
                for (inputs, outputs, groups) in channels() {
                    let (stride, dilation) = ((stride, stride), (dilation, dilation));
                    let options = Conv2dOptions { stride, dilation, padding, groups, ..Default::default() };
                    let (input, weight) = ([1, inputs, side, side], [outputs, inputs / groups, height, width]);
                    let geometry = Geometry::new(input, weight, &options);
                    let fits = geometry.is_ok_and(|geometry| geometry.multiplications() <= MOST_MULTIPLICATIONS);
                    if fits && (height * width > 1 || dilation.0 == 1) {
                        cases.push(Case { input, weight, options });
                    }
                }
            }
        }
    }
    ensure!(!cases.is_empty(), "the grid is empty");
    Ok(cases)
}

/// Input channels, output channels, groups: dense, and depthwise.
fn channels() -> impl Iterator<Item = (usize, usize, usize)> {
    let dense = CHANNELS.into_iter().flat_map(|inputs| CHANNELS.map(|outputs| (inputs, outputs, 1)));
    dense.chain(CHANNELS[1..].iter().map(|channels| (*channels, *channels, *channels)))
}

/// Auto's time over Gemm's, and what there is to say about it.
fn compare(case: &Case, isa: Isa, above: f64) -> Result<(f64, String)> {
    let plan = |algorithm| {
        let options = Conv2dOptions { algorithm, ..case.options };
        Plan::new(case.input, case.weight, &options).map(|plan| plan.with_isa(isa))
    };
    let (auto, gemm) = (plan(Algorithm::Auto)?, plan(Algorithm::Gemm)?);
    let geometry = auto.geometry();
    let (input, weight) = (numbers(geometry.input_len()), numbers(geometry.weight_len()));
    let mut output = zeros(geometry.output_len())?;
    let want = gemm.forward_new(&input, &weight, None)?;
    auto.forward(&input, &weight, None, &mut output)?;
    let largest = want.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    let close = output.iter().zip(&want).all(|(got, want)| (got - want).abs() <= 1e-4 * largest);
    ensure!(close, "{case}: {:?} and {:?} differ", auto.path(), gemm.path());

    let mut sample = |plan: &Plan, repeats: usize| -> Result<f64> {
        let start = Instant::now();
        for _ in 0..repeats {
            plan.forward(&input, &weight, None, &mut output)?;
        }
        Ok(start.elapsed().as_secs_f64() / repeats as f64)
    };
    let repeats = [sample(&auto, 1)?, sample(&gemm, 1)?].map(|time| (SAMPLE / time).ceil() as usize);
    let mut result = (0.0, String::new());
    for rounds in ROUNDS {
        let times = (0..rounds).map(|_| Ok([sample(&auto, repeats[0])?, sample(&gemm, repeats[1])?]));
        let times = times.collect::<Result<Vec<_>>>()?;
        let ratio = median(times.iter().map(|[auto, gemm]| auto / gemm));
        let [auto_time, gemm_time] = [0, 1].map(|which| median(times.iter().map(|times| times[which])) * 1e6);
        let path = auto.path_for(&weight);
        result = (ratio, format!("{ratio:.2} {path:?} {case}: {auto_time:.1} µs against {gemm_time:.1}"));
        if ratio <= above {
            break;
        }
    }
    Ok(result)
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Numbers between −1 and 1 of no pattern.
fn numbers(length: usize) -> Vec<f32> {
    let scramble =
        |index: usize| (index as u32).wrapping_mul(2_654_435_769).rotate_left(15).wrapping_mul(2_246_822_519);
    (0..length).map(|index| scramble(index) as i32 as f32 / i32::MAX as f32).collect()
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
