//! The ServiceNow article's settings, followed literally: an HTTP client that knows nothing of us
//! asks for a token and gets a device.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{
    common::missing,
    rig::{Home, Said, Service, finish},
};

/// `curl` with `args`, which trusts the service.
fn curl(home: &Home, service: &Service, args: &[&str]) -> Said {
    let common = ["--silent", "--show-error", "--fail-with-body", "--cacert", &service.ca_file];
    let all: Vec<&str> = common.into_iter().chain(args.iter().copied()).collect();
    finish(home.command_of("curl", &all), None)
}

#[test]
fn the_article_s_settings_get_a_device() {
    let curl_is_there = Command::new("curl").arg("--version").stdout(Stdio::null()).status();
    if curl_is_there.is_err() {
        return missing("curl");
    }
    let service = Service::start();
    service.admin.mmd(&["device", "enroll", "MMD-03690457680"]).exits(0);
    let app = service.admin.mmd(&["team", "app", "add", "servicenow", "--json"]).exits(0).json();
    let tenant = service.admin.mmd(&["status", "--json"]).exits(0).json()["tenant"].clone();
    let tenant = tenant.as_str().expect("the tenant's id");
    let text = |name: &str| app[name].as_str().expect("a string").to_owned();
    let (id, secret) = (text("clientId"), text("clientSecret"));

    // The fields of the application registry, and of the connection, by their names.
    let token_url = format!("{}/{tenant}/oauth2/v2.0/token", service.url);
    let connection_url = format!("{}/support/odata/v1", service.url);
    let scope = "https://mwaas-services-customerapi-prod.azurewebsites.net/.Default";
    let home = Home::new();
    let in_the_body = [
        "--data-urlencode",
        "grant_type=client_credentials",
        "--data-urlencode",
        &format!("client_id={id}"),
        "--data-urlencode",
        &format!("client_secret={secret}"),
        "--data-urlencode",
        &format!("scope={scope}"),
        &token_url,
    ];
    let in_the_header = [
        "--user",
        &format!("{id}:{secret}"),
        "--data-urlencode",
        "grant_type=client_credentials",
        "--data-urlencode",
        &format!("scope={scope}"),
        &token_url,
    ];
    for way in [&in_the_body[..], &in_the_header] {
        let token = curl(&home, &service, way).exits(0).json();
        assert_eq!(
            (&token["token_type"], &token["expires_in"]),
            (&"Bearer".into(), &"3599".into())
        );
        let bearer = token["access_token"].as_str().expect("a token");
        let authorization = format!("Authorization: Bearer {bearer}");
        let of_tenant = format!("{connection_url}/tenants/{tenant}");
        let get = |path: &str| {
            let url = format!("{of_tenant}/{path}");
            curl(&home, &service, &["--header", &authorization, &url]).exits(0).json()
        };
        let device = get("devices/MMD-03690457680");
        assert_eq!(device["name"], "MMD-03690457680");
        assert_eq!(device["tenantId"], tenant);
        let context = format!("{connection_url}/$metadata#Devices/$entity");
        assert_eq!(device["@odata.context"], context.as_str());
        let listed = get("devices");
        let names: Vec<&Value> =
            listed["value"].as_array().expect("a list").iter().map(|d| &d["name"]).collect();
        assert_eq!(names, ["MMD-03690457680"]);
    }

    // What is wrong with the settings is said by the answer.
    let wrong_scope = [
        "--data",
        "grant_type=client_credentials&scope=https://graph.microsoft.com/.default",
        "--data-urlencode",
        &format!("client_id={id}"),
        "--data-urlencode",
        &format!("client_secret={secret}"),
        &token_url,
    ];
    let said = curl(&home, &service, &wrong_scope);
    let refused: Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!((said.code, &refused["error"]), (22, &"invalid_scope".into()));
    let old = format!("{}/odata/v1/tenants/{tenant}/devices", service.url);
    assert_eq!(curl(&home, &service, &[&old]).code, 22, "the base without /support is no base");
}
