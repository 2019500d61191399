//! Wrong answers: each is refuted, and where many readers give it, the misconception has its name.

use super::{graded, said};

/// Exercise, answer, and what the refutation must say.
const WRONG: &[(u64, &str, &str)] = &[
    (1, r#"{"x_k": [0, 0, 0, 0, 0, 0, 0]}"#, "blind to horizontal edges only"),
    (1, r#"{"x_k": [0, 1, 0, 0, 0, 0, 0]}"#, "the signs are not"),
    (1, r#"{"x_k": [-1, 0, 0, 0, 0, 0, 0]}"#, "At row 2, column 0 you have −1. The kernel lies there on 0 and 0"),
    (1, r#"{"xt_k": [0, 0, -1, 0, 0]}"#, "the signs are not"),
    (
        1,
        r#"{"xt_k": "0,-1,0,0,0,0; 0,0,-1,0,0,0; 0,0,0,-1,0,0; 0,0,0,0,-1,0; 0,0,0,0,0,-1; 0,0,0,0,0,0; 0,0,0,0,0,0"}"#,
        "The result is 8×5",
    ),
    // Each key has its own sentence about the size.
    (1, r#"{"x_k": [0, -1, 0, 0, 0, 0, 0, 0]}"#, "The kernel is 1×2 and costs a column"),
    (1, r#"{"xt_k": [0, 0, 1, 0, 0, 0]}"#, "Transposing the image does not merely transpose the result"),
    (1, r#"{"x_kt": [[0, 0], [1, 1]]}"#, "The transposed kernel is 2×1 and costs a row"),
    (1, r#"{"x_kt": [0, 0, -1, 0, 0, 0, 0, 0]}"#, "The transposed kernel takes upper minus lower"),
    (1, r#"{"x_kt": [0, 0, 0, 0, 0, 0, 0, 0]}"#, "blind to horizontal edges only"),
    (1, r#"{"x_kt": [0, 0, 1, 0, 0, 0, 0]}"#, "The result is 5×8"),
    (2, r#"{"kernel": [[8, 12], [20, 24]]}"#, "a plain sum of Y"),
    (2, r#"{"kernel": [[6.75, 9.25], [14.25, 16.75]]}"#, "the gradient of the mean"),
    (2, r#"{"kernel": [[67, 57], [37, 27]]}"#, "turned by 180°"),
    (2, r#"{"kernel": [[27, 57], [37, 67]]}"#, "Raise the number at row 0, column 1 by 1, and the loss grows by 37"),
    (2, r#"{"kernel": [27, 57, 37, 67]}"#, "Raise the number at row 0, column 1 by 1, and the loss grows by 37"),
    (2, r#"{"kernel": [27, 37, 57]}"#, "You give 1×3 numbers; a gradient has the shape of what it belongs to, 2×2"),
    (2, r#"{"input": [[0, 1, 2, 2, 10, 10], [6, 17, 12, 0, 0, 0]]}"#, "You give 2×6 numbers"),
    (2, r#"{"bias": 1e-9}"#, "You have 1e−9."),
    (2, r#"{"input": [[3, 8, 4], [10, 20, 8], [3, 4, 0]]}"#, "You correlated G with K"),
    (2, r#"{"input": [[12, 17, 6], [10, 10, 2], [2, 1, 0]]}"#, "turned by 180°"),
    (2, r#"{"input": [[0, 1, 1], [2, 6, 4], [2, 5, 3]]}"#, "a plain sum of Y"),
    (2, r#"{"input": [[0, 1], [2, 3]]}"#, "3×3"),
    (2, r#"{"bias": 4}"#, "a plain sum of Y"),
    (2, r#"{"bias": 2.5}"#, "You have 2.5000. Yours is the gradient of the mean"),
    (2, r#"{"bias": 1}"#, "the loss grows by 10. You have 1."),
    (2, r#"{"through_numbers": "zero"}"#, "answers None. A zero would mean"),
    (2, r#"{"through_numbers": 0}"#, "answers None. A zero would mean"),
    (2, r#"{"through_numbers": "erro"}"#, "There is no error"),
    (2, r#"{"through_numbers": "error"}"#, "There is no error, and this is the trap"),
    (2, r#"{"through_numbers": "right"}"#, "know nothing of the tensor"),
    (2, r#"{"through_numbers": "Certo"}"#, "know nothing of the tensor"),
    (
        3,
        r#"{"matrix": "3,2,0,1,0,0,0,0,0; 0,3,2,0,1,0,0,0,0; 0,0,0,3,2,0,1,0,0; 0,0,0,0,3,2,0,1,0"}"#,
        "this is strict convolution",
    ),
    (3, r#"{"matrix": "4,3,1,0; 5,4,2,1; 7,6,4,3; 8,7,5,4"}"#, "[5, 11, 23, 29]"),
    (
        3,
        r#"{"matrix": "0,1,2,3,0,0,0,0,0; 0,0,1,2,3,0,0,0,0; 0,0,0,1,2,3,0,0,0; 0,0,0,0,1,2,3,0,0"}"#,
        "there is a gap between them",
    ),
    (
        3,
        r#"{"matrix": "0,1,0,2,3,0,0,0,0; 0,0,1,0,2,3,0,0,0; 0,0,0,0,1,0,2,3,0"}"#,
        "The matrix is 3×9. There are 4 outputs",
    ),
    (3, r#"{"matrix": "0,19,0,0; 0,25,0,0; 0,37,0,0; 0,43,0,0"}"#, "right by chance"),
    (3, r#"{"matrix": [[0, 1], [2, 3]]}"#, "The matrix is 2×2"),
    // Made for a row on its left, and turned.
    (
        3,
        r#"{"matrix": "3,0,0,0; 2,3,0,0; 0,2,0,0; 1,0,3,0; 0,1,2,3; 0,0,0,2; 0,0,1,0; 0,0,0,1; 0,0,0,0"}"#,
        "vec(X) as a row, times it, gives [5, 11, 23, 29], and the correlation is [19, 25, 37, 43]",
    ),
    (4, r#"{"kernel": [1, -1]}"#, "This is a first derivative"),
    (4, r#"{"kernel": [-1, 0, 1]}"#, "On the ramp x = 0, 1, 2, … it gives 2"),
    (4, r#"{"kernel": [[1], [0], [-1]]}"#, "On the ramp y = 0, 1, 2, … it gives −2"),
    (4, r#"{"kernel": [1, -1, 1]}"#, "the weights must sum to 0"),
    (4, r#"{"kernel": [1, 2, 1]}"#, "it is a blur"),
    (4, r#"{"kernel": [1, -3, 3, -1]}"#, "a derivative of order 3 or more"),
    (4, r#"{"kernel": [0, 0, 0]}"#, "All weights are 0"),
    (4, r#"{"kernel": [1, 1, -2]}"#, "This is a first derivative"),
    (5, r#"{"window": [-1, 1]}"#, "This is a derivative"),
    (5, r#"{"window": [1]}"#, "copies the image"),
    (5, r#"{"window": [0, 2, 0]}"#, "One weight of 2 copies the image"),
    (5, r#"{"window": [1, 2, 3]}"#, "one side counts more than the other"),
    (5, r#"{"window": [5, 8, -1]}"#, "one side counts more than the other"),
    (5, r#"{"window": [1, 4, 2, 1]}"#, "one side counts more than the other"),
    (5, r#"{"window": [[1], [2], [3]]}"#, "On the ramp y = 0, 1, 2, …"),
    (5, r#"{"window": [[1, 2], [2, 1]]}"#, "On the image x·y"),
    (5, r#"{"window": [1, 4, 6, 4, 1]}"#, "it counts the middle too much"),
    (5, r#"{"window": "gaussian:1"}"#, "it counts the middle too much"),
    (5, r#"{"window": [1, 0, 1]}"#, "it counts the ends too much"),
    (5, r#"{"window": [[1, 0, 1], [1, 0, 1]]}"#, "it counts the ends too much"),
    (5, r#"{"window": "sharpen"}"#, "less than nothing"),
    (5, r#"{"window": [-1, 3, -1]}"#, "less than nothing"),
    (5, r#"{"window": [1, -2, 4, -2, 1]}"#, "less than nothing"),
    (5, r#"{"window": [0, 0]}"#, "All weights are 0"),
    (5, r#"{"taps": 3}"#, "[1, 1, 1, 0, 0, 0, 0, 0]: it has forgotten the start"),
    (5, r#"{"taps": 7}"#, "[1, 1, 1, 1, 1, 1, 1, 0]: it has forgotten the start"),
    (5, r#"{"taps": 9}"#, "fewer are enough"),
    (5, r#"{"taps": 0}"#, "0 is no number of taps"),
    (5, r#"{"taps": -1}"#, "−1 is no number of taps"),
    (5, r#"{"taps": 2.5}"#, "2.5000 is no number of taps"),
    (5, r#"{"taps": 8.5}"#, "8.5000 is no number of taps"),
    (5, r#"{"every_length": "yes"}"#, "A kernel with more taps fails on a longer row"),
    (5, r#"{"every_length": true}"#, "A kernel with more taps fails on a longer row"),
    (6, r#"{"taps": "d"}"#, "For d = 1 that is 1. One tap multiplies the image"),
    (6, r#"{"taps": "2d + 1"}"#, "For d = 1 that is 3. [-1, 1] has fewer"),
    (6, r#"{"taps": "2d"}"#, "For d = 2 that is 4. [1, -2, 1] has fewer"),
    (6, r#"{"taps": "d + 2"}"#, "has fewer"),
    (6, r#"{"taps": "3 - d"}"#, "For d = 2 that is 1."),
    (6, r#"{"taps": "d/2 + 2"}"#, "For d = 1 that is 2.5000. 2.5000 is no number of taps"),
    (6, r#"{"taps": "d·d"}"#, "For d = 1 that is 1. One tap multiplies the image"),
    // Right for every order up to 8, 20 and 22.
    (6, r#"{"taps": "(d-1)(d-2)(d-3)(d-4)(d-5)(d-6)(d-7)(d-8)+d+1"}"#, "For d = 9 that is 40330. The smallest has 10:"),
    (
        6,
        r#"{"taps": "d+1-(d-1)(d-2)(d-3)(d-4)(d-5)(d-6)(d-7)(d-8)/40320"}"#,
        "For d = 9 that is 9. The smallest has 10:",
    ),
    (
        6,
        r#"{"taps": "(d-1)(d-2)(d-3)(d-4)(d-5)(d-6)(d-7)(d-8)(d-9)(d-10)(d-11)(d-12)(d-13)(d-14)(d-15)(d-16)(d-17)+d+1"}"#,
        "For d = 18 that is",
    ),
    (6, r#"{"order": 0, "taps": 0}"#, "0 is no number of taps"),
    (6, r#"{"order": 0, "taps": 2}"#, "[1] has fewer"),
    (6, r#"{"order": 0, "kernel": [1, -1]}"#, "its order is 1, not 0"),
    (6, r#"{"taps": "1-5d"}"#, "−4 is no number of taps"),
    (6, r#"{"taps": 3}"#, "the determinant of these conditions is 2"),
    (6, r#"{"taps": 7}"#, "It needs no middle pixel"),
    (6, r#"{"taps": 3, "order": 1}"#, "[-1, 1] has fewer"),
    (6, r#"{"taps": 1e30}"#, "has fewer"),
    (6, r#"{"kernel": [-1, 0, 0, 1]}"#, "its order is 1"),
    (6, r#"{"kernel": [1, -4, 6, -4, 1]}"#, "On x to the power of 3 it gives 0: its order is 4, not 3"),
    (6, r#"{"kernel": [1, 1, 1, 1]}"#, "gives 4, so it is no derivative"),
    (6, r#"{"kernel": [-1, 2, 0, -2, 1]}"#, "has 5 taps, and [-1, 3, -3, 1] has fewer"),
    (6, r#"{"kernel": [-1, 0, 1], "order": 1}"#, "has 3 taps, and [-1, 1] has fewer"),
    (6, r#"{"kernel": [1, -9, 36, -84, 126, -126, 84, -36, 9, -1]}"#, "its order is higher"),
    (6, r#"{"kernel": [0]}"#, "All weights are 0"),
    (7, r#"{"kernel": [[-7, 1], [-1, 7]]}"#, "Rows and columns are mixed up"),
    (7, r#"{"kernel": [[1, 7], [-7, -1]]}"#, "You counted y upwards"),
    (7, r#"{"kernel": [[1, -7], [7, -1]]}"#, "It takes the derivative across v"),
    (7, r#"{"kernel": [1, -1]}"#, "Your kernel is a derivative in the direction [-1, 0]"),
    (7, r#"{"kernel": [[-1, 0], [0, 1]]}"#, "Your kernel is a derivative in the direction [1, 1]"),
    (7, r#"{"kernel": "box:3x3"}"#, "the weights must sum to 0"),
    (7, r#"{"kernel": [1, -2, 1]}"#, "a derivative of order 2 or more"),
    (7, r#"{"kernel": [[0, 0], [0, 0]]}"#, "All weights are 0"),
    (7, r#"{"kernel": "-7,-1; 1,7", "direction": [4, 3]}"#, "Rows and columns are mixed up"),
    (8, r#"{"kernel": [[1, 1, 1], [1, 1, 1], [1, 1, 1]]}"#, "divide every weight by 9"),
    (8, r#"{"kernel": [0.32, 0.32, 0.32]}"#, "divide every weight by 0.9600"),
    (8, r#"{"kernel": [0.2, 0.2, 0.2]}"#, "divide every weight by 0.6000"),
    (8, r#"{"kernel": "sharpen"}"#, "sharpens where it should mix"),
    (8, r#"{"kernel": [1, -2, 1]}"#, "This is a derivative"),
    (8, r#"{"kernel": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]}"#, "mixes nothing"),
    (8, r#"{"kernel": [0.5, 0.3, 0.2]}"#, "the picture moves by 0.3000 pixels to the right"),
    (8, r#"{"kernel": [[0.5, 0], [0.25, 0.25]]}"#, "the picture moves by 0.2500 pixels to the right"),
    // Zeros beside a blur move it.
    (
        8,
        r#"{"kernel": [0, 0, 0, 0.25, 0.5, 0.25]}"#,
        "the picture moves by 1.5000 pixels to the left. The zeros at its rim",
    ),
    (8, r#"{"kernel": [[0.25], [0.5], [0.25], [0], [0]]}"#, "the picture moves by 1 pixel down"),
    (
        8,
        r#"{"kernel": [[0, 0, 0], [0.5, 0.5, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]}"#,
        "1 pixel down and 0.5000 pixels to the right",
    ),
    (8, r#"{"kernel": [0, 0, 1]}"#, "mixes nothing"),
    // Centred, and not the same on opposite sides.
    (8, r#"{"kernel": [0.1, 0.4, 0.1, 0.2, 0.2]}"#, "opposite weights are 0.1000 and 0.2000"),
    (8, r#"{"kernel": [0.2, 0, 0.4, 0.4, 0]}"#, "lopsided"),
    // Two pictures, a ring.
    (8, r#"{"kernel": [0.5, 0, 0, 0, 0.5]}"#, "a double image"),
    (8, r#"{"kernel": [0.5, 0, 0.5]}"#, "a double image"),
    (8, r#"{"kernel": [0.4, 0.1, 0.1, 0.4]}"#, "a double image"),
    (8, r#"{"kernel": [[0, 0, 0, 0.5], [0.5, 0, 0, 0]]}"#, "a double image"),
    (8, r#"{"kernel": [["1/8", "1/8", "1/8"], ["1/8", 0, "1/8"], ["1/8", "1/8", "1/8"]]}"#, "a double image"),
    (8, r#"{"kernel": [-1, -1]}"#, "A weight below 0"),
    (8, r#"{"kernel": [0, 0]}"#, "All weights are 0"),
];

#[test]
fn wrong_answers_are_refuted_and_slips_have_their_names() {
    for (exercise, answer, wanted) in WRONG {
        let verdict = graded(*exercise, answer, "en");
        assert_eq!(verdict["right"], false, "exercise {exercise}, {answer}: {}", said(&verdict));
        assert!(said(&verdict).contains(wanted), "exercise {exercise}, {answer}: {}", said(&verdict));
        let portuguese = graded(*exercise, answer, "pt");
        assert_eq!(portuguese["right"], false, "exercise {exercise}, {answer}: {}", said(&portuguese));
        assert_ne!(said(&portuguese), said(&verdict), "exercise {exercise}, {answer}: in both languages");
    }
}

#[test]
fn one_wrong_part_makes_the_answer_wrong_and_the_right_parts_stay_right() {
    let verdict = graded(5, r#"{"window": [1, 1], "taps": 3, "every_length": false}"#, "en");
    let parts: Vec<bool> =
        verdict["parts"].as_array().unwrap().iter().map(|part| part["right"].as_bool().unwrap()).collect();
    assert_eq!((verdict["right"].as_bool(), parts), (Some(false), vec![true, false, true]));
}
