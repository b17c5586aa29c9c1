//! Which functions may a question call, and with what?
//!
//! Every function of a session stands in one of the lists below; a test fails for one that does
//! not. What is free is pure, and makes of a row no more than a few values of its kind. What grows
//! is pure too, but makes as much of its input as that holds, or more: rows decide how much, so
//! only the process that answers can bound it, by its memory and its time. What has a length or
//! makes a series is told its size in the question, so the question is judged by it.

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, UnaryOperator, Value, ValueWithSpan,
};

use super::error::GateError;
use super::limits::{LENGTH_MAX, SERIES_MAX};
use crate::engine::near::near;

/// Pure, and small in what they make.
pub const FREE: &str = "
    abs acos acosh allocate any_match any_value approx_distinct approx_median
    approx_percentile_cont approx_percentile_cont_with_weight array_add array_any_match
    array_any_value array_avg array_compact array_contains array_dims array_distance array_element
    array_empty array_extract array_first array_has array_has_all array_has_any array_indexof
    array_length array_max array_min array_ndims array_normalize array_pop_back array_pop_front
    array_position array_positions array_product array_remove array_remove_all array_remove_n
    array_reverse array_scale array_slice array_subtract array_sum arrays_overlap arrow_typeof
    ascii asin asinh atan atan2 atanh avg bit_and bit_length bit_or bit_xor bool_and bool_or btrim
    cardinality cast_to_type cbrt ceil char_length character_length chr coalesce company_form
    company_place company_similarity contains corr cos cosh cosine_distance cot count covar
    covar_pop covar_samp cume_dist date_bin date_format date_part date_trunc datepart datetrunc
    degrees dense_rank digest dot_product element_at empty ends_with exp find_in_set first_value
    floor from_unixtime gcd get_field greatest grouping ifnull initcap inner_product instr isnan
    iszero jaro_winkler lag last_value lcm lead least left length list_add list_any_match
    list_any_value list_avg list_compact list_contains list_dims list_distance list_element
    list_empty list_extract list_first list_has list_has_all list_has_any list_indexof list_length
    list_max list_ndims list_normalize list_pop_back list_pop_front list_position list_positions
    list_product list_remove list_remove_all list_remove_n list_reverse list_scale list_slice
    list_subtract list_sum ln local_date log log10 log2 lower ltrim make_date make_time
    map_entries map_extract map_keys map_values max md5 mean min named_struct nanvl
    normalise_address normalise_city normalise_company normalise_tax_number ntile nullif nvl nvl2
    octet_length percent_rank pi position pow power radians rank regexp_count regexp_instr
    regexp_like regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
    regr_syy reverse right round row row_number rtrim sha224 sha256 sha384 sha512 signum sin sinh
    split_part sqrt starts_with stddev stddev_pop stddev_samp strpos struct substr substr_index
    substring substring_index sum tan tanh to_char to_date to_hex to_local_time to_time
    to_timestamp to_timestamp_micros to_timestamp_millis to_timestamp_nanos to_timestamp_seconds
    to_unixtime transcribed_similarity trim trunc try_cast_to_type union_extract union_tag upper
    var var_pop var_population var_samp var_sample
";

/// Pure, and as large as what they are given, or larger.
pub const GROWING: &str = "
    array_agg array_append array_cat array_concat array_distinct array_except array_filter
    array_intersect array_join array_prepend array_push_back array_push_front array_replace
    array_replace_all array_replace_n array_sort array_to_string array_transform array_union
    arrays_zip concat concat_ws decode encode factorial flatten levenshtein list_append list_cat
    list_concat list_distinct list_except list_filter list_intersect list_join list_prepend
    list_push_back list_push_front list_replace list_replace_all list_replace_n list_sort
    list_to_string list_transform list_union list_zip make_array make_list map median nth_value
    overlay percentile_cont quantile_cont regexp_match regexp_replace replace string_agg
    string_to_array string_to_list translate unnest
";

/// What a function may not be asked for, and what to write instead.
type Refused = (&'static [&'static str], &'static str);

/// Not pure, or of the server instead of the data.
pub const REFUSED: &[Refused] = &[
    (
        &["current_date", "current_time", "current_timestamp", "now", "today"],
        "it asks the clock, and the same question would have another answer tomorrow; write the \
         date, as in date '2026-06-30'",
    ),
    (
        &["rand", "random", "uuid"],
        "it gives another value at every call; take a remainder of a key, as in id % 100",
    ),
    (
        &["file_row_index", "input_file_name", "version"],
        "it tells of the server and its files, not of the data",
    ),
    (
        &["arrow_cast", "arrow_try_cast"],
        "it reads a type from a text of any depth; write cast(... as ...)",
    ),
    (
        &["arrow_field", "arrow_metadata", "with_metadata"],
        "it is about what programs note beside columns; leave it out",
    ),
];

/// Functions whose second argument says how much they make of one value.
pub const WITH_LENGTH: &str = "
    array_repeat array_resize list_repeat list_resize lpad repeat rpad
";

/// Functions that make a series from a first to a last value.
pub const SERIES: &str = "
    generate_series range
";

/// Judges a call by the function's name, in lower case, and its arguments.
///
/// # Errors
/// When there is no such function, when it may not be asked, or when it would make too much.
pub fn check(name: &str, arguments: &[FunctionArg]) -> Result<(), GateError> {
    if has(FREE, name) || has(GROWING, name) {
        return Ok(());
    }
    if has(WITH_LENGTH, name) {
        return check_length(name, arguments);
    }
    if has(SERIES, name) {
        return check_series(name, arguments);
    }
    let name = name.to_owned();
    if let Some((_, why)) = REFUSED.iter().find(|(names, _)| names.contains(&name.as_str())) {
        return Err(GateError::RefusedFunction { name, why });
    }
    let known = [FREE, GROWING, WITH_LENGTH, SERIES].into_iter().flat_map(str::split_whitespace);
    let hint = near(&name, known.map(str::to_owned).collect());
    Err(GateError::UnknownFunction { name, hint })
}

/// Whether a list of names holds one.
fn has(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|listed| listed == name)
}

/// A length must stand in the question, since rows could make it as large as they like.
fn check_length(name: &str, arguments: &[FunctionArg]) -> Result<(), GateError> {
    let Some(length) = arguments.get(1).and_then(expression).and_then(number) else {
        return Err(GateError::OpenLength { name: name.to_owned(), most: LENGTH_MAX });
    };
    within(name, length, LENGTH_MAX)
}

/// Numbers that stand in the question say how many there will be. Of dates, and of what rows hold,
/// only the process that answers can tell.
fn check_series(name: &str, arguments: &[FunctionArg]) -> Result<(), GateError> {
    let numbers: Option<Vec<i128>> =
        arguments.iter().map(|argument| expression(argument).and_then(number)).collect();
    let (first, last, step) = match numbers.as_deref() {
        Some([last]) => (0, *last, 1),
        Some([first, last]) => (*first, *last, 1),
        Some([first, last, step]) => (*first, *last, *step),
        _ => return Ok(()),
    };
    let span = last.saturating_sub(first).saturating_abs();
    within(name, span / step.saturating_abs().max(1), SERIES_MAX)
}

fn within(name: &str, length: i128, most: u64) -> Result<(), GateError> {
    let found = length.unsigned_abs();
    match found > u128::from(most) {
        true => Err(GateError::TooLong { name: name.to_owned(), found, most }),
        false => Ok(()),
    }
}

fn expression(argument: &FunctionArg) -> Option<&Expr> {
    let (FunctionArg::Unnamed(given)
    | FunctionArg::Named { arg: given, .. }
    | FunctionArg::ExprNamed { arg: given, .. }) = argument;
    match given {
        FunctionArgExpr::Expr(expr) => Some(expr),
        _ => None,
    }
}

/// The whole number that an expression spells out.
fn number(expr: &Expr) -> Option<i128> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(text, _), .. }) => text.parse().ok(),
        Expr::Nested(inner) => number(inner),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => number(expr)?.checked_neg(),
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => number(expr),
        _ => None,
    }
}
