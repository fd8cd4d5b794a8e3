//! What `mmd route` is run with: no settings, no runtime and no service, unless a device is named.

use std::{sync::Arc, time::Duration};

use tokio::{sync::OnceCell, time::timeout};

use super::{
    again::Again,
    args::Global,
    context::Context,
    log,
    output::{Output, OutputOptions, delivery::ClipboardChild},
    prompt::Terminal,
    run::runtime,
    settings::{self, Dirs, Environment, Flags, ServiceChoice, Settings, Source},
    verbs::{
        elevate::lookup::{self, Candidate},
        route::{self, Answer, Doors, Input, Known},
    },
};
use crate::{
    api::team::Role,
    clock::{Clock, SystemClock},
    domain::route::{
        advice,
        terms::{Asker, Ring},
    },
    error::{Error, Kind, Result},
};

/// How long the advice waits for what is only good to know.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs a verb of `route`; returns the words of a command to go on with.
pub(super) fn run(
    input: Input,
    global: &Global,
    environment: &Environment,
    output: &Output,
) -> Result<Option<Vec<String>>> {
    let flags = global.flags();
    let no_input = settings::no_input(&flags, environment).value;
    let prompter = Terminal::new(no_input, output.options().stderr_color());
    // Without a home there is no table of one's own, and the built-in one speaks.
    let config = Dirs::of(environment).ok().map(|dirs| dirs.config);
    let ask = |name: &str| known(name, &flags, global, environment, output.options());
    let doors = Doors {
        output,
        prompter: &prompter,
        config: config.as_deref(),
        ask: &ask,
        now: SystemClock.now(),
    };
    route::run(input, &doors)
}

/// What the service says of the device that `name` means. A service that nobody has named is not
/// started for this.
fn known(
    name: &str,
    flags: &Flags,
    global: &Global,
    environment: &Environment,
    options: &OutputOptions,
) -> Answer {
    let settings = match Settings::load(flags, environment) {
        Ok(settings) => settings,
        Err(error) => return Answer::none(error.message),
    };
    let embedded = settings.service.value == ServiceChoice::Embedded;
    if embedded && settings.service.source == Source::Default {
        return Answer::none("no service is named");
    }
    if global.verbose {
        log::verbose();
    }
    let patience = global.timeout.map_or(PATIENCE, |timeout| timeout.min(PATIENCE));
    let cx = Context {
        again: Again::default(),
        prompter: Box::new(Terminal::new(true, false)),
        clipboard: Box::new(ClipboardChild::new(environment)),
        clock: Arc::new(SystemClock),
        yes: false,
        timeout: (!embedded).then_some(patience),
        connected: OnceCell::new(),
        me: OnceCell::new(),
        settings,
        environment: environment.clone(),
        output: Output::new(options.clone(), Arc::new(SystemClock)),
    };
    let runtime = match runtime(embedded) {
        Ok(runtime) => runtime,
        Err(error) => return Answer::none(error.message),
    };
    runtime.block_on(async {
        // The service in this process has to start first; it needs no network.
        let patience = (!embedded).then_some(patience);
        // Who asks is asked at the same time, and done without where nobody says in time.
        let (known, _) = tokio::join!(
            within(patience, facts(name, &cx)),
            within(patience, async { cx.me().await.map(drop) })
        );
        let asker = cx.me.get().and_then(|me| asker(&me.roles));
        cx.finish().await;
        let known = known.unwrap_or_else(|error| Known::Unasked(error.message));
        Answer { known, asker }
    })
}

/// What `asked` answers, unless that takes longer than `patience`.
async fn within<T>(
    patience: Option<Duration>,
    asked: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(patience) = patience else { return asked.await };
    let late = |_| Error::failed("the service does not answer in time");
    timeout(patience, asked).await.map_err(late)?
}

async fn facts(name: &str, cx: &Context) -> Result<Known> {
    let tenant = cx.tenant().await?;
    // Most name a device, and one call tells all of it; else it is looked up as for `elevate`.
    let found = match tenant.device(name, Duration::ZERO).await {
        Ok(device) => Some(device),
        Err(error) if error.kind == Kind::NotFound => {
            let mut candidates = lookup::all(&tenant, name).await?;
            match candidates.len() {
                0 => None,
                1 => Some(tenant.device(&candidates.swap_remove(0).name, Duration::ZERO).await?),
                _ => {
                    let names = candidates.iter().map(Candidate::line).collect();
                    return Ok(Known::Several(names));
                }
            }
        }
        Err(error) => return Err(error),
    };
    Ok(Known::Device(match found {
        Some(device) => advice::Device {
            ring: ring(device.primary_update_ring.as_deref()),
            name: device.name,
            manufacturer: device.manufacturer,
            enrolled: true,
        },
        None => advice::Device {
            name: name.to_owned(),
            manufacturer: None,
            ring: Ring::Unknown,
            enrolled: false,
        },
    }))
}

/// As whom somebody with `roles` asks: by the highest that the framework knows.
fn asker(roles: &[Role]) -> Option<Asker> {
    let ranks =
        [(Role::Admin, Asker::Admin), (Role::Support, Asker::Team), (Role::Desk, Asker::Desk)];
    ranks.into_iter().find(|(role, _)| roles.contains(role)).map(|(_, asker)| asker)
}

fn ring(name: Option<&str>) -> Ring {
    name.and_then(|name| name.to_lowercase().parse().ok()).unwrap_or(Ring::Unknown)
}

/// The command line to go on with: `words`, and the flags that say which service.
pub(super) fn command_line(words: Vec<String>, global: &Global) -> Vec<std::ffi::OsString> {
    let program = std::iter::once("mmd".into());
    program.chain(global.again()).chain(words.into_iter().map(Into::into)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;

    #[test]
    fn rings_are_read_in_any_case_and_others_are_unknown() {
        assert_eq!(ring(Some("Test")), Ring::Test);
        assert_eq!(ring(Some("broad")), Ring::Broad);
        assert_eq!(ring(Some("Ultra")), Ring::Unknown);
        assert_eq!(ring(None), Ring::Unknown);
    }

    #[test]
    fn who_asks_is_the_highest_of_their_roles() {
        use Role::{Admin, Auditor, Desk, Operations, Support};
        for (roles, expected) in [
            (&[Desk, Support, Admin][..], Some(Asker::Admin)),
            (&[Desk, Support], Some(Asker::Team)),
            (&[Desk, Auditor], Some(Asker::Desk)),
            (&[Auditor, Operations], None),
            (&[], None),
        ] {
            assert_eq!(asker(roles), expected, "{roles:?}");
        }
    }

    #[test]
    fn a_command_goes_on_with_the_service_that_was_named() {
        let typed = ["mmd", "--profile", "work", "--timeout", "5s", "route", "x"];
        let typed: Vec<_> = typed.into_iter().map(Into::into).collect();
        let global = args::parse(&typed).unwrap().global;
        let line = command_line(vec!["elevate".into(), "D1".into()], &global);
        assert_eq!(line, ["mmd", "--profile=work", "--timeout", "5", "elevate", "D1"]);
        assert!(args::parse(&line).is_ok());
    }

    #[test]
    fn a_service_that_is_slow_to_say_who_asks_still_tells_of_the_device() {
        use axum::{Json, http::Uri};
        use serde_json::json;

        const TENANT: &str = "00000000-0000-0000-0000-00000000002a";
        let service = tokio::runtime::Runtime::new().unwrap();
        let answer = async |uri: Uri| match uri.path().ends_with("/devices/D1") {
            true => Json(json!({
                "name": "D1", "tenantId": TENANT, "primaryUpdateRing": "Test",
                "groups": [], "configurations": [],
            })),
            // Nobody hears who asks.
            false => std::future::pending().await,
        };
        let router = axum::Router::new().fallback(answer);
        let server = service.block_on(crate::client::loopback::Server::start(router));
        let home = tempfile::tempdir().unwrap();
        let pem = home.path().join("ca.pem");
        std::fs::write(&pem, &server.pem).unwrap();
        let home = home.path().to_str().unwrap();
        let environment = Environment::of([
            ("MMD_CONFIG_DIR", home),
            ("MMD_DATA_DIR", home),
            ("MMD_CACHE_DIR", home),
            ("MMD_TOKEN", "t0ken"),
        ]);
        let typed = ["mmd", "--service", &server.origin, "--ca-file", pem.to_str().unwrap()];
        let more = ["--tenant", TENANT, "--timeout", "1s", "route", "x"];
        let typed: Vec<_> = typed.into_iter().chain(more).map(Into::into).collect();
        let global = args::parse(&typed).unwrap().global;
        let options = OutputOptions::default();
        let answer = known("D1", &global.flags(), &global, &environment.unwrap(), &options);
        let device = advice::Device {
            name: "D1".into(),
            manufacturer: None,
            ring: Ring::Test,
            enrolled: true,
        };
        assert_eq!(answer, Answer { known: Known::Device(device), asker: None });
    }
}
