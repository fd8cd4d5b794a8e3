//! What callers send: JSON bodies in either casing, and the query options of lists.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, OriginalUri, Request},
    http::{HeaderMap, StatusCode, Uri, request::Parts},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::{
    api::{ErrorDetail, MAX_PAGE, PREFER},
    domain::text::is_blank,
};

/// The largest JSON body, in bytes.
pub const MAX_BODY: usize = 1 << 20;

/// The largest JSON body that names many members, in bytes.
pub const LARGE_BODY: usize = 16 << 20;

/// How large the body of an operation may be, where it may be larger than others.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// The longest wait that a caller may ask for, in seconds.
pub const MAX_WAIT: u64 = 55;

/// How long a body may take to arrive: one that trickles must not hold a connection for ever.
pub const BODY_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// A JSON object whose members begin with a small letter, whatever was sent.
#[derive(Debug, Default)]
pub struct Body(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        parse(&arrive(request, state).await?).map(Body)
    }
}

/// A JSON array.
#[derive(Debug)]
pub struct Items(pub Vec<Value>);

impl<S: Send + Sync> FromRequest<S> for Items {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match parse_value(&arrive(request, state).await?)? {
            Value::Array(items) if !items.iter().any(has_nul) => Ok(Self(items)),
            Value::Array(_) => Err(Problem::bad_request("A string in the body holds U+0000.")),
            _ => Err(Problem::bad_request("The body is not a JSON array.")),
        }
    }
}

/// The whole body, within its bounds of size and time.
async fn arrive<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let limit = request.extensions().get::<BodyLimit>().map_or(MAX_BODY, |limit| limit.0);
    let arriving = tokio::time::timeout(BODY_TIME, Bytes::from_request(request, state));
    let arrived = arriving.await.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time.")
    })?;
    arrived.map_err(|rejection| match rejection.into_response_status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("The body is larger than {} MiB.", limit >> 20);
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message)
        }
        _ => Problem::bad_request("The body did not arrive whole."),
    })
}

/// The status of an axum rejection, without depending on its variants.
trait RejectionStatus {
    fn into_response_status(self) -> StatusCode;
}

impl<T: axum::response::IntoResponse> RejectionStatus for T {
    fn into_response_status(self) -> StatusCode {
        self.into_response().status()
    }
}

fn parse_value(bytes: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problem::bad_request(format!(
            "The body is not UTF-8: the byte at offset {} is wrong.",
            error.valid_up_to()
        ))
    })?;
    serde_json::from_str(text).map_err(|error| not_json(text, &error))
}

fn parse(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    let Value::Object(members) = lower(parse_value(bytes)?) else {
        return Err(Problem::bad_request("The body is not a JSON object."));
    };
    if members.values().any(has_nul) {
        return Err(Problem::bad_request("A string in the body holds U+0000."));
    }
    Ok(members)
}

/// The documentation's own JSON blocks are indented with characters that are no JSON white space:
/// whoever pastes one deserves to be told which.
fn not_json(text: &str, error: &serde_json::Error) -> Problem {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (line_start + error.column().saturating_sub(1)).min(text.len());
    // The parser stops at the first or at a later byte of such a character.
    let strange = text.char_indices().find(|&(at, c)| {
        at + c.len_utf8() > offset && at <= offset && !c.is_ascii() && c.is_whitespace()
    });
    match strange {
        Some((at, c)) => Problem::bad_request(format!(
            "The body is not JSON: U+{:04X} at offset {at} is no JSON white space.",
            u32::from(c)
        )),
        None => Problem::bad_request(format!("The body is not JSON, from offset {offset} on.")),
    }
}

/// `PartnerTicketId` and `partnerTicketId` are the same member.
fn lower(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let mut letters = name.chars();
                    let name = match letters.next() {
                        Some(first) => first.to_ascii_lowercase().to_string() + letters.as_str(),
                        None => name,
                    };
                    (name, lower(value))
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(lower).collect()),
        other => other,
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.values().any(has_nul),
        _ => false,
    }
}

impl Body {
    /// Reads the members of `T`; a fault names its member.
    pub fn read<T: serde::de::DeserializeOwned>(self) -> Result<T, Problem> {
        serde_json::from_value(Value::Object(self.0)).map_err(|error| {
            // serde's sentences quote values only where they are of the wrong type; a secret is
            // a string wherever one is expected, and is never quoted.
            Problem::bad_request(format!("The body does not fit: {error}."))
        })
    }

    /// Takes required strings, each present and not blank, at most `max` characters; all faults
    /// are named at once.
    pub fn texts<const N: usize>(
        &self,
        wanted: [(&'static str, usize); N],
    ) -> Result<[String; N], Problem> {
        let mut details: Vec<ErrorDetail> = Vec::new();
        let texts = wanted.map(|(name, max)| {
            let fault = match self.0.get(name) {
                Some(Value::String(text)) if is_blank(text) => {
                    ("required", "must not be blank".to_owned())
                }
                Some(Value::String(text)) if text.chars().count() > max => {
                    ("tooLong", format!("must not be longer than {max} characters"))
                }
                Some(Value::String(text)) => return text.clone(),
                None | Some(Value::Null) => ("required", "is missing".to_owned()),
                Some(_) => ("wrongType", "must be a string".to_owned()),
            };
            details.push(ErrorDetail {
                code: fault.0.to_owned(),
                message: format!("`{name}` {}.", fault.1),
                target: name.to_owned(),
            });
            String::new()
        });
        match details.first() {
            None => Ok(texts),
            Some(first) => {
                let message = first.message.clone();
                Err(Problem { details, ..Problem::bad_request(message) })
            }
        }
    }
}

/// What a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// `$filter`
    pub filter: Option<String>,
    /// `$orderby`
    pub order: Option<String>,
    /// `$searchText` or `searchText`
    pub search: Option<String>,
    /// `$skip`
    pub skip: u32,
    /// `$top`
    pub top: Option<u32>,
    path: String,
}

/// Options of OData that we know of and do not serve.
const UNSERVED: &[&str] = &[
    "$apply",
    "$compute",
    "$count",
    "$deltatoken",
    "$expand",
    "$format",
    "$index",
    "$levels",
    "$schemaversion",
    "$search",
    "$select",
    "$skiptoken",
];

impl<S: Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A nested router sees the address without what it is nested under; a link needs it all.
        match parts.extensions.get::<OriginalUri>() {
            Some(OriginalUri(uri)) => Self::parse(uri),
            None => Self::parse(&parts.uri),
        }
    }
}

impl ListQuery {
    fn parse(uri: &Uri) -> Result<Self, Problem> {
        let mut query = Self { path: uri.path().to_owned(), ..Self::default() };
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in query_pairs(uri)? {
            let name = if name == "searchText" { "$searchText".to_owned() } else { name };
            if !name.starts_with('$') {
                continue;
            }
            if seen.contains(&name) {
                return Err(Problem::bad_request(format!("`{name}` is given twice.")));
            }
            match name.as_str() {
                "$filter" => query.filter = Some(value),
                "$orderby" => query.order = Some(value),
                "$searchText" => query.search = Some(value).filter(|text| !text.is_empty()),
                "$skip" => query.skip = number(&name, &value)?,
                "$top" => query.top = Some(number(&name, &value)?),
                known if UNSERVED.contains(&known) => {
                    return Err(Problem::unsupported(format!("`{name}` is not supported.")));
                }
                _ => return Err(Problem::bad_request(format!("`{name}` is not a query option."))),
            }
            seen.push(name);
        }
        Ok(query)
    }

    /// Refuses options that this list does not take.
    pub fn only(self, filter: bool, search: bool) -> Result<Self, Problem> {
        if self.filter.is_some() && !filter {
            return Err(Problem::unsupported("`$filter` is not supported on this collection."));
        }
        if self.order.is_some() {
            return Err(Problem::unsupported("`$orderby` is not supported on this collection."));
        }
        if self.search.is_some() && !search {
            return Err(Problem::bad_request("`$searchText` is not an option of this collection."));
        }
        Ok(self)
    }

    /// As [`only`](Self::only), for a list that takes filters and orders.
    pub fn ordered(mut self) -> Result<Self, Problem> {
        let order = self.order.take();
        let query = self.only(true, false)?;
        Ok(Self { order, ..query })
    }

    /// How many rows to read: one more than the page, to know whether there are more.
    pub fn limit(&self) -> u32 {
        self.page() + 1
    }

    fn page(&self) -> u32 {
        self.top.unwrap_or(MAX_PAGE).min(MAX_PAGE)
    }

    /// Cuts the row too many off, and says where the next page is if the caller wants one.
    pub fn finish<T>(&self, rows: &mut Vec<T>, origin: &str) -> Option<String> {
        let page = self.page();
        let more = rows.len() > page as usize;
        rows.truncate(page as usize);
        let rest = match self.top {
            Some(top) => Some(top - page).filter(|&rest| rest > 0).map(Some),
            None => Some(None),
        };
        let rest = rest.filter(|_| more)?;
        let mut options = Vec::new();
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        if let Some(filter) = &self.filter {
            options.push(format!("$filter={}", encode(filter)));
        }
        if let Some(order) = &self.order {
            options.push(format!("$orderby={}", encode(order)));
        }
        if let Some(search) = &self.search {
            options.push(format!("$searchText={}", encode(search)));
        }
        options.push(format!("$skip={}", self.skip.saturating_add(page)));
        if let Some(top) = rest {
            options.push(format!("$top={top}"));
        }
        Some(format!("{origin}{}?{}", self.path, options.join("&")))
    }
}

/// Options of lists alone (OData 4.01, Part 1, 11.2.6 and 11.2.7).
const OF_LISTS: &[&str] = &[
    "$filter",
    "$orderby",
    "$searchText",
    "$skip",
    "$top",
    "$apply",
    "$count",
    "$deltatoken",
    "$index",
    "$search",
    "$skiptoken",
];

/// Refuses every query option, where what is read is no list that takes them.
///
/// # Errors
/// 501 for one that single entities have elsewhere, and 400 for all others.
pub fn refuse_options(uri: &Uri) -> Result<(), Problem> {
    for pair in uri.query().unwrap_or_default().split('&') {
        let name = percent_decode_str(pair.split('=').next().unwrap_or_default());
        let name = name.decode_utf8_lossy();
        match name.as_ref() {
            name if !name.starts_with('$') => {}
            name if OF_LISTS.contains(&name) => {
                let message = format!("`{name}` is not an option of this address.");
                return Err(Problem::bad_request(message));
            }
            name if UNSERVED.contains(&name) => {
                return Err(Problem::unsupported(format!("`{name}` is not supported.")));
            }
            name => {
                let message = format!("`{name}` is not a query option.");
                return Err(Problem::bad_request(message));
            }
        }
    }
    Ok(())
}

/// The names and values of a query, decoded.
pub fn query_pairs(uri: &Uri) -> Result<Vec<(String, String)>, Problem> {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    });
    pairs.collect()
}

fn decode(text: &str) -> Result<String, Problem> {
    let decoded = text_of(text)?;
    if decoded.contains('\0') {
        return Err(Problem::bad_request("The query holds U+0000."));
    }
    Ok(decoded)
}

fn text_of(encoded: &str) -> Result<String, Problem> {
    let spaced = encoded.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| Problem::bad_request("The query is not UTF-8."))?;
    Ok(decoded.into_owned())
}

/// What a query says of each of `names`; any character is taken, and bytes that are none are
/// refused, where a stored text must be what was sent.
pub fn query_values<const N: usize>(
    uri: &Uri,
    names: [&str; N],
) -> Result<[Option<String>; N], Problem> {
    let mut values = [const { None }; N];
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = text_of(name)?;
        let Some(at) = names.iter().position(|known| *known == name) else { continue };
        if values[at].replace(text_of(value)?).is_some() {
            return Err(Problem::bad_request(format!("`{name}` is given twice.")));
        }
    }
    Ok(values)
}

fn number(name: &str, value: &str) -> Result<u32, Problem> {
    // `parse` alone would take a sign.
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::bad_request(format!("`{name}` must be a whole number.")));
    }
    // There are not as many rows as that: more of them are as good as all.
    Ok(value.parse().unwrap_or(u32::MAX))
}

/// What a caller prefers (RFC 7240).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Our annotations are wanted.
    pub annotations: bool,
    /// Seconds that the caller is ready to wait for a better answer.
    pub wait: u64,
}

impl<S: Sync> FromRequestParts<S> for Preferences {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

impl Preferences {
    fn of(headers: &HeaderMap) -> Self {
        let mut wanted = Self::default();
        let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        for preference in values.flat_map(|value| value.split([',', ';'])) {
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().trim_start_matches("odata.") {
                "include-annotations" => wanted.annotations |= matches!(value, "*" | "mmd.*"),
                "wait" => wanted.wait = value.parse().unwrap_or(0).min(MAX_WAIT),
                _ => {}
            }
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<ListQuery, Problem> {
        ListQuery::parse(&format!("/x?{text}").parse().unwrap())
    }

    #[test]
    fn members_are_taken_in_either_casing() {
        let body = Body(parse(br#"{"PartnerTicketId": " a ", "title": "b"}"#).unwrap());
        let texts = body.texts([("partnerTicketId", 10), ("title", 10)]).unwrap();
        assert_eq!(texts, [" a ".to_owned(), "b".to_owned()]);
    }

    #[test]
    fn every_fault_of_a_body_is_named() {
        let body = Body(parse(br#"{"title": "  ", "plan": 3, "ticket": "abc"}"#).unwrap());
        let problem = body.texts([("title", 9), ("plan", 9), ("ticket", 2), ("device", 9)]);
        let targets: Vec<_> = problem
            .unwrap_err()
            .details
            .iter()
            .map(|d| format!("{} {}", d.target, d.code))
            .collect();
        assert_eq!(
            targets,
            ["title required", "plan wrongType", "ticket tooLong", "device required"]
        );
    }

    #[test]
    fn a_pasted_example_is_told_which_character_is_wrong() {
        let message = |text: &str| parse(text.as_bytes()).unwrap_err().message;
        assert_eq!(
            message("{\n\u{202f}\u{202f}\"title\": \"x\"}"),
            "The body is not JSON: U+202F at offset 2 is no JSON white space."
        );
        assert_eq!(
            message("{\"a\": 1,\u{a0}\"b\": 2}"),
            "The body is not JSON: U+00A0 at offset 8 is no JSON white space."
        );
        assert_eq!(message("{\"a\": nonsense}"), "The body is not JSON, from offset 7 on.");
        assert_eq!(message("[]"), "The body is not a JSON object.");
        assert_eq!(message(r#"{"a": {"b": ["\u0000"]}}"#), "A string in the body holds U+0000.");
        assert!(parse(b"{\"a\": \"\xff\"}").unwrap_err().message.contains("offset 7"));
        assert!(parse(&b"[".repeat(100_000)).is_err(), "nested too deeply, but no crash");
    }

    #[test]
    fn options_are_known_once_and_well_formed() {
        assert_eq!(query("$top=5&$skip=2&x=1").unwrap().limit(), 6);
        for most in ["4294967295", "4294967296", "99999999999999999999999"] {
            let most = query(&format!("$top={most}&$skip={most}")).unwrap();
            assert_eq!((most.limit(), most.skip), (MAX_PAGE + 1, u32::MAX));
        }
        assert_eq!(query("searchText=a%20b").unwrap().search.as_deref(), Some("a b"));
        let ordered = query("$orderby=x").unwrap();
        assert_eq!(ordered.clone().ordered().unwrap().order.as_deref(), Some("x"));
        assert_eq!(ordered.only(true, true).unwrap_err().status, StatusCode::NOT_IMPLEMENTED);
        assert_eq!(query("$select=x").unwrap_err().status, StatusCode::NOT_IMPLEMENTED);
        for bad in
            ["$top=-1", "$top=+1", "$top=x", "$nope=1", "$top=1&$top=2", "$filter=%ff", "$skip=%00"]
        {
            assert_eq!(query(bad).unwrap_err().status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }

    #[test]
    fn what_is_no_list_takes_no_options() {
        let status = |query: &str| {
            let refused = refuse_options(&format!("/x{query}").parse().unwrap());
            refused.map_err(|problem| problem.status.as_u16())
        };
        for good in ["", "?", "?x=1&y", "?name=$top", "?a$b=1"] {
            assert_eq!(status(good), Ok(()), "{good}");
        }
        for bad in ["?$foo=1", "?$top=1", "?x=1&%24top=1", "?$filter", "?$", "?$%ff"] {
            assert_eq!(status(bad), Err(400), "{bad}");
        }
        assert_eq!(status("?$select=title"), Err(501));
    }

    #[test]
    fn a_page_ends_with_a_link_only_where_more_is_wanted() {
        let mut rows: Vec<u32> = (0..1001).collect();
        let link = query("$filter=a%20eq%20'b'").unwrap().finish(&mut rows, "https://h");
        assert_eq!(link.unwrap(), "https://h/x?$filter=a%20eq%20%27b%27&$skip=1000");
        assert_eq!(rows.len(), 1000);
        let mut rows = vec![1, 2, 3];
        assert_eq!(query("$top=2").unwrap().finish(&mut rows, "https://h"), None);
        assert_eq!(rows, [1, 2]);
    }

    #[test]
    fn preferences_are_read_and_bounded() {
        let mut headers = HeaderMap::new();
        headers.append("prefer", "include-annotations=\"mmd.*\", wait=9999".parse().unwrap());
        assert_eq!(Preferences::of(&headers), Preferences { annotations: true, wait: MAX_WAIT });
    }
}
