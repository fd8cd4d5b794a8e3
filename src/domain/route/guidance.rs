//! What elevated access is for, and what it is not (`framework.md`, elevation): for a plan before,
//! and for what was done after.

use super::{
    terms::Kind,
    understand::{
        find::{Finder, Group, Match},
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
        entries: "anti virus|viruses|malware|phish*|spyware|ransom*, \
                  virus|malware|spyware|ransom*|phish* protection|scan*|definition*|signature*|database*|filter*, \
                  virus threat protection, virus|malware removal tool, scan* virus|malware, \
                  phish* training|simulation*|awareness|test|button|filter*, phish* alert button, \
                  virus|malware free|ruled, free virus|malware, proteccion virus|malware|ransom*|phish*, \
                  proteccion contra virus|malware|ransom*|phish*, analisis virus|malware, \
                  escane* virus|malware, definiciones|firmas virus|malware, \
                  herramienta eliminacion virus|malware, simulacro|formacion phishing, \
                  libre virus|malware, virus|malware descartado",
    },
    Group {
        tag: Some(COMPROMISE),
        entries: "virus, malware, trojan*, troyan*, ransom*, phish*, spyware, adware, rootkit, \
                  keylogger, backdoor, cryptominer, cryptolocker, infect*, hacked, hacker, hacking, \
                  hackea*, hackeo, jaquea*, jaqueo, compromised, comprometid*, intruder, intruso, \
                  sign|evidence|indicat* compromise, indicio|senal compromiso",
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
    let spoken = words(plan).words;
    let mut found = Finder::new(&spoken, false).find(&PLANS);
    // `Compromise` is a word of its own, and no slip of `compromised`.
    found.retain(|one| one.tag != Some(COMPROMISE) || !one.slip);
    let denied = denied(&spoken, &found);
    let harmless = found.iter().filter(|one| one.tag.is_none()).map(|one| (one.first, one.last));
    let understanding = understand(&without(plan, &spoken, harmless.chain(denied.iter().copied())));
    if let Some(alarm) = understanding.alarm().filter(|_| understanding.certain) {
        return Some(Guidance { action: COMPROMISE, words: alarm.words.clone() });
    }
    let mut found: Vec<_> = found
        .into_iter()
        // "Without turning off BitLocker" is what is wanted.
        .filter(|one| match one.tag {
            Some(COMPROMISE) => denied.iter().all(|(_, last)| *last != one.last),
            _ => !is_left_alone(&spoken, one.first),
        })
        .filter(|one| one.tag != Some(SOFTWARE) || !is_deployed(&spoken, one.last))
        .filter_map(|one| {
            let (from, to) = (spoken[one.first].from, spoken[one.last].to);
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

/// Beginnings of the words over which a `not` still denies a sign of compromise: "no signs of",
/// "not caused by". Over any other it does not: "does not boot after the ransom note", "cannot
/// remove the virus".
const REACHES_OVER: &str = "actual active affect any appear believ case caus contain detect due \
    evidence find found hit history indicat known like look more other problem relat report \
    risk seem show sign single susp think trace afecta busca caso causa contien creo debe \
    encontr evidencia hay historial indici motivo muestr ningun otro parec problema prueba \
    rastro riesgo sea senal sospech tener tiene trata";

/// The signs of compromise in `found` that are denied, each from its `not` to its last word.
fn denied(words: &[Word], found: &[Match<Option<Action>>]) -> Vec<(usize, usize)> {
    let signs: Vec<_> = found.iter().filter(|one| one.tag == Some(COMPROMISE)).collect();
    let mut is_sign = vec![false; words.len()];
    signs.iter().for_each(|one| is_sign[one.first..=one.last].fill(true));
    let reaches_over = |at: usize| {
        let text = &words[at].text;
        words[at].light || is_sign[at] || REACHES_OVER.split(' ').any(|stem| text.starts_with(stem))
    };
    let mut denied = Vec::new();
    for one in &signs {
        let is_listed = is_listed(words, one.last);
        for at in (0..one.first).rev() {
            // "No virus, malware or trojan" is one list; "No. Virus found" is none.
            let in_list = !words[at + 1].starts && is_sign[at] && is_listed;
            if words[at].clause != words[at + 1].clause && !in_list {
                break;
            }
            if words[at].text == "not" {
                denied.push((at, one.last));
                break;
            }
            if !reaches_over(at) {
                break;
            }
        }
    }
    denied
}

/// Whether the word at `at` is followed by the `or` of a list, or follows it.
fn is_listed(words: &[Word], at: usize) -> bool {
    let is_or = |word: &Word| matches!(word.text.as_str(), "or" | "nor" | "o" | "u");
    let sentence = words[..=at].iter().rposition(|word| word.starts).unwrap_or(0);
    let rest = words[at + 1..].iter().take_while(|word| !word.starts);
    words[sentence..at].iter().chain(rest).any(is_or)
}

/// `plan` without the words from the first to the last of each of `places`.
fn without(plan: &str, words: &[Word], places: impl Iterator<Item = (usize, usize)>) -> String {
    let mut cuts: Vec<_> =
        places.map(|(first, last)| (words[first].from, words[last].to)).collect();
    cuts.sort_unstable();
    let (mut rest, mut at) = (String::with_capacity(plan.len()), 0);
    for (from, to) in cuts {
        rest.push_str(plan.get(at..from).unwrap_or_default());
        rest.push(' ');
        at = at.max(to);
    }
    rest.push_str(plan.get(at..).unwrap_or_default());
    rest
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
