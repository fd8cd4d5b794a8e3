//! Ctrl-C, a request to end and a closed terminal: who sees them, and what they end.
//!
//! There is one interrupt in the life of a process, whichever signal brings it (SIGINT, SIGTERM, or
//! SIGHUP where standard input is a terminal), and one place that says whether it has come: [`come`]
//! sets it, [`has_come`] and [`wait`] read it, and nothing takes it back. So it is never missed
//! between two steps: the next question and the next step end with it.
//!
//! Until somebody asks for more, a signal ends the process as ever. One thread, the only listener,
//! takes the signals from the first time that one of these is called:
//!
//! - [`leave_to_verb`]: the verb has something to keep or to stop. Where it is
//!   [`watched`](super::watched), a step that runs by
//!   [`unless_interrupted`](super::unless_interrupted) ends and what was typed is kept; else the verb
//!   ends where it waits.
//! - [`Open`]: a question is open, the terminal is in raw mode, or a password is on the screen. Who
//!   holds it sees the interrupt, and puts the terminal back first.
//! - [`Held`]: another program has the terminal, and SIGINT is its own.
//!
//! Where none of them holds, the thread ends the process with the interrupt's exit code. It does so
//! too when somebody insists: by another signal, [`SAME`] after the first one.
//!
//! dialoguer answers Ctrl-C, and a wait that any signal has broken, by raising SIGINT: that is one
//! more signal of the same interrupt.
//!
//! `mmd serve` and `mmd agent run` end in their own way.

#[cfg(unix)]
pub(super) use unix::{come, has_come, leave_to_verb, wait, watch};

#[cfg(unix)]
pub use unix::{Held, Open};

#[cfg(unix)]
mod unix {
    use std::{
        io::IsTerminal,
        sync::{
            LazyLock, Once,
            atomic::{AtomicBool, AtomicUsize, Ordering},
            mpsc,
        },
        thread,
        time::{Duration, Instant},
    };

    use tokio::{
        signal::unix::{Signal, SignalKind, signal},
        sync::watch,
    };

    use crate::error::Kind;

    /// Signals that come this soon after the first one belong to it.
    const SAME: Duration = Duration::from_secs(1);

    static COME: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));
    static LEFT: AtomicBool = AtomicBool::new(false);
    static WATCHED: AtomicBool = AtomicBool::new(false);
    static OPEN: AtomicUsize = AtomicUsize::new(0);
    static HELD: AtomicUsize = AtomicUsize::new(0);

    /// From now on an interrupt has come.
    pub(in super::super) fn come() {
        COME.send_replace(true);
    }

    /// True once an interrupt has come.
    pub(in super::super) fn has_come() -> bool {
        *COME.borrow()
    }

    /// Returns once an interrupt has come.
    pub(in super::super) async fn wait() {
        // The sender lives as long as the process.
        let _ = COME.subscribe().wait_for(|come| *come).await;
    }

    /// Somebody waits for the interrupt from now on, and what is left to them is not lost.
    pub(in super::super) fn watch() {
        WATCHED.store(true, Ordering::SeqCst);
    }

    /// From now on an interrupt between questions is the verb's to see, where it is watched.
    pub(in super::super) fn leave_to_verb() {
        LEFT.store(true, Ordering::SeqCst);
        listen();
    }

    /// While it lives, its holder sees an interrupt.
    pub struct Open(());

    impl Open {
        pub(in super::super) fn start() -> Self {
            OPEN.fetch_add(1, Ordering::SeqCst);
            listen();
            Self(())
        }
    }

    impl Drop for Open {
        fn drop(&mut self) {
            OPEN.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// While it lives, SIGINT belongs to another program at the same terminal.
    pub struct Held(());

    impl Held {
        pub(in super::super) fn start() -> Self {
            HELD.fetch_add(1, Ordering::SeqCst);
            listen();
            Self(())
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            HELD.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// What a signal means now; `first` is when the interrupt came.
    fn take(is_sigint: bool, first: &mut Option<Instant>) {
        let held = HELD.load(Ordering::SeqCst) > 0;
        if held && is_sigint {
            return;
        }
        let insists = first.get_or_insert_with(Instant::now).elapsed() > SAME;
        let left = LEFT.load(Ordering::SeqCst) && WATCHED.load(Ordering::SeqCst);
        let seen = has_come() || left;
        if held || OPEN.load(Ordering::SeqCst) > 0 || (seen && !insists) {
            come();
        } else {
            std::process::exit(Kind::Interrupted.exit().into());
        }
    }

    /// Returns once signals are taken. Where they cannot be, they end the process as ever.
    fn listen() {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            let (ready, started) = mpsc::channel();
            let run = move || -> std::io::Result<()> {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
                runtime.block_on(async {
                    let (mut signals, mut first) = (Signals::listen()?, None);
                    let _ = ready.send(());
                    loop {
                        let is_sigint = signals.next().await;
                        take(is_sigint, &mut first);
                    }
                })
            };
            if thread::Builder::new().name("interrupts".into()).spawn(run).is_ok() {
                // An error ends the thread, which ends the wait.
                let _ = started.recv();
            }
        });
    }

    /// The signals by which a person, a script or a closed terminal ends a command.
    struct Signals {
        interrupt: Signal,
        terminate: Signal,
        hang_up: Option<Signal>,
    }

    impl Signals {
        fn listen() -> std::io::Result<Self> {
            // `nohup` turns a hang-up off, and with it a terminal's standard input.
            let hangs_up = std::io::stdin().is_terminal();
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: hangs_up.then(|| signal(SignalKind::hangup())).transpose()?,
            })
        }

        /// True for SIGINT.
        async fn next(&mut self) -> bool {
            let hang_up = async {
                match &mut self.hang_up {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.interrupt.recv() => true,
                _ = self.terminate.recv() => false,
                _ = hang_up => false,
            }
        }
    }
}

/// Elsewhere Ctrl-C is no key but an event that ends the process, unless a step waits for it.
#[cfg(not(unix))]
pub(super) async fn wait() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

#[cfg(not(unix))]
pub(super) fn come() {}

#[cfg(not(unix))]
pub(super) fn has_come() -> bool {
    false
}

#[cfg(not(unix))]
pub(super) fn watch() {}

#[cfg(not(unix))]
pub(super) fn leave_to_verb() {}

#[cfg(not(unix))]
pub struct Open;

#[cfg(not(unix))]
pub type Held = Open;

#[cfg(not(unix))]
impl Open {
    pub(super) fn start() -> Self {
        Self
    }
}
