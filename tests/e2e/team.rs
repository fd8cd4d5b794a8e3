//! The team in the hands of an administrator: a shell script, as it stands in a crontab.

use std::time::{Duration, Instant};

use crate::{
    common::missing,
    rig::{Home, Said, Service, finish},
};

/// Runs `script` by a real bash in the admin's home, with `mmd` and `jq` on the path; nothing where
/// one of them is missing.
fn bash(home: &Home, script: &str) -> Option<Said> {
    for program in ["bash", "jq"] {
        let found =
            ["/usr/bin", "/bin"].map(|dir| std::path::Path::new(dir).join(program).exists());
        if !found.contains(&true) {
            missing(program);
            return None;
        }
    }
    let mut command = home.command_of("bash", &["-c", script]);
    let mmd = std::path::Path::new(env!("CARGO_BIN_EXE_mmd")).parent().expect("a directory");
    command.env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", mmd.display()));
    command.current_dir(home.path());
    Some(finish(command, None))
}

/// Adds people from a CSV, syncs by night from a file that is sometimes cut off, exports for `jq`.
const SCRIPT: &str = r#"
set -euo pipefail
fails() { # EXIT SENTENCE COMMAND…
  local expected=$1 sentence=$2 code=0
  shift 2
  "$@" >out.txt 2>err.txt </dev/null || code=$?
  if [ "$code" != "$expected" ] || ! grep -qF -- "$sentence" err.txt; then
    echo "$* ended with $code, not $expected: $(cat err.txt)" >&2
    exit 1
  fi
}

# People come as a list from elsewhere; the second column says who is of the desk.
cat >people.csv <<'CSV'
name,upn,team
Ana,ana@contoso.com,desk
Bob,bob@contoso.com,desk
Eve,eve@contoso.com,escalation
CSV
tail -n +2 people.csv | awk -F, '$3 == "desk" { print $2 }' | mmd team add - --role desk --quiet
tail -n +2 people.csv | awk -F, '$3 == "escalation" { print $2 }' | mmd team add - --quiet
# Again is success, and says so.
test "$(printf 'ana@contoso.com\r\n\r\n' | mmd team add - --role desk | cut -f2)" = unchanged

# One bad line refuses all of them.
printf 'new@contoso.com\nno-upn\n' >list.txt
code=0; mmd team add - <list.txt 2>err.txt || code=$?
test "$code" = 2
grep -qF 'line 2: `no-upn` is not a UPN' err.txt

# What is exported is a file for sync, and for jq.
mmd team export >team.csv
mmd team export --json | jq -e 'map(.upn) | index("eve@contoso.com")' >/dev/null
test "$(mmd team list --json | jq -r '[.[] | select(.roles == ["desk"])] | length')" = 2
mmd team sync team.csv --prune --yes --json | jq -e '.unchanged == 4 and .applied' >/dev/null
mmd team export --json >team.json
mmd team sync team.json --prune --yes --quiet
mmd team export --json | cmp - team.json
mmd team export | cmp - team.csv

# By night: the report from elsewhere was cut off. Nothing changes, whatever is left of it.
whole=$(wc -c <team.csv)
for left in 5 20 $((whole - 30)) $((whole - 3)) $((whole - 1)); do
  head -c "$left" team.csv >cut.csv
  fails 2 'is refused' mmd team sync cut.csv --prune --yes
done
head -c -2 team.json >cut.json
fails 2 'cut off' mmd team sync cut.json --prune --yes
: >empty.csv
fails 2 'is empty' mmd team sync empty.csv --prune --yes
sed '3s/.*/nonsense/' team.csv >bad.csv
fails 2 'bad.csv` is refused: line 3:' mmd team sync bad.csv --prune --yes
iconv -f UTF-8 -t UTF-16 team.csv >utf16.csv
fails 2 'is UTF-16' mmd team sync utf16.csv --prune --yes
printf 'upn,displayName,roles\nana@contoso.com,G\363mez,desk\n' >latin1.csv
fails 2 'is not UTF-8: line 2' mmd team sync latin1.csv --prune --yes
cat team.csv team.csv >twice.csv
fails 2 'is refused' mmd team sync twice.csv --yes
mmd team export | cmp - team.csv

# A byte-order mark is no fault, and a removal needs a yes.
{ printf '\357\273\277'; grep -v bob team.csv; } >wanted.csv
fails 2 '`--yes` is missing' mmd team sync wanted.csv --prune
mmd team sync wanted.csv --dry-run --prune | grep -q '^removed.bob@contoso.com'
mmd team sync wanted.csv --quiet
test "$(mmd team list --json | jq length)" = 4
mmd team sync wanted.csv --prune --yes --json | jq -r '.removed[].upn' | grep -qx bob@contoso.com

# A file that is cut off at the end of a line looks whole: the bound stops it.
for n in $(seq 20); do echo "more$n@contoso.com"; done | mmd team add - --role desk --quiet
mmd team export >team.csv
head -n 8 team.csv >short.csv
fails 6 'may lose so much at once' mmd team sync short.csv --prune --yes
mmd team export | cmp - team.csv

# Nobody lets themselves out, and the last admin stays.
fails 6 'last admin' mmd team remove admin@mmd.local
fails 6 'their own roles' mmd team add admin@mmd.local --role auditor
mmd team remove bob@contoso.com nobody@contoso.com | cut -f2 | grep -qx unchanged
mmd audit list --action rule.refused -n 100 --json | jq -e 'length == 3' >/dev/null
mmd audit verify --quiet >/dev/null
echo done
"#;

#[test]
fn an_administrators_script_adds_syncs_and_exports() {
    let service = Service::start();
    let Some(said) = bash(&service.admin, SCRIPT) else { return };
    assert_eq!(said.exits(0).line().lines().last(), Some("done"));
}

/// The goal is 3 s with an optimised build; what is tested here is not optimised.
#[test]
#[allow(clippy::print_stdout, reason = "the figure is worth having in a log")]
fn ten_thousand_members_are_synced_from_a_file() {
    let service = Service::start();
    let mut file =
        String::from("upn,displayName,roles,until,oid\nadmin@mmd.local,,support;admin,,\n");
    for n in 0..10_000 {
        file.push_str(&format!("member{n:05}@contoso.example,Member Number {n},desk,,\n"));
    }
    let path = service.dir.path().join("team.csv");
    std::fs::write(&path, &file).expect("a file");
    let path = path.to_str().expect("UTF-8");
    for (what, added, unchanged) in [("all new", 10_000, 1), ("nothing to do", 0, 10_001)] {
        let begun = Instant::now();
        let done = service.admin.mmd(&["team", "sync", path, "--prune", "--yes", "--json"]);
        let done = done.exits(0).json();
        let took = begun.elapsed();
        println!("{what}: {took:?}");
        assert!(took < Duration::from_secs(60), "{what}: {took:?}");
        assert_eq!(done["added"].as_array().expect("rows").len(), added);
        assert_eq!(done["unchanged"], unchanged);
    }
    let exported = service.admin.mmd(&["team", "export"]).exits(0);
    assert_eq!(exported.stdout, file);
}

#[test]
fn a_tenant_is_named_by_id_domain_or_name_in_any_case() {
    let service = Service::start();
    let status = service.admin.mmd(&["status", "--json"]).exits(0).json();
    let id = status["tenant"].as_str().expect("a tenant");
    for name in [id, "mmd.local", "MMD.Local", "default"] {
        let said = service.admin.mmd(&["--tenant", name, "team", "list", "--json"]).exits(0);
        assert_eq!(said.json()[0]["upn"], "admin@mmd.local", "{name}");
    }
    for name in ["fabrikam.com", "00000000-0000-0000-0000-000000000001"] {
        service.admin.mmd(&["--tenant", name, "team", "list"]).exits(5);
    }
}

#[test]
fn a_program_syncs_with_the_role_of_an_admin_and_its_rotated_secret() {
    let service = Service::start();
    let add = ["team", "app", "add", "hr", "--role", "admin", "--from", "127.0.0.0/8", "--json"];
    let made = service.admin.mmd(&add).exits(0).json();
    let status = service.admin.mmd(&["status", "--json"]).exits(0).json();
    let tenant = status["tenant"].as_str().expect("a tenant").to_owned();
    let robot = Home::new();
    let run_in = |tenant: &str, args: &[&str], secret: &str| {
        let args = [&["--service", &service.url, "--ca-file", &service.ca_file], args].concat();
        let mut command = robot.command(&args);
        command.env("MMD_CLIENT_ID", made["clientId"].as_str().expect("an id"));
        command.env("MMD_CLIENT_SECRET", secret).env("MMD_TENANT", tenant);
        finish(command, None)
    };
    let run = |args: &[&str], secret: &str| run_in(&tenant, args, secret);
    let first = made["clientSecret"].as_str().expect("a secret");
    run(&["team", "add", "ana@contoso.com", "--role", "desk"], first).exits(0);
    run_in("mmd.local", &["team", "show", "ana@contoso.com"], first).exits(0);
    run_in("fabrikam.com", &["team", "list"], first).exits(3);
    let rotated = service.admin.mmd(&["team", "app", "rotate", "hr"]).exits(0);
    for secret in [first, rotated.line()] {
        run(&["team", "list"], secret).exits(0);
    }
    service.admin.mmd(&["team", "app", "rotate", "hr", "--finish"]).exits(0);
    run(&["team", "list"], first).exits(3);
    run(&["team", "list"], rotated.line()).exits(0);
    let tokens = service.admin.mmd(&["team", "tokens", "list", "app:hr"]).exits(0).stdout;
    assert!(
        !tokens.is_empty() && tokens.lines().all(|line| line.contains("127.0.0.1")),
        "{tokens}"
    );
    service.admin.mmd(&["team", "app", "remove", "hr"]).exits(0);
    run(&["team", "list"], rotated.line()).exits(3);
    let far = ["team", "app", "add", "far", "--from", "192.0.2.0/24", "--json"];
    let far = service.admin.mmd(&far).exits(0).json();
    let mut command =
        robot.command(&["--service", &service.url, "--ca-file", &service.ca_file, "status"]);
    command.env("MMD_CLIENT_ID", far["clientId"].as_str().expect("an id"));
    command.env("MMD_CLIENT_SECRET", far["clientSecret"].as_str().expect("a secret"));
    let said = finish(
        {
            command.env("MMD_TENANT", &tenant);
            command
        },
        None,
    )
    .exits(4);
    assert!(
        said.stderr.contains("may not sign in") || said.stderr.contains("may not call"),
        "{}",
        said.stderr
    );
}
