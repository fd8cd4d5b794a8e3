//! What is listened for beside the kind of an issue, as static data: how many it hits, how badly,
//! and what is named in it.
//!
//! The clearer of two scopes counts: "only one user" over "the users".

use super::find::Group;
use crate::domain::route::terms::{
    Scope::{All, One, Several},
    Severity::{A, B},
};

use self::{
    Hits::{Scope, Severity},
    Names::{Driver, Office},
};

/// What a word names, whatever the issue is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// A driver or firmware, which may be repaired with elevated access.
    Driver,
    /// One of the Microsoft 365 Apps that the service covers.
    Office,
}

/// What a word says of how many are hit, and how badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hits {
    /// How many, and how clearly it says so.
    Scope(crate::domain::route::terms::Scope, u8),
    /// How badly.
    Severity(crate::domain::route::terms::Severity),
}

/// What is named; light words are left out.
pub const NAMES: [&[Group<Names>]; 1] = [NAMED];

/// Whom it hits; every word counts.
pub const HITS: [&[Group<Hits>]; 2] = [ENGLISH, SPANISH];

const NAMED: &[Group<Names>] = &[
    Group {
        tag: Driver,
        entries: "driver, firmware, device manager, bios, code 43, code 10, exclamation, \
                  unknown device, controlador, controladores, administrador dispositivos, \
                  dispositivo desconocido, exclamacion",
    },
    Group {
        tag: Office,
        entries: "office, microsoft 365, outlook, excel, word, powerpoint, onenote, teams, \
                  visio, onedrive, publisher, ms project",
    },
];

const ENGLISH: &[Group<Hits>] = &[
    Group {
        tag: Scope(All, 4),
        entries: "everyone, everybody, all users, all our users, all employees, all staff, \
                  whole company, entire company, whole organization, whole organisation, \
                  company wide, nobody can, not one can, all devices, all laptops, all pcs, \
                  all computers, all our devices, all sites, entire organization, \
                  entire organisation, all of us, every user, every device, the whole business",
    },
    Group {
        tag: Scope(Several, 2),
        entries: "several users, many users, multiple users, some users, a few users, \
                  various users, several people, many people, several devices, \
                  multiple devices, many devices, several laptops, several pcs, some devices, \
                  group of users, group of devices, group of pcs, whole floor, entire floor, \
                  whole department, entire department, whole office, entire office, whole team, \
                  entire team, our team, my team, colleagues have the same, several colleagues, \
                  other users too, other colleagues too, users not, department not, two users, \
                  three users, four users, five users, six users, ten users, dozens of, \
                  half of the, the entire branch, whole branch, a number of users, users report",
    },
    Group { tag: Scope(Several, 1), entries: "the users, users are, users in, users of, users" },
    Group {
        tag: Scope(One, 3),
        entries: "only one user, only one device, only one person, only a single, \
                  just one user, just one person, just me, only me, only my, only for me, \
                  only on one, not other users, not other user, not others, not other device, \
                  not other colleague, nobody else, not one else, other users are fine, \
                  other users not affected, other users are not, others are fine, \
                  others are not, everyone else, everybody else, all others, all other users, \
                  all the others, all the other users, the users are not, users are fine, \
                  the users are fine, the other users are fine",
    },
    Group { tag: Scope(One, 1), entries: "one user, a single user, one device, a single device" },
    Group {
        tag: Severity(A),
        entries: "production stopped, production is stopped, production down, \
                  production is down, production line stopped, production line is down, \
                  production stands still, production has stopped, business is down, \
                  business stopped, nobody can work, not one can work, company not work, \
                  losing money, loss of revenue, not invoice customers, all operations stopped, \
                  severity a, sev a, sev 1, complete outage, total outage, whole company not, \
                  whole company down, business critical outage",
    },
    Group {
        tag: Severity(B),
        entries: "department not work, team not work, whole department not, whole team not, \
                  entire department not, whole office not, branch not work, severity b, sev b, \
                  sev 2, group not work, not work at all in",
    },
];

const SPANISH: &[Group<Hits>] = &[
    Group {
        tag: Scope(All, 4),
        entries: "todos los usuarios, todo el mundo, toda la empresa, toda la compania, \
                  toda la organizacion, todos los equipos, todos los portatiles, \
                  todos los empleados, todos los dispositivos, todas las sedes, nadie puede, \
                  todo el personal, todos los ordenadores, a todos, todas las oficinas, \
                  todas las delegaciones",
    },
    Group {
        tag: Scope(Several, 2),
        entries: "varios usuarios, varias personas, varios equipos, varios portatiles, \
                  muchos usuarios, algunos usuarios, algunas personas, algunos equipos, \
                  muchos equipos, unos usuarios, un grupo de usuarios, un grupo de equipos, \
                  toda la planta, toda la oficina, todo el departamento, todo el equipo de, \
                  toda la sede, toda la delegacion, a varios, varios companeros, \
                  mis companeros tambien, otros companeros tambien, companeros con el mismo, \
                  dos usuarios, tres usuarios, cuatro usuarios, cinco usuarios, seis usuarios, \
                  diez usuarios, tres personas, media docena, la mitad de, decenas de, \
                  nos pasa a",
    },
    Group { tag: Scope(Several, 1), entries: "los usuarios, los equipos, usuarios de, usuarios" },
    Group {
        tag: Scope(One, 3),
        entries: "un solo usuario, una sola usuaria, una sola persona, solo un usuario, \
                  solo una usuaria, solo una persona, solo un equipo, solo a un usuario, \
                  solo a mi, solo me pasa a mi, un unico usuario, un solo equipo, \
                  un unico equipo, nadie mas, not otros usuarios, not hay otros usuarios, \
                  not hay mas usuarios, not mas usuarios, ningun otro usuario, a los demas, \
                  los demas, todos los demas, los demas usuarios, los demas equipos, el resto, \
                  el resto de usuarios, el resto de los usuarios, el resto de equipos, \
                  los otros usuarios not",
    },
    Group { tag: Scope(One, 1), entries: "un usuario, una usuaria" },
    Group {
        tag: Severity(A),
        entries: "produccion parada, produccion esta parada, produccion detenida, \
                  linea de produccion parada, fabrica parada, fabrica esta parada, \
                  empresa parada, negocio parado, nadie puede trabajar, not podemos facturar, \
                  perdiendo dinero, perdemos dinero, caida total, parada total, severidad a, \
                  critica para el negocio",
    },
    Group {
        tag: Severity(B),
        entries: "departamento not puede trabajar, equipo not puede trabajar, \
                  oficina not puede trabajar, todo el departamento parado, departamento parado, \
                  delegacion not puede trabajar, severidad b, area parada",
    },
];
