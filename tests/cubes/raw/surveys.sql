-- Surveys; nine and more of ten recommends.
select
    s.survey_id,
    shanghai(s.sent_at) as sent_on,
    shanghai(s.answered_at) as answered_on,
    s.survey_kind,
    s.case_id,
    customer_of('service', s.service_customer_id) as customer_id,
    shanghai(s.answered_at) - shanghai(s.sent_at) as response_days,
    (s.answered_at is not null)::bigint as answered_count,
    (s.survey_kind = 'recommendation' and s.survey_score is not null)::bigint
        as recommendation_count,
    (s.survey_kind = 'recommendation' and coalesce(s.survey_score::bigint >= 9, false))::bigint
        as promoter_count,
    (s.survey_kind = 'recommendation' and coalesce(s.survey_score::bigint <= 6, false))::bigint
        as detractor_count,
    case
        when s.survey_kind <> 'recommendation' or s.survey_score is null then 0
        when s.survey_score::bigint >= 9 then 1
        when s.survey_score::bigint <= 6 then -1
        else 0
    end::bigint as promoter_balance_count,
    (s.survey_kind = 'satisfaction' and s.survey_score is not null)::bigint as satisfaction_count,
    case when s.survey_kind = 'satisfaction' then s.survey_score::bigint end as satisfaction_score,
    s.answered_at is null as is_unanswered
from feeds.service_surveys as s
