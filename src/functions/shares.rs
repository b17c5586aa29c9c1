//! How is a whole split in proportion, so that the parts are whole units and add up to it?

use datafusion::arrow::datatypes::i256;

/// The parts of `whole` in proportion to `drivers`, by largest remainder: every receiver gets the
/// units that its exact share holds whole, and those left over go one by one to the largest
/// remainders, the first key before the others where remainders are equal. The parts of a negative
/// whole are those of the positive one, turned round.
///
/// No driver is negative, and one is positive unless the whole is zero; keys differ and are as many
/// as drivers. All of it is exact: a whole of 38 digits times a driver of 38 digits has 76, which
/// fit.
pub(super) fn shares(whole: i128, drivers: &[i128], keys: &[&str]) -> Vec<i128> {
    let total = drivers.iter().fold(i256::ZERO, |sum, driver| sum.wrapping_add(wide(*driver)));
    if total == i256::ZERO {
        return vec![0; drivers.len()];
    }
    let size = wide(whole).wrapping_abs();
    let mut parts = Vec::with_capacity(drivers.len());
    let mut remainders = Vec::with_capacity(drivers.len());
    let mut left = size;
    for driver in drivers {
        let product = size.wrapping_mul(wide(*driver));
        let part = product.wrapping_div(total);
        left = left.wrapping_sub(part);
        remainders.push(product.wrapping_rem(total));
        parts.push(part);
    }
    let mut order: Vec<usize> = (0..drivers.len()).collect();
    order.sort_unstable_by(|one, other| {
        remainders[*other].cmp(&remainders[*one]).then_with(|| keys[*one].cmp(keys[*other]))
    });
    // Remainders add up to as many wholes as units are left, each is less than one, and so more
    // receivers have a remainder than units are left.
    for receiver in order.into_iter().take(left.as_i128().unsigned_abs() as usize) {
        parts[receiver] = parts[receiver].wrapping_add(i256::ONE);
    }
    let sign = if whole < 0 { -1 } else { 1 };
    parts.into_iter().map(|part| sign * part.as_i128()).collect()
}

fn wide(value: i128) -> i256 {
    i256::from_i128(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits by hand-made drivers with the keys a, b, c and so on.
    fn check(whole: i128, drivers: &[i128], expected: &[i128]) {
        let keys = &["a", "b", "c", "d", "e"][..drivers.len()];
        assert_eq!(shares(whole, drivers, keys), expected, "{whole} over {drivers:?}");
        let turned: Vec<i128> = expected.iter().map(|part| -part).collect();
        assert_eq!(shares(-whole, drivers, keys), turned, "-{whole} over {drivers:?}");
    }

    #[test]
    fn units_left_over_go_to_the_largest_remainders() {
        // 100.00 over three equal receivers: 33.33 each, the cent left goes to the first key.
        check(10_000, &[1, 1, 1], &[3_334, 3_333, 3_333]);
        // 200 over three: 66.67, 66.67, 66.66.
        check(20_000, &[1, 1, 1], &[6_667, 6_667, 6_666]);
        // 10 over 1 : 2 : 4 is 1.43, 2.86, 5.71: 1 + 2 + 5, then the second and the third.
        check(10, &[1, 2, 4], &[1, 3, 6]);
        // One unit over thirds: only the first key.
        check(1, &[1, 1, 1], &[1, 0, 0]);
        check(2, &[1, 1, 1], &[1, 1, 0]);
        check(1, &[1, 2], &[0, 1]);
    }

    #[test]
    fn a_receiver_without_driver_gets_nothing() {
        check(10_000, &[0, 1, 0, 2], &[0, 3_333, 0, 6_667]);
        check(7, &[0, 0, 5], &[0, 0, 7]);
        check(0, &[0, 0], &[0, 0]);
        check(0, &[3, 4], &[0, 0]);
        check(7, &[9], &[7]);
    }

    #[test]
    fn minutes_at_practical_capacity_cost_what_the_book_says() {
        // Kaplan and Anderson 2004: 560,000 over 700,000 minutes, of which 392,000, 61,600 and
        // 125,000 are used and 121,400 are not.
        let drivers = [392_000, 61_600, 125_000, 121_400];
        check(56_000_000, &drivers, &[31_360_000, 4_928_000, 10_000_000, 9_712_000]);
    }

    #[test]
    fn numbers_of_the_largest_size_are_exact() {
        let most = 10_i128.pow(38) - 1;
        let amount = 10_i128.pow(18) - 1;
        check(amount, &[most, most, most], &[amount / 3; 3]);
        check(amount, &[most, 1], &[amount, 0]);
        check(most, &[most, most], &[most / 2 + 1, most / 2]);
        check(amount, &[most, most - 1], &[amount / 2 + 1, amount / 2]);
    }

    #[test]
    fn ties_go_by_key_whatever_the_order_of_rows() {
        assert_eq!(shares(1, &[1, 1, 1], &["c", "a", "b"]), [0, 1, 0]);
        assert_eq!(shares(2, &[1, 1, 1], &["c", "a", "b"]), [0, 1, 1]);
        // Keys are compared by their letters' numbers: capitals first, then small ones, then signs.
        assert_eq!(shares(2, &[1, 1, 1], &["物", "a", "Z"]), [0, 1, 1]);
    }
}
