//! Which tables do the departments keep, and how does each of them write?

use super::text::Dialect;

/// A table of a departmental system.
#[derive(Debug)]
pub(super) struct Table {
    /// its place in [`ALL`]
    pub(super) id: usize,
    /// file or database below the project's folder: `feeds/finance/ledger_*.csv`, where `*` stands
    /// for the month or day, or `feeds/sales/sales.db`
    pub(super) path: &'static str,
    /// how it is kept
    pub(super) kept: Kept,
    /// its columns, in their order
    pub(super) columns: &'static [&'static str],
}

/// How a table is kept.
#[derive(Debug)]
pub(super) enum Kept {
    /// a file a month, and after the first delivery a file a day, that hold what came in it
    Deliveries(Dialect),
    /// one file that is written anew each time
    Whole(Dialect),
    /// a table of a database, its name, and its columns' types and key as SQL, where a column
    /// without a type holds each value as it was given; a row of a known key replaces the one
    /// before
    Database(&'static str, &'static str),
}

impl Table {
    /// How its rows are written.
    pub(super) fn dialect(&self) -> Dialect {
        match self.kept {
            Kept::Deliveries(dialect) | Kept::Whole(dialect) => dialect,
            Kept::Database(..) => Dialect::Values,
        }
    }
}

macro_rules! tables {
    ($($name:ident = $path:literal, $kept:expr, [$($column:literal),+ $(,)?];)+) => {
        #[expect(clippy::upper_case_acronyms, non_camel_case_types, reason = "the tables' names")]
        enum Place { $($name),+ }

        $(pub(super) static $name: Table =
            Table {
                id: Place::$name as usize,
                path: $path,
                kept: $kept,
                columns: &[$($column),+],
            };)+

        /// All tables, by department.
        pub(super) static ALL: &[&Table] = &[$(&$name),+];
    };
}

use Dialect::{Bookkeeping, Chinese, Json, Plain, Scales, Spreadsheet};
use Kept::{Database, Deliveries, Whole};

tables! {
    // sales: the department's own database
    CUSTOMERS = "feeds/sales/sales.db", Database("customer", "no text primary key, name text, \
        name_en text, type text, industry text, region text, country text, city text, \
        address text, size text, capital text, tax_no text, channel text, since text, \
        owner text, unit text, entity text, parent text, status text, currency text, \
        credit_limit text, website text, changed text"),
        ["no", "name", "name_en", "type", "industry", "region", "country", "city", "address",
         "size", "capital", "tax_no", "channel", "since", "owner", "unit", "entity", "parent",
         "status", "currency", "credit_limit", "website", "changed"];
    CONTACTS = "feeds/sales/sales.db", Database("contact", "no text primary key, customer text, \
        name text, title text, email text, phone text, birthday text, language text, \
        is_decider integer, changed_at text"),
        ["no", "customer", "name", "title", "email", "phone", "birthday", "language",
         "is_decider", "changed_at"];
    PRODUCTS = "feeds/sales/sales.db", Database("product", "sku text primary key, name text, \
        name_zh text, category text, subcategory text, tier integer, kind text, unit text, \
        weight real, launched text, discontinued text, successor text, market text"),
        ["sku", "name", "name_zh", "category", "subcategory", "tier", "kind", "unit", "weight",
         "launched", "discontinued", "successor", "market"];
    PRICES = "feeds/sales/sales.db", Database("price", "list text, sku text, currency text, \
        valid_from text, valid_to text, price text, primary key (list, sku, valid_from)"),
        ["list", "sku", "currency", "valid_from", "valid_to", "price"];
    QUOTES = "feeds/sales/sales.db", Database("quote", "no text primary key, customer text, \
        contact text, owner text, opportunity text, quoted text, valid_from text, valid_to text, \
        currency text, status text, changed_at text"),
        ["no", "customer", "contact", "owner", "opportunity", "quoted", "valid_from", "valid_to",
         "currency", "status", "changed_at"];
    QUOTE_LINES = "feeds/sales/sales.db", Database("quote_line", "quote text, line integer, \
        sku text, qty integer, list_price text, price text, net text, primary key (quote, line)"),
        ["quote", "line", "sku", "qty", "list_price", "price", "net"];
    OPPORTUNITIES = "feeds/sales/sales.db", Database("opportunity", "no text primary key, \
        customer text, owner text, title text, category text, stage text, amount text, \
        currency text, probability integer, opened text, expected_close text, closed text, \
        outcome text, competitor text, reason text, campaign text, last_action text, \
        changed_at text"),
        ["no", "customer", "owner", "title", "category", "stage", "amount", "currency",
         "probability", "opened", "expected_close", "closed", "outcome", "competitor", "reason",
         "campaign", "last_action", "changed_at"];
    OPPORTUNITY_STAGES = "feeds/sales/sales.db", Database("opportunity_stage", "opportunity text, \
        step integer, stage text, owner text, entered_at text, primary key (opportunity, step)"),
        ["opportunity", "step", "stage", "owner", "entered_at"];
    ORDERS = "feeds/sales/sales.db", Database("sales_order", "no text primary key, customer text, \
        contact text, order_date text, currency text, status text, channel text, owner text, \
        unit text, entity text, quote text, opportunity text, campaign text, requested text, \
        changed_at text, deleted integer"),
        ["no", "customer", "contact", "order_date", "currency", "status", "channel", "owner",
         "unit", "entity", "quote", "opportunity", "campaign", "requested", "changed_at",
         "deleted"];
    ORDER_LINES = "feeds/sales/sales.db", Database("order_line", "order_no text, line integer, \
        parent_line integer, sku text, qty integer, list_price text, price text, net text, \
        changed_at text, primary key (order_no, line)"),
        ["order_no", "line", "parent_line", "sku", "qty", "list_price", "price", "net",
         "changed_at"];
    DELIVERIES = "feeds/sales/sales.db", Database("delivery", "no text primary key, \
        order_no text, customer text, warehouse text, carrier text, shipped text, arrived text, \
        freight, currency text, weight text, pallets integer, changed_at text"),
        ["no", "order_no", "customer", "warehouse", "carrier", "shipped", "arrived", "freight",
         "currency", "weight", "pallets", "changed_at"];
    DELIVERY_LINES = "feeds/sales/sales.db", Database("delivery_line", "delivery text, \
        line integer, order_no text, order_line integer, sku text, qty integer, changed_at text, \
        primary key (delivery, line)"),
        ["delivery", "line", "order_no", "order_line", "sku", "qty", "changed_at"];
    RETURNS = "feeds/sales/sales.db", Database("return_line", "no text, line integer, \
        customer text, delivery text, delivery_line integer, order_no text, order_line integer, \
        sku text, qty integer, reason text, condition text, returned text, credit_note text, \
        changed_at text, primary key (no, line)"),
        ["no", "line", "customer", "delivery", "delivery_line", "order_no", "order_line", "sku",
         "qty", "reason", "condition", "returned", "credit_note", "changed_at"];
    TOUCHES = "feeds/sales/sales.db", Database("touch", "no text primary key, customer text, \
        contact text, employee text, channel text, direction text, purpose text, \
        happened_at text, minutes integer, material text, campaign text, opportunity text, \
        quote text, reply_to text, subject text"),
        ["no", "customer", "contact", "employee", "channel", "direction", "purpose",
         "happened_at", "minutes", "material", "campaign", "opportunity", "quote", "reply_to",
         "subject"];
    PROMISES = "feeds/sales/sales.db", Database("promise", "no text primary key, customer text, \
        contact text, employee text, touch text, kind text, subject text, promised text, \
        due text, amount text, currency text, wording text, status text, changed_at text"),
        ["no", "customer", "contact", "employee", "touch", "kind", "subject", "promised", "due",
         "amount", "currency", "wording", "status", "changed_at"];
    REFERRALS = "feeds/sales/sales.db", Database("referral", "no text primary key, \
        referrer text, referred text, referred_on text, note text"),
        ["no", "referrer", "referred", "referred_on", "note"];

    // service: the desk's export, JSON lines; the columns are paths into the objects
    SERVICE_CUSTOMERS = "feeds/service/customers.jsonl", Whole(Json),
        ["id", "company", "address.city", "address.street", "tax_number", "phone", "since"];
    CASES = "feeds/service/cases_*.jsonl", Deliveries(Json),
        ["case.id", "case.customer", "case.product", "case.order", "status", "priority", "kind",
         "channel", "subject", "contract", "cause", "resolution", "is_avoidable", "is_billable",
         "first_time_fix", "rework_of", "minutes", "technician.no", "technician.name",
         "opened_at", "first_response_at", "due_at", "closed_at", "changed_at"];
    CASE_EVENTS = "feeds/service/case_events_*.jsonl", Deliveries(Json),
        ["id", "case", "at", "kind", "employee", "minutes", "travel_minutes", "note"];
    SURVEYS = "feeds/service/surveys_*.jsonl", Deliveries(Json),
        ["id", "customer", "case", "kind", "sent_at", "answered_at", "score", "comment",
         "changed_at"];
    CONTRACTS = "feeds/service/contracts.jsonl", Whole(Json),
        ["id", "customer", "kind", "level", "starts_on", "ends_on", "annual_fee", "currency",
         "response_hours", "resolution_hours", "status", "renewed_from"];

    // finance: exports of the bookkeeping
    LEDGER = "feeds/finance/ledger_*.csv", Deliveries(Bookkeeping),
        ["Entry", "Entity", "Posted", "Period", "Account", "Cost centre", "Customer", "Document",
         "Document type", "Document date", "Origin", "Status", "Currency", "Amount",
         "Functional amount", "Text"];
    ACCOUNTS = "feeds/finance/accounts.csv", Whole(Bookkeeping),
        ["Account", "Name", "Name (Chinese)", "Parent", "Kind", "Statement line", "Sign",
         "Subledger"];
    COST_CENTRES = "feeds/finance/cost_centres.csv", Whole(Bookkeeping),
        ["Cost centre", "Name", "Entity", "Unit", "Function"];
    ENTITIES = "feeds/finance/entities.csv", Whole(Bookkeeping),
        ["Entity", "Name", "Name (Chinese)", "Currency", "Country", "City"];
    UNITS = "feeds/finance/business_units.csv", Whole(Bookkeeping),
        ["Unit", "Name", "Name (Chinese)", "Entity", "Head"];
    DEBTORS = "feeds/finance/debtors.csv", Whole(Chinese),
        ["客户编号", "客户名称", "税号", "城市", "地址", "信用额度", "付款天数", "是否冻结",
         "是否关联方", "公司代码", "销售编号", "建档日期"];
    INVOICES = "feeds/finance/invoices_*.csv", Deliveries(Bookkeeping),
        ["Invoice", "Entity", "Kind", "Date", "Customer", "Order", "Corrects", "Currency", "Net",
         "Tax", "Gross", "Due"];
    INVOICE_LINES = "feeds/finance/invoice_lines_*.csv", Deliveries(Bookkeeping),
        ["Invoice", "Line", "Date", "Kind", "Order", "Order line", "Delivery", "Delivery line",
         "Item", "Quantity", "List amount", "Discount", "Net", "Tax"];
    PAYMENTS = "feeds/finance/payments_*.csv", Deliveries(Bookkeeping),
        ["Payment", "Entity", "Date", "Customer", "Invoice", "Kind", "Currency", "Amount"];
    RATES = "feeds/finance/rates_*.csv", Deliveries(Bookkeeping),
        ["Kind", "Date", "From", "To", "Rate"];
    BUDGETS = "feeds/finance/budgets.csv", Whole(Bookkeeping),
        ["Version", "Period", "Entity", "Unit", "Cost centre", "Account", "Amount"];

    // inventory: exports of the warehouse keeper, and his own database
    STOCK_MOVES = "feeds/inventory/moves_*.tsv", Deliveries(Scales),
        ["1", "2", "3", "4", "5", "6", "7", "8"];
    STOCK_COUNTS = "feeds/inventory/counts_*.csv", Deliveries(Plain),
        ["counted_on", "house", "sku", "quantity", "unit_cost", "value", "currency"];
    WAREHOUSES = "feeds/inventory/stock.db", Database("house", "code text primary key, \
        name text, entity text, city text, currency text, pallet_places integer, keeper text"),
        ["code", "name", "entity", "city", "currency", "pallet_places", "keeper"];
    STOCK_COSTS = "feeds/inventory/stock.db", Database("unit_cost", "house text, sku text, \
        valid_from text, cost, currency text, primary key (house, sku, valid_from)"),
        ["house", "sku", "valid_from", "cost", "currency"];
    RESERVATIONS = "feeds/inventory/stock.db", Database("reservation", "counted text, house text, \
        sku text, customer text, qty integer, pallets integer, \
        primary key (counted, house, sku, customer)"),
        ["counted", "house", "sku", "customer", "qty", "pallets"];

    // marketing: spreadsheets saved as CSV, and the export of the web statistics
    CAMPAIGNS = "feeds/marketing/campaigns.csv", Whole(Spreadsheet),
        ["campaign", "name", "name_zh", "kind", "channel", "unit", "starts_on", "ends_on",
         "budget", "currency", "owner"];
    CAMPAIGN_COSTS = "feeds/marketing/campaign_costs_*.csv", Deliveries(Spreadsheet),
        ["cost", "campaign", "entity", "spent_on", "kind", "supplier", "amount", "currency",
         "document"];
    MATERIALS = "feeds/marketing/materials.csv", Whole(Spreadsheet),
        ["material", "title", "title_zh", "kind", "edition", "language", "category",
         "issued_on", "unit_cost", "currency"];
    PEOPLE = "feeds/marketing/people.csv", Whole(Spreadsheet),
        ["person", "company", "city", "address", "name", "title", "email", "phone", "source",
         "added_on"];
    SENDS = "feeds/marketing/sends_*.csv", Deliveries(Spreadsheet),
        ["send", "campaign", "material", "person", "channel", "sender", "sent_at", "outcome"];
    CONSENTS = "feeds/marketing/consents_*.csv", Deliveries(Spreadsheet),
        ["consent", "person", "channel", "state", "effective_at", "source"];
    EVENTS = "feeds/marketing/events.csv", Whole(Spreadsheet),
        ["event", "campaign", "title", "title_zh", "kind", "city", "held_on", "capacity",
         "language"];
    REGISTRATIONS = "feeds/marketing/registrations_*.csv", Deliveries(Spreadsheet),
        ["registration", "event", "person", "state", "registered_at", "confirmed_at",
         "changed_at"];
    LEADS = "feeds/marketing/leads_*.csv", Deliveries(Spreadsheet),
        ["lead", "company", "city", "contact", "email", "phone", "industry", "size", "source",
         "campaign", "event", "stage", "owner", "hours", "score", "customer", "created_on",
         "changed_at"];
    SITE_VISITS = "feeds/marketing/site_visits_*.csv", Deliveries(Spreadsheet),
        ["session", "started_at", "visitor", "person", "company_domain", "country", "source",
         "campaign", "landing", "category", "pages", "seconds", "downloads"];

    // staff: exports of the personnel office
    EMPLOYEES = "feeds/staff/employees.csv", Whole(Plain),
        ["employee", "name", "name_zh", "role", "unit", "entity", "cost_centre", "manager",
         "hired_on", "left_on", "crm_account", "skills"];
    WORK_HOURS = "feeds/staff/hours_*.csv", Deliveries(Plain),
        ["sheet", "employee", "worked_on", "kind", "customer", "lead", "opportunity", "case",
         "campaign", "planned_minutes", "minutes", "travel_minutes"];
    LOGINS = "feeds/staff/logins_*.csv", Deliveries(Plain),
        ["login", "account", "application", "at", "minutes"];
    CAPACITY = "feeds/staff/capacity_*.csv", Deliveries(Plain),
        ["period", "employee", "cost_centre", "contracted_minutes", "practical_minutes"];

    // inputs of the project: kept by people, CSV
    ALLOCATION_RULES = "warehouse/inputs/allocation_rules.csv", Whole(Plain),
        ["rule", "step", "pool", "entity", "account_from", "account_to", "function", "driver",
         "minutes_per_unit", "pool_share", "receiver", "receiver_pool", "statement_line",
         "valid_from", "valid_to", "reason"];
    ACCOUNT_MAP = "warehouse/inputs/account_map.csv", Whole(Plain),
        ["account_from", "account_to", "scope", "statement_line", "subledger",
         "document_part", "valid_from", "valid_to", "reason"];
    CALENDAR = "warehouse/inputs/calendar.csv", Whole(Plain),
        ["period", "fiscal_year", "quarter", "number", "starts_on", "ends_on", "is_adjusting"];
    CUSTOMER_MAP = "warehouse/inputs/customer_map.csv", Whole(Plain),
        ["system", "local_id", "customer", "valid_from", "decided_by", "reason"];
    SCORE_WEIGHTS = "warehouse/inputs/score_weights.csv", Whole(Plain),
        ["version", "item", "weight", "valid_from", "description"];
    SCORE_POINTS = "warehouse/inputs/score_points.csv", Whole(Plain),
        ["version", "item", "value", "low", "high", "points"];
    SCORE_TIERS = "warehouse/inputs/score_tiers.csv", Whole(Plain),
        ["version", "tier", "low", "contact_days", "response_hours", "resolution_hours"];
    TARGETS = "warehouse/inputs/targets.csv", Whole(Plain),
        ["target", "period", "subject", "subject_id", "measure", "amount", "currency"];
    MIX_TARGETS = "warehouse/inputs/mix_targets.csv", Whole(Plain),
        ["customer_type", "category", "target_ratio", "valid_from"];
    COMPOSITION_POLICY = "warehouse/inputs/composition_policy.csv", Whole(Plain),
        ["dimension", "member", "target_ratio", "valid_from"];
    WALLETS = "warehouse/inputs/wallet_estimates.csv", Whole(Plain),
        ["customer", "year", "category", "purchases", "sales_total", "currency", "source",
         "confidence", "estimated_on"];
    MARKETS = "warehouse/inputs/market_sizes.csv", Whole(Plain),
        ["year", "category", "region", "market_size", "growth_ratio", "largest_rival_share",
         "currency", "source"];
    ONBOARDING = "warehouse/inputs/onboarding_steps.csv", Whole(Plain),
        ["customer", "step", "name", "owner", "started_on", "finished_on", "approved_by",
         "approved_on", "status"];
    CRM_PATH = "warehouse/inputs/crm_path.csv", Whole(Plain),
        ["measure", "period", "baseline", "target", "unit"];
    PARAMETERS = "warehouse/inputs/parameters.csv", Whole(Plain),
        ["parameter", "value", "unit", "valid_from", "description"];
}
