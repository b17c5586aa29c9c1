/*---
description = """What customers owe, with tax, by claim and day on which it changes: one row a \
claim and day with what is open at its end. A claim is an invoice with the credit notes that \
correct it; money that no invoice asked for is a negative claim of its own. Rows stand also on \
the days on which a claim passes into another stage of age, up to a month after the newest \
document."""
label = { en = "Receivables", "zh-CN" = "应收账款" }
grain = ["claim_id", "changed_on"]
time = "changed_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.changed_on]
description = "Day on which the claim changes: by a document, a payment or its age."
shared = "date"
fiscal = { period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }

[dimensions.period_id]
shared = "period_id"

[dimensions.fiscal_quarter]
shared = "fiscal_quarter"

[dimensions.fiscal_year]
shared = "fiscal_year"

[dimensions.entity_id]
shared = "entity_id"

[dimensions.business_unit_id]
shared = "business_unit_id"

[dimensions.customer_id]
shared = "customer_id"

[dimensions.customer_name]
shared = "customer_name"

[dimensions.customer_group_id]
shared = "customer_group_id"

[dimensions.customer_type]
shared = "customer_type"

[dimensions.customer_type_now]
shared = "customer_type_now"

[dimensions.industry]
shared = "industry"

[dimensions.industry_now]
shared = "industry_now"

[dimensions.region]
shared = "region"

[dimensions.region_now]
shared = "region_now"

[dimensions.country]
shared = "country"

[dimensions.country_now]
shared = "country_now"

[dimensions.city]
shared = "city"

[dimensions.city_now]
shared = "city_now"

[dimensions.company_size]
shared = "company_size"

[dimensions.company_size_now]
shared = "company_size_now"

[dimensions.account_owner_id]
shared = "account_owner_id"

[dimensions.account_owner_id_now]
shared = "account_owner_id_now"

[dimensions.business_unit_id_now]
shared = "business_unit_id_now"

[dimensions.claim_id]
label = { en = "Claim", "zh-CN" = "应收单据" }
description = "Number of the invoice, or of a payment that no invoice asked for."

[dimensions.claim_kind]
label = { en = "Kind of claim", "zh-CN" = "应收类型" }
description = "document, or advance for money that no invoice asked for."

[dimensions.ageing_bucket]
label = { en = "Age", "zh-CN" = "账龄" }
description = """How long the claim is overdue from that day on: not_due, 1_to_30, 31_to_60, \
61_to_90 or over_90 days; no_due_date; settled."""

[dimensions.currency_code]
label = { en = "Currency of the document", "zh-CN" = "单据币种" }
description = "ISO 4217 code of the currency of the claim."

[dimensions.due_on]
label = { en = "Due", "zh-CN" = "到期日" }
description = "Day on which the claim is due."

[dimensions.is_intercompany]
label = { en = "Within the group", "zh-CN" = "集团内部" }
description = "Whether the claim is one on a company of the group."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.segments]
label = { en = "Types and industries", "zh-CN" = "类型与行业" }
levels = ["customer_type", "industry", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[hierarchies.claims]
label = { en = "Claims by age", "zh-CN" = "账龄与单据" }
levels = ["ageing_bucket", "customer_id", "claim_id"]

[segments.outside_group]
label = { en = "Outside the group", "zh-CN" = "集团外" }
description = "Claims to others than companies of the group."
column = "is_outside_group"

[measures.open_amount]
label = { en = "Open", "zh-CN" = "应收余额" }
description = "What is left to be paid at the end, at the rate of the claim."
unit = "reporting_currency"
additivity = "semi_additive"
column = "open_amount"
keep = "last"
member = ["claim_id"]
over_time = ["previous_period", "year_before"]
share_of_total = true

[measures.opening_open_amount]
label = { en = "Open at the beginning", "zh-CN" = "期初应收" }
description = "What is left to be paid at the beginning."
unit = "reporting_currency"
additivity = "semi_additive"
column = "open_amount"
keep = "first"
member = ["claim_id"]

[measures.average_open_amount]
label = { en = "Open on average", "zh-CN" = "平均应收" }
description = "What is left to be paid, averaged over the days."
unit = "reporting_currency"
additivity = "semi_additive"
column = "open_amount"
keep = "average"
member = ["claim_id"]

[measures.overdue_amount]
label = { en = "Overdue", "zh-CN" = "逾期金额" }
description = "What is left to be paid of claims that are past their due day."
unit = "reporting_currency"
additivity = "semi_additive"
column = "overdue_amount"
keep = "last"
member = ["claim_id"]

[measures.overdue_ratio]
label = { en = "Share overdue", "zh-CN" = "逾期占比" }
description = "Overdue over open."
unit = "ratio"
additivity = "ratio"
numerator = "overdue_amount"
denominator = "open_amount"

[measures.open_claim_count]
label = { en = "Open claims", "zh-CN" = "未清笔数" }
description = "How many claims are not settled at the end."
additivity = "semi_additive"
column = "open_count"
keep = "last"
member = ["claim_id"]

[measures.charged_amount]
label = { en = "Charged", "zh-CN" = "开票含税额" }
description = "Documents with tax, less credit notes, at the rate of their days."
unit = "reporting_currency"
additivity = "additive"
column = "charged_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.received_amount]
label = { en = "Received", "zh-CN" = "收款额" }
description = "Payments less what was paid back, at the rate of their days."
unit = "reporting_currency"
additivity = "additive"
column = "received_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.received_ratio]
label = { en = "Share received", "zh-CN" = "回款率" }
description = "Received over charged."
unit = "ratio"
additivity = "ratio"
numerator = "received_amount"
denominator = "charged_amount"

[measures.claim_count]
label = { en = "Claims", "zh-CN" = "应收笔数" }
description = "How many different claims changed."
additivity = "distinct"
column = "claim_id"

[measures.owing_customer_count]
label = { en = "Customers with claims", "zh-CN" = "有往来客户数" }
description = "How many different customers have claims that changed."
additivity = "distinct"
column = "known_customer_id"
---*/

with documents as (
    select
        invoice_id,
        coalesce(corrected_invoice_id, invoice_id) as claim_id,
        corrected_invoice_id is null as is_first,
        entity_id,
        business_unit_id,
        customer_id,
        customer_version_number,
        currency_code,
        reporting_currency_code,
        exchange_rate,
        is_intercompany,
        net_amount + coalesce(tax_amount, 0) as gross_amount,
        net_reporting_amount + coalesce(tax_reporting_amount, 0) as gross_reporting_amount,
        booking_number,
        due_on,
        invoiced_on
    from marts.fct_invoice_lines
    where has_header
),

-- Of lines that are booked again the last booking says whose they are.
claims as (
    select
        claim_id,
        first_value(entity_id order by is_first desc, booking_number desc) as entity_id,
        first_value(business_unit_id order by is_first desc, booking_number desc)
            as business_unit_id,
        first_value(customer_id order by is_first desc, booking_number desc) as customer_id,
        first_value(customer_version_number order by is_first desc, booking_number desc)
            as customer_version_number,
        first_value(currency_code order by is_first desc, booking_number desc)
            as currency_code,
        first_value(reporting_currency_code order by is_first desc, booking_number desc)
            as reporting_currency_code,
        first_value(exchange_rate order by is_first desc, booking_number desc)
            as exchange_rate,
        first_value(is_intercompany order by is_first desc, booking_number desc)
            as is_intercompany,
        first_value(due_on order by is_first desc, booking_number desc) as due_on,
        min(invoiced_on) as begins_on
    from documents
    group by claim_id
),

corrections as (
    select distinct invoice_id, claim_id from documents
),

payments as (
    select
        payments.payment_id,
        coalesce(corrections.claim_id, payments.invoice_id) as claim_id,
        payments.entity_id,
        payments.business_unit_id,
        payments.customer_id,
        payments.customer_version_number,
        payments.currency_code,
        payments.reporting_currency_code,
        payments.exchange_rate,
        payments.is_intercompany,
        payments.paid_amount,
        payments.paid_reporting_amount,
        payments.paid_on
    from marts.fct_payments as payments
    left join corrections
        on corrections.invoice_id = payments.invoice_id
),

-- Money that no known invoice asked for.
advances as (
    select
        payments.payment_id as claim_id,
        max(payments.entity_id) as entity_id,
        max(payments.business_unit_id) as business_unit_id,
        max(payments.customer_id) as customer_id,
        max(payments.customer_version_number) as customer_version_number,
        max(payments.currency_code) as currency_code,
        max(payments.reporting_currency_code) as reporting_currency_code,
        max(payments.exchange_rate) as exchange_rate,
        bool_or(payments.is_intercompany) as is_intercompany,
        cast(null as date) as due_on,
        min(payments.paid_on) as begins_on
    from payments
    left anti join claims
        on claims.claim_id = payments.claim_id
    group by payments.payment_id
),

all_claims as (
    select *, 'document' as claim_kind from claims
    union all
    select *, 'advance' as claim_kind from advances
),

-- A payment in another currency counts as much of the claim as it is worth in reporting currency.
movements as (
    select
        claim_id,
        gross_amount as claim_amount,
        gross_reporting_amount as charged_amount,
        cast(0 as decimal(18, 4)) as received_amount,
        invoiced_on as changed_on
    from documents
    union all
    select
        claims.claim_id,
        -case
            when payments.currency_code = claims.currency_code then payments.paid_amount
            else round(
                cast(payments.paid_reporting_amount as decimal(38, 10))
                / nullif(claims.exchange_rate, 0),
                4
            )
        end as claim_amount,
        cast(0 as decimal(18, 4)) as charged_amount,
        payments.paid_reporting_amount as received_amount,
        payments.paid_on as changed_on
    from payments
    inner join all_claims as claims
        on claims.claim_id = coalesce(payments.claim_id, payments.payment_id)
),

last_movement as (
    select max(changed_on) as last_on from movements
),

stages as (
    select 1 as overdue_days
    union all
    select 31 as overdue_days
    union all
    select 61 as overdue_days
    union all
    select 91 as overdue_days
),

changes as (
    select
        claim_id,
        claim_amount,
        charged_amount,
        received_amount,
        true as is_movement,
        changed_on
    from movements
    union all
    select
        claims.claim_id,
        cast(0 as decimal(18, 4)) as claim_amount,
        cast(0 as decimal(18, 4)) as charged_amount,
        cast(0 as decimal(18, 4)) as received_amount,
        false as is_movement,
        claims.due_on + stages.overdue_days as changed_on
    from all_claims as claims
    cross join stages
    cross join last_movement
    where claims.due_on + stages.overdue_days > claims.begins_on
        and claims.due_on + stages.overdue_days <= last_movement.last_on + 31
),

days as (
    select
        claim_id,
        changed_on,
        sum(claim_amount) as claim_amount,
        cast(sum(charged_amount) as decimal(18, 4)) as charged_amount,
        cast(sum(received_amount) as decimal(18, 4)) as received_amount,
        bool_or(is_movement) as is_movement
    from changes
    group by claim_id, changed_on
),

balances as (
    select
        days.*,
        sum(claim_amount) over (partition by claim_id order by changed_on) as balance_amount
    from days
),

valued as (
    select
        balances.claim_id,
        claims.claim_kind,
        claims.entity_id,
        claims.business_unit_id,
        claims.customer_id,
        claims.customer_version_number,
        claims.currency_code,
        claims.is_intercompany,
        cast(
            round(balances.balance_amount * claims.exchange_rate, currencies.minor_unit_digits)
            as decimal(18, 4)
        ) as open_amount,
        balances.balance_amount <> 0 as is_open,
        coalesce(balances.changed_on - claims.due_on, 0) as overdue_days,
        balances.charged_amount,
        balances.received_amount,
        claims.due_on,
        balances.changed_on
    from balances
    inner join all_claims as claims
        on claims.claim_id = balances.claim_id
    left join marts.dim_currencies as currencies
        on currencies.currency_code = claims.reporting_currency_code
    -- What is settled grows no older.
    where balances.is_movement or balances.balance_amount <> 0
)

select
    valued.claim_id,
    valued.claim_kind,
    case
        when not valued.is_open then 'settled'
        when valued.due_on is null then 'no_due_date'
        when valued.overdue_days <= 0 then 'not_due'
        when valued.overdue_days <= 30 then '1_to_30'
        when valued.overdue_days <= 60 then '31_to_60'
        when valued.overdue_days <= 90 then '61_to_90'
        else 'over_90'
    end as ageing_bucket,
    dates.period_id,
    dates.fiscal_quarter,
    valued.entity_id,
    valued.business_unit_id,
    valued.customer_id,
    case when valued.customer_id <> 'unassigned' then valued.customer_id end as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, valued.customer_id) as customer_group_id,
    customers.customer_type,
    customers.customer_type_now,
    customers.industry,
    customers.industry_now,
    customers.region,
    customers.region_now,
    customers.country,
    customers.country_now,
    customers.city,
    customers.city_now,
    customers.company_size,
    customers.company_size_now,
    customers.owner_id as account_owner_id,
    customers.owner_id_now as account_owner_id_now,
    customers.business_unit_id_now,
    valued.currency_code,
    dates.fiscal_year,
    valued.open_amount,
    case
        when valued.overdue_days > 0 then valued.open_amount
        else cast(0 as decimal(18, 4))
    end as overdue_amount,
    case when valued.is_open then 1 else 0 end as open_count,
    valued.charged_amount,
    valued.received_amount,
    valued.is_intercompany,
    not valued.is_intercompany as is_outside_group,
    valued.due_on,
    valued.changed_on
from valued
left join marts.dim_dates as dates
    on dates.date_on = valued.changed_on
left join marts.dim_customers as customers
    on customers.customer_id = valued.customer_id
    and customers.version_number = valued.customer_version_number
