//! Files that lie by a ticket.

use axum::body::{Body, Bytes};
use mmd::api::ticket::{MAX_ATTACHMENT, MAX_ATTACHMENTS};
use serde_json::json;

use crate::{
    call::keys,
    documented::collection,
    harness::{World, hash_of, incident},
};

/// So many bytes, in pieces, as they come over a wire.
fn pieces(bytes: u64) -> Body {
    const PIECE: u64 = 1 << 20;
    let whole = (0..bytes / PIECE).map(|_| PIECE).chain([bytes % PIECE]);
    let pieces = whole.filter(|&size| size > 0).map(|size| {
        Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; usize::try_from(size).unwrap()]))
    });
    Body::from_stream(futures_util::stream::iter(pieces.collect::<Vec<_>>()))
}

fn files(world: &World) -> usize {
    std::fs::read_dir(world.path("attachments")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_file_is_attached_listed_and_downloaded_as_it_was() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&sam, json!({})).await;
    let name = "Büro%20%C3%A9%20log%22.txt";
    let bytes = b"\xff\x00 anything\r\n".to_vec();
    let sum = mmd::domain::audit::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let path = format!("/attachments?name={name}&sha256={}", sum.to_uppercase());
    let attach = || {
        let call = world.ticket(&sam, "POST", &id, &path).header("idempotency-key", "k");
        call.raw(bytes.clone()).send()
    };
    let first = attach().await.expect(201);
    let made = first.json();
    let members = ["@odata.context", "id", "name", "size", "sha256", "createdDateTime", "sender"];
    assert_eq!(keys(&made), members);
    assert_eq!(
        json!([made["name"], made["size"], made["sha256"], made["sender"]]),
        json!(["Büro%20%C3%A9%20log%22.txt", 13, sum, "sam@mmd.local"])
    );
    // A retry attaches nothing twice.
    assert_eq!(attach().await.expect(201).text(), first.text());
    assert_eq!((files(&world), world.count("select count(*) from ticket_attachments")), (1, 1));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let dir = world.path("attachments");
        let file = dir.join(made["id"].as_str().unwrap());
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&file)), (0o700, 0o600));
    }
    let listed = world.ticket(&olga, "GET", &id, "/attachments").send().await.expect(200).json();
    let rows = collection(&listed, &format!("Tickets('{id}')/attachments"));
    assert_eq!((rows.len(), &rows[0]["id"]), (1, &made["id"]));
    let path = format!("/attachments/{}", made["id"].as_str().unwrap());
    let answer = world.ticket(&olga, "GET", &id, &path).send().await.expect(200);
    assert_eq!(answer.body, bytes);
    let header = |name: &str| answer.header(name).unwrap().to_owned();
    assert_eq!(
        [header("content-type"), header("content-length"), header("x-content-type-options")],
        ["application/octet-stream", "13", "nosniff"]
    );
    assert!(header("content-disposition").starts_with("attachment; filename*=UTF-8''B%C3%BCro%25"));
    assert!(header("repr-digest").starts_with("sha-256=:"));
    // A documented ticket knows nothing of it.
    let plain = world.ticket(&sam, "GET", &id, "").send().await.expect(200).json();
    assert_eq!(plain["attachments"], json!([]));
    assert_eq!(world.told("ticket.attached")[0].1["sha256"], sum);

    // Another ticket's address does not lead to it, nor does a stranger's sign-in.
    let other = world.filed(&world.admin, json!({})).await;
    let gone = "This attachment does not exist.";
    world.ticket(&olga, "GET", &other, &path).send().await.refuses(404, gone);
    world.ticket(&olga, "GET", &id, "/attachments/x").send().await.refuses(404, gone);
    let desk = world.member("desk@mmd.local", &["desk"]).await;
    world.ticket(&desk, "GET", &id, &path).send().await.expect(404);
    let auditor = world.member("aud@mmd.local", &["auditor"]).await;
    world.ticket(&auditor, "GET", &id, &path).send().await.expect(200);
    let attach = world.ticket(&auditor, "POST", &id, "/attachments?name=a").raw("x");
    attach.send().await.expect(403);

    // What is no longer what was attached is not handed out.
    let file = world.path("attachments").join(made["id"].as_str().unwrap());
    std::fs::write(&file, b"\xff\x00 anything\r\t").unwrap();
    let damaged = "This attachment is damaged: it is not what was attached.";
    world.ticket(&olga, "GET", &id, &path).send().await.refuses(500, damaged);
    std::fs::remove_file(&file).unwrap();
    world.ticket(&olga, "GET", &id, &path).send().await.refuses(500, damaged);
    assert_eq!(world.events_of("attachment.damaged").await.len(), 2);
}

#[tokio::test]
async fn what_is_too_large_misnamed_or_changed_on_the_way_leaves_nothing() {
    let world = World::with_contacts().await;
    let id = world.filed(&world.admin, json!({})).await;
    let attach = |query: &str, body: Body| {
        world.ticket(&world.admin, "POST", &id, &format!("/attachments{query}")).raw(body).send()
    };
    let before = world.rows();
    let large = attach("?name=a", pieces(MAX_ATTACHMENT + 1)).await;
    large.refuses(413, "An attachment may have at most 25 MiB.");
    attach("?name=a", Body::empty()).await.refuses(400, "The attachment is empty.");
    let wrong = attach(&format!("?name=a&sha256={}", hash_of("other")), Body::from("x")).await;
    assert_eq!(
        wrong.expect(400).error(),
        "What arrived is not what was sent: its SHA-256 differs."
    );
    let blank = "`name` must be the name of the file; it is missing or blank.";
    let directory = "`name` must be the name of a file, without a directory.";
    let long = format!("?name={}", "x".repeat(300));
    for (name, says) in [
        ("", blank),
        ("?name=", blank),
        ("?name=%20", blank),
        ("?name=..", directory),
        ("?name=a%2Fb", directory),
        ("?name=a%5Cb", directory),
        ("?name=%C3", "The query is not UTF-8."),
        ("?name=a&name=b", "`name` is given twice."),
        ("?name=a%0Ab", "`name` holds the control character U+000A, its character 2."),
        ("?name=%C3%A9%00", "`name` holds the control character U+0000, its character 2."),
        ("?name=a%E2%80%AEb", "`name` holds the invisible character U+202E, its character 2."),
        ("?name=%E2%81%A7b", "`name` holds the invisible character U+2067, its character 1."),
        (&long, "`name` must not be longer than 255 bytes, and has 300."),
    ] {
        assert_eq!(attach(name, Body::from("x")).await.expect(400).error(), says, "{name}");
    }
    let broken = futures_util::stream::iter([Ok(Bytes::from("x")), Err("it broke off")]);
    let broken = attach("?name=a", Body::from_stream(broken)).await;
    broken.refuses(400, "The attachment did not arrive whole.");
    assert_eq!((before.clone(), 0), (world.rows(), files(&world)));
    let whole = attach("?name=a", pieces(MAX_ATTACHMENT)).await.expect(201).json();
    assert_eq!(whole["size"], MAX_ATTACHMENT);
    for _ in 2..MAX_ATTACHMENTS {
        attach("?name=a", Body::from("x")).await.expect(201);
    }
    // A repeat of the last one that fits is what it was, and not one too many.
    let keyed = |key: &str, bytes: &'static str| {
        let call = world.ticket(&world.admin, "POST", &id, "/attachments?name=last");
        call.header("idempotency-key", key).raw(bytes).send()
    };
    let last = keyed("k", "last").await.expect(201);
    assert_eq!(keyed("k", "last").await.expect(201).text(), last.text());
    let other = "This `Idempotency-Key` was used for another body.";
    keyed("k", "else").await.refuses(409, other);
    let most = format!("A ticket has at most {MAX_ATTACHMENTS} attachments.");
    assert_eq!(attach("?name=a", Body::from("x")).await.expect(409).error(), most);
    assert_eq!(keyed("another", "last").await.expect(409).error(), most);
    assert_eq!(files(&world), MAX_ATTACHMENTS);
    let rows = world.count("select count(*) from ticket_attachments");
    assert_eq!(rows, i64::try_from(MAX_ATTACHMENTS).unwrap());
    assert_eq!(world.told("ticket.attached").len(), MAX_ATTACHMENTS);
}

#[tokio::test]
async fn an_attachment_answers_a_request_for_action_and_goes_with_a_withdrawn_request() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&sam, json!({})).await;
    let body = json!({ "text": "The log, please", "requestAction": true });
    world.step(&olga, &id, "reply", &body).send().await.expect(200);
    let attach = |token: &str, id: &str| {
        world.ticket(token, "POST", id, "/attachments?name=log").raw("x").send()
    };
    attach(&olga, &id).await.expect(201);
    assert_eq!(world.ticket_now(&sam, &id).await["nextActionOwner"], "Customer");
    attach(&sam, &id).await.expect(201);
    assert_eq!(world.ticket_now(&sam, &id).await["nextActionOwner"], "Microsoft");

    let body = incident(json!({ "severity": 2 }));
    let kept = world.post(&sam, &format!("{}/tickets", mmd::api::BASE), &body).send().await;
    let kept = kept.expect(403).json()["error"]["details"][1]["target"].clone();
    let kept = kept.as_str().unwrap();
    attach(&sam, kept).await.expect(201);
    assert_eq!(files(&world), 3);
    world.step(&sam, kept, "withdraw", &json!({})).send().await.expect(204);
    assert_eq!((files(&world), world.count("select count(*) from ticket_attachments")), (2, 2));
}
