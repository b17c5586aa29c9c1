/*---
description = "What says that two numbers are one company, or not: lists, people and likeness."
grain       = ["left_rank", "right_rank", "match_rule"]

[columns]
left_rank       = "The later of the two numbers, by its place in the order of all."
right_rank      = "The earlier of the two."
match_rule      = "What says so: a decision, `customer_map`, `stated_number` or a likeness."
match_verdict   = "`sure`, `unique` (sure where no other company fits), `doubtful`, `different`."
decided_by      = "The person or rule that decided, where somebody did."
rule_rank       = "The order in which rules are believed, the strongest first."
match_score     = "How alike the names are; 1 where the two are one by number or decision."
is_same_address = "Whether both sit in the same street and number."
is_strong       = "Whether it may change what was assigned before."
valid_from_on   = "From when on it holds, where the decision says so."

[checks]
accepted = { match_verdict = ["sure", "unique", "doubtful", "different"] }
---*/

with recursive decisions as (
    select
        least(lefts.record_rank, rights.record_rank) as right_rank,
        greatest(lefts.record_rank, rights.record_rank) as left_rank,
        decisions.decision_number,
        decisions.decision,
        decisions.decided_by,
        decisions.valid_from_on
    from patron.match_decisions as decisions
    inner join intermediate.int_customer_records as lefts
        on decisions.left_system = lefts.source_system
        and decisions.left_local_id = lefts.local_id
    inner join intermediate.int_customer_records as rights
        on decisions.right_system = rights.source_system
        and decisions.right_local_id = rights.local_id
),

-- The last word on a pair counts; undoing is a word too.
last_decisions as (
    select
        left_rank,
        right_rank,
        max(decision_number) as decision_number
    from decisions
    where left_rank <> right_rank
    group by left_rank, right_rank
),

decided as (
    select decisions.*
    from decisions
    inner join last_decisions
        on decisions.left_rank = last_decisions.left_rank
        and decisions.right_rank = last_decisions.right_rank
        and decisions.decision_number = last_decisions.decision_number
    where decisions.decision in ('same', 'different')
),

-- What is the same as the same is the same: each number of such a set meets the earliest.
both_ways as (
    select
        case when direction.is_forward then decided.left_rank else decided.right_rank end
            as from_rank,
        case when direction.is_forward then decided.right_rank else decided.left_rank end
            as to_rank
    from decided
    cross join (values (true), (false)) as direction (is_forward)
    where decided.decision = 'same'
),

reached as (
    select from_rank, to_rank from both_ways
    union
    select reached.from_rank, both_ways.to_rank
    from reached
    inner join both_ways
        on reached.to_rank = both_ways.from_rank
),

earliest as (
    select from_rank as left_rank, min(to_rank) as right_rank
    from reached
    group by from_rank
),

-- Who said so last of those who named the number.
said as (
    select
        left_rank,
        right_rank,
        decided_by,
        valid_from_on,
        row_number() over (partition by left_rank order by decision_number desc) as said_place
    from decided
    where decision = 'same'
),

same as (
    select
        earliest.left_rank,
        earliest.right_rank,
        said.decided_by,
        said.valid_from_on
    from earliest
    left join said
        on earliest.left_rank = said.left_rank
        and said.said_place = 1
    where earliest.right_rank < earliest.left_rank
),

-- Of several lines of the crosswalk for a number the newest that has begun holds.
begun as (
    select
        customer_map.*,
        row_number() over (
            partition by customer_map.source_system, customer_map.local_id
            order by customer_map.valid_from_on desc
        ) as newest_place
    from staging.stg_inputs__customer_map as customer_map
    cross join patron.refresh as refresh
    where customer_map.valid_from_on <= refresh.refreshed_on
),

mapped as (
    select
        least(numbers.record_rank, customers.record_rank) as right_rank,
        greatest(numbers.record_rank, customers.record_rank) as left_rank,
        begun.decided_by,
        begun.valid_from_on
    from begun
    inner join intermediate.int_customer_records as numbers
        on begun.source_system = numbers.source_system
        and begun.local_id = numbers.local_id
    inner join intermediate.int_customer_records as customers
        on customers.source_system = 'sales'
        and begun.customer_id = customers.local_id
    where begun.newest_place = 1 and numbers.record_rank <> customers.record_rank
),

stated as (
    select
        customers.record_rank as right_rank,
        numbers.record_rank as left_rank
    from intermediate.int_customer_records as numbers
    inner join intermediate.int_customer_records as customers
        on customers.source_system = 'sales'
        and numbers.stated_id = customers.local_id
)

select
    left_rank,
    right_rank,
    'decision' as match_rule,
    'sure' as match_verdict,
    decided_by,
    0 as rule_rank,
    cast(1 as decimal(5, 4)) as match_score,
    false as is_same_address,
    true as is_strong,
    valid_from_on
from same

union all

select
    left_rank,
    right_rank,
    'decision_against',
    'different',
    decided_by,
    0,
    cast(1 as decimal(5, 4)),
    false,
    true,
    valid_from_on
from decided
where decision = 'different'

union all

select
    left_rank,
    right_rank,
    'customer_map',
    'sure',
    decided_by,
    1,
    cast(1 as decimal(5, 4)),
    false,
    true,
    valid_from_on
from mapped

union all

select
    left_rank,
    right_rank,
    'stated_number',
    'sure',
    null,
    2,
    cast(1 as decimal(5, 4)),
    false,
    true,
    null
from stated

union all

select
    left_rank,
    right_rank,
    match_rule,
    match_verdict,
    null,
    rule_rank,
    match_score,
    is_same_address,
    match_rule = 'tax_number',
    null
from intermediate.int_customer_pairs
