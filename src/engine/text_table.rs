//! How is a table drawn with characters, so that Chinese and Latin letters line up?

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The heading of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// what stands above the column
    pub name: String,
    /// numbers are aligned at the right
    pub is_number: bool,
}

impl Heading {
    /// A column aligned at the left.
    pub fn text(name: &str) -> Self {
        Self { name: name.to_owned(), is_number: false }
    }

    /// A column aligned at the right.
    pub fn number(name: &str) -> Self {
        Self { name: name.to_owned(), is_number: true }
    }
}

/// Draws headings, a rule and one line a row. A cell wider than `width_max` terminal columns is cut
/// and ends in `…`; line breaks and control characters within a cell are shown as spaces.
pub fn draw(headings: &[Heading], rows: &[Vec<String>], width_max: usize) -> String {
    let names: Vec<String> = headings.iter().map(|heading| fit(&heading.name, width_max)).collect();
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| fit(cell, width_max)).collect()).collect();
    let widths: Vec<usize> = (0..headings.len())
        .map(|column| {
            let values = cells.iter().filter_map(|row| row.get(column));
            values.chain(names.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    line(&mut text, &names, headings, &widths);
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
    text.push_str(&rule.join("+"));
    text.push('\n');
    for row in &cells {
        line(&mut text, row, headings, &widths);
    }
    text
}

/// Adds one line of cells, without blanks at its end.
fn line(text: &mut String, cells: &[String], headings: &[Heading], widths: &[usize]) {
    let mut drawn = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        if column > 0 {
            drawn.push('|');
        }
        let blank = " ".repeat(width.saturating_sub(cell.width()));
        let is_number = headings.get(column).is_some_and(|heading| heading.is_number);
        let parts = if is_number { [blank.as_str(), cell] } else { [cell, blank.as_str()] };
        drawn.push(' ');
        drawn.extend(parts);
        drawn.push(' ');
    }
    text.push_str(drawn.trim_end());
    text.push('\n');
}

/// The cell on one line and at most `width_max` terminal columns wide.
fn fit(cell: &str, width_max: usize) -> String {
    let flat: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.width() <= width_max {
        return flat;
    }
    let mut kept = String::new();
    let mut width = 1;
    for c in flat.chars() {
        width += c.width().unwrap_or(0);
        if width > width_max {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[[&str; 2]]) -> Vec<Vec<String>> {
        cells.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn letters_of_two_columns_line_up() {
        let headings = [Heading::text("name"), Heading::number("sum")];
        let drawn = draw(&headings, &rows(&[["海蓝物流", "7"], ["Ada", "12.50"]]), 40);
        let expected =
            [" name     |   sum", "----------+-------", " 海蓝物流 |     7", " Ada      | 12.50"];
        assert_eq!(drawn.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn long_and_broken_cells_stay_on_one_line() {
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("海蓝物流", 4), "海…");
        assert_eq!(fit("a\r\nb\tc", 10), "a  b c");
        assert_eq!(fit("abcd", 4), "abcd");
    }

    #[test]
    fn no_rows_still_show_the_headings() {
        assert_eq!(draw(&[Heading::text("a")], &[], 10), " a\n---\n");
    }
}
