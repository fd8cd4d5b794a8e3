//! The service: answers the published API and our own operations.
//!
//! `router` shows every operation on one screen; `endpoints` holds one file per resource; `store`
//! is the only user of SQL; `jobs` does what time brings.

pub mod access;
mod addresses;
pub mod administration;
mod attachments;
pub mod backup;
mod begun;
mod code;
mod endpoints;
mod failures;
mod identity;
mod input;
pub mod jobs;
pub mod keys;
mod left_over;
mod notices;
pub mod outbox;
mod problem;
mod refusals;
mod replay;
mod role_uses;
mod router;
pub mod run;
pub mod sample;
mod seldom;
pub mod settings;
pub mod store;
mod tls;
mod wake;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use ed25519_dalek::SigningKey;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use self::{
    access::EmbeddedSession,
    endpoints::metrics::Answered,
    failures::Failures,
    identity::issuers::Issuers,
    keys::Sealer,
    outbox::Outbox,
    refusals::Refusals,
    seldom::Seldom,
    settings::Settings,
    store::{Store, audit::By, people, tenants, tenants::Tenant},
    wake::Wakes,
};
use crate::{
    clock::Clock,
    error::{Error, IoContext, Result},
};

pub use router::{Route, router, routes};

/// Everything that endpoints and jobs share.
pub struct Service {
    /// The database.
    pub store: Store,
    /// The only clock that decides anything.
    pub clock: Arc<dyn Clock>,
    /// The settings.
    pub settings: Settings,
    /// The origin that stands in contexts and links.
    pub origin: String,
    /// Where notices and the audit trail go.
    pub outbox: Outbox,
    sealer: Sealer,
    head_key: SigningKey,
    answered: Answered,
    wakes: Wakes,
    failures: Failures,
    refusals: Refusals,
    issuers: Issuers,
    strangers: Seldom,
    role_uses: role_uses::RoleUses,
    embedded: Option<EmbeddedSession>,
    stopping: watch::Sender<bool>,
    data_dir: PathBuf,
    touched: OnceLock<mpsc::UnboundedSender<Uuid>>,
}

/// How endpoints hold the service.
pub type App = Arc<Service>;

/// What a service is made of.
pub struct Parts<'a> {
    /// Where database and keys lie; made if need be.
    pub data_dir: &'a Path,
    /// The origin that stands in contexts and links.
    pub origin: String,
    /// The settings.
    pub settings: Settings,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The sealing key's file, where it is not in the data directory.
    pub master_key_file: Option<&'a Path>,
    /// The session of the process that embeds the service, if one does.
    pub embedded: Option<EmbeddedSession>,
}

impl Service {
    /// Opens the data directory.
    pub fn open(parts: Parts<'_>) -> Result<App> {
        let Parts { data_dir, origin, settings, clock, master_key_file, embedded } = parts;
        make_private_dir(data_dir)?;
        let store = Store::open(&data_dir.join("mmd.db"))?;
        let sealer = right_key(&store, data_dir, master_key_file)?;
        let issuers = Issuers::new(&settings.sign_in, &origin)?;
        let outbox = Outbox::open(&settings)?;
        Ok(Arc::new(Self {
            store,
            sealer,
            head_key: keys::head_key(data_dir)?,
            clock,
            settings,
            origin,
            outbox,
            answered: Answered::default(),
            wakes: Wakes::default(),
            failures: Failures::default(),
            refusals: Refusals::default(),
            issuers,
            strangers: Seldom::default(),
            role_uses: role_uses::RoleUses::default(),
            embedded,
            stopping: watch::Sender::new(false),
            data_dir: data_dir.to_owned(),
            touched: OnceLock::new(),
        }))
    }

    /// True where the sealing key lies beside the database.
    pub fn key_lies_beside_the_data(&self) -> bool {
        self.sealer.beside_the_data
    }

    /// What the issuers of the configuration name as tenants of this service and are none: the
    /// issuer and the name.
    pub async fn unknown_tenants(&self) -> Result<BTreeSet<(String, String)>> {
        let tenants = self.store.read(tenants::all).await;
        let tenants = tenants.map_err(|problem| Error::failed(problem.message))?;
        Ok(self.issuers.unknown_tenants(&tenants))
    }

    /// The sinks of the configuration that are for a tenant that does not exist: each as it stands
    /// there, with the tenant that it names.
    pub async fn sinks_of_unknown_tenants(&self) -> Result<Vec<(String, Uuid)>> {
        let tenants = self.store.read(tenants::all).await;
        let tenants = tenants.map_err(|problem| Error::failed(problem.message))?;
        Ok(outbox::unknown_tenants(&self.settings, &tenants))
    }

    /// `BASE/$metadata#SET`
    pub fn context(&self, set: &str) -> String {
        format!("{}{}/$metadata#{set}", self.origin, crate::api::BASE)
    }

    /// Something about a device has changed.
    pub fn wake(&self, device: Uuid) {
        self.wakes.wake(device);
    }

    /// A person has done something to a device: where it is a sample one, it comes to life.
    pub fn touch(&self, device: Uuid) {
        self.wake(device);
        if let Some(touched) = self.touched.get() {
            // Nobody plays any more once the service stops.
            let _ = touched.send(device);
        }
    }

    /// Where the first member's invite lies until it is used.
    pub fn bootstrap_invite(&self) -> PathBuf {
        self.data_dir.join("bootstrap-invite")
    }

    /// Forgets the first member's invite, once that is what was used.
    fn forget_bootstrap_invite(&self, used: &crate::secret::Secret) {
        let path = self.bootstrap_invite();
        let kept = std::fs::read_to_string(&path).ok().map(crate::secret::Secret::new);
        let same = match (kept.as_ref().and_then(code::split), code::split(used)) {
            (Some(kept), Some(used)) => kept.0 == used.0 && kept.1.matches(used.1.expose()),
            _ => false,
        };
        if same && let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, "the used invite's file cannot be removed");
        }
    }

    /// Ends every wait, so that a graceful stop need not sit out a long poll.
    pub fn stop_waits(&self) {
        self.stopping.send_replace(true);
        self.wakes.wake_all();
    }

    /// The first tenant, made where there is none yet, with its bootstrap member.
    /// Returns the tenant and, where it was just made, a code that lets the member in.
    pub async fn first_tenant(&self, admin: Option<String>) -> Result<FirstTenant> {
        let now = self.clock.now();
        let settings = self.settings.tenant.clone();
        let lifetime = self.settings.sign_in.invite_lifetime;
        self.store
            .write(move |c| {
                let tenant = match tenants::all(c)?.into_iter().next() {
                    Some(tenant) if !people::members(c, tenant.id, 0, 1)?.is_empty() => {
                        return Ok(FirstTenant { tenant, invite: None });
                    }
                    // The sample tenant is made with devices, and without members.
                    Some(tenant) => tenant,
                    None => {
                        let tenant = Tenant {
                            id: Uuid::new_v4(),
                            name: settings.name,
                            domain: settings.domain,
                            partner_id: None,
                            sample: false,
                        };
                        tenants::insert(c, &tenant, now)?;
                        tenant
                    }
                };
                let upn = admin.unwrap_or_else(|| format!("admin@{}", tenant.domain));
                let by = By::system();
                endpoints::team::add_bootstrap(c, tenant.id, &upn, &by, now)?;
                let invite = endpoints::team::invite(c, tenant.id, &upn, &by, now, lifetime, true)?;
                Ok(FirstTenant { tenant, invite: Some(invite.code) })
            })
            .await
            .map_err(|problem| Error::failed(problem.message))
    }
}

/// The key that this database is sealed with: it must open what the first start sealed. A service
/// with another key would answer no password, and seal new ones that the right key cannot open.
fn right_key(store: &Store, data_dir: &Path, key_file: Option<&Path>) -> Result<Sealer> {
    let nil = Uuid::nil();
    let Some(mark) = store.key_mark()? else {
        let sealer = Sealer::open(data_dir, key_file, true)?;
        let mark = sealer.seal(nil, nil, 0, &crate::secret::Secret::new("mmd".into()))?;
        store.set_key_mark(&mark)?;
        return Ok(sealer);
    };
    let sealer = Sealer::open(data_dir, key_file, false)?;
    sealer.open_sealed(nil, nil, 0, &mark).map_err(|_| {
        Error::failed("the sealing key is not the one that this database was sealed with")
            .hint("name the right one in `MMD_MASTER_KEY_FILE`, or put `master.key` back")
    })?;
    Ok(sealer)
}

/// The first tenant and, if it was just made, the invite for its first member.
pub struct FirstTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// The one-time code.
    pub invite: Option<crate::secret::Secret>,
}

/// Makes a directory that only its owner may enter. One that is there already and that others may
/// enter is closed while it is empty; otherwise its owner decides.
fn make_private_dir(path: &Path) -> Result<()> {
    let cannot = || format!("the data directory {} cannot be made", path.display());
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700);
        if let Ok(known) = std::fs::metadata(path)
            && known.permissions().mode() & 0o077 != 0
        {
            if std::fs::read_dir(path).or_failed(cannot)?.next().is_some() {
                let shown = path.display();
                return Err(Error::failed(format!("others may enter the data directory {shown}"))
                    .hint(format!("close it: `chmod 700 {shown}`")));
            }
            let private = std::fs::Permissions::from_mode(0o700);
            return std::fs::set_permissions(path, private).or_failed(cannot);
        }
    }
    builder.create(path).or_failed(cannot)
}
