/*---
description = """Money received from customers or paid back to them, with tax, in the reporting \
currency, a row a payment."""
label = { en = "Payments", "zh-CN" = "收款" }
grain = ["payment_id", "booking_number"]
time = "paid_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.paid_on]
description = "Day of the payment."
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

[dimensions.payment_id]
label = { en = "Payment", "zh-CN" = "收款单" }
description = "Number of the single payment."

[dimensions.invoice_id]
label = { en = "Invoice", "zh-CN" = "发票" }
description = "Invoice that is paid; null of a prepayment."

[dimensions.payment_kind]
label = { en = "Kind of payment", "zh-CN" = "收款类型" }
description = "Payment, prepayment or refund."

[dimensions.currency_code]
label = { en = "Currency", "zh-CN" = "币种" }
description = "ISO 4217 code of the payment's currency."

[dimensions.due_on]
label = { en = "Due date", "zh-CN" = "到期日" }
description = "Day on which the invoice was due; null where nobody knows it."

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.kinds]
label = { en = "Kinds of payments", "zh-CN" = "收款类型" }
levels = ["payment_kind", "currency_code"]

[segments.outside_group]
label = { en = "Outside the group", "zh-CN" = "集团外" }
description = "Payments of debtors outside the group."
column = "is_outside_group"

[measures.paid_amount]
label = { en = "Paid", "zh-CN" = "收款额" }
description = "Amount with tax, at the rate of the day of payment; what is paid back is negative."
unit = "reporting_currency"
additivity = "additive"
column = "paid_amount"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.unpriced_payment_count]
label = { en = "Payments without a rate", "zh-CN" = "缺汇率收款数" }
description = "Payments that no sum holds, because the reporting currency has no rate."
additivity = "additive"
column = "unpriced_count"

[measures.payment_count]
label = { en = "Payments", "zh-CN" = "收款笔数" }
description = "How many different payments there are."
additivity = "distinct"
column = "payment_id"
over_time = ["previous_period", "year_before"]

[measures.mean_paid_amount]
label = { en = "Mean payment", "zh-CN" = "平均收款额" }
description = "Amount paid over payments."
unit = "reporting_currency"
additivity = "ratio"
numerator = "paid_amount"
denominator = "payment_count"

[measures.due_payment_count]
label = { en = "Payments with a due date", "zh-CN" = "有到期日收款数" }
description = "Payments of invoices whose due date is known."
additivity = "additive"
column = "due_count"

[measures.late_payment_count]
label = { en = "Late payments", "zh-CN" = "逾期收款数" }
description = "Of these, payments after the due date."
additivity = "additive"
column = "late_count"

[measures.late_payment_ratio]
label = { en = "Share late", "zh-CN" = "逾期收款率" }
description = "Late payments over payments with a due date."
unit = "ratio"
additivity = "ratio"
numerator = "late_payment_count"
denominator = "due_payment_count"

[measures.late_paid_amount]
label = { en = "Paid late", "zh-CN" = "逾期收款额" }
description = "Amount of late payments."
unit = "reporting_currency"
additivity = "additive"
column = "late_paid_amount"

[measures.median_late_days]
label = { en = "Median days late", "zh-CN" = "逾期天数中位数" }
description = "Middle value of the days from the due date to the payment; negative is early."
unit = "days"
additivity = "none"
aggregate = "median"
column = "late_days"

[measures.median_payment_days]
label = { en = "Median days to pay", "zh-CN" = "付款天数中位数" }
description = "Middle value of the days from the date of the invoice to the payment."
unit = "days"
additivity = "none"
aggregate = "median"
column = "payment_days"

[measures.paying_customer_count]
label = { en = "Customers who paid", "zh-CN" = "付款客户数" }
description = "How many different customers paid."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    payments.payment_id,
    payments.booking_number,
    payments.invoice_id,
    payments.payment_kind,
    payments.currency_code,
    payments.period_id,
    periods.fiscal_quarter,
    payments.entity_id,
    payments.business_unit_id,
    payments.customer_id,
    case when payments.customer_id <> 'unassigned' then payments.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, payments.customer_id) as customer_group_id,
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
    periods.fiscal_year,
    payments.paid_reporting_amount as paid_amount,
    case when payments.is_late then payments.paid_reporting_amount end as late_paid_amount,
    payments.late_days,
    payments.payment_days,
    case when payments.paid_reporting_amount is null then 1 else 0 end as unpriced_count,
    -- A reversal takes back what was counted when the payment was booked.
    case
        when payments.is_late is null then 0
        when payments.booking_kind = 'reversal' then -1
        else 1
    end as due_count,
    case
        when not coalesce(payments.is_late, false) then 0
        when payments.booking_kind = 'reversal' then -1
        else 1
    end as late_count,
    not coalesce(payments.is_intercompany, false) as is_outside_group,
    payments.paid_on,
    payments.due_on
from marts.fct_payments as payments
left join marts.dim_customers as customers
    on customers.customer_id = payments.customer_id
    and customers.version_number = payments.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = payments.period_id
