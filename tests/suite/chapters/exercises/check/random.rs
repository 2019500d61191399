//! Answers that nobody thought of: random kernels, on which the graders must agree with corr2d, and random JSON.

use candle_core::{Device, Tensor};
use chapter_exercises::answer::Answer;
use chapter_exercises::exercise::grade;
use chapter_kit::Language;
use corr2d::corr2d;
use corr2d_tests::SplitMix;

use super::super::EXERCISES;

/// A kernel [height][width] of small whole numbers.
type Rows = Vec<Vec<i64>>;

fn random_kernel(random: &mut SplitMix, height: usize, width: usize) -> Rows {
    let mut number = || random.between(0, 4) as i64 - 2;
    (0..height).map(|_| (0..width).map(|_| number()).collect()).collect()
}

/// Each place of `pattern` adds a copy of `kernel`: the kernel that does both, one after the other.
fn spread(kernel: &Rows, pattern: &Rows) -> Rows {
    let (height, width) = (kernel.len() + pattern.len() - 1, kernel[0].len() + pattern[0].len() - 1);
    let mut both = vec![vec![0; width]; height];
    for (i, row) in kernel.iter().enumerate() {
        for (j, weight) in row.iter().enumerate() {
            for (a, row) in pattern.iter().enumerate() {
                for (b, times) in row.iter().enumerate() {
                    both[i + a][j + b] += weight * times;
                }
            }
        }
    }
    both
}

/// What corr2d answers, where the kernel's first weight lies on x = y = 0, to the image x^across · y^down.
fn answers(kernel: &Rows, across: u32, down: u32) -> f64 {
    let tensor = |number: &dyn Fn(usize, usize) -> f64| {
        let numbers = |row| (0..kernel[0].len()).map(move |column| number(row, column));
        let numbers: Vec<f64> = (0..kernel.len()).flat_map(numbers).collect();
        Tensor::from_vec(numbers, (kernel.len(), kernel[0].len()), &Device::Cpu).unwrap()
    };
    let image = tensor(&|row, column| (column.pow(across) * row.pow(down)) as f64);
    let weights = tensor(&|row, column| kernel[row][column] as f64);
    corr2d(&image, &weights).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap()[0]
}

fn is_right(exercise: u64, answer: &serde_json::Value) -> bool {
    let answer = Answer::parse(&answer.to_string()).unwrap();
    grade(exercise, &answer, &Device::Cpu, Language::English).unwrap().is_right()
}

#[test]
fn graders_of_derivatives_agree_with_corr2d() {
    let mut random = SplitMix::new(41);
    let patterns: [Rows; 5] = [
        vec![vec![1]],
        vec![vec![1, -1]],
        vec![vec![1], vec![-1]],
        vec![vec![1, -2, 1]],
        vec![vec![1, -1], vec![-1, 1]],
    ];
    let (mut second, mut along, mut third) = (0, 0, 0);
    for case in 0..3000 {
        let size = (random.between(1, 3), random.between(1, 3));
        let pattern = &patterns[random.between(0, patterns.len() - 1)];
        let kernel = spread(&random_kernel(&mut random, size.0, size.1), pattern);
        let to = |across, down| answers(&kernel, across, down);
        let flat = to(0, 0) == 0.0;
        let (x, y) = (to(1, 0), to(0, 1));

        let curves = [to(2, 0), to(1, 1), to(0, 2)] != [0.0; 3];
        let wanted = flat && x == 0.0 && y == 0.0 && curves;
        let answer = serde_json::json!({ "kernel": kernel });
        assert_eq!(is_right(4, &answer), wanted, "case {case}, a second derivative: {kernel:?}");
        second += usize::from(wanted);

        let direction = [random.between(0, 4) as i64 - 2, random.between(1, 2) as i64];
        let (right, down) = (direction[0] as f64, direction[1] as f64);
        let wanted = flat && (x, y) != (0.0, 0.0) && x * down == y * right;
        let answer = serde_json::json!({ "kernel": kernel, "direction": direction });
        assert_eq!(is_right(7, &answer), wanted, "case {case}, a derivative along {direction:?}: {kernel:?}");
        along += usize::from(wanted);

        let row = spread(&random_kernel(&mut random, 1, 2), &vec![vec![1, -3, 3, -1]]);
        let taps = row[0].iter().skip_while(|tap| **tap == 0).count();
        let taps = taps - row[0].iter().rev().take_while(|tap| **tap == 0).count().min(taps);
        let wanted = taps == 4 && (0..3).all(|power| answers(&row, power, 0) == 0.0) && answers(&row, 3, 0) != 0.0;
        assert_eq!(is_right(6, &serde_json::json!({ "kernel": row })), wanted, "case {case}, of order 3: {row:?}");
        third += usize::from(wanted);
    }
    assert!(second > 300 && along > 100 && third > 300, "{second}, {along} and {third} of them are right");
}

#[test]
fn no_answer_makes_a_grader_panic() {
    let fields = [
        "x_k",
        "xt_k",
        "x_kt",
        "kernel",
        "input",
        "bias",
        "through_numbers",
        "matrix",
        "window",
        "taps",
        "every_length",
        "order",
        "direction",
    ];
    let values = [
        "null",
        "true",
        "0",
        "-1",
        "1e38",
        "1e-38",
        "4",
        "\"\"",
        "\"d\"",
        "\"-d+d\"",
        "\"99999999999999999999d\"",
        "\"1/0\"",
        "\"0/0\"",
        "\"sobel-x\"",
        "\"1,2;3\"",
        "[]",
        "[[]]",
        "[[],[]]",
        "[0]",
        "[1e38,1e38,-1e38]",
        "[1e-30,-1e-30]",
        "[[1],[2,3]]",
        "[null]",
        "{}",
        "[[[1]]]",
        "[1,-1]",
        "[[1,2,3],[4,5,6],[7,8,9]]",
        "[1,-2,1]",
        "[\"1/3\",\"1/3\",\"1/3\"]",
    ];
    let mut graded = 0;
    for exercise in EXERCISES {
        for field in fields {
            for value in values {
                let answer = Answer::parse(&format!("{{\"{field}\": {value}}}")).unwrap();
                let run = || grade(exercise, &answer, &Device::Cpu, Language::Portuguese);
                let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
                match verdict.unwrap_or_else(|_| panic!("exercise {exercise} panics on {field} {value}")) {
                    Ok(verdict) => graded += verdict.said().len(),
                    Err(error) => {
                        assert!(!format!("{error:#}").contains('\n'), "exercise {exercise}, {field} {value}: {error:#}")
                    }
                }
            }
        }
    }
    assert!(graded > 100, "only {graded} were graded");
}
