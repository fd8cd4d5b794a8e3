//! The provider, the service that takes its tokens, and people before their browsers.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, OnceLock},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    common,
    rig::{Home, Process, Said, Service, finish},
};

/// Where the tests' own set-up installs the provider.
fn installed() -> Option<PathBuf> {
    static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
    INSTALLED.get_or_init(install).clone()
}

fn install() -> Option<PathBuf> {
    for tool in ["node", "npm"] {
        if Command::new(tool).arg("--version").output().is_err() {
            common::missing(tool);
            return None;
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = root.join("target/provider");
    std::fs::create_dir_all(&directory).expect("a directory");
    let lock = std::fs::File::create(directory.join("lock")).expect("a lock file");
    lock.lock().expect("the lock");
    let mut same = directory.join("node_modules/oidc-provider").is_dir();
    for name in ["package.json", "package-lock.json"] {
        let wanted = std::fs::read(root.join("tests/provider").join(name)).expect("a file");
        let there = directory.join(name);
        same &= std::fs::read(&there).is_ok_and(|there| there == wanted);
        std::fs::write(there, wanted).expect("a file");
    }
    if !same {
        let npm = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&directory)
            .output()
            .expect("npm runs");
        if !npm.status.success() {
            let why = String::from_utf8_lossy(&npm.stderr).into_owned();
            common::missing(&format!("oidc-provider: {why}"));
            return None;
        }
    }
    Some(directory)
}

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider").join(name)
}

/// A provider at work, and a service that takes its tokens.
pub struct World {
    pub dir: TempDir,
    pub issuer: String,
    pub service: Service,
    pub process: Mutex<Process>,
}

impl World {
    /// With the provider's settings; `None` where there is no provider to be had.
    pub fn start(settings: Value) -> Option<Self> {
        let directory = installed()?;
        let dir = tempfile::tempdir().expect("a directory");
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("keys");
        let certificate = dir.path().join("certificate.pem");
        std::fs::write(&certificate, own.cert.pem()).expect("a file");
        std::fs::write(dir.path().join("key.pem"), own.signing_key.serialize_pem()).expect("one");
        let mut settings = settings;
        settings["dir"] = json!(dir.path());
        let errors = std::fs::File::create(dir.path().join("provider.log")).expect("a log");
        let mut process = Command::new("node")
            .arg(program("provider.mjs"))
            .arg(settings.to_string())
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("node starts");
        let mut issuer = String::new();
        let stdout = process.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut issuer).expect("an issuer");
        let issuer = issuer.trim().to_owned();
        assert!(issuer.starts_with("https://"), "see {}", dir.path().display());
        let service = Service::start_with(&format!(
            "[[sign_in.issuer]]\nissuer = '{issuer}'\nclient_ids = ['mmd-cli']\n\
             bind_by_upn = true\nca_file = '{}'\n",
            certificate.display()
        ));
        Some(Self { dir, issuer, service, process: Mutex::new(Process(process)) })
    }

    /// Puts the provider's clock an hour ahead.
    pub fn an_hour_later(&self) {
        let process = self.process.lock().unwrap().0.id().to_string();
        let sent = Command::new("kill").args(["-USR2", &process]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Somebody of the team, who has not signed in yet.
    pub fn member(&self, upn: &str) -> Person<'_> {
        self.service.admin.mmd(&["team", "add", upn, "--role", "support"]).exits(0);
        Person::new(self, upn)
    }
}

/// A person on a machine of their own.
pub struct Person<'a> {
    pub world: &'a World,
    pub home: Home,
    /// The cookies of the browser in which device codes are typed.
    pub jar: PathBuf,
    upn: String,
}

impl<'a> Person<'a> {
    pub fn new(world: &'a World, upn: &str) -> Self {
        let home = Home::new();
        let jar = home.path().join("jar");
        Self { world, home, jar, upn: upn.to_owned() }
    }

    /// `mmd` with `args`, on a machine that trusts the provider.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("SSL_CERT_FILE", self.world.dir.path().join("certificate.pem"));
        command
    }

    pub fn mmd(&self, args: &[&str]) -> Said {
        finish(self.command(args), None)
    }

    /// `mmd login` with `more`; the browser does as `extra` says.
    pub fn login_command(&self, more: &[&str], extra: &[(&str, &str)]) -> Command {
        let service = &self.world.service;
        let args = ["login", &service.url, "--store", "file", "--ca-file", &service.ca_file];
        let mut command = self.command(&[&args, more].concat());
        command.env("BROWSER", self.browser(extra));
        command
    }

    pub fn login(&self, more: &[&str], extra: &[(&str, &str)]) -> Said {
        finish(self.login_command(more, extra), None)
    }

    /// A program that opens addresses as this person.
    fn browser(&self, extra: &[(&str, &str)]) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.home.path().join("browser");
        let mut script = "#!/bin/sh\n".to_owned();
        for (name, value) in
            self.variables().iter().map(|(n, v)| (*n, v.as_str())).chain(extra.iter().copied())
        {
            script.push_str(&format!("export {name}='{value}'\n"));
        }
        let log = self.home.path().join("browser.log");
        let node = which("node");
        let (node, browser, log) = (node.display(), program("browser.mjs"), log.display());
        script.push_str(&format!("exec {node} {} \"$@\" >>{log} 2>&1\n", browser.display()));
        std::fs::write(&path, script).expect("a script");
        let executable = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&path, executable).expect("a program");
        path
    }

    fn variables(&self) -> [(&'static str, String); 2] {
        let certificate = self.world.dir.path().join("certificate.pem");
        [("LOGIN", self.upn.clone()), ("NODE_EXTRA_CA_CERTS", certificate.display().to_string())]
    }

    /// Types a device code at the provider, in one and the same browser; true where that was asked
    /// for the password.
    pub fn type_code(&self, address: &str, code: &str, refuse: bool) -> bool {
        let mut command = Command::new("node");
        command.arg(program("browser.mjs")).args(["device", address, code]);
        command.envs(self.variables()).env("JAR", &self.jar);
        if refuse {
            command.env("REFUSE", "1");
        }
        let output = command.output().expect("node runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).contains("asked for the password")
    }

    /// What lies in the file with the profile's token.
    pub fn saved(&self) -> Value {
        let file = self.token_file();
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("a session")
    }

    pub fn token_file(&self) -> PathBuf {
        self.home.path().join(".local/share/mmd/credentials/default.token")
    }

    /// Sets one member of what is saved.
    pub fn change(&self, name: &str, value: Value) {
        let mut saved = self.saved();
        saved[name] = value;
        std::fs::write(self.token_file(), saved.to_string()).expect("a file");
    }
}

fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join(program)).find(|p| p.is_file());
    found.expect("it is installed")
}
