//! Sign-ins at two services on one machine, and what counts beside a person's own.

use crate::rig::{Home, Service, finish};

fn invite(service: &Service) -> String {
    service.admin.mmd(&["team", "add", "eve@mmd.local", "--invite"]).exits(0).stdout
}

fn config(home: &Home) -> String {
    std::fs::read_to_string(home.path().join(".config/mmd/config.toml")).unwrap()
}

#[test]
fn who_has_to_sign_in_again_is_told_the_profile_and_loses_no_other_sign_in() {
    let (one, two) = (Service::start(), Service::start());
    let home = &one.admin;
    let args = ["login", &two.url, "--ca-file", &two.ca_file, "--invite", "--store", "file"];
    let (code, before) = (invite(&two), config(home));
    let said = home.mmd_with(&args, &code).exits(2);
    assert!(said.stderr.contains("`--yes` is missing"), "{}", said.stderr);
    let both = format!(
        "hint: or keep both: `mmd login {} --ca-file {} --profile NAME --invite --store file`\n",
        two.url, two.ca_file
    );
    assert!(said.stderr.ends_with(&both), "{}", said.stderr);
    assert_eq!(config(home), before);
    home.mmd(&["status"]).exits(0);

    // The invite was not spent by that.
    home.mmd_with(&[&args[..], &["--profile", "two"]].concat(), &code).exits(0);
    home.mmd(&["status"]).exits(0);
    let tokens = two.admin.mmd(&["team", "tokens", "list", "--json"]).exits(0).json();
    let tokens = tokens.as_array().unwrap();
    let hers = tokens.iter().find(|token| token["holder"] == "eve@mmd.local").unwrap();
    two.admin.mmd(&["team", "tokens", "revoke", hers["id"].as_str().unwrap()]).exits(0);
    let mut by_variable = home.command(&["status"]);
    by_variable.env("MMD_PROFILE", "two");
    let said = [
        home.mmd(&["status"]),
        home.mmd(&["status", "--profile", "two"]),
        finish(by_variable, None),
    ];
    for said in said {
        let said = said.exits(3);
        let hint = "\nhint: sign in: `mmd login --profile two`\n";
        assert!(said.stderr.ends_with(hint), "{}", said.stderr);
    }
    let again = ["login", "--profile", "two", "--invite", "--store", "file"];
    home.mmd_with(&again, &invite(&two)).exits(0);
    home.mmd(&["status"]).exits(0);
    home.mmd(&["status", "--profile", "default"]).exits(0);

    // Whoever wants it so gets it.
    home.mmd_with(&[&args[..], &["--yes"]].concat(), &invite(&two)).exits(0);
    assert!(!config(home).contains(&one.url), "{}", config(home));
}

#[test]
fn what_the_environment_gives_is_no_sign_in_to_end_or_to_replace() {
    let service = Service::start();
    let (code, before) = (invite(&service), config(&service.admin));
    for variable in ["MMD_TOKEN", "MMD_CLIENT_SECRET", "MMD_CLIENT_SECRET_FILE"] {
        for args in [&["login", "--invite", "--store", "file"][..], &["logout"]] {
            let mut command = service.admin.command(args);
            command.env(variable, "x").env("MMD_CLIENT_ID", "x").env("MMD_TENANT", "mmd.local");
            let said = finish(command, Some(&code)).exits(2);
            let told = format!(
                "error: `{variable}` is set, and beats what `{}` works on\n\
                 hint: unset it first: `unset {variable}`\n",
                args[0]
            );
            assert_eq!(said.stderr, told);
        }
    }
    assert_eq!(config(&service.admin), before);
    service.admin.mmd(&["status"]).exits(0);
}

#[test]
fn a_program_whose_secret_is_wrong_is_not_told_to_sign_in_as_a_person() {
    let service = Service::start();
    let app = service.admin.mmd(&["team", "app", "add", "nightly", "--json"]).exits(0).json();
    let secret_file = service.dir.path().join("secret");
    std::fs::write(&secret_file, "wrong").unwrap();
    let secret_file = secret_file.to_str().unwrap();
    for (variable, value) in
        [("MMD_CLIENT_SECRET", "wrong"), ("MMD_CLIENT_SECRET_FILE", secret_file)]
    {
        let mut command = service.admin.command(&["status"]);
        command.env(variable, value).env("MMD_CLIENT_ID", app["clientId"].as_str().unwrap());
        let said = finish(command, None).exits(3);
        let hint = format!(
            "\nhint: check `{variable}`, `MMD_CLIENT_ID` and `MMD_TENANT`; an admin makes a new \
             one by `mmd team app rotate NAME`\n"
        );
        assert!(said.stderr.ends_with(&hint), "{}", said.stderr);
        assert!(!said.stderr.contains("mmd login"), "{}", said.stderr);
    }
}

#[test]
fn a_new_sign_in_ends_the_token_that_it_replaces_and_no_other() {
    let (one, two) = (Service::start(), Service::start());
    let home = Home::new();
    let held = |service: &Service| {
        let tokens = service.admin.mmd(&["team", "tokens", "list", "--json"]).exits(0).json();
        let tokens = tokens.as_array().unwrap().iter();
        tokens.filter(|token| token["holder"] == "eve@mmd.local").count()
    };
    one.sign_in(&home, &invite(&one));
    one.sign_in(&Home::new(), &invite(&one));
    assert_eq!(held(&one), 2);
    one.sign_in(&home, &invite(&one));
    assert_eq!(held(&one), 2);
    home.mmd(&["status"]).exits(0);
    let args = ["login", &two.url, "--ca-file", &two.ca_file, "--invite", "--store", "file"];
    home.mmd_with(&[&args[..], &["--yes"]].concat(), &invite(&two)).exits(0);
    assert_eq!((held(&one), held(&two)), (1, 1));
    // The same token once more is kept.
    let saved = home.path().join(".local/share/mmd/credentials/default.token");
    let saved: serde_json::Value = serde_json::from_slice(&std::fs::read(saved).unwrap()).unwrap();
    let token = saved["token"].as_str().unwrap();
    home.mmd_with(&["login", "--with-token", "--store", "file"], token).exits(0);
    home.mmd(&["status"]).exits(0);
    // One that was handed over may be in use elsewhere.
    two.sign_in(&home, &invite(&two));
    assert_eq!(held(&two), 2);
}

#[test]
fn a_token_that_another_profile_has_too_outlives_a_new_sign_in() {
    let service = Service::start();
    let home = Home::new();
    service.sign_in(&home, &invite(&service));
    let saved = home.path().join(".local/share/mmd/credentials/default.token");
    let saved: serde_json::Value = serde_json::from_slice(&std::fs::read(saved).unwrap()).unwrap();
    let args = ["login", &service.url, "--ca-file", &service.ca_file, "--profile", "second"];
    let args = [&args[..], &["--with-token", "--store", "file"]].concat();
    home.mmd_with(&args, saved["token"].as_str().unwrap()).exits(0);
    let args = ["login", "--profile", "default", "--invite", "--store", "file"];
    home.mmd_with(&args, &invite(&service)).exits(0);
    for profile in ["default", "second"] {
        home.mmd(&["status", "--profile", profile]).exits(0);
    }
}

#[test]
fn a_token_is_ended_whatever_tenant_is_named_beside() {
    let service = Service::start();
    let home = Home::new();
    service.sign_in(&home, &invite(&service));
    let said = home.mmd(&["logout", "--tenant", "other.example", "--json"]).exits(0);
    assert_eq!(said.json()["revoked"], true, "{}", said.stderr);
    let tokens = service.admin.mmd(&["team", "tokens", "list", "--json"]).exits(0).json();
    let held = |token: &serde_json::Value| token["holder"] == "eve@mmd.local";
    assert!(!tokens.as_array().unwrap().iter().any(held), "{tokens}");
}
