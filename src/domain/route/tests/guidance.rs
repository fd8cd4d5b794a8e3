//! What is said of plans, in the framework's three classes.

use proptest::prelude::*;

use crate::domain::route::guidance::{Verdict, category, of_plan};

fn verdict(plan: &str) -> Option<Verdict> {
    of_plan(plan).map(|guidance| guidance.action.verdict)
}

#[test]
fn what_elevated_access_is_for_is_never_questioned() {
    for plan in [
        "resync the clock",
        "look",
        "look\nthen act",
        "reset the spooler",
        "restart the print spooler service",
        "update the driver in Device Manager",
        "actualizar el controlador desde el Administrador de dispositivos",
        "uninstall the device and scan for changes",
        "run PowerShell and flush DNS",
        "sfc /scannow",
        "install pending Windows updates",
        "activate BitLocker",
        "reanudar BitLocker",
        "check installed software list",
        "sincronizar la hora del sistema",
        "repair the SAP client",
        "run the antivirus scan",
    ] {
        assert!(verdict(plan).is_none_or(|verdict| verdict == Verdict::Typical), "{plan}");
    }
}

#[test]
fn what_is_not_recommended_or_not_supported_is_named() {
    use Verdict::{NotRecommended, NotSupported};
    for (plan, expected) in [
        ("install Chrome", NotRecommended),
        ("Installed Firefox for the user", NotRecommended),
        ("instalar 7-Zip", NotRecommended),
        ("download the driver from the vendor's website", NotRecommended),
        ("instalar el controlador de la impresora", NotRecommended),
        ("run setup.exe", NotRecommended),
        ("ejecutar el .msi del proveedor", NotRecommended),
        ("enable the Hyper-V Windows feature", NotRecommended),
        ("turn off BitLocker", NotSupported),
        ("Turn BitLocker off and reboot", NotSupported),
        ("desactivar Defender un momento", NotSupported),
        ("deshabilitar el cortafuegos", NotSupported),
        ("uninstall Company Portal", NotSupported),
        ("edit the group policy", NotSupported),
        ("add the user to the administrators group", NotSupported),
        ("añadir al usuario al grupo de administradores", NotSupported),
        // The gravest counts.
        ("install Chrome and turn off BitLocker", NotSupported),
    ] {
        assert_eq!(verdict(plan), Some(expected), "{plan}");
    }
}

#[test]
fn commands_and_other_words_for_what_is_not_supported_are_found() {
    for plan in [
        "Set-MpPreference -DisableRealtimeMonitoring $true",
        "manage-bde -off C:",
        "stop-service windefend",
        "stop windows defender service",
        "disable the Windows Defender antivirus",
        "apagar el firewall",
        "desactivar temporalmente el antivirus",
        "poner BitLocker en pausa",
        "net localgroup administrators bob /add",
        "dsregcmd /leave",
        "reg delete HKLM\\Software\\Policies\\Microsoft /f",
        "bcdedit /set testsigning on",
        "netsh advfirewall set allprofiles state off",
    ] {
        assert_eq!(verdict(plan), Some(Verdict::NotSupported), "{plan}");
    }
    for plan in ["put Chrome on the laptop", "download and run Zoom"] {
        assert_eq!(verdict(plan), Some(Verdict::NotRecommended), "{plan}");
    }
    for plan in [
        "do not disable Defender",
        "repair the volume without turning off BitLocker",
        "sin desactivar el antivirus",
        "install app from company portal",
        "instalar la aplicación desde el Portal de empresa",
    ] {
        assert!(verdict(plan).is_none_or(|verdict| verdict == Verdict::Typical), "{plan}");
    }
}

#[test]
fn a_plan_that_smells_of_compromise_stops() {
    for plan in [
        "remove the malware",
        "clean up after the phishing mail",
        "quitar el virus",
        "the account was hacked, reset the network",
        "el equipo ha sido hackeado, reiniciar la cola",
        "signs of compromise on the laptop, run PowerShell",
        "run the malware removal tool, the laptop is infected",
        "update the anti-virus signatures, it has found a trojan",
        // What is denied is something else.
        "the user cannot remove the virus, run PowerShell",
        "the laptop does not boot after a ransomware attack, run chkdsk",
        "el usuario no puede quitar el virus, ejecutar PowerShell",
        "not sure whether it is a virus, run sfc",
        "the printer does not print. Virus on the laptop",
        "no, virus found",
        "no virus found, ransom note on the screen",
        // The words are denied, and the rest says it without them.
        "no virus found, but all files are gone unless the user pays",
    ] {
        assert_eq!(verdict(plan), Some(Verdict::Compromise), "{plan}");
    }
}

#[test]
fn compromise_that_is_denied_or_only_named_stops_nothing() {
    for plan in [
        "Update the anti-virus signatures with PowerShell",
        "Check the virus protection settings",
        "Check the virus & threat protection settings",
        "Run the malware removal tool",
        "No signs of a virus, repair the printer queue with PowerShell",
        "There is no sign of malware; run sfc",
        "Without any virus or malware, reset the network",
        "No virus, malware or trojan found, flush DNS",
        "No signs of compromise, restart the print spooler",
        "The laptop has not been hacked, reset the network",
        "It does not look like a virus; run chkdsk",
        "Not caused by malware, repair the SAP client",
        "Virus ruled out, run the network troubleshooter",
        "No hay indicios de virus; reiniciar el servicio de cola",
        "No se ha encontrado malware, reiniciar la cola",
        "No parece un virus, reiniciar el servicio",
        "no es un virus, reiniciar el servicio",
        "Sin virus ni malware, reiniciar la cola",
        "Actualizar las firmas de virus con PowerShell",
        "Hackathon laptop: reset network with netsh",
        "Compromise between two settings",
    ] {
        assert!(verdict(plan).is_none_or(|verdict| verdict == Verdict::Typical), "{plan}");
    }
}

#[test]
fn the_category_is_what_is_understood_else_other() {
    for (plan, expected) in [
        ("repair Excel", "Office"),
        ("Outlook se cierra, reparar Office", "Office"),
        ("touchpad driver in Device Manager", "Hardware"),
        ("resync the clock", "Other"),
        ("restart the VPN service", "Other"),
        ("look", "Other"),
        ("", "Other"),
    ] {
        assert_eq!(category(plan), expected, "{plan}");
    }
}

#[test]
fn the_action_that_is_named_is_the_one_of_the_plan() {
    for (plan, expected) in [
        ("disable a required Windows feature", "disabling a required Windows feature"),
        ("quitar BitLocker", "disabling a required Windows feature"),
        ("uninstall the antivirus", "disabling a required Windows feature"),
        ("change a setting that the organisation manages", "changing settings"),
        ("cambiar un ajuste gestionado por la organización", "changing settings"),
        ("install Norton", "software or features that conflict"),
        ("remove the laptop from Intune", "software or features that conflict"),
        ("put Firefox on it", "installing software"),
        ("instalar el driver de la web del fabricante", "drivers from outside"),
        ("activar Hyper-V", "adding Windows features"),
        ("run setup.exe", "running .msi or .exe"),
        ("BitLocker did not activate: enable BitLocker", "a workaround"),
        ("arreglar la activación de BitLocker", "a workaround"),
        ("repair the SAP client", "trouble with a line-of-business app"),
        ("update the driver in Device Manager", "Device Manager"),
        ("run sfc from a command prompt", "built-in system fixes"),
    ] {
        let what = of_plan(plan).map(|guidance| guidance.action.what).unwrap_or_default();
        assert!(what.starts_with(expected), "{plan}: {what}");
    }
}

/// The plans of a file, each with what the framework says of it.
fn plans(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|row| row.split_once('\t').expect("a verdict and a plan")).collect()
}

/// What is said of `plan`: `fine` where no word is needed.
fn said(plan: &str) -> &'static str {
    match verdict(plan) {
        None | Some(Verdict::Typical) => "fine",
        Some(verdict) => verdict.as_str(),
    }
}

/// Those that are taken for something else.
fn mistaken(plans: &[(&'static str, &'static str)]) -> Vec<String> {
    let wrong = plans.iter().filter(|(expected, plan)| said(plan) != *expected);
    wrong.map(|(expected, plan)| format!("{expected}, not {}: {plan}", said(plan))).collect()
}

const KNOWN: &str = include_str!("../../../../tests/data/plans.tsv");

/// Plans that were written before the words of actions were.
const UNSEEN: &str = include_str!("../../../../tests/data/plans-unseen.tsv");

#[test]
fn each_sentence_of_the_framework_is_understood_in_the_words_of_technicians() {
    let plans = plans(KNOWN);
    assert!(plans.len() >= 100);
    assert_eq!(mistaken(&plans), [""; 0]);
}

#[test]
fn nine_of_ten_unseen_plans_are_understood() {
    let (known, plans) = (plans(KNOWN), plans(UNSEEN));
    assert!(plans.iter().all(|one| !known.contains(one)));
    let mistaken = mistaken(&plans);
    assert!(plans.len() >= 100 && mistaken.len() * 10 <= plans.len(), "{mistaken:#?}");
    // A word too many is worse than one too few: who is warned for nothing stops listening.
    let warned = mistaken.iter().filter(|one| one.starts_with("fine, not")).count();
    assert!(warned * 20 <= plans.len(), "{mistaken:#?}");
}

proptest! {
    #[test]
    fn any_plan_is_taken(plan in any::<String>()) {
        let _ = (of_plan(&plan), category(&plan));
    }
}
