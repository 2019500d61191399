//! The example `lenet`, with the very modules that it runs.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use candle_nn::VarMap;

#[path = "../../../crates/corr2d/examples/lenet/digits.rs"]
mod digits;
#[path = "../../../crates/corr2d/examples/lenet/network.rs"]
mod network;
#[path = "../../../crates/corr2d/examples/lenet/training.rs"]
mod training;

use digits::Digits;
use training::{Plan, learn, right};

/// Tells a program of its own that it is to print what it has learned.
const PRINTS: &str = "CORR2D_TEST_LENET_PRINTS";

const SHORT: Plan = Plan { epochs: 4, batch: 32, learning_rate: 1e-2, seed: 1 };

#[test]
fn the_digits_are_split_as_the_example_says() {
    let (learned_from, held_out) = load();
    assert_eq!((learned_from.count().unwrap(), held_out.count().unwrap()), (1438, 359));
    assert_eq!(held_out.images.dims(), [359, 1, 8, 8]);
    let brightest = held_out.images.flatten_all().unwrap().max(0).unwrap().to_scalar::<f32>().unwrap();
    assert_eq!(brightest, 1.0);
    let mut counts = [0; 10];
    for label in held_out.labels.to_vec1::<u32>().unwrap() {
        counts[label as usize] += 1;
    }
    assert!(counts.iter().all(|count| (20..=55).contains(count)), "{counts:?}");
}

#[test]
fn four_epochs_are_enough_for_eight_digits_of_ten() {
    let (learned_from, held_out) = load();
    let mut losses = Vec::new();
    let learned = learn(&learned_from, SHORT, |loss| losses.push(loss)).unwrap();
    assert!(losses.len() == 4 && losses[3] < losses[0] / 2.0, "{losses:?}");
    let right = right(&learned.network, &held_out).unwrap();
    assert!(right >= 300, "{right} of 359");
}

#[test]
fn the_example_names_97_digits_of_100() {
    let (learned_from, held_out) = load();
    let learned = learn(&learned_from, Plan::default(), |_| ()).unwrap();
    let right = right(&learned.network, &held_out).unwrap();
    assert!(right >= 349, "{right} of 359");
}

/// As programs of their own, because candle asks for the number of threads once.
#[test]
fn any_number_of_threads_learns_the_same_bits() {
    if std::env::var_os(PRINTS).is_some() {
        let (learned_from, _) = load();
        let mut losses = Vec::new();
        let learned = learn(&learned_from, Plan { epochs: 1, ..SHORT }, |loss| losses.push(loss)).unwrap();
        let digest = digest(&learned.variables);
        writeln!(std::io::stdout(), "learned {:016x} {digest:016x}", losses[0].to_bits()).unwrap();
        return;
    }
    let printed = |threads: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "learning::lenet::any_number_of_threads_learns_the_same_bits", "--nocapture"]);
        let output = command.env(PRINTS, "yes").env("RAYON_NUM_THREADS", threads).env("CANDLE_NUM_THREADS", threads);
        let said = String::from_utf8(output.output().unwrap().stdout).unwrap();
        let line = said.lines().find(|line| line.contains("learned ")).unwrap_or_else(|| panic!("{said}"));
        line[line.find("learned ").unwrap()..].to_owned()
    };
    let one = printed("1");
    assert_eq!(printed("1"), one, "again");
    for threads in ["2", "3", "7"] {
        assert_eq!(printed(threads), one, "{threads} threads");
    }
}

fn load() -> (Digits, Digits) {
    digits::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/digits.npy")).unwrap()
}

/// All bits of all variables in the order of their names, by FNV-1a.
fn digest(variables: &VarMap) -> u64 {
    let named = variables.data().lock().unwrap();
    let mut names: Vec<_> = named.keys().collect();
    names.sort();
    let bits = names.into_iter().flat_map(|name| {
        let values = named[name].flatten_all().unwrap().to_vec1::<f32>().unwrap();
        values.into_iter().flat_map(|value| value.to_bits().to_le_bytes())
    });
    bits.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
