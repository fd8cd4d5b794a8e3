//! The audit trail, as the service stored it.

use reqwest::Method;
use tokio::time::timeout;

use super::{Tenant, answer::Answer, network};
use crate::{
    api::audit::Head,
    error::{Error, Result},
};

/// No event comes near this; a longer line is none.
const MAX_LINE: usize = 1024 * 1024;

/// Which events are asked for; a selection by anything but `after` proves nothing by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Begin behind this event.
    pub after: Option<u64>,
    /// Events of this device.
    pub device: Option<String>,
    /// Events of this person, program or device.
    pub who: Option<String>,
    /// Events of this action, `subject.verb`.
    pub action: Option<String>,
    /// The last so many that fit.
    pub latest: Option<u32>,
    /// At most so many.
    pub limit: Option<u32>,
}

impl Tenant {
    /// The events that fit, oldest first, as a stream of the bytes that the chain hashes.
    ///
    /// # Errors
    /// [`Kind::Forbidden`](crate::error::Kind::Forbidden) for who may not read them.
    pub async fn audit_events(&self, query: &AuditQuery) -> Result<EventLines> {
        let path = self.path(&["audit", "events"])?;
        let call = self.client.call(Method::GET, &path);
        let call = call.maybe("after", query.after).maybe("device", query.device.as_deref());
        let call = call.maybe("who", query.who.as_deref()).maybe("action", query.action.as_deref());
        let call = call.maybe("latest", query.latest).maybe("limit", query.limit);
        let (response, request_id, deadline) = call.send().await?;
        let client = self.client.clone();
        if !response.status().is_success() {
            let answer = Answer::read(&client, response, request_id, deadline).await;
            return match answer {
                Ok(answer) => Err(answer.failure()),
                Err(fault) => Err(broken(&client, &fault)),
            };
        }
        Ok(EventLines { client, response, buffer: Vec::new(), read: 0, ended: false })
    }

    /// A signed statement of where the chain stands.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn audit_head(&self) -> Result<Head> {
        let path = self.path(&["audit", "head"])?;
        self.client.call(Method::GET, &path).json().await
    }
}

/// Events on their way: as many as there are, one line in memory at a time.
#[derive(Debug)]
pub struct EventLines {
    client: super::Client,
    response: reqwest::Response,
    buffer: Vec<u8>,
    /// How much of the buffer was handed out.
    read: usize,
    ended: bool,
}

impl EventLines {
    /// The next event's bytes, without the line's end; `None` behind the last one. The time-out
    /// holds for each piece of the stream, not for all of it.
    ///
    /// # Errors
    /// When the stream breaks off: what came so far is not all there is.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let rest = &self.buffer[self.read..];
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line = rest[..end].to_vec();
                self.read += end + 1;
                if !line.is_empty() {
                    return Ok(Some(line));
                }
                continue;
            }
            if self.ended {
                let line = rest.to_vec();
                self.read = self.buffer.len();
                return Ok((!line.is_empty()).then_some(line));
            }
            if rest.len() > MAX_LINE {
                return Err(Error::failed("the service's audit trail has a line without an end"));
            }
            self.buffer.drain(..self.read);
            self.read = 0;
            let chunk = timeout(self.client.0.timeout, self.response.chunk()).await;
            let fault = match chunk {
                Ok(Ok(Some(chunk))) => {
                    self.buffer.extend_from_slice(&chunk);
                    continue;
                }
                Ok(Ok(None)) => {
                    self.ended = true;
                    continue;
                }
                Ok(Err(error)) => network::Fault::Transport(error.without_url()),
                Err(_) => network::Fault::Late,
            };
            return Err(broken(&self.client, &fault));
        }
    }
}

fn broken(client: &super::Client, fault: &network::Fault) -> Error {
    network::error(fault, client.origin(), client.0.own_ca, client.0.timeout)
}
