//! The sample tenant: a dozen devices of every ring and persona, played by the real agent over the
//! `file` back-end, so that the whole protocol runs and a password can be tried. Nothing in it is
//! real.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, JoinSet},
};
use uuid::Uuid;

use super::{
    App,
    endpoints::enrollments,
    store::{
        Outcome,
        audit::By,
        contacts,
        devices::{self, Device, Facts, User},
        people::fold,
        tenants::{self, Tenant},
    },
};
use crate::{
    agent::{
        accounts::Backend,
        enroll::{Enrolment, enroll},
        run::run_with,
        state::StateDir,
    },
    api::ticket::{Area, PutAdminContact},
    client::{AgentClient, Client, ClientSettings, Token},
    error::{Error, Result},
    secret::Secret,
};

/// The sample tenant's name.
pub const NAME: &str = "Contoso";

const DOMAIN: &str = "contoso.com";

/// The account that the sample devices' agents look after.
const ACCOUNT: &str = "mmdadmin";

/// Name, manufacturer, model, ring, persona, and the user's UPN name and name in words.
const DEVICES: [(&str, &str, &str, &str, &str, &str, &str); 12] = [
    (
        "MARTA-LT",
        "Microsoft",
        "Surface Laptop 5",
        "Broad",
        "Standard",
        "marta.lopez",
        "Marta López",
    ),
    ("JONAS-LT", "Lenovo", "ThinkPad T14", "Broad", "Standard", "jonas.weber", "Jonas Weber"),
    ("AISHA-LT", "Dell", "Latitude 7440", "Broad", "SensitiveData", "aisha.khan", "Aisha Khan"),
    ("PIERRE-LT", "HP", "EliteBook 840", "Broad", "Standard", "pierre.martin", "Pierre Martin"),
    ("INGRID-WS", "HP", "Z2 Tower", "Fast", "PowerUser", "ingrid.berg", "Ingrid Berg"),
    ("INGRID-LT", "Microsoft", "Surface Pro 9", "Fast", "Standard", "ingrid.berg", "Ingrid Berg"),
    ("KENJI-LT", "Lenovo", "ThinkPad X1", "Fast", "SensitiveData", "kenji.sato", "Kenji Sato"),
    ("LOBBY-KIOSK", "Dell", "OptiPlex 7010", "Broad", "Kiosk", "", ""),
    ("OLU-LT", "Dell", "Latitude 5440", "First", "Standard", "olu.adeyemi", "Olu Adeyemi"),
    ("SOFIA-LT", "HP", "ProBook 450", "First", "Starter", "sofia.rossi", "Sofia Rossi"),
    ("LAB-TEST-1", "Microsoft", "Surface Laptop 5", "Test", "Standard", "it.lab", "IT Lab"),
    ("LAB-TEST-2", "Lenovo", "ThinkPad T14", "Test", "PowerUser", "it.lab", "IT Lab"),
];

/// Who stands by for what: area, name, and the end of a telephone number.
const CONTACTS: [(Area, &str, u16); 5] = [
    (Area::AppPackaging, "Priya Nair", 101),
    (Area::Devices, "Tomas Novak", 102),
    (Area::Security, "Grace Okafor", 103),
    (Area::ItHelpDesk, "Elena Petrova", 104),
    (Area::Other, "Daniel Moreau", 105),
];

/// Makes the sample tenant in an empty database; one that is there already stays as it is.
pub async fn ensure(app: &App) -> Result<Tenant> {
    let now = app.clock.now();
    let made = app
        .store
        .write(move |c| match tenants::all(c)?.into_iter().next() {
            Some(tenant) => Ok(tenant),
            None => make(c, now),
        })
        .await
        .map_err(|problem| Error::failed(problem.message))?;
    match made.sample {
        true => Ok(made),
        false => Err(Error::usage("this data directory holds a real tenant")
            .hint("choose an empty one for the sample: `mmd serve --sample --data-dir DIR`")),
    }
}

fn make(c: &rusqlite::Connection, now: Timestamp) -> Outcome<Tenant> {
    let tenant = Tenant {
        id: Uuid::new_v4(),
        name: NAME.into(),
        domain: DOMAIN.into(),
        partner_id: None,
        sample: true,
    };
    tenants::insert(c, &tenant, now)?;
    for (at, (name, manufacturer, model, ring, persona, user, user_name)) in (1..).zip(DEVICES) {
        let upn = format!("{user}@{DOMAIN}");
        let has_user = !user.is_empty();
        if has_user && devices::user(c, tenant.id, &upn)?.is_none() {
            let email = Some(upn.clone());
            let user = User { upn: upn.clone(), name: Some(user_name.into()), email };
            devices::insert_user(c, tenant.id, &user)?;
        }
        let device = Device {
            id: Uuid::new_v4(),
            tenant: tenant.id,
            name: name.into(),
            serial_number: Some(format!("0{:011}", 34_560_000_000_u64 + at * 7_919)),
            global_id: Some(format!("g:{}", 6_755_400_000_000_000_u64 + at)),
            user_fold: has_user.then(|| fold(&upn)),
            ring: Some(ring.into()),
            persona: Some(persona.into()),
            facts: Facts {
                intune_id: Some(Uuid::new_v4().to_string()),
                manufacturer: Some(manufacturer.into()),
                model: Some(model.into()),
                enrolled: Some(now - SignedDuration::from_hours(24 * 30 * i64::from(at as u32))),
                compliance_state: Some("Compliant".into()),
                os_version: Some("10.0.26100".into()),
                last_sync: Some(now - SignedDuration::from_mins(i64::from(at as u32) * 7)),
                plan_type: Some("Premium".into()),
                management_agent: Some("Intune".into()),
                operating_system_edition: Some("Enterprise".into()),
                profile_assignment_status: Some("Successful".into()),
                groups: vec![],
                configurations: vec![],
            },
        };
        devices::insert(c, &device, now)?;
    }
    for (area, name, number) in CONTACTS {
        let contact = PutAdminContact {
            name: name.into(),
            email: format!("{}@{DOMAIN}", fold(name).replace(' ', ".")),
            // Numbers that are kept for such use (Ofcom, telephone numbers for drama).
            phone_number: format!("+44 20 7946 0{number}"),
        };
        contacts::put(c, tenant.id, area, &contact, &By::system().who, now)?;
    }
    Ok(tenant)
}

fn device_dir(data_dir: &Path, device: Uuid) -> PathBuf {
    data_dir.join("sample").join(device.to_string())
}

/// The file that stands for the admin account of a sample device.
pub fn account_file(data_dir: &Path, device: Uuid) -> PathBuf {
    device_dir(data_dir, device).join("account.json")
}

/// Plays sample devices in this process: each comes to life when somebody touches it.
pub struct Players {
    playing: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

/// What a player needs to reach the service.
#[derive(Clone)]
struct Stage {
    app: App,
    origin: String,
    ca_pem: Option<Vec<u8>>,
}

impl Players {
    /// Begins to play the devices of `app`, over HTTPS as every agent does.
    pub fn start(app: &App, origin: String, ca_pem: Option<Vec<u8>>) -> Self {
        let (sender, touched) = mpsc::unbounded_channel();
        // Only one may play; another would share its state directories.
        let _ = app.touched.set(sender);
        let stop = watch::Sender::new(false);
        let stage = Stage { app: app.clone(), origin, ca_pem };
        let playing = tokio::spawn(play(stage, touched, stop.subscribe()));
        Self { playing, stop }
    }

    /// Finishes the rotations under way and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.playing.await;
    }
}

async fn play(
    stage: Stage,
    mut touched: mpsc::UnboundedReceiver<Uuid>,
    stop: watch::Receiver<bool>,
) {
    let mut agents: JoinSet<(Uuid, Result<()>)> = JoinSet::new();
    let mut playing: HashMap<Uuid, ()> = HashMap::new();
    let mut stopping = stop.clone();
    loop {
        tokio::select! {
            device = touched.recv() => {
                let Some(device) = device else { break };
                if playing.insert(device, ()).is_none() {
                    let (stage, stop) = (stage.clone(), stop.clone());
                    agents.spawn(async move { (device, one(stage, device, stop).await) });
                }
            }
            Some(ended) = agents.join_next() => {
                if let Ok((device, result)) = ended {
                    playing.remove(&device);
                    if let Err(error) = result {
                        tracing::error!(%error, %device, "a sample device's agent ended");
                    }
                }
            }
            _ = stopping.wait_for(|stop| *stop) => break,
        }
    }
    while agents.join_next().await.is_some() {}
}

/// The life of one sample device.
async fn one(stage: Stage, device: Uuid, stop: watch::Receiver<bool>) -> Result<()> {
    let dir = device_dir(&stage.app.data_dir, device);
    let state_dir = dir.join("state");
    let client = |token| {
        Client::new(ClientSettings {
            ca_pem: stage.ca_pem.clone(),
            direct: true,
            token,
            ..ClientSettings::new(&stage.origin)
        })
    };
    if !account_file(&stage.app.data_dir, device).exists()
        || StateDir::open(&state_dir).and_then(|state| state.config().map(|_| ())).is_err()
    {
        let enrolment = Enrolment {
            code: code_for(&stage.app, device).await?,
            ca_pem: stage.ca_pem.clone(),
            account: ACCOUNT.into(),
            backend: Backend::File(account_file(&stage.app.data_dir, device)),
            serial_number: None,
        };
        super::make_private_dir(&dir)?;
        enroll(&state_dir, &client(Token::none())?, enrolment).await?;
    }
    let state = StateDir::open(&state_dir)?;
    let agent = AgentClient::new(client(Token::known(state.key()?))?);
    run_with(state, agent, stop).await
}

async fn code_for(app: &App, device: Uuid) -> Result<Secret> {
    let now = app.clock.now();
    let expires = now + app.settings.sign_in.enrollment_lifetime;
    app.store
        .write(move |c| {
            let device =
                devices::by_id(c, device)?.ok_or_else(super::problem::Problem::internal)?;
            enrollments::make(c, &device, &By::system(), now, expires)
        })
        .await
        .map_err(|problem| Error::failed(problem.message))
}

/// Brings every device of the tenant to life, and returns once each has a confirmed password.
pub async fn all_confirmed(app: &App, tenant: Uuid) -> Result<()> {
    let failed = |problem: super::problem::Problem| Error::failed(problem.message);
    let devices = app.store.read(move |c| devices::all(c, tenant)).await.map_err(failed)?;
    for device in &devices {
        app.touch(device.id);
    }
    for device in devices {
        let confirmed = |ledger: &crate::domain::rotation::Ledger| ledger.current().is_some();
        let waited = super::endpoints::devices::wait_until(app, device.id, 60, confirmed);
        if !waited.await.map_err(failed)? {
            return Err(Error::failed(format!("{} has not set a password", device.name)));
        }
    }
    Ok(())
}
