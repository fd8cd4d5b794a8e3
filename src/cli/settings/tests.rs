//! Who wins, and who is named for it.

use super::*;

/// A home with a config file of this text.
struct Home(tempfile::TempDir);

impl Home {
    fn new(config: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(home.0.path().join("config")).unwrap();
        std::fs::write(home.file(), config).unwrap();
        home
    }

    fn file(&self) -> PathBuf {
        Dirs::within(self.0.path()).config_file()
    }

    fn environment(&self, variables: &[(&str, &str)]) -> Environment {
        let dirs = Dirs::within(self.0.path());
        let paths = [
            ("MMD_CONFIG_DIR", dirs.config),
            ("MMD_DATA_DIR", dirs.data),
            ("MMD_CACHE_DIR", dirs.cache),
        ];
        let paths = paths.map(|(name, path)| (name, path.into_os_string()));
        let variables = variables.iter().map(|(name, value)| (*name, (*value).into()));
        Environment::of(paths.into_iter().chain(variables)).unwrap()
    }

    fn load(&self, flags: &Flags, variables: &[(&str, &str)]) -> Result<Settings> {
        Settings::load(flags, &self.environment(variables))
    }
}

const TWO: &str = "current = \"work\"\n\
    [profiles.work]\nservice = \"https://work.example\"\ntenant = \"contoso\"\n\
    ca_file = \"/work.pem\"\nclient_id = \"abc\"\ncontact = { given_name = \"Marta\" }\ndelivery = \"qr\"\n\
    [profiles.lab]\nservice = \"https://lab.example\"\n";

fn url(text: &str) -> ServiceChoice {
    ServiceChoice::Url(text.parse().unwrap())
}

fn sourced<T>(value: T, source: Source) -> Sourced<T> {
    Sourced { value, source }
}

fn of_work<T>(value: T) -> Sourced<T> {
    sourced(value, Source::Profile("work".into()))
}

#[test]
fn the_current_profile_counts_and_is_named() {
    let home = Home::new(TWO);
    let settings = home.load(&Flags::default(), &[]).unwrap();
    assert_eq!(settings.profile, Some(sourced("work".into(), Source::File(home.file()))));
    assert_eq!(settings.service, of_work(url("https://work.example")));
    assert_eq!(settings.tenant, Some(of_work("contoso".into())));
    assert_eq!(settings.ca_file, Some(of_work("/work.pem".into())));
    assert_eq!(settings.client_id, Some(of_work("abc".into())));
    let marta = Contact { given_name: Some("Marta".into()), ..Contact::default() };
    assert_eq!(settings.contact, Some(of_work(marta)));
    assert_eq!(settings.delivery, Some(of_work(Way::Qr)));
    assert_eq!(settings.output, sourced(Format::Table, Source::Default));
    assert_eq!(settings.no_input, sourced(false, Source::Default));
}

#[test]
fn a_variable_beats_the_profile_and_a_flag_beats_both() {
    let home = Home::new(TWO);
    let variables = [
        ("MMD_PROFILE", "lab"),
        ("MMD_TENANT", "fabrikam"),
        ("MMD_CA_FILE", "/env.pem"),
        ("MMD_CLIENT_ID", "def"),
        ("MMD_OUTPUT", "csv"),
        ("MMD_NO_INPUT", "1"),
    ];
    let settings = home.load(&Flags::default(), &variables).unwrap();
    assert_eq!(settings.profile, Some(sourced("lab".into(), Source::Env("MMD_PROFILE"))));
    assert_eq!(settings.tenant, Some(sourced("fabrikam".into(), Source::Env("MMD_TENANT"))));
    assert_eq!(settings.ca_file, Some(sourced("/env.pem".into(), Source::Env("MMD_CA_FILE"))));
    assert_eq!(settings.client_id, Some(sourced("def".into(), Source::Env("MMD_CLIENT_ID"))));
    assert_eq!(settings.output, sourced(Format::Csv, Source::Env("MMD_OUTPUT")));
    assert_eq!(settings.no_input, sourced(true, Source::Env("MMD_NO_INPUT")));

    let flags = Flags {
        profile: Some("work".into()),
        tenant: Some("wingtip".into()),
        ca_file: Some("/flag.pem".into()),
        output: Some(Format::Json),
        no_input: true,
        ..Flags::default()
    };
    let settings = home.load(&flags, &variables).unwrap();
    assert_eq!(settings.profile, Some(sourced("work".into(), Source::Flag("--profile"))));
    assert_eq!(settings.service, of_work(url("https://work.example")));
    assert_eq!(settings.tenant, Some(sourced("wingtip".into(), Source::Flag("--tenant"))));
    assert_eq!(settings.ca_file, Some(sourced("/flag.pem".into(), Source::Flag("--ca-file"))));
    assert_eq!(settings.output, sourced(Format::Json, Source::Flag("--output")));
    assert_eq!(settings.no_input, sourced(true, Source::Flag("--no-input")));
}

#[test]
fn with_nothing_saved_and_nothing_named_the_service_is_embedded() {
    let settings = Home::new("").load(&Flags::default(), &[]).unwrap();
    assert_eq!(settings.service, sourced(ServiceChoice::Embedded, Source::Default));
    assert_eq!(settings.profile, None);
}

#[test]
fn the_sample_can_be_asked_for_beside_saved_profiles() {
    let home = Home::new(TWO);
    let flags = Flags { profile: Some("sample".into()), ..Flags::default() };
    let settings = home.load(&flags, &[]).unwrap();
    assert_eq!(settings.service, sourced(ServiceChoice::Embedded, Source::Flag("--profile")));
    assert_eq!((settings.profile, settings.tenant), (None, None));
    let error = home.load(&flags, &[("MMD_SERVICE", "https://x.example")]).unwrap_err();
    assert_eq!(error.kind.exit(), 2);
}

#[test]
fn what_belongs_to_a_profile_does_not_travel_to_another_service() {
    let home = Home::new(TWO);
    let other = Flags { service: Some("https://evil.example".into()), ..Flags::default() };
    let settings = home.load(&other, &[]).unwrap();
    assert_eq!(settings.service, sourced(url("https://evil.example"), Source::Flag("--service")));
    assert_eq!(
        (settings.profile, settings.tenant, settings.ca_file, settings.client_id),
        (None, None, None, None)
    );

    let same = [("MMD_SERVICE", "https://work.example/support/odata/v1")];
    let settings = home.load(&Flags::default(), &same).unwrap();
    assert_eq!(settings.profile.unwrap().value, "work");
    assert_eq!(settings.tenant, Some(of_work("contoso".into())));
}

#[test]
fn a_profile_that_is_not_there_is_an_error_that_names_those_that_are() {
    let home = Home::new(TWO);
    let error = home.load(&Flags::default(), &[("MMD_PROFILE", "wrok")]).unwrap_err();
    assert_eq!(error.kind.exit(), 2);
    assert_eq!(error.message, "there is no profile `wrok`");
    assert_eq!(error.causes, ["it is named by `MMD_PROFILE`"]);
    assert_eq!(error.hints[1], "choose a profile with `--profile NAME`: there is `lab`, `work`");

    let none_current = TWO.replace("current = \"work\"\n", "");
    let error = Home::new(&none_current).load(&Flags::default(), &[]).unwrap_err();
    assert_eq!(error.message, "no profile is chosen");
    let named = Flags { service: Some("https://x.example".into()), ..Flags::default() };
    assert_eq!(Home::new(&none_current).load(&named, &[]).unwrap().profile, None);
}

#[test]
fn the_profile_called_default_counts_when_none_is_current() {
    let home = Home::new("[profiles.default]\nservice = \"https://a.example\"\n[profiles.b]\n");
    let settings = home.load(&Flags::default(), &[]).unwrap();
    assert_eq!(settings.profile, Some(sourced("default".into(), Source::Default)));
    let error = home.load(&Flags { profile: Some("b".into()), ..Flags::default() }, &[]);
    assert_eq!(error.unwrap_err().message, "the profile `b` names no service");
}

#[test]
fn a_wrong_value_is_traced_to_who_said_it() {
    let home = Home::new("");
    for (name, value, message) in [
        ("MMD_SERVICE", "http://a.example", "`http://a.example` is not encrypted"),
        ("MMD_OUTPUT", "xml", "`xml` is no output format"),
    ] {
        let error = home.load(&Flags::default(), &[(name, value)]).unwrap_err();
        assert_eq!((error.kind.exit(), error.message.as_str()), (2, message));
        assert_eq!(error.causes, [format!("it comes from `{name}`")]);
    }
}

#[test]
fn login_names_its_profile_and_keeps_only_what_fits_the_service() {
    let home = Home::new(TWO);
    let login = |profile: Option<&str>, url: Option<&str>| {
        let flags = Flags { profile: profile.map(str::to_owned), ..Flags::default() };
        let url = url.map(|url| url.parse().unwrap());
        Settings::load_for_login(&flags, &home.environment(&[]), url)
    };
    let new = Some("https://new.example");
    let settings = login(None, new).unwrap();
    assert_eq!(settings.profile, Some(sourced("default".into(), Source::Default)));
    assert_eq!(settings.service, sourced(url("https://new.example"), Source::Flag("URL")));

    let settings = login(Some("work"), new).unwrap();
    assert_eq!((settings.profile.unwrap().value.as_str(), settings.tenant), ("work", None));

    let again = login(None, None).unwrap();
    assert_eq!(again.profile.unwrap().value, "work");
    assert_eq!(again.service, of_work(url("https://work.example")));
    assert_eq!(again.ca_file, Some(of_work("/work.pem".into())));

    assert!(login(Some("sample"), new).is_err());
    assert!(login(Some("../x"), new).is_err());
    let error = login(Some("fresh"), None).unwrap_err();
    assert_eq!(error.message, "the URL of the service is missing");
    assert_eq!(error.hints, ["run `mmd login URL`"]);
}
