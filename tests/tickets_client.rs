//! The client's ticket operations against a service that listens: HTTPS, files and all.

use std::{path::Path, sync::Arc};

use mmd::{
    api::{
        messages,
        session::RedeemInvite,
        team::{AddMembers, PutMember, Role},
        ticket::{
            Area, Destination, EditTicket, FileTicket, MAX_ATTACHMENT, NewContact, NewTicket,
            PutAdminContact, Severity, Stage, TicketState, TicketType,
        },
    },
    client::{Client, ClientSettings, Filing, Tenant, TicketQuery, Token},
    clock::SystemClock,
    domain::{audit::hex, password::random_bytes},
    error::Kind,
    secret::Secret,
    service::{
        Parts, Service,
        access::EmbeddedSession,
        run::{Certificate, Running, bind, tls_dir},
        sample,
        settings::Settings,
        store::contacts,
    },
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A service on a free port of this machine.
struct Served {
    running: Running,
    origin: String,
    ca_pem: Vec<u8>,
    tenant: String,
    dir: tempfile::TempDir,
}

async fn serve() -> Served {
    let dir = tempfile::tempdir().unwrap();
    let certificate = Certificate::Own { dir: tls_dir(dir.path()), public_host: None };
    let listening = bind("127.0.0.1:0", certificate).unwrap();
    let origin = format!("https://{}", listening.address());
    let app = Service::open(Parts {
        data_dir: &dir.path().join("data"),
        origin: origin.clone(),
        settings: Settings::default(),
        clock: Arc::new(SystemClock),
        master_key_file: None,
        embedded: Some(EmbeddedSession {
            token: Secret::new("operator".into()),
            upn: "operator@mmd.local".into(),
        }),
    })
    .unwrap();
    let tenant = app.first_tenant(None).await.unwrap().tenant.id.to_string();
    let ca_file = listening.ca_file().unwrap();
    let running = listening.serve(app).await.unwrap();
    let ca_pem = std::fs::read(ca_file).unwrap();
    Served { running, origin, ca_pem, tenant, dir }
}

impl Served {
    fn client(&self, token: &str) -> Client {
        let token = match token {
            "" => Token::none(),
            token => Token::known(Secret::new(token.to_owned())),
        };
        Client::new(ClientSettings {
            ca_pem: Some(self.ca_pem.clone()),
            direct: true,
            token,
            ..ClientSettings::new(&self.origin)
        })
        .unwrap()
    }

    fn tenant(&self, token: &str) -> Tenant {
        self.client(token).tenant(&self.tenant)
    }

    /// Adds a member and signs them in.
    async fn member(&self, upn: &str, role: Role) -> Tenant {
        let admin = self.tenant("operator");
        let member = PutMember { roles: vec![role], ..PutMember::default() };
        admin.add_members(&AddMembers { upns: vec![upn.into()], member }).await.unwrap();
        let code = admin.invite_member(upn).await.unwrap().code;
        let token = format!("mmd_{}", hex(&random_bytes::<32>()));
        let token_hash = hex(&Sha256::digest(token.as_bytes()));
        self.client("").redeem(&RedeemInvite { code, token_hash }).await.unwrap();
        self.tenant(&token)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn incident(severity: Severity) -> NewTicket {
    NewTicket {
        title: " Policy does not arrive ".into(),
        description: "It never did.\nNot once.".into(),
        ty: TicketType::Incident,
        category: "Devices".into(),
        subcategory: "Configuration/Policy".into(),
        severity,
        contact: NewContact {
            given_name: "John".into(),
            surname: "Doe".into(),
            email: "jd@contoso.com".into(),
            phone_number: "+1 888".into(),
        },
        users_or_devices_impacted: Some(3),
        business_impact: None,
        issue_first_noticed: Some("2021-12-14T14:06:25.0338102Z".parse().unwrap()),
        issue_reproduced: None,
        end_user_support_engaged: Some(true),
        troubleshooting_steps: None,
        repro_steps: None,
        devices: vec![],
        hours: None,
        elevation: None,
    }
}

async fn set_contact(tenant: &Tenant, area: Area) {
    let contact = PutAdminContact {
        name: "Dora".into(),
        email: "dora@contoso.com".into(),
        phone_number: "+1 555 0101".into(),
    };
    tenant.set_admin_contact(area, &contact).await.unwrap();
}

async fn filed(tenant: &Tenant, new: &NewTicket) -> mmd::api::ticket::Ticket {
    match tenant.create_ticket(new, Uuid::new_v4()).await.unwrap() {
        Filing::Filed(ticket) => *ticket,
        Filing::HandedOver(handed_over) => panic!("handed over: {handed_over:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_filed_worked_on_and_resolved_over_https() {
    let served = serve().await;
    let admin = served.tenant("operator");
    let refused = admin.create_ticket(&incident(Severity::C), Uuid::new_v4()).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Refused, "there is no contact yet");
    set_contact(&admin, Area::ItHelpDesk).await;
    set_contact(&admin, Area::Other).await;
    let areas: Vec<_> = admin.admin_contacts().await.unwrap().iter().map(|c| c.area).collect();
    assert_eq!(areas, [Area::ItHelpDesk, Area::Other]);
    admin.remove_admin_contact(Area::ItHelpDesk).await.unwrap();
    let gone = admin.remove_admin_contact(Area::ItHelpDesk).await.unwrap_err();
    assert_eq!(gone.kind, Kind::NotFound);

    let new = incident(Severity::A);
    let ticket = filed(&admin, &new).await;
    assert_eq!(
        (ticket.title.as_str(), ticket.description),
        (" Policy does not arrive ", new.description.clone())
    );
    assert_eq!(ticket.issue_first_noticed, new.issue_first_noticed, "all seven digits");
    assert_eq!(ticket.stage, Some(Stage::New));
    assert!(ticket.respond_by.is_some());
    let id = ticket.id.as_str();
    let query = TicketQuery {
        filter: Some("severity eq 2 and contains(title,'Policy')".into()),
        order: Some("createdDateTime desc".into()),
        top: Some(5),
    };
    assert_eq!(admin.tickets(&query).await.unwrap()[0].id, ticket.id);
    assert_eq!(admin.ticket_queue().await.unwrap()[0].id, ticket.id);
    assert_eq!(admin.ticket("it's no id").await.unwrap_err().kind, Kind::NotFound);

    let edit = EditTicket { description: Some("new".into()), ..EditTicket::default() };
    assert_eq!(admin.edit_ticket(id, &edit).await.unwrap().description, "new");
    admin.add_ticket_note(id, "It's \"urgent\" <b>!</b>").await.unwrap();
    let olga = served.member("olga@mmd.local", Role::Operations).await;
    let omar = served.member("omar@mmd.local", Role::Operations).await;
    let taken = olga.take_ticket(id, None).await.unwrap();
    assert_eq!(taken.taken_by.as_deref(), Some("olga@mmd.local"));
    let refused = omar.take_ticket(id, None).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Refused);
    assert_eq!(refused.message, "This ticket is taken by olga@mmd.local.");
    omar.take_ticket(id, Some("olga@mmd.local")).await.unwrap();
    let asked = omar.reply_to_ticket(id, "Please try", true).await.unwrap();
    assert_eq!(asked.stage, Some(Stage::AwaitingCustomer));
    assert_eq!(omar.lower_ticket(id, None).await.unwrap().severity, Severity::B);
    let moved = admin.transfer_ticket(id, Destination::HardwareVendor, Some("warranty")).await;
    assert_eq!(moved.unwrap().stage, Some(Stage::Transferred));
    let resolved = admin.resolve_ticket(id, Some("It works")).await.unwrap();
    assert_eq!(resolved.state, TicketState::Resolved);
    let refused = admin.add_ticket_note(id, "late").await.unwrap_err();
    assert_eq!((refused.kind, refused.message.as_str()), (Kind::Refused, messages::RESOLVED));
    assert_eq!(admin.reactivate_ticket(id, None).await.unwrap().state, TicketState::Active);
    let notes = admin.ticket_notes(id).await.unwrap();
    let texts: Vec<_> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["It's \"urgent\" <b>!</b>", "Please try", "warranty", "It works"]);
    assert_eq!(admin.ticket_timeline(id).await.unwrap().len(), 10);
    served.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_filed_comes_back_as_what_was_kept_and_who_was_told() {
    let served = serve().await;
    let admin = served.tenant("operator");
    set_contact(&admin, Area::Other).await;
    let sam = served.member("sam@mmd.local", Role::Support).await;
    let Filing::HandedOver(kept) =
        sam.create_ticket(&incident(Severity::A), Uuid::new_v4()).await.unwrap()
    else {
        panic!("it was filed");
    };
    assert!(kept.message.starts_with("An admin files severity A: "), "{}", kept.message);
    // No sink tells anybody here, so the admins are to be called.
    assert!(kept.notifying.is_empty());
    let call: Vec<_> = kept.call.iter().map(|t| (t.address.as_str(), t.who.as_str())).collect();
    let expected =
        [("dora@contoso.com", "Dora, +1 555 0101"), ("admin@mmd.local", "admin@mmd.local")];
    assert_eq!(call, expected);
    assert_eq!(sam.handed_over().await.unwrap()[0].id, kept.id);
    assert_eq!(sam.tickets(&TicketQuery::default()).await.unwrap().len(), 0);
    let as_it_stands = FileTicket::default();
    let refused = sam.file_ticket(&kept.id, &as_it_stands).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Forbidden);
    let ticket = admin.file_ticket(&kept.id, &as_it_stands).await.unwrap();
    assert_eq!((ticket.id, ticket.state), (kept.id, TicketState::Active));
    let Filing::HandedOver(kept) =
        sam.create_ticket(&incident(Severity::B), Uuid::new_v4()).await.unwrap()
    else {
        panic!("it was filed");
    };
    sam.withdraw_ticket(&kept.id).await.unwrap();
    assert_eq!(admin.handed_over().await.unwrap().len(), 0);
    served.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_travel_in_pieces_and_are_checked_at_both_ends() {
    let served = serve().await;
    let admin = served.tenant("operator");
    set_contact(&admin, Area::Other).await;
    let id = filed(&admin, &incident(Severity::C)).await.id;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
    let path = served.file("trace log.etl", &bytes);
    let attached =
        admin.attach_to_ticket(&id, &path, "trace log.etl", Arc::new(|_| {})).await.unwrap();
    assert_eq!((attached.size, attached.name.as_str()), (3_000_000, "trace log.etl"));
    let listed = admin.ticket_attachments(&id).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&attached));
    let mut download = admin.download(&id, &attached).await.unwrap();
    let mut back = Vec::new();
    while let Some(piece) = download.next().await.unwrap() {
        back.extend(piece);
    }
    assert!(back == bytes, "as it was");

    // What was listed is not what comes.
    let mut other = attached.clone();
    other.sha256 = hex(&[0; 32]);
    let mut download = admin.download(&id, &other).await.unwrap();
    let ended = loop {
        match download.next().await {
            Ok(Some(_)) => {}
            ended => break ended,
        }
    };
    assert!(ended.unwrap_err().message.contains("is not what was attached"));

    let vanished = admin
        .attach_to_ticket(&id, Path::new("/nowhere/log"), "log", Arc::new(|_| {}))
        .await
        .unwrap_err();
    assert_eq!(vanished.kind, Kind::Usage);
    let large = served.file("large", b"");
    std::fs::File::options().write(true).open(&large).unwrap().set_len(MAX_ATTACHMENT + 1).unwrap();
    let refused = admin.attach_to_ticket(&id, &large, "large", Arc::new(|_| {})).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Usage);
    std::fs::File::options().write(true).open(&large).unwrap().set_len(MAX_ATTACHMENT).unwrap();
    let attached = admin.attach_to_ticket(&id, &large, "large", Arc::new(|_| {})).await.unwrap();
    assert_eq!(attached.size, MAX_ATTACHMENT);
    served.running.stop().await;
}

#[tokio::test]
async fn the_sample_has_a_contact_for_every_area_and_no_tickets() {
    let dir = tempfile::tempdir().unwrap();
    let app = Service::open(Parts {
        data_dir: dir.path(),
        origin: "https://localhost".into(),
        settings: Settings::default(),
        clock: Arc::new(SystemClock),
        master_key_file: None,
        embedded: None,
    })
    .unwrap();
    let tenant = sample::ensure(&app).await.unwrap().id;
    let known = app.store.read(move |c| contacts::all(c, tenant)).await.unwrap();
    let areas: Vec<_> = known.iter().map(|contact| contact.area).collect();
    assert_eq!(areas, Area::ALL);
    assert_eq!(known[3].email, "elena.petrova@contoso.com");
    let db = rusqlite::Connection::open(dir.path().join("mmd.db")).unwrap();
    let tickets: i64 = db.query_row("select count(*) from tickets", [], |row| row.get(0)).unwrap();
    assert_eq!(tickets, 0);
}
