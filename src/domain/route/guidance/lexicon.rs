//! The words of actions, English and Spanish, as static data: what is done, and to what. Light
//! words are left out. What the two say together stands in [`grammar`](super::grammar).

use super::{
    Action, COMPROMISE, CONFLICT, DEVICE_MANAGER, INSTALLER, LINE_OF_BUSINESS, OUTSIDE_DRIVER,
    REPAIR, REQUIRED, SETTINGS, SOFTWARE, WORKAROUND,
};
use crate::domain::route::understand::find::Group;

/// What a word or phrase of a plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// What is done.
    Verb(Verb),
    /// What it is done to.
    Object(Object),
    /// Both at once.
    Whole(Action),
    /// Looks like something of that, and is none.
    Nothing,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// It no longer works.
    Off,
    /// It is gone.
    Remove,
    /// It is otherwise, or somebody gets round it.
    Change,
    /// It is installed.
    Install,
    /// It is put there, by any other word.
    Put,
    /// It is fetched from elsewhere.
    Fetch,
    /// Somebody gets it.
    Give,
    /// It works.
    On,
    /// It works again.
    Mend,
    /// `off` or `out` behind it says what it is.
    Turn,
    /// It is looked at, no more.
    Look,
}

/// What it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    /// A feature of Windows that the service requires.
    Guard,
    /// The same, of which others exist.
    Antivirus,
    /// What the service manages the device by.
    Manager,
    /// What the organisation has decided.
    Policy,
    /// A hole in a protection.
    Exclusion,
    /// More rights than a standard user has.
    Admin,
    /// The updates, all of them.
    Updates,
    /// Software that conflicts with the service.
    Rival,
    /// A program that has a name.
    Named,
    /// Any program.
    Program,
    /// A driver.
    Driver,
    /// What brings its own driver.
    Peripheral,
    /// An optional feature of Windows.
    Component,
    /// Features of Windows, by that word.
    Feature,
    /// What may well be installed.
    Patch,
    /// A line-of-business app.
    Business,
}

const fn verb(verb: Verb, entries: &'static str) -> Group<Says> {
    Group { tag: Says::Verb(verb), entries }
}

const fn object(object: Object, entries: &'static str) -> Group<Says> {
    Group { tag: Says::Object(object), entries }
}

const fn whole(action: Action, entries: &'static str) -> Group<Says> {
    Group { tag: Says::Whole(action), entries }
}

const fn nothing(entries: &'static str) -> Group<Says> {
    Group { tag: Says::Nothing, entries }
}

/// All of them.
pub(super) static PLANS: [&[Group<Says>]; 4] = [COMPROMISES, VERBS, OBJECTS, PHRASES];

const COMPROMISES: &[Group<Says>] = &[
    // What is spoken of without anything having happened.
    nothing(
        "viruses|malware|phish*|spyware|ransom*, \
         virus|malware|spyware|ransom*|phish* protection|scan*|definition*|signature*|database*|filter*, \
         anti virus signature|definition*, \
         hacked|hacking together, virus threat protection, virus|malware removal tool, scan* virus|malware, \
         phish* training|simulation*|awareness|test|button|filter*, phish* alert button, \
         virus|malware free|ruled, free virus|malware, proteccion virus|malware|ransom*|phish*, \
         proteccion contra virus|malware|ransom*|phish*, analisis virus|malware, \
         escane* virus|malware, definiciones|firmas virus|malware, \
         herramienta eliminacion virus|malware, simulacro|formacion phishing, \
         libre virus|malware, virus|malware descartado",
    ),
    whole(
        COMPROMISE,
        "virus, malware, trojan*, troyan*, ransom*, phish*, spyware, adware, rootkit, \
         keylogger, backdoor, cryptominer, cryptolocker, infect*, hacked, hacker, hacking, \
         hackea*, hackeo, jaquea*, jaqueo, compromised, comprometid*, intruder, intruso, \
         sign|evidence|indicat* compromise, indicio|senal compromiso",
    ),
];

/// What happens in an attack or after it, and by whom. None of it is a sign of compromise by
/// itself.
pub(super) static EVENTS: [&[Group<()>]; 1] = [&[Group {
    tag: (),
    entries: "someone, somebody, nobody, stranger*, unknown, attack*, criminal, thief, thieves, \
         suspicious*, strange, weird, fake*, rogue, malicious, dangerous, scam*, fraud*, \
         imperson*, spoof*, hijack*, pretend*, caller*, called, rang, phoned, stole, stolen, \
         theft, lost, missing, clicked, link, attachment, gave, typed, entered, handed, sign, \
         sign ins, signed, login, logins, logon, logged, approved, approval, mfa, authenticator, \
         bitcoin, crypto*, pay, pays, paid, payment, extort*, blackmail*, demand*, encrypted, \
         end|ends|ending locked, scrambled, leak*, exfiltrat*, dark web, spam*, remote \
         control|access|session, anydesk, teamviewer, itself, themselves, own, detect*, isolated, \
         quarantin*, alert*, alarm*, blocked, global|new|extra|hidden admin*, hidden, taken, \
         took, gone, vanish*, disappear*, tamper*, spy*, cracked, pirat*, macro*, pop up, popup*, \
         russia, china, abroad, foreign, alguien, nadie, desconocid*, extran*, \
         raro|rara|raros|raras, delincuente*, ladron*, sospechos*, falso|falsa|falsos|falsas, \
         malicios*, peligros*, estafa*, supuest*, suplant*, llamo, llamaron, llamada, robo, \
         robad*, robaron, perdio|perdido|perdida|perdimos|perdieron, enlace, adjunto, \
         dio|puso|metio|escribio|facilito, entro|entraron|entrado, acced*, aprob*, autenticador, \
         rescate, pagar|paga|pago|pague|pidiendo|piden|exige|exigen, chantaj*, extorsi*, cifrad*, \
         encriptad*, secuestr*, filtr*, acceso|control|sesion remoto|remota|remotamente, \
         remotamente, inicio|inicios sesion, solo|sola|solos|solas, aislo|aislado, cuarentena, \
         alerta*, alarma*, bloqueo, oculto|oculta, desaparec*, manipul*, espi*, pirate*, rusia, \
         extranjero, emergente*",
}]];

const VERBS: &[Group<Says>] = &[
    verb(
        Verb::Off,
        "off, turn*|switch*|shut* off, disabl*, deactivat*, suspend*, stop*, kill*, paus*, halt*, unload*, desactiv*, \
         deshabilit*, inhabilit*, apag*, deten*, detuv*, parar|paro|pare|parado|parando, \
         pon* pausa",
    ),
    verb(
        Verb::Remove,
        "uninstal*, remov*, delet*, get|got|getting rid, purg*, wip*, rip*, desinstal*, elimin*, \
         borr*, quitar*|quito|quite|quitado|quitando|quitamos, \
         sacar*|saco|saque|sacado|sacando|sacamos, dar|doy|damos|dado|dando baja",
    ),
    verb(
        Verb::Change,
        "chang*, edit*, modif*, alter*, tweak*, overrid*, bypass*, circumvent*, loosen*, relax*, \
         weaken*, lower*, lift*, ignor*, get|work* round|around, exclud*, exempt*, whitelist*, \
         allow*, unblock*, permit*, defer*, delay*, postpon*, touch|touched|touching, set, \
         cambi*, ajust*, salt*, esquiv*, relaj*, afloj*, levant*, exclu*, desbloque*, posp*, \
         posterg*, aplaz*, retras*, tocar*|toco|toque|tocado|tocando",
    ),
    verb(Verb::Install, "instal*, reinstal*, sideload*, winget|choco|chocolatey instal*"),
    verb(
        Verb::Put,
        "put, putting, add, added, adding, set up, setting up, \
         poner*|pongo|pon|puse|puesto|poniendo, meter*|meto|metido, anad*, agreg*",
    ),
    verb(
        Verb::Fetch,
        "get, got, grab*, download*, load, loaded, loading, deploy*, descarg*, cargar*|cargo, \
         bajar*|bajo|bajado, coger*|cojo|cogido",
    ),
    verb(
        Verb::Give,
        "giv*, grant*, gave, mak*, made, promot*, dar, darle*, darles, doy, dado, conced*, \
         hacer*|hago|hecho, convert*, otorg*",
    ),
    verb(
        Verb::On,
        "enabl*, activat*, resum*, tick*, activ*, habilit*, reanud*, encend*, encien*, \
         marcar|marco|marcado",
    ),
    verb(
        Verb::Mend,
        "start*, restart*, restor*, fix*, repair*, troubleshoot*, reset*, renew*, arranc*, \
         iniciar*|inicio, reinici*, repar*, arregl*, restablec*, restaur*",
    ),
    verb(Verb::Turn, "turn*, switch*, tak*, shut*"),
    verb(
        Verb::Look,
        "change request, peticion|solicitud cambio, ask* operations|admin*, \
         pedir|pido operaciones|admin*, check*, verif*, look*, see, review*, inspect*, confirm*, list, listing, show*, find out, \
         found out, whether, why, investigat*, query, read, reading, comprob*, revis*, \
         mirar*|miro|miramos, ver, consult*, averigu*, investig*, motivo|causa",
    ),
];

const OBJECTS: &[Group<Says>] = &[
    object(
        Object::Guard,
        "bitlocker, encryption, cifrado, encriptacion, defender, windefend, \
         uac, user account control, control cuentas, secure boot, arranque seguro, smartscreen, \
         tamper protection, proteccion alteraciones|manipulaciones, realtime monitoring, \
         real time protection|monitoring, realtime protection, proteccion tiempo real, \
         disablerealtimemonitoring, credential|device|exploit guard, memory integrity, \
         core isolation, integridad memoria, aislamiento nucleo, windows hello, applocker, wdac, \
         application control, attack surface, exploit protection, tpm, windows update, wuauserv, \
         netfirewallprofile",
    ),
    object(Object::Antivirus, "anti virus, antivirus, antimalware, firewall, cortafuegos"),
    object(
        Object::Manager,
        "company portal, portal empresa, intune*, mdm, device management, \
         management|security|monitoring agent|extension|client, \
         agente gestion|administracion|seguridad|monitorizacion, azure ad, entra, domain, \
         dominio, work|school account, cuenta profesional|trabajo|educativa",
    ),
    object(
        Object::Policy,
        "polic*, politica, directiva, gpo, gpedit, baseline, linea base, compliance, \
         restrict*, restriccion*, proxy setting*, configuracion proxy, update ring, \
         anillo actualiz*, security setting*, configuracion seguridad, configuration profile, \
         perfil configuracion, usb storage|block*, almacenamiento usb, bloqueo usb, \
         setting|option|value|key manag*|push*|deploy*|enforc*|control*, \
         setting|option|value|key company|organi*|intune|it|corporate|service manag*|push*|deploy*|enforc*|control*|set*, \
         manag*|enforced|deployed|corporate setting|option|value|key, \
         ajuste|configuracion|parametro|opcion|valor gestion*|administr*|despl*|impuest*|impone*|control*|empresa|organizacion|intune|corporativ*",
    ),
    object(
        Object::Exclusion,
        "exclusion*, exception, excepcion*, firewall rule, regla firewall|cortafuegos",
    ),
    object(
        Object::Admin,
        "admin, administrator, administrador, administradora, administradores, local admin*, \
         admin* group, grupo admin*, admin* right|permission|privilege|local, \
         permiso|derecho|privilegio admin*, permiso|derecho|privilegio admin* local",
    ),
    object(Object::Updates, "updates, actualizaciones"),
    object(
        Object::Rival,
        "norton, mcafee, kaspersky, avast, avg, malwarebytes, bitdefender, eset, teamviewer, \
         anydesk, vnc, ultravnc, rustdesk, logmein, ccleaner, wireshark, torrent, utorrent, \
         nordvpn, tor browser, other|another|second|different antivirus|firewall, \
         otro|segundo|distinto antivirus|cortafuegos|firewall, remote control|access, \
         control|acceso remoto",
    ),
    object(
        Object::Named,
        "chrome, firefox, opera, brave, slack, zoom, vlc, acrobat, adobe reader, winrar, winzip, \
         7 zip, notepad, java, python, spotify, whatsapp, putty, filezilla, gimp",
    ),
    object(
        Object::Program,
        "app, application, program, software, tool, browser, package, aplicacion, programa, \
         herramienta, navegador, paquete",
    ),
    object(Object::Driver, "driver, controlador, controladores"),
    object(
        Object::Peripheral,
        "printer, scanner, webcam, headset, dock, displaylink, logitech, jabra, nvidia, realtek, \
         impresora, escaner, auricular*",
    ),
    object(
        Object::Component,
        "hyper v, iis, wsl, wsl2, subsystem|subsistema linux, smb1, smbv1, \
         telnet client, cliente telnet, sandbox, net framework, net 3, rsat",
    ),
    object(
        Object::Feature,
        "windows|optional|required feature, feature windows, windows component, \
         caracteristica|funcion|componente windows|opcional|opcionales|obligatori*, \
         caracteristicas",
    ),
    object(
        Object::Patch,
        "update, patch*, cumulative, hotfix, kb*, font, fuente, certificat*, actualizacion, actualizaciones, \
         parche, certificado, language pack, paquete idioma",
    ),
    object(Object::Business, "line business, linea negocio, erp, sap, crm, payroll, nomina"),
];

const PHRASES: &[Group<Says>] = &[
    whole(
        REQUIRED,
        "manage bde off, allprofiles state off, netfirewallprofile enabled false, \
         decrypt* c|drive|disk|volume|device|laptop, decrypt* c drive, \
         descifr*|desencript* disco|unidad|volumen|equipo, \
         dej*|quedar* not cifrar|cifrado|antivirus|cortafuegos|firewall|defender|bitlocker, \
         bajar*|bajo|tumb* firewall|cortafuegos|defender|antivirus",
    ),
    whole(
        CONFLICT,
        "dsregcmd leave, unenrol*, desinscrib*, leav* azure|domain|intune|mdm, \
         disjoin*, unjoin*",
    ),
    whole(
        SETTINGS,
        "admin* permanent*, permanent* admin*, let user|users run admin*, \
         dejarle|dejarla|dejarlo|dejarles admin*, dejarle|dejarla|dejarles como admin*, \
         creat* local admin*, creat* admin* account|user, \
         creat* new|second|another|extra|temporary|separate|spare local admin*, \
         creat* new|second|another|extra|temporary|separate|spare admin* account|user, \
         creat* account|user admin* right|permission|privilege, \
         crear|creo|crearle cuenta|usuario admin*, crear|creo|crearle cuenta|usuario local admin*, \
         crear|creo|crearle segund*|nuev*|otra|otro cuenta|usuario admin*, \
         creat* firewall rule|exception|exclusion, creat* exclusion|exception, \
         crear|creo regla firewall|cortafuegos, crear|creo exclusion|excepcion, \
         net localgroup administrators|administradores, software policies, \
         currentversion policies, testsigning, advfirewall set|add, \
         allow*|unblock*|permit*|enabl*|habilit*|desbloque* usb, habilit*|desbloque* puerto usb, open* port, open* firewall port, abr* puerto, local group policy editor",
    ),
    whole(
        OUTSIDE_DRIVER,
        "driver|controlador|controladores vendor|manufacturer|website|site|page|package|installer|download*|fabricante|proveedor|web|usb|cd|disc, \
         vendor|manufacturer|maker|third driver, third party driver, own driver, \
         lenovo vantage, dell command, hp support assistant",
    ),
    whole(
        INSTALLER,
        "msi, exe, msiexec, installer, instalador, instaladores, setup file, \
         run|launch|execut*|ejecut*|lanz* setup",
    ),
    whole(SOFTWARE, "download run, download execute, descarg* ejecut*"),
    whole(
        DEVICE_MANAGER,
        "device manager, administrador dispositivos, update* driver, uninstall* driver|device, \
         reinstal*|desinstal* dispositivo|device|controlador, roll* back driver, \
         rollback driver, roll* driver back, scan hardware, actualiz* driver|controlador, \
         revert* driver|controlador",
    ),
    whole(
        WORKAROUND,
        "activat* bitlocker, bitlocker activat*|activation, bitlocker never|not activat*, \
         activacion|activar bitlocker, resync*, sync* clock|time, system time|clock, set time, \
         w32tm, sincroniz* reloj|hora, hora sistema",
    ),
    whole(
        REPAIR,
        "powershell, command prompt, cmd, sfc, dism, chkdsk, troubleshooter, \
         restart* spooler|service, restart* print spooler, flush* dns, ipconfig, gpupdate, event viewer, \
         simbolo sistema, solucionador problemas, reinici* servicio|cola, reset* network, netsh",
    ),
    whole(LINE_OF_BUSINESS, "repair|fix|reset|restart sap|erp|crm client|app"),
    nothing(
        "elevated|admin|administrator prompt|shell|console|terminal|session, \
         consola|terminal|sesion elevada|administrador, \
         explorer|cmd|powershell|outlook|excel|winword|teams exe, re register, \
         windows installer, windows modules installer, installer service, servicio instalador, \
         install* failed, failed install*, instal*|installation log|error*|folder|fail*|hang*, \
         instalacion fall*|error*, log|error|registro|fallo|carpeta instalacion, \
         repair*|repar*|fix*|arregl* installation|instalacion, \
         defender|antivirus quarantine|history|scan*|signature*|definition*|log|report|alert, \
         defender|antivirus offline scan, cuarentena|historial|firma* defender|antivirus, \
         bitlocker recovery, bitlocker recovery key|screen, bitlocker key|pin|prompt, \
         clave|pantalla bitlocker, clave recuperacion, clave recuperacion bitlocker, \
         firewall log, stop* work*|respond*|sync*|print*, stop* windows update, \
         stop* wuauserv, net stop wuauserv, parar|deten* windows update, \
         parar|deten* servicio windows update, allow* defender|antivirus|bitlocker, \
         domain|dominio user|account|name|controller|profile|usuario, \
         usuario|cuenta|controlador dominio, policies apply|applied, mobile hotspot",
    ),
];
