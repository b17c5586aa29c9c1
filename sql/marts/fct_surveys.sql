/*---
description = "Questionnaires sent to customers, answered or not, with their scores."
grain       = ["survey_id"]

[columns]
source_system = "Department whose customer number it bears: always 'service'."
customer_id = "Matched customer; 'unassigned' where the number matches nobody."
technician_id = "Technician of the case that is asked about; null without a case."
entity_id = "Legal entity of that technician; null without one."
business_unit_id = "Business unit of that technician as employees are listed now."
response_days = "Days from sending to answering, by the project's days; null without answer."
is_answered = "Whether an answer has come; the share of these is the response rate."
is_promoter = "Recommendations only: whether the score is 9 or 10; null without a score."
is_detractor = "Recommendations only: whether the score is 6 or less; null without a score."
sent_on = "Day of sending in the project's time zone, by which it is accounted for."
answered_on = "Day of the answer in the project's time zone."

[checks]
not_null = ["source_system", "customer_id", "is_answered"]
expressions = [
    { name = "answers_after_sending", sql = "answered_at >= sent_at", severity = "warning" },
    { name = "score_is_answer", sql = "survey_score is null or is_answered", severity = "warning" },
]
---*/

with dated_surveys as (
    select
        surveys.*,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        local_date(surveys.sent_at, project.time_zone) as sent_on,
        local_date(surveys.answered_at, project.time_zone) as answered_on
    from staging.stg_service__surveys as surveys
    cross join patron.project as project
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'service'
        and numbers.local_id = surveys.service_customer_id
)

select
    surveys.survey_id,
    'service' as source_system,
    surveys.service_customer_id as local_customer_id,
    surveys.customer_id,
    customers.version_number as customer_version_number,
    surveys.case_id,
    cases.technician_id,
    technicians.entity_id,
    technicians.business_unit_id,
    dates.period_id,
    surveys.survey_kind,
    surveys.survey_comment,
    surveys.survey_score,
    surveys.answered_on - surveys.sent_on as response_days,
    surveys.answered_at is not null as is_answered,
    case when surveys.survey_kind = 'recommendation'
        then surveys.survey_score >= 9
    end as is_promoter,
    case when surveys.survey_kind = 'recommendation'
        then surveys.survey_score <= 6
    end as is_detractor,
    surveys.sent_on,
    surveys.answered_on,
    surveys.sent_at,
    surveys.answered_at,
    surveys.changed_at
from dated_surveys as surveys
left join staging.stg_service__cases as cases
    on cases.case_id = surveys.case_id
left join staging.stg_staff__employees as technicians
    on technicians.employee_id = cases.technician_id
left join marts.dim_customers as customers
    on customers.customer_id = surveys.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= surveys.sent_on)
    and (customers.valid_to_on is null or surveys.sent_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = surveys.sent_on
