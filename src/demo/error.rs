//! Why could the sample company's files not be written?

use std::error::Error;
use std::path::{Path, PathBuf};

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
