//! On whose behalf is a question asked?

/// On whose behalf data are read. Every read takes one, so that no path to the data can forget to
/// ask; policies per role hang here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Principal {
    /// the person at the command line, who owns the files and so sees everything
    Owner,
}
