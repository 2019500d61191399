//! Chapter 4 from the reader's own start.

use insta::assert_snapshot;

use super::super::page;
use super::json;

#[test]
fn prints_the_published_losses_from_their_kernel() {
    let arguments = ["--init", "0.5987,-0.5092", "--lr", "0.03"];
    assert_snapshot!(page::<chapter_learning::Arguments>(&arguments), @"
    From [0.5987, -0.5092], learning rate 0.03
    ──────────────────────────────────────────

        epoch 2, loss 1.055, predicted 1.055
        epoch 4, loss 0.196, predicted 0.196
        epoch 6, loss 0.040, predicted 0.040
        epoch 8, loss 0.010, predicted 0.010
        epoch 10, loss 0.003, predicted 0.003
        kernel [0.9997, -0.9901]
    ");
    let value = json(&page::<chapter_learning::Arguments>(&["--init", "0.0375,-0.0543", "--json"]));
    let kernel: Vec<f64> = value["kernel"][0].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert_eq!(kernel.iter().map(|n| format!("{n:.4}")).collect::<Vec<_>>(), ["0.9881", "-0.9899"]);
}

#[test]
fn measures_the_losses_that_it_predicts() {
    for rate in ["0.001", "0.03", "0.034", "0.05"] {
        let value = json(&page::<chapter_learning::Arguments>(&["--init", "0.7,0.1", "--lr", rate, "--json"]));
        let numbers =
            |name: &str| value[name].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>();
        let (measured, predicted) = (numbers("losses"), numbers("predicted"));
        assert_eq!((measured.len(), predicted.len()), (10, 10));
        for (measured, predicted) in measured.iter().zip(predicted) {
            assert!((measured - predicted).abs() < 1e-5 * predicted + 1e-8, "rate {rate}: {measured}, not {predicted}");
        }
    }
}

#[test]
fn a_rate_may_be_a_fraction() {
    let kernel = |rate| {
        json(&page::<chapter_learning::Arguments>(&["--init", "0.7,0.1", "--lr", rate, "--json"]))["kernel"].clone()
    };
    assert_eq!(kernel("1/32"), kernel("0.03125"));
    assert_ne!(kernel("1/36"), kernel("0.03125"));
}

#[test]
fn lists_the_last_epoch_where_it_is_odd() {
    let epochs = |count| {
        let printed = page::<chapter_learning::Arguments>(&["--init", "0.5987,-0.5092", "--epochs", count]);
        let epoch = |line: &str| Some(line.trim().strip_prefix("epoch ")?.split_once(',')?.0.to_owned());
        printed.lines().filter_map(epoch).collect::<Vec<_>>()
    };
    assert_eq!(epochs("1"), ["1"]);
    assert_eq!(epochs("3"), ["2", "3"]);
}

#[test]
fn speaks_json_of_the_run_of_a_seed() {
    let kernel = |seed| json(&page::<chapter_learning::Arguments>(&["--seed", seed, "--json"]))["start"].clone();
    let epochs = page::<chapter_learning::Arguments>(&["--seed", "3", "--epochs", "10", "--json"]);
    assert_eq!(kernel("3"), json(&epochs)["start"]);
    assert_ne!(kernel("3"), kernel("4"));
}

#[test]
fn says_when_the_rate_is_too_large() {
    let page = page::<chapter_learning::Arguments>(&["--init", "0.5987,-0.5092", "--lr", "0.04", "--epochs", "30"]);
    assert!(page.replace('\n', " ").contains("the rate must be below 1/30 = 0.0333"), "{page}");
}
