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
    for plan in ["remove the malware", "clean up after the phishing mail", "quitar el virus"] {
        assert_eq!(verdict(plan), Some(Verdict::Compromise), "{plan}");
    }
    assert_ne!(verdict("no es un virus, reiniciar el servicio"), Some(Verdict::Compromise));
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

proptest! {
    #[test]
    fn any_plan_is_taken(plan in any::<String>()) {
        let _ = (of_plan(&plan), category(&plan));
    }
}
