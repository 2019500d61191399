//! A case on one path: with every instruction set and several numbers of threads.

use corr2d_cpu::{Algorithm, Isa, Path, Plan, Size};
use corr2d_tests::compare::assert_same_results;
use corr2d_tests::{Case, Data, Number, Results};
use rayon::{ThreadPool, ThreadPoolBuilder};

pub(super) fn pools() -> [ThreadPool; 3] {
    [1, 2, 8].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap())
}

/// The plans of a path that suits, with every instruction set.
pub(super) fn plans(path: Path, case: &Case) -> impl Iterator<Item = Plan> {
    let plan = case.plan(Algorithm::Auto).unwrap().with_path(path).unwrap();
    assert_eq!(plan.weight_gradient_path(), path);
    Isa::available().iter().map(move |isa| plan.with_isa(*isa))
}

/// Outputs and gradients on integers are those of the textbook loops, bit for bit.
pub(super) fn assert_equal<T: Number>(path: Path, case: &Case, pools: &[ThreadPool]) {
    let reference = case.plan(Algorithm::Reference).unwrap();
    let Size { height, width } = reference.geometry().output_size();
    let data = Data::<T>::integers(case, [case.input[0], case.weight[0], height, width]);
    let want = Results::of(&reference, &data).unwrap();
    for plan in plans(path, case) {
        for pool in pools {
            let got = pool.install(|| Results::of(&plan, &data)).unwrap();
            let label = format!("{} on {}, {} threads, {case}", T::NAME, plan.isa(), pool.current_num_threads());
            assert_same_results(&got, &want, &label);
        }
    }
}

/// Which elements of all results are finite.
pub(super) fn finite(results: &Results<f32>) -> Vec<bool> {
    results.parts().iter().flat_map(|(_, values, _)| values.iter().map(|value| value.is_finite())).collect()
}
