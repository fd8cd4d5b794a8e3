//! What elevated access is for, and what it is not (`framework.md`, elevation): for a plan before,
//! and for what was done after.

use super::{
    terms::Kind,
    understand::{
        find::{Finder, Group},
        understand,
        words::{Word, words},
    },
};

/// How the framework looks at an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// What elevated access is for.
    Typical,
    /// There is a better way.
    NotRecommended,
    /// It works against the service.
    NotSupported,
    /// The plan smells of compromise: not here, and not now.
    Compromise,
}

impl Verdict {
    /// As it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Typical => "typical",
            Verdict::NotRecommended => "not recommended",
            Verdict::NotSupported => "not supported",
            Verdict::Compromise => "compromise",
        }
    }
}

/// One kind of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// How the framework looks at it.
    pub verdict: Verdict,
    /// What it is.
    pub what: &'static str,
    /// What to do instead, where there is something.
    pub instead: Option<&'static str>,
}

const fn action(verdict: Verdict, what: &'static str, instead: &'static str) -> Action {
    let instead = if instead.is_empty() { None } else { Some(instead) };
    Action { verdict, what, instead }
}

const REPAIR: Action =
    action(Verdict::Typical, "built-in system fixes, the command prompt and PowerShell", "");
const DEVICE_MANAGER: Action = action(
    Verdict::Typical,
    "Device Manager: update drivers, uninstall a device, scan for changes",
    "",
);
const LINE_OF_BUSINESS: Action =
    action(Verdict::Typical, "trouble with a line-of-business app", "");
const WORKAROUND: Action = action(
    Verdict::Typical,
    "a workaround for something that should work by design: BitLocker activation, system time",
    "",
);
const SOFTWARE: Action = action(
    Verdict::NotRecommended,
    "installing software or browsers",
    "have it deployed: a change request",
);
const OUTSIDE_DRIVER: Action = action(
    Verdict::NotRecommended,
    "drivers from outside Windows settings, those of peripherals included",
    "Device Manager or Windows Update",
);
const INSTALLER: Action = action(
    Verdict::NotRecommended,
    "running .msi or .exe files",
    "have it deployed: a change request",
);
const FEATURE: Action =
    action(Verdict::NotRecommended, "adding Windows features", "a change request");
const CONFLICT: Action = action(
    Verdict::NotSupported,
    "software or features that conflict with the service's security or management",
    "a change request",
);
const REQUIRED: Action = action(
    Verdict::NotSupported,
    "disabling a required Windows feature such as BitLocker",
    "an escalation request about what it is in the way of",
);
const SETTINGS: Action = action(
    Verdict::NotSupported,
    "changing settings that the organisation manages",
    "a change request",
);
const COMPROMISE: Action = action(
    Verdict::Compromise,
    "anything on a device with signs of compromise",
    "off the network, switched on, and to security operations",
);

/// Every kind of action, in the framework's order.
pub const ACTIONS: [Action; 12] = [
    REPAIR,
    LINE_OF_BUSINESS,
    WORKAROUND,
    DEVICE_MANAGER,
    SOFTWARE,
    OUTSIDE_DRIVER,
    INSTALLER,
    FEATURE,
    CONFLICT,
    REQUIRED,
    SETTINGS,
    COMPROMISE,
];

/// The words of actions, English and Spanish; light words are left out.
static PLANS: [&[Group<Option<Action>>]; 1] = [&[
    // What is spoken of without anything having happened.
    Group {
        tag: None,
        entries: "virus scan*, scan* virus, malware scan*, scan* malware, virus definition*, \
                  malware definition*, phishing training, phishing simulation, \
                  analisis virus, escane* virus, definiciones virus, simulacro phishing",
    },
    Group {
        tag: Some(COMPROMISE),
        entries: "virus, malware, trojan*, troyan*, ransom*, phish*, spyware, adware, rootkit, \
                  keylogger, backdoor, cryptominer, cryptolocker, infect*, hack*, jaque*, \
                  compromised, comprometid*, intruder, intruso",
    },
    Group {
        tag: Some(REQUIRED),
        entries: "disablerealtimemonitoring, disable realtime monitoring, manage bde off, \
                  stop service windefend, stop windefend, sc stop windefend, net stop windefend, \
                  disabl* windows|microsoft defender|firewall|antivirus, \
                  stop* windows|microsoft defender|firewall|antivirus, \
                  turn* off windows|microsoft defender|firewall|antivirus, \
                  disabl* temporarily bitlocker|defender|antivirus|firewall, \
                  disable bitlocker, netsh advfirewall set, allprofiles state off, \
                  netfirewallprofile enabled false, \
                  desactiv* temporalmente|momentaneamente bitlocker|defender|antivirus|firewall|cortafuegos, \
                  deshabilit* temporalmente|momentaneamente bitlocker|defender|antivirus|firewall|cortafuegos, \
                  apag* firewall|cortafuegos|defender|antivirus, desactiv* windows defender, \
                  pon* bitlocker pausa, paus* bitlocker, disabl* bitlocker, turn* off bitlocker, turn bitlocker off, \
                  suspend* bitlocker, remov* bitlocker, decrypt* drive, decrypt* disk, \
                  switch* off bitlocker, disabl* defender, turn* off defender, \
                  turn defender off, stop* defender, switch* off defender, disabl* antivirus, \
                  turn* off antivirus, turn antivirus off, stop* antivirus, disabl* firewall, \
                  turn* off firewall, turn firewall off, switch* off firewall, \
                  disabl* windows firewall, disabl* uac, turn* off uac, disabl* secure boot, \
                  disabl* windows update, stop* windows update, turn* off windows update, \
                  disabl* smartscreen, turn* off smartscreen, disabl* tamper protection, \
                  disabl* windows hello, disabl* credential guard, disabl* real time, \
                  disabl* realtime, desactiv* bitlocker, quit* bitlocker, \
                  deshabilit* bitlocker, apag* bitlocker, descifr* disco, descifr* unidad, \
                  desactiv* defender, deshabilit* defender, par* defender, quit* defender, \
                  desactiv* antivirus, deshabilit* antivirus, quit* antivirus, \
                  desactiv* firewall, deshabilit* firewall, desactiv* cortafuegos, \
                  deshabilit* cortafuegos, quit* cortafuegos, desactiv* uac, deshabilit* uac, \
                  desactiv* windows update, deshabilit* windows update, \
                  desactiv* arranque seguro, deshabilit* arranque seguro, \
                  desactiv* smartscreen, desactiv* actualizaciones, \
                  deshabilit* actualizaciones, disabl* updates, turn* off updates, stop* updates",
    },
    Group {
        tag: Some(CONFLICT),
        entries: "dsregcmd leave, uninstall* company portal, remov* company portal, uninstall* intune*, \
                  remov* intune*, unenrol*, unenroll*, remov* management, remov* mdm, \
                  uninstall* defender, remov* defender, uninstall* agent, remov* agent, \
                  install* antivirus, install* norton, install* mcafee, install* kaspersky, \
                  install* avast, install* avg, install* teamviewer, install* anydesk, \
                  install* vnc, install* ultravnc, leave* azure ad, leave* domain, \
                  install* ccleaner, install* wireshark, desinstal* portal empresa, \
                  quit* portal empresa, desinstal* intune*, elimin* intune*, quit* intune*, \
                  desinstal* defender, desinstal* agente, quit* agente, elimin* agente, \
                  sac* intune, desinscrib*, instal* antivirus, instal* norton, instal* mcafee, \
                  instal* kaspersky, instal* avast, instal* teamviewer, instal* anydesk, \
                  instal* vnc, instal* ccleaner",
    },
    Group {
        tag: Some(SETTINGS),
        entries: "net localgroup administrators|administradores, \
                  reg delete|add hklm|hkcu software policies, software policies, \
                  currentversion policies, testsigning, chang* policy, edit* policy, remov* policy, delet* policy, overrid* policy, \
                  bypass* policy, disabl* policy, modif* policy, chang* policies, \
                  edit* group policy, gpedit, chang* group policy, local group policy, \
                  policy registry, registry policy, policies registry, registry policies, \
                  chang* baseline, remov* baseline, overrid* baseline, bypass* baseline, \
                  chang* update ring, paus* updates, defer* updates, chang* proxy settings, \
                  chang* managed setting, chang* security settings, chang* security setting, \
                  add* local administrators, add* administrators group, add* local admin, \
                  make* local admin, mak* admin, local administrator user, \
                  administrators group, permanent admin, usb policy, chang* compliance, \
                  allow* usb storage, remov* restriction, remov* restrictions, bypass*, \
                  cambi* directiva, edit* directiva, quit* directiva, elimin* directiva, \
                  modific* directiva, salt* directiva, desactiv* directiva, \
                  deshabilit* directiva, cambi* politica, edit* politica, quit* politica, \
                  elimin* politica, modific* politica, salt* politica, desactiv* politica, \
                  deshabilit* politica, directiva local, directivas locales, directivas grupo, \
                  directiva grupo, cambi* linea base, quit* linea base, anad* administradores, \
                  agreg* administradores, grupo administradores, administrador local, \
                  pon* administrador, quit* restriccion, quit* restricciones, \
                  paus* actualizaciones, cambi* configuracion seguridad",
    },
    Group {
        tag: Some(OUTSIDE_DRIVER),
        entries: "install* driver vendor, driver vendor, driver manufacturer, driver website, \
                  drivers website, driver download*, download* driver, download* drivers, \
                  driver dell, driver hp, driver lenovo, drivers dell, drivers hp, \
                  drivers lenovo, driver nvidia, driver intel site, install* printer driver, \
                  install* printer, install* scanner, install* driver usb, driver usb stick, \
                  third party driver, driver package, driver installer, install* nvidia, \
                  install* realtek, install* driver, install* drivers, install* displaylink, \
                  install* logitech, install* jabra, dell command update, dell command, \
                  lenovo vantage, hp support assistant, driver fabricante, \
                  controlador fabricante, controladores fabricante, controlador web, \
                  driver web, drivers web, descarg* driver, descarg* controlador, \
                  descarg* drivers, instal* driver, instal* drivers, instal* controlador, \
                  instal* controladores, instal* impresora, instal* escaner",
    },
    Group {
        tag: Some(INSTALLER),
        entries: "msi, exe, run installer, run setup, setup file, msiexec, ejecut* instalador, \
                  ejecut* setup, installer",
    },
    Group {
        tag: Some(FEATURE),
        entries: "windows feature, windows features, optional feature, optional features, \
                  hyper v, enabl* iis, install* iis, install* wsl, enabl* wsl, wsl2, \
                  enabl* smb1, telnet client, net framework 3, enabl* net framework, \
                  install* rsat, enabl* sandbox, windows sandbox, turn* windows features, \
                  caracteristica windows, caracteristicas windows, caracteristica opcional, \
                  caracteristicas opcionales, activ* iis, instal* iis, instal* wsl, \
                  habilit* hyper, activ* hyper, activ* wsl, habilit* wsl, activ* net framework",
    },
    Group {
        tag: Some(SOFTWARE),
        entries: "install*, reinstall*, instal*, reinstal*, sideload*, winget install, \
                  choco install, chocolatey, put software, \
                  put chrome|firefox|zoom|vlc|acrobat|java|app|program, \
                  download run, download install, descarg* ejecut*|instal*",
    },
    // Looks like one of those, and is none.
    Group {
        tag: None,
        entries: "install* update, install* updates, install* windows update, \
                  install* windows updates, install* patch, install* patches, \
                  install* cumulative, install* pending update, install* pending windows, \
                  install* missing windows, install* latest windows, install* pending updates, \
                  install* missing updates, install* latest updates, installed version, \
                  installed software list, list installed, installed apps, check* installed, \
                  install* failed, failed install*, installation log, install* log, \
                  install* logs, installer service, windows installer, \
                  windows modules installer, restart* windows installer, explorer exe, \
                  re register, instal* actualizacion, instal* actualizaciones, instal* parche, \
                  instal* parches, registro instalacion, log instalacion, servicio instalador, \
                  instal* certificate, instal* certificado, instal* root certificate, \
                  reinstall* onedrive, reinstall* teams, chang* password policy question, \
                  not install*, not instal*",
    },
    Group {
        tag: Some(DEVICE_MANAGER),
        entries: "driver windows update, install* driver windows update, \
                  install* driver device manager, reinstall* device, \
                  reinstall* driver device manager, update* driver device manager, \
                  uninstall* driver, uninstall* device, reinstal* dispositivo, \
                  desinstal* dispositivo, desinstal* controlador, \
                  driver administrador dispositivos, reinstal* controlador administrador, \
                  instal* controlador windows update, instal* driver windows update, \
                  device manager, administrador dispositivos, update* driver, \
                  roll* back driver, rollback driver, scan hardware, actualiz* driver, \
                  actualiz* controlador, revert* controlador",
    },
    Group {
        tag: Some(WORKAROUND),
        entries: "activat* bitlocker, enabl* bitlocker, turn* bitlocker, resum* bitlocker, \
                  resync*, sync* clock, sync* time, system time, set time, w32tm, \
                  activ* bitlocker, reanud* bitlocker, sincroniz* reloj, sincroniz* hora, \
                  hora sistema",
    },
    Group {
        tag: Some(REPAIR),
        entries: "powershell, command prompt, cmd, sfc, dism, chkdsk, troubleshooter, \
                  restart* spooler, restart* service, flush* dns, ipconfig, gpupdate, \
                  event viewer, simbolo sistema, solucionador problemas, reinici* servicio, \
                  reinici* cola, reset* network, netsh",
    },
]];

/// What is to be said of a plan, or of actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guidance {
    /// The gravest action that was found.
    pub action: Action,
    /// The words that it was found in.
    pub words: Vec<String>,
}

impl Guidance {
    /// True where nothing needs to be said.
    pub fn is_fine(&self) -> bool {
        self.action.verdict == Verdict::Typical
    }
}

/// The gravest action in `plan`; `None` where the framework names none of it.
pub fn of_plan(plan: &str) -> Option<Guidance> {
    let understanding = understand(plan);
    if let Some(alarm) = understanding.alarm().filter(|_| understanding.certain) {
        return Some(Guidance { action: COMPROMISE, words: alarm.words.clone() });
    }
    let spoken = words(plan);
    let mut found: Vec<_> = Finder::new(&spoken.words, false)
        .find(&PLANS)
        .into_iter()
        // "Without turning off BitLocker" is what is wanted.
        .filter(|one| !is_left_alone(&spoken.words, one.first))
        .filter(|one| one.tag != Some(SOFTWARE) || !is_deployed(&spoken.words, one.last))
        .filter_map(|one| {
            let (from, to) = (spoken.words[one.first].from, spoken.words[one.last].to);
            Some((one.tag?, plan.get(from..to).unwrap_or_default().to_owned()))
        })
        .collect();
    // Stable: of the same gravity the first that was said.
    found.sort_by_key(|(action, _)| std::cmp::Reverse(action.verdict));
    let action = found.first()?.0;
    let mut words: Vec<_> =
        found.into_iter().filter(|(one, _)| *one == action).map(|(_, words)| words).collect();
    words.dedup();
    Some(Guidance { action, words })
}

/// Whether the action that begins at `first` is denied in its own sentence.
fn is_left_alone(words: &[Word], first: usize) -> bool {
    let sentence = (0..=first).rev().find(|at| words[*at].starts).unwrap_or(0);
    let before = words[sentence..first].iter().rev().find(|word| !word.light);
    words[first].text != "not" && before.is_some_and(|word| word.text == "not")
}

/// Whether an installation whose words end at `last` comes from the Company Portal, which deploys
/// without elevated access.
fn is_deployed(words: &[Word], last: usize) -> bool {
    let rest = words[last + 1..].iter().take_while(|word| !word.starts);
    let rest: Vec<_> = rest.map(|word| word.text.as_str()).collect();
    let comes = |word: &str| matches!(word, "from" | "via" | "through" | "desde" | "del");
    let Some(from) = rest.iter().position(|word| comes(word)) else { return false };
    let has = |word: &str| rest[from..].contains(&word);
    has("portal") && (has("company") || has("empresa"))
}

/// From here on a plan says what it is about, in percent.
const SAID: u8 = 30;

/// The category of a request whose plan is `plan`: one of the known ones, else `Other`.
pub fn category(plan: &str) -> &'static str {
    let understanding = understand(plan);
    // What it is about, not what is wanted of it.
    let about = |kind: Kind| !matches!(kind, Kind::Information | Kind::Change);
    let best = understanding.candidates.iter().find(|reading| about(reading.kind));
    match best.filter(|reading| reading.percent >= SAID).map(|reading| reading.kind) {
        Some(Kind::Hardware) => "Hardware",
        Some(Kind::Microsoft) if understanding.office => "Office",
        _ => "Other",
    }
}
