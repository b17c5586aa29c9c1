//! How does SQL call the functions on names?

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, StringArray, StringBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, DocSection, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility,
};

use super::super::FunctionError;
use super::{company, numbers, places, similarity};

/// How many digits a likeness has, and how many of them are decimals.
const LIKENESS: DataType = DataType::Decimal128(5, 4);

/// What a function makes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Company,
    CompanyPlace,
    CompanyForm,
    City,
    Address,
    TaxNumber,
}

const KEYS: [Key; 6] =
    [Key::Company, Key::CompanyPlace, Key::CompanyForm, Key::City, Key::Address, Key::TaxNumber];

impl Key {
    /// Name and description.
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Company => (
                "normalise_company",
                "What a company is called, without legal form, place, width, case, script, \
                 accents and marks.",
            ),
            Self::CompanyPlace => (
                "company_place",
                "The key of the city that a company's name holds, as normalise_city gives it; \
                 null where it holds none.",
            ),
            Self::CompanyForm => (
                "company_form",
                "The kind of legal form that a company's name says, the same for all ways of \
                 writing it; null where it says none.",
            ),
            Self::City => (
                "normalise_city",
                "The key of a city, the same for its Chinese and Latin names, with and without \
                 accents.",
            ),
            Self::Address => (
                "normalise_address",
                "The key of street and number, the same however they are written.",
            ),
            Self::TaxNumber => (
                "normalise_tax_number",
                "The letters and digits of a tax number; null where they could not tell two \
                 companies apart.",
            ),
        }
    }

    fn of(self, text: &str) -> Result<Option<String>, FunctionError> {
        let key = match self {
            Self::Company => Some(company::parts(text)?.own),
            Self::CompanyPlace => company::parts(text)?.place,
            Self::CompanyForm => company::parts(text)?.form.map(str::to_owned),
            Self::City => places::normalise_city(text)?,
            Self::Address => numbers::normalise_address(text)?,
            Self::TaxNumber => numbers::normalise_tax_number(text)?,
        };
        Ok(key.filter(|key| !key.is_empty()))
    }
}

/// How a function compares texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Measure {
    JaroWinkler,
    Company,
    Transcribed,
}

const MEASURES: [Measure; 3] = [Measure::JaroWinkler, Measure::Company, Measure::Transcribed];

impl Measure {
    /// Name, arguments and description.
    fn told(self) -> (&'static str, &'static [&'static str], &'static str) {
        match self {
            Self::JaroWinkler => (
                "jaro_winkler",
                &["left", "right"],
                "The similarity of Jaro and Winkler of two texts, from 0 to 1.",
            ),
            Self::Company => (
                "company_similarity",
                &["left", "right"],
                "How alike two companies are called, by what normalise_company gives: .95 and \
                 more where one name is written in two ways, at most .94 where a word or sign is \
                 another.",
            ),
            Self::Transcribed => (
                "transcribed_similarity",
                &["mixed", "signs", "latin"],
                "How well a name that spells some Chinese signs in Latin letters fits a company's \
                 names in signs and in Latin letters: .95 or 0.",
            ),
        }
    }

    fn of(self, texts: &[&str]) -> similarity::Likeness {
        match (self, texts) {
            (Self::JaroWinkler, [left, right]) => similarity::jaro_winkler(left, right),
            (Self::Company, [left, right]) => similarity::company(left, right),
            (Self::Transcribed, [mixed, signs, latin]) => {
                similarity::transcribed(mixed, signs, latin)
            }
            _ => 0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Work {
    Key(Key),
    Measure(Measure),
}

/// A function on names.
#[derive(Debug, PartialEq, Eq, Hash)]
struct NameFunction {
    work: Work,
    name: &'static str,
    signature: Signature,
    documentation: Documentation,
}

impl NameFunction {
    fn new(work: Work) -> Self {
        let (name, arguments, description) = match work {
            Work::Key(key) => {
                let (name, description) = key.told();
                (name, ["text"].as_slice(), description)
            }
            Work::Measure(measure) => measure.told(),
        };
        let section = DocSection { include: true, label: "Names", description: None };
        let call = format!("{name}({})", arguments.join(", "));
        let mut documentation = Documentation::builder(section, description, call);
        for argument in arguments {
            documentation = documentation.with_argument(*argument, "a text");
        }
        Self {
            work,
            name,
            signature: Signature::string(arguments.len(), Volatility::Immutable),
            documentation: documentation.build(),
        }
    }
}

impl ScalarUDFImpl for NameFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        match self.work {
            Work::Key(_) => Ok(DataType::Utf8),
            Work::Measure(_) => Ok(LIKENESS),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let texts: Vec<ArrayRef> =
            arrays.iter().map(|array| cast(array, &DataType::Utf8)).collect::<Result<_, _>>()?;
        let texts: Vec<&StringArray> = texts.iter().map(|array| array.as_string()).collect();
        let answer = match self.work {
            Work::Key(key) => keys(key, &texts)?,
            Work::Measure(measure) => likenesses(measure, &texts)?,
        };
        Ok(ColumnarValue::Array(answer))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

fn keys(key: Key, texts: &[&StringArray]) -> Result<ArrayRef> {
    let mut answers = StringBuilder::new();
    for text in texts.iter().flat_map(|texts| texts.iter()) {
        let answer = match text {
            Some(text) => key.of(text).map_err(|error| DataFusionError::External(error.into()))?,
            None => None,
        };
        answers.append_option(answer);
    }
    Ok(Arc::new(answers.finish()))
}

fn likenesses(measure: Measure, texts: &[&StringArray]) -> Result<ArrayRef> {
    let rows = texts.first().map_or(0, |texts| texts.len());
    let mut row_texts = Vec::with_capacity(texts.len());
    let answers: Decimal128Array = (0..rows)
        .map(|row| {
            row_texts.clear();
            row_texts.extend(
                texts.iter().filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row)),
            );
            (row_texts.len() == texts.len()).then(|| measure.of(&row_texts))
        })
        .collect();
    Ok(Arc::new(answers.with_data_type(LIKENESS)))
}

/// The functions on names.
pub fn functions() -> Vec<ScalarUDF> {
    let keys = KEYS.into_iter().map(Work::Key);
    let works = keys.chain(MEASURES.into_iter().map(Work::Measure));
    works.map(|work| ScalarUDF::from(NameFunction::new(work))).collect()
}
