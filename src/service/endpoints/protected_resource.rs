//! How to sign in: the metadata of this service as a protected resource (RFC 9728).

use std::collections::BTreeMap;

use axum::{Json, extract::State};

use crate::{
    api::{
        BASE,
        session::{ProtectedResource, ProviderClient},
    },
    service::{App, Service, settings::Profile},
};

/// `GET /.well-known/oauth-protected-resource`
pub async fn of_origin(State(app): State<App>) -> Json<ProtectedResource> {
    Json(metadata(&app, app.origin.clone()))
}

/// `GET /.well-known/oauth-protected-resource/support/odata/v1`: RFC 9728, 3.3 wants the resource
/// to be the one that was asked for.
pub async fn of_base(State(app): State<App>) -> Json<ProtectedResource> {
    Json(metadata(&app, format!("{}{BASE}", app.origin)))
}

fn metadata(app: &Service, resource: String) -> ProtectedResource {
    let settings = &app.settings.sign_in;
    let people = || app.issuers.iter().map(|issuer| &issuer.settings);
    let mut scopes: Vec<_> = people().flat_map(|issuer| issuer.scopes.clone()).collect();
    scopes.sort();
    scopes.dedup();
    let providers: BTreeMap<_, _> = people()
        .filter_map(|issuer| {
            let client_id = issuer.client_ids.first()?.clone();
            // A token is asked for by the first name that its audience may have.
            let audience = issuer.audience.first().cloned();
            let by_resource = issuer.profile() == Profile::Rfc9068;
            let client = ProviderClient {
                client_id,
                scopes: issuer.scopes.clone(),
                resource: by_resource.then(|| audience.unwrap_or_else(|| app.origin.clone())),
            };
            Some((issuer.issuer.clone(), client))
        })
        .collect();
    ProtectedResource {
        resource,
        authorization_servers: people().map(|issuer| issuer.issuer.clone()).collect(),
        scopes_supported: scopes,
        bearer_methods_supported: vec!["header".into()],
        resource_name: "mmd".into(),
        mmd_providers: providers,
        mmd_invites: settings.invites,
        mmd_file_store: settings.file_store,
    }
}
