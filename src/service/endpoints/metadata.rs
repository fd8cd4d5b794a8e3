//! `GET BASE/$metadata`: the CSDL of the published sets.

use axum::{http::header, response::IntoResponse};

/// Answers the CSDL document.
pub async fn csdl() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/xml")], include_str!("metadata.xml"))
}
