//! Which address answers what?

use std::sync::Arc;

use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::gate::{gate, no_such_address, no_such_method, panicked};
use super::{
    checks, closing, comments, cube_api, cubes, dictionary, docs, health, loads, matches, openapi,
    periods, quarantine, refresh_api, releases, reports, saved, sql,
};

/// Every address with what answers it; the document of the interface is made of it.
fn table() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::Head::openapi())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(openapi::api))
        .routes(routes!(docs::docs))
        .routes(routes!(releases::list))
        .routes(routes!(reports::list))
        .routes(routes!(reports::answer))
        .routes(routes!(cubes::list))
        .routes(routes!(cube_api::meta))
        .routes(routes!(cube_api::load, cube_api::load_body))
        .routes(routes!(cube_api::sql, cube_api::sql_body))
        .routes(routes!(sql::query))
        .routes(routes!(releases::pins))
        .routes(routes!(loads::list))
        .routes(routes!(refresh_api::list))
        .routes(routes!(refresh_api::begin))
        .routes(routes!(checks::list))
        .routes(routes!(quarantine::list))
        .routes(routes!(periods::list))
        .routes(routes!(matches::list, matches::decide))
        .routes(routes!(closing::close))
        .routes(routes!(closing::reopen))
        .routes(routes!(closing::sign_off))
        .routes(routes!(comments::list, comments::remark))
        .routes(routes!(saved::list, saved::create))
        .routes(routes!(saved::get, saved::replace, saved::remove))
        .routes(routes!(saved::restore))
        .routes(routes!(matches::pair))
        .routes(routes!(dictionary::list))
        .routes(routes!(dictionary::table))
        .routes(routes!(dictionary::lineage))
}

/// The document of the interface.
pub(super) fn document() -> Document {
    table().into_openapi()
}

/// What answers requests.
pub(super) fn router(app: Arc<App>) -> Router {
    // Files that are compressed already are sent as they are.
    let compressed = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/vnd.apache.parquet"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats"));
    let (router, _) = table().split_for_parts();
    router
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), gate))
        .layer(CompressionLayer::new().compress_when(compressed))
        .with_state(app)
}
