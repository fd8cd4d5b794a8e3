//! What follows the end of a request: its sessions are ended, and whoever became an administrator
//! meanwhile is reported.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::time::Instant;
use uuid::Uuid;

use super::{
    engine::{BASELINES, Engine},
    service::Service,
    stop::Halt,
};
use crate::{
    api::agent::{Aftermath, Ended},
    client::AgentRefusal,
    error::Result,
};

/// How often ending the sessions is tried before what happened is reported all the same.
const ATTEMPTS: u32 = 3;

/// The requests whose end is under way.
pub(super) type Endings = BTreeMap<Uuid, Ending>;

/// One request whose end is under way.
#[derive(Debug)]
pub(super) struct Ending {
    /// When its sessions end.
    at: Instant,
    ended_processes: usize,
    attempts: u32,
    /// True once its sessions were ended while the old password still opened.
    early: bool,
}

impl<S: Service> Engine<S> {
    /// Notes who is an administrator now, for requests that are heard of for the first time, and
    /// forgets what belongs to no request. Returns whether anything was new.
    pub(super) async fn observe(&mut self, open: &[Uuid], ended: &[Ended]) -> Result<bool> {
        let is_there = |id: &Uuid| open.contains(id) || ended.iter().any(|e| e.request == *id);
        let before = self.baselines.clone();
        self.baselines.retain(|id, _| is_there(id));
        self.endings.retain(|id, _| ended.iter().any(|e| e.request == *id));
        let news = self.open != open;
        self.open = open.to_vec();
        if open.iter().any(|id| !self.baselines.contains_key(id)) {
            match self.device.with(|account, _| account.administrators()).await {
                Ok(now) => {
                    for id in open {
                        self.baselines.entry(*id).or_insert_with(|| now.clone());
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot see who is an administrator"),
            }
        }
        if self.baselines != before {
            self.save_baselines().await?;
        }
        Ok(news)
    }

    async fn save_baselines(&self) -> Result<()> {
        let baselines = self.baselines.clone();
        self.device.with(move |_, state| state.save_json(BASELINES, &baselines)).await
    }

    /// When the next notice runs out.
    pub(super) fn next_ending(&self) -> Option<Instant> {
        self.endings.values().filter(|ending| !ending.early).map(|ending| ending.at).min()
    }

    /// Ends what is to end by now. `settled` says that no rotation is due before: otherwise whoever
    /// was signed out could sign in again, so that the end is not the end yet and is not reported.
    pub(super) async fn end(&mut self, ended: &[Ended], settled: bool) -> Result<(), Halt> {
        for Ended { request, notice_seconds } in ended {
            let at = Instant::now() + Duration::from_secs(*notice_seconds);
            if !self.endings.contains_key(request) && *notice_seconds > 0 {
                self.give_notice(*notice_seconds).await;
            }
            let ending = self.endings.entry(*request).or_insert(Ending {
                at,
                ended_processes: 0,
                attempts: 0,
                early: false,
            });
            // The others may have left meanwhile: then nobody needs the rest of the notice.
            ending.at = ending.at.min(at);
            if Instant::now() < ending.at || (ending.early && !settled) {
                continue;
            }
            self.end_one(*request, settled).await?;
        }
        Ok(())
    }

    async fn give_notice(&self, seconds: u64) {
        let text = format!(
            "an elevation request on this device has ended: sessions of this account end in \
             {seconds} seconds"
        );
        let told = self.device.with(move |account, _| {
            account.notify(&text);
            Ok(())
        });
        if let Err(error) = told.await {
            tracing::warn!(%error, "cannot give notice");
        }
    }

    async fn end_one(&mut self, request: Uuid, settled: bool) -> Result<(), Halt> {
        let ended = self.device.with(|account, _| account.end_sessions()).await;
        let Some(ending) = self.endings.get_mut(&request) else { return Ok(()) };
        ending.attempts += 1;
        match ended {
            Ok(count) => {
                ending.ended_processes += count;
                ending.early = true;
            }
            Err(error) => {
                tracing::error!(%error, %request, "cannot end the sessions");
                if ending.attempts < ATTEMPTS {
                    return Ok(());
                }
            }
        }
        if !settled {
            return Ok(());
        }
        let ended_processes = ending.ended_processes;
        let compared = self.compare(request).await;
        let not_compared = compared.is_none();
        let (added, removed) = compared.unwrap_or_default();
        let word = Aftermath {
            instance: self.instance,
            request,
            ended_processes,
            administrators_added: added,
            administrators_removed: removed,
            not_compared,
        };
        match self.service.aftermath(&word).await {
            Ok(()) => {}
            Err(AgentRefusal::Final(error)) => {
                tracing::warn!(%error, %request, "the service does not take the aftermath");
            }
            Err(refusal) => match self.fatal(refusal) {
                Ok(error) => return Err(Halt::Failed(error)),
                // It stays among the ended ones and is said again after the next contact.
                Err(passing) => {
                    let error = passing.into_error();
                    tracing::warn!(%error, %request, "cannot report the aftermath");
                    return Ok(());
                }
            },
        }
        self.endings.remove(&request);
        if self.baselines.remove(&request).is_some() {
            self.save_baselines().await?;
        }
        Ok(())
    }

    /// Who became an administrator since the request was heard of, and who no longer is one.
    /// `None` where that cannot be told: a request that was never heard of while it was open has
    /// nothing to compare with.
    async fn compare(&self, request: Uuid) -> Option<(Vec<String>, Vec<String>)> {
        let before = self.baselines.get(&request)?;
        let now = match self.device.with(|account, _| account.administrators()).await {
            Ok(now) => now,
            Err(error) => {
                tracing::warn!(%error, "cannot see who is an administrator");
                return None;
            }
        };
        let less = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
        Some((less(&now, before), less(before, &now)))
    }
}
