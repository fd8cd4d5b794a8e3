//! One file per verb: input in, report out. No clap, no HTTP, and nothing printed but through the
//! output of the [`Context`].

pub mod admin_invite;
pub mod agent;
pub mod audit;
pub mod backup;
pub mod completions;
pub mod device;
pub mod doctor;
pub mod elevate;
pub mod escalate;
pub mod login;
pub mod logout;
mod one_time;
pub mod route;
pub mod serve;
pub mod status;
mod stdin;
pub mod team;
pub mod tenant;
#[cfg(test)]
pub(super) mod testing;
pub mod words;

use std::path::PathBuf;

use super::{complete::shells::Shell, context::Context, output::Output};
use crate::error::{Error, Result};

/// A command with its whole input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the verb of its name")]
pub enum Verb {
    ElevateOpen(elevate::open::Input),
    ElevateList(elevate::list::Input),
    ElevateShow(elevate::show::Input),
    ElevatePassword(elevate::password::Input),
    ElevateExtend(elevate::extend::Input),
    ElevateClose(elevate::close::Input),
    // Boxed: a whole request is much larger than everything else.
    EscalateCreate(Box<escalate::create::Input>),
    EscalateList(escalate::list::Input),
    EscalateShow(escalate::show::Input),
    EscalateNote(escalate::note::Input),
    EscalateAttach(escalate::attach::Input),
    EscalateDownload(escalate::download::Input),
    EscalateEdit(escalate::edit::Input),
    EscalateResolve(escalate::resolve::Input),
    EscalateReactivate(escalate::resolve::Input),
    EscalateTransfer(escalate::transfer::Input),
    EscalateQueue,
    EscalateTake(escalate::take::Input),
    EscalateReply(escalate::reply::Input),
    EscalateFile(Box<escalate::file::Input>),
    EscalateWithdraw(escalate::withdraw::Input),
    EscalateLower(escalate::resolve::Input),
    EscalateDrafts(escalate::drafts::Input),
    EscalateResume(Box<escalate::resume::Input>),
    DeviceList(device::list::Input),
    DeviceShow(device::show::Input),
    DeviceSearch(device::search::Input),
    DeviceEnroll(device::enroll::Input),
    DeviceRotate(device::rotate::Input),
    DeviceSignIn(device::sign_in::Input),
    Login(login::Input),
    Logout,
    Status,
    TeamList,
    TeamAdd(team::add::Input),
    TeamRemove(team::remove::Input),
    TeamContactsList,
    TeamContactsSet(team::contacts::set::Input),
    TeamContactsRemove(team::contacts::remove::Input),
    TeamShow(team::show::Input),
    TeamSync(team::sync::Input),
    TeamExport,
    TeamReview(team::review::Input),
    TeamAppAdd(team::app::add::Input),
    TeamAppList,
    TeamAppRotate(team::app::rotate::Input),
    TeamAppRemove(team::app::remove::Input),
    TeamTokensList(team::tokens::list::Input),
    TeamTokensRevoke(team::tokens::revoke::Input),
    DoctorDeliveriesList(doctor::deliveries::list::Input),
    DoctorDeliveriesRetry(doctor::deliveries::retry::Input),
    AuditList(audit::list::Input),
    AuditWho(audit::who::Input),
    AuditExport(audit::export::Input),
    AuditHead,
    AuditVerify(audit::verify::Input),
    AgentEnroll(agent::enroll::Input),
    CompletionsInstall(completions::install::Input),
    Route(route::Input),
    Local(Local),
}

/// What works on this machine, and needs neither settings nor a service to talk to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the verb of its name")]
pub enum Local {
    AuditVerifyFile(audit::verify_file::Input),
    Serve(serve::Input),
    AdminInvite(admin_invite::Input),
    Backup(backup::Input),
    Restore(backup::Input),
    TenantAdd(tenant::add::Input),
    TenantList(tenant::Place),
    TenantSet(tenant::set::Input),
    AgentRun(PathBuf),
    AgentOnce(PathBuf),
    AgentStatus(PathBuf),
    Completions(Shell),
    Doctor(doctor::Input),
}

/// Which service a verb works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Any; without one, the sample tenant of this process.
    AnyOrSample,
    /// One that somebody has named, which may be the sample tenant.
    Named,
    /// One at a URL.
    Url,
    /// The one that is signed in to.
    SignIn,
}

impl Verb {
    /// Which service this verb works on.
    pub fn place(&self) -> Place {
        match self {
            Verb::DeviceEnroll(_)
            | Verb::TeamList
            | Verb::TeamAdd(_)
            | Verb::TeamRemove(_)
            | Verb::TeamAppAdd(_)
            | Verb::TeamContactsList
            | Verb::TeamContactsSet(_)
            | Verb::TeamContactsRemove(_)
            | Verb::EscalateCreate(_)
            | Verb::EscalateList(_)
            | Verb::EscalateShow(_)
            | Verb::EscalateNote(_)
            | Verb::EscalateAttach(_)
            | Verb::EscalateDownload(_)
            | Verb::EscalateEdit(_)
            | Verb::EscalateResolve(_)
            | Verb::EscalateReactivate(_)
            | Verb::EscalateTransfer(_)
            | Verb::EscalateQueue
            | Verb::EscalateTake(_)
            | Verb::EscalateReply(_)
            | Verb::EscalateFile(_)
            | Verb::EscalateWithdraw(_)
            | Verb::EscalateLower(_)
            | Verb::EscalateDrafts(_)
            | Verb::EscalateResume(_)
            | Verb::TeamShow(_)
            | Verb::TeamSync(_)
            | Verb::TeamExport
            | Verb::TeamReview(_)
            | Verb::TeamAppList
            | Verb::TeamAppRotate(_)
            | Verb::TeamAppRemove(_)
            | Verb::TeamTokensList(_)
            | Verb::TeamTokensRevoke(_)
            | Verb::DoctorDeliveriesList(_)
            | Verb::DoctorDeliveriesRetry(_) => Place::Named,
            Verb::Logout | Verb::AgentEnroll(_) => Place::Url,
            Verb::Login(_) => Place::SignIn,
            _ => Place::AnyOrSample,
        }
    }
}

impl Local {
    /// True for what goes on until it is stopped, and logs by itself.
    pub fn is_service(&self) -> bool {
        matches!(self, Local::Serve(_) | Local::AgentRun(_))
    }
}

/// Runs a verb that works on this machine.
///
/// # Errors
/// Those of the verb.
pub async fn run_local(verb: Local, output: &Output) -> Result<()> {
    match verb {
        Local::AuditVerifyFile(input) => audit::verify_file::run(&input, output),
        Local::Serve(input) => serve::run(input).await,
        Local::AdminInvite(input) => admin_invite::run(&input, output).await,
        Local::Backup(input) => backup::make(&input, output).await,
        Local::Restore(input) => backup::restore(&input, output).await,
        Local::TenantAdd(input) => tenant::add::run(input, output).await,
        Local::TenantList(place) => tenant::list::run(&place, output).await,
        Local::TenantSet(input) => tenant::set::run(input, output).await,
        Local::AgentRun(state_dir) => agent::run::run(&state_dir).await,
        Local::AgentOnce(state_dir) => agent::once::run(&state_dir, output).await,
        Local::AgentStatus(state_dir) => agent::status::run(&state_dir, output),
        Local::Doctor(input) => doctor::run(&input, output).await,
        Local::Completions(shell) => completions::script::run(shell, output),
    }
}

/// Runs a verb that works on a service.
///
/// # Errors
/// Those of the verb.
pub async fn run(verb: Verb, cx: &Context) -> Result<()> {
    match verb {
        Verb::ElevateOpen(input) => elevate::open::run(input, cx).await,
        Verb::ElevateList(input) => elevate::list::run(input, cx).await,
        Verb::ElevateShow(input) => elevate::show::run(input, cx).await,
        Verb::ElevatePassword(input) => elevate::password::run(input, cx).await,
        Verb::ElevateExtend(input) => elevate::extend::run(input, cx).await,
        Verb::ElevateClose(input) => elevate::close::run(input, cx).await,
        Verb::EscalateCreate(input) => escalate::create::run(*input, cx).await,
        Verb::EscalateList(input) => escalate::list::run(input, cx).await,
        Verb::EscalateShow(input) => escalate::show::run(input, cx).await,
        Verb::EscalateNote(input) => escalate::note::run(input, cx).await,
        Verb::EscalateAttach(input) => escalate::attach::run(input, cx).await,
        Verb::EscalateDownload(input) => escalate::download::run(input, cx).await,
        Verb::EscalateEdit(input) => escalate::edit::run(input, cx).await,
        Verb::EscalateResolve(input) => escalate::resolve::run(input, cx).await,
        Verb::EscalateReactivate(input) => escalate::reactivate::run(input, cx).await,
        Verb::EscalateTransfer(input) => escalate::transfer::run(input, cx).await,
        Verb::EscalateQueue => escalate::queue::run(cx).await,
        Verb::EscalateTake(input) => escalate::take::run(input, cx).await,
        Verb::EscalateReply(input) => escalate::reply::run(input, cx).await,
        Verb::EscalateFile(input) => escalate::file::run(*input, cx).await,
        Verb::EscalateWithdraw(input) => escalate::withdraw::run(input, cx).await,
        Verb::EscalateLower(input) => escalate::lower::run(input, cx).await,
        Verb::EscalateDrafts(input) => escalate::drafts::run(input, cx).await,
        Verb::EscalateResume(input) => escalate::resume::run(*input, cx).await,
        Verb::DeviceList(input) => device::list::run(input, cx).await,
        Verb::DeviceShow(input) => device::show::run(input, cx).await,
        Verb::DeviceSearch(input) => device::search::run(input, cx).await,
        Verb::DeviceEnroll(input) => device::enroll::run(input, cx).await,
        Verb::DeviceRotate(input) => device::rotate::run(input, cx).await,
        Verb::DeviceSignIn(input) => device::sign_in::run(input, cx).await,
        Verb::Login(input) => login::run(input, cx).await,
        Verb::Logout => logout::run(cx).await,
        Verb::Status => status::run(cx).await,
        Verb::TeamList => team::list::run(cx).await,
        Verb::TeamAdd(input) => team::add::run(input, cx).await,
        Verb::TeamRemove(input) => team::remove::run(input, cx).await,
        Verb::TeamContactsList => team::contacts::list::run(cx).await,
        Verb::TeamContactsSet(input) => team::contacts::set::run(input, cx).await,
        Verb::TeamContactsRemove(input) => team::contacts::remove::run(&input, cx).await,
        Verb::TeamShow(input) => team::show::run(input, cx).await,
        Verb::TeamSync(input) => team::sync::run(input, cx).await,
        Verb::TeamExport => team::export::run(cx).await,
        Verb::TeamReview(input) => team::review::run(input, cx).await,
        Verb::TeamAppAdd(input) => team::app::add::run(input, cx).await,
        Verb::TeamAppList => team::app::list::run(cx).await,
        Verb::TeamAppRotate(input) => team::app::rotate::run(input, cx).await,
        Verb::TeamAppRemove(input) => team::app::remove::run(input, cx).await,
        Verb::TeamTokensList(input) => team::tokens::list::run(input, cx).await,
        Verb::TeamTokensRevoke(input) => team::tokens::revoke::run(input, cx).await,
        Verb::DoctorDeliveriesList(input) => doctor::deliveries::list::run(input, cx).await,
        Verb::DoctorDeliveriesRetry(input) => doctor::deliveries::retry::run(input, cx).await,
        Verb::AuditList(input) => audit::list::run(input, cx).await,
        Verb::AuditWho(input) => audit::who::run(input, cx).await,
        Verb::AuditExport(input) => audit::export::run(input, cx).await,
        Verb::AuditHead => audit::head::run(cx).await,
        Verb::AuditVerify(input) => audit::verify::run(input, cx).await,
        Verb::AgentEnroll(input) => agent::enroll::run(input, cx).await,
        Verb::CompletionsInstall(input) => completions::install::run(&input, cx),
        // `cli::run` answers it before there is any of this.
        Verb::Route(_) => Err(Error::failed("`route` works on no service")),
        Verb::Local(local) => run_local(local, &cx.output).await,
    }
}
