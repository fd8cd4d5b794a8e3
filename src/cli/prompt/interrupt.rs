//! Ctrl-C, a request to end and a closed terminal, while a prompt is open.
//!
//! dialoguer answers Ctrl-C by raising SIGINT, which by default ends the process at once: with the
//! cursor hidden, and nobody told. From the first prompt on a small thread takes that signal. While
//! a prompt is open it does nothing, because the prompt itself reports the interrupt; at any other
//! time it ends the process with the exit code that the signal has.
//!
//! SIGTERM and SIGHUP are taken in the same way: they break the wait for a key, which dialoguer
//! reports as it does Ctrl-C.

#[cfg(unix)]
pub(super) use unix::{Open, has_come, leave_to_others, wait};

#[cfg(unix)]
mod unix {
    use std::{
        io::IsTerminal,
        sync::{
            Once,
            atomic::{AtomicBool, AtomicUsize, Ordering},
            mpsc,
        },
        thread,
    };

    use tokio::signal::unix::{Signal, SignalKind, signal};

    use crate::error::Kind;

    /// Prompts that are open.
    static OPEN: AtomicUsize = AtomicUsize::new(0);
    /// Signals that a prompt has reported and the thread may not have seen yet.
    static REPORTED: AtomicUsize = AtomicUsize::new(0);

    /// Somebody else ends the process in good order.
    static LEFT: AtomicBool = AtomicBool::new(false);

    /// A prompt has failed: whoever asked ends the process.
    static ENDING: AtomicBool = AtomicBool::new(false);

    /// A signal has come that no prompt has reported.
    static COME: AtomicBool = AtomicBool::new(false);

    /// The signals by which a person, a script or a closed terminal ends a command.
    struct Ends {
        interrupt: Signal,
        terminate: Signal,
        hang_up: Option<Signal>,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum End {
        Interrupt,
        Other,
    }

    impl Ends {
        fn listen() -> std::io::Result<Self> {
            // `nohup` turns a hang-up off, and with it a terminal's standard input.
            let hangs_up = std::io::stdin().is_terminal();
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: hangs_up.then(|| signal(SignalKind::hangup())).transpose()?,
            })
        }

        async fn next(&mut self) -> End {
            let hang_up = async {
                match &mut self.hang_up {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.interrupt.recv() => End::Interrupt,
                _ = self.terminate.recv() => End::Other,
                _ = hang_up => End::Other,
            }
        }
    }

    /// Returns once one of the signals comes; it listens from its first poll on.
    pub(in super::super) async fn wait() {
        match Ends::listen() {
            Ok(mut ends) => drop(ends.next().await),
            // Then the signal ends the process as ever.
            Err(_) => std::future::pending().await,
        }
    }

    /// True once a signal has come that nobody has answered.
    pub(in super::super) fn has_come() -> bool {
        COME.load(Ordering::SeqCst)
    }

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
            self.failed();
        }

        /// There will be no answer: a signal that says so too is not to come before what is done
        /// about that.
        pub(in super::super) fn failed(self) {
            ENDING.store(true, Ordering::SeqCst);
        }
    }

    impl Drop for Open {
        fn drop(&mut self) {
            OPEN.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// What a signal means now.
    fn take(end: End) {
        let reported = end == End::Interrupt
            && REPORTED
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok();
        let (open, left) = (OPEN.load(Ordering::SeqCst) > 0, LEFT.load(Ordering::SeqCst));
        if reported || ENDING.load(Ordering::SeqCst) {
            return;
        }
        match (open, left) {
            (false, false) => std::process::exit(Kind::Interrupted.exit().into()),
            // Ctrl-C is the prompt's, or the editor's.
            (true, _) if end == End::Interrupt => {}
            // Should nothing have waited for a key just then, the next question says so.
            _ => COME.store(true, Ordering::SeqCst),
        }
    }

    /// Returns once signals are taken. Where they cannot be, Ctrl-C ends the process as ever.
    fn listen() {
        let (ready, started) = mpsc::channel();
        let run = move || -> std::io::Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
            runtime.block_on(async {
                let mut ends = Ends::listen()?;
                let _ = ready.send(());
                loop {
                    let end = ends.next().await;
                    take(end);
                }
            })
        };
        if thread::Builder::new().name("interrupts".into()).spawn(run).is_ok() {
            // An error ends the thread, which ends the wait.
            let _ = started.recv();
        }
    }
}

/// Returns once Ctrl-C comes.
#[cfg(not(unix))]
pub(super) async fn wait() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

#[cfg(not(unix))]
pub(super) fn has_come() -> bool {
    false
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

    pub(super) fn failed(self) {}
}
