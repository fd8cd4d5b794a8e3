//! `mmd serve`: runs the service until it is told to stop.

use std::{
    fs::{File, TryLockError},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use ipnet::IpNet;
use tokio::signal;

use crate::{
    api::session::Ready,
    cli::{files, settings::ServiceUrl},
    clock::SystemClock,
    error::{Error, IoContext, Result},
    service::{
        App, Parts, Service, outbox,
        run::{Certificate, bind, tls_dir},
        sample::{self, Players},
        settings::Settings,
    },
};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What `mmd serve` was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The configuration file.
    pub config: Option<PathBuf>,
    /// The address to listen on.
    pub listen: String,
    /// The origin that clients use, where it is not the address.
    pub public_url: Option<String>,
    /// Where database and keys lie.
    pub data_dir: PathBuf,
    /// Make and play the sample tenant.
    pub sample: bool,
    /// Where to say that requests are answered.
    pub ready_file: Option<PathBuf>,
    /// The first member's UPN.
    pub admin: Option<String>,
    /// A certificate chain and key that somebody else looks after.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Reverse proxies that are believed.
    pub behind_proxy: Vec<IpNet>,
    /// The sealing key's file.
    pub master_key_file: Option<PathBuf>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Log everything but secrets.
    pub verbose: bool,
}

/// Serves until SIGTERM or an interrupt.
pub async fn run(input: Input) -> Result<()> {
    log_to_stderr(input.log_format, input.verbose);
    let public = input.public_url.as_deref().map(str::parse::<ServiceUrl>).transpose()?;
    let (mut settings, _lock) = alone(&input.data_dir, input.config.as_deref())?;
    settings.behind_proxy.extend(&input.behind_proxy);
    let certificate = match input.tls {
        Some((certificates, key)) => Certificate::Files { certificates, key },
        None => Certificate::Own {
            dir: tls_dir(&input.data_dir),
            public_host: public.as_ref().and_then(|url| host(url.as_str())),
        },
    };
    let listening = bind(&input.listen, certificate)?;
    let address = listening.address();
    let local = local_origin(address);
    let origin = public.map_or_else(|| local.clone(), |url| url.as_str().to_owned());
    // Whoever reads the ready file may stand elsewhere.
    let ca_file = listening.ca_file().map(|path| std::path::absolute(&path).unwrap_or(path));
    let app = Service::open(Parts {
        data_dir: &input.data_dir,
        origin: origin.clone(),
        settings,
        clock: Arc::new(SystemClock),
        master_key_file: input.master_key_file.as_deref(),
        embedded: None,
    })?;
    if app.key_lies_beside_the_data() {
        tracing::warn!(
            "the sealing key lies beside the database: who copies the directory has both; \
             `MMD_MASTER_KEY_FILE` names another place"
        );
    }
    // Before anything happens: of a new service, the sinks hear everything.
    outbox::register(&app).await.map_err(|problem| Error::failed(problem.message))?;
    if input.sample {
        sample::ensure(&app).await?;
    }
    let first = app.first_tenant(input.admin).await?;
    for (issuer, tenant) in app.unknown_tenants().await? {
        tracing::warn!(
            issuer,
            tenant,
            "`[[sign_in.issuer]]` names a tenant that does not exist, so whoever is meant by that \
             name cannot come in; `mmd serve tenant list` shows those that there are"
        );
    }
    for (sink, tenant) in app.sinks_of_unknown_tenants().await? {
        tracing::warn!(
            sink,
            %tenant,
            "a sink is for a tenant that does not exist, so nothing is sent to it, and a mandatory \
             one withholds no password; `mmd serve tenant list` shows those that there are"
        );
    }
    if let Some(invite) = &first.invite {
        let text = zeroize::Zeroizing::new(format!("{}\n", invite.expose()));
        files::write_private(&app.bootstrap_invite(), text.as_bytes())?;
        tracing::info!(file = %app.bootstrap_invite().display(), "an invite for the first admin");
    }
    let running = listening.serve(app.clone()).await?;
    let players = match first.tenant.sample {
        true => {
            let ca_pem = ca_file.as_ref().map(|path| read(path)).transpose()?;
            let players = Players::start(&app, local, ca_pem);
            sample::all_confirmed(&app, first.tenant.id).await?;
            Some(players)
        }
        false => None,
    };
    if let Some(path) = &input.ready_file {
        let ready = Ready {
            service: origin.clone(),
            ca_file: ca_file.unwrap_or_default().display().to_string(),
            tenant_id: first.tenant.id,
            pid: std::process::id(),
        };
        let text = serde_json::to_vec(&ready)
            .map_err(|error| Error::failed("the ready file cannot be made").cause(error))?;
        files::write_private(path, &text)?;
    }
    tracing::info!(service = origin, listening = %address, "requests are answered");
    told_to_stop().await?;
    tracing::info!("stopping");
    if let Some(players) = players {
        players.stop().await;
    }
    running.stop().await;
    if let Some(path) = &input.ready_file {
        files::remove_if_there(path)?;
    }
    Ok(())
}

/// The service of a data directory, without anybody it answers: for what is done on its own
/// machine, whether it runs meanwhile or not.
///
/// # Errors
/// When there is none, or its keys do not fit.
pub fn at_rest(data_dir: &Path, master_key_file: Option<&Path>) -> Result<App> {
    if !data_dir.join("mmd.db").exists() {
        return Err(Error::not_found(format!("there is no service in {}", data_dir.display()))
            .hint("name the directory that `mmd serve` was given: `--data-dir DIR`"));
    }
    Service::open(Parts {
        data_dir,
        origin: String::new(),
        settings: Settings::default(),
        clock: Arc::new(SystemClock),
        master_key_file,
        embedded: None,
    })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).or_failed(|| format!("the file {} cannot be read", path.display()))
}

/// The settings, and the lock of the data directory. Where there is one, the lock is taken first:
/// the check of the settings opens the sinks' files, in which another service may be writing. Where
/// there is none nobody serves it, and none is made before the settings are known to be good.
fn alone(data_dir: &Path, config: Option<&Path>) -> Result<(Settings, File)> {
    let lock = data_dir.exists().then(|| only_one(data_dir)).transpose()?;
    let settings = Settings::load(config)?;
    let lock = match lock {
        Some(lock) => lock,
        None => only_one(data_dir)?,
    };
    Ok((settings, lock))
}

/// Two services on one directory would hand out each other's numbers.
fn only_one(data_dir: &Path) -> Result<File> {
    files::private_dir(data_dir)?;
    let path = data_dir.join("lock");
    let cannot = || format!("the lock {} cannot be taken", path.display());
    let lock = File::create(&path).or_failed(cannot)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::Error(error)) => Err(Error::failed(cannot()).cause(error)),
        Err(TryLockError::WouldBlock) => {
            let directory = data_dir.display();
            Err(Error::failed(format!("another mmd serves the data directory {directory}"))
                .hint("stop it first, or choose another directory with `--data-dir DIR`"))
        }
    }
}

/// The origin by which this machine reaches the service.
fn local_origin(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("https://localhost:{}", address.port()),
        false => format!("https://{address}"),
    }
}

fn host(origin: &str) -> Option<String> {
    let authority = origin.strip_prefix("https://")?;
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => authority.split(':').next()?,
    };
    Some(host.to_owned())
}

async fn told_to_stop() -> Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())
            .or_failed(|| "the stop signal cannot be awaited".to_owned())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = signal::ctrl_c() => {
                interrupted.or_failed(|| "the interrupt cannot be awaited".to_owned())
            }
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await.or_failed(|| "the interrupt cannot be awaited".to_owned())
}

fn log_to_stderr(format: LogFormat, verbose: bool) {
    use tracing_subscriber::{EnvFilter, fmt};
    let level = if verbose { "trace" } else { "info" };
    // The libraries beneath tell what they read and write, secrets included: never below `info`.
    let filter = EnvFilter::new(format!("info,mmd={level}"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second service in one process keeps the first one's log.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_service_touches_no_sinks_file_of_the_first() {
        let home = tempfile::tempdir().unwrap();
        let (data, file) = (home.path().join("data"), home.path().join("audit.jsonl"));
        let config = home.path().join("mmd.toml");
        let text =
            format!("[[audit.sink]]\nname = 'file'\nkind = 'file'\npath = '{}'\n", file.display());
        std::fs::write(&config, text).unwrap();
        let first = alone(&data, Some(&config)).unwrap();
        // A line that the first is still writing.
        std::fs::write(&file, "{\"seq\":1}\n{\"seq\":").unwrap();
        let error = alone(&data, Some(&config)).err().unwrap();
        assert!(error.message.starts_with("another mmd serves"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"seq\":1}\n{\"seq\":");
        drop(first);
        // A process that another test begins just now has the lock until it runs its program.
        let begin = std::time::Instant::now();
        while let Err(error) = alone(&data, Some(&config)) {
            assert!(begin.elapsed().as_secs() < 30, "{error}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn settings_that_are_not_good_make_no_data_directory() {
        let home = tempfile::tempdir().unwrap();
        let (data, config) = (home.path().join("data"), home.path().join("mmd.toml"));
        std::fs::write(&config, "[[audit.sink]]\nname = 'f'\nkind = 'file'\npath = '/nowhere/f'\n")
            .unwrap();
        let error = alone(&data, Some(&config)).err().unwrap();
        assert!(error.message.contains("/nowhere/f cannot be written"), "{error}");
        assert!(!data.exists());
    }

    #[test]
    fn the_host_of_an_origin_is_what_a_certificate_names() {
        assert_eq!(host("https://mmd.contoso.com:8443").as_deref(), Some("mmd.contoso.com"));
        assert_eq!(host("https://[::1]:8443").as_deref(), Some("::1"));
        assert_eq!(local_origin("0.0.0.0:8443".parse().unwrap()), "https://localhost:8443");
    }
}
