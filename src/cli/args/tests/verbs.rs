//! Every other command, as whole inputs.

use std::time::Duration;

use super::*;
use crate::{
    api::{delivery::State, device::RotationState, team::Role},
    cli::{
        credentials::StoreKind,
        verbs::{
            Local, agent, audit, device, doctor, login,
            serve::{self, LogFormat},
            team::{self, add::Until, names::Names},
            tenant,
        },
    },
    domain::team::MaxRemove,
    service::administration::{Lead, NewTenant, TenantChange},
};

#[test]
fn doctor_looks_and_sends_again() {
    use doctor::deliveries::{list, retry};
    let list = |state, sink: Option<&str>| {
        Verb::DoctorDeliveriesList(list::Input { state, sink: sink.map(str::to_owned) })
    };
    let retry = |which| Verb::DoctorDeliveriesRetry(retry::Input { which });
    let all = |sink: Option<&str>| retry::Which::All { sink: sink.map(str::to_owned) };
    for (line, expected) in [
        ("doctor deliveries list", list(Some(State::Dead), None)),
        (
            "doctor deliveries list --state pending --sink desk",
            list(Some(State::Pending), Some("desk")),
        ),
        ("doctor deliveries list --state all", list(None, None)),
        (
            "doctor deliveries retry 3f9a 77",
            retry(retry::Which::These(vec!["3f9a".into(), "77".into()])),
        ),
        ("doctor deliveries retry --all", retry(all(None))),
        ("doctor deliveries retry --all --sink desk", retry(all(Some("desk")))),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
    assert!(matches!(verb("doctor --timeout 3s"), Verb::Local(Local::Doctor(_))));
    for wrong in [
        "doctor deliveries retry",
        "doctor deliveries retry 3f9a --all",
        "doctor deliveries retry --sink desk",
        "doctor deliveries list --state lost",
        "doctor deliveries",
        "doctor nonsense",
    ] {
        assert!(!refused(wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn devices_team_and_audit() {
    let (name, d1) = (String::from("D1"), Some(String::from("D1")));
    for (line, expected) in [
        ("device list", Verb::DeviceList(device::list::Input { rotation: None })),
        (
            "device list --rotation owed",
            Verb::DeviceList(device::list::Input { rotation: Some(RotationState::Owed) }),
        ),
        ("device show D1", Verb::DeviceShow(device::show::Input { name: name.clone() })),
        ("device search D1", Verb::DeviceSearch(device::search::Input { text: name.clone() })),
        (
            "device enroll D1 --ring broad",
            Verb::DeviceEnroll(device::enroll::Input {
                name: name.clone(),
                ring: Some("Broad".into()),
            }),
        ),
        (
            "device rotate D1 --wait 5",
            Verb::DeviceRotate(device::rotate::Input {
                name: name.clone(),
                wait: Some(Duration::from_secs(5)),
            }),
        ),
        (
            "device sign-in D1 --account adm --password-stdin",
            Verb::DeviceSignIn(device::sign_in::Input {
                name: name.clone(),
                account: "adm".into(),
                password_stdin: true,
            }),
        ),
        ("team list", Verb::TeamList),
        (
            "team add a@b c@d --role desk --role auditor",
            Verb::TeamAdd(team::add::Input {
                names: Names { upns: vec!["a@b".into(), "c@d".into()], stdin: false },
                roles: vec![Role::Desk, Role::Auditor],
                until: None,
                invite: false,
                oid: None,
            }),
        ),
        (
            "team add --invite a@b",
            Verb::TeamAdd(team::add::Input {
                names: Names { upns: vec!["a@b".into()], stdin: false },
                roles: vec![],
                until: None,
                invite: true,
                oid: None,
            }),
        ),
        (
            "team add a@b --until 2026-12-31 --oid 8b2c",
            Verb::TeamAdd(team::add::Input {
                names: Names { upns: vec!["a@b".into()], stdin: false },
                roles: vec![],
                until: Some(Until(Some("2027-01-01T00:00:00Z".parse().unwrap()))),
                invite: false,
                oid: Some("8b2c".into()),
            }),
        ),
        (
            "team add a@b - --until never",
            Verb::TeamAdd(team::add::Input {
                names: Names { upns: vec!["a@b".into()], stdin: true },
                roles: vec![],
                until: Some(Until(None)),
                invite: false,
                oid: None,
            }),
        ),
        (
            "team remove a@b",
            Verb::TeamRemove(team::remove::Input {
                names: Names { upns: vec!["a@b".into()], stdin: false },
                roles: vec![],
            }),
        ),
        (
            "team remove - --role support",
            Verb::TeamRemove(team::remove::Input {
                names: Names { upns: vec![], stdin: true },
                roles: vec![Role::Support],
            }),
        ),
        ("team show a@b", Verb::TeamShow(team::show::Input { upn: "a@b".into() })),
        (
            "team sync t.csv --dry-run --prune --max-remove 20%",
            Verb::TeamSync(team::sync::Input {
                file: "t.csv".into(),
                dry_run: true,
                prune: true,
                max_remove: Some(MaxRemove::Percent(20)),
            }),
        ),
        (
            "team sync -",
            Verb::TeamSync(team::sync::Input {
                file: "-".into(),
                dry_run: false,
                prune: false,
                max_remove: None,
            }),
        ),
        ("team export", Verb::TeamExport),
        ("team review", Verb::TeamReview(team::review::Input { unused_days: None })),
        (
            "team review --unused 90d",
            Verb::TeamReview(team::review::Input { unused_days: Some(90) }),
        ),
        ("team app list", Verb::TeamAppList),
        (
            "team app rotate nightly --grace 12h --expires 90d",
            Verb::TeamAppRotate(team::app::rotate::Input::Begin {
                name: "nightly".into(),
                expires_in_days: Some(90),
                grace: Some(Duration::from_secs(43_200)),
            }),
        ),
        (
            "team app rotate nightly --finish",
            Verb::TeamAppRotate(team::app::rotate::Input::Finish { name: "nightly".into() }),
        ),
        (
            "team app remove nightly",
            Verb::TeamAppRemove(team::app::remove::Input { name: "nightly".into() }),
        ),
        (
            "team tokens list app:nightly",
            Verb::TeamTokensList(team::tokens::list::Input { holder: Some("app:nightly".into()) }),
        ),
        (
            "team tokens revoke 1a 2b",
            Verb::TeamTokensRevoke(team::tokens::revoke::Input {
                ids: vec!["1a".into(), "2b".into()],
            }),
        ),
        (
            "team app add nightly --may devices,passwords --expires 90d --role auditor \
             --from 10.1.2.3/16 --from ::1",
            Verb::TeamAppAdd(team::app::add::Input {
                name: "nightly".into(),
                may: vec!["devices".into(), "passwords".into()],
                roles: vec![Role::Auditor],
                expires_in_days: Some(90),
                from: vec!["10.1.0.0/16".into(), "::1/128".into()],
            }),
        ),
        (
            "audit list --device D1 --who a@b --action password.viewed -n 7",
            Verb::AuditList(audit::list::Input {
                device: d1,
                who: Some("a@b".into()),
                action: Some("password.viewed".into()),
                latest: 7,
            }),
        ),
        ("audit who D1", Verb::AuditWho(audit::who::Input { device: name })),
        ("audit export --after 12", Verb::AuditExport(audit::export::Input { after: 12 })),
        ("audit head", Verb::AuditHead),
        (
            "audit verify --since-head h",
            Verb::AuditVerify(audit::verify::Input { since_head: Some("h".into()) }),
        ),
        (
            "audit verify - --since-head h",
            Verb::Local(Local::AuditVerifyFile(audit::verify_file::Input {
                file: "-".into(),
                since_head: Some("h".into()),
            })),
        ),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
}

#[test]
fn accounts_service_and_agent() {
    let url = "https://mmd.example.com";
    let served = serve::Input {
        config: None,
        listen: "127.0.0.1:8443".into(),
        public_url: None,
        data_dir: "/data/service".into(),
        sample: false,
        ready_file: None,
        admin: None,
        tls: None,
        behind_proxy: vec![],
        master_key_file: Some("/key".into()),
        log_format: LogFormat::Text,
        verbose: false,
    };
    let place = tenant::Place { data_dir: "d".into(), master_key_file: Some("/key".into()) };
    for (line, expected) in [
        ("login", Verb::Login(login::Input::default())),
        (
            "login https://mmd.example.com/ --invite --store file",
            Verb::Login(login::Input {
                url: Some(url.parse().unwrap()),
                way: Some(login::Way::Invite),
                store: StoreKind::File,
                ..login::Input::default()
            }),
        ),
        (
            "login --device-code --issuer https://id.example.com --redirect-uri http://localhost/c",
            Verb::Login(login::Input {
                way: Some(login::Way::DeviceCode),
                issuer: Some("https://id.example.com".into()),
                redirect: Some("http://localhost/c".parse().unwrap()),
                ..login::Input::default()
            }),
        ),
        (
            "login --with-token --ca-fingerprint \
             0000000000000000000000000000000000000000000000000000000000000000",
            Verb::Login(login::Input {
                way: Some(login::Way::Token),
                ca_fingerprint: Some("00".repeat(32).parse().unwrap()),
                ..login::Input::default()
            }),
        ),
        ("logout", Verb::Logout),
        ("status", Verb::Status),
        ("serve", Verb::Local(Local::Serve(served.clone()))),
        (
            "serve --config c --listen 0.0.0.0:1 --public-url u --data-dir d --sample \
             --ready-file r --admin a@b --tls-cert t --tls-key k --log-format json --verbose",
            Verb::Local(Local::Serve(serve::Input {
                config: Some("c".into()),
                listen: "0.0.0.0:1".into(),
                public_url: Some("u".into()),
                data_dir: "d".into(),
                sample: true,
                ready_file: Some("r".into()),
                admin: Some("a@b".into()),
                tls: Some(("t".into(), "k".into())),
                log_format: LogFormat::Json,
                verbose: true,
                ..served.clone()
            })),
        ),
        (
            "serve admin-invite --data-dir d --member a@b",
            Verb::Local(Local::AdminInvite(crate::cli::verbs::admin_invite::Input {
                data_dir: "d".into(),
                tenant: None,
                member: Some("a@b".into()),
                master_key_file: Some("/key".into()),
            })),
        ),
        (
            "serve --tenant fabrikam.com admin-invite --data-dir d",
            Verb::Local(Local::AdminInvite(crate::cli::verbs::admin_invite::Input {
                data_dir: "d".into(),
                tenant: Some("fabrikam.com".into()),
                member: None,
                master_key_file: Some("/key".into()),
            })),
        ),
        (
            "serve --behind-proxy 10.0.0.0/8 --behind-proxy fd00::/8",
            Verb::Local(Local::Serve(serve::Input {
                behind_proxy: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
                ..served
            })),
        ),
        ("serve tenant list --data-dir d", Verb::Local(Local::TenantList(place.clone()))),
        (
            "serve tenant add Fabrikam --domain fabrikam.com --partner contoso.com --admin a@b \
             --data-dir d",
            Verb::Local(Local::TenantAdd(tenant::add::Input {
                place: place.clone(),
                new: NewTenant {
                    name: "Fabrikam".into(),
                    domain: "fabrikam.com".into(),
                    lead: Lead::Partner("contoso.com".into()),
                    admin: Some("a@b".into()),
                },
            })),
        ),
        (
            "serve tenant set fabrikam.com --customer-led --data-dir d",
            Verb::Local(Local::TenantSet(tenant::set::Input {
                place,
                tenant: "fabrikam.com".into(),
                change: TenantChange { lead: Some(Lead::Customer), ..TenantChange::default() },
            })),
        ),
        (
            "agent enroll --service https://mmd.example.com --account adm --state-dir s",
            Verb::AgentEnroll(agent::enroll::Input {
                account: "adm".into(),
                state_dir: "s".into(),
                backend: None,
            }),
        ),
        ("agent run --state-dir s", Verb::Local(Local::AgentRun("s".into()))),
        ("agent once --state-dir s", Verb::Local(Local::AgentOnce("s".into()))),
        ("agent status --state-dir s", Verb::Local(Local::AgentStatus("s".into()))),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
}
