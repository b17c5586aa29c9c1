//! How large, how long and how deep is a question? Counted word by word, in one pass.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::error::{GateError, Place};
use super::limits::{NESTING_MAX, OPERATORS_MAX, STEPS_MAX, TEXT_BYTES_MAX, TOKENS_MAX};

/// Parts of a name that may follow each other by `.`; more are counted as operators, since fields
/// of fields are expressions within expressions.
const NAME_PARTS: usize = 4;

/// The words of a question, none of whose limits is passed.
pub(super) fn read(sql: &str) -> Result<Vec<TokenWithSpan>, GateError> {
    if sql.len() > TEXT_BYTES_MAX {
        return Err(GateError::TextTooLong { bytes: sql.len(), most: TEXT_BYTES_MAX });
    }
    let mut tokens = Vec::new();
    let read = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location_into_buf(&mut tokens);
    read.map_err(|error| GateError::Unreadable {
        place: error.location.into(),
        problem: error.message,
    })?;
    let mut count = Count::new();
    let words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    for (number, token) in words.enumerate() {
        let place = Place::from(token.span.start);
        if number >= TOKENS_MAX {
            return Err(GateError::TooManyTokens { place, most: TOKENS_MAX });
        }
        count.take(&token.token, place)?;
    }
    Ok(tokens)
}

/// What is open between a bracket, or a `case`, and its end.
#[derive(Debug, Default)]
struct Frame {
    /// whether `end` closes it
    is_case: bool,
    /// whether it is a query of its own
    is_query: bool,
    /// operators around it, of the expression that it is a part of
    above: usize,
    /// operators of the expression that is read
    operators: usize,
    /// the most operators of a part of that expression
    deepest: usize,
    /// the most operators of an expression that was read before, with its parts
    before: usize,
}

impl Frame {
    /// Operators from here to the innermost part.
    fn depth(&self) -> usize {
        self.before.max(self.operators + self.deepest)
    }

    /// Another expression begins.
    fn next_expression(&mut self) {
        self.before = self.depth();
        self.operators = 0;
        self.deepest = 0;
    }
}

/// What was counted up to a word.
struct Count {
    frames: Vec<Frame>,
    /// types that wait for their `>`
    angles: usize,
    /// `.` that follow each other, with one word between
    dots: usize,
    steps: usize,
    /// what the word before was
    last: Last,
}

/// What a word is to the one behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Operator,
    Dot,
    Word,
    /// `array`, `struct` and `map`, behind which `<` opens a type
    TypeWithParts,
    /// an opening bracket
    Open,
    Other,
}

impl Count {
    fn new() -> Self {
        Self { frames: vec![Frame::default()], angles: 0, dots: 0, steps: 0, last: Last::Other }
    }

    fn take(&mut self, token: &Token, place: Place) -> Result<(), GateError> {
        let is_name = matches!(token, Token::Word(_)) && self.last == Last::Dot;
        if !is_name && *token != Token::Period {
            self.dots = 0;
        }
        self.last = match token {
            Token::Word(word) if word.quote_style.is_none() => self.word(word.keyword, place)?,
            Token::LParen | Token::LBrace => self.open(false, place)?,
            Token::LBracket => {
                self.operator(place)?;
                self.open(false, place)?
            }
            Token::RParen | Token::RBracket | Token::RBrace => self.close(),
            Token::Comma | Token::SemiColon => {
                self.frame().next_expression();
                Last::Other
            }
            Token::Period => {
                self.dots += 1;
                if self.dots >= NAME_PARTS {
                    self.operator(place)?;
                }
                Last::Dot
            }
            Token::Lt if self.last == Last::TypeWithParts => {
                self.angles += 1;
                self.nested(place)?;
                Last::Open
            }
            Token::VerticalBarRightAngleBracket => self.step(place)?,
            token if is_operand(token) => Last::Other,
            token => {
                match token {
                    Token::Gt => self.angles = self.angles.saturating_sub(1),
                    Token::ShiftRight => self.angles = self.angles.saturating_sub(2),
                    _ => {}
                }
                self.operator(place)?
            }
        };
        Ok(())
    }

    /// The innermost frame; the outermost is never taken away.
    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn word(&mut self, keyword: Keyword, place: Place) -> Result<Last, GateError> {
        // Behind a dot or an operator stands a name, whatever it is called.
        if self.last == Last::Dot {
            return Ok(Last::Word);
        }
        match keyword {
            Keyword::CASE => self.open(true, place),
            Keyword::END if self.frame().is_case => Ok(self.close()),
            Keyword::ARRAY | Keyword::STRUCT | Keyword::MAP => Ok(Last::TypeWithParts),
            keyword if is_operator_word(keyword) => self.operator(place),
            keyword if is_step(keyword) => self.step(place),
            keyword if is_clause(keyword) && self.last != Last::Operator => {
                let is_query = is_query(keyword) && self.last == Last::Open;
                self.angles = 0;
                let frame = self.frame();
                frame.next_expression();
                if is_query {
                    frame.is_query = true;
                    frame.above = 0;
                }
                Ok(Last::Other)
            }
            _ => Ok(Last::Word),
        }
    }

    fn operator(&mut self, place: Place) -> Result<Last, GateError> {
        let frame = self.frame();
        frame.operators += 1;
        if frame.above + frame.operators + frame.deepest > OPERATORS_MAX {
            return Err(GateError::TooManyOperators { place, most: OPERATORS_MAX });
        }
        Ok(Last::Operator)
    }

    fn step(&mut self, place: Place) -> Result<Last, GateError> {
        self.steps += 1;
        if self.last != Last::Operator {
            self.frame().next_expression();
        }
        if self.steps > STEPS_MAX {
            return Err(GateError::TooManySteps { place, most: STEPS_MAX });
        }
        Ok(Last::Other)
    }

    fn open(&mut self, is_case: bool, place: Place) -> Result<Last, GateError> {
        let frame = self.frame();
        let above = frame.above + frame.operators;
        self.frames.push(Frame { is_case, above, ..Frame::default() });
        self.nested(place)?;
        Ok(Last::Open)
    }

    fn nested(&self, place: Place) -> Result<(), GateError> {
        if self.frames.len() - 1 + self.angles > NESTING_MAX {
            return Err(GateError::TooNested { place, most: NESTING_MAX });
        }
        Ok(())
    }

    /// A bracket without its like is the parser's to tell.
    fn close(&mut self) -> Last {
        if self.frames.len() > 1
            && let Some(closed) = self.frames.pop()
        {
            // What stands in a query of its own is no part of the expression around it.
            let depth = if closed.is_query { 0 } else { closed.depth() };
            let around = self.frame();
            around.deepest = around.deepest.max(depth);
        }
        Last::Other
    }
}

/// Values, of which an expression has one more than operators.
fn is_operand(token: &Token) -> bool {
    matches!(
        token,
        Token::Word(_)
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::DollarQuotedString(_)
            | Token::Placeholder(_)
            | Token::EOF
    )
}

/// Words that stand before or between the parts of an expression.
fn is_operator_word(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::AND
            | Keyword::OR
            | Keyword::XOR
            | Keyword::NOT
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::RLIKE
            | Keyword::REGEXP
            | Keyword::SIMILAR
            | Keyword::IN
            | Keyword::IS
            | Keyword::BETWEEN
            | Keyword::DIV
            | Keyword::OVERLAPS
            | Keyword::COLLATE
            | Keyword::AT
            | Keyword::INTERVAL
            | Keyword::PRIOR
            | Keyword::CONNECT_BY_ROOT
            | Keyword::EXISTS
            | Keyword::EXPLAIN
    )
}

/// Words that put another step on what stands before them.
fn is_step(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::JOIN
            | Keyword::UNION
            | Keyword::EXCEPT
            | Keyword::INTERSECT
            | Keyword::MINUS
            | Keyword::APPLY
            | Keyword::LATERAL
            | Keyword::PIVOT
            | Keyword::UNPIVOT
            | Keyword::MATCH_RECOGNIZE
    )
}

/// Words behind which another expression begins.
fn is_clause(keyword: Keyword) -> bool {
    is_query(keyword)
        || matches!(
            keyword,
            Keyword::WHERE
                | Keyword::GROUP
                | Keyword::HAVING
                | Keyword::QUALIFY
                | Keyword::WINDOW
                | Keyword::ORDER
                | Keyword::LIMIT
                | Keyword::OFFSET
                | Keyword::FETCH
                | Keyword::ON
                | Keyword::USING
                | Keyword::WHEN
                | Keyword::THEN
                | Keyword::ELSE
        )
}

/// Words that begin a query where they stand first in a bracket.
fn is_query(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::SELECT | Keyword::WITH | Keyword::VALUES | Keyword::FROM | Keyword::TABLE
    )
}
