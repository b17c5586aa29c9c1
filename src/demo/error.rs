//! Why could the sample company's files not be written?

use std::error::Error;
use std::path::{Path, PathBuf};

use super::world::Scale;

/// Why the demo could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// the folder holds something else
    #[error(
        "`{}` is not empty and no demo of ours; name an empty folder with `--dir`",
        folder.display()
    )]
    Foreign {
        /// the folder
        folder: PathBuf,
    },
    /// there is a demo of another size
    #[error(
        "`{}` is a demo of {} customers, {} months, about {} order lines and seed {}; name \
         another folder with `--dir`, or leave the options out",
        folder.display(), scale.customers, scale.months, scale.order_lines, scale.seed
    )]
    OtherScale {
        /// the folder
        folder: PathBuf,
        /// what is there
        scale: Scale,
    },
    /// nothing to go on from
    #[error("`{}` holds no finished demo; `patron demo` makes one", folder.display())]
    NoDemo {
        /// the folder
        folder: PathBuf,
    },
    /// the rows would not go on where those that are there end
    #[error(
        "the demo in `{}` was made by another version, which made other days of it; make a new \
         one with `--dir`",
        folder.display()
    )]
    OtherGenerator {
        /// the folder
        folder: PathBuf,
    },
    /// what says which demo it is cannot be read
    #[error("`{}` cannot be read; it says which demo this is", path.display())]
    Unreadable {
        /// the file
        path: PathBuf,
        /// why
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// a file or database was closed while rows still came for it
    #[error("`{}` was closed before all of it was written", path.display())]
    Closed {
        /// the file
        path: PathBuf,
    },
    /// a file could not be written
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// the file
        path: PathBuf,
        /// why
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
}

/// Says at which file an error happened.
pub(super) fn at<E: Error + Send + Sync + 'static>(path: &Path) -> impl FnOnce(E) -> DemoError {
    let path = path.to_owned();
    move |cause| DemoError::Write { path, cause: Box::new(cause) }
}
