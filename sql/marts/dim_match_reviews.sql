/*---
description = "Pairs that may be one company and that a person must decide."
grain       = ["left_system", "left_local_id", "right_customer_id"]
reviews     = true

[columns]
left_system       = "The department of the number in doubt."
left_local_id     = "The number in doubt."
left_customer_id  = "The customer that it belongs to until somebody decides."
left_name         = "The company's name there."
left_city         = "The city there."
right_system      = "The department of the number that it may be the same as."
right_local_id    = "The number that it may be the same as."
right_customer_id = "The customer that it may belong to."
right_name        = "The company's name there."
right_city        = "The city there."
match_rule        = "What speaks for it: the rule, or in what the two contradict each other."
review_reason     = "`doubtful`, `torn` between several customers, or `remembered` elsewhere."
match_score       = "How alike the names are, from 0 to 1."

[checks]
accepted = { review_reason = ["doubtful", "torn", "remembered"] }
---*/

with numbered as (
    select
        records.record_rank,
        records.source_system,
        records.local_id,
        records.customer_name,
        records.city,
        numbers.customer_id,
        numbers.match_rule
    from intermediate.int_customer_records as records
    inner join intermediate.int_customer_numbers as numbers
        on records.source_system = numbers.source_system
        and records.local_id = numbers.local_id
),

-- What somebody decided is not asked again.
decided as (
    select left_rank, right_rank
    from intermediate.int_customer_links
    where match_rule in ('decision', 'decision_against')
),

apart as (
    select
        links.left_rank,
        links.right_rank,
        links.match_rule,
        links.match_verdict,
        links.rule_rank,
        links.match_score,
        lefts.source_system as left_system,
        lefts.local_id as left_local_id,
        lefts.customer_id as left_customer_id,
        lefts.customer_name as left_name,
        lefts.city as left_city,
        lefts.match_rule in ('own_number', 'none') as is_left_open,
        rights.source_system as right_system,
        rights.local_id as right_local_id,
        rights.customer_id as right_customer_id,
        rights.customer_name as right_name,
        rights.city as right_city
    from intermediate.int_customer_links as links
    inner join numbered as lefts
        on links.left_rank = lefts.record_rank
    inner join numbered as rights
        on links.right_rank = rights.record_rank
    left anti join decided
        on links.left_rank = decided.left_rank
        and links.right_rank = decided.right_rank
    where lefts.customer_id <> rights.customer_id
        and links.match_verdict <> 'different'
),

-- A number that found its customer is asked for only where as strong a rule names another one.
open_pairs as (
    select
        *,
        row_number() over (
            partition by left_rank, right_customer_id
            order by rule_rank, match_score desc, right_rank
        ) as pair_place
    from apart
    where is_left_open or match_verdict <> 'doubtful'
),

told as (
    select
        *,
        row_number() over (
            partition by left_rank
            order by rule_rank, match_score desc, right_rank
        ) as choice_place,
        count(*) over (partition by left_rank, rule_rank) as equal_count
    from open_pairs
    where pair_place = 1
)

select
    left_system,
    left_local_id,
    left_customer_id,
    left_name,
    left_city,
    right_system,
    right_local_id,
    right_customer_id,
    right_name,
    right_city,
    match_rule,
    case
        when match_verdict = 'doubtful' then 'doubtful'
        when equal_count > 1 then 'torn'
        else 'remembered'
    end as review_reason,
    match_score
from told
where choice_place <= 3
