//! Ctrl-C while a prompt is open.
//!
//! dialoguer answers Ctrl-C by raising SIGINT, which by default ends the process at once: with the
//! cursor hidden, and nobody told. From the first prompt on a small thread takes that signal. While
//! a prompt is open it does nothing, because the prompt itself reports the interrupt; at any other
//! time it ends the process with the exit code that the signal has.

#[cfg(unix)]
pub(super) use unix::{Open, leave_to_others};

#[cfg(unix)]
mod unix {
    use std::{
        sync::{
            Once,
            atomic::{AtomicBool, AtomicUsize, Ordering},
            mpsc,
        },
        thread,
    };

    use tokio::signal::unix::{SignalKind, signal};

    use crate::error::Kind;

    /// Prompts that are open.
    static OPEN: AtomicUsize = AtomicUsize::new(0);
    /// Signals that a prompt has reported and the thread may not have seen yet.
    static REPORTED: AtomicUsize = AtomicUsize::new(0);

    /// Somebody else ends the process in good order.
    static LEFT: AtomicBool = AtomicBool::new(false);

    /// From now on an interrupt between prompts is somebody else's to see.
    pub(in super::super) fn leave_to_others() {
        LEFT.store(true, Ordering::SeqCst);
    }

    /// A prompt is open while this lives.
    pub(in super::super) struct Open(());

    impl Open {
        pub(in super::super) fn start() -> Self {
            static LISTENING: Once = Once::new();
            LISTENING.call_once(listen);
            OPEN.fetch_add(1, Ordering::SeqCst);
            Self(())
        }

        /// The prompt has seen Ctrl-C and reports it.
        pub(in super::super) fn interrupted(self) {
            REPORTED.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Drop for Open {
        fn drop(&mut self) {
            OPEN.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Returns once signals are taken. Where they cannot be, Ctrl-C ends the process as ever.
    fn listen() {
        let (ready, started) = mpsc::channel();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
            runtime.block_on(async {
                let mut interrupts = signal(SignalKind::interrupt())?;
                let _ = ready.send(());
                while interrupts.recv().await.is_some() {
                    let reported = REPORTED
                        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
                    let idle = reported.is_err() && OPEN.load(Ordering::SeqCst) == 0;
                    if idle && !LEFT.load(Ordering::SeqCst) {
                        std::process::exit(Kind::Interrupted.exit().into());
                    }
                }
                std::io::Result::Ok(())
            })
        };
        if thread::Builder::new().name("interrupts".into()).spawn(run).is_ok() {
            // An error ends the thread, which ends the wait.
            let _ = started.recv();
        }
    }
}

/// Elsewhere Ctrl-C is no key but an event that ends the process, prompt or not.
#[cfg(not(unix))]
pub(super) struct Open;

#[cfg(not(unix))]
pub(super) fn leave_to_others() {}

#[cfg(not(unix))]
impl Open {
    pub(super) fn start() -> Self {
        Self
    }

    pub(super) fn interrupted(self) {}
}
