//! What is understood of the words of support desks.

use proptest::prelude::*;

use super::*;

fn best(text: &str) -> Kind {
    understand(text).best().unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn what_was_understood_is_shown_in_the_words_that_were_written() {
    let understood = understand("The Screen flickers since the DRIVER update");
    let reading = &understood.candidates[0];
    assert_eq!((reading.kind, understood.certain), (Kind::Hardware, true));
    // Which of the words around them are shown may change with what is learned.
    let shown =
        |reading: &Reading, word: &str| reading.words.iter().any(|words| words.contains(word));
    assert!(shown(reading, "Screen flickers") && shown(reading, "DRIVER"), "{reading:?}");
    assert!(understood.driver && !understood.office);
    let spanish = understand("La IMPRESORA no imprime");
    assert!(shown(&spanish.candidates[0], "IMPRESORA"), "{spanish:?}");
}

#[test]
fn a_sign_of_compromise_wins_unless_it_is_denied() {
    for text in [
        "The printer stopped working and there is a ransom note on the screen",
        "Outlook crashes since I clicked on a link in a phishing mail",
        "Please install the antivirus again, the laptop has a virus",
        "La impresora no va y Defender ha encontrado un troyano",
        "Company Portal reinstalls apps, we think we were hacked",
    ] {
        assert_eq!(best(text), Kind::Security, "{text}");
    }
    for text in [
        "It is not a virus, Outlook just crashes",
        "No es un virus, pero Outlook se cierra solo",
        "No malware found, the battery is swollen",
        "No signs of compromise, the printer does not print",
        "Sin indicios de phishing; la VPN no conecta",
    ] {
        let understood = understand(text);
        assert_eq!(understood.alarm(), None, "{text}: {understood:?}");
        assert_ne!(understood.best(), Some(Kind::Security), "{text}");
    }
}

#[test]
fn however_much_else_is_spoken_of_a_sign_of_compromise_comes_first() {
    for text in [
        "The printer, the print queue, the network drive and the barcode scanner show a \
         ransomware message",
        "La impresora, la cola de impresión y la unidad de red muestran un mensaje de ransomware",
        "SAP, Citrix, VPN and the file server show malware found on the shared folder",
        "Outlook shows a trojan warning; shared calendar, OneDrive sync and Teams meeting are \
         gone, File Explorer crashes",
        "Ransomware! The printer jams, the print queue is stuck, the VPN drops, the network drive \
         is slow, SAP is slow",
        "The printer jams, the print queue is stuck, SAP is slow. Also: virus found",
        "The printer jams, SAP is slow, the badge reader is dead, malware detected",
        "La impresora no va, la cola está parada, la VPN se cae, la unidad de red va lenta. Hay un \
         troyano",
        "No virus was found on Monday: the printer jams, the print queue is stuck, the network \
         drive is slow, the VPN drops. Today a virus was found on my laptop",
        "Antivirus installed: no. Virus found by the user on the printer PC.",
        "Does the laptop start? No. Malware warning on the screen.",
        "I downloaded a cracked version of Photoshop",
        "He dado mi contraseña por teléfono",
        "El ratón se mueve sin que lo toque",
        "The laptop was taken from the car",
        "Defender ha aislado el equipo",
        "All files are gone unless I pay",
        "There are rules that I did not create in my mailbox",
        "Me quitaron el portátil en el metro",
    ] {
        let understood = understand(text);
        assert!(understood.alarm().is_some(), "{text}: {understood:?}");
        assert_eq!(understood.best(), Some(Kind::Security), "{text}");
    }
}

#[test]
fn everyday_words_are_no_signs_of_compromise() {
    for text in [
        "Caller id is missing in Teams",
        "La barra de herramientas de Word ha desaparecido",
        "The file is locked for editing by someone else",
        "Excel dice que alguien la está usando",
        "Alta de alguien nuevo",
        "La oficina de China no imprime",
        "memory leak in the SAP client",
        "I lost my mouse",
        "microphone keeps listening",
        "The email alert in Outlook does not sound",
        "La función FALSO de Excel no va",
        "programa de premios",
        "aplicación de taxi",
        "release a mail from quarantine",
        "Defender quarantined our line-of-business app by mistake",
        "¿Alguien puede ayudarme con la impresora?",
        "Adverts in the Edge new tab page",
        "No virus or malware found, the battery is swollen",
        "El cliente no puede abrir Outlook",
    ] {
        assert_eq!(understand(text).alarm(), None, "{text}");
    }
}

#[test]
fn one_user_is_one_however_many_are_fine() {
    for text in [
        "The VPN fails, no other users are affected",
        "one user, the users in the same room are fine",
        "only one user is affected, other users are fine",
        "Solo un usuario, los demás usuarios imprimen bien",
    ] {
        assert_eq!(understand(text).scope.map(|(scope, _)| scope), Some(Scope::One), "{text}");
    }
}

#[test]
fn what_it_is_not_does_not_count() {
    assert_eq!(best("It is not the printer, Word crashes"), Kind::Microsoft);
    assert_eq!(best("No es la impresora, es que Word se cierra"), Kind::Microsoft);
    assert_eq!(best("It isn't the VPN, the battery is dead"), Kind::Hardware);
}

#[test]
fn case_accents_forms_and_slips_do_not_matter() {
    for (text, kind) in [
        ("LA BATERÍA ESTÁ HINCHADA", Kind::Hardware),
        ("la bateria esta hinchada", Kind::Hardware),
        ("la bater\u{69}\u{301}a esta\u{301} hinchada", Kind::Hardware),
        ("He dado mi contrasen\u{303}a por tele\u{301}fono", Kind::Security),
        ("keybord and tuchpad dead", Kind::Hardware),
        ("the pritner does not print", Kind::Local),
        ("los troyanos", Kind::Security),
        ("Autopliot stuck", Kind::Service),
    ] {
        assert_eq!(best(text), kind, "{text}");
    }
    // A slip makes no other word of a word that is one.
    assert!(!understand("a random thing").certain);
}

#[test]
fn how_many_and_how_badly_is_heard() {
    for (text, scope, severity) in [
        ("Nobody can print, the whole company is hit", Some(Scope::All), None),
        ("Several users cannot open Teams", Some(Scope::Several), None),
        ("varios usuarios sin VPN", Some(Scope::Several), None),
        ("Toda la empresa sin Outlook, nadie puede trabajar", Some(Scope::All), Some(Severity::A)),
        ("The production line is down", None, Some(Severity::A)),
        ("Outlook crashes", None, None),
    ] {
        let understood = understand(text);
        assert_eq!(understood.scope.map(|(scope, _)| scope), scope, "{text}");
        assert_eq!(understood.severity.map(|(severity, _)| severity), severity, "{text}");
    }
}

#[test]
fn where_nothing_is_understood_nothing_is_certain() {
    for text in ["", " ", "🙂", "\u{1}\u{2}\u{1b}[2J", "asdf qwer", "???", "!!!", "...", "¿?", "的"]
    {
        let understood = understand(text);
        assert!(!understood.certain, "{text:?}: {understood:?}");
    }
    let long = "lorem ipsum ".repeat(100_000);
    assert!(long.len() > 1_000_000);
    assert!(!understand(&long).certain);
}

#[test]
fn what_works_is_not_what_an_issue_is_about() {
    for (text, kind) in [
        ("Teams freezes in every call, Zoom works fine on the same headset", Kind::Microsoft),
        ("Edge shows blank pages but Chrome and the VPN are fine", Kind::Microsoft),
        ("Excel se cierra solo; la impresora y el ERP van bien", Kind::Microsoft),
        // What works until it does not, or does not work either, still counts.
        ("The printer works fine until it jams", Kind::Local),
        ("The VPN works for a minute, then it drops", Kind::Local),
        ("My colleague works in payroll and her printer jams, the file is a sheet", Kind::Local),
        ("Nothing works with the VPN, I use Outlook", Kind::Local),
        ("La VPN ha dejado de funcionar, tengo Outlook abierto", Kind::Local),
        // And where nothing else is spoken of.
        ("The printer works", Kind::Local),
        // A sign of compromise is one, however well all works.
        ("Outlook works, Defender found malware and everything works fine", Kind::Security),
    ] {
        assert_eq!(best(text), kind, "{text}: {:?}", understand(text));
    }
}

#[test]
fn everyday_words_are_a_sign_of_compromise_together() {
    for text in [
        "A man from Microsoft support rang me and I let him in with TeamViewer",
        "I approved an MFA prompt that I did not start",
        "Metí la contraseña en una página que resultó falsa",
        "Un técnico de Microsoft me llamó y me hizo instalar AnyDesk",
        "Someone added a sign-in method to my account",
        "Successful sign-in from Vietnam on Laura's account",
        "The screen demands bitcoin for my documents",
        "Inserté un pendrive que encontré: lo conecté y se abrió una ventana",
    ] {
        let understood = understand(text);
        assert_eq!(understood.best(), Some(Kind::Security), "{text}: {understood:?}");
    }
    // What others say in the same breath takes nothing back.
    for text in [
        "Acceso desde Moscú a mi cuenta, estoy en casa",
        "Sign-in from Lagos on my account while I am in the office",
        "Someone is sending mail from my account. Can you help?",
        "MFA prompt on my phone, I did not request it, I was at the printer",
        "There is a new local admin account on three laptops, nobody knows where it comes from",
        "It's not me who changed the password",
    ] {
        assert_eq!(best(text), Kind::Security, "{text}: {:?}", understand(text));
    }
    for text in [
        "I can't send emails",
        "We can't add an account to Outlook",
        "User cannot install the Chrome extension",
        "No ha sido posible iniciar sesión",
        "El correo no ha sido entregado",
        "No es mi cuenta la que falla",
        "The mailbox is not mine but I am the delegate",
        "A customer called me, TeamViewer does not start",
        "Nobody called me, TeamViewer just needs an update",
        "External monitor flickers, I use remote access",
        "Abrí el adjunto y resultó estar en blanco",
        "He did not do the MFA registration yet",
        "Nobody made an account for the new starter, please create the mailbox",
        "Nadie ha creado todavía el buzón compartido",
        "Nobody knows the local admin password of this kiosk",
        "Rellené el formulario y el captcha no carga",
        "The application demands a restart and my files are not synced",
        "I found that my USB hub works when plugged in to another laptop",
        "No puedo enviar correos a los clientes",
        "A large upload to OneDrive is very slow",
        "VPN session from Brazil office drops every hour",
        "I cannot log on, my password has expired",
        "TeamViewer does not start",
        "Sign-ins from Vietnam while I travel, but the VPN is slow",
        "The MFA app did not start",
        "I entered my password and Outlook keeps asking",
        "Can someone change the quota of my mailbox",
    ] {
        assert_eq!(understand(text).alarm(), None, "{text}: {:?}", understand(text));
    }
}

#[test]
fn a_fault_that_is_asked_about_is_a_fault() {
    for (text, kind) in [
        ("vpn down?", Kind::Local),
        ("¿no funciona la vpn?", Kind::Local),
        ("Is SAP down again?", Kind::Local),
        ("Why does Outlook keep crashing when I open attachments?", Kind::Microsoft),
        ("¿Alguien sabe por qué OneDrive no sincroniza?", Kind::Microsoft),
        ("Why is my screen black?", Kind::Hardware),
        ("¿Cómo arreglo el teclado, que no escribe?", Kind::Hardware),
        ("¿Por qué la directiva nueva me bloquea el USB?", Kind::Service),
        ("MFA: new phone, how do I get the codes again?", Kind::Local),
        // Questions in which nothing is broken.
        ("How do I install a printer?", Kind::Information),
        ("Is there a planned outage on Sunday?", Kind::Information),
        ("When will the new version be available?", Kind::Information),
        ("¿Qué versión de Windows tenemos?", Kind::Information),
    ] {
        assert_eq!(best(text), kind, "{text}: {:?}", understand(text));
    }
}

#[test]
fn that_something_is_asked_makes_no_information_of_it_for_certain() {
    // Whoever asks, and says nothing else that is known.
    for text in ["does a swollen battery matter?", "laptop?", "¿la VPN?"] {
        let understood = understand(text);
        let wrong = understood.certain && understood.best() == Some(Kind::Information);
        assert!(!wrong, "{text}: {understood:?}");
    }
}

#[test]
fn a_wish_decides_where_nothing_is_broken() {
    for (text, kind) in [
        ("Nothing is broken. Please switch the printers to double-sided", Kind::Change),
        ("Mover la impresora a la quinta planta, sigue imprimiendo bien", Kind::Change),
        ("Cámbienme el nombre del equipo", Kind::Change),
        ("Aviso: mantenimiento de la VPN y del firewall el domingo", Kind::Information),
        (
            "What is the screen lock timeout in our policy? Only need it for an audit",
            Kind::Information,
        ),
        // Told, not asked for.
        ("Somebody removed and replaced the toner, the printer still jams", Kind::Local),
    ] {
        assert_eq!(best(text), kind, "{text}: {:?}", understand(text));
    }
}

proptest! {
    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let understood = understand(&text);
        for reading in &understood.candidates {
            prop_assert!(reading.percent > 0);
            prop_assert!(!reading.words.is_empty());
        }
        prop_assert!(understood.candidates.windows(2).all(|pair| pair[0].percent >= pair[1].percent || pair[0].kind == Kind::Security));
    }
}
