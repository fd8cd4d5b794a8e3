//! Lists, page after page.

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use super::{Client, call::Call};
use crate::{
    api::Collection,
    error::{Error, Result},
};

/// More pages than any list of ours has: ten million rows.
const MAX_PAGES: usize = 10_000;

impl Client {
    /// Every row of the list that `call` begins.
    ///
    /// # Errors
    /// When the service points to another origin for the next page: the token would go there too.
    pub(super) async fn rows<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Vec<T>> {
        let mut page: Collection<T> = call.json().await?;
        let mut rows = page.value;
        let mut seen = HashSet::new();
        while let Some(link) = page.next_link {
            let url = self.0.origin.join(&link).map_err(|error| {
                Error::failed("the service's link to the next page is no address").cause(error)
            })?;
            if url.origin() != self.0.origin.origin() {
                let theirs = url.origin().ascii_serialization();
                return Err(Error::failed(format!(
                    "the service continues its list at {theirs}, which is not followed"
                ))
                .hint(format!("name the service as it names itself: `--service {theirs}`")));
            }
            if seen.len() >= MAX_PAGES || !seen.insert(link) {
                return Err(Error::failed("the service's list does not end"));
            }
            page = self.call_url(reqwest::Method::GET, url).json().await?;
            rows.append(&mut page.value);
        }
        Ok(rows)
    }
}
