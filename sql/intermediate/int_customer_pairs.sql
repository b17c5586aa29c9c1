/*---
description = "Two numbers that may be one company, with what speaks for it and the rule it fits."
grain       = ["left_rank", "right_rank"]

[columns]
left_rank         = "The later of the two numbers, by its place in the order of all."
right_rank        = "The earlier of the two, always of a list of companies."
match_rule        = "The first rule that the pair fits."
match_verdict     = "`sure`, `unique` (sure where no other company fits too) or `doubtful`."
rule_rank         = "The order in which rules are believed, the strongest first."
match_score       = "How alike the names are, from 0 to 1; 1 where the tax number is the same."
is_same_address   = "Whether both sit in the same street and number."

[checks]
accepted = { match_verdict = ["sure", "unique", "doubtful"] }
expressions = [{ name = "right_is_earlier", sql = "right_rank < left_rank" }]
---*/

with keys as (
    select 'tax' as key_kind, tax_key as key_text, record_rank, is_company_list
    from intermediate.int_customer_records
    union all
    select 'name', name_key, record_rank, is_company_list
    from intermediate.int_customer_records
    union all
    select 'name', latin_key, record_rank, is_company_list
    from intermediate.int_customer_records
    union all
    select 'address', address_key, record_rank, is_company_list
    from intermediate.int_customer_records
    where character_length(address_key) >= 6
    union all
    -- Letters in another order have the same letters.
    select
        'letters',
        array_to_string(array_sort(string_to_array(name_key, null)), ''),
        record_rank,
        is_company_list
    from intermediate.int_customer_records
    union all
    select
        'letters',
        array_to_string(array_sort(string_to_array(latin_key, null)), ''),
        record_rank,
        is_company_list
    from intermediate.int_customer_records
    union all
    -- Whatever follows, the brand comes first: two signs or a word.
    select
        'brand',
        case when has_signs then substr(name_key, 1, 2) else split_part(name_key, ' ', 1) end,
        record_rank,
        is_company_list
    from intermediate.int_customer_records
    union all
    select 'brand', split_part(latin_key, ' ', 1), record_rank, is_company_list
    from intermediate.int_customer_records
    union all
    -- A brand spelt in Latin letters before the signs of a trade.
    select
        'spelt',
        concat(substr(coalesce(latin_key, name_key), 1, 4), right(name_key, 2)),
        record_rank,
        is_company_list
    from intermediate.int_customer_records
    where has_signs
),

-- A key that fits more companies than this says nothing; a tax number always does.
crowded as (
    select key_kind, key_text
    from keys
    where is_company_list and key_kind <> 'tax' and key_text is not null
    group by key_kind, key_text
    having count(*) > 60
),

telling as (
    select keys.*
    from keys
    left anti join crowded
        on keys.key_kind = crowded.key_kind
        and keys.key_text = crowded.key_text
    where keys.key_text is not null
),

candidates as (
    select distinct
        later.record_rank as left_rank,
        earlier.record_rank as right_rank
    from telling as later
    inner join telling as earlier
        on later.key_kind = earlier.key_kind
        and later.key_text = earlier.key_text
        and later.record_rank > earlier.record_rank
    where earlier.is_company_list
),

compared as (
    select
        candidates.left_rank,
        candidates.right_rank,
        greatest(
            case
                when later.has_signs and earlier.has_signs then greatest(
                    company_similarity(later.name_key, earlier.name_key),
                    transcribed_similarity(later.name_key, earlier.name_key, earlier.latin_key),
                    transcribed_similarity(earlier.name_key, later.name_key, later.latin_key)
                )
                when later.has_signs then company_similarity(later.latin_key, earlier.name_key)
                when earlier.has_signs then company_similarity(later.name_key, earlier.latin_key)
                else company_similarity(later.name_key, earlier.name_key)
            end,
            0
        ) as name_score,
        coalesce(later.tax_key = earlier.tax_key, false) as is_same_tax,
        coalesce(later.tax_key <> earlier.tax_key, false) as is_other_tax,
        coalesce(later.address_key = earlier.address_key, false) as is_same_address,
        coalesce(later.form_kind <> earlier.form_kind, false) as is_other_form,
        -- A place in both names decides; else one that both sides know in any way is enough.
        coalesce(
            later.place_key = earlier.place_key,
            later.city_key = earlier.city_key
            or later.city_key = earlier.place_key
            or later.place_key = earlier.city_key,
            false
        ) as is_same_place,
        coalesce(later.place_key, later.city_key) is not null
        and coalesce(earlier.place_key, earlier.city_key) is not null as is_place_known
    from candidates
    inner join intermediate.int_customer_records as later
        on candidates.left_rank = later.record_rank
    inner join intermediate.int_customer_records as earlier
        on candidates.right_rank = earlier.record_rank
),

judged as (
    select
        left_rank,
        right_rank,
        name_score,
        is_same_tax,
        is_same_address,
        is_other_tax or is_other_form as is_contradicted,
        is_other_tax,
        is_place_known and not is_same_place as is_other_place,
        is_same_place,
        name_score >= 0.95 as is_same_name
    from compared
),

ruled as (
    select
        left_rank,
        right_rank,
        is_same_address,
        case
            when is_same_tax then 'tax_number'
            when is_same_name and not is_contradicted and is_same_address and not is_other_place
                then 'name_and_address'
            when is_same_name and not is_contradicted and is_same_place then 'name_and_place'
            when name_score = 1 and not is_contradicted and not is_other_place then 'name'
            when is_same_name and is_same_address then 'contradicted_name'
            when is_same_name and is_same_place and not is_other_tax then 'contradicted_name'
            when is_same_name and not is_contradicted and not is_other_place then 'similar_name'
            when name_score = 1 and not is_contradicted then 'name_elsewhere'
            when is_same_address and name_score >= 0.85 and not is_other_tax then 'same_address'
            when is_same_place and name_score >= 0.91 and not is_contradicted then 'similar_name'
        end as match_rule,
        case when is_same_tax then 1 else name_score end as match_score
    from judged
)

select
    left_rank,
    right_rank,
    match_rule,
    case
        when match_rule in ('tax_number', 'name_and_address', 'name_and_place') then 'sure'
        when match_rule = 'name' then 'unique'
        else 'doubtful'
    end as match_verdict,
    case match_rule
        when 'tax_number' then 3
        when 'name_and_address' then 4
        when 'name_and_place' then 5
        when 'name' then 6
        when 'contradicted_name' then 7
        when 'similar_name' then 8
        when 'same_address' then 9
        else 10
    end as rule_rank,
    cast(match_score as decimal(5, 4)) as match_score,
    is_same_address
from ruled
where match_rule is not null
