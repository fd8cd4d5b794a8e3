//! Spanish, written without accents, as texts are compared.

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
        weight: 3,
        entries: "audifonos, audifono, diadema, cascos, auricular, auriculares, bocina, \
                  bocinas, altavoz, altavoces, parlante, parlantes",
    },
    Group {
        tag: Hardware,
        weight: 0,
        entries: "pantalla blanco, pantalla blanca, pantalla carga, pantalla inicio sesion, \
                  pantalla inicio, pantalla login, pantalla error",
    },
    Group {
        tag: Local,
        weight: 3,
        entries: "sistema notas, sistema asistencia, sistema facturacion, sistema gestion, \
                  sistema pedidos, sistema inventario, sistema reservas, sistema citas, \
                  sistema academico, sistema contable, sistema turnos, sistema ventas, \
                  aula virtual, intranet, plataforma educativa, historia clinica, lista espera",
    },
    Group {
        tag: Local,
        weight: 0,
        entries: "desbloquead web, desbloquear web, desbloqueen web, desbloquear pagina, \
                  desbloquead pagina",
    },
    Group {
        tag: Hardware,
        weight: 5,
        entries: "detecta proyector, hdmi proyector, tecla pegada, queda pegada, tecla enter, \
                  pita, pita arrancar, camara portatil, camara borrosa, borrosa, rayas, \
                  not carga equipo, conector carga, rompio conector, disco ruido, \
                  ruido extrano, cayo cafe, cayo agua, cayo suelo, caido suelo, cayo portatil, \
                  golpeado, not prende, prende, prendio, mouse, touchpad, conectada corriente, \
                  chispa, quemado, quema, calenton, recalient*, calienta, caliente, \
                  pantalla verde, pantalla rosa, pantalla oscura, pantalla tenue, \
                  manchas pantalla, pantalla manchada, pixel, tactil, teclas, tecla, \
                  barra espaciadora, rueda raton, cable cargador, cargador roto, conector roto, \
                  puerto roto, puerto usb, entrada auriculares, salida audio, chirria, crepita, \
                  suena mal, suena distorsionado, bisagras, marco pantalla, tornillos, \
                  funda teclado, teclado externo, raton inalambrico, teclado inalambrico, \
                  raton bluetooth, auriculares bluetooth, lapiz tactil, pantallas externas, \
                  pantalla externa not, monitores, segundo monitor not, led, led parpadea, \
                  not da imagen, not imagen, apagones, apagado repentino, apaga repente, \
                  enciende luego, not arranca portatil, portatil not arranca, \
                  equipo not arranca, arranca equipo, sector arranque, ssd, controlador falta, \
                  falta controlador, falta driver, driver falta, conflicto driver, \
                  sustitucion bateria, cambio bateria, cambiar bateria, reemplazo bateria, \
                  reemplazo pantalla, cambiar pantalla, cambiar teclado, proveedor equipo, \
                  servicio tecnico, enviar reparar, dura minutos, dura poco, bateria dura",
    },
    Group {
        tag: Local,
        weight: 5,
        entries: "resuelve nombres, nombres internos, mapear, mapear carpeta, \
                  carpeta marketing, carpeta contabilidad, carpeta departamento, carpeta comun, \
                  carpeta publica, carpetas red, not recuerda clave, recuerda clave, \
                  olvidado clave, olvide clave, olvido clave, not recuerda contrasena, \
                  recuerda contrasena, clave caducada, clave erronea, usuario clave, \
                  cambie movil, cambio movil, movil nuevo, nuevo movil, aprobar inicios, \
                  not aprobar, codigo sms, codigo verificacion, red planta, cayo red, cae red, \
                  caida red, caido red, corte red, red caida, not red, planta baja, \
                  multifuncion, xerox, ricoh, canon, kyocera, konica, brother, zebra, epson, \
                  lexmark, odbc, timeout, fichar, torno, tarjeta acceso, control acceso, fax, \
                  centralita, buzon voz, telefonia, telefono ip, cable telefono, switch caido, \
                  router, punto acceso, antena wifi, wifi, direccion ip, conflicto ip, \
                  puerta enlace, ping, latencia, ancho banda, fibra, linea caida, adsl, \
                  operadora, cobertura wifi, red invitados, red inalambrica, cliente vpn, \
                  token vpn, acceso remoto, conexion remota, teletrabajo, nombre usuario, \
                  usuario incorrecto, credenciales incorrectas, contrasena incorrecta, \
                  not acepta contrasena, contrasena not valida, cuenta caducada, \
                  cuenta expirada, cuenta inactiva, reactivar cuenta, inicio sesion fallido, \
                  programa nominas, gestor documental, gestion documental, programa interno, \
                  programa propio, herramienta interna, aplicacion departamento, aplicativo, \
                  sistema pedidos, sistema gestion, sistema interno, gestion almacen, \
                  expedicion*, bascula, laboratorio, historia clinica, tarjeta sanitaria, \
                  banca online, banca electronica, notificaciones electronicas, \
                  agencia tributaria, seguridad social, sede hacienda, certificado fnmt, \
                  base datos access, servidor pruebas, servidor impresion, \
                  servidor aplicaciones, servidor correo interno, unidad personal, \
                  carpeta personal red, java, mainframe, emulador, cad, gastos, dietas, \
                  vacaciones portal, portal rrhh, portal vacaciones, ticketing, wiki, folio, \
                  folios, tinta, cartucho*, bandeja impresora, atasc*, hoja papel, copias papel",
    },
    Group {
        tag: Microsoft,
        weight: 5,
        entries: "reglas outlook, outlook reglas, pantalla inicio pin, inicio despues pin, \
                  aparece ausente, siempre ausente, estado ausente, estado teams, \
                  nuevo outlook, outlook nuevo, segundo buzon, fichero desprotegido, \
                  desprotegido usuario, insertar video, insertar imagen, errores ref, celda*, \
                  filtro, filtros, hoja, hojas, columna, columnas, grafico, graficos, \
                  plantilla*, fuente letra, tipografia, control cambios, numeracion, \
                  encabezado*, pie pagina, diapositiva*, animacion*, moderador, recordatorio*, \
                  delegado, sala teams, emoji, fondo difuminado, fondo teams, silenci*, \
                  videollamada*, videoconferencia, camara teams, microfono teams, audio teams, \
                  icono onedrive, carpeta onedrive, onedrive carpeta, copia conflicto, \
                  sitio sharepoint, biblioteca sharepoint, lista sharepoint, pdf edge, \
                  edge pdf, favoritos edge, pestanas edge, pestana nueva, hora windows, \
                  hora incorrecta, zona horaria, idioma teclado, idioma windows, \
                  distribucion teclado, notas rapidas, bloc notas, papelera, acceso rapido, \
                  busqueda windows, buscador windows, menu contextual, \
                  aplicacion predeterminada, asociacion archivos, suspension, hiberna*, \
                  escalado, resolucion pantalla, iconos escritorio, centro actividades, traba, \
                  trabado, trabo, pasma, perfil windows, dll, net framework, vista protegida, \
                  correo saliente, bandeja salida, carpeta outlook, archivado",
    },
    Group {
        tag: Service,
        weight: 5,
        entries: "politica contrasenas, politica pin, contrasenas pin, politica not aplica, \
                  not aplica politica, not aplica directiva, salido gestion, fuera gestion, \
                  gestion intune, panel control bloqueado, bloqueado panel, \
                  bloqueado directiva, regla firewall, regla cortafuegos intune, mando intune, \
                  fase cuenta, windows 11 ofrecio, ofrecio windows, ofrecio pronto, \
                  actualizacion windows 11, migracion windows 11, actualizar windows 11, \
                  not disponible dispositivo, parche martes, parche, anillo general, \
                  not figura intune, borrado dispositivo, retirado dispositivo, bloqueo usb, \
                  usb bloqueado, restriccion, restricciones, restringid*, impide organizacion, \
                  organizacion impide, organizacion not permite, not permitido organizacion, \
                  administrador sistema bloqueado, bloqueado administrador sistema, \
                  directiva grupo, politica grupo, directiva bloquea, cumplir, \
                  cumple requisitos, not cumple requisitos, not cumple directiva, incumpl*, \
                  regist* intune, registro dispositivo, alta intune, aprovisiona*, \
                  script intune, script desplegado, remediacion, forzad*, forzos*, \
                  fuerza reinicio, reinicia aviso, reinicio not aviso, reinicia not avisar, \
                  not avisar, reinicia solo actualizar, actualizacion reinicia, \
                  not descarga actualizaciones, actualizaciones pendientes, \
                  actualizacion pendiente, actualizacion error, error actualizacion, \
                  vulnerabilidad*, cifrado not, cifrado pendiente, cifrado disco politica, \
                  pantalla recuperacion, tienda bloqueada, extensiones bloqueadas, \
                  bloqueo aplicaciones, aplicacion bloqueada, aplicacion desplegada, \
                  aplicacion asignada, paquete desplegado, perfil asignado, directiva asignada, \
                  asignacion grupo, grupo asignacion, equipos cumplen",
    },
    Group {
        tag: Security,
        weight: 0,
        entries: "superficie ataque, reduccion superficie ataque, notificar phishing, \
                  reportar phishing, boton phishing, informar phishing, simulacro phishing, \
                  simulacion phishing, prueba phishing, campana phishing, formacion phishing, \
                  curso phishing, curso ransomware, falso positivo, falsa alarma, \
                  perdido conexion, conexion perdida, perdido acceso, perdido formato, \
                  perdido configuracion, perdido senal, contacto seguridad, equipo seguridad, \
                  grupo seguridad, falso contacto, transferencia archivos, firma nombre",
    },
    Group {
        tag: Security,
        weight: 6,
        entries: "movian cursor, mueven cursor, movian raton, mueven raton, movian mouse, \
                  mueven mouse, mando control, comando control, envio masivo, enlace raro, \
                  enlace extrano, usb tirado, usb aparcamiento, usb encontrado, encontrado usb, \
                  conectado usb, pendrive encontrado, pendrive desconocido, \
                  transferencia correo, proveedor falso, cierran ventanas, ventanas powershell, \
                  powershell solas, imitaba, imita, pagina imitaba, metio credenciales, \
                  meti credenciales, metio clave, meti clave, puse contrasena, puse clave, \
                  puso clave, di clave, di contrasena, facilito datos, perdido movil, \
                  movil perdido, perdido tablet, perdido ordenador, perdi portatil, \
                  perdi movil, perdio portatil, perdio movil, perdido aeropuerto, dejo taxi, \
                  dejado taxi, olvidado taxi, robaron, robo portatil, roban, robado, \
                  sustraccion, piden dinero, pide dinero, pidiendo dinero, recuperar ficheros, \
                  recuperar archivos, nombre not mande, not mande, not mandado, \
                  aparece filtracion, contrasena filtrada, contrasenas filtradas, filtraron, \
                  entraron cuenta, entrado cuenta, cuenta tomada, toma control, tomado control, \
                  tomaron control, otra ubicacion, ubicacion desconocida, ip desconocida, \
                  dispositivo desconocido cuenta, movimiento lateral, trafico inusual, \
                  trafico extrano, conexiones extranas, intentos inicio, muchos intentos, \
                  cientos intentos, fuerza bruta, viaje imposible, inicio riesgo, \
                  usuario riesgo, habilito macro, habilite contenido, habilitar contenido, \
                  macro maliciosa, correo raro, correo extrano, correos raros, \
                  correos extranos, sms banco, correo banco, correo hacienda, correo correos, \
                  loteria, llamada extrana, llamada rara, llamaron diciendo, llamo diciendo, \
                  decia ser, dijo ser, dice ser, hizo entrar, acceso remoto desconocido, \
                  programa desconocido, programa raro, aplicacion desconocida, \
                  extension desconocida, barra nadie, buscador cambiado, \
                  pagina inicio cambiada, aviso virus, mensaje virus, alerta virus, \
                  falso antivirus, espia, espiando, camara enciende sola, luz camara, \
                  incidente seguridad, brecha seguridad, extorsiona, cuenta robada, \
                  contrasena robada, credenciales robadas, phising, hackers, hacker, \
                  ciberdelincuente, ciberestafa, picado enlace, pico enlace, pique enlace, \
                  cai phishing, caido phishing, caer phishing, codigos codigo not pedido, \
                  codigo verificacion not, sms codigo not",
    },
    Group {
        tag: Hardware,
        weight: 5,
        entries: "bateria hinchada, garantia, sobrecalient*, calienta, calienta mucho, \
                  huele quemado, olor quemado, derramad*, derramo, pantalla rota, \
                  pantalla parpadea, pantalla agrietada, pantalla externa, pantalla rajada, \
                  rayas pantalla, lineas pantalla, administrador dispositivos, \
                  dispositivo desconocido, exclamacion amarilla, not enciende, \
                  bateria not carga, not carga bateria, portatil not carga, not carga portatil, \
                  laptop not carga, not carga laptop, notebook not carga, tablet not carga, \
                  movil not carga, cargador not carga, cable not carga, monitor externo, \
                  segundo monitor, segunda pantalla, disco duro, placa base, tarjeta grafica, \
                  tarjeta red, tarjeta sonido, tarjeta video, driver grafico, driver audio, \
                  driver wifi, controlador grafico, controlador audio, controlador red, \
                  controlador video, controlador wifi, pantalla tactil, raton tactil, \
                  panel tactil, lector huellas, base conexion, base conexiones, \
                  estacion acoplamiento, pixeles muertos, fuente alimentacion, \
                  adaptador corriente, pita arrancar, boton encendido, \
                  controlador impresora usb, camara web, pantalla not enciende, dock station, \
                  pantalla queda negra, pantalla negra, memoria ram",
    },
    Group {
        tag: Hardware,
        weight: 4,
        entries: "bateria, cargador, teclado, tecla, bisagra, ventilador, altavoz, altavoces, \
                  hinchad*, agrietad*, rajad*, mojado, golpe, caida, chispas, humo, pitido, \
                  pitidos, parpade*, controlador, controladores, defectuos*, averiad*, averia, \
                  lector tarjetas, puerto, pantalla, microfono, cascos, auriculares, raton, \
                  conector, enchufe corriente, sectores defectuosos, not detecta disco, \
                  not dispositivo arranque, reparacion, pieza, repuesto, rma, clavija, tapa, \
                  carcasa, tornillo, fisicamente, fisico, averiado, clic, agua, cafe",
    },
    Group {
        tag: Hardware,
        weight: 3,
        entries: "camara, cable, adaptador, huellas, not oye, sonido, not sonido, ruido, calor, \
                  apaga solo, apaga sola, apaga, enciende, luz, luces, proveedor hardware, \
                  fabricante, lapiz, exclamacion, proyector, not reconoce, not detecta",
    },
    Group {
        tag: Hardware,
        weight: 2,
        entries: "portatil, disco, calient*, not arranca, arranca, memoria usb, imagen, brillo, \
                  ratones, suelto, baila, not imagen, carga",
    },
    Group {
        tag: Hardware,
        weight: 1,
        entries: "equipo, ordenador, dispositivo, pc, torre, sobremesa",
    },
    Group {
        tag: Service,
        weight: 5,
        entries: "directiva, directivas, politica, politicas, portal empresa, linea base, \
                  lineas base, anillo, anillos, inscri*, inscrib*, enrol*, cumplimiento, \
                  not cumple, not conforme, not compatible directiva, conformidad, \
                  perfil configuracion, acceso condicional, clave recuperacion, \
                  administrado organizacion, administrada organizacion, \
                  organizacion administra, gestionado organizacion, bloqueado administrador, \
                  bloqueado organizacion, deshabilitado administrador, administrador bloqueado, \
                  actualizacion caracteristicas, actualizacion calidad, \
                  actualizacion seguridad, actualizaciones seguridad, actualizacion forzada, \
                  reinicio forzado, reinicio pendiente, horario laboral, horas activas, \
                  aplicacion obligatoria, aplicaciones obligatorias, app obligatoria, desplego, \
                  desplegad*, despliegue, grupo piloto, configuracion dispositivo, \
                  preparacion dispositivo, not administrado, figura administrado, opcion gris, \
                  sale gris, aparece gris, opciones gris, deshabilitada organizacion, \
                  acceso condicionado, identificando aplicaciones, catalogo aplicaciones",
    },
    Group {
        tag: Service,
        weight: 4,
        entries: "perfil wifi, perfil vpn, perfil desplegado, administra organizacion, \
                  organizacion, vuestra organizacion, gestiona organizacion, not contactar, \
                  contactar intune, descarga pendiente, nueva configuracion, espere mientras, \
                  preparamos dispositivo, cifrado bitlocker, bitlocker suspendid*, \
                  not recib* actualizacion, reciben actualizacion, \
                  cuenta profesional educativa, cuenta trabajo escuela, exclusion, revierte, \
                  reviert*, parches, instalar parches, actualizaciones not instalan, \
                  actualizacion fall*, fall* actualizacion, actualizacion atascada, \
                  not instala actualizaciones, not instala parches, not actualiza windows, \
                  reinicia actualizar, reinicio actualiz*, reinici* actualizacion, \
                  sincronizar dispositivo, sincronizacion dispositivo, memorias usb, \
                  equipos gestionados, equipos administrados, equipo gestionado, \
                  equipo administrado, dispositivo gestionado, dispositivo administrado, \
                  bloquea usb, usb bloquead*, pendrives bloquead*, bloquea memorias, \
                  bloqueo pantalla, fondo impuesto, lista blanca, borrado remoto, \
                  not actualizar, reinstala sola, reinstala solo, empujad*, implantad*, \
                  distribuid*, actualizacion acumulativa, actualizacion mensual",
    },
    Group {
        tag: Service,
        weight: 3,
        entries: "actualizacion, actualizaciones, reiniciaron, obligatori*, bloquea, \
                  administrad*, gestionad*, aplico, aplicaron, impuest*",
    },
    Group {
        tag: Service,
        weight: 0,
        entries: "perfil usuario, perfil outlook, perfil correo, perfil movil, \
                  cuenta bloqueada, bloquea outlook, bloquea guardar, outlook bloquea, \
                  excel bloquea, word bloquea, teams bloquea, powerpoint bloquea, \
                  bloquea cuenta, cuenta bloquea, foto perfil, queda bloqueada, bloquea abrir, \
                  bloquea imprimir, cargando perfil, estacion trabajo",
    },
    Group {
        tag: Microsoft,
        weight: 5,
        entries: "menu inicio, explorador windows, explorador archivos, pantallazo azul, \
                  pantalla azul, barra tareas, producto not licencia, not licencia, \
                  tabla dinamica, tablas dinamicas, buzon compartido, calendario compartido, \
                  reunion teams, reuniones teams, compartir pantalla, compartir escritorio, \
                  busqueda outlook, buscar outlook, cargando perfil, logo windows, logo puntos, \
                  puntos girando, cruz roja, queda logo, complemento, complementos, \
                  perfil outlook, perfil correo, reparacion automatica, modo seguro, \
                  fuera oficina, libreta direcciones, perfil temporal, activacion office, \
                  activacion windows, formato condicional, combinar correspondencia, \
                  centro notificaciones, panel lectura, outlook contrasena, tienda microsoft, \
                  windows not arranca, not arranca windows, windows not inicia, \
                  not inicia windows, boton derecho, herramienta recortes, sincroniza onedrive, \
                  chat teams, canal teams, llamada teams, invitacion reunion",
    },
    Group {
        tag: Microsoft,
        weight: 3,
        entries: "hoja calculo, libro excel, diapositiva*, presentacion, presentaciones, \
                  autoguardado, formula, formulas, documento, documentos, bandeja entrada, \
                  calendario, reunion, reuniones, licencia, licencias, sincroniza, sincronizar, \
                  sincronizacion, pendiente sincronizar, favoritos, iconos escritorio, \
                  calculadora, navegador, bsod, pantallazo, explorador, buzon, not activado, \
                  desactivado licencia",
    },
    Group {
        tag: Microsoft,
        weight: 2,
        entries: "correo, correos, firma, adjunto, adjuntos, cierra solo, cierra sola, cuelga, \
                  colgado, colgada, macros, escritorio, version web, congela, pestana",
    },
    Group { tag: Microsoft, weight: 1, entries: "archivo, carpeta, fichero, notificacion" },
    Group {
        tag: Local,
        weight: 6,
        entries: "impresora, impresoras, imprim*, impresion, escaner, escanea*, \
                  terminales almacen, terminal almacen, portal nominas, caido internet, \
                  internet caido, fotocopiadora, multifuncion, cola impresion, atasco papel, \
                  unidad red, unidades red, unidad h, unidad g, unidad p, unidad s, unidad z, \
                  unidad x, unidad compartida, carpeta compartida, carpeta red, \
                  recurso compartido, servidor archivos, servidor ficheros, \
                  contrasena caducada, caduco contrasena, caducado contrasena, \
                  contrasena caduco, olvidado contrasena, olvide contrasena, olvido contrasena, \
                  restablecer contrasena, resetear contrasena, cambio contrasena dominio, \
                  cuenta bloqueada, cuenta bloquea, bloquea cuenta, bloqueado cuenta, \
                  usuario bloqueado, usuaria bloqueada, desbloquear cuenta, \
                  desbloquear usuario, desbloque*, cuenta deshabilitada, toma red, roseta, \
                  punto red, cable red, fichaje, fichajes, control horario, nomina, nominas, \
                  telefono sala, telefono fijo, not tono, tono, centralita, \
                  extension telefonica, escritorio remoto, relacion confianza, wifi invitados, \
                  lector codigos, codigo barras, codigos barras, aplicacion interna, \
                  aplicacion propia, aplicacion gestion, programa contabilidad, \
                  programa gestion, programa facturacion, tpv, caja registradora, caida red, \
                  corte red, carpeta finanzas, not llegamos",
    },
    Group {
        tag: Local,
        weight: 4,
        entries: "red, wifi almacen, not internet, conexion internet, internet, permiso, \
                  permisos, acceso denegado, not acceso, clave acceso, cuenta usuario, \
                  cuenta dominio, factura, facturas, facturacion, contabilizar, contabilidad, \
                  almacen, pedido, pedidos, albaran, albaranes, aplicacion, delegacion, \
                  autenticacion, etiquetas, bandeja papel, doble cara, papel, extranet, \
                  web proveedor, pagina proveedor, portal proveedor, portal empleado, \
                  portal cliente, base datos, bbdd, servidor, sede electronica, \
                  certificado digital, firma electronica, autofirma, dnie, sede, cobertura, \
                  inalambrica, inventario",
    },
    Group {
        tag: Local,
        weight: 2,
        entries: "contrasena, clave, cuenta, programa, conexion, conecta, conectar, conectarse, \
                  unidad, usuario clave, credenciales, web, pagina, portal, certificado, \
                  sala reuniones, pin, iniciar sesion, inicio sesion, entrar, lento, lenta, \
                  acceder, acceso, telefono",
    },
    Group {
        tag: Local,
        weight: 0,
        entries: "alerta contabilidad, pc contabilidad, equipo contabilidad, \
                  equipos contabilidad, ordenador contabilidad, departamento contabilidad, \
                  portal empresa, unidad organizativa",
    },
    Group {
        tag: Security,
        weight: 6,
        entries: "secuestr*, rescate, archivos cifrados, ficheros cifrados, \
                  documentos cifrados, archivos encriptados, ficheros encriptados, troyano, \
                  gusano, programa espia, pincho enlace, pincho link, pinchado enlace, \
                  pinche enlace, pulso enlace, pulsado enlace, hizo clic enlace, clic enlace, \
                  hecho clic, correo sospechoso, correos sospechosos, mensaje sospechoso, \
                  enlace sospechoso, adjunto sospechoso, proceso sospechoso, \
                  actividad sospechosa, inicio sesion sospechoso, inicios sesion sospechosos, \
                  acceso sospechoso, inicio sesion rusia, inicio sesion china, sesion rusia, \
                  sesion china, accesos extranjero, acceso extranjero, \
                  inicio sesion extranjero, sesion extranjero, otro pais, pais extranjero, \
                  not haberlos pedido, not haber pedido, not solicitado, avisos autenticador, \
                  avisos mfa, solicitudes mfa, peticiones mfa, notificaciones autenticador, \
                  robad*, robo, robaron, perdido portatil, portatil perdido, extraviad*, \
                  extravio, hurto, sustraid*, perdido movil, olvidado tren, olvidado taxi, \
                  dejado tren, dejado taxi, raton mueve solo, cursor mueve solo, mueve solo, \
                  mueve sola, alguien abre, alguien controla, alguien entrado, alguien entro, \
                  alguien accede, correo basura, enviando spam, envia spam, infectad*, \
                  infeccion, llame numero, llamar numero, supuesto tecnico, falso tecnico, \
                  hizo pasar, hacia pasar, hace pasar, suplant*, tarjetas regalo, \
                  tarjeta regalo, cambio cuenta bancaria, cuenta bancaria, regla reenvio, \
                  reenvio desconocido, regla desconocida, filtrad*, filtracion, fuga datos, \
                  brecha, dark web, hackead*, jaque*, pirate*, crackead*, comprometid*, \
                  not autorizad*, cuenta administrador desconocido, cuenta desconocida, \
                  administrador nadie, correos not mios, not mios, not escrito, not escribi, \
                  alerta defender, alerta seguridad, alertas seguridad, defender alerta, \
                  defender detect*, defender encontr*, antivirus detect*, antivirus encontr*, \
                  salta antivirus, malicios*, amenaza, amenazas, antivirus desactivad*, \
                  antivirus deshabilitad*, defender desactivad*, extension rara, \
                  archivos renombrad*, exe raro, sube datos, subiendo datos, usb encontrad*, \
                  pendrive encontrad*, fraude, fraudulent*, estafa, timo, exige pago, \
                  exigen pago, piden dinero, pide dinero, pago bitcoins, peticiones aprobacion, \
                  solicitudes aprobacion, aprobo solicitud, aceptar vez, dio aceptar, \
                  acepto notificacion, acepto solicitud, olvidado avion, perdido aeropuerto, \
                  dejo portatil, dejado portatil, olvido portatil, nadie instalo, \
                  nadie instalado, paginas extranas, paginas raras, ventanas raras, \
                  ventanas extranas, abren ventanas solas, ventanas solas, abren solas, \
                  cuelan ventanas, hizo instalar, hicieron instalar, otro iban, cambio iban, \
                  numero cuenta cambiado, abierto factura, adjunto factura, puso contrasena, \
                  introdujo contrasena, metio contrasena, dio contrasena, facilito contrasena, \
                  puso credenciales, introdujo credenciales, introducido credenciales, \
                  introducido contrasena, puesto contrasena, chantaje, extorsion, \
                  factura falsa, correo falso, web falsa, pagina falsa, ciberataque, ataque, \
                  atacante, intruso, intrusion, ventana negra aparece",
    },
    Group {
        tag: Security,
        weight: 4,
        entries: "sospech*, not reconozco, not reconoce inicio, remitente desconocido",
    },
    Group {
        tag: Security,
        weight: 2,
        entries: "raro, rara, raros, raras, desconocid*, ventana emergente, extrano, extrana",
    },
    Group {
        tag: Security,
        weight: 0,
        entries: "dispositivo desconocido, error desconocido, ruido raro, ruidos raros, \
                  ruido extrano, unidad cifrada, disco cifrado, clave cifrado, \
                  editor desconocido, sonido raro",
    },
    Group {
        tag: Security,
        weight: 6,
        entries: "conectado desde rusia|china|brasil alguien, web falsa, mensaje falso, \
                  llamada falsa, perfil falso, soporte falso, anuncio falso, ganado premio, \
                  ganador premio, correo premio, premio enlace, usb premio, \
                  alguien usa|usando cuenta|usuario|contrasena, fuga informacion, \
                  sesion remota desconocida|desconocido|nadie|alguien, remota alguien, \
                  control remoto equipo|ordenador|pc, toma control, \
                  paquete pendiente enlace|sms|pago, sms paquete, \
                  numero tarjeta correo|web|pagina|enlace, version pirata, programa pirata, \
                  descargado crackead*, keygen, minero, minando, minar criptomoned*|bitcoin, \
                  criptomoned*, criptominer*, antivirus apagado, antivirus quitado, \
                  antivirus desconectado, defender apagado, escanea puertos, \
                  escaneando puertos, escaneo puertos, \
                  dispositivo desconocido conectado|red|aparecido, contrasena venta, \
                  contrasenas venta, credenciales venta, venta internet, \
                  vende contrasena|credenciales|datos, venden contrasena|credenciales|datos, \
                  factura otra|distinta|diferente|nueva cuenta, otra cuenta bancaria, \
                  cuenta bancaria distinta|diferente|otra|cambiada, \
                  numero cuenta distinto|diferente|otro, \
                  intentos contrasena internet|fuera|erronea|desde|fallidos, \
                  intentos acceso internet|fuera|fallidos|desde|erroneos, intentos sesion, \
                  intentos desde internet, extension crypt|locked|encrypted|lock|enc|cifrado, \
                  terminan crypt|locked|encrypted, acaban crypt|locked|encrypted, \
                  terminados crypt|locked, archivos crypt|locked|encrypted, \
                  ficheros crypt|locked|encrypted, correos restablec* contrasena not pedido, \
                  restablec* contrasena not pedido|solicitado, \
                  buzon envia|enviando|manda|mandando miles|cientos|spam|correos, \
                  envia miles|cientos, enviando miles|cientos, manda miles|cientos, \
                  mandando miles|cientos, enviado miles|cientos, envian miles|cientos, \
                  regla not creado|creada|creadas|hecho|hecha|puesto|configurado|cree|hice, \
                  reglas not creado|creada|hecho|puesto|configurado|cree|hice, \
                  enviados desde cuenta not, enviado desde cuenta not, \
                  correos desde cuenta not, envian correos cuenta not, \
                  salen correos cuenta|buzon not, correos not enviado|escrito|mandado yo, \
                  maneja solo, maneja sola, controla solo, controla sola, escribe solo, \
                  escribe sola, teclea solo, abre solo ventanas|programas, raton mueve not, \
                  cursor mueve not, puntero mueve not, mueve not toque|tocar|tocarlo|toco, \
                  alguien maneja|mueve|controla|escribe|opera|teclea|manejando|moviendo|\
                  controlando|conectado, controlando ordenador|equipo|pc, controla distancia, \
                  maneja distancia, \
                  quitaron portatil|movil|ordenador|bolso|mochila|telefono|tablet, \
                  quitado portatil|movil|ordenador|bolso|mochila|telefono|tablet, \
                  desaparecido portatil|movil|ordenador|telefono|tablet, \
                  desaparecio portatil|movil|ordenador|telefono|tablet, portatil desaparecido, \
                  portatil desaparecio, movil desaparecido, movil desaparecio, \
                  ordenador desaparecido, telefono desaparecido, tablet desaparecida, \
                  tablet desaparecido, not encuentro portatil|movil, \
                  deje portatil|movil|tablet|olvidado, dejo portatil|movil|tablet|olvidado, \
                  olvide portatil|movil|tablet|ordenador, \
                  olvidado portatil|movil|tablet|ordenador, \
                  olvidado hotel|autobus|bar|metro|restaurante, \
                  dejado portatil|movil|tablet|ordenador|hotel|autobus|bar|metro, \
                  abrieron coche, roto ventanilla, \
                  dado contrasena|clave|credenciales|pin|datos, \
                  dicho contrasena|clave|pin|codigo, di contrasena|clave|credenciales|codigo, \
                  contrasena telefono, clave telefono, respondi contrasena|credenciales|clave, \
                  contestado contrasena|clave|credenciales, \
                  enviado contrasena|clave|credenciales, mande contrasena|clave|credenciales, \
                  escaneado qr|codigo, escanee qr|codigo, escaneo qr, \
                  codigo qr correo|metido|puesto|pedia|pide, \
                  metido contrasena|clave|credenciales|datos|usuario, \
                  puesto clave|credenciales|datos, \
                  introduje contrasena|clave|credenciales|datos, introducido clave|datos, \
                  dice pague|paguemos|pagar, diga pague|paguemos|pagar, \
                  diciendo pague|paguemos|pagar, pide pague|pagar|pago|bitcoin|bitcoins, \
                  piden pague|pagar|pago|bitcoins, exige pagar, exigen pagar, \
                  not pago archivos|ficheros, pagar recuperar, pagar archivos|ficheros, pague, \
                  policia pagar|multa|pague|pide|exige|bloqueado, pagar multa, multa policia, \
                  crowdstrike detect*|alerta|aisl*|avisa|encontr*|bloque*, \
                  sentinelone detect*|alerta|aisl*|avisa|encontr*|bloque*, \
                  sophos detect*|alerta|aisl*|avisa|encontr*, \
                  malwarebytes detect*|alerta|avisa|encontr*, \
                  eset detect*|alerta|avisa|encontr*, defender aisl*, edr detect*|alerta|aisl*, \
                  aislado equipo|portatil|ordenador|pc|dispositivo, \
                  autenticador noche|madrugada, authenticator noche|madrugada, \
                  mfa noche|madrugada, aprobar noche|madrugada, avisos madrugada|noche, \
                  notificaciones madrugada|noche, aprobacion madrugada|noche, \
                  codigos madrugada|noche, \
                  madrugada aprobar|avisos|notificaciones|solicitudes|codigos, acepte permisos, \
                  acepto permisos, aceptado permisos|consentimiento, \
                  permisos buzon|correo app|aplicacion desconocida|rara, \
                  consentimiento aplicacion|oauth|app, permiso leer correo, nadie anadio, \
                  nadie anadido, nadie agrego, nadie dado, nadie dio, nadie creo, \
                  administrador nuevo nadie, administrador not nadie, \
                  nadie conoce administrador|usuario|cuenta, usuario nadie, cuenta nadie, \
                  administrador not creado|anadido, \
                  whatsapp director|jefe|gerente|ceo|jefa|directora, \
                  director whatsapp|pide|transferencia, directora whatsapp|pide|transferencia, \
                  director general pide|transferencia|whatsapp|urgente, \
                  ceo pide|whatsapp|transferencia, jefe pide|transferencia|whatsapp, \
                  gerente pide|transferencia|whatsapp, pide transferencia, \
                  transferencia urgente, pago urgente, not mias, not mio",
    },
    Group {
        tag: Security,
        weight: 2,
        entries: "alerta, alguien, barra herramientas, china, cifrad*, control remoto, corea, \
                  cuarentena, encriptad*, falsa, falsas, falso, falsos, fuga, nigeria, \
                  not enviado, not envie, not haya enviado, not hecho, numero tarjeta, \
                  paquete pendiente, premio, rusia, sesion remota, taxi",
    },
];

/// What is told in phrases of light words.
pub const TOLD: &[Group<Kind>] = &[
    Group {
        tag: Service,
        weight: 6,
        entries: "nos empujo el servicio, empujo el servicio, el servicio empujo, \
                  que empujo el, se desplego, que se desplego, que desplegaron, \
                  que se despliega, ultima linea base, linea base de seguridad, por directiva, \
                  por la directiva, por una directiva, por politica, por la politica, \
                  por una politica, por intune, desde intune, que despliega intune, \
                  que intune despliega, que desplego intune, que instala intune, \
                  desplegado por, desplegada por, desplegados por, desplegadas por, \
                  el servicio tenia que, el servicio debia, el servicio desplego, \
                  implementacion del servicio, despliegue del servicio, desde el despliegue, \
                  tras el despliegue, despues del despliegue, anillo de test, anillo test, \
                  grupo de test, anillo broad, anillo fast, anillo first, \
                  reduccion de superficie de ataque, reduccion de la superficie de ataque",
    },
    Group {
        tag: Security,
        weight: 6,
        entries: "not que yo envie, not que yo mande, not que yo los envie, \
                  not que yo lo envie, not que yo los mande, not que yo los haya enviado, \
                  not que yo lo haya enviado, not que yo haya enviado, not que yo las haya, \
                  not que lo toque, not que lo toquen, not que nadie lo toque, \
                  not que yo lo toque, not que la toque, yo not he sido, not he sido yo, \
                  not fui yo, yo not fui, not lo he hecho yo, not la he cambiado yo, \
                  yo not la he cambiado, yo not lo he hecho, yo not he hecho, \
                  que not he creado, que yo not he creado, que not he hecho yo, \
                  que not cree yo, que yo not cree, que not he enviado, que yo not he enviado, \
                  que not he mandado, que yo not he mandado, que not he escrito, \
                  que yo not he escrito, que not he pedido, que not pedi, \
                  que not he solicitado, que not solicite, que not son mios, que not son mias",
    },
];

pub const WANTS: &[Group<Wants>] = &[
    Group {
        tag: Change,
        weight: 3,
        entries: "desbloquead la web, desbloquear la pagina, desbloquead, desbloquear la web, \
                  asign*, reasign*, subir la cuota, subir, bajar, aumentar, cuota, quiosco a, \
                  administrador local, permisos de administrador, derechos de administrador, \
                  predeterminado, por defecto, incorporacion, se incorpora, empieza el, \
                  becario, becaria, alta, altas, baja, bajas, salida de, cese, nuevo usuario, \
                  nueva cuenta, nuevo buzon, nuevo grupo, nueva carpeta, nueva impresora, \
                  nuevo telefono, portatil para, equipo para, pantalla para, movil para, \
                  mas espacio, mas memoria, espacio, excepcion, permitir, permit*, autoriz*, \
                  aprobar la, proporcion*, facilitar, entregar, prestamo, comprar, compra, \
                  pedir un, encargar, reservar, programar, aplazar, retrasar, adelantar, \
                  cerrar, abrir, publicar, empaquetar, disponible en el portal, redirigir, \
                  desvio, desviar, alias, unir, separar, combinar, copiar, importar, exportar, \
                  archivar, ocultar, mostrar, anclar, bloquear, liberar, registrar, reinstalar, \
                  formatear, maquetar, remaquetar, renov*, ajustar, adaptar, aplicar, vincular, \
                  conectar la nueva, montar, trasladar, mover*, pasar*, poner*, poned, quitar*",
    },
    Group {
        tag: Notice,
        weight: 4,
        entries: "anunciamos, retirada de, not hay que hacer nada, se aplicaran, se renovara, \
                  se renovaran, se cambiara, se cambiaran, se sustituira, se sustituiran, \
                  se migrara, se migraran, se movera, se moveran, se realizara, se realizaran, \
                  se apagara, se apagaran, se trasladara, se traslada, nos trasladamos, \
                  nos mudamos, mudanza, traslado, se cambian los, se cambia el, estara cerrada, \
                  cierre por, fin de soporte, simulacro, campana de phishing simulado, \
                  recordad que, recordamos, les recordamos, os recordamos, a partir de, \
                  a partir del dia, entrara en vigor, entra en vigor, puesta en marcha, \
                  para informaros, solo informar, solo para informar, informar de, \
                  informar que, a modo informativo",
    },
    Group {
        tag: Answer,
        weight: 4,
        entries: "los usuarios pueden, pueden los usuarios, usuarios pueden, un usuario puede, \
                  puede un usuario, procedimiento para, procedimiento de, \
                  cual es el procedimiento, busco instrucciones, instrucciones para, \
                  busco informacion, esta previsto desplegar, esta planificado, \
                  queria preguntar, quisiera preguntar, preguntar, me preguntan, preguntaba, \
                  saber si, saber como, saber cuando, saber que, saber cual, saber quien, \
                  saber donde, saber cuanto, alguien sabe, sabeis si, sabeis cuando, \
                  sabeis como, sabe alguien, teneis, tienen algun, teneis algun, \
                  tenemos alguna, teneis alguna, necesito informacion, mas informacion, \
                  solicito informacion, solicitud de informacion, peticion de informacion, \
                  aclaracion, aclarar, me podeis aclarar, explicacion, guia, guia para, curso, \
                  formacion sobre, listado de, alguna recomendacion, que recomendacion, \
                  recomendaciones, buenas practicas, es obligatorio, es normal, es necesario, \
                  es seguro, viene activado, vienen, viene incluido, seria posible, \
                  seria posible saber, cubre, incluye, que tal, para que sirve, como va, \
                  de que manera, que requisitos, que hay que, que pasos, que tengo que, \
                  que debo, a quien, con quien, desde cuando, hasta que, en que",
    },
    Group {
        tag: Repair,
        weight: 3,
        entries: "not funciona, not funcionan, not va, not van, error, errores, falla, fallan, \
                  fallo, fallado, cuelga, colgado, colgada, congela, bloquead*, bloquea, roto, \
                  rota, estropead*, not puedo, not puede, not pueden, not podemos, \
                  not se puede, not deja, not me deja, not abre, not arranca, not enciende, \
                  not carga, not conecta, not imprime, not responde, not aparece, not sale, \
                  not encuentra, not sincroniza, not reconoce, not detecta, dejo de, \
                  ha dejado de, dejado de funcionar, desaparec*, danad*, corrupt*, deneg*, \
                  rechaz*, caido, caida, se cae, se corta, se cortan, desconecta, se cierra, \
                  se apaga, not hay, not llega, not llegan, not tengo, not tiene, not instala, \
                  sale un error",
    },
    Group {
        tag: Repair,
        weight: 2,
        entries: "not, problema, problemas, incidencia, averia, lento, lenta, perdido, negro, \
                  blanco, vacio, desde que, tras, despues de, caducad*, caduco, olvidado, \
                  olvide, conflicto, una y otra vez, continuamente, constantemente, sospechos*, \
                  parpadea*, ruido, revierte, se reinicia, reiniciaron, raro, rara, hinchada, \
                  muerta, pide, ayuda, hackeado, robado, infectado, pincho, atascad*, se queda, \
                  se quedan, avisos",
    },
    Group { tag: Repair, weight: 1, entries: "de repente, a veces, intermitente, codigo" },
    Group {
        tag: Answer,
        weight: 4,
        entries: "cada cuanto, recomendais, recomiendan, entra en nuestra, incluido en, \
                  tutorial, pregunta si, como puedo, como podemos, como pueden, como se puede, \
                  como se, como hago, como pongo, como configuro, como cambio, como instalo, \
                  como pido, como solicito, como accedo, como debo, como hay que, como activo, \
                  es posible, esta permitido, se permite, se puede usar, se puede, se pueden, \
                  podemos usar, puedo usar, podria usar, que significa, que diferencia, \
                  cual es, cuales son, ^que, ^cual, ^cuales, ^quien, ^quienes, ^donde, ^cuando, \
                  ^cuanto, ^cuanta, ^cuantos, ^cuantas, donde puedo, donde encuentro, \
                  donde esta, cuando llegara, cuando estara, cuando se, me podeis decir, \
                  podeis decirme, me puede decir, me puedes decir, puede decirme, \
                  podrias decirme, podria decirme, me podrias decir, podriais decirme, \
                  me podria indicar, podeis indicarme, me podeis indicar, podeis confirmar, \
                  podrian confirmar, podria confirmar, podeis explicar, quisiera saber, \
                  me gustaria saber, querria saber, queria saber, queriamos saber, \
                  necesito saber, necesitamos saber, quiere saber, pregunta como, preguntan si, \
                  pregunta, preguntas, duda, dudas, ^consulta, una consulta, consulta sobre, \
                  hacer una consulta, podrian decir, podria decir, pueden decir, podeis decir, \
                  puede decir, saben si, solo pregunto, solo preguntar, solo queria saber, \
                  solo quiero saber, pregunto si, preguntaba si, sabe si, saben cuando, \
                  saben como, saben que, informacion sobre, informacion acerca, \
                  diferencia entre, documentacion, manual de, hay alguna forma, \
                  hay alguna manera, hay forma, hay manera, hay algun, existe alguna, \
                  existe algun, tenemos algun, es compatible, son compatibles, que pasa si, \
                  que ocurre si, hasta cuando",
    },
    Group {
        tag: Answer,
        weight: 3,
        entries: "^pueden, ^puede, ^se permite, ^visio, ^nuestro, ^nuestra, ^como, ^puedo, \
                  ^podemos, ^pueden los, ^puede un, ^se puede, ^hay, ^esta soportado, ^por que, \
                  ^tiene, ^tenemos, ^podria, ^se va a, ^va a, ^es, ^son",
    },
    Group {
        tag: Notice,
        weight: 4,
        entries: "informamos, os informo, le informo, les informo, comunicamos, os comunico, \
                  para su conocimiento, para vuestro conocimiento, para tu conocimiento, \
                  para conocimiento, les comunico, ^aviso, aviso de mantenimiento, \
                  aviso de corte, aviso previo, ^informacion el, ^informacion a partir, \
                  ^informacion se, ^comunicado, ^nota, os aviso, os avisamos, les avisamos, \
                  avisamos, anuncio, anunciamos, para vuestra informacion, para su informacion, \
                  a titulo informativo, tened en cuenta, lo tengais en cuenta, \
                  tengan en cuenta, para que lo sepais, parada programada, parada planificada, \
                  mantenimiento programado, mantenimiento planificado, mantenimiento previsto, \
                  corte programado, corte previsto, ventana de mantenimiento, \
                  cambio planificado, cambio programado, caduca dentro de, caduca el, \
                  caduca en, vence el, vence en, caducan el, vencen el, expira el, expira en, \
                  cambiaremos, migraremos, sustituiremos, renovaremos, moveremos, \
                  actualizaremos, haremos, realizaremos, reemplazaremos, procederemos, \
                  vamos a cambiar, vamos a migrar, vamos a sustituir, vamos a mover, \
                  vamos a renovar, vamos a realizar, se va a cambiar, se va a migrar, \
                  se va a sustituir, se van a, esta previsto, esta prevista, tendra lugar, \
                  quedara fuera de servicio, not estara disponible, nota informativa, comunicado",
    },
    Group {
        tag: Notice,
        weight: 2,
        entries: "mantenimiento, programad*, planificad*, proximo fin de semana, fin de semana, \
                  proxima semana, proximo mes, (future), a partir del, dentro de 60 dias",
    },
    Group {
        tag: Favour,
        weight: 3,
        entries: "nos podeis, me podeis, podeis instalar, podeis dar, favor de, se requiere, \
                  solicito, solicitamos, solicita, ^pedido, solicitud, ^peticion, peticion de, \
                  pedimos, pido, necesitamos, necesito, necesita, quisiera, quisieramos, \
                  quiero, queremos, me gustaria, nos gustaria, querria, querriamos, rogamos, \
                  ruego, se ruega, se solicita, se necesita, hace falta, haria falta, requiere, \
                  requerimos, pueden dar",
    },
    Group {
        tag: Favour,
        weight: 2,
        entries: "por favor, porfa, necesitaria, necesitariamos, desearia, desearian, ^se pide, \
                  vendria bien, pide que, piden que, pedimos que, solicita que, quiere que, \
                  quieren que, podeis, podriais, podrian, pueden, puedes, podrias, podria, \
                  puede alguien, se podria, favor de, favor",
    },
    Group {
        tag: Change,
        weight: 3,
        entries: "^que se, ^que por favor, ^que not, que se cambie|retrase|instale|ponga|quite|\
                  active|anada|agregue|mueva|amplie|permita|bloquee|habilite|deshabilite|\
                  actualice|configure|asigne|aplace|adelante|incluya|excluya, ^abrir, \
                  ^actualizar, abrir puerto, abrir el puerto, ^bloquear, ^alta, ^baja, ^acceso, \
                  ^dar, instal*, desinstal*, anad*, agreg*, mover, moved, muevan, pasar, pasad, \
                  pasen, habilit*, deshabilit*, activar, activad, activen, activacion, \
                  desactivar, desactiven, cambiar, cambiad, cambien, cambio de, dar de alta, \
                  alta de, de alta, dad de alta, darme de alta, dar de baja, baja de, de baja, \
                  dar acceso, dar permiso, dar permisos, den acceso, dadme acceso, acceso a, \
                  acceso para, permiso de, permisos de, permisos para, permiso para, conced*, \
                  otorg*, autoriz*, crear, cread, creen, creacion, amplia*, ampliacion, \
                  desplegar, desplegad, desplieguen, quitar, quitad, quiten, retirar, elimin*, \
                  borrar, configurar, configurad, configuren, preparar, preparad, preparen, \
                  permit*, exclu*, renombrar, renombrad, asign*, reasign*, migrar, trasladar, \
                  traspasar, aument*, reducir, publicar, inclu*, sustituir, desbloquear la web, \
                  lista blanca, nuevo empleado, nueva empleada, nueva incorporacion, \
                  nuevo companero, nueva companera, segundo monitor, segunda pantalla, \
                  nuevo portatil, lista de distribucion, grupo de seguridad, nombre del equipo, \
                  modific*, mapear, levantar, poner, poned, pongan, dar a, actualizar a, \
                  subir a, otro monitor, licencia de, licencia para, nueva version",
    },
    Group {
        tag: NoRepair,
        weight: 3,
        entries: "not hay nada roto, nada roto, not falla nada, not fallo nada, \
                  not hay ningun fallo, not hay ninguna alerta, not hay ninguna averia, \
                  not hay ningun incidente, not hay ninguna incidencia, sigue imprimiendo bien, \
                  sigue funcionando, not tengo ningun problema, funciona pero, \
                  todavia not lo|la|los|las he, todavia not compro|compramos, \
                  todavia not los compro, antes de comprar, deje de arrancar, deje de abrirse, \
                  deje de iniciarse, dejen de, not se abra, not arranque, en vez de que, \
                  siguen funcionando, sigue bien, anda bien pero, funciona bien pero, \
                  va bien pero, not ha pasado nada, not es una averia, not es un fallo, \
                  not es una incidencia, solo el motivo, solo molesta, a mi not me afecta, \
                  a proposito, por diseno, not me afecta, not pido que, not pedimos que, \
                  not es necesario abrir, not impacto, not hay impacto, por curiosidad, \
                  es por rendimiento, not esta roto, not esta rota, la otra sirve, \
                  not hay que hacer nada, not afecta",
    },
    Group {
        tag: Nothing,
        weight: 0,
        entries: "necesito ayuda, necesitamos ayuda, por favor ayuda, por favor revisad, \
                  por favor revisen, podeis mirar, podeis revisar, pueden revisar, \
                  podeis ayudarme, por favor mirad, puedes mirar, not corre prisa, \
                  not es urgente, not urge, not pasa nada, not puedo instalar, \
                  not se puede instalar, not se instala, not puede instalar, fallo instalacion, \
                  falla la instalacion, fallo al instalar, error al instalar, \
                  error al actualizar, pide contrasena, podeis desbloquear, podeis resetear, \
                  podeis restablecer, not hay prisa, dice que, not deja instalar, \
                  al actualizar, al cambiar, al activar, al anadir, al mover, al configurar, \
                  al crear",
    },
];

pub const WORKS: &[Group<()>] = &[Group {
    tag: (),
    weight: 1,
    entries: "va bien, van bien, anda bien, andan bien, funciona, funcionan, funciona bien, \
                  funciona perfecto, funcionan perfecto, funciona perfectamente, funciona en, \
                  funciona con, sale bien, salen bien, esta bien, estan bien, va perfecto, \
                  van perfectos, va perfectamente, entro bien, entra bien, entran bien, \
                  imprime bien, imprimen bien, abre bien, abren bien, carga bien, conecta bien, \
                  not hay problema en, not hay problema con, not problema, not problemas, \
                  nada que ver, es correcta, es correcto, son correctos, lo demas bien, \
                  todo bien, marcha bien, jala bien, perfecto",
}];

pub const WORKS_NOT: &[Group<()>] = &[Group {
    tag: (),
    weight: 1,
    entries: "nada, nadie, deja de, dejado de, un rato, un momento, regular, roto, rota, \
                  muerto, muerta, hasta que, solo, excepto, salvo, a veces, lento, lenta, mal, \
                  apenas, entonces, fall*, error*, se cuelga, se cierra, dejo de, ya not, \
                  a medias, a ratos",
}];

pub const HITS: &[Group<Hits>] = &[
    Group {
        tag: Scope(All),
        weight: 4,
        entries: "todos los usuarios, todo el mundo, toda la empresa, toda la compania, \
                  toda la organizacion, todos los equipos, todos los portatiles, \
                  todos los empleados, todos los dispositivos, todas las sedes, nadie puede, \
                  todo el personal, todos los ordenadores, a todos, todas las oficinas, \
                  todas las delegaciones",
    },
    Group {
        tag: Scope(Several),
        weight: 2,
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
    Group {
        tag: Scope(Several),
        weight: 1,
        entries: "los usuarios, los equipos, usuarios de, usuarios",
    },
    Group {
        tag: Scope(One),
        weight: 3,
        entries: "un solo usuario, una sola usuaria, una sola persona, solo un usuario, \
                  solo una usuaria, solo una persona, solo un equipo, solo a un usuario, \
                  solo a mi, solo me pasa a mi, un unico usuario, un solo equipo, \
                  un unico equipo, nadie mas, not otros usuarios, not hay otros usuarios, \
                  not hay mas usuarios, not mas usuarios, ningun otro usuario, a los demas, \
                  los demas, todos los demas, los demas usuarios, los demas equipos, el resto, \
                  el resto de usuarios, el resto de los usuarios, el resto de equipos, \
                  los otros usuarios not",
    },
    Group { tag: Scope(One), weight: 1, entries: "un usuario, una usuaria" },
    Group {
        tag: Severity(terms::Severity::A),
        weight: 2,
        entries: "produccion parada, produccion esta parada, produccion detenida, \
                  linea de produccion parada, fabrica parada, fabrica esta parada, \
                  empresa parada, negocio parado, nadie puede trabajar, not podemos facturar, \
                  perdiendo dinero, perdemos dinero, caida total, parada total, severidad a, \
                  critica para el negocio",
    },
    Group {
        tag: Severity(terms::Severity::B),
        weight: 2,
        entries: "departamento not puede trabajar, equipo not puede trabajar, \
                  oficina not puede trabajar, todo el departamento parado, departamento parado, \
                  delegacion not puede trabajar, severidad b, area parada",
    },
];
