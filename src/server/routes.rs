//! Which address answers what, and whom?

use std::sync::Arc;

use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use super::app::App;
use super::gate::{gate, no_such_address, no_such_method, panicked};
use super::needs::{Need, Needs};
use super::{
    account_api, checks, closing, comments, cube_api, cubes, dictionary, docs, health, loads,
    matches, openapi, periods, quarantine, refresh_api, releases, reports, saved, session_api, sql,
    token_api, wish_api,
};
use crate::accounts::Scope;
use crate::query::policy::Power;

/// Addresses with what answers them, and what each needs.
struct Table {
    router: OpenApiRouter<Arc<App>>,
    needs: Needs,
}

impl Table {
    /// The same with some routes more, all of which need the same of whoever calls.
    fn add(mut self, need: Need, routes: UtoipaMethodRouter<Arc<App>>) -> Self {
        self.needs.add(need, &routes.1);
        self.router = self.router.routes(routes);
        self
    }
}

/// What asks reports and cubes.
const READ: Need = Need::Scope(Scope::Read);
/// What asks in SQL.
const SQL: Need = Need::Scope(Scope::Sql);
/// What saves questions and pages.
const WRITE: Need = Need::Scope(Scope::Write);
/// What closes and reopens periods.
const CLOSE: Need = Need::Power(Scope::Write, &[Power::ClosePeriods]);
/// What decides who is the same customer.
const DECIDE: Need = Need::Power(Scope::Write, &[Power::DecideMatches]);
/// What remarks on anything.
const COMMENT: Need = Need::Power(Scope::Write, &[Power::Comment]);
/// What has the systems read anew.
const REFRESH: Need = Need::Power(Scope::Write, &[Power::Refresh]);
/// What makes and changes accounts.
const MANAGE: Need = Need::Power(Scope::Manage, &[Power::ManageAccounts]);
/// What asks for accounts.
const ASK: Need = Need::Power(Scope::Manage, &[Power::RequestAccounts, Power::ManageAccounts]);
/// What makes and revokes one's own tokens.
const OWN: Need = Need::Scope(Scope::Manage);
/// What looks after the server.
const WATCH: Need = Need::Power(Scope::Read, &[Power::ManageAccounts]);

/// Every address with what answers it; the document of the interface is made of it.
fn table() -> Table {
    let router = OpenApiRouter::with_openapi(openapi::Head::openapi());
    Table { router, needs: Needs::default() }
        .add(Need::Open, routes!(health::live))
        .add(Need::Open, routes!(health::ready))
        .add(WATCH, routes!(health::metrics))
        .add(Need::Open, routes!(openapi::api))
        .add(READ, routes!(releases::list))
        .add(READ, routes!(reports::list))
        .add(READ, routes!(reports::answer))
        .add(READ, routes!(cubes::list))
        .add(READ, routes!(cube_api::meta))
        .add(READ, routes!(cube_api::load, cube_api::load_body))
        .add(READ, routes!(cube_api::sql, cube_api::sql_body))
        .add(Need::Open, routes!(docs::docs))
        .add(SQL, routes!(sql::query))
        .add(READ, routes!(releases::pins))
        .add(READ, routes!(loads::list))
        .add(READ, routes!(refresh_api::list))
        .add(REFRESH, routes!(refresh_api::begin))
        .add(READ, routes!(checks::list))
        .add(READ, routes!(quarantine::list))
        .add(READ, routes!(periods::list))
        .add(READ, routes!(matches::list))
        .add(DECIDE, routes!(matches::decide))
        .add(READ, routes!(matches::pair))
        .add(CLOSE, routes!(closing::close))
        .add(CLOSE, routes!(closing::reopen))
        .add(CLOSE, routes!(closing::sign_off))
        .add(READ, routes!(comments::list))
        .add(COMMENT, routes!(comments::remark))
        .add(READ, routes!(saved::list))
        .add(WRITE, routes!(saved::create))
        .add(READ, routes!(saved::get))
        .add(WRITE, routes!(saved::replace, saved::remove))
        .add(WRITE, routes!(saved::restore))
        .add(READ, routes!(dictionary::list))
        .add(READ, routes!(dictionary::table))
        .add(READ, routes!(dictionary::lineage))
        .add(Need::SignIn, routes!(session_api::sign_in))
        .add(Need::Account, routes!(session_api::show, session_api::sign_out))
        .add(OWN, routes!(token_api::list, token_api::create))
        .add(OWN, routes!(token_api::revoke))
        .add(MANAGE, routes!(account_api::list, account_api::add))
        .add(MANAGE, routes!(account_api::change, account_api::remove))
        .add(ASK, routes!(wish_api::list, wish_api::file))
        .add(MANAGE, routes!(wish_api::decide))
}

/// The document of the interface, and what each of its addresses needs.
pub(super) fn document() -> (Document, Needs) {
    let Table { router, needs } = table();
    (router.into_openapi(), needs)
}

/// What answers requests.
pub(super) fn router(app: Arc<App>) -> Router {
    // Files that are compressed already are sent as they are.
    let compressed = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/vnd.apache.parquet"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats"));
    let (router, _) = table().router.split_for_parts();
    router
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), gate))
        .layer(CompressionLayer::new().compress_when(compressed))
        .with_state(app)
}
