//! Right answers, in every form in which a reader may give them.

use super::{graded, said};

/// Each is accepted, in both languages.
const RIGHT: &[(u64, &str)] = &[
    // A list alone, where one part is asked for.
    (3, "[[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]"),
    (4, "[1, -2, 1]"),
    (4, "\"1,-2,1\""),
    (7, "[[-7, -1], [1, 7]]"),
    (8, "[\"1/3\", \"1/3\", \"1/3\"]"),
    // Rows, and whole results.
    (1, r#"{"x_k": [0, -1, 0, 0, 0, 0, 0], "xt_k": [0, 0, 1, 0, 0], "x_kt": "0,0,1,0,0,0,0,0"}"#),
    (1, r#"{"x_k": [[0], [-1], [0], [0], [0], [0], [0]], "x_kt": "0;0;1;0;0;0;0;0"}"#),
    (1, r#"{"xt_k": [1,0,0,0,0, 0,1,0,0,0, 0,0,1,0,0, 0,0,0,1,0, 0,0,0,0,1, 0,0,0,0,0, 0,0,0,0,0, 0,0,0,0,0]}"#),
    (1, r#"{"exercise": "1", "xt_k": [0, 0, 1, 0, 0]}"#),
    (1, r#"{"xt_k": "1,0,0,0,0; 0,1,0,0,0; 0,0,1,0,0; 0,0,0,1,0; 0,0,0,0,1; 0,0,0,0,0; 0,0,0,0,0; 0,0,0,0,0"}"#),
    (
        1,
        r#"{"x_k": [[0,0,0,0,0,0,0],[-1,0,0,0,0,0,0],[0,-1,0,0,0,0,0],[0,0,-1,0,0,0,0],[0,0,0,-1,0,0,0],[0,0,0,0,-1,0,0]]}"#,
    ),
    (
        2,
        r#"{"kernel": [[27, 37], [57, 67]], "input": "0,1,2; 2,10,10; 6,17,12", "bias": 10, "through_numbers": "none"}"#,
    ),
    // As the page of the answer prints it, row by row.
    (2, r#"{"kernel": [27, 37, 57, 67], "input": [0, 1, 2, 2, 10, 10, 6, 17, 12]}"#),
    (2, r#"{"kernel": [[27], [37], [57], [67]]}"#),
    (2, r#"{"through_numbers": null}"#),
    (2, r#"{"through_numbers": "nada"}"#),
    (2, r#"{"through_numbers": "nothing", "bias": [[10.0]]}"#),
    (2, r#"{"through_numbers": "None", "bias": "20/2"}"#),
    // im2col and the Toeplitz matrix, by rows, by columns, and for a row vector on the left.
    (3, r#"{"matrix": [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]}"#),
    (3, r#"{"matrix": "0,3,1,4; 1,4,2,5; 3,6,4,7; 4,7,5,8"}"#),
    (3, r#"{"matrix": "0,1,0,2,3,0,0,0,0; 0,0,1,0,2,3,0,0,0; 0,0,0,0,1,0,2,3,0; 0,0,0,0,0,1,0,2,3"}"#),
    (3, r#"{"matrix": "0,0,0,0; 1,0,0,0; 0,1,0,0; 2,0,0,0; 3,2,1,0; 0,3,0,1; 0,0,2,0; 0,0,3,2; 0,0,0,3"}"#),
    (3, r#"{"matrix": "0,2,0,1,3,0,0,0,0; 0,0,2,0,1,3,0,0,0; 0,0,0,0,2,0,1,3,0; 0,0,0,0,0,2,0,1,3"}"#),
    // Scaled, of the other sign, with zeros around, down the columns, larger, in two dimensions, by name.
    (4, r#"{"kernel": [1, -2, 1]}"#),
    (4, r#"{"kernel": [-1, 2, -1]}"#),
    (4, r#"{"kernel": [0.5, -1, 0.5]}"#),
    (4, r#"{"kernel": ["1/3", "-2/3", "1/3"]}"#),
    (4, r#"{"kernel": [0.333, -0.667, 0.333]}"#),
    (4, r#"{"kernel": "1/3, −2/3, 1/3"}"#),
    (4, r#"{"kernel": "1 -2 1; 2 -4 2;"}"#),
    (4, r#"{"kernel": "[[1], [\"-2\"], [1]]"}"#),
    (4, r#"{"kernel": [0, 0, 1, -2, 1, 0]}"#),
    (4, r#"{"kernel": [1e-17, 1, -2, 1, -1e-17]}"#),
    (4, r#"{"kernel": [[1], [-2], [1]]}"#),
    (4, r#"{"kernel": [[0, 0, 0], [1, -2, 1], [0, 0, 0]]}"#),
    (4, r#"{"kernel": [[1, -1], [-1, 1]]}"#),
    (4, r#"{"kernel": [1, 0, -2, 0, 1]}"#),
    (4, r#"{"kernel": ["-1/12", "16/12", "-30/12", "16/12", "-1/12"]}"#),
    (4, r#"{"kernel": "laplacian8"}"#),
    (4, r#"{"kernel": "log:1.4"}"#),
    (4, r#"{"kernel": "1,−2,1; 2,−4,2; 1,−2,1"}"#),
    (5, r#"{"window": [1, 1, 1], "taps": 8, "every_length": false}"#),
    (5, r#"{"every_length": "No", "taps": "8"}"#),
    (5, r#"{"every_length": "não", "taps": [8]}"#),
    (5, r#"{"every_length": "false"}"#),
    (5, r#"{"window": ["1/3", "1/3", "1/3"]}"#),
    (5, r#"{"window": [0, 0.2, 0.2, 0.2, 0.2, 0.2]}"#),
    (5, r#"{"window": [[1, 1], [1, 1]]}"#),
    (5, r#"{"window": [[2], [2]]}"#),
    (5, r#"{"window": [0.5, 1, 1, 0.5]}"#),
    (5, r#"{"window": [1, 4, 2, 4, 1]}"#),
    (5, r#"{"window": "box:3x5"}"#),
    // Rules for areas: closed and open, composite, with a negative weight, in two dimensions.
    (5, r#"{"window": ["3/8", "9/8", "9/8", "3/8"]}"#),
    (5, r#"{"window": [1, 3, 3, 2, 3, 3, 1]}"#),
    (5, r#"{"window": ["14/45", "64/45", "24/45", "64/45", "14/45"]}"#),
    (5, r#"{"window": [0.311, 1.422, 0.533, 1.422, 0.311]}"#),
    (5, r#"{"window": [1, 5, 1, 6, 1, 5, 1]}"#),
    (5, r#"{"window": ["3/8", "7/6", "23/24", 1, 1, "23/24", "7/6", "3/8"]}"#),
    (5, r#"{"window": [2, 8, 5, 3]}"#),
    (5, r#"{"window": [1, 4, 4, 1]}"#),
    (5, r#"{"window": ["8/3", "-4/3", "8/3"]}"#),
    (5, r#"{"window": [989, 5888, -928, 10496, -4540, 10496, -928, 5888, 989]}"#),
    (5, r#"{"window": [[1, 2, 1], [2, 4, 2], [1, 2, 1]]}"#),
    (5, r#"{"window": [[0.25, 0.5, 0.25], [0.25, 0.5, 0.25]]}"#),
    (5, r#"{"window": [[1, 4, 1], [4, 16, 4], [1, 4, 1]]}"#),
    (5, r#"{"window": [[1, 4, 1], [2, 8, 2], [1, 4, 1]]}"#),
    (5, r#"{"window": [[-1, -1], [-1, -1]]}"#),
    (5, r#"{"window": "0,1,1,1,0; 1,1,1,1,1; 1,1,1,1,1; 1,1,1,1,1; 0,1,1,1,0"}"#),
    (6, r#"{"taps": "d+1"}"#),
    (6, r#"{"taps": "1 + d"}"#),
    (6, r#"{"taps": "2d − d + 1"}"#),
    (6, r#"{"taps": "(2d+2)/2"}"#),
    (6, r#"{"taps": "(d + 1)·1"}"#),
    (6, r#"{"taps": "2(d+1) - (1+d)"}"#),
    (6, r#"{"taps": "D + 1.0"}"#),
    (6, r#"{"taps": "(d*d + 2d + 1)/(d+1)"}"#),
    (6, r#"{"taps": "(d*d*d - 1)/(d*d + d + 1) + 2"}"#),
    (6, r#"{"taps": "0.1d*10 + 1/3 + 2/3"}"#),
    (6, r#"{"taps": 4}"#),
    (6, r#"{"taps": "8/2"}"#),
    (6, r#"{"taps": "3 + 1"}"#),
    (6, r#"{"order": 0, "taps": 1, "kernel": [2]}"#),
    (6, r#"{"taps": "4", "order": 3, "kernel": [-1, 3, -3, 1]}"#),
    (6, r#"{"kernel": [2, -6, 6, -2]}"#),
    (6, r#"{"kernel": [0, -1, 3, -3, 1, 0]}"#),
    (6, r#"{"kernel": [[1], [-3], [3], [-1]]}"#),
    (6, r#"{"order": 1, "taps": 2, "kernel": [1, -1]}"#),
    (6, r#"{"order": 8, "taps": 9, "kernel": [1, -8, 28, -56, 70, -56, 28, -8, 1]}"#),
    // 3 to the right for 4 down, scaled, of the other sign, with zeros around, by Sobel's kernels and by two single pixels.
    (7, r#"{"kernel": [[-7, -1], [1, 7]]}"#),
    (7, r#"{"kernel": [[3.5, 0.5], [-0.5, -3.5]]}"#),
    (7, r#"{"kernel": [[0, 0, 0], [0, -0.7, -0.1], [0, 0.1, 0.7]]}"#),
    (7, r#"{"kernel": "-7,-8,-1; -6,0,6; 1,8,7"}"#),
    (7, r#"{"kernel": [[-7, 3], [4, 0]]}"#),
    (7, r#"{"kernel": "1,-1", "direction": [-2, 0]}"#),
    (7, r#"{"kernel": "sobel-y", "direction": [0, 5]}"#),
    (7, r#"{"kernel": [[0, 1], [-1, 0]], "direction": [0.7071, -0.7071]}"#),
    (8, r#"{"kernel": [["1/9", "1/9", "1/9"], ["1/9", "1/9", "1/9"], ["1/9", "1/9", "1/9"]]}"#),
    (8, r#"{"kernel": "0.111,0.111,0.111; 0.111,0.111,0.111; 0.111,0.111,0.111"}"#),
    (8, r#"{"kernel": "gaussian:1.5"}"#),
    (8, r#"{"kernel": "binomial:5"}"#),
    (8, r#"{"kernel": [0.5, 0.5]}"#),
    (8, r#"{"kernel": [0.33, 0.33, 0.34]}"#),
    (8, r#"{"kernel": [0.33, 0.33, 0.33]}"#),
    (8, r#"{"kernel": "0.11,0.11,0.11; 0.11,0.11,0.11; 0.11,0.11,0.11"}"#),
    (8, r#"{"kernel": [1e-17, 0.25, 0.5, 0.25, -1e-17]}"#),
    (8, r#"{"kernel": [0, 0.5, 0.5]}"#),
    (8, r#"{"kernel": [[0.25], [0.5], [0.25], [0]]}"#),
    // Along a diagonal, over a disc, along an inclined line.
    (8, r#"{"kernel": [["1/3", 0, 0], [0, "1/3", 0], [0, 0, "1/3"]]}"#),
    (8, r#"{"kernel": [[0, 0.5], [0.5, 0]]}"#),
    (8, r#"{"kernel": [[0.2, 0.2, 0, 0, 0], [0, 0, 0.2, 0, 0], [0, 0, 0, 0.2, 0.2]]}"#),
    (8, r#"{"kernel": "0,0.2,0; 0.2,0.2,0.2; 0,0.2,0"}"#),
];

#[test]
fn right_answers_are_accepted_in_every_form() {
    for (exercise, answer) in RIGHT {
        for language in ["en", "pt"] {
            let verdict = graded(*exercise, answer, language);
            assert_eq!(verdict["right"], true, "exercise {exercise}, {answer}: {}", said(&verdict));
        }
    }
    let answered: std::collections::BTreeSet<u64> = RIGHT.iter().map(|(exercise, _)| *exercise).collect();
    assert_eq!(answered, super::super::EXERCISES.collect());
}

#[test]
fn an_accepted_kernel_is_told_what_it_is() {
    let said = |exercise, answer| said(&graded(exercise, answer, "en"));
    let starts = |exercise, answer, wanted: &str| {
        let said = said(exercise, answer);
        assert!(said.starts_with(wanted), "exercise {exercise}, {answer}: {said}");
    };
    starts(4, r#"{"kernel": [1, -2, 1]}"#, "This is ∂²/∂x², along the rows: 0 on constants");
    starts(4, r#"{"kernel": [[-3], [6], [-3]]}"#, "This is ∂²/∂y², down the columns, times −3:");
    starts(4, r#"{"kernel": [[1, -1], [-1, 1]]}"#, "This is the mixed derivative ∂²/∂x∂y:");
    starts(4, r#"{"kernel": "laplacian4"}"#, "This is the Laplacian");
    starts(4, r#"{"kernel": "0,2,0; 1,-6,1; 0,2,0"}"#, "This is a sum of second derivatives");
    assert!(said(4, r#"{"kernel": [1, 0, -2, 0, 1]}"#).contains("Three taps along an axis would do."));
    assert!(!said(4, r#"{"kernel": [0, 1, -2, 1, 0]}"#).contains("Three taps"));
    starts(5, r#"{"window": [1, 1]}"#, "This is the sum over 1×2 pixels");
    starts(5, r#"{"window": [0.25, 0.25, 0.25, 0.25]}"#, "This is 0.2500 times the sum over 1×4");
    starts(5, r#"{"window": [1, 2, 1]}"#, "These are the weights of the trapezoidal rule");
    starts(5, r#"{"window": [1, 4, 1]}"#, "These are the weights of Simpson's rule");
    starts(5, r#"{"window": ["3/8", "9/8", "9/8", "3/8"]}"#, "These are the weights of Simpson's 3/8 rule");
    starts(5, r#"{"window": [7, 32, 12, 32, 7]}"#, "These are the weights of Boole's rule");
    starts(5, r#"{"window": [[1, 2, 1], [2, 4, 2], [1, 2, 1]]}"#, "These are the weights of the trapezoidal rule");
    starts(5, r#"{"window": [[1, 4, 1], [2, 8, 2], [1, 4, 1]]}"#, "This is a rule for areas");
    starts(5, r#"{"window": [1, 5, 1, 6, 1, 5, 1]}"#, "This is a rule for areas");
    assert!(said(2, r#"{"kernel": [27, 37, 57, 67]}"#).contains("as a gradient it is 2×2, as what it belongs to"));
    assert!(!said(2, r#"{"kernel": [[27, 37], [57, 67]]}"#).contains("2×2"));
    starts(6, r#"{"kernel": [2, -6, 6, -2]}"#, "This is a derivative of order 3, times −2, and none is smaller.");
    starts(7, r#"{"kernel": [[7, 1], [-1, -7]]}"#, "This is −2 times the derivative along (3, 4). The sign is free");
    starts(8, r#"{"kernel": [0.5, 0.5]}"#, "This blurs: of the variance of independent noise it leaves 0.5000.");
    assert!(said(8, r#"{"kernel": [0.33, 0.33, 0.33]}"#).contains("The weights sum to 0.9900: more digits"));
    assert!(!said(8, r#"{"kernel": [0.333, 0.333, 0.333]}"#).contains("digits"));
    assert!(!said(4, r#"{"kernel": [1e-17, 1, -2, 1]}"#).contains("Three taps"));
    assert!(said(8, r#"{"kernel": "binomial:3"}"#).contains("a column times a row"));
    for one_pass in ["[0.25, 0.5, 0.25]", "[[0.25], [0.5], [0.25]]", "[[0, 0, 0], [0.25, 0.5, 0.25], [0, 0, 0]]"] {
        let answer = format!("{{\"kernel\": {one_pass}}}");
        assert!(!super::said(&graded(8, &answer, "en")).contains("two passes"), "{one_pass}");
    }
    assert!(!said(8, r#"{"kernel": "0,0.2,0; 0.2,0.2,0.2; 0,0.2,0"}"#).contains("a column times a row"));
    assert!(said(8, r#"{"kernel": [0.5, 0.5]}"#).contains("between two pixels"));
    assert!(said(8, r#"{"kernel": [0, 0.5, 0.5]}"#).contains("between two pixels"));
    assert!(!said(8, r#"{"kernel": [0, 0.25, 0.5, 0.25]}"#).contains("between two pixels"));
    assert!(!said(8, r#"{"kernel": "binomial:3x5"}"#).contains("between two pixels"));
    assert!(said(3, r#"{"matrix": "0,3,1,4; 1,4,2,5; 3,6,4,7; 4,7,5,8"}"#).contains("laid out in another way"));
    assert!(!said(3, r#"{"matrix": "0,1,3,4; 1,2,4,5; 3,4,6,7; 4,5,7,8"}"#).contains("laid out in another way"));
}
