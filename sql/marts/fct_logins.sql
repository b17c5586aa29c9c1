/*---
description = "Sign-ins to the company's applications, with the employee behind the account."
grain       = ["login_id"]
month       = "logged_in_at"

[inputs]
"staging.stg_staff__logins" = "same_month"
"staging.stg_staff__employees" = { key = "crm_account_id" }
"marts.dim_dates" = { key = "date_on", as = ["logged_in_on"] }

[columns]
employee_id = "Employee with the account; null where none, or several, have it."
entity_id = "Legal entity of the employee; null without one."
business_unit_id = "Business unit of the employee as employees are listed now; null without one."
logged_in_on = "Day of the sign-in in the project's time zone."
---*/

with account_owners as (
    select
        crm_account_id,
        min(employee_id) as employee_id,
        min(entity_id) as entity_id,
        min(business_unit_id) as business_unit_id
    from staging.stg_staff__employees
    where crm_account_id is not null
    group by crm_account_id
    having count(*) = 1
),

dated_logins as (
    select
        logins.*,
        local_date(logins.logged_in_at, project.time_zone) as logged_in_on
    from staging.stg_staff__logins as logins
    cross join patron.project as project
)

select
    logins.login_id,
    logins.crm_account_id,
    owners.employee_id,
    owners.entity_id,
    owners.business_unit_id,
    dates.period_id,
    logins.application_name,
    logins.session_minutes,
    logins.logged_in_on,
    logins.logged_in_at
from dated_logins as logins
left join account_owners as owners
    on owners.crm_account_id = logins.crm_account_id
left join marts.dim_dates as dates
    on dates.date_on = logins.logged_in_on
