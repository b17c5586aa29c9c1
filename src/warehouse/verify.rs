//! Is everything that a release or a pin reaches still what was written?
//!
//! Every document and every block is read and hashed; every defect is reported, not the first.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::parquet::file::metadata::ParquetMetaDataReader;
use sha2::{Digest, Sha256};

use super::assemble::{schema_of, totals};
use super::blocks::BLOCK_BYTES;
use super::error::WarehouseError;
use super::home::Home;
use super::ledger::{STRANGE_NAME, check_follows, number_of};
use super::manifest::{DataFile, Manifest};
use super::pins::{LeaseNote, Pin, RetiredReleases, Retirement};
use super::release::Release;
use super::seal::{self, Sealed};

/// What was read, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// documents of releases
    pub releases: u64,
    /// manifests, load states, pins, leases and lists of retired files
    pub documents: u64,
    /// files of rows
    pub files: u64,
    /// bytes of those
    pub bytes: u64,
    /// rows of those
    pub rows: u64,
    /// everything wrong; empty if all is well
    pub defects: Vec<Defect>,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// the file
    pub path: PathBuf,
    /// what and where in it
    pub finding: String,
}

/// How far verifying is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// files of rows read
    pub files: u64,
    /// files of rows to read
    pub files_total: u64,
    /// bytes of rows read
    pub bytes: u64,
    /// bytes of rows to read
    pub bytes_total: u64,
}

/// Reads everything that releases and pins reach. `progress` is told after every file of rows.
///
/// # Errors
/// When a folder cannot be listed at all; everything else is a defect in the report.
pub fn verify(home: &Home, progress: &mut dyn FnMut(Progress)) -> Result<Report, WarehouseError> {
    let mut report = Report::default();
    let retired = report.retired(home)?;
    let releases = report.chain(home)?;
    report.claims(home, &releases, &retired)?;
    let files = report.documents(home, &releases, &retired);
    let files_total = files.len() as u64;
    let bytes_total = files.iter().map(|(file, _)| file.size_bytes).sum();
    for (file, path) in &files {
        let outcome = report.file(home, file, path);
        report.note(path, outcome);
        let (files, bytes) = (report.files, report.bytes);
        progress(Progress { files, files_total, bytes, bytes_total });
    }
    Ok(report)
}

impl Report {
    /// Writes a failure down; gives a success on.
    fn note<T>(&mut self, path: &Path, outcome: Result<T, WarehouseError>) -> Option<T> {
        let (path, finding) = match outcome {
            Ok(value) => return Some(value),
            Err(WarehouseError::Damaged { path, finding }) => (path, finding),
            Err(WarehouseError::Missing(path)) => (path, "it is missing".to_owned()),
            Err(error) => (path.to_owned(), error.to_string()),
        };
        self.defects.push(Defect { path, finding });
        None
    }

    /// All sealed documents of a folder that are the ones written.
    fn sealed<T: Sealed>(
        &mut self,
        home: &Home,
        folder: &str,
    ) -> Result<Vec<(String, T)>, WarehouseError> {
        let mut documents = Vec::new();
        for name in home.shelf().names(&home.root().join(folder))? {
            self.documents += 1;
            let path = home.root().join(folder).join(&name);
            if let Some(document) = self.note(&path, seal::read_sealed(home.shelf(), &path)) {
                documents.push((name, document));
            }
        }
        Ok(documents)
    }

    fn retired(&mut self, home: &Home) -> Result<RetiredReleases, WarehouseError> {
        let mut releases = RetiredReleases::new();
        for folder in ["collected", "retired"] {
            for (name, list) in self.sealed::<Retirement>(home, folder)? {
                if number_of(&name) == Some(list.number) {
                    releases.extend(list.releases.into_iter().map(|number| (number, list.at)));
                } else {
                    let path = home.root().join(folder).join(&name);
                    self.note::<()>(&path, Err(WarehouseError::damaged(&path, STRANGE_NAME)));
                }
            }
        }
        Ok(releases)
    }

    /// Reads all releases and checks that each continues the one before.
    fn chain(&mut self, home: &Home) -> Result<Vec<Arc<Release>>, WarehouseError> {
        let folder = home.root().join("releases");
        let mut numbers = BTreeSet::new();
        for name in home.shelf().names(&folder)? {
            let strange = || WarehouseError::damaged(&folder.join(&name), STRANGE_NAME);
            numbers.extend(self.note(&folder, number_of(&name).ok_or_else(strange)));
        }
        let mut releases = Vec::new();
        let mut before: Option<Arc<Release>> = None;
        for number in 1..=numbers.last().copied().unwrap_or(0) {
            let path = home.release_path(number);
            self.releases += 1;
            let found = if numbers.contains(&number) {
                home.release(number)
            } else {
                Err(WarehouseError::Missing(path.clone()))
            };
            let release = self.note(&path, found);
            if let Some(release) = &release
                && (before.is_some() || number == 1)
            {
                self.note(&path, check_follows(home, release, before.as_deref()));
            }
            releases.extend(release.clone());
            before = release;
        }
        Ok(releases)
    }

    /// Checks pins and leases.
    fn claims(
        &mut self,
        home: &Home,
        releases: &[Arc<Release>],
        retired: &RetiredReleases,
    ) -> Result<(), WarehouseError> {
        for (name, pin) in self.sealed::<Pin>(home, "pins")? {
            let path = home.root().join("pins").join(&name);
            let there = releases.iter().find(|release| release.number == pin.number);
            let finding = if name != format!("{}.json", pin.name) {
                format!("it says pin `{}`", pin.name)
            } else if retired.contains_key(&pin.number) {
                format!("its release {} was retired", pin.number)
            } else if there.is_none_or(|release| release.hash != pin.release) {
                format!("release {} is not the one that was pinned", pin.number)
            } else {
                continue;
            };
            self.note::<()>(&path, Err(WarehouseError::damaged(&path, finding)));
        }
        self.sealed::<LeaseNote>(home, "leases")?;
        Ok(())
    }

    /// Reads the manifests and load states of all readable releases; returns the files of rows.
    fn documents(
        &mut self,
        home: &Home,
        releases: &[Arc<Release>],
        retired: &RetiredReleases,
    ) -> Vec<(DataFile, PathBuf)> {
        let (mut seen, mut known, mut files) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for release in releases.iter().filter(|release| !retired.contains_key(&release.number)) {
            for (table, entry) in &release.tables {
                if let Some(load) = &entry.load
                    && seen.insert((table, load))
                {
                    self.documents += 1;
                    self.note(&home.load_path(table, load), home.load_bytes(table, load));
                }
                if !seen.insert((table, &entry.manifest)) {
                    continue;
                }
                self.documents += 1;
                let path = home.manifest_path(table, &entry.manifest);
                let manifest = home.manifest(table, &entry.manifest);
                let Some(manifest) = self.note(&path, manifest) else { continue };
                self.note(&path, check_sums(&manifest, &path));
                for file in &manifest.files {
                    if known.insert(file.path.clone()) {
                        files.push((file.clone(), home.root().join(&file.path)));
                    }
                }
            }
        }
        files
    }

    /// Reads a file of rows.
    fn file(&mut self, home: &Home, file: &DataFile, path: &Path) -> Result<(), WarehouseError> {
        self.files += 1;
        let mut content = home.shelf().open_file(path)?;
        let mut whole = Sha256::new();
        let mut size = 0;
        let mut index = 0;
        let mut block = Vec::new();
        loop {
            block.clear();
            let read = content.by_ref().take(BLOCK_BYTES).read_to_end(&mut block);
            let count = read.map_err(|error: io::Error| {
                WarehouseError::damaged(path, format!("block {index} cannot be read: {error}"))
            })?;
            if count == 0 {
                break;
            }
            whole.update(&block);
            if file.blocks.get(index) != Some(&seal::hash(&block)) {
                let finding = format!("block {index} (from byte {size}) is not the one written");
                self.note::<()>(path, Err(WarehouseError::damaged(path, finding)));
            }
            size += count as u64;
            self.bytes += count as u64;
            index += 1;
        }
        if size != file.size_bytes {
            let finding = format!("it has {size} bytes instead of {}", file.size_bytes);
            return Err(WarehouseError::damaged(path, finding));
        }
        let named = path.file_stem().and_then(|stem| stem.to_str());
        if hex::encode(whole.finalize()).get(..32) != named {
            return Err(WarehouseError::damaged(path, "its content does not match its name"));
        }
        let footer = ParquetMetaDataReader::new()
            .parse_and_finish(&content)
            .map_err(|source| WarehouseError::Parquet { path: path.to_owned(), source })?;
        let rows = footer.file_metadata().num_rows();
        if u64::try_from(rows) != Ok(file.rows) {
            let finding = format!("it holds {rows} rows instead of {}", file.rows);
            return Err(WarehouseError::damaged(path, finding));
        }
        self.rows += file.rows;
        Ok(())
    }
}

/// Checks that a manifest's totals are those of its files.
fn check_sums(manifest: &Manifest, path: &Path) -> Result<(), WarehouseError> {
    let rows: u64 = manifest.files.iter().map(|file| file.rows).sum();
    if rows != manifest.rows {
        let finding = format!("its files have {rows} rows instead of {}", manifest.rows);
        return Err(WarehouseError::damaged(path, finding));
    }
    if totals(&manifest.table, &*schema_of(manifest)?, &manifest.files)? != manifest.totals {
        return Err(WarehouseError::damaged(path, "its totals are not those of its files"));
    }
    Ok(())
}
