//! What a kernel has to keep, it keeps.

use super::*;

#[test]
fn terms_are_kept() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.picture("b.jpg", &filtered(&photograph, "0,0.3,0.1;0.2,0.4,0;0.1,0.1,-0.1"));
    let found = |options: &str| photographs.learn(&input, &target, options);
    let sum = |found: &Value| taps(found).iter().flatten().sum::<f64>();
    assert!((sum(&found("")) - 1.1).abs() < 0.1);
    assert!((sum(&found("--sum-one")) - 1.0).abs() < 1e-12);
    let blur = found("--sum-one --nonneg");
    assert!((sum(&blur) - 1.0).abs() < 1e-12 && taps(&blur).iter().flatten().all(|tap| *tap >= 0.0), "{blur}");
    for method in ["cg", "nesterov", "lbfgs"] {
        let stepped = found(&format!("--sum-one --method {method}"));
        let difference = error(&stepped, &text(&taps(&found("--sum-one"))));
        assert!((sum(&stepped) - 1.0).abs() < 1e-12 && difference < 1e-6, "{method}: {difference}");
    }
    let mirrored = taps(&found("--symmetric"));
    assert!(mirrored[0][0] == mirrored[2][2] && mirrored[0][0] == mirrored[0][2] && mirrored[0][1] == mirrored[2][1]);
    assert_ne!(mirrored[0][1], mirrored[1][0]);
    let turned = taps(&found("--symmetric point"));
    assert!(turned[0][0] == turned[2][2] && turned[0][1] == turned[2][1] && turned[0][0] != turned[0][2]);
    let square = taps(&found("--symmetric square"));
    assert_eq!(square[0][1], square[1][0]);
    assert_eq!(found("--no-bias")["bias"], 0.0);
    let shrunk =
        |ridge: &str| taps(&found(&format!("--ridge {ridge}"))).iter().flatten().map(|tap| tap * tap).sum::<f64>();
    assert!(shrunk("0.1") < shrunk("0.001") && shrunk("0.001") < shrunk("0"));
}

/// A kernel as the command line has it.
fn text(taps: &[Vec<f64>]) -> String {
    let row = |row: &Vec<f64>| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    taps.iter().map(row).collect::<Vec<_>>().join(";")
}
