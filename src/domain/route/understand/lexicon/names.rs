//! Names and terms that English and Spanish desks share.

use super::Names::{self, Driver, Office};
use crate::domain::route::{
    terms::Kind::{self, Hardware, Local, Microsoft, Security, Service},
    understand::find::Group,
};

pub const NAMES: &[Group<Names>] = &[
    Group {
        tag: Driver,
        weight: 1,
        entries: "driver, firmware, device manager, bios, code 43, code 10, exclamation, \
                  unknown device, controlador, controladores, administrador dispositivos, \
                  dispositivo desconocido, exclamacion",
    },
    Group {
        tag: Office,
        weight: 1,
        entries: "office, microsoft 365, outlook, excel, word, powerpoint, onenote, teams, \
                  visio, onedrive, publisher, ms project",
    },
];

pub const SAYS: &[Group<Kind>] = &[
    // The thing itself.
    Group {
        tag: Hardware,
        weight: 4,
        entries: "bios, uefi, firmware, touchpad, trackpad, trackpoint, webcam, ssd, nvme, \
                  smart error, motherboard, thunderbolt dock, docking, dock, dockstation, \
                  displaylink, realtek, nvidia, nvlddmkm, geforce, amd radeon, intel graphics, \
                  chkdsk, whea, digitizer, tpm error, ram module, dimm, cmos, rma",
    },
    Group {
        tag: Hardware,
        weight: 3,
        entries: "driver, headset, hdmi, displayport, thunderbolt, usb c port, usb port, \
                  trackball, jabra, plantronics, logitech, wacom, stylus, surface pen, \
                  surface dock, bluetooth adapter, nic, smart card reader, hub usb, usb hub, \
                  sim tray, pixel, ssd disk, sata, gpu, cpu, ram, led, esim",
    },
    Group {
        tag: Hardware,
        weight: 2,
        entries: "bluetooth, usb c, monitor, audio, video card, wwan, smart card, lte, \
                  type cover, chipset, intel, amd",
    },
    Group {
        tag: Hardware,
        weight: 1,
        entries: "usb, laptop, surface, thinkpad, elitebook, latitude, probook, zbook, dell, \
                  lenovo, hp, asus, acer, fujitsu, precision, optiplex, elitedesk, display, \
                  pendrive, hardware, tablet, toshiba, dynabook",
    },
    // What the service deploys and decides.
    Group {
        tag: Service,
        weight: 5,
        entries: "autopilot, company portal, baseline, intune, mdm, esp, \
                  enrollment status page, windows update business, wufb, applocker, wdac, \
                  autopatch, managed desktop, win32 app, co management, comanagement, \
                  intunewin, endpoint manager",
    },
    Group {
        tag: Service,
        weight: 4,
        entries: "conditional access, bitlocker, wsus, esp page, laps, feature update, 23h2, \
                  24h2, 22h2, 25h2, asr, attack surface reduction, app protection, gpo, \
                  secure boot policy, 0x87d1041c, 0x87d*, 80180014, 0x8018*, 0x801c*, mam, \
                  device guard, credential guard, smartscreen policy, ring fast, fast ring, \
                  broad ring, first ring, test ring, pilot ring, update ring",
    },
    Group {
        tag: Service,
        weight: 3,
        entries: "windows update, smartscreen, entra join, azure ad join, defender firewall, \
                  tamper protection, 0x8024*, 0x800f*, 0x8007*, kb50*, patch tuesday, ring, \
                  windows hello business, kiosk, sccm, configuration manager",
    },
    Group {
        tag: Service,
        weight: 2,
        entries: "windows hello, entra id, azure ad, defender, hotfix, patch, parche",
    },
    // What Microsoft makes.
    // Of an update that fails two readers say two things.
    Group { tag: Microsoft, weight: 3, entries: "windows update, cumulative update" },
    Group {
        tag: Hardware,
        weight: 5,
        entries: "hand scanner, barcode scanner, handheld scanner, barcode reader, \
                  lector codigo barras, lector codigos barras, pistola codigo barras, \
                  lector barras",
    },
    Group {
        tag: Microsoft,
        weight: 5,
        entries: "touch keyboard, onscreen keyboard, teclado tactil, msmpeng, defender engine, \
                  motor defender",
    },
    Group {
        tag: Microsoft,
        weight: 4,
        entries: "onedrive, one drive, powerpoint, power point, onenote, one note, copilot, \
                  power bi, power automate, critical process died, stop code, bsod, powerapps, \
                  power apps, power query, microsoft teams, ms teams, microsoft edge, ms edge, \
                  microsoft excel, microsoft word, microsoft outlook, microsoft planner, \
                  microsoft loop",
    },
    Group {
        tag: Microsoft,
        weight: 3,
        entries: "outlook, excel, teams, sharepoint, office, microsoft 365, office 365, m365, \
                  o365, visio, microsoft, ms office, ost, pst, docx, xlsx, pptx, xlsm, \
                  windows defender scan, snipping tool, internet explorer mode, ie mode, \
                  explorer exe, msedge, edge, winword, word document, words document, explorer, \
                  owa, webview2",
    },
    Group {
        tag: Microsoft,
        weight: 2,
        entries: "^project, word, exchange, windows 11, windows 10, publisher, ms project, \
                  stream, viva, planner, todo, skype, macro, windows search, cortana, \
                  microsoft store, onedrive sync, pivot, vba, net framework",
    },
    Group { tag: Microsoft, weight: 1, entries: "windows, access database, win11, win10, browser" },
    // The organisation's own.
    Group {
        tag: Local,
        weight: 5,
        entries: "sap, sap gui, sap logon, s4hana, citrix, as400, datev, salesforce, \
                  anyconnect, globalprotect, forticlient, zscaler, openvpn, pulse secure, vpn, \
                  navision, dynamics nav, dynamics crm, business central, erp, crm, servicenow, \
                  jira, confluence, workday, autocad, solidworks, catia, sage, contaplus, \
                  a3nom, a3erp, meta4, peoplesoft, successfactors, odoo, ariba, teamcenter, \
                  revit, matlab, filemaker, lexware, docuware, sicalwin, gestiona, aranzadi",
    },
    Group {
        tag: Local,
        weight: 4,
        entries: "proxy, nas, toner, dhcp, intranet, lims, pacs, mes, scada, plotter, vdi, \
                  horizon client, terminal server, wifi, wi fi, wlan, softphone, avaya, 3cx, \
                  cisco phone, webex phone, firewall port, samba, dfs, unc path",
    },
    Group {
        tag: Local,
        weight: 3,
        entries: "dns, ldap, active directory, okta, rdp, ftp, sftp, oracle, mysql, sql server, \
                  access point, router, ethernet, lan, adobe acrobat, acrobat, chrome, firefox, \
                  java, webex, zoom, slack, putty, notepad, pdf creator, mfa, authenticator, \
                  2fa, otp, token rsa, badge reader",
    },
    Group {
        tag: Local,
        weight: 2,
        entries: "rj45, pdf, switch, internet, app, server, login, logon",
    },
    // Signs of compromise.
    Group {
        tag: Security,
        weight: 6,
        entries: "phish*, ransom*, malware, spyware, keylogger, botnet, rootkit, trojan, \
                  cryptolocker, lockbit, adware, smishing, vishing, quishing, bec, emotet, \
                  mimikatz, cobalt strike, xmrig, cryptominer, crypto miner, coinminer, \
                  infostealer, backdoor",
    },
    Group {
        tag: Security,
        weight: 5,
        entries: "virus, bitcoin, hacke*, exploit, impossible travel, brute force, \
                  password spray, data breach, scareware, ddos, exfiltrat*, deepfake, \
                  teamviewer unknown, wacatac, sim swap, tor browser",
    },
    Group { tag: Security, weight: 3, entries: "spam, scam, locked readme, edr, xdr, siem" },
    Group {
        tag: Security,
        weight: 0,
        entries: "spam folder, antivirus, anti virus, anti malware, anti phishing, anti spam",
    },
    Group {
        tag: Security,
        weight: 2,
        entries: "brasil, ucrania, crowdstrike, sentinelone, malwarebytes",
    },
    Group {
        tag: Security,
        weight: 2,
        entries: "beijing, belarus, brazil, china, iban, india login, indonesia, iran, korea, \
                  lagos, moscow, nigeria, pakistan, romania, russia, soc, thailand, turkey, \
                  ukraine, vietnam",
    },
];
