//! Spanish, written without accents, as texts are compared.

use super::{
    Hits::{self, Scope, Severity},
    Says::{self, About},
    Wants::{self, Answer, Change, Favour, Nothing, Notice, Repair},
};
use crate::domain::route::{
    terms::{
        self,
        Kind::{Hardware, Local, Microsoft, Security, Service},
        Scope::{All, One, Several},
    },
    understand::find::Group,
};

pub const SAYS: &[Group<Says>] = &[
    Group {
        tag: About(Hardware),
        weight: 5,
        entries: "bateria hinchada, garantia, sobrecalient*, se calienta, calienta mucho, huele quemado, olor quemado, derramad*, derramo, pantalla rota, pantalla parpadea, pantalla agrietada, \
                  pantalla externa, pantalla rajada, rayas pantalla, lineas pantalla, administrador dispositivos, dispositivo desconocido, exclamacion amarilla, not enciende, not carga, not se carga, \
                  monitor externo, segundo monitor, segunda pantalla, disco duro, placa base, tarjeta grafica, tarjeta red, tarjeta sonido, tarjeta video, driver grafico, driver audio, driver wifi, \
                  controlador grafico, controlador audio, controlador red, controlador video, controlador wifi, pantalla tactil, raton tactil, panel tactil, lector huellas, base conexion, base conexiones, estacion acoplamiento, pixeles muertos, \
                  fuente alimentacion, adaptador corriente, pita arrancar, boton encendido, controlador impresora usb, camara web, pantalla not enciende, dock station, pantalla queda negra, pantalla negra, memoria ram",
    },
    Group {
        tag: About(Hardware),
        weight: 4,
        entries: "bateria, cargador, teclado, tecla, bisagra, ventilador, altavoz, altavoces, hinchad*, agrietad*, rajad*, mojado, golpe, caida, chispas, humo, pitido, pitidos, parpade*, controlador, controladores, \
                  defectuos*, averiad*, averia, lector tarjetas, puerto, pantalla, microfono, cascos, auriculares, raton, conector, enchufe corriente, sectores defectuosos, not detecta disco, not dispositivo arranque, \
                  reparacion, pieza, repuesto, rma, clavija, altavoces, tapa, carcasa, tornillo, fisicamente, fisico, averiado, clic, agua, cafe",
    },
    Group {
        tag: About(Hardware),
        weight: 3,
        entries: "camara, cable, adaptador, huellas, not oye, sonido, not sonido, ruido, calor, apaga solo, apaga sola, se apaga, apaga, enciende, luz, luces, proveedor hardware, fabricante, lapiz, exclamacion, proyector, not reconoce, not detecta",
    },
    Group {
        tag: About(Hardware),
        weight: 2,
        entries: "portatil, disco, calient*, not arranca, arranca, memoria usb, imagen, brillo, ratones, suelto, baila, not imagen, carga",
    },
    Group {
        tag: About(Hardware),
        weight: 1,
        entries: "equipo, ordenador, dispositivo, pc, torre, sobremesa",
    },
    Group {
        tag: About(Service),
        weight: 5,
        entries: "directiva, directivas, politica, politicas, portal empresa, linea base, lineas base, anillo, anillos, inscri*, inscrib*, enrol*, cumplimiento, not cumple, not conforme, not compatible directiva, conformidad, \
                  perfil configuracion, acceso condicional, clave recuperacion, administrado organizacion, administrada organizacion, organizacion administra, gestionado organizacion, bloqueado administrador, bloqueado organizacion, deshabilitado administrador, \
                  administrador bloqueado, administrador ha bloqueado, actualizacion caracteristicas, actualizacion calidad, actualizacion seguridad, actualizaciones seguridad, actualizacion forzada, reinicio forzado, reinicio pendiente, horario laboral, \
                  horas activas, aplicacion obligatoria, aplicaciones obligatorias, app obligatoria, desplego, desplegad*, despliegue, grupo piloto, configuracion dispositivo, preparacion dispositivo, not administrado, figura administrado, \
                  opcion gris, sale gris, aparece gris, opciones gris, deshabilitada organizacion, acceso condicionado, identificando aplicaciones, catalogo aplicaciones",
    },
    Group {
        tag: About(Service),
        weight: 4,
        entries: "perfil wifi, perfil vpn, perfil desplegado, administra organizacion, tu organizacion, su organizacion, vuestra organizacion, gestiona organizacion, not contactar, contactar intune, descarga pendiente, nueva configuracion, espere mientras, preparamos dispositivo, preparamos su dispositivo, cifrado bitlocker, bitlocker suspendid*, not recib* actualizacion, reciben actualizacion, cuenta profesional educativa, cuenta trabajo escuela, exclusion, revierte, reviert*, parches, instalar parches, actualizaciones not instalan, actualizacion fall*, fall* actualizacion, actualizacion atascada, not instala actualizaciones, not instala parches, not actualiza windows, reinicia actualizar, reinicio actualiz*, reinici* actualizacion, \
                  sincronizar dispositivo, sincronizacion dispositivo, memorias usb, equipos gestionados, equipos administrados, equipo gestionado, equipo administrado, dispositivo gestionado, dispositivo administrado, bloquea usb, usb bloquead*, pendrives bloquead*, bloquea memorias, bloqueo pantalla, fondo impuesto, lista blanca, borrado remoto, not actualizar, reinstala sola, reinstala solo, empujad*, implantad*, distribuid*, actualizacion acumulativa, actualizacion mensual",
    },
    Group {
        tag: About(Service),
        weight: 3,
        entries: "actualizacion, actualizaciones, reiniciaron, obligatori*, bloquea, administrad*, gestionad*, aplico, aplicaron, impuest*",
    },
    Group {
        tag: About(Service),
        weight: 0,
        entries: "perfil usuario, perfil outlook, perfil correo, perfil movil, cuenta bloqueada, se bloquea outlook, bloquea guardar, outlook bloquea, excel bloquea, word bloquea, teams bloquea, powerpoint bloquea, bloquea cuenta, cuenta bloquea, foto perfil, se queda bloqueada, bloquea abrir, bloquea imprimir, cargando perfil, estacion trabajo",
    },
    Group {
        tag: About(Microsoft),
        weight: 5,
        entries: "menu inicio, explorador windows, explorador archivos, pantallazo azul, pantalla azul, barra tareas, producto not licencia, not licencia, tabla dinamica, tablas dinamicas, buzon compartido, calendario compartido, reunion teams, reuniones teams, \
                  compartir pantalla, compartir escritorio, busqueda outlook, buscar outlook, cargando perfil, logo windows, logo puntos, puntos girando, cruz roja, queda logo, complemento, complementos, perfil outlook, perfil correo, reparacion automatica, modo seguro, fuera oficina, libreta direcciones, perfil temporal, activacion office, \
                  activacion windows, formato condicional, combinar correspondencia, centro notificaciones, panel lectura, outlook contrasena, tienda microsoft, windows not arranca, not arranca windows, windows not inicia, not inicia windows, boton derecho, \
                  herramienta recortes, sincroniza onedrive, chat teams, canal teams, llamada teams, invitacion reunion",
    },
    Group {
        tag: About(Microsoft),
        weight: 3,
        entries: "hoja calculo, libro excel, diapositiva*, presentacion, presentaciones, autoguardado, formula, formulas, documento, documentos, bandeja entrada, calendario, reunion, reuniones, licencia, licencias, sincroniza, sincronizar, sincronizacion, pendiente sincronizar, favoritos, iconos escritorio, calculadora, \
                  navegador, bsod, pantallazo, explorador, buzon, not activado, desactivado licencia",
    },
    Group {
        tag: About(Microsoft),
        weight: 2,
        entries: "correo, correos, firma, adjunto, adjuntos, se cierra solo, cierra solo, cierra sola, se cuelga, cuelga, colgado, colgada, macros, escritorio, version web, se congela, congela, pestana",
    },
    Group { tag: About(Microsoft), weight: 1, entries: "archivo, carpeta, fichero, notificacion" },
    Group {
        tag: About(Local),
        weight: 6,
        entries: "impresora, impresoras, imprim*, impresion, escaner, escanea*, terminales almacen, terminal almacen, portal nominas, caido internet, internet caido, fotocopiadora, multifuncion, cola impresion, atasco papel, unidad red, unidades red, unidad h, unidad g, unidad p, unidad s, unidad z, unidad x, unidad compartida, carpeta compartida, carpeta red, recurso compartido, \
                  servidor archivos, servidor ficheros, contrasena caducada, caduco contrasena, caducado contrasena, contrasena caduco, olvidado contrasena, olvide contrasena, olvido contrasena, restablecer contrasena, resetear contrasena, cambio contrasena dominio, cuenta bloqueada, cuenta bloquea, bloquea cuenta, bloqueado cuenta, usuario bloqueado, usuaria bloqueada, desbloquear cuenta, \
                  desbloquear usuario, desbloque*, cuenta deshabilitada, toma red, roseta, punto red, cable red, fichaje, fichajes, control horario, nomina, nominas, telefono sala, telefono fijo, not tono, tono, centralita, extension telefonica, escritorio remoto, relacion confianza, wifi invitados, \
                  lector codigos, codigo barras, codigos barras, aplicacion interna, aplicacion propia, aplicacion gestion, programa contabilidad, programa gestion, programa facturacion, tpv, caja registradora, caida red, corte red, carpeta finanzas, not llegamos",
    },
    Group {
        tag: About(Local),
        weight: 4,
        entries: "red, wifi almacen, not internet, conexion internet, internet, permiso, permisos, acceso denegado, not acceso, contrasena, clave acceso, cuenta usuario, cuenta dominio, factura, facturas, facturacion, contabilizar, contabilidad, almacen, pedido, pedidos, albaran, albaranes, aplicacion, \
                  delegacion, autenticacion, etiquetas, bandeja papel, doble cara, papel, extranet, web proveedor, pagina proveedor, portal proveedor, portal empleado, portal cliente, base datos, bbdd, servidor, sede electronica, certificado digital, firma electronica, autofirma, dnie, sede, cobertura, inalambrica, inventario",
    },
    Group {
        tag: About(Local),
        weight: 2,
        entries: "cuenta, programa, conexion, conecta, conectar, conectarse, unidad, usuario clave, credenciales, web, pagina, portal, certificado, sala reuniones, pin, iniciar sesion, inicio sesion, entrar, lento, lenta, acceder, acceso, telefono",
    },
    Group {
        tag: About(Local),
        weight: 0,
        entries: "alerta contabilidad, pc contabilidad, equipo contabilidad, equipos contabilidad, ordenador contabilidad, departamento contabilidad, portal empresa, unidad organizativa",
    },
    Group {
        tag: About(Security),
        weight: 6,
        entries: "secuestr*, rescate, archivos cifrados, ficheros cifrados, documentos cifrados, archivos encriptados, ficheros encriptados, encriptad*, cifrad*, troyano, gusano, programa espia, \
                  pincho enlace, pincho link, pinchado enlace, pinche enlace, pulso enlace, pulsado enlace, hizo clic enlace, clic enlace, hecho clic, abrio adjunto, abierto adjunto, correo sospechoso, correos sospechosos, mensaje sospechoso, enlace sospechoso, \
                  adjunto sospechoso, proceso sospechoso, actividad sospechosa, inicio sesion sospechoso, inicios sesion sospechosos, acceso sospechoso, inicio sesion rusia, inicio sesion china, sesion rusia, sesion china, accesos extranjero, acceso extranjero, inicio sesion extranjero, sesion extranjero, desde extranjero, otro pais, pais extranjero, \
                  not pedido, not haberlos pedido, not haber pedido, not solicitado, not he solicitado, avisos autenticador, avisos mfa, solicitudes mfa, peticiones mfa, notificaciones autenticador, \
                  robad*, robo, robaron, perdido portatil, portatil perdido, extraviad*, extravio, hurto, sustraid*, perdido movil, olvidado tren, olvidado taxi, dejado tren, dejado taxi, \
                  raton mueve solo, cursor mueve solo, mueve solo, mueve sola, alguien abre, alguien controla, alguien ha entrado, alguien entro, alguien accede, correo basura, enviando spam, envia spam, \
                  infectad*, infeccion, llame numero, llamar numero, supuesto tecnico, falso tecnico, hizo pasar, hacia pasar, hace pasar, se hace pasar, control remoto, suplant*, tarjetas regalo, tarjeta regalo, cambio cuenta bancaria, cuenta bancaria, \
                  regla reenvio, reenvio desconocido, regla desconocida, filtrad*, filtracion, fuga datos, brecha, dark web, hackead*, jaque*, pirate*, crackead*, comprometid*, not autorizad*, \
                  cuenta nadie creado, nadie creado, nadie ha creado, administrador desconocido, cuenta desconocida, administrador nadie, correos not mios, not mios, not son mios, not he enviado, not he escrito, not envie, not escribi, \
                  alerta defender, alerta seguridad, alertas seguridad, defender alerta, defender detect*, defender encontr*, antivirus detect*, antivirus encontr*, salta antivirus, malicios*, cuarentena, amenaza, amenazas, \
                  antivirus desactivad*, antivirus deshabilitad*, defender desactivad*, extension rara, archivos renombrad*, exe raro, sube datos, subiendo datos, usb encontrad*, pendrive encontrad*, fraude, fraudulent*, estafa, timo, \
                  exige pago, exigen pago, piden dinero, pide dinero, pago bitcoins, peticiones aprobacion, solicitudes aprobacion, aprobo solicitud, aceptar vez, dio aceptar, acepto notificacion, acepto solicitud, taxi, olvidado avion, perdido aeropuerto, dejo portatil, dejado portatil, olvido portatil, nadie instalo, nadie ha instalado, paginas extranas, paginas raras, ventanas raras, ventanas extranas, abren ventanas solas, ventanas solas, se abren solas, cuelan ventanas, hizo instalar, hicieron instalar, otro iban, cambio iban, numero cuenta cambiado, abri adjunto, abierto factura, adjunto factura, puso contrasena, introdujo contrasena, metio contrasena, dio contrasena, facilito contrasena, puso credenciales, introdujo credenciales, introducido credenciales, introducido contrasena, puesto contrasena, chantaje, extorsion, factura falsa, correo falso, web falsa, pagina falsa, ciberataque, ataque, atacante, intruso, intrusion, ventana negra aparece",
    },
    Group {
        tag: About(Security),
        weight: 4,
        entries: "sospech*, rusia, china, nigeria, corea, not he hecho, not hecho, not reconozco, not reconoce inicio, remitente desconocido, alerta, alguien",
    },
    Group {
        tag: About(Security),
        weight: 2,
        entries: "raro, rara, raros, raras, desconocid*, ventana emergente, extrano, extrana",
    },
    Group {
        tag: About(Security),
        weight: 0,
        entries: "dispositivo desconocido, error desconocido, ruido raro, ruidos raros, ruido extrano, unidad cifrada, disco cifrado, clave cifrado, editor desconocido, sonido raro",
    },
];

pub const WANTS: &[Group<Wants>] = &[
    Group {
        tag: Repair,
        weight: 3,
        entries: "no funciona, not funciona, not funcionan, not va, not van, error, errores, falla, fallan, fallo, fallado, cuelga, colgado, colgada, congela, bloquead*, bloquea, roto, rota, estropead*, not puedo, not puede, not pueden, not podemos, not se puede, \
                  not deja, not me deja, not abre, not arranca, not enciende, not carga, not conecta, not imprime, not responde, not aparece, not sale, not encuentra, not sincroniza, not reconoce, not detecta, dejo de, ha dejado de, dejado de funcionar, desaparec*, danad*, corrupt*, \
                  deneg*, rechaz*, caido, caida, se cae, se corta, se cortan, desconecta, se cierra, se apaga, not hay, not llega, not llegan, not tengo, not tiene, not instala, sale un error",
    },
    Group {
        tag: Repair,
        weight: 2,
        entries: "not, problema, problemas, incidencia, averia, lento, lenta, perdido, negro, blanco, vacio, desde que, tras, despues de, caducad*, caduco, olvidado, olvide, conflicto, una y otra vez, continuamente, constantemente, sospechos*, parpadea*, ruido, revierte, se reinicia, reiniciaron, raro, rara, hinchada, muerta, pide, ayuda, hackeado, robado, infectado, pincho, atascad*, se queda, se quedan, avisos",
    },
    Group { tag: Repair, weight: 1, entries: "de repente, a veces, intermitente, codigo" },
    Group {
        tag: Answer,
        weight: 4,
        entries: "cada cuanto, recomendais, recomiendan, entra en nuestra, incluido en, tutorial, pregunta si, como puedo, como podemos, como pueden, como se puede, como se, como hago, como pongo, como configuro, como cambio, como instalo, como pido, como solicito, como accedo, como debo, como hay que, como activo, es posible, esta permitido, se permite, se puede usar, se puede, se pueden, podemos usar, puedo usar, podria usar, \
                  que significa, que diferencia, cual es, cuales son, ^que, ^cual, ^cuales, ^quien, ^quienes, ^donde, ^cuando, ^cuanto, ^cuanta, ^cuantos, ^cuantas, donde puedo, donde encuentro, donde esta, cuando llegara, cuando estara, cuando se, me podeis decir, podeis decirme, me puede decir, \
                  me puedes decir, puede decirme, podrias decirme, podria decirme, me podrias decir, podriais decirme, me podria indicar, podeis indicarme, me podeis indicar, podeis confirmar, podrian confirmar, podria confirmar, podeis explicar, quisiera saber, me gustaria saber, querria saber, queria saber, queriamos saber, necesito saber, necesitamos saber, quiere saber, pregunta si, pregunta como, preguntan si, pregunta, preguntas, duda, dudas, consulta, informacion sobre, informacion acerca, \
                  diferencia entre, documentacion, manual de, hay alguna forma, hay alguna manera, hay forma, hay manera, hay algun, existe alguna, existe algun, tenemos algun, es compatible, son compatibles, que pasa si, que ocurre si, cada cuanto, hasta cuando",
    },
    Group {
        tag: Answer,
        weight: 3,
        entries: "^pueden, ^puede, ^se permite, ^visio, ^nuestro, ^nuestra, ^como, ^puedo, ^podemos, ^pueden los, ^puede un, ^se puede, ^hay, ^esta soportado, ^por que, ^tiene, ^tenemos, ^podria, ^se va a, ^va a, ^es, ^son",
    },
    Group {
        tag: Notice,
        weight: 4,
        entries: "informamos, os informo, le informo, les informo, comunicamos, os comunico, les comunico, ^aviso, aviso de, os aviso, os avisamos, les avisamos, avisamos, anuncio, anunciamos, para vuestra informacion, para su informacion, a titulo informativo, tened en cuenta, lo tengais en cuenta, tengan en cuenta, para que lo sepais, parada programada, parada planificada, \
                  mantenimiento programado, mantenimiento planificado, mantenimiento previsto, corte programado, corte previsto, ventana de mantenimiento, cambio planificado, cambio programado, caduca dentro de, caduca el, caduca en, vence el, vence en, caducan el, vencen el, expira el, expira en, cambiaremos, migraremos, sustituiremos, renovaremos, moveremos, actualizaremos, haremos, realizaremos, \
                  reemplazaremos, procederemos, vamos a cambiar, vamos a migrar, vamos a sustituir, vamos a mover, vamos a renovar, vamos a realizar, se va a cambiar, se va a migrar, se va a sustituir, se van a, esta previsto, esta prevista, tendra lugar, quedara fuera de servicio, no estara disponible, not estara disponible, nota informativa, comunicado",
    },
    Group {
        tag: Notice,
        weight: 2,
        entries: "mantenimiento, programad*, planificad*, proximo fin de semana, fin de semana, proxima semana, proximo mes, (future), a partir del, dentro de 60 dias",
    },
    Group {
        tag: Favour,
        weight: 3,
        entries: "nos podeis, me podeis, podeis instalar, podeis dar, favor de, se requiere, solicito, solicitamos, solicita, solicitud, ^peticion, peticion de, pedimos, pido, necesitamos, necesito, necesita, quisiera, quisieramos, quiero, queremos, me gustaria, nos gustaria, querria, querriamos, rogamos, ruego, se ruega, se solicita, se necesita, hace falta, haria falta, requiere, requerimos, podeis dar, pueden dar",
    },
    Group {
        tag: Favour,
        weight: 2,
        entries: "por favor, porfa, podeis, podriais, podrian, pueden, puedes, podrias, podria, puede alguien, se podria, favor de, favor",
    },
    Group {
        tag: Change,
        weight: 3,
        entries: "^abrir, ^actualizar, abrir puerto, abrir el puerto, ^bloquear, ^alta, ^baja, ^acceso, ^dar, instal*, desinstal*, anad*, agreg*, mover, moved, muevan, pasar, pasad, pasen, habilit*, deshabilit*, activar, activad, activen, activacion, desactivar, desactiven, cambiar, cambiad, cambien, cambio de, dar de alta, alta de, de alta, dad de alta, darme de alta, dar de baja, baja de, de baja, dar acceso, dar permiso, dar permisos, den acceso, dadme acceso, acceso a, acceso para, \
                  permiso de, permisos de, permisos para, permiso para, conced*, otorg*, autoriz*, crear, cread, creen, creacion, amplia*, ampliacion, desplegar, desplegad, desplieguen, quitar, quitad, quiten, retirar, elimin*, borrar, configurar, configurad, configuren, preparar, preparad, preparen, permit*, exclu*, renombrar, renombrad, asign*, reasign*, \
                  migrar, trasladar, traspasar, aument*, reducir, publicar, inclu*, sustituir, desbloquear la web, lista blanca, nuevo empleado, nueva empleada, nueva incorporacion, nuevo companero, nueva companera, segundo monitor, segunda pantalla, nuevo portatil, lista de distribucion, grupo de seguridad, nombre del equipo, modific*, mapear, levantar, poner, poned, pongan, dar a, actualizar a, subir a, otro monitor, licencia de, licencia para, nueva version",
    },
    Group {
        tag: Nothing,
        weight: 0,
        entries: "necesito ayuda, necesitamos ayuda, por favor ayuda, por favor revisad, por favor revisen, podeis mirar, podeis revisar, pueden revisar, podeis ayudarme, por favor mirad, puedes mirar, not corre prisa, not es urgente, not urge, not pasa nada, not puedo instalar, not se puede instalar, not se instala, not puede instalar, fallo instalacion, falla la instalacion, fallo al instalar, error al instalar, error al actualizar, pide contrasena, podeis desbloquear, podeis resetear, podeis restablecer, not hay prisa, dice que, not deja instalar, al actualizar, al cambiar, al activar, al anadir, al mover, al configurar, al crear",
    },
];

pub const HITS: &[Group<Hits>] = &[
    Group {
        tag: Scope(All),
        weight: 2,
        entries: "todos los usuarios, todo el mundo, toda la empresa, toda la compania, toda la organizacion, todos los equipos, todos los portatiles, todos los empleados, todos los dispositivos, todas las sedes, nadie puede, todo el personal, todos los ordenadores, a todos, todas las oficinas, todas las delegaciones",
    },
    Group {
        tag: Scope(Several),
        weight: 2,
        entries: "varios usuarios, varias personas, varios equipos, varios portatiles, muchos usuarios, algunos usuarios, algunas personas, algunos equipos, muchos equipos, unos usuarios, un grupo de usuarios, un grupo de equipos, toda la planta, toda la oficina, todo el departamento, todo el equipo de, toda la sede, toda la delegacion, \
                  los usuarios, los equipos, a varios, varios companeros, mis companeros tambien, otros companeros tambien, companeros con el mismo, dos usuarios, tres usuarios, cuatro usuarios, cinco usuarios, seis usuarios, diez usuarios, tres personas, media docena, la mitad de, decenas de, nos pasa a, usuarios de, usuarios",
    },
    Group {
        tag: Scope(One),
        weight: 3,
        entries: "un solo usuario, un usuario, una usuaria, solo a mi, solo me pasa a mi, un unico usuario, un solo equipo, un unico equipo",
    },
    Group {
        tag: Severity(terms::Severity::A),
        weight: 2,
        entries: "produccion parada, produccion esta parada, produccion detenida, linea de produccion parada, fabrica parada, fabrica esta parada, empresa parada, negocio parado, nadie puede trabajar, not podemos facturar, perdiendo dinero, perdemos dinero, caida total, parada total, severidad a, critica para el negocio",
    },
    Group {
        tag: Severity(terms::Severity::B),
        weight: 2,
        entries: "departamento no puede trabajar, departamento not puede trabajar, equipo not puede trabajar, oficina not puede trabajar, todo el departamento parado, departamento parado, delegacion not puede trabajar, severidad b, area parada",
    },
];
