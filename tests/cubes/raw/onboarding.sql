-- Steps in which customers are taken on.
select
    s.customer_id as local_customer_id,
    s.step_number::bigint as step_number,
    s.started_on::date as started_on,
    s.step_name,
    s.step_status,
    s.owner_id,
    s.approver_id,
    customer_of('sales', s.customer_id) as customer_id,
    s.finished_on::date - s.started_on::date as work_days,
    s.approved_on::date - s.finished_on::date as approval_days,
    (s.step_status = 'open')::bigint as open_count,
    (s.finished_on is not null)::bigint as finished_count,
    s.step_status = 'open' as is_open
from feeds.inputs_onboarding_steps as s
