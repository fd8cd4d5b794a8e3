//! English.

use super::{
    Hits::{self, Scope, Severity},
    Wants::{self, Answer, Change, Favour, NoRepair, Nothing, Notice, Repair},
};
use crate::domain::route::{
    terms::{
        self,
        Kind::{self, Hardware, Local, Microsoft, Security, Service},
        Scope::{All, One, Several},
    },
    understand::find::Group,
};

pub const SAYS: &[Group<Kind>] = &[
    Group {
        tag: Hardware,
        weight: 0,
        entries: "white screen, blank screen, loading screen, splash screen, login screen, \
                  sign screen, lock screen, screen share, screen sharing, share screen",
    },
    Group {
        tag: Local,
        weight: 4,
        entries: "tms, wms, lms, pms, ehr, emr, ris, pacs, scada, moodle, oracle, ora 0*, \
                  hospital information system, information system, patient system, \
                  booking system, ticketing system, timetable system, warehouse system, \
                  dispatch system",
    },
    Group {
        tag: Hardware,
        weight: 5,
        entries: "battery health, battery life, power bank, lid tilted, lid, whine, coil whine, \
                  not bootable device, bootable device, fell off, fell desk, fell floor, \
                  dropped, numpad, numeric keypad, green tint, pink lines, lines display, \
                  colour tint, pairing pen, not pair, ghost touch, ghosting, dim screen, \
                  screen dim, screen dark, dark screen, screen black lid, black external, \
                  dock firmware, ethernet passthrough, passthrough, projector hdmi, hdmi, vga, \
                  dvi, adapter broken, charging port, charge port, usb slot, sd slot, \
                  card slot, sim slot, sim card, antenna, heats, hot air, thermal, throttl*, \
                  screws, rubber feet, casing, case cracked, chassis, plastic broken, bezel, \
                  hinges, backlit, backlight, nipple, pointer jumps, mouse pointer jumps, \
                  cursor jumps, double click mouse, scroll wheel, stylus tip, pen tip, \
                  external keyboard, wireless mouse, wireless keyboard, bluetooth mouse, \
                  bluetooth keyboard, bluetooth headset, headset, mic, microphone dead, \
                  mic dead, crackling, distorted sound, static noise, one ear, left speaker, \
                  right speaker, sound jack, audio jack, webcam blurry, camera blurry, \
                  camera black, camera cover, ir camera, face camera broken, finger sensor, \
                  power light, power led, led blinks, blinks, amber light, orange light, \
                  beep code, post screen, boot device, dead arrival, doa, not power, not boot, \
                  power cycle, sudden shutdown, shuts down randomly, powers off, \
                  turns off randomly, switches off randomly, screen replacement, \
                  replace screen, replacement battery, battery replacement, replace battery, \
                  new battery, motherboard replacement, vendor repair, site repair, \
                  onsite repair, technician dell, disk error, disk failing, drive failing, \
                  drive failure, read error disk, bad sectors, raid, memory error, memory test, \
                  ecc, bsod driver, wlan driver, touchpad driver, printer usb port, \
                  chipset driver, storage driver, thunderbolt driver, driver rollback, \
                  driver missing, missing driver, driver conflict, driver crash*, driver not, \
                  device not recognized, usb device not, usb device malfunction*, \
                  malfunctioned, code 43, code 10, code 28",
    },
    Group {
        tag: Local,
        weight: 5,
        entries: "resolve internal, internal host, host name, host names, hostname, \
                  name resolution, dial tone, ip phone, extension number, voicemail, \
                  voice mail, conference phone, xerox, ricoh, canon, kyocera, konica, brother, \
                  zebra, epson, lexmark, mfp, odbc, time clock, clocking, punch clock, \
                  turnstile, door access, access card, badge, fax, map drive, map marketing, \
                  marketing share, mapped, mapping, file path, server name, unc, sharename, \
                  department folder, common folder, team folder server, public folder server, \
                  backup server, test server, application server, web server, print server, \
                  domain controller, old phone, new phone, changed phone, authenticator old, \
                  authenticator new, not approve, approve sign, mfa new phone, mfa code, \
                  sms code, one time code, mfa not work*, mfa reset, reset mfa, smart card pin, \
                  forgot pin, forgot username, username, user name, user id, locked account, \
                  account lock*, account expired, expired account, contractor account, \
                  reactivate account, disabled account, login failed, login failure, \
                  invalid credentials, wrong credentials, credentials not accepted, \
                  wrong password, password not accepted, password rejected, password change, \
                  change password, self service password, sspr, switch down, network switch, \
                  patch panel, patch cable, network port, wall port, not ip, ip address, \
                  ip conflict, gateway, ping, packet loss, latency, bandwidth, slow internet, \
                  internet slow, internet down, line down, fibre, fiber, broadband, isp, \
                  hotspot, tethering, home router, home office internet, radius, \
                  captive portal, ssid, guest network, corporate wifi, wireless, vpn client, \
                  vpn token, tunnel, split tunnel, always vpn, remote access, \
                  remote session slow, rds, jump host, mainframe, terminal emulation, emulator, \
                  cad, cam software, bookkeeping, tax software, banking software, \
                  online banking, banking, elster, ticketing tool, helpdesk portal, hr tool, \
                  leave request, expense tool, expenses, concur, travel booking, crm tool, \
                  quotation, order entry, order system, stock system, production system, \
                  machine control, plc, label software, shipping, ups worldship, dhl, dispatch, \
                  medical, patient system, hospital, school software, house tool, \
                  own application, own app, custom app, home grown, homegrown, access database, \
                  sql, oracle client, java version, java applet, web form, intranet page, wiki, \
                  sharepoint premises, ftp server, fileserver, file shares, shares, \
                  quota server, home directory, home folder, home drive",
    },
    Group {
        tag: Microsoft,
        weight: 5,
        entries: "outlook rules, rules outlook, sign screen loops, new outlook, \
                  classic outlook, second mailbox, stuck away, status away, status stuck, \
                  checked user, print pdf, windows sign screen, login loop windows, \
                  windows login loop, black screen after sign, profile not loaded, \
                  co authoring, track changes, page numbers, header footer, ribbon, cell, \
                  cells, sheet, filter excel, sort excel, vlookup, xlookup, sumif, sumifs, \
                  formula*, pivot, chart, charts, slides, slide show, slideshow, \
                  presenter view, animation, font, fonts, template, templates, out office, \
                  delegate, delegates, delegation calendar, room calendar, \
                  room booking outlook, meeting room calendar, recurring meeting, reminder, \
                  reminders, emoji, gif, video call, call quality, camera teams, \
                  microphone teams, mute teams, sync client, files demand, version conflict, \
                  conflicting copy, onedrive icon, onedrive folder, sharepoint site, \
                  sharepoint library, sharepoint list, pdf edge, edge pdf, edge favorites, \
                  edge favourites, edge tab, webpage edge, new tab, windows photos, photos app, \
                  notepad, paint, mail app, windows hello camera, windows time, clock wrong, \
                  time zone, language pack, keyboard layout, keyboard language, \
                  display language, input language, sticky notes, focus assist, wake sleep, \
                  waking sleep, sleep resume, hibernat*, resolution scaling, dpi, scaling, \
                  desktop icons, wallpaper black, explorer crash*, explorer freez*, \
                  file association, default app, default program, context menu, recycle bin, \
                  quick access, search bar, search index, indexing, windows update agent, wmi, \
                  event id, dll, runtime error, dot net, side side configuration, \
                  app not responding",
    },
    Group {
        tag: Service,
        weight: 4,
        entries: "upgrade, rollout, rolled, reboot not, not warning, maintenance window reboot, \
                  force*, lockdown, restricted, deployment failed, failed deploy, not deploy*, \
                  not assigned, not applied, not apply, policy not, tenant restrictions, \
                  autoupdate, auto update, update loop, pending update, updates pending, \
                  missing patches, missing updates, missing security patches, vulnerab*, \
                  bit locker, encryption not, encryption pending, recovery screen",
    },
    Group {
        tag: Service,
        weight: 5,
        entries: "update restarts, restarts warning, windows 11 upgrade, upgrade windows 11, \
                  upgrade offered, offered upgrade, upgrade blocked, upgrade failed, \
                  place upgrade, windows upgrade, known folder move, folder redirection policy, \
                  redirect policy, mdm profile, out management, dropped management, \
                  management profile, app protection, hello business, login background, \
                  lock screen message, firewall rule pushed, rule pushed, pushed intune, \
                  pushed overnight, rolled overnight, blocked policy, setting enforced, \
                  enforced, mandated, remote action, device category, assigned profile, \
                  assigned policy, policy assignment, group assignment, assignment group, \
                  dynamic group, filter assignment, remediation script, proactive remediation, \
                  script deployed, package deployed, hardening, standard user, password policy, \
                  pin policy, lock policy, usb policy, power policy, browser policy, \
                  extension policy, update policy, restricted mode, s mode, \
                  app blocked organization, store blocked, control panel blocked, \
                  blocked group policy, group policy, restriction policy, restrictions, \
                  onboarding device, device onboarding, reenrol*, re enrol*, re enroll*, \
                  retire device, device retired, ownership corporate, compliance grace, \
                  noncompliance, non compliant, not meet requirements, access work school",
    },
    Group {
        tag: Security,
        weight: 0,
        entries: "report phishing, reporting phishing, phishing button, phishing simulation, \
                  simulated phishing, phishing drill, phishing test, phishing training, \
                  phishing awareness, phishing campaign, phishing course, ransomware course, \
                  ransomware drill, false positive, false alarm, lost connection, \
                  connection lost, lost signal, lose signal, lost network, lost access, \
                  lost formatting, lost formula, lost settings, lost password, lost, \
                  lost internet, lost vpn, lost wifi, lost sound, lost charge, lost mapping, \
                  lost drive, suspicious noise, files lost, lost file, lost files, lost email, \
                  lost emails, lost document, lost documents, lost data excel, lost bookmarks, \
                  lost favourites, lost favorites, lost icons, lost pairing, security team, \
                  security page, security group, security contact, security key, data lost",
    },
    Group {
        tag: Security,
        weight: 4,
        entries: "credential dumping, lsass, mimikatz, encoded command, encoded powershell, \
                  cobalt strike, reverse shell, webshell, passwords used, \
                  hands keyboard attack, hands keyboard, strange link, bounce mails, fake, \
                  forged, wallpaper changed message, changed message demanding, sent behalf, \
                  mails own name, bounce messages, undeliverable thousands",
    },
    Group {
        tag: Security,
        weight: 6,
        entries: "browser redirects, redirects strange, redirected strange, redirects pages, \
                  prompts not, mfa prompts, prompts night, ransom note, usb key found, \
                  usb stick found, plugged usb, usb car park, lateral movement, wired money, \
                  money transfer, fake supplier, supplier fake, exposed breach, \
                  passwords exposed, password exposed, pwned, looked like, page looked like, \
                  fake sso, looked legitimate, phone lost, lost phone, lost airport, \
                  lost train, lost bag, lost work phone, lost company phone, lost tablet, \
                  misplaced laptop, misplaced phone, close themselves, open themselves, \
                  powershell window, powershell windows open, windows open close, itself open, \
                  opens itself, typing itself, types itself, webcam light turns, \
                  camera light turns, account taken over, account takeover, logged elsewhere, \
                  unknown location, unknown place, unknown ip, unknown device account, \
                  unknown device signed, unrecognised device, unrecognized device, \
                  new device signed, another location, two countries, risky sign, risky user, \
                  risk detected, identity protection, sign risk, leaked credentials, \
                  credentials leaked, credentials stolen, stolen credentials, stolen password, \
                  password stolen, stolen session, token theft, attachment macro, \
                  enabled macro, enable content, invoice attachment, opened suspicious, \
                  suspicious, shady, phony, bogus, scammer, scammed, tricked, fooled, \
                  extension locked, encrypted overnight, not open files extension, \
                  renamed extension, bitcoin wallet, payment demanded, demands bitcoin, \
                  data stolen, stolen data, exfiltration, unusual upload, unusual traffic, \
                  outbound traffic, connections foreign, command control, port scan, \
                  brute forced, failed logins, failed sign ins, failed login attempts, \
                  hundreds failed, password reset not request, reset code not, \
                  security incident, incident response, intrusion, intruder, sabotage, \
                  tampered, keystroke, keylogging, spying, spied, eavesdrop, screen recorded, \
                  remote session nobody, remote session unknown, teamviewer session, \
                  anydesk session, quick assist caller, refund caller, stranger, \
                  unknown person, unknown caller, unknown software, unknown program, \
                  unknown app installed, unknown extension, unknown toolbar, \
                  search engine changed, homepage changed itself, browser hijack*, hijack*, \
                  fake antivirus, fake update, fake virus, infected message, virus warning, \
                  virus message, virus alert",
    },
    Group {
        tag: Hardware,
        weight: 5,
        entries: "swollen, bulging, warranty, overheat*, burning smell, smells burnt, \
                  smell burning, liquid spill*, coffee spill*, water damage, cracked screen, \
                  screen cracked, cracked display, broken screen, screen broken, broken hinge, \
                  hard disk fail*, hard drive fail*, disk failure, clicking noise, \
                  grinding noise, fan noise, power brick, unknown device, device manager, \
                  yellow exclamation, not power, not charg*, dead pixel, vertical line, \
                  horizontal line, screen flicker*, monitor flicker*, display flicker*, \
                  screen stays black, external monitor, second monitor, second screen, \
                  external display, battery drain*, driver fault, graphics driver, \
                  audio driver, network driver, wifi driver, touch screen, touchscreen, \
                  camera driver, keyboard key, sticky key, keys stuck, wifi card, network card, \
                  graphics card, sound card, mother board, driver update, updated driver, \
                  wireless card, video driver, display driver, bluetooth driver",
    },
    Group {
        tag: Hardware,
        weight: 4,
        entries: "battery, charger, charging, power adapter, power supply, power cord, \
                  power cable, power button, hard drive, hard disk, keyboard, hinge, cracked, \
                  spilled, spilt, spill, dropped laptop, fan, speaker, fingerprint reader, \
                  docking station, hot touch, loose port, loose connector, dead battery, \
                  memory stick ram, beep*, flicker*, sparks, smoke, scratched, bent, touch pad, \
                  mouse pad buttons, space bar, spacebar, stuck key, replacement part, \
                  spare part, defective, not boot bios, keys, port loose, port broken, \
                  port dead, bad sector, not bootable device, boot device not found, backlight, \
                  hardware fault, hardware failure, headphone jack, audio jack, ports",
    },
    Group {
        tag: Hardware,
        weight: 3,
        entries: "mouse, screen, microphone, headphones, earphones, camera, cable, adapter, \
                  dongle, physical*, serial number vendor, not light, not lights, not led, \
                  shuts down itself, shut down itself, turns itself off, gets hot, noisy, \
                  loud noise, rattl*, docks, fingerprint, sd card, not sound, not detected, \
                  not recogni*, touch, stylus pen, supplier, vendor",
    },
    Group {
        tag: Hardware,
        weight: 2,
        entries: "hot, sound, port, plugged, plug, monitors, disconnecting, noise, memory, \
                  not start, power off, powers off, lid",
    },
    Group {
        tag: Hardware,
        weight: 1,
        entries: "notebook, computer, machine, disk, power, brightness, projector, device",
    },
    Group {
        tag: Service,
        weight: 5,
        entries: "policy, policies, compliance, compliant, not compliant, noncompliant, enrol*, \
                  enroll*, configuration profile, managed organization, managed organisation, \
                  managed administrator, blocked administrator, blocked organization, \
                  blocked organisation, disabled administrator, recovery key, feature update, \
                  quality update, security update, monthly update, forced update, \
                  forced restart, pushed update, update pushed, update deployed, \
                  deployed update, required app, mandatory app, app deployment, device setup, \
                  account setup, preparing device, identifying apps, deployment ring, \
                  ring deployment, deployed intune, active hours, restart deadline, \
                  update deadline, pending restart, update pause, paused update, update defer*, \
                  defer*, rolled service, security baseline, self deploy*, pre provision*, \
                  provisioning package, not managed, unmanaged, marked managed, \
                  removed management, setting greyed, settings greyed, greyed out, grayed out, \
                  setting locked, administrator restrict*",
    },
    Group {
        tag: Service,
        weight: 4,
        entries: "wifi profile, wi fi profile, email profile deployed, certificate profile, \
                  organization, organisation, organization requires, organisation requires, \
                  check, last contact, not checked, download pending, pending download, \
                  provisioned, new configuration, configuration rolled, deployed, pushed, \
                  deployment, baseline, exclusion, update failed, update fail*, updates fail*, \
                  update stuck, update rolls back, updates not install*, update not install*, \
                  restarted update, reboot update, overnight update, last night update, \
                  cumulative update, wipe, remote wipe, sync device, device sync, last check, \
                  wallpaper enforced, usb block*, usb stick block*, removable storage, \
                  block* usb, screen lock, lock screen image, whitelist*, allow list, \
                  managed device, managed laptop, managed pc, bitlocker recovery, app catalog, \
                  app catalogue, windows feature update, update installed itself, rolls back, \
                  rolled back, installed overnight, encryption suspended, wait while set up, \
                  set up device, not get update, not receive update, not received update, \
                  stuck version, old build, setup work school, work school account, work school",
    },
    Group {
        tag: Service,
        weight: 3,
        entries: "update, updates, patching, managed, restarts, restarted, reboots, reboot, \
                  required, blocks, blocked, package, device group, administrator",
    },
    Group {
        tag: Service,
        weight: 0,
        entries: "update outlook, update calendar, not update calendar, \
                  shared calendar not update, refresh, user profile, profile picture, \
                  mail profile, loading profile, outlook profile, vpn profile, roaming profile",
    },
    Group {
        tag: Microsoft,
        weight: 5,
        entries: "start menu, file explorer, windows explorer, blue screen, task bar, taskbar, \
                  unlicensed product, not responding windows, windows not start, \
                  windows not boot, windows search, shared mailbox, pivot table, \
                  outlook search, search outlook, outlook profile, mail profile, \
                  loading profile, windows logo, spinning dots, red cross, preview handler, \
                  teams meeting, share screen, screen shar*, sharing screen, shared calendar, \
                  automatic repair, outlook password, teams call, addin, add ins, outlook rule, \
                  microsoft store, action center, notification center, reading pane, \
                  out office, meeting invite, meeting invitation, free busy, address book, \
                  conditional formatting, mail merge, startup repair, sleep mode windows, \
                  temporary profile, temp profile, windows activation, onedrive sync, \
                  edge browser, browser tab, outlook calendar, calendar outlook, \
                  teams notification, teams chat, teams channel, breakout room, \
                  background blur, office activation",
    },
    Group {
        tag: Microsoft,
        weight: 3,
        entries: "spreadsheet, workbook, slide, presentation, autosave, formula, document, \
                  mailbox, inbox, calendar, meeting, co author*, product key, activation, \
                  licence, license, licensed, sync pending, sync, syncing, desktop icon, \
                  right click*, clipboard history, bluescreen, loops repair, safe mode, \
                  browser extension, bookmarks, favorites, favourites, store app, calculator, \
                  search results, deactivated, not activated, profile corrupt*",
    },
    Group {
        tag: Microsoft,
        weight: 2,
        entries: "email, mail, signature, attachment, chat, version history, macros, \
                  microsoft account, crashes, crash, crashing, freezes, hangs",
    },
    Group { tag: Microsoft, weight: 1, entries: "file, folder, browser, sign, notification" },
    Group { tag: Microsoft, weight: 0, entries: "word wrong, wrong word" },
    Group {
        tag: Local,
        weight: 6,
        entries: "network drive, mapped drive, shared drive, shared folder, file server, \
                  file share, finance share, network share, network folder, printer, print*, \
                  locked out, forgot password, forgotten password, password forgotten, \
                  password reset, reset password, password expired, expired password, \
                  account locked, locked account, unlock account, account disabled, \
                  account unlock, label printer, print queue, print job, paper jam, \
                  network cable, network socket, wall socket, network outlet, scan email, \
                  scan folder, scanner, time recording, time tracking, payroll, line business, \
                  inhouse, barcode scanner, telephone, phone system, desk phone, \
                  network printer, guest wifi, guest wi fi, network outage, network drop*, \
                  branch office, remote desktop, domain trust, trust relationship, \
                  booking system, ticket system, erp system, warehouse system, cash register, \
                  point sale, pos terminal",
    },
    Group {
        tag: Local,
        weight: 4,
        entries: "network, copier, multifunction, drive h, drive g, drive p, drive s, drive z, \
                  drive x, h drive, p drive, s drive, g drive, z drive, x drive, k drive, \
                  internet connection, access denied, not permission, permission, permissions, \
                  read only access, folder permission, share, user account, domain account, \
                  accounting software, invoice, invoicing, accounting system, inventory, \
                  client software, application login, accounts payable, purchase order, \
                  crm system, supplier site, supplier portal, customer portal, web application, \
                  business application, internal website, internal site, internal portal, \
                  database, label, tray, duplex, connection drops, tunnel, wired connection, \
                  hr portal, hr system, legacy app*, bar code, home office connection, \
                  new phone authenticator",
    },
    Group {
        tag: Local,
        weight: 2,
        entries: "account, password, application, connect, connection, connectivity, drive, \
                  log, software, credentials, portal, site, website, web page, server, \
                  warehouse, certificate, meeting room, pin, username, program, tool, socket, \
                  locked, slow",
    },
    Group { tag: Local, weight: 0, entries: "application guard, switch off, switch" },
    Group {
        tag: Security,
        weight: 6,
        entries: "files encrypted, encrypted files, file encrypted, files locked, pay bitcoin, \
                  click* link, clicked suspicious, opened attachment unknown, suspicious mail, \
                  suspicious email, suspicious link, suspicious attachment, suspicious sign, \
                  suspicious login, suspicious process, suspicious activity, suspicious file, \
                  unusual sign, unusual login, unfamiliar sign, unknown sign, strange login, \
                  strange sign, foreign sign, foreign login, login abroad, sign abroad, \
                  sign russia, sign china, sign nigeria, login russia, login china, \
                  foreign country, another country, mfa prompts night, prompts not ask*, \
                  prompts not request*, not request code, not request mfa, mfa not request*, \
                  code not request*, unexpected mfa, unsolicited mfa, unsolicited, mfa bombing, \
                  mfa fatigue, mfa prompts not, authenticator requests not, \
                  approve request not, stolen, theft, stole, lost laptop, laptop lost, \
                  lost device, device lost, left train, left taxi, burglary, \
                  mouse moves itself, cursor moves itself, mouse moving itself, \
                  cursor moving itself, mouse moves alone, pointer moves itself, moves own, \
                  moving own, sends spam, sending spam, spam contacts, sent spam, \
                  mail not written, computer infected, pc infected, infected, call microsoft, \
                  call number, calling number, fake microsoft, remote control caller, \
                  caller claimed, claimed microsoft, pretend*, imperson*, tech support scam, \
                  gave remote, remote access caller, gift card, gift cards, \
                  bank details changed, changed bank, forwarding rule, inbox rule unknown, \
                  rule not create*, rule unknown, forwarding unknown, credential leak, leaked, \
                  breach, data leak, password found, dark web, unauthorised access, \
                  unauthorized access, unauthorised login, unauthorized login, \
                  unauthorised sign, unauthorized sign, unauthorised transfer, \
                  unauthorized transfer, compromised, compromise, unknown account, \
                  strange account, unknown admin, strange admin, account nobody created, \
                  nobody created, admin account appear*, defender alert, security alert, \
                  alert defender, malicious, threat, threats found, defender found, \
                  antivirus found, antivirus alert, antivirus off, antivirus disabled, \
                  antivirus turned off, defender turned off, defender off, \
                  protection turned off, files renamed, renamed locked, unknown exe, \
                  uploading data, data uploaded, unknown process, unknown usb, found usb stick, \
                  usb stick found, spoofed, spoofing, ceo fraud, fraud, fraudulent, \
                  fake invoice, fake login, fake website, fake page, fake mail, fake email, \
                  typed password page, gave password, gave credentials, ransom note, \
                  demanding payment, demand payment, demands payment, message demanding, \
                  pay ransom, demand money, demands money, demanding money, changed iban, \
                  approve requests, pressed approve, tapped approve, accepted prompt, \
                  approved prompt, authenticator requests, mfa requests, authenticator prompts, \
                  mfa prompts, approval requests, left bus, left airport, left plane, \
                  laptop missing, laptop gone, toolbar nobody, nobody installed, strange pages, \
                  redirects strange, weird window, strange window, windows pop up, \
                  stranger called, pretending, asked install, made install, \
                  macro enabled attachment, opened invoice, opened zip, pay decrypt*, \
                  extortion, blackmail, identity theft, someone logged, somebody logged, \
                  someone else logged, somebody opens, someone opens, someone controls, \
                  somebody controls, someone remotely, someone else signed, \
                  powershell window flashes, command window flashes",
    },
    Group {
        tag: Security,
        weight: 4,
        entries: "suspicious, north korea, attacker, intruder, not myself, qr code mail, \
                  popup call, pop call, pop up call, strange email, strange emails, \
                  strange mail, unknown sender",
    },
    Group {
        tag: Security,
        weight: 2,
        entries: "strange, unknown, popup, pop ups, pop up, popups, encrypted, prompt, weird",
    },
    Group {
        tag: Security,
        weight: 0,
        entries: "security update, security baseline, security policy, prompt password, \
                  unknown device, unknown error, unknown publisher, security patch, \
                  unknown issue, strange noise, weird noise, unknown reason",
    },
    Group {
        tag: Security,
        weight: 6,
        entries: "cracked version|software|copy|program|app|photoshop|office, \
                  downloaded cracked, keygen, pirated, miner, crypto mining, \
                  mining bitcoin|crypto*|coins|monero, antivirus switched|turned off|disabled, \
                  antivirus off not turn|switch|enable, defender switched off, \
                  protection switched|turned off, firewall turned|switched itself off, \
                  unknown device joined|appeared|connected, scans ports, scanning ports, \
                  scanned ports, port scanning, ports scanned, password sale, passwords sale, \
                  credentials sale, accounts sale, data sale, sale internet|darknet|dark, \
                  sold internet|darknet, invoice different|another|changed bank|account|iban, \
                  different bank account, another bank account, other bank account, \
                  new bank account details, new bank details, different account number, \
                  bad password attempts, \
                  password attempts internet|abroad|outside|unknown|foreign, \
                  login attempts internet|abroad|outside|unknown|foreign, \
                  logon attempts internet|abroad|outside|unknown|foreign, \
                  sign attempts internet|abroad|outside|unknown|foreign, \
                  files crypt|locked|encrypted, extension crypt|encrypted|lock|enc, \
                  ending crypt|locked|encrypted, end crypt|locked|encrypted, \
                  ends crypt|locked|encrypted, \
                  reset mail|email|message|code|request|link not ask*|request*|order*|want, \
                  mail not ask*, codes not ask*, \
                  mailbox sends|sending|sent thousand|hundred|spam, \
                  account sends|sending|sent thousand|hundred|spam, sends thousand mails, \
                  sends thousands|hundreds, sending thousands|hundreds, \
                  sent thousands|hundreds, \
                  rule not make|made|create*|set|add|added|configure*|write|wrote, \
                  rules appeared, rule forwards, rule appeared, forwards external, \
                  mail not write|wrote|written, email not write|wrote|written, \
                  message not write|wrote|written, password changed nobody, sign not mine, \
                  sign ins not mine, login not mine, logins not mine, mouse moves not touch*, \
                  cursor moves not touch*, pointer moves not touch*, mouse moving not touch*, \
                  opens window|program|app|file own|alone, types own, writes own, types alone, \
                  somebody remotely, remotely controlling, remotely controls, \
                  remotely controlled, remotely operated, controlling remotely, \
                  controls remotely, somebody controlling, someone controlling, \
                  somebody else controls|controlling, someone else controls|controlling, \
                  taken car, taken bag|backpack|desk|train|hotel|home, nicked, snatched, \
                  mugged, robbed, pickpocket*, \
                  left cab|uber|hotel|restaurant|pub|coach|tram|underground|subway|plane, \
                  car broken, broke car, laptop taken, phone taken, tablet taken, \
                  notebook taken, laptop gone|went missing, phone gone|went missing, \
                  tablet gone|went missing, notebook gone|went missing, \
                  device gone|went missing, surface gone|went missing, \
                  computer gone|went missing, laptop nowhere found, \
                  replied password|credential|login|pin|code, \
                  sent password|credential caller|stranger|link, \
                  gave login|pin|code|number|card, told password|pin|code, \
                  told caller|him password|code|pin, shared credentials, \
                  provided password|credential, scanned qr, qr code entered|asked|login, \
                  entered login|details|code|data|bank|card|pin, \
                  typed credential|login|details|data, \
                  entered password link|site|website|page|form, filled form password, \
                  unless pay*, gone pay*, pay back files, pay files back, \
                  pay get files|back|data, pay recover|unlock|restore, pay money|ransom, \
                  pay fine, police pay|fine|locked|says, how decrypt file|txt|html|instruction, \
                  decrypt instructions, readme decrypt, wants money, want money, \
                  money back files, cryptocurrenc*, crypto currency, monero, crowdstrike alert|\
                  alerted|detected|detects|quarantined|detection|found|isolated|report|reported|\
                  contained|blocked|flagged, sentinelone alert|alerted|detected|detects|\
                  quarantined|detection|found|isolated|reported|contained|killed|blocked|\
                  flagged, sophos alert|detected|detects|quarantined|detection|found|isolated|\
                  reported|cleaned|flagged, malwarebytes alert|detected|detects|quarantined|\
                  detection|found|reported|flagged, eset alert|detected|detects|found|reported, \
                  kaspersky alert|detected|detects|found|reported, \
                  defender isolated|contained|detected|detects, edr isolated|detected|alert, \
                  xdr isolated|detected|alert, mfa night, mfa middle night, mfa 3am, \
                  authenticator night, authenticator middle night, \
                  authenticator asks|rings|buzzes|pops night|constantly, approve middle night, \
                  approval night, prompts middle night, requests middle night, \
                  asks approve night|middle, oauth consent, accepted permissions|consent, \
                  gave consent, consented, consent app, granted app|unknown, \
                  approved app mailbox, app asked|wants read mail|mailbox|mails, \
                  app permissions mailbox, admin nobody, administrator nobody, account nobody, \
                  user nobody knows, nobody added, admin not one, administrator not one, \
                  account not one, admin not added, new admin nobody, new administrator nobody, \
                  whatsapp ceo|boss|director|manager|cfo, \
                  ceo asks|asked|wants|whatsapp|urgent*|wrote|gift|transfer, ceo whatsapp, \
                  cfo asks|asked|wants, boss gift|asks transfer|gift, director whatsapp, \
                  message ceo|cfo, mail ceo|cfo transfer|payment|gift, urgent transfer, \
                  urgent wire",
    },
    Group { tag: Security, weight: 5, entries: "how decrypt" },
    Group {
        tag: Security,
        weight: 0,
        entries: "how decrypt drive|disk|usb|mail|bitlocker|pdf|email|message|device, \
                  account not one can, user nobody can, account nobody can",
    },
    Group {
        tag: Hardware,
        weight: 5,
        entries: "not turn laptop|pc|computer|screen|notebook|monitor|machine|device|tablet|\
                  display, laptop not turn, pc not turn, computer not turn, screen not turn, \
                  notebook not turn, monitor not turn, machine not turn, device not turn, \
                  tablet not turn, display not turn, surface not turn",
    },
    Group {
        tag: Security,
        weight: 2,
        entries: "adverts, alert, bank transfer email, caller, china, emails not sent, exposed, \
                  leak, listening, lost, mails not sent, messages not sent, mislaid, misplaced, \
                  nigeria, not send, not sent, not write, not wrote, quarantin*, read file, \
                  russia, somebody else, someone else, taken over, takeover, toolbar",
    },
];

/// What is told in phrases of light words.
pub const TOLD: &[Group<Kind>] = &[
    Group {
        tag: Service,
        weight: 6,
        entries: "by policy, by a policy, by the policy, by a device policy, by our policy, \
                  by intune, by the baseline, by a baseline, by the update ring, \
                  by the deployment, pushed by, deployed by, \
                  which intune pushes|pushed|deploys|deployed|installs|installed, \
                  that intune pushes|pushed|deploys|deployed|installs|installed, intune pushes, \
                  intune pushed, intune deploys, intune deployed, the service pushed, \
                  the service deployed, the service should have, the last rollout, \
                  the last deployment, since the rollout, since the deployment, \
                  after the rollout, after the deployment, test ring, fast ring, first ring, \
                  broad ring, test group of devices, ring change",
    },
    Group {
        tag: Security,
        weight: 6,
        entries: "did not do it, i not do it, was not me, i did not ask for them, \
                  that i did not ask for, that i not ask for, i did not make them, \
                  which i did not make, that i did not make, that i not make, \
                  that i did not create, that i not create, which i did not create, \
                  emails i have not sent, emails i did not send, mails i have not sent, \
                  mails i did not send, mails that i did not send, mails that i have not sent, \
                  messages i did not send, messages that i did not send, \
                  emails that i did not send, emails that i have not sent, that i did not send, \
                  that i not send, that i not sent, that i did not write, that i not write, \
                  that i have not written, not me touch* it, not me touching it, \
                  not me touching anything, not me doing anything and types, not by me, \
                  i was not the one, are not mine, is not me, on its own and types",
    },
];

pub const WANTS: &[Group<Wants>] = &[
    Group {
        tag: Repair,
        weight: 2,
        entries: "not any more, will not, not, loops, loop, complain, complains, does nothing, \
                  nothing happens, nothing, forever, blurry, timeout, throws, breaks, stopped, \
                  missing, dark, whine, forgot, lost, not be, can not longer, times out, \
                  shows error, error code, faulty, defective, weird, kicked out, stuck on",
    },
    Group {
        tag: Change,
        weight: 3,
        entries: "assign*, raise, set, make, apply, link, join, convert, copy, import, archive, \
                  hide, show, unpin, block, release, register, unregister, retire, \
                  decommission, swap, ship, order, buy, purchase, book, schedule, postpone, \
                  delay, lower, decrease, expand, downgrade, reinstall, redeploy, reimage, \
                  re image, rebuild, hand out, lend, loan, loaner, connect the new, \
                  local admin rights, admin rights, admin permissions, be the default, \
                  as default, default browser, set as default, removed, switched, added, \
                  allowed, replaced, extended, unblocked, whitelisted, new joiner, joiner, \
                  newcomer, trainee, intern, apprentice, contractor starts, employee starts, \
                  joins us, joining, leaves us, leaving the company, left the company, \
                  new user, new account, create account, new mailbox, new group, new site, \
                  new share, new folder, new printer, new phone for, replacement laptop for, \
                  bigger mailbox, more storage, more space, quota, extra, opt in, opt out, \
                  pilot, exception, exemption, permit, authorise, authorize, approve the, \
                  approval for, provide, supply, equip, hand over to, take over, forward the, \
                  redirect, alias, rename*, merge, split, sync the group, allow us, allow the, \
                  let us use, make available, available in the company portal, publish, \
                  published, publishing, package, packaging",
    },
    Group {
        tag: Notice,
        weight: 4,
        entries: "we are announcing, not action needed, not action required, gets new rules, \
                  will get, will change, will move, will switch, will start, will end, \
                  will stop, will be retired, will be shut, will be turned, will be upgraded, \
                  will be closed, retirement of, end of support, end of life, \
                  is being replaced, are being replaced, moving to a new, moves to a new, \
                  new building, new office, relocation, closed on, holiday closure, \
                  inventory day, audit next, drill, phishing simulation, simulated phishing, \
                  test campaign, please inform, please announce, as of, effective, \
                  starting monday, starting on, scheduled for, go live, cutover, \
                  migration weekend, reminder that, we have changed, has been moved to, \
                  newsletter",
    },
    Group {
        tag: Answer,
        weight: 4,
        entries: "what the process, who is the contact, what is the process, what process, \
                  process for, procedure for, procedure, instructions on, instructions for, \
                  looking for instructions, tell me the, tell me how, tell me what, tell us, \
                  please tell, is there any plan, any plans, any news, any update on when, \
                  roadmap, eta for, status of my, status of the ticket, may users, are users, \
                  should users, do users, must users, is it mandatory, is it necessary, \
                  is it safe, is it ok, is it okay, is it normal, is it true, is it planned, \
                  are there any, anybody know, does anyone know, does anybody know, \
                  do you know, asking for information, need information, need some information, \
                  request for information, more information, further information, \
                  clarification, clarify, explain, guideline, guidelines, best practice, \
                  recommend, recommended, recommendation, advice on, advise on, faq, training, \
                  course, list of, overview of, compare, comparison, meaning of, what kind, \
                  what type, for how long, since when, until when, by when, who do i contact, \
                  whom, contact of, contact for, cover, covers, how come, curious",
    },
    Group {
        tag: Repair,
        weight: 3,
        entries: "not work, not working, stopped working, stops working, does not work, \
                  do not work, not longer works, not longer work, error, fails, failed, \
                  failing, fail, crash*, freez*, frozen, hangs, hang, stuck, broken, not, \
                  not able, unable, keeps asking, keeps, corrupt*, denied, refuse*, reject*, \
                  disconnect*, disappear*, vanish*, missing, gone, dead, not react, \
                  not respond, not responding, not open, not start, not load, not sync, \
                  not print, not connect, not detected, not found, not reachable, unreachable, \
                  out of order, wrong, rolls back, does not, do not, did not, is not, are not, \
                  can not",
    },
    Group {
        tag: Repair,
        weight: 2,
        entries: "not, problem, trouble, issue, slow, lost, black, blank, empty, drops, \
                  dropped, locked out, expired, forgot, since, after, blocks, blocked, \
                  conflict, timeout, timed out, strange, suspicious, help, losing, very slow, \
                  reinstalling, rebooting, hacked, infected, clicked, stolen, broke, flicker*, \
                  loud, noise, crack*, spill*, swollen, overheat*, stays, remain, bug",
    },
    Group {
        tag: Repair,
        weight: 1,
        entries: "suddenly, again, sometimes, randomly, intermittent*, code",
    },
    Group {
        tag: Answer,
        weight: 4,
        entries: "what should, what shall, what must, what do i do, can you advise, tutorial, \
                  recommended way, best way, asks whether, do i have to, do we have to, \
                  are allowed, how do i, how do we, how do you, how can i, how can we, \
                  how can users, how can a user, how can, how do, how to, how does, how should, \
                  how long, how many, how much, how often, is it possible, is it allowed, \
                  are we allowed, am i allowed, may i, what is the, what are the, what does, \
                  ^what is, ^what are, ^which, ^who, ^where, ^when will, when will, ^when is, \
                  ^when are, when does, where can i, where do i, where can we, where can users, \
                  where to find, can you tell me, could you tell me, can you tell us, \
                  can you explain, could you explain, can you confirm, could you confirm, \
                  can someone explain, please explain, please confirm, please clarify, \
                  please advise whether, please let us know, please let me know, let me know, \
                  let us know, would like to know, want to know, need to know, wondering, \
                  wants to know, like to know, only like to know, wanted to know, \
                  wanted to ask, would like to understand, asks how, asking whether, asks if, \
                  asking if, asking how, user asks, user wants to know, ^are there, ^is there, \
                  is there a, do we have, do you have, ^does the, ^does our, ^does mmd, \
                  ^do the, ^is the, ^is our, ^are the, ^will the, ^will our, ^will we, \
                  ^do you support, is supported, are supported, supported browsers, \
                  question about, question regarding, question, questions, query about, \
                  enquiry, inquiry, information about, information on, looking for information, \
                  looking for documentation, documentation, user guide, difference between, \
                  what happens, should we, should i, which version, which versions, whether",
    },
    Group {
        tag: Answer,
        weight: 3,
        entries: "^can external, ^can contractors, ^can a, ^can my, ^can one, ^may we, ^are, \
                  ^is, ^will, ^does, ^can i, ^can we, ^can users, ^can a user, ^can the, \
                  ^could i, ^can our, ^do i, ^do we, ^why, ^what, ^how, ^should",
    },
    Group {
        tag: Notice,
        weight: 4,
        entries: "for your information, fyi, please be aware, please note, be advised, \
                  heads up, announcement, announce*, we inform, to inform you, informing you, \
                  planned maintenance, scheduled maintenance, maintenance window, \
                  planned outage, ^planned, ^upcoming, planned change, planned downtime, \
                  will be replaced, will be migrated, will be moved, will be renewed, \
                  will be down, will be offline, will be unavailable, will be switched, \
                  will be updated, will be changed, will be decommissioned, will be closed, \
                  will be introduced, we will replace, we will change, we will migrate, \
                  we will move, we will switch, we will be, we will renew, we are going to, \
                  we are planning, we plan to, for information, just to let you know, \
                  letting you know, this is to let you know, ^information the, ^information on, \
                  ^notice, ^subject change of, ^info, just so you know, expires in, expires on, \
                  is due to expire, will expire, going to be replaced, going to change, \
                  notice of, notification of",
    },
    Group {
        tag: Notice,
        weight: 2,
        entries: "maintenance, planned, scheduled, next weekend, next week, this weekend, \
                  next month, from monday, will, in 60 days, downtime, not action",
    },
    Group {
        tag: Favour,
        weight: 3,
        entries: "we like to, i like to, can we get, can i get, can we have, can i have, \
                  could we have, could i have, could we get, could i get, ^we like, ^i like, \
                  we like it, i like it, we like the, i like the, could you please, \
                  can you please, would you please, request to, request for, ^request, \
                  we request, requesting, we need, i need, need to have, would like to have, \
                  i would like, we would like, we want, i want, user needs, user requests, \
                  user wants, user would like, needs access, need access, requires access, \
                  requests access, access request, requires, would like",
    },
    Group {
        tag: Favour,
        weight: 2,
        entries: "please, kindly, could you, can you, would you, need, needs, want, wants, pls, \
                  plz",
    },
    Group {
        tag: Change,
        weight: 3,
        entries: "^open port, open port, ^open firewall, ^update, ^block, ^reset the default, \
                  ^swap, ^book, ^schedule, install*, add, adding, remove, removing, removal, \
                  uninstall*, move, moving, rename, enable, activate, allow, change, changing, \
                  set up, setup, setting up, create, creation, deploy, roll out, rollout, \
                  grant, give, whitelist*, unblock, exclude, exempt*, extend, increase, raise, \
                  reduce, upgrade, assign, reassign*, unassign, provision*, order, migrate, \
                  transfer, delete, configure, prepare, publish, push, switch, turn on, \
                  turn off, disable, deactivate, map, whitelisting, access to, write access, \
                  new laptop for, new device for, additional, second monitor, second screen, \
                  larger, bigger, onboard*, offboard*, new employee, new starter, new joiner, \
                  new hire, new colleague, leaver, starts on, distribution list, \
                  distribution group, security group, shared mailbox for, mailbox for, \
                  license for, licence for, software request, put, include, lift, replace, \
                  hand over, update the, pin, new version of",
    },
    Group {
        tag: NoRepair,
        weight: 3,
        entries: "nothing is broken, nothing broken, not broken, nothing is wrong, \
                  nothing wrong, still works, nothing has happened, nothing happened yet, \
                  not an incident, not incident, not a fault, not fault, out of curiosity, \
                  just curious, only for information, only need it for, not asking to change, \
                  not asking for a change, not complaint, works fine but we, works fine but i, \
                  nothing failed, not order yet, not ordered, not bought, before i buy, \
                  before we buy, thinking of buying, not get any, not got any, \
                  not received any, not start automatic*, not open automatic*, \
                  not open by itself, to not, on purpose, by design, not outage, not affected, \
                  not action is needed, not action needed, not action required, not impact, \
                  not impact is expected",
    },
    Group {
        tag: Nothing,
        weight: 0,
        entries: "please wait, add in, add ins, update ring, update rings, update channel, \
                  requires you to, requires me to, organization requires, \
                  organisation requires, asks me to, prompts me to, tells me to, forces me to, \
                  need help, needs help, i need help, we need help, please help, please check, \
                  please look, please fix, please advise, please assist, could you check, \
                  can you check, can you help, could you help, can you fix, can you look, \
                  please investigate, please reset, please unlock, not rush, not urgent, \
                  not hurry, need assistance, can you unlock, can you reset, could you reset, \
                  could you unlock, please have a look, after holiday, after holidays, \
                  unable to install, not install, fails to install, failed to install, \
                  will not, can not install, install fails, install failed, installation fails, \
                  installation failed, install error, installation error, app install fails, \
                  error after, set up fails, set up error, wants me to, wants to call, \
                  asks for, asking for, keeps asking for, needs to be replaced, \
                  need to be replaced",
    },
];

pub const WORKS: &[Group<()>] = &[Group {
    tag: (),
    weight: 1,
    entries: "works, works fine, works ok, works okay, works perfect*, works great, \
                  works well, works normally, works there, works in zoom|chrome|webex|firefox|\
                  edge|safari|another|other|private|incognito, works on another|other, \
                  works from another|other, works with another|other, work fine, work ok, \
                  work okay, work perfectly, work well, working fine, is fine, are fine, is ok, \
                  are ok, is okay, are okay, is good, are good, is perfect, opens fine, \
                  prints fine, loads fine, fine in, ok in, fine on, ok on, fine from, \
                  not problem in, not problems in, not problem with, not issue in, \
                  not issues in, nothing to do with, not involved, looks fine, tested ok, \
                  all good",
}];

pub const WORKS_NOT: &[Group<()>] = &[Group {
    tag: (),
    weight: 1,
    entries: "nothing, nobody, badly, poorly, intermittent*, for a, for one, for two, dies, \
                  died, jam*, drops, disconnect*, broken, dead, black, gone, make sure, until, \
                  only, except, unless, slowly, half, sometimes, then, hardly, barely, stopped, \
                  freez*, crash*, fail*, error*, used to, anymore, any more, slow",
}];

pub const HITS: &[Group<Hits>] = &[
    Group {
        tag: Scope(All),
        weight: 4,
        entries: "everyone, everybody, all users, all our users, all employees, all staff, \
                  whole company, entire company, whole organization, whole organisation, \
                  company wide, nobody can, not one can, all devices, all laptops, all pcs, \
                  all computers, all our devices, all sites, entire organization, \
                  entire organisation, all of us, every user, every device, the whole business",
    },
    Group {
        tag: Scope(Several),
        weight: 2,
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
    Group {
        tag: Scope(Several),
        weight: 1,
        entries: "the users, users are, users in, users of, users",
    },
    Group {
        tag: Scope(One),
        weight: 3,
        entries: "only one user, only one device, only one person, only a single, \
                  just one user, just one person, just me, only me, only my, only for me, \
                  only on one, not other users, not other user, not others, not other device, \
                  not other colleague, nobody else, not one else, other users are fine, \
                  other users not affected, other users are not, others are fine, \
                  others are not, everyone else, everybody else, all others, all other users, \
                  all the others, all the other users, the users are not, users are fine, \
                  the users are fine, the other users are fine",
    },
    Group {
        tag: Scope(One),
        weight: 1,
        entries: "one user, a single user, one device, a single device",
    },
    Group {
        tag: Severity(terms::Severity::A),
        weight: 2,
        entries: "production stopped, production is stopped, production down, \
                  production is down, production line stopped, production line is down, \
                  production stands still, production has stopped, business is down, \
                  business stopped, nobody can work, not one can work, company not work, \
                  losing money, loss of revenue, not invoice customers, all operations stopped, \
                  severity a, sev a, sev 1, complete outage, total outage, whole company not, \
                  whole company down, business critical outage",
    },
    Group {
        tag: Severity(terms::Severity::B),
        weight: 2,
        entries: "department not work, team not work, whole department not, whole team not, \
                  entire department not, whole office not, branch not work, severity b, sev b, \
                  sev 2, group not work, not work at all in",
    },
];
