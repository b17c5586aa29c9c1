//! How does a question become plans, and their rows an answer?

use datafusion::arrow::datatypes::SchemaRef;

use super::members::Cubes;
use super::question::Question;
use super::{Answer, Asker, CubeError};

/// A release opened for questions about its cubes.
#[derive(Debug)]
pub struct Opened<'a> {
    /// where and on whose behalf is asked
    pub asker: Asker<'a>,
    /// the cubes
    pub cubes: Cubes,
}

impl<'a> Opened<'a> {
    pub(super) fn new(asker: Asker<'a>) -> Result<Self, CubeError> {
        Ok(Self { asker, cubes: Cubes::read(&asker.project.root)? })
    }

    /// The columns that the query of a cube gives, with the types in which tables hold them.
    ///
    /// # Errors
    /// When there is no such cube, or the release lacks what it reads.
    pub async fn columns(&self, _cube: &str) -> Result<SchemaRef, CubeError> {
        todo!()
    }

    /// Answers a question.
    ///
    /// # Errors
    /// As of [`Asker::ask`].
    pub async fn ask(&self, _question: &Question) -> Result<Answer, CubeError> {
        todo!()
    }

    /// How a question would be answered: the tables chosen and the plan of the engine.
    ///
    /// # Errors
    /// As of [`Asker::ask`].
    pub async fn explain(&self, _question: &Question) -> Result<String, CubeError> {
        todo!()
    }
}
