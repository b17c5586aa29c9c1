//! Which files has a system delivered, in which order, and what is in them?

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use globset::{GlobBuilder, GlobMatcher};
use sha2::{Digest, Sha256};

use super::SourceError;
use super::remote::{self, Remote};
use crate::bucket::Bucket;

/// Folders are not followed deeper than this, so that a link to a parent ends.
const DEPTH_MAX: usize = 16;

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// path below the system's folder or bucket, with `/`
    pub name: String,
    /// where its bytes are to be read; those of a bucket only after [`Found::fetch`]
    pub path: PathBuf,
    /// its size
    pub size_bytes: u64,
    /// when it was last written, in nanoseconds since 1970
    pub modified_ns: i128,
    /// the bucket that it lies in, if it does
    pub(super) remote: Option<Arc<Remote>>,
}

/// Where a system's files lie.
#[derive(Debug, Clone)]
pub enum Folder {
    /// in a folder
    Local(PathBuf),
    /// in a bucket
    Bucket {
        /// the bucket
        bucket: Bucket,
        /// the local folder that bytes come to
        tmp: PathBuf,
    },
}

impl Folder {
    /// Looks whether it is there at all.
    ///
    /// # Errors
    /// When it is not, or cannot be reached.
    pub fn check(&self) -> Result<(), SourceError> {
        match self {
            Self::Local(path) if path.is_dir() => Ok(()),
            Self::Local(path) => Err(SourceError::NoFolder { path: path.clone() }),
            Self::Bucket { bucket, .. } => Ok(bucket.probe()?),
        }
    }

    /// The files whose names match; see [`find`].
    ///
    /// # Errors
    /// As [`find`], or when the bucket cannot be listed.
    pub fn find(&self, pattern: &str) -> Result<Vec<Found>, SourceError> {
        match self {
            Self::Local(path) => find(path, pattern),
            Self::Bucket { bucket, tmp } => remote::find(bucket, pattern, tmp),
        }
    }
}

impl Found {
    /// The file at `path`, known as `name`.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn at(path: &Path, name: &str) -> Result<Self, SourceError> {
        let metadata = fs::metadata(path).map_err(SourceError::io(path))?;
        Ok(Self::from_metadata(path.to_owned(), name.to_owned(), &metadata))
    }

    fn from_metadata(path: PathBuf, name: String, metadata: &fs::Metadata) -> Self {
        let modified_ns = modified_ns(metadata);
        Self { name, path, size_bytes: metadata.len(), modified_ns, remote: None }
    }

    /// Brings the bytes of a file in a bucket here, unless they are.
    ///
    /// # Errors
    /// When it is no longer the file that was found, or cannot be read whole.
    pub fn fetch(&self) -> Result<(), SourceError> {
        self.remote.as_ref().map_or(Ok(()), |remote| remote.fetch())
    }

    /// Where it lies, for people and for telling files apart.
    pub fn place(&self) -> String {
        match &self.remote {
            Some(remote) => remote.url(),
            None => self.path.display().to_string(),
        }
    }

    /// A bucket's tag of its content.
    pub fn e_tag(&self) -> Option<&str> {
        self.remote.as_ref().and_then(|remote| remote.e_tag())
    }

    /// Whether the file on disk is still the one that was found.
    pub(crate) fn check_unchanged(&self) -> Result<(), SourceError> {
        let metadata = fs::metadata(&self.path).map_err(SourceError::io(&self.path))?;
        // What came from a bucket is the object that was found, by its tag.
        let is_later = self.remote.is_none() && modified_ns(&metadata) != self.modified_ns;
        if metadata.len() != self.size_bytes || is_later {
            return Err(SourceError::Changed { file: self.name.clone() });
        }
        Ok(())
    }
}

/// Nanoseconds since 1970 at which a file was last written; 0 where the system does not know.
fn modified_ns(metadata: &fs::Metadata) -> i128 {
    let Ok(modified) = metadata.modified() else { return 0 };
    match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
    }
}

/// The files below `root` whose relative path matches `pattern`, in natural order: `part-2.csv`
/// before `part-10.csv`. `*` and `?` do not cross `/`, `**` does. Names that begin with a dot are
/// passed over, as deliveries in the making are often called so.
///
/// # Errors
/// When the folder or the pattern cannot be read. No match is no error.
pub fn find(root: &Path, pattern: &str) -> Result<Vec<Found>, SourceError> {
    let matcher = matcher(pattern)?;
    if !root.is_dir() {
        return Err(SourceError::NoFolder { path: root.to_owned() });
    }
    let depth = if pattern.contains("**") { DEPTH_MAX } else { pattern.matches('/').count() };
    let mut found = Vec::new();
    walk(root, "", depth, &matcher, &mut found)?;
    found.sort_by(|left, right| natural_order(&left.name, &right.name));
    Ok(found)
}

pub(super) fn matcher(pattern: &str) -> Result<GlobMatcher, SourceError> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| {
        SourceError::Pattern { pattern: pattern.to_owned(), why: error.kind().to_string() }
    })?;
    Ok(glob.compile_matcher())
}

fn walk(
    folder: &Path,
    prefix: &str,
    depth: usize,
    matcher: &GlobMatcher,
    found: &mut Vec<Found>,
) -> Result<(), SourceError> {
    for entry in fs::read_dir(folder).map_err(SourceError::io(folder))? {
        let path = entry.map_err(SourceError::io(folder))?.path();
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(SourceError::FileName { path });
        };
        if file_name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{file_name}");
        // A link that leads nowhere is no delivery unless its name says that it should be one.
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(_) if !matcher.is_match(&name) => continue,
            Err(error) => return Err(SourceError::Io { path, error }),
        };
        if metadata.is_dir() {
            if depth > 0 {
                walk(&path, &format!("{name}/"), depth - 1, matcher, found)?;
            }
        } else if metadata.is_file() && matcher.is_match(&name) {
            found.push(Found::from_metadata(path, name, &metadata));
        }
    }
    Ok(())
}

/// Orders names as people do: runs of digits by their value, everything else by bytes; names equal
/// in that sense (`a1`, `a01`) by bytes, so that the order is total.
pub fn natural_order(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left.as_bytes(), right.as_bytes());
    loop {
        let ordering = match (a.first(), b.first()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y) = (digits(&mut a), digits(&mut b));
                x.len().cmp(&y.len()).then_with(|| x.cmp(y))
            }
            (Some(x), Some(y)) => {
                let ordering = x.cmp(y);
                (a, b) = (&a[1..], &b[1..]);
                ordering
            }
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// Takes the run of digits that `bytes` begins with and gives it without leading zeros.
fn digits<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    let (run, rest) = bytes.split_at(end);
    *bytes = rest;
    let zeros = run.iter().position(|byte| *byte != b'0').unwrap_or(run.len());
    &run[zeros..]
}

/// SHA-256 of a file's bytes as 64 lower-case hexadecimal digits, and their number.
///
/// # Errors
/// When the file cannot be read.
pub fn hash(path: &Path) -> Result<(String, u64), SourceError> {
    let mut file = File::open(path).map_err(SourceError::io(path))?;
    let mut hasher = Sha256::new();
    let mut size_bytes = 0;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((hex::encode(hasher.finalize()), size_bytes)),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                size_bytes += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(SourceError::Io { path: path.to_owned(), error }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_natural_order() {
        let mut names = vec!["p-10.csv", "p-2.csv", "p-02.csv", "p.csv", "2/a", "10/a", "p-2a.csv"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["2/a", "10/a", "p-02.csv", "p-2.csv", "p-2a.csv", "p-10.csv", "p.csv"]);
        assert_eq!(
            natural_order("99999999999999999999999", "100000000000000000000000"),
            Ordering::Less
        );
    }

    #[test]
    fn files_are_found_by_pattern() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a2.csv", "a10.csv", ".a3.csv", "b.txt", "sub/a1.csv", "sub/deep/a4.csv"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let names = |pattern: &str| -> Vec<String> {
            find(folder.path(), pattern).unwrap().into_iter().map(|found| found.name).collect()
        };
        assert_eq!(names("a*.csv"), ["a2.csv", "a10.csv"]);
        assert_eq!(names("*/a*.csv"), ["sub/a1.csv"]);
        assert_eq!(names("**/*.csv"), ["a2.csv", "a10.csv", "sub/a1.csv", "sub/deep/a4.csv"]);
        assert!(names("none*").is_empty());
        assert!(find(folder.path(), "a[").unwrap_err().to_string().contains("`a[`"));
        assert!(matches!(find(&folder.path().join("x"), "*"), Err(SourceError::NoFolder { .. })));
    }

    #[test]
    fn a_hash_is_the_known_one() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "abc").unwrap();
        let (hash, size) = hash(file.path()).unwrap();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(size, 3);
    }
}
