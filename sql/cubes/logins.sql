/*---
description = "Sign-ins of employees to the company's applications, a row a sign-in."
label = { en = "Sign-ins", "zh-CN" = "登录" }
grain = ["login_id"]
time = "logged_in_on"
views = ["company"]

[dimensions.logged_in_on]
description = "Day of the sign-in in the project's time zone."
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

[dimensions.login_id]
label = { en = "Sign-in", "zh-CN" = "登录" }
description = "Number of the single sign-in."

[dimensions.employee_id]
label = { en = "Employee", "zh-CN" = "员工" }
description = "Employee with the account; null where none, or several, have it."

[dimensions.crm_account_id]
label = { en = "Account", "zh-CN" = "账号" }
description = "Account that signed in."

[dimensions.application_name]
label = { en = "Application", "zh-CN" = "应用" }
description = "Application that was signed in to."

[hierarchies.applications]
label = { en = "Applications", "zh-CN" = "应用" }
levels = ["application_name", "employee_id"]

[measures.login_count]
label = { en = "Sign-ins", "zh-CN" = "登录次数" }
description = "How many sign-ins there were."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.session_minutes]
label = { en = "Minutes of use", "zh-CN" = "使用分钟" }
description = "Minutes from signing in to signing out."
unit = "minutes"
additivity = "additive"
column = "session_minutes"

[measures.mean_session_minutes]
label = { en = "Mean minutes of use", "zh-CN" = "平均使用分钟" }
description = "Minutes of use over sign-ins."
unit = "minutes"
additivity = "ratio"
numerator = "session_minutes"
denominator = "login_count"

[measures.using_employee_count]
label = { en = "Employees who signed in", "zh-CN" = "登录员工数" }
description = "How many different employees signed in."
additivity = "distinct"
column = "employee_id"

[measures.unknown_login_count]
label = { en = "Sign-ins of nobody known", "zh-CN" = "未知账号登录数" }
description = "Sign-ins of accounts that no employee has."
additivity = "additive"
column = "unknown_count"
---*/

select
    logins.login_id,
    logins.employee_id,
    logins.crm_account_id,
    logins.application_name,
    logins.period_id,
    periods.fiscal_quarter,
    logins.entity_id,
    logins.business_unit_id,
    periods.fiscal_year,
    logins.session_minutes,
    case when logins.employee_id is null then 1 else 0 end as unknown_count,
    logins.logged_in_on
from marts.fct_logins as logins
left join marts.dim_periods as periods
    on periods.period_id = logins.period_id
