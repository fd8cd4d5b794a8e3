//! A real account: created here, removed afterwards. Its password is tried as PAM tries it.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A local account that exists only for one test.
pub struct Account {
    pub name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Account {
    /// Makes an account, or says what is missing for that.
    pub fn make() -> Option<Self> {
        let root = std::fs::metadata("/proc/self").is_ok_and(|me| {
            use std::os::unix::fs::MetadataExt;
            me.uid() == 0
        });
        if !root {
            crate::common::missing("root");
            return None;
        }
        for tool in ["/usr/sbin/chpasswd", "/usr/sbin/unix_chkpwd", "/usr/sbin/useradd"] {
            if !std::path::Path::new(tool).exists() {
                crate::common::missing(tool);
                return None;
            }
        }
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mmde{}x{next}", std::process::id());
        let made = Command::new("/usr/sbin/useradd")
            .args(["--no-create-home", "--shell", "/bin/sh", &name])
            .output()
            .expect("useradd runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(Self { name })
    }

    /// Whether `password` opens the account: `unix_chkpwd` is pam_unix's own helper.
    pub fn opens(&self, password: &str) -> bool {
        let mut child = Command::new("/usr/sbin/unix_chkpwd")
            .args([&self.name, "nonull"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("unix_chkpwd runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // The helper expects a string as C has it.
        let _ = stdin.write_all(format!("{password}\0").as_bytes());
        drop(stdin);
        child.wait().expect("unix_chkpwd ends").success()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = Command::new("/usr/sbin/userdel").arg(&self.name).output();
    }
}
