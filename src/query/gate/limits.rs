//! How much may a question have, and why so much?
//!
//! Each limit lies far above what people write and far below what harms: every file under `sql/`
//! passes them all.

/// Bytes of a question. A list of ten thousand keys fits; a file that somebody pasted does not.
pub const TEXT_BYTES_MAX: usize = 256 << 10;

/// Words and signs of a question. What planning costs grows with them, and faster than they do.
pub const TOKENS_MAX: usize = 20_000;

/// Operators on the way from an expression to its innermost part. Each of them is a level of the
/// tree that planning walks and that is freed level by level; at some ten thousand the stack ends.
pub const OPERATORS_MAX: usize = 500;

/// Brackets, `case` and types with parts that are open at one place.
pub const NESTING_MAX: usize = 32;

/// Joins, unions and other steps that stand behind one another: each is a level of the plan.
pub const STEPS_MAX: usize = 256;

/// Tables of a question after every name of a `with` is replaced by its query, as planning does.
/// Names that stand twice for the one before double it: twenty of them make a million.
pub const REFERENCES_MAX: u64 = 1_000;

/// Groupings of a question: a `cube` of twelve columns has so many, and each is computed.
pub const GROUPINGS_MAX: u64 = 4_096;

/// Signs or members that a function makes of one value (`repeat`, `lpad`, `array_resize` ...).
pub const LENGTH_MAX: u64 = 10_000;

/// Members of a series of whole numbers.
pub const SERIES_MAX: u64 = 10_000_000;
