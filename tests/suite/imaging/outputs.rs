//! Files appear whole or not at all.

use std::io;

use candle_core::Device;
use corr2d_imaging::{Picture, load_npy, save, write_together, write_whole};

use super::{files, flat, tensor};

#[test]
fn a_failure_half_way_leaves_the_old_file_and_no_draft() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loss.json");
    write_whole(&path, |file| file.write_all(b"old")).unwrap();
    let failure = write_whole(&path, |file| {
        file.write_all(b"half of the new")?;
        Err(io::Error::other("the pen broke"))
    });
    assert!(failure.unwrap_err().to_string().ends_with("cannot be written: the pen broke"));
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    assert_eq!(files(folder.path()), ["loss.json"]);
}

#[test]
fn a_failure_on_a_new_name_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write_whole(folder.path().join("new"), |_| Err(io::Error::other("no"))).unwrap_err();
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn several_files_appear_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (kernel, plot, nowhere) = (path("kernel.csv"), path("loss.svg"), path("none/loss.svg"));
    std::fs::write(&kernel, "old").unwrap();
    let refused = write_together(&[(&kernel, b"new"), (&nowhere, b"<svg/>")]).unwrap_err();
    assert!(refused.to_string().contains("none/loss.svg cannot be written, for there is no folder"), "{refused}");
    assert_eq!(std::fs::read(&kernel).unwrap(), b"old");
    assert_eq!(files(folder.path()), ["kernel.csv"]);
    write_together(&[(&kernel, b"new"), (&plot, b"<svg/>")]).unwrap();
    assert_eq!(std::fs::read(&kernel).unwrap(), b"new");
    assert_eq!(files(folder.path()), ["kernel.csv", "loss.svg"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_that_takes_nothing_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let kernel = folder.path().join("kernel.csv");
    write_together(&[(&kernel, b"new"), (std::path::Path::new("/dev/full"), b"<svg/>")]).unwrap_err();
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn a_name_without_a_folder_is_written_beside_the_reader() {
    let name = format!("corr2d-{}.tmp", std::process::id());
    write_whole(&name, |file| file.write_all(b"here")).unwrap();
    assert_eq!(std::fs::read(&name).unwrap(), b"here");
    std::fs::remove_file(&name).unwrap();
}

#[cfg(unix)]
#[test]
fn others_may_read_the_file_as_if_any_program_had_written_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
    write_whole(&ours, |file| file.write_all(b"x")).unwrap();
    std::fs::write(&plain, b"x").unwrap();
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&plain));

    std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o640)).unwrap();
    write_whole(&ours, |file| file.write_all(b"y")).unwrap();
    assert_eq!(mode(&ours) & 0o777, 0o640, "an existing file keeps its permissions");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_its_target_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    std::fs::write(&target, b"old").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    write_whole(&link, |file| file.write_all(b"new")).unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read(&target).unwrap(), b"new");
}

#[cfg(unix)]
#[test]
fn a_device_is_written_directly() {
    write_whole("/dev/null", |file| file.write_all(b"gone")).unwrap();
    let kind = std::fs::metadata("/dev/null").unwrap().file_type();
    assert!(!kind.is_file(), "/dev/null is still a device");
}

#[test]
fn the_extension_of_an_output_says_whether_it_is_for_the_eye_or_for_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let responses = (tensor(0..6, (2, 3)) / 5.0).unwrap();
    for name in ["a.npy", "a.safetensors", "a.png"] {
        save(folder.path().join(name), &responses).unwrap();
    }
    let numbers = load_npy(folder.path().join("a.npy"), &Device::Cpu).unwrap();
    assert_eq!(flat(&numbers), flat(&responses));
    let picture = Picture::load(folder.path().join("a.png"), &Device::Cpu).unwrap();
    assert_eq!(flat(&picture.pixels), flat(&responses));
    assert_eq!(files(folder.path()), ["a.npy", "a.png", "a.safetensors"]);
}
