//! Many pairs that one filter made, in the memory of two.

#[cfg(target_os = "linux")]
use std::process::Command;

use super::*;

/// Tells the program that it is the one that is measured; its value is the folder.
#[cfg(target_os = "linux")]
const MEASURED: &str = "CORR2D_TEST_FOLDER";

fn learn_folder(folder: &Photographs, options: &str) -> Value {
    let path = folder.folder.path().display().to_string();
    let line = format!("--pairs {path} --json {options}");
    json(&page::<chapter_learning::Arguments>(&line.split_whitespace().collect::<Vec<_>>()))
}

#[test]
fn pairs_add_up() {
    let photographs = Photographs::new();
    // Neither determines the kernel by itself: the rows of one are the same, the columns of the other.
    let rows = camera(100, 100, 1, 80).broadcast_as((1, 40, 80)).unwrap().contiguous().unwrap();
    let columns = camera(100, 100, 60, 1).broadcast_as((1, 60, 50)).unwrap().contiguous().unwrap();
    let textured = camera(250, 250, 30, 40);
    for (name, picture) in [("a", &rows), ("b", &columns), ("c", &textured)] {
        photographs.picture(&format!("input/{name}.png"), picture);
        photographs.picture(&format!("target/{name}.tif"), &filtered(picture, "gaussian:1:3x3"));
    }
    // Neither hidden files nor folders are pictures.
    std::fs::write(photographs.path("input/.hidden"), "").unwrap();
    std::fs::create_dir(photographs.path("target/more")).unwrap();
    let found = learn_folder(&photographs, "");
    assert_eq!(found["pairs"], 3);
    assert_eq!(found["windows"], 38 * 78 + 58 * 48 + 28 * 38);
    assert!(error(&found, "gaussian:1:3x3") < 5e-3, "{}", error(&found, "gaussian:1:3x3"));
    let page = page::<chapter_learning::Arguments>(&["--pairs", &photographs.folder.path().display().to_string()]);
    assert!(page.lines().next().unwrap().ends_with("/target, pairs: 3"), "{page}");
}

#[test]
fn pairs_that_are_none_are_named() {
    let photographs = Photographs::new();
    let folder = photographs.folder.path().display().to_string();
    let refused = || {
        let printed = run_in::<chapter_learning::Arguments>("C", &["--pairs", &folder]);
        assert_eq!((printed.status, printed.errors.lines().count()), (1, 1), "{}", printed.errors);
        printed.errors.replace(&folder, "F").trim_end().to_owned()
    };
    assert!(
        refused().starts_with(
            "error: --pairs: F/input cannot be read: a folder of pairs holds the folders input and target"
        )
    );
    let picture = camera(100, 100, 30, 40);
    photographs.picture("input/a.png", &picture);
    std::fs::create_dir(photographs.path("target")).unwrap();
    let no_partner = "has no partner: no file in target has that name, whatever its extension";
    assert_eq!(refused(), format!("error: --pairs: input/a {no_partner}"));
    photographs.picture("target/a.png", &picture);
    photographs.picture("target/a.bmp", &picture);
    assert_eq!(
        refused(),
        "error: --pairs: F/target/a.bmp and F/target/a.png have one name: which belongs to the pair?"
    );
    std::fs::remove_file(photographs.path("target/a.bmp")).unwrap();
    photographs.picture("input/b.png", &picture);
    photographs.picture("target/b.png", &camera(0, 0, 20, 25));
    assert!(
        refused().starts_with("error: F/input/b.png and F/target/b.png: --target is 20×25, but the input is 30×40")
    );
}

/// By the account that Linux keeps; other systems have none.
#[cfg(target_os = "linux")]
#[test]
fn a_hundred_pairs_need_the_memory_of_two() {
    if let Some(folder) = std::env::var_os(MEASURED) {
        page::<chapter_learning::Arguments>(&["--pairs", folder.to_str().unwrap(), "--kernel-size", "5x3"]);
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        std::fs::write(Path::new(&folder).join("peak"), peak.trim().trim_end_matches(" kB")).unwrap();
        return;
    }
    let photographs = Photographs::new();
    let picture = camera(100, 100, 240, 320);
    let target = filtered(&picture, "gaussian:1:5x3");
    let peak = |pairs: usize| {
        for pair in 0..pairs {
            photographs.picture(&format!("{pairs}/input/{pair:03}.pgm"), &picture);
            photographs.picture(&format!("{pairs}/target/{pair:03}.pgm"), &target);
        }
        let name = "chapters::on_your_own::pairs::many::a_hundred_pairs_need_the_memory_of_two";
        let folder = photographs.path(&pairs.to_string());
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env(MEASURED, &folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        std::fs::read_to_string(Path::new(&folder).join("peak")).unwrap().parse::<usize>().unwrap()
    };
    let (two, hundred) = (peak(2), peak(100));
    // A pair is 0.6 MiB of numbers, and a hundred of them would be 60.
    assert!(hundred < two + 8 * 1024, "{two} KiB for two pairs, {hundred} KiB for a hundred");
}
