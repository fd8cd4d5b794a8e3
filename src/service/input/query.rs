//! The query of an address: the options of lists, and values beside them.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{Uri, request::Parts},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{api::MAX_PAGE, service::problem::Problem};

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

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    fn query(text: &str) -> Result<ListQuery, Problem> {
        ListQuery::parse(&format!("/x?{text}").parse().unwrap())
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
}
