/*---
description = """Questionnaires sent to customers: answers, scores and how many would recommend \
us, a row a questionnaire."""
label = { en = "Surveys", "zh-CN" = "调查" }
grain = ["survey_id"]
time = "sent_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.sent_on]
description = "Day of sending in the project's time zone."
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

[dimensions.survey_id]
label = { en = "Questionnaire", "zh-CN" = "问卷" }
description = "Number of the single questionnaire."

[dimensions.survey_kind]
label = { en = "Kind of questionnaire", "zh-CN" = "问卷类型" }
description = "What is asked, as satisfaction or recommendation."

[dimensions.case_id]
label = { en = "Case", "zh-CN" = "服务单" }
description = "Case that is asked about; null without one."

[dimensions.technician_id]
label = { en = "Technician", "zh-CN" = "技术员" }
description = "Technician of that case."

[dimensions.answered_on]
label = { en = "Day of the answer", "zh-CN" = "答复日期" }
description = "Day of the answer; null without one."

[hierarchies.segments]
label = { en = "Types and industries", "zh-CN" = "类型与行业" }
levels = ["customer_type", "industry", "customer_id"]

[hierarchies.kinds]
label = { en = "Kinds of questionnaires", "zh-CN" = "问卷类型" }
levels = ["survey_kind", "customer_id"]

[segments.unanswered_surveys]
label = { en = "Unanswered", "zh-CN" = "未答复" }
description = "Questionnaires without an answer."
column = "is_unanswered"

[measures.survey_count]
label = { en = "Questionnaires", "zh-CN" = "问卷数" }
description = "How many questionnaires were sent."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.answered_survey_count]
label = { en = "Answers", "zh-CN" = "已答问卷数" }
description = "Questionnaires that were answered."
additivity = "additive"
column = "answered_count"

[measures.survey_response_ratio]
label = { en = "Response rate", "zh-CN" = "问卷答复率" }
description = "Answers over questionnaires."
unit = "ratio"
additivity = "ratio"
numerator = "answered_survey_count"
denominator = "survey_count"

[measures.recommendation_count]
label = { en = "Recommendations asked and scored", "zh-CN" = "推荐评分数" }
description = "Scored answers to whether one would recommend us."
additivity = "additive"
column = "recommendation_count"

[measures.promoter_count]
label = { en = "Promoters", "zh-CN" = "推荐者数" }
description = "Scores of 9 or 10 among them."
additivity = "additive"
column = "promoter_count"

[measures.detractor_count]
label = { en = "Detractors", "zh-CN" = "贬损者数" }
description = "Scores of 6 or less among them."
additivity = "additive"
column = "detractor_count"

[measures.promoter_balance_count]
label = { en = "Promoters less detractors", "zh-CN" = "净推荐者数" }
description = "Promoters less detractors."
additivity = "additive"
column = "promoter_balance_count"

[measures.net_promoter_ratio]
label = { en = "Net promoter score", "zh-CN" = "净推荐值" }
description = "Promoters less detractors over scored answers, from -1 to 1."
unit = "ratio"
additivity = "ratio"
numerator = "promoter_balance_count"
denominator = "recommendation_count"

[measures.satisfaction_count]
label = { en = "Satisfaction scored", "zh-CN" = "满意度评分数" }
description = "Scored answers to how content one was."
additivity = "additive"
column = "satisfaction_count"

[measures.satisfaction_score]
label = { en = "Points of satisfaction", "zh-CN" = "满意度总分" }
description = "Sum of these scores."
unit = "points"
additivity = "additive"
column = "satisfaction_score"

[measures.mean_satisfaction_score]
label = { en = "Satisfaction", "zh-CN" = "平均满意度" }
description = "Sum of the scores over scored answers."
unit = "points"
additivity = "ratio"
numerator = "satisfaction_score"
denominator = "satisfaction_count"

[measures.median_survey_days]
label = { en = "Median days to the answer", "zh-CN" = "答复天数中位数" }
description = "Middle value of the days from sending to the answer."
unit = "days"
additivity = "none"
aggregate = "median"
column = "response_days"

[measures.surveyed_customer_count]
label = { en = "Customers asked", "zh-CN" = "受访客户数" }
description = "How many different customers were asked."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    surveys.survey_id,
    surveys.survey_kind,
    surveys.case_id,
    surveys.technician_id,
    surveys.period_id,
    periods.fiscal_quarter,
    surveys.entity_id,
    surveys.business_unit_id,
    surveys.customer_id,
    case when surveys.customer_id <> 'unassigned' then surveys.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, surveys.customer_id) as customer_group_id,
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
    surveys.response_days,
    case when surveys.is_answered then 1 else 0 end as answered_count,
    case when surveys.is_promoter is not null then 1 else 0 end as recommendation_count,
    case when surveys.is_promoter then 1 else 0 end as promoter_count,
    case when surveys.is_detractor then 1 else 0 end as detractor_count,
    case when surveys.is_promoter then 1 when surveys.is_detractor then -1 else 0 end
        as promoter_balance_count,
    case
        when surveys.survey_kind = 'satisfaction' and surveys.survey_score is not null then 1
        else 0
    end as satisfaction_count,
    case when surveys.survey_kind = 'satisfaction' then surveys.survey_score end
        as satisfaction_score,
    not coalesce(surveys.is_answered, false) as is_unanswered,
    surveys.sent_on,
    surveys.answered_on
from marts.fct_surveys as surveys
left join marts.dim_customers as customers
    on customers.customer_id = surveys.customer_id
    and customers.version_number = surveys.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = surveys.period_id
