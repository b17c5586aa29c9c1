/*---
description = "Which customer each number was and is assigned to: a row once written only ends."
grain       = ["source_system", "local_id", "assignment_number"]
remembers   = true

[columns]
source_system     = "The department whose number it is; prospects are `marketing_lead`."
local_id          = "The number that the department uses."
assignment_number = "Counts the assignments of a number from 1."
customer_id       = "The customer that the number belongs to from then on."
match_rule        = "The rule that assigned it; `own_number` where it is a customer of its own."
match_score       = "How alike the names were; null where no name was compared."
decided_by        = "The person or rule that decided, where somebody did."
change_kind       = "`first`, `merge` (two customers became one), `split` or `move`."
valid_from_on     = "From when on it holds, where the decision says so."
assigned_on       = "The day of the refresh that assigned it."
ended_on          = "The day of the refresh that assigned it elsewhere; null while it holds."

[shape]
source_system     = "text"
local_id          = "text"
assignment_number = "integer"
customer_id       = "text"
match_rule        = "text"
match_score       = "decimal(5,4)"
decided_by        = "text"
change_kind       = "text"
valid_from_on     = "date"
assigned_on       = "date"
ended_on          = "date"

[checks]
accepted = { change_kind = ["first", "merge", "split", "move"] }
---*/

with recursive history as (
    select
        earlier.*,
        records.record_rank
    from previous.int_customer_assignments as earlier
    left join intermediate.int_customer_records as records
        on earlier.source_system = records.source_system
        and earlier.local_id = records.local_id
),

remembered as (
    select * from history where ended_on is null
),

-- Who is decided to be another company leaves the customer of the other number, and may not come
-- back by way of a third number of that customer.
different as (
    select left_rank, right_rank
    from intermediate.int_customer_links
    where match_verdict = 'different'
),

forbidden as (
    select left_rank, right_rank
    from different
    union
    select different.left_rank, siblings.record_rank
    from different
    inner join remembered as others
        on different.right_rank = others.record_rank
    inner join remembered as siblings
        on others.customer_id = siblings.customer_id
    where siblings.record_rank <> different.left_rank
),

cut as (
    select distinct different.left_rank as record_rank
    from different
    inner join remembered as ones
        on different.left_rank = ones.record_rank
    inner join remembered as others
        on different.right_rank = others.record_rank
    where ones.customer_id = others.customer_id
),

allowed as (
    select
        links.*,
        rank() over (
            partition by links.left_rank
            order by links.rule_rank, links.is_same_address desc, links.match_score desc
        ) as belief_place
    from intermediate.int_customer_links as links
    left anti join forbidden
        on links.left_rank = forbidden.left_rank
        and links.right_rank = forbidden.right_rank
    where links.match_verdict in ('sure', 'unique')
),

believed as (
    select
        *,
        min(right_rank) over (partition by left_rank) as first_right_rank
    from allowed
    where belief_place = 1
),

-- Two companies that fit equally well and are not one themselves: nobody knows which is meant.
torn as (
    select distinct believed.left_rank
    from believed
    left anti join allowed
        on believed.right_rank = allowed.left_rank
        and believed.first_right_rank = allowed.right_rank
    where believed.right_rank <> believed.first_right_rank
),

chosen as (
    select believed.*
    from believed
    left anti join torn
        on believed.left_rank = torn.left_rank
    where believed.right_rank = believed.first_right_rank
),

-- The earliest number of a remembered customer holds its id.
holders as (
    select
        remembered.customer_id,
        min(remembered.record_rank) as holder_rank
    from remembered
    left anti join cut
        on remembered.record_rank = cut.record_rank
    where remembered.record_rank is not null
    group by remembered.customer_id
),

-- Each number points at an earlier one or at itself: a strong rule is followed first, then
-- memory, and a mere likeness only by numbers that were never assigned.
pointers as (
    select
        records.record_rank,
        case
            when chosen.is_strong then chosen.right_rank
            when cut.record_rank is not null then records.record_rank
            when holders.holder_rank is not null then holders.holder_rank
            else coalesce(chosen.right_rank, records.record_rank)
        end as pointed_rank
    from intermediate.int_customer_records as records
    left join chosen
        on records.record_rank = chosen.left_rank
    left join cut
        on records.record_rank = cut.record_rank
    left join remembered
        on records.record_rank = remembered.record_rank
    left join holders
        on remembered.customer_id = holders.customer_id
),

paths as (
    select record_rank, pointed_rank
    from pointers
    union all
    select paths.record_rank, pointers.pointed_rank
    from paths
    inner join pointers
        on paths.pointed_rank = pointers.record_rank
    where pointers.pointed_rank <> pointers.record_rank
),

roots as (
    select record_rank, min(pointed_rank) as root_rank
    from paths
    group by record_rank
),

-- What people call one is one, also where it was two customers that no pointer joins.
joined as (
    select lefts.root_rank as one_rank, rights.root_rank as other_rank
    from intermediate.int_customer_links as links
    inner join roots as lefts
        on links.left_rank = lefts.record_rank
    inner join roots as rights
        on links.right_rank = rights.record_rank
    where links.match_rule = 'decision'
        and links.match_verdict = 'sure'
        and lefts.root_rank <> rights.root_rank
),

both_ways as (
    select one_rank, other_rank from joined
    union
    select other_rank, one_rank from joined
),

reached as (
    select one_rank, other_rank from both_ways
    union
    select reached.one_rank, both_ways.other_rank
    from reached
    inner join both_ways
        on reached.other_rank = both_ways.one_rank
),

heads as (
    select one_rank as root_rank, min(other_rank) as head_rank
    from reached
    group by one_rank
),

grouped as (
    select
        roots.record_rank,
        least(roots.root_rank, coalesce(heads.head_rank, roots.root_rank)) as head_rank
    from roots
    left join heads
        on roots.root_rank = heads.root_rank
),

-- A merge keeps the id that was given first.
first_given as (
    select customer_id, min(assigned_on) as given_on
    from history
    group by customer_id
),

inherited as (
    select
        grouped.head_rank,
        holders.customer_id,
        row_number() over (
            partition by grouped.head_rank
            order by first_given.given_on, holders.holder_rank
        ) as age_place
    from holders
    inner join grouped
        on holders.holder_rank = grouped.record_rank
    inner join first_given
        on holders.customer_id = first_given.customer_id
),

last_numbers as (
    select source_system, local_id, max(assignment_number) as assignment_number
    from history
    group by source_system, local_id
),

-- Only lists of companies make customers; an id that was ever given is not given again.
named as (
    select
        records.record_rank as head_rank,
        case
            when inherited.customer_id is not null then inherited.customer_id
            when not records.is_company_list then null
            when first_given.customer_id is null then records.own_id
            else concat(
                records.own_id,
                '-',
                cast(coalesce(last_numbers.assignment_number, 0) + 1 as varchar)
            )
        end as customer_id
    from (
        select
            *,
            case
                when source_system = 'sales' then local_id
                else concat(source_system, '-', local_id)
            end as own_id
        from intermediate.int_customer_records
    ) as records
    left join inherited
        on records.record_rank = inherited.head_rank
        and inherited.age_place = 1
    left join first_given
        on records.own_id = first_given.customer_id
    left join last_numbers
        on records.source_system = last_numbers.source_system
        and records.local_id = last_numbers.local_id
),

wanted as (
    select
        records.source_system,
        records.local_id,
        records.record_rank,
        named.customer_id,
        case
            when pointers.pointed_rank = chosen.right_rank then chosen.match_rule
            when grouped.head_rank = records.record_rank then 'own_number'
            else 'merged'
        end as match_rule,
        case
            when pointers.pointed_rank = chosen.right_rank then chosen.match_score
        end as match_score,
        case
            when pointers.pointed_rank = chosen.right_rank then chosen.decided_by
        end as decided_by,
        case
            when pointers.pointed_rank = chosen.right_rank then chosen.valid_from_on
        end as valid_from_on,
        cut.record_rank is not null as is_cut
    from intermediate.int_customer_records as records
    inner join grouped
        on records.record_rank = grouped.record_rank
    inner join named
        on grouped.head_rank = named.head_rank
    inner join pointers
        on records.record_rank = pointers.record_rank
    left join chosen
        on records.record_rank = chosen.left_rank
    left join cut
        on records.record_rank = cut.record_rank
),

-- Where each remembered customer went as a whole.
moved as (
    select
        holders.customer_id,
        named.customer_id as new_customer_id
    from holders
    inner join grouped
        on holders.holder_rank = grouped.record_rank
    inner join named
        on grouped.head_rank = named.head_rank
),

-- A number that its department no longer lists goes where its customer goes.
settled as (
    select
        remembered.source_system,
        remembered.local_id,
        remembered.assignment_number,
        remembered.customer_id,
        case
            when remembered.record_rank is not null then wanted.customer_id
            else coalesce(moved.new_customer_id, remembered.customer_id)
        end as new_customer_id,
        case
            when coalesce(wanted.is_cut, false) then 'split'
            when moved.new_customer_id <> remembered.customer_id then 'merge'
            else 'move'
        end as change_kind
    from remembered
    left join wanted
        on remembered.record_rank = wanted.record_rank
    left join moved
        on remembered.customer_id = moved.customer_id
),

changed as (
    select *
    from settled
    where new_customer_id is null or new_customer_id <> customer_id
),

kept as (
    select
        history.source_system,
        history.local_id,
        history.assignment_number,
        history.customer_id,
        history.match_rule,
        history.match_score,
        history.decided_by,
        history.change_kind,
        history.valid_from_on,
        history.assigned_on,
        case
            when changed.local_id is not null then refresh.refreshed_on
            else history.ended_on
        end as ended_on
    from history
    cross join patron.refresh as refresh
    left join changed
        on history.source_system = changed.source_system
        and history.local_id = changed.local_id
        and history.assignment_number = changed.assignment_number
),

followed as (
    select
        changed.source_system,
        changed.local_id,
        changed.assignment_number + 1 as assignment_number,
        changed.new_customer_id as customer_id,
        coalesce(wanted.match_rule, 'merged') as match_rule,
        wanted.match_score,
        wanted.decided_by,
        changed.change_kind,
        wanted.valid_from_on
    from changed
    left join wanted
        on changed.source_system = wanted.source_system
        and changed.local_id = wanted.local_id
    where changed.new_customer_id is not null
),

added as (
    select
        wanted.source_system,
        wanted.local_id,
        coalesce(last_numbers.assignment_number, 0) + 1 as assignment_number,
        wanted.customer_id,
        wanted.match_rule,
        wanted.match_score,
        wanted.decided_by,
        'first' as change_kind,
        wanted.valid_from_on
    from wanted
    left anti join remembered
        on wanted.record_rank = remembered.record_rank
    left join last_numbers
        on wanted.source_system = last_numbers.source_system
        and wanted.local_id = last_numbers.local_id
    where wanted.customer_id is not null
),

written as (
    select * from followed
    union all
    select * from added
)

select
    source_system,
    local_id,
    assignment_number,
    customer_id,
    match_rule,
    match_score,
    decided_by,
    change_kind,
    valid_from_on,
    assigned_on,
    ended_on
from kept

union all

select
    written.source_system,
    written.local_id,
    written.assignment_number,
    written.customer_id,
    written.match_rule,
    written.match_score,
    written.decided_by,
    written.change_kind,
    written.valid_from_on,
    refresh.refreshed_on,
    null
from written
cross join patron.refresh as refresh
