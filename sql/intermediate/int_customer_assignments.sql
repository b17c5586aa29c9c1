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
        records.source_system,
        records.local_id,
        records.record_rank,
        records.is_company_list,
        cut.record_rank is not null as is_cut,
        chosen.right_rank,
        chosen.match_rule,
        chosen.match_score,
        chosen.decided_by,
        chosen.valid_from_on,
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

-- Every pointer leads to an earlier number, so a path ends at the earliest of its numbers.
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

heads as (
    select record_rank, min(pointed_rank) as head_rank
    from paths
    group by record_rank
),

first_given as (
    select customer_id, min(assigned_on) as given_on
    from history
    group by customer_id
),

-- Where each remembered customer went as a whole; a merge keeps the id that was given first.
inherited as (
    select
        heads.head_rank,
        holders.customer_id,
        first_value(holders.customer_id) over (
            partition by heads.head_rank
            order by first_given.given_on, holders.holder_rank
        ) as new_customer_id
    from holders
    inner join heads
        on holders.holder_rank = heads.record_rank
    inner join first_given
        on holders.customer_id = first_given.customer_id
),

inherited_ids as (
    select distinct head_rank, new_customer_id
    from inherited
),

last_numbers as (
    select source_system, local_id, max(assignment_number) as assignment_number
    from history
    group by source_system, local_id
),

-- The id that a number gives to a customer of its own. Only lists of companies make customers, and
-- an id that was ever given is not given again.
own_ids as (
    select
        records.record_rank,
        case
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
    left join first_given
        on records.own_id = first_given.customer_id
    left join last_numbers
        on records.source_system = last_numbers.source_system
        and records.local_id = last_numbers.local_id
),

wanted as (
    select
        pointers.source_system,
        pointers.local_id,
        pointers.record_rank,
        pointers.is_cut,
        coalesce(inherited_ids.new_customer_id, own_ids.customer_id) as customer_id,
        pointers.pointed_rank = pointers.right_rank as is_by_link,
        case
            when pointers.pointed_rank = pointers.right_rank then pointers.match_rule
            when heads.head_rank = pointers.record_rank then 'own_number'
            else 'merged'
        end as match_rule,
        pointers.match_score,
        pointers.decided_by,
        pointers.valid_from_on
    from pointers
    inner join heads
        on pointers.record_rank = heads.record_rank
    inner join own_ids
        on heads.head_rank = own_ids.record_rank
    left join inherited_ids
        on heads.head_rank = inherited_ids.head_rank
),

-- What each number has beside what it should have; one that its department no longer lists goes
-- where its customer goes.
compared as (
    select
        coalesce(wanted.source_system, remembered.source_system) as source_system,
        coalesce(wanted.local_id, remembered.local_id) as local_id,
        remembered.assignment_number as old_number,
        remembered.customer_id as old_customer_id,
        remembered.match_rule as old_rule,
        remembered.match_score as old_score,
        remembered.decided_by as old_decided_by,
        remembered.change_kind as old_change_kind,
        remembered.valid_from_on as old_valid_from_on,
        remembered.assigned_on as old_assigned_on,
        case
            when wanted.record_rank is not null then wanted.customer_id
            else coalesce(inherited.new_customer_id, remembered.customer_id)
        end as customer_id,
        coalesce(wanted.match_rule, 'merged') as match_rule,
        case when wanted.is_by_link then wanted.match_score end as match_score,
        case when wanted.is_by_link then wanted.decided_by end as decided_by,
        case
            when remembered.customer_id is null then 'first'
            when wanted.is_cut then 'split'
            when inherited.new_customer_id <> remembered.customer_id then 'merge'
            else 'move'
        end as change_kind,
        case when wanted.is_by_link then wanted.valid_from_on end as valid_from_on
    from wanted
    full join remembered
        on wanted.record_rank = remembered.record_rank
    left join inherited
        on remembered.customer_id = inherited.customer_id
),

-- A change ends the old row and writes a new one; a number that nothing matches has no new one.
steps as (
    select
        compared.*,
        step.is_new,
        coalesce(compared.customer_id, '') <> coalesce(compared.old_customer_id, '') as is_changed
    from compared
    cross join (values (true), (false)) as step (is_new)
)

select
    steps.source_system,
    steps.local_id,
    case
        when steps.is_new then coalesce(last_numbers.assignment_number, 0) + 1
        else steps.old_number
    end as assignment_number,
    case when steps.is_new then steps.customer_id else steps.old_customer_id end as customer_id,
    case when steps.is_new then steps.match_rule else steps.old_rule end as match_rule,
    case when steps.is_new then steps.match_score else steps.old_score end as match_score,
    case when steps.is_new then steps.decided_by else steps.old_decided_by end as decided_by,
    case when steps.is_new then steps.change_kind else steps.old_change_kind end as change_kind,
    case when steps.is_new then steps.valid_from_on else steps.old_valid_from_on end
        as valid_from_on,
    case when steps.is_new then refresh.refreshed_on else steps.old_assigned_on end
        as assigned_on,
    case when not steps.is_new and steps.is_changed then refresh.refreshed_on end as ended_on
from steps
cross join patron.refresh as refresh
left join last_numbers
    on steps.source_system = last_numbers.source_system
    and steps.local_id = last_numbers.local_id
where (steps.is_new and steps.is_changed and steps.customer_id is not null)
    or (not steps.is_new and steps.old_customer_id is not null)

union all

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
from history
where ended_on is not null
