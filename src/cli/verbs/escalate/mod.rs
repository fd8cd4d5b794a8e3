//! `mmd escalate`: file a support request, follow it, work on it.
//!
//! [`form`] is a request in the making, [`written`] reads one, `editor` and `ask` complete it,
//! `draft` keeps it until it is filed, and `filing` files it once.

mod ask;
pub mod attach;
mod attachments;
mod contact;
pub mod create;
pub mod download;
mod draft;
pub mod drafts;
pub mod edit;
mod editor;
pub mod file;
mod filing;
pub mod form;
mod guide;
pub mod list;
pub mod lower;
pub mod note;
pub mod queue;
pub mod reactivate;
pub mod reply;
pub mod resolve;
pub mod resume;
pub mod show;
pub mod since;
mod step;
pub mod take;
#[cfg(test)]
mod tests;
pub mod text;
pub mod transfer;
pub mod unread;
mod view;
pub mod withdraw;
pub mod written;
