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

/// Rows whose ends are not 0, so that what a window integrates over is not in doubt.
#[test]
fn a_window_is_right_where_corr2d_finds_areas_with_it() {
    let mut random = SplitMix::new(43);
    let (mut rules, mut means) = (0, 0);
    for case in 0..4000 {
        let taps = random.between(2, 6);
        let mut row: Vec<i64> = (0..taps).map(|_| random.between(0, 6) as i64 - 1).collect();
        (row[0], row[taps - 1]) = (random.between(1, 3) as i64, random.between(1, 3) as i64);
        let kernel = vec![row];
        let [sum, ramp, parabola] = [0, 1, 2].map(|power| answers(&kernel, power, 0));
        let (n, middle) = (taps as f64, (taps - 1) as f64 / 2.0);
        // x² counted from the middle: x² − 2·middle·x + middle² of x counted from the first tap.
        let spread = 12.0 * (parabola - 2.0 * middle * ramp + middle * middle * sum) / sum;
        let exact = [n - 1.0, n, n + 1.0].iter().any(|length| (spread / (length * length) - 1.0).abs() < 0.01);
        let crude = kernel[0].iter().all(|weight| *weight >= 0)
            && spread >= (n - 1.0) * (n - 1.0) - 2.0
            && spread <= n * n + 1.0;
        let straight = sum != 0.0 && ramp == middle * sum;
        let wanted = straight && (exact || crude);
        assert_eq!(is_right(5, &serde_json::json!({ "window": kernel })), wanted, "case {case}: {kernel:?}");
        rules += usize::from(wanted);
        means += usize::from(straight && !wanted);
    }
    assert!(rules > 200 && means > 50, "{rules} rules and {means} other even-handed rows");
}

/// What corr2d makes of a white point under a row of odd length says what the row is.
#[test]
fn a_blur_is_right_where_corr2d_makes_a_spot_of_a_point() {
    let mut random = SplitMix::new(47);
    let mut blurs = 0;
    for case in 0..4000 {
        let taps = [3, 5, 7][random.between(0, 2)];
        let mut row: Vec<i64> = (0..taps).map(|_| random.between(0, 3) as i64).collect();
        if random.between(0, 1) == 0 {
            (0..taps / 2).for_each(|place| row[taps - 1 - place] = row[place]);
        }
        let sum: i64 = row.iter().sum();
        let point: Vec<f64> = (0..2 * taps - 1).map(|place| f64::from(u8::from(place == taps - 1))).collect();
        let point = Tensor::from_vec(point, (1, 2 * taps - 1), &Device::Cpu).unwrap();
        let weights = Tensor::from_vec(row.iter().map(|weight| *weight as f64).collect(), (1, taps), &Device::Cpu);
        let spot = corr2d(&point, &weights.unwrap()).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();

        let lit: Vec<usize> = (0..taps).filter(|place| spot[*place] > 0.0).collect();
        let wanted = lit.len() > 1 && {
            let (first, last) = (lit[0], lit[lit.len() - 1]);
            let is_even_handed = (first..=last).all(|place| spot[place] == spot[first + last - place]);
            // At most half a pixel beside the place of the point, which is the middle of the answer.
            let stays = (first + last).abs_diff(taps - 1) <= 1;
            let falls = (first..(first + last) / 2).all(|place| spot[place] <= spot[place + 1]);
            is_even_handed && stays && falls
        };
        let answer: Vec<String> = row.iter().map(|weight| format!("{weight}/{}", sum.max(1))).collect();
        assert_eq!(is_right(8, &serde_json::json!({ "kernel": answer })), wanted, "case {case}: {row:?}");
        blurs += usize::from(wanted);
    }
    assert!(blurs > 200, "{blurs} blurs");
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
        "\"(((d\"",
        "\"1/(d-d)\"",
        "\"1 2; 3 4\"",
        "\"[1, [2]]\"",
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
                // Under its name, and once alone.
                let alone = field == fields[0] && value.starts_with(['[', '"']);
                let text = if alone { value.to_owned() } else { format!("{{\"{field}\": {value}}}") };
                let answer = Answer::parse(&text).unwrap();
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
