//! The files that lie by a support request.

use std::{fs::File, path::Path, time::Duration};

use reqwest::Method;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::{Client, Tenant, answer::Answer, call::Sent, network, tickets::path};
use crate::{
    api::ticket::{Attachment, MAX_ATTACHMENT},
    domain::audit::hex,
    error::{Error, IoContext, Result},
};

/// How much longer than an answer an attachment may take, at most.
const TRANSFER: Duration = Duration::from_secs(600);

impl Tenant {
    /// The files that lie by a ticket, oldest first.
    ///
    /// # Errors
    /// Those of [`Tenant::ticket`].
    pub async fn ticket_attachments(&self, id: &str) -> Result<Vec<Attachment>> {
        self.client.rows(self.client.call(Method::GET, &path(id, &["attachments"])?)).await
    }

    /// Attaches the file at `file` under `name`. It is read twice, once for its checksum and once
    /// while it is sent, so no more than a piece of it is ever in memory; `sent` hears how far that
    /// has come.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) for a file that is too large, or cannot be read.
    pub async fn attach_to_ticket(
        &self,
        id: &str,
        file: &Path,
        name: &str,
        sent: Sent,
    ) -> Result<Attachment> {
        let read = file.to_owned();
        let hashed = tokio::task::spawn_blocking(move || checksum(&read)).await;
        let sha256 =
            hashed.map_err(|error| Error::failed("the file cannot be read").cause(error))??;
        let call = self.client.call(Method::POST, &path(id, &["attachments"])?);
        let call = call.query("name", name).query("sha256", &sha256).file(file.to_owned(), sent);
        call.allow(TRANSFER).keyed().json().await
    }

    /// Begins to download an attachment of a ticket.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none.
    pub async fn download(&self, id: &str, attachment: &Attachment) -> Result<Download> {
        let path = path(id, &["attachments", &attachment.id.to_string()])?;
        let call = self.client.call(Method::GET, &path).allow(TRANSFER);
        let (response, request_id, deadline) = call.send().await?;
        let client = self.client.clone();
        if !response.status().is_success() {
            return match Answer::read(&client, response, request_id, deadline).await {
                Ok(answer) => Err(answer.failure()),
                Err(fault) => Err(broken(&client, &fault)),
            };
        }
        let expected = attachment.clone();
        Ok(Download { client, response, hash: Sha256::new(), size: 0, expected })
    }
}

/// Opens a file that is to be attached.
///
/// # Errors
/// [`Usage`](crate::error::Kind::Usage) for one that is not there, none, or too large.
pub fn attachable(path: &Path) -> Result<File> {
    let shown = path.display();
    let cannot = |error: std::io::Error| {
        Error::usage(format!("the attachment `{shown}` cannot be read")).cause(error)
    };
    // Before it is opened: a pipe would wait for who writes to it.
    let known = std::fs::metadata(path).map_err(cannot)?;
    if !known.is_file() {
        return Err(Error::usage(format!("the attachment `{shown}` is not a file")));
    }
    if known.len() == 0 {
        return Err(Error::usage(format!("the attachment `{shown}` is empty")));
    }
    if known.len() > MAX_ATTACHMENT {
        let (has, mebibytes) = (known.len(), MAX_ATTACHMENT >> 20);
        return Err(Error::usage(format!(
            "the attachment `{shown}` has {has} bytes, and {MAX_ATTACHMENT} ({mebibytes} MiB) is \
             the most"
        ))
        .hint("pack it, or cut out what matters"));
    }
    File::open(path).map_err(cannot)
}

/// SHA-256 of a file that may be attached, in hexadecimal.
fn checksum(path: &Path) -> Result<String> {
    use std::io::Read;
    let cannot = || format!("the attachment `{}` cannot be read", path.display());
    let mut file = attachable(path)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut piece).or_failed(cannot)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&piece[..read]),
        }
    }
}

fn broken(client: &Client, fault: &network::Fault) -> Error {
    network::error(fault, client.origin(), client.0.own_ca, client.0.timeout)
}

/// An attachment on its way.
#[derive(Debug)]
pub struct Download {
    client: Client,
    response: reqwest::Response,
    hash: Sha256,
    size: u64,
    expected: Attachment,
}

impl Download {
    /// The next piece; `None` behind the last one, once size and checksum have been found right.
    ///
    /// # Errors
    /// When the stream breaks off, or brings other bytes than were attached.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let fault = match timeout(self.client.0.timeout, self.response.chunk()).await {
            Ok(Ok(Some(piece))) => {
                self.size += piece.len() as u64;
                if self.size > self.expected.size {
                    return Err(self.wrong());
                }
                self.hash.update(&piece);
                return Ok(Some(piece.to_vec()));
            }
            Ok(Ok(None)) => {
                let sum = hex(&self.hash.clone().finalize());
                let right = self.size == self.expected.size && sum == self.expected.sha256;
                return if right { Ok(None) } else { Err(self.wrong()) };
            }
            Ok(Err(error)) => network::Fault::Transport(error.without_url()),
            Err(_) => network::Fault::Late,
        };
        Err(broken(&self.client, &fault))
    }

    fn wrong(&self) -> Error {
        Error::failed(format!("{} is not what was attached", self.expected.name))
            .cause("its checksum or size differs")
            .hint("do not use what came; ask whoever runs the service")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_measured_before_it_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        let missing = checksum(&path).unwrap_err();
        assert_eq!(missing.kind, crate::error::Kind::Usage);
        std::fs::write(&path, "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(checksum(&path).unwrap(), abc);
        std::fs::File::create(&path).unwrap().set_len(MAX_ATTACHMENT + 1).unwrap();
        assert!(checksum(&path).unwrap_err().message.contains("has 26214401 bytes"));
        assert!(checksum(dir.path()).unwrap_err().message.contains("is not a file"));
    }
}
