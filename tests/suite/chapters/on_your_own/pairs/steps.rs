//! The kernel step by step: every method arrives, and a run that was killed goes on as if it had not been.

use std::process::Command;
use std::time::Duration;

use super::*;

/// Tells the program that it is the one that is killed; its value are the arguments of the chapter.
const KILLED: &str = "CORR2D_TEST_KILLED";

#[test]
fn every_method_arrives() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    let kernel = "1,2,0;-3,0,1";
    let target = photographs.array("b.npy", &filtered(&photograph, kernel));
    for method in
        ["cg", "sgd", "sgd --momentum 0", "sgd --momentum 0.9", "nesterov", "nesterov --momentum 0.9", "adam", "lbfgs"]
    {
        let epochs = if method == "adam" { "--lr 0.05 --epochs 3000" } else { "" };
        let found = photographs.learn(&input, &target, &format!("--kernel-size 2x3 --method {method} {epochs}"));
        let losses = found["losses"].as_array().unwrap();
        assert!(error(&found, kernel) < 1e-3, "{method}: {} after {} steps", error(&found, kernel), losses.len());
        assert!(losses.last().unwrap().as_f64().unwrap() < 1e-6, "{method}");
    }
}

#[test]
fn says_when_the_steps_ran_out_and_when_they_ran_away() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.array("b.npy", &filtered(&photograph, "scharr-x"));
    let found = photographs.learn(&input, &target, "--method sgd --epochs 3");
    assert!(found["verdict"].as_str().unwrap().starts_with("The steps ran out"), "{}", found["verdict"]);
    assert_eq!(found["losses"].as_array().unwrap().len(), 3);
    let arguments = ["--input", &input, "--target", &target, "--method", "sgd", "--lr", "1e6"];
    let printed = run_in::<chapter_learning::Arguments>("C", &arguments);
    assert_eq!((printed.status, printed.errors.lines().count()), (1, 1), "{}", printed.errors);
    assert!(printed.errors.contains("is no finite number: take a smaller --lr than 1000000"), "{}", printed.errors);
    // Not so far away that there is no number for it, or only in the last step.
    for options in ["--lr 100 --epochs 20", "--lr 1e6 --epochs 1"] {
        let found = photographs.learn(&input, &target, &format!("--method sgd {options}"));
        assert!(
            found["verdict"].as_str().unwrap().starts_with("The steps led away"),
            "{options}: {}",
            found["verdict"]
        );
    }
    let line = format!("--input {input} --target {target} --method sgd --momentum 0 --lr 1e40 --epochs 4");
    let printed = run_in::<chapter_learning::Arguments>("C", &line.split(' ').collect::<Vec<_>>());
    assert_eq!((printed.status, printed.errors.lines().count()), (1, 1), "{}", printed.errors);
    assert!(printed.errors.contains("too large to be squared: take a smaller --lr"), "{}", printed.errors);
}

/// The best rates are those of the largest curvature: a little less, and the steps grow.
#[test]
fn the_best_rate_does_not_run_away_from_many_curvatures_that_are_alike() {
    let photographs = Photographs::new();
    // Waves up to a frequency are alike in noise whose rows were blurred: a cluster of large eigenvalues.
    let blurred = filtered(&noise(80, 90), "box:3x3");
    let input = photographs.array("a.npy", &blurred);
    let target = photographs.array("b.npy", &filtered(&blurred, "gaussian:1:7x5"));
    for method in ["sgd", "nesterov", "sgd --momentum 0"] {
        let found = photographs.learn(&input, &target, &format!("--kernel-size 7x5 --method {method} --epochs 2000"));
        assert!(found["r_squared"].as_f64().unwrap() > 0.999, "{method}: {}", found["r_squared"]);
    }
}

/// Nothing can be learned from a flat channel, and its curvatures of 0 are no measure for the rates of the others.
#[test]
fn a_flat_channel_does_not_stop_the_others() {
    let photographs = Photographs::new();
    let (channel, kernel) = (camera(80, 150, 50, 60), "0,0.1,0;0.2,0.4,0;0,0,0.3");
    let flat = (channel.zeros_like().unwrap() + 0.5).unwrap();
    let colour = |first: &Tensor, others: &Tensor| Tensor::cat(&[first, others, others], 0).unwrap();
    let input = photographs.picture("a.png", &colour(&flat, &channel));
    let target = filtered(&channel, kernel);
    let target = photographs.picture("b.png", &colour(&target, &target));
    for method in ["sgd", "nesterov", "sgd --momentum 0.5"] {
        let found = photographs.learn(&input, &target, &format!("--channels each --method {method} --epochs 3000"));
        assert!(error(&found["green"], kernel) < 1e-2, "{method}: {}", error(&found["green"], kernel));
        assert!(taps(&found["red"]).iter().flatten().all(|tap| tap.abs() < 1e-6), "{method}");
    }
}

#[test]
fn no_file_is_written_over_another() {
    let photographs = Photographs::new();
    let input = photographs.array("a.npy", &camera(80, 150, 20, 30));
    let (same, red) = (photographs.path("k.safetensors"), photographs.path("k-red.svg"));
    let (svg, around) = (photographs.path("k.svg"), photographs.path("./k.svg"));
    for (options, named) in [
        (format!("--method sgd --save {same} --checkpoint {same}"), "--checkpoint and --save"),
        (format!("--plot {svg} --plot-kernel {around}"), "--plot and --plot-kernel"),
        (format!("--save {input}"), "--input and --save"),
        (format!("--channels each --plot {red} --plot-kernel {svg}"), "--plot and --plot-kernel"),
    ] {
        let line = format!("--input {input} --target {input} {options}");
        let printed = run_in::<chapter_learning::Arguments>("C", &line.split(' ').collect::<Vec<_>>());
        assert_eq!((printed.status, printed.errors.lines().count()), (1, 1), "{options}: {}", printed.errors);
        assert!(printed.errors.contains(&format!("{named} name the same file")), "{options}: {}", printed.errors);
    }
    let line = format!("--describe sobel-x --plot {svg} --plot-kernel {svg}");
    let printed = run_in::<chapter_learning::Arguments>("C", &line.split(' ').collect::<Vec<_>>());
    assert!(printed.errors.contains("--plot and --plot-kernel name the same file"), "{}", printed.errors);
    assert!(!Path::new(&svg).exists() && !Path::new(&same).exists());
}

#[test]
fn a_run_that_was_stopped_goes_on_to_the_same_bits() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.array("b.npy", &filtered(&photograph, "scharr-x"));
    let checkpoint = photographs.path("run.safetensors");
    for method in ["sgd --momentum 0", "nesterov --momentum 0.5", "lbfgs --lr 0.3"] {
        let run = |rest: &str| photographs.learn(&input, &target, &format!("--method {method} {rest}"));
        let whole = run("--epochs 40");
        run(&format!("--epochs 17 --checkpoint {checkpoint}"));
        let resumed = run(&format!("--epochs 40 --checkpoint {checkpoint} --resume"));
        assert_eq!(resumed, whole, "{method}");
        assert_eq!(
            run(&format!("--epochs 40 --checkpoint {checkpoint} --resume")),
            whole,
            "{method}: nothing is left to do"
        );
        std::fs::remove_file(&checkpoint).unwrap();
        assert_eq!(run(&format!("--epochs 40 --checkpoint {checkpoint} --resume")), whole, "{method}: there was none");
    }
    // That of another target is refused.
    let arguments = |checkpoint: &str| {
        let line =
            format!("--input {input} --target {input} --method lbfgs --lr 0.3 --checkpoint {checkpoint} --resume");
        let printed = run_in::<chapter_learning::Arguments>("C", &line.split(' ').collect::<Vec<_>>());
        assert_eq!((printed.status, printed.errors.lines().count()), (1, 1), "{}", printed.errors);
        printed.errors
    };
    assert!(arguments(&checkpoint).contains("other photographs or other settings"), "{}", arguments(&checkpoint));
    let text = photographs.path("text.safetensors");
    std::fs::write(&text, "no checkpoint").unwrap();
    assert!(arguments(&text).contains("text.safetensors"), "{}", arguments(&text));
}

#[test]
fn a_run_that_was_killed_goes_on_to_the_same_bits() {
    if let Some(arguments) = std::env::var_os(KILLED) {
        page::<chapter_learning::Arguments>(&arguments.to_str().unwrap().split(' ').collect::<Vec<_>>());
        return;
    }
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.array("b.npy", &filtered(&photograph, "scharr-x"));
    let checkpoint = photographs.path("run.safetensors");
    // Adam's rate depends on all steps that are planned, so that only a killed run can be gone on with.
    let options = format!("--method adam --epochs 1700 --checkpoint {checkpoint}");
    let name = "chapters::on_your_own::pairs::steps::a_run_that_was_killed_goes_on_to_the_same_bits";
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(KILLED, format!("--input {input} --target {target} --json {options}"))
        .spawn()
        .unwrap();
    while !Path::new(&checkpoint).exists() && program.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(Path::new(&checkpoint).exists(), "the run was over before its first checkpoint");
    let resumed = photographs.learn(&input, &target, &format!("{options} --resume"));
    assert_eq!(resumed, photographs.learn(&input, &target, &options));
}

#[test]
fn writes_kernel_and_plot_or_neither() {
    let photographs = Photographs::new();
    let (image, kernel, plot) = (data("camera.png"), photographs.path("k.npy"), photographs.path("l.svg"));
    let run = |epochs| {
        let arguments = ["--input", &image, "--target", &image, "--epochs", epochs, "--save", &kernel, "--plot", &plot];
        run_in::<chapter_learning::Arguments>("C", &arguments).status
    };
    assert_eq!(run("1"), 0);
    assert!(std::fs::read_to_string(&plot).unwrap().starts_with("<svg") && std::fs::metadata(&kernel).is_ok());
    std::fs::remove_file(&kernel).unwrap();
    std::fs::remove_file(&plot).unwrap();
    std::fs::create_dir(&plot).unwrap();
    assert_eq!(run("1"), 1);
    assert!(std::fs::metadata(&kernel).is_err(), "no kernel without its plot");
}
