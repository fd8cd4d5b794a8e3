use proptest::prelude::*;

use super::*;
use crate::cli::settings::{Environment, Flags};

fn kept(values: &[&str]) -> (tempfile::TempDir, Names) {
    let home = tempfile::tempdir().unwrap();
    let names = Names::at(home.path(), "default");
    let all = values.iter().map(|value| Candidate::new(*value, Some("about".into())));
    names.save(List::Devices, all).unwrap();
    (home, names)
}

fn found(names: &Names, prefix: &str, most: usize) -> Vec<String> {
    let found = names.beginning(List::Devices, prefix, most).unwrap();
    found.into_iter().map(|name| name.value).collect()
}

#[test]
fn names_of_a_profile_are_not_those_of_a_tenant_that_is_named() {
    let home = tempfile::tempdir().unwrap();
    let text = "current = \"work\"\n[profiles.work]\nservice = \"https://work.example\"\n\
        tenant = \"contoso\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    let names = |flag: Option<&str>, variable: &str| {
        let dir = home.path().as_os_str();
        let environment = Environment::of([
            ("MMD_CONFIG_DIR", dir),
            ("MMD_DATA_DIR", dir),
            ("MMD_CACHE_DIR", dir),
            ("MMD_TENANT", variable.as_ref()),
        ]);
        let flags = Flags { tenant: flag.map(str::to_owned), ..Flags::default() };
        let settings = Settings::load(&flags, &environment.unwrap()).unwrap();
        (Names::in_use(&settings).is_some(), Names::of(&settings).is_some())
    };
    assert_eq!(names(None, ""), (true, true));
    assert_eq!(names(Some("fabrikam"), ""), (false, true));
    assert_eq!(names(None, "fabrikam"), (false, true));
}

#[test]
fn a_prefix_is_found_whichever_case_it_is_typed_in() {
    let (_home, names) = kept(&["MARTA-LT", "Marco-LT", "OLU-LT", "MA", "ÉVA-PC"]);
    assert_eq!(found(&names, "mar", 9), ["Marco-LT", "MARTA-LT"]);
    assert_eq!(found(&names, "MARTA-LT", 9), ["MARTA-LT"]);
    assert_eq!(found(&names, "é", 9), ["ÉVA-PC"]);
    assert_eq!(found(&names, "", 2), ["MA", "Marco-LT"]);
    assert_eq!(found(&names, "z", 9), Vec::<String>::new());
    assert_eq!(names.beginning(List::People, "", 9).unwrap(), []);
}

#[test]
fn what_is_no_name_is_left_out() {
    let long = "x".repeat(300);
    let (_home, names) = kept(&["A", "", "B\tforged", "C\nforged", "\u{1b}[2J", &long]);
    assert_eq!(found(&names, "", 9), ["A"]);
}

#[cfg(unix)]
#[test]
fn the_files_are_their_owners_alone_and_go_whole() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, names) = kept(&["A"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(names.dir()), mode(&names.dir().join("devices"))), (0o700, 0o600));
    names.forget().unwrap();
    assert!(!names.dir().exists());
    names.forget().unwrap();
}

#[test]
fn a_damaged_file_offers_what_is_whole() {
    let (_home, names) = kept(&["A"]);
    for damaged in [&b"\xff\xfe\n"[..], b"", b"no tabs\n", b"a\tA\tabout\nb\tB\tcut of", b"\n\n\n"]
    {
        fs::write(names.dir().join("devices"), damaged).unwrap();
        for prefix in ["", "a", "z"] {
            found(&names, prefix, 9);
        }
    }
}

#[test]
fn a_file_that_was_never_saved_here_is_not_read_through() {
    let (_home, names) = kept(&["A"]);
    let path = names.dir().join("devices");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(60_000_000).unwrap();
    // Without a break for bytes on end: the first of them say enough.
    let error = names.beginning(List::Devices, "b", 9).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    file.set_len(BYTES + 1).unwrap();
    assert_eq!(names.beginning(List::Devices, "b", 9).unwrap(), []);
    // As many lines as names are wanted, whatever is on them.
    fs::write(&path, "\n".repeat(9) + "a\tA\t\n").unwrap();
    assert_eq!(found(&names, "", 9), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_in_place_of_a_list_is_not_waited_for() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let (home, names) = kept(&["A"]);
    let path = names.dir().join("devices");
    fs::remove_file(&path).unwrap();
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(names.beginning(List::Devices, "", 9).unwrap()));
    assert_eq!(receiver.recv_timeout(Duration::from_secs(20)).unwrap(), []);
    drop(home);
}

#[test]
fn only_a_known_list_is_changed() {
    let (_home, names) = kept(&["A", "B"]);
    names.change(List::Devices, |names| names.retain(|name| name.value != "A")).unwrap();
    assert_eq!(found(&names, "", 9), ["B"]);
    names.change(List::Requests, |names| names.push(Candidate::new("X", None))).unwrap();
    assert_eq!(names.beginning(List::Requests, "", 9).unwrap(), []);
}

#[test]
fn of_a_hundred_thousand_names_only_the_asked_for_are_read() {
    let all: Vec<_> = (0..100_000).map(|number| format!("MMD-{number:06}")).collect();
    let (_home, names) = kept(&all.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found(&names, "", 200).len(), 200);
    assert_eq!(found(&names, "mmd-09999", 200).len(), 10);
    assert_eq!(found(&names, "mmd-099999", 200), ["MMD-099999"]);
    assert_eq!(found(&names, "mmd-000000", 200), ["MMD-000000"]);
}

#[test]
fn a_hundred_thousand_devices_with_long_names_and_serial_numbers_are_all_kept() {
    let home = tempfile::tempdir().unwrap();
    let names = Names::at(home.path(), "default");
    let about = || Some("x".repeat(60));
    let devices = (0..100_000).flat_map(|number| {
        ["NAME", "SERI"].map(|kind| Candidate::new(format!("{kind}{number:060}"), about()))
    });
    names.save(List::Devices, devices).unwrap();
    for kind in ["NAME", "SERI"] {
        let last = format!("{kind}{:060}", 99_999);
        assert_eq!(found(&names, &last, 9), [last]);
    }
}

proptest! {
    #[test]
    fn halving_finds_what_reading_finds(
        values in proptest::collection::hash_set("[a-cA-C-]{1,6}", 0..60),
        prefix in "[a-c-]{0,3}",
    ) {
        let values: Vec<_> = values.iter().map(String::as_str).collect();
        let (_home, names) = kept(&values);
        let mut expected: Vec<_> =
            values.iter().filter(|v| v.to_lowercase().starts_with(&prefix)).copied().collect();
        let mut all = found(&names, &prefix, 1000);
        expected.sort_unstable();
        all.sort_unstable();
        prop_assert_eq!(all, expected);
    }
}
