//! What is a sign of compromise only together, in both languages: each list may be met anywhere in
//! the text, and every word of an entry counts.

use crate::domain::route::{terms::Kind::Security, understand::together::Together};

/// Somebody says that it was not they.
const NOT_ME: &str = "\
    i not start|started|request|requested|ask|asked|make|made|create|created|send|sent|write|\
    wrote|trigger|triggered|initiate|initiated|do|recognise|recognize|authorise|authorize|\
    approve|expect, i did not start|started|request|requested|ask|asked|make|made|create|\
    created|send|sent|write|wrote|trigger|triggered|initiate|initiated|do|recognise|recognize|\
    authorise|authorize|approve|expect, \
    he not do|make|create|send|write|set|request|requested|ask|start, \
    he did not do|make|create|send|write|set|request|requested|ask|start, \
    she not do|make|create|send|write|set|request|requested|ask|start, \
    she did not do|make|create|send|write|set|request|requested|ask|start, \
    they not do|make|create|send|write|set|request|requested|ask|start, \
    they did not do|make|create|send|write|set|request|requested|ask|start, \
    not estar entrando|iniciando|accediendo|conectado, not estando, not creo nadie, \
    not lo creo nadie, not pidio nadie, que nadie, i was not, i am not signing|logging, \
    was not me, is not me, its not me, not by me, nobody requested|asked|created|added|made, \
    not one requested|created, we not create|make|request|add|install|send, \
    we did not create|make|request|add|install|send, he not make|do|send|create, \
    he did not make|do|send|create, she did not make|do|send|create, not era suya, \
    not era suyo, not era mia, not era mio, user denies, user not request, user not ask*, \
    user not start, says it was not, not my knowledge, not ours, not in our records, \
    not remember doing, not asking for, i have not request*, i have not ask*, yo not pedi, \
    not pedi, not la pedi, not lo pedi, not los pedi, not las pedi, yo not solicit*, \
    not solicite, not solicito, not lo solicite, not he pedido, not he solicitado, \
    not ha pedido, not ha solicitado, not estoy entrando, not estoy intentando, \
    not estoy iniciando, not estoy accediendo, not estaba intentando, yo not fui, not fui yo, \
    not he sido, ella not fue, el not fue, not fue ella, not fue el, not que yo, not que el, \
    not que ella, not que nadie, not reconozco, not reconoce, not reconocemos, nadie pidio, \
    nadie solicito, nadie ha pedido, nadie ha solicitado, nadie ha creado, nadie cre*, \
    nadie lo pidio, not son mios, not son mias, not inicie, not he iniciado, not lo hice, \
    not la hice, not lo he hecho, not la he hecho, not cree yo, not he creado, not he escrito, \
    not escribi, not mande, not envie, not los mande, not los envie, not nuestro, it not me, \
    that not me, i not signing|logging, not habia pedido|solicitado|iniciado|hecho|creado, \
    not lo habia pedido|solicitado, not la habia pedido|solicitado, jura que not";

/// What an account does, and what is done with it.
const ACCOUNT: &str = "\
    mfa, 2fa, two factor, authenticator, authentication, verification, verification code*, \
    one time code*, otp, push notification*, sign in prompt*, prompt*, approval*, password, \
    sign in*, login*, log in*, logon*, session*, account*, mailbox, search bar, extension*, \
    scheduled task, inbox rule*, rule named, forwarding, sent items, sent folder, sent mail*, \
    mails, emails, transfer*, bank account*, direct deposit, admin account*, local admin*, \
    codigo*, sms, aprob*, contrasena*, clave, inicio* de sesion, sesion*, cuenta, cuentas, \
    buzon, regla*, reenvio, transferencia*, correo, correos, autenticacion, verificacion, \
    doble factor, segundo factor, autenticador, metodo, administrador";

/// Somebody whom nobody knows gets in touch.
const STRANGER: &str = "\
    rang me, rang up, someone called, somebody called, someone phoned, somebody phoned, \
    man called, woman called, person called, guy called, got a call, call from, phone call, \
    chat from, text from, contacted me, messaged me, wrote to me, claiming, claimed to, \
    claims to, pretending, saying he, saying she, saying they, said he, said she, \
    external user, external contact, unknown number, guy from, person from, so called, \
    supposedly, microsoft support, from microsoft, help desk, me llamo, llamo un, \
    llamo alguien, una llamada, llamada de, diciendo ser, diciendo que, decia ser, dijo ser, \
    dijo que era, decia que era, se hizo pasar, haciendose pasar, supuesto, supuesta, \
    supuestamente, un externo, un tal, numero desconocido, uno de soporte, un tecnico de, \
    tecnico de microsoft, soporte de microsoft, soporte de windows, me escribio, \
    me escribieron, un senor, una senora, alguien de, someone called me, somebody called me, \
    man called me, woman called me, message from it, caller from|said|asked|told";

/// What strangers want: the device, or money.
const REMOTE: &str = "\
    teamviewer, team viewer, anydesk, any desk, quick assist, ultraviewer, rustdesk, logmein, \
    screenconnect, splashtop, remote access, remote control, remote session, remote tool, \
    shared my screen, share my screen, let him in, let her in, let them in, gave him, gave her, \
    gave them, powershell, run a command, paste a command, typed a command, \
    installed something, install something, gift card*, bank details, iban, asistencia rapida, \
    acceso remoto, control remoto, le di acceso, les di acceso, di acceso, compartir pantalla, \
    compartir la pantalla, comparti pantalla, comparti la pantalla, instalo algo, instalo un, \
    un comando, unos comandos, me hizo bajar, me hizo instalar, me hizo descargar, \
    me hizo abrir, me hizo entrar, me pidio la clave, me pidio la contrasena, \
    me pidio el codigo, tarjetas de regalo, tarjeta de regalo, datos bancarios, \
    numero de cuenta, transferencia urgente";

/// Something was handed over or let in.
const GAVE: &str = "\
    entered, typed, gave, put in, put my, filled in, filled out, submitted, logged in on, \
    logged into, signed in on, provided, shared my, clicked, clicked on, accepted, approved, \
    opened, pasted, scanned, ran, puse, puso, meti, metio, introduje, introdujo, ingrese, \
    ingreso mi, ingreso su, escribi, di mi, di mis, dio su, dio sus, facilite, facilito, \
    rellene, relleno, pulse, pinche, pincho, di clic, hice clic, hizo clic, di click, \
    hice click, le di, acepte, acepto, abri, abrio, pegue, pego, escanee, ejecute, cargue mis, \
    complete";

/// What should not be handed over, or let in.
const SECRET: &str = "\
    password, passwords, credentials, login, username, user name, card number, card details, \
    credit card, details, personal data, my data, code, qr, link, form, attachment, app, \
    contrasena, contrasenas, clave, claves, credenciales, mi usuario, su usuario, mis datos, \
    sus datos, datos, tarjeta, codigo, enlace, formulario, pin, adjunto, aplicacion, ejecutar, \
    run box, comando, command";

/// A doubt about where it went.
const DOUBT: &str = "\
    fake, realised, realized, not real, not the real, not legit*, scam*, suspicious, suspect, \
    looked like, looks like our, looked real, copy of, lookalike, phish*, text from, sms, \
    not a robot, url was, address was wrong, wrong url, misspelled, misspelt, strange page, \
    strange site, strange address, weird address, dodgy, falso, falsa, falsos, falsas, \
    igualita, igualito, igual a la, identica, identico, se parecia, parecida a, imita*, \
    nos dimos cuenta, estafa*, sospech*, decia un captcha, captcha que me, captcha told, \
    captcha said, captcha asked, robot, not era la, not era el, not era de, direccion rara, \
    pagina rara, enlace raro, fraude, engan*, timo, turned out fake|false|wrong|not, \
    resulto falso|falsa|ser falso|ser falsa, me di cuenta de que era, era falso, era falsa";

/// Where one of these is said, nobody has to be alarmed.
pub const HARMLESS: &str = "false alarm, falsa alarma, simulation, simulacro, simulacion, phishing test, drill, awareness, not yet, todavia not, aun not";

/// Lands and towns of which sign-ins are told.
const ABROAD: &str = "\
    russia, china, nigeria, brazil, vietnam, ukraine, iran, turkey, romania, indonesia, \
    thailand, belarus, pakistan, korea, moscow, beijing, lagos, india, bulgaria, ghana, \
    kazakhstan, egypt, morocco, netherlands, singapore, hong kong, another country, \
    foreign country, other country, rusia, brasil, ucrania, turquia, rumania, tailandia, \
    bielorrusia, corea, moscu, pekin, egipto, marruecos, kazajistan, singapur, paises bajos, \
    otro pais, extranjero, extranjera, otra ciudad";

pub const TOGETHER: &[Together] = &[
    Together {
        tag: Security,
        weight: 5,
        parts: &[
            "installed itself, installed by itself, installed on its own, se instalo sola|solo, \
             se instalaron solos|solas",
            "remote access, remote control, remote tool, toolbar, extension*, acceso remoto, \
             control remoto, barra de herramientas",
        ],
        unless: "",
    },
    Together {
        tag: Security,
        weight: 5,
        parts: &[
            "nobody, not one, nadie",
            "created, wrote, installed, made, comes from, came from, salio de, viene de, added, \
             requested, asked, recognises, recognizes, recognised, recognized, started, sent, \
             changed it, conoce, conocia, creo, creado, escribio, escrito, instalo, instalado, \
             hizo, hecho, anadio, agrego, pidio, pedido, reconoce, envio, enviado, mando",
            "local admin*, admin account*, administrator account, new admin*, account called, \
             user called, scheduled task*, inbox rule*, forwarding rule*, remote tool, process, \
             transfer*, payment*, bank account*, powershell, mfa, usuario administrador, \
             administrador nuevo, cuenta administrador, cuenta de administrador, cuenta nueva, \
             tarea programada, regla*, proceso, transferencia*, pago*, cuenta de cobro, \
             cuenta bancaria",
        ],
        unless: "nobody knows how, yet, todavia, aun, please create, please add, new starter",
    },
    Together {
        tag: Security,
        weight: 5,
        parts: &[NOT_ME, ACCOUNT],
        unless: "yet, todavia, aun, please create, please add, new starter, license, licence, licencia",
    },
    Together { tag: Security, weight: 5, parts: &[STRANGER, REMOTE], unless: "" },
    Together { tag: Security, weight: 5, parts: &[GAVE, SECRET, DOUBT], unless: "" },
    Together {
        tag: Security,
        weight: 5,
        parts: &[
            "successful sign*, successful login*, sign in from, sign ins from, signs in from, \
             signed in from, login from, logins from, logged in from, log in from, logon from, \
             ip in, ip from, ip address in, ip address from, an ip, access from, accessed from, \
             sessions from, session from, signing in from, sign in at, connected from, \
             inicio de sesion correcto, inicios de sesion, inicio de sesion desde, \
             inicio de sesion en, inicio sesion desde, sesion desde, sesiones desde, \
             sesion abierta en, acceso desde, accesos desde, conexion desde, conexiones desde, \
             entrada desde, entraron desde, entrado desde, conectado desde, sesion en, \
             sesiones en, sesion iniciada en, sesion iniciada desde, una ip, ip de",
            ABROAD,
        ],
        unless: "i travel*, i am travel*, while travel*, he is travel*, she is travel*, on a trip, viajo, estoy de viaje, estamos de viaje, esta de viaje, drops, disconnect*, slow, lento, lenta, se corta, se cae, our office in, branch, oficina de, delegacion de, sucursal, necesito, need access",
    },
    Together {
        tag: Security,
        weight: 5,
        parts: &[
            "someone is sending|using|reading|logged, someone added, someone changed, \
             someone sent, someone keeps, someone reads|reading, someone else is, \
             someone else has, somebody is sending|using|reading|logged, somebody added, \
             somebody changed, somebody sent, somebody keeps, \
             alguien esta enviando|usando|leyendo|mandando, \
             alguien ha enviado|usado|entrado|cambiado|anadido, alguien anadio, alguien agrego, \
             alguien cambio, alguien entro, alguien envia, alguien envio, alguien manda, \
             alguien mando, alguien usa, alguien uso, alguien accedio, alguien mas, \
             otra persona esta",
            "my mailbox, from my account, my account, in my name, my name, on my behalf, \
             my email, my mail, mfa, sign in method, mi cuenta, mi nombre, mi buzon, mi correo, \
             metodo, la cuenta de, el buzon de, su cuenta, su buzon",
        ],
        unless: "can you check if, podeis comprobar si, meeting room, sala",
    },
    Together {
        tag: Security,
        weight: 5,
        parts: &[
            "asks for payment, asking for payment, asks for money, \
             demands payment|money|bitcoin, demanding payment|money|bitcoin, wants money, \
             in crypto, crypto, bitcoin*, monero, ransom*, pay to get, pay to unlock, rescate, \
             piden dinero, pide dinero, piden un pago, pide un pago, exige pago|dinero|bitcoin, \
             exigen pago|dinero|bitcoin, exige un pago, exigen un pago, pagar para, \
             criptomonedas, pague",
            "my files, files, documents, photos, data, desktop, screen, archivos, documentos, \
             ficheros, fotos, datos, pantalla, escritorio",
        ],
        unless: "",
    },
    Together {
        tag: Security,
        weight: 5,
        parts: &[
            "found, someone left, encontre, encontro, encontrado, tirado",
            "usb, usb stick, pendrive, pen drive, memory stick, thumb drive, memoria usb, \
             una memoria",
            "plugged, plugged in, inserted, connected, conecte, conecto, enchufe, enchufo, meti, \
             puse",
        ],
        unless: "hub, mouse, headset, dock, port, raton, ram",
    },
    Together {
        tag: Security,
        weight: 4,
        parts: &[
            "accepted, clicked accept, clicked allow, allowed, granted, consent*, approved, \
             acepte, autorice, di permiso*, concedi, consentimiento",
            "app called, an app, app named, third party app, unknown app, una app, \
             una aplicacion, aplicacion llamada, aplicacion desconocida",
            "mailbox, my mail, my email, read my, all mail, buzon, mi correo, mis correos, \
             leer mi, leer mis",
        ],
        unless: "",
    },
];
