//! How does the end of an address say the encoding where the address has no name of its own? It is
//! taken off before the address is looked up, and counts as what is accepted.

use axum::http::header::ACCEPT;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Request, Uri};

use super::media::Media;

/// The addresses whose answers have every encoding. Reports have names, of which the encoding is
/// the end.
const ENDED: [&str; 1] = ["/api/v1/sql"];

/// The request without the ending of its address.
pub(super) fn take<B>(mut request: Request<B>) -> Request<B> {
    let Some((media, uri)) = plain(request.uri()) else { return request };
    *request.uri_mut() = uri;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(media.essence()));
    request
}

/// The encoding that an address ends in, and the address without it.
fn plain(uri: &Uri) -> Option<(Media, Uri)> {
    let (stem, ending) = uri.path().rsplit_once('.')?;
    if !ENDED.contains(&stem) {
        return None;
    }
    let media = Media::ALL.into_iter().find(|media| media.ending() == ending)?;
    let path = match uri.query() {
        Some(query) => format!("{stem}?{query}"),
        None => stem.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Some((media, Uri::from_parts(parts).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_is_an_encoding_where_the_address_has_one() {
        let of = |text: &str| {
            let (media, uri) = plain(&text.parse().unwrap())?;
            Some((media, uri.to_string()))
        };
        let sql = |media, uri: &str| Some((media, uri.to_owned()));
        assert_eq!(of("/api/v1/sql.csv?as_of=1"), sql(Media::Csv, "/api/v1/sql?as_of=1"));
        assert_eq!(of("/api/v1/sql.xlsx"), sql(Media::Xlsx, "/api/v1/sql"));
        let whole = "http://host:1/api/v1/sql.json";
        assert_eq!(of(whole), sql(Media::Json, "http://host:1/api/v1/sql"));
        for other in ["/api/v1/sql", "/api/v1/sql.exe", "/api/v1/reports/towns.csv", "*"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
