//! From a command line to an exit code: parse, settings, doors, verb.
//!
//! Each step costs only what needs it. Help, the version and a wrong command line read no file and
//! start no runtime; what works on this machine alone reads no settings.

use std::{ffi::OsString, process::ExitCode, sync::Arc};

use tokio::{
    runtime::{Builder, Runtime},
    sync::OnceCell,
};

use super::{
    again::{self, Again},
    args::{self, Cli, Global, Unrun},
    context::Context,
    log,
    output::{ColorChoice, Format, Output, OutputOptions, delivery::ClipboardChild},
    prompt::{Terminal, watched},
    reach::Reach,
    routing,
    settings::{self, Environment, Flags, ServiceChoice, Settings, Source},
    verbs::{
        self, Local, Place, Verb,
        escalate::{self, unread},
    },
};
use crate::{
    clock::SystemClock,
    error::{Error, IoContext, Result},
};

/// Runs the command line `args`, the program's name first.
pub fn run(args: &[OsString]) -> ExitCode {
    let environment = Environment::read();
    let cli = match args::parse(args) {
        Ok(cli) => cli,
        Err(unrun) => return tell(&unrun, args, &environment.unwrap_or_default()),
    };
    let options = environment.as_ref().map_err(Clone::clone).and_then(|environment| {
        let format = settings::output(&cli.global.flags(), environment)?.value;
        Ok(printing(format, &cli.global, environment))
    });
    let (options, wrong) = match options {
        Ok(options) => (options, None),
        // Also an error about how to print has to be printed somehow.
        Err(error) => (printing(Format::Table, &cli.global, &Environment::default()), Some(error)),
    };
    let output = Output::new(options, Arc::new(SystemClock));
    let result = match (wrong, environment) {
        (Some(error), environment) => {
            let error = unread::kept(error, args, &environment.unwrap_or_default());
            Err(Box::new((error, output)))
        }
        (None, Err(error)) => {
            Err(Box::new((unread::kept(error, args, &Environment::default()), output)))
        }
        (None, Ok(environment)) => start(cli, args, environment, output),
    };
    match result {
        Ok(None) => ExitCode::SUCCESS,
        // Advice that somebody follows: the same as if they had typed it.
        Ok(Some(next)) => run(&next),
        Err(ended) => {
            let (error, output) = *ended;
            output.error(&error);
            error.exit()
        }
    }
}

fn printing(format: Format, global: &Global, environment: &Environment) -> OutputOptions {
    OutputOptions::of_process(format, global.quiet, global.color(), environment)
}

/// Says what clap has to say: help and the version are data, everything else is an error.
fn tell(unrun: &Unrun, args: &[OsString], environment: &Environment) -> ExitCode {
    let json = unrun.json
        || settings::output(&Flags::default(), environment).is_ok_and(|f| f.value == Format::Json);
    let format = if json && !unrun.is_data { Format::Json } else { Format::Table };
    let options = OutputOptions::of_process(format, false, ColorChoice::Auto, environment);
    let output = Output::new(options, Arc::new(SystemClock));
    if unrun.is_data {
        let color = output.options().stdout_color();
        let told = output.help(if color { &unrun.colored } else { &unrun.plain });
        return told.map_or_else(|error| error.exit(), |()| ExitCode::SUCCESS);
    }
    if !json {
        let color = output.options().stderr_color();
        output.complaint(if color { &unrun.colored } else { &unrun.plain });
    }
    // Whoever has not written it yet knows by then what is wrong.
    let (causes, hints) = (unrun.error.causes.len(), unrun.error.hints.len());
    let error = unread::kept(unrun.error.clone(), args, environment);
    if json {
        output.error(&error);
    } else {
        // The parser's words hold all but what was found out since.
        error.causes.iter().skip(causes).for_each(|cause| output.warn(cause));
        error.hints.iter().skip(hints).for_each(|hint| output.hint(hint));
    }
    error.exit()
}

type Started<T = ()> = std::result::Result<T, Box<(Error, Output)>>;

/// Returns the command line to go on with, where there is one.
fn start(
    cli: Cli,
    args: &[OsString],
    environment: Environment,
    mut output: Output,
) -> Started<Option<Vec<OsString>>> {
    let unrun = |error| unread::kept(error, args, &environment);
    let global = cli.global.clone();
    let (flags, yes) = (cli.global.flags(), cli.global.yes);
    let (timeout, verbose) = (cli.global.timeout, cli.global.verbose);
    let verb = match cli.verb(&environment) {
        Ok(Verb::Local(local)) => {
            return run_local(local, verbose, &output)
                .map(|()| None)
                .map_err(|e| Box::new((e, output)));
        }
        Ok(Verb::Route(input)) => {
            output.reaching(Reach::without_settings(&flags, &environment));
            let next = routing::run(input, &global, &environment, &output);
            let line = |words| routing::command_line(words, &global);
            return next.map(|words| words.map(line)).map_err(|error| Box::new((error, output)));
        }
        Ok(verb) => verb,
        Err(error) => return Err(Box::new((unrun(error), output))),
    };
    let (settings, wrong) = match settings_for(&verb, &flags, &environment) {
        Ok(settings) => (settings, None),
        // What somebody wrote for a support request is kept, though no service is named yet.
        Err(error) if matches!(verb, Verb::EscalateCreate(_)) => {
            match Settings::load(&flags, &environment) {
                Ok(settings) => (settings, Some(error)),
                Err(_) => return Err(Box::new((unrun(error), output))),
            }
        }
        Err(error) => return Err(Box::new((unrun(error), output))),
    };
    if !matches!(verb, Verb::Login(_)) {
        output.reaching(Reach::of(&flags, &environment, &settings));
    }
    if verbose {
        log::verbose();
    }
    let color = output.options().stderr_color();
    let cx = Context {
        prompter: Box::new(Terminal::new(settings.no_input.value, color)),
        clipboard: Box::new(ClipboardChild::new(&environment)),
        clock: Arc::new(SystemClock),
        yes,
        timeout,
        connected: OnceCell::new(),
        me: OnceCell::new(),
        again: Again::default(),
        settings,
        environment,
        output,
    };
    match (wrong, verb) {
        (Some(error), Verb::EscalateCreate(input)) => {
            Err(Box::new((escalate::create::keep(*input, error, &cx), cx.output)))
        }
        (_, verb) => with_service(verb, cx).map(|()| None),
    }
}

/// What counts for the verb, once it is known that it has a service to work on.
fn settings_for(verb: &Verb, flags: &Flags, environment: &Environment) -> Result<Settings> {
    if let Verb::Login(input) = verb {
        return Settings::load_for_login(flags, environment, input.url.clone());
    }
    let settings = Settings::load(flags, environment)?;
    let embedded = settings.service.value == ServiceChoice::Embedded;
    let unasked = settings.service.source == Source::Default;
    match verb.place() {
        Place::Named if embedded && unasked => {
            Err(Error::usage("no service is named, and this does not start one")
                .hint("`mmd login URL`, or `--profile sample`"))
        }
        Place::Url if embedded => {
            Err(Error::usage("no service is named").hint("`mmd login URL`, or `--service URL`"))
        }
        _ => Ok(settings),
    }
}

/// Runs a verb on a service, and stops what was started for it, however it has ended.
fn with_service(verb: Verb, cx: Context) -> Started {
    // The service in this process works while a person is being asked something.
    let runtime = match runtime(cx.is_embedded()) {
        Ok(runtime) => runtime,
        Err(error) => return Err(Box::new((error, cx.output))),
    };
    runtime.block_on(async {
        // An interrupt that is left to the verb ends it, and not the process: what it has started is
        // stopped first.
        let result = watched(again::served(&cx, verbs::run(verb, &cx))).await;
        let output = cx.finish().await;
        result.map_err(|error| Box::new((error, output)))
    })
}

fn run_local(verb: Local, verbose: bool, output: &Output) -> Result<()> {
    match verb {
        // It has its own log.
        Local::Serve(_) => {}
        Local::AgentRun(_) | Local::AgentOnce(_) => log::agent(verbose),
        _ if verbose => log::verbose(),
        _ => {}
    }
    let runtime = match verb {
        Local::AgentRun(_) | Local::AgentOnce(_) => one_by_one()?,
        _ => runtime(verb.is_service())?,
    };
    runtime.block_on(verbs::run_local(verb, output))
}

pub(super) fn runtime(threads: bool) -> Result<Runtime> {
    built(&mut match threads {
        true => Builder::new_multi_thread(),
        false => Builder::new_current_thread(),
    })
}

/// For an agent: what it does on the device is done by one thread, in the order that a crash test
/// counts.
fn one_by_one() -> Result<Runtime> {
    built(Builder::new_current_thread().max_blocking_threads(1))
}

fn built(builder: &mut Builder) -> Result<Runtime> {
    builder.enable_all().build().or_failed(|| "the runtime cannot be started".to_owned())
}
