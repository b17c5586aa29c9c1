//! Which releases are there, and how does one more become visible?

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::durable::Placed;
use super::error::WarehouseError;
use super::home::{Home, Writer};
use super::name::TableName;
use super::release::{Release, TableEntry};
use super::seal;

impl Home {
    /// The newest release; `None` before the first.
    ///
    /// # Errors
    /// When it is not the one written, or does not continue the one before.
    pub fn latest(&self) -> Result<Option<Arc<Release>>, WarehouseError> {
        let numbers = self.numbers()?;
        let Some(number) = numbers.last() else { return Ok(None) };
        let newest = self.release(*number)?;
        let before = number - 1;
        if before == 0 {
            check_follows(self, &newest, None)?;
        } else if numbers.contains(&before) {
            check_follows(self, &newest, Some(&*self.release(before)?))?;
        }
        Ok(Some(newest))
    }

    /// The release that follows one, read without listing any; `None` while that is the newest.
    ///
    /// # Errors
    /// When it is not the one written, or does not continue the one given.
    pub fn after(&self, newest: &Release) -> Result<Option<Arc<Release>>, WarehouseError> {
        let path = self.release_path(newest.number + 1);
        let release: Release = match seal::read_sealed(self.shelf(), &path) {
            Err(WarehouseError::Missing(_)) => return Ok(None),
            other => other?,
        };
        if release.number != newest.number + 1 {
            let finding = format!("it says release {}", release.number);
            return Err(WarehouseError::damaged(&path, finding));
        }
        check_follows(self, &release, Some(newest))?;
        Ok(Some(Arc::new(release)))
    }

    /// The release of a number, read from its document alone.
    ///
    /// # Errors
    /// When there is none, or it is not the one written.
    pub fn release(&self, number: u64) -> Result<Arc<Release>, WarehouseError> {
        let path = self.release_path(number);
        let release: Release = match seal::read_sealed(self.shelf(), &path) {
            Err(WarehouseError::Missing(_)) => return Err(self.unknown(&number.to_string())),
            other => other?,
        };
        if release.number != number {
            let finding = format!("it says release {}", release.number);
            return Err(WarehouseError::damaged(&path, finding));
        }
        Ok(Arc::new(release))
    }

    /// The numbers of all releases, ascending, by the names of their documents.
    ///
    /// # Errors
    /// When a name is none that was given here.
    pub fn numbers(&self) -> Result<Vec<u64>, WarehouseError> {
        numbered(self, "releases")
    }

    /// The release that a text means: a number, a pin's name, an RFC 3339 time or a date in UTC.
    /// A time means the newest release created at or before it, a date the same by its last moment.
    ///
    /// # Errors
    /// When there is none, or its data were retired.
    pub fn resolve(&self, text: &str) -> Result<Arc<Release>, WarehouseError> {
        let release = if let Ok(number) = text.parse::<u64>() {
            self.release(number)?
        } else if let Some(time) = parse_time(text) {
            self.newest_at(time)?.ok_or_else(|| self.unknown(text))?
        } else if is_like_time(text) {
            return Err(WarehouseError::NoTime(text.to_owned()));
        } else {
            match self.pinned(text)? {
                Some(pin) => self.release(pin.number)?,
                None => return Err(self.unknown(text)),
            }
        };
        if let Some(at) = self.retired_releases()?.get(&release.number) {
            return Err(WarehouseError::Retired { number: release.number, at: *at });
        }
        Ok(release)
    }

    fn newest_at(&self, time: DateTime<Utc>) -> Result<Option<Arc<Release>>, WarehouseError> {
        for number in self.numbers()?.into_iter().rev() {
            let release = self.release(number)?;
            if release.created_at <= time {
                return Ok(Some(release));
            }
        }
        Ok(None)
    }

    fn unknown(&self, wanted: &str) -> WarehouseError {
        let numbers = self.numbers().unwrap_or_default();
        let known = match (numbers.first(), numbers.last()) {
            (Some(first), Some(last)) => format!(
                "there are releases {first} to {last}; a number, a pin's name, a date or a time \
                 names one"
            ),
            _ => "there are none yet; run `patron refresh`".to_owned(),
        };
        WarehouseError::UnknownRelease { wanted: wanted.to_owned(), known }
    }

    pub(super) fn release_path(&self, number: u64) -> PathBuf {
        self.root().join(format!("releases/{number:020}.json"))
    }
}

impl Writer {
    /// Makes a release visible, all tables in one step. Its number, its predecessor's hash, its
    /// run and its own hash are filled in here. When this returns, the release is durable.
    ///
    /// A second call of the same run with the newest release being its own returns that release:
    /// the answer to the first may have been lost.
    ///
    /// # Errors
    /// When something it names is missing, somebody else published meanwhile, or the file system
    /// refuses; nothing is visible then.
    pub fn publish(&self, mut release: Release) -> Result<Arc<Release>, WarehouseError> {
        let home = self.home();
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = home.latest()?;
        let number = newest.as_ref().map_or(0, |newest| newest.number);
        if let Some(newest) = newest.as_ref().filter(|_| number != *base) {
            return self.settle(newest, &mut base);
        }
        self.check_complete(&release, newest.as_deref())?;
        release.format = seal::FORMAT;
        release.number = number + 1;
        release.previous = newest.map(|newest| newest.hash.clone());
        release.run_id = self.run_id().to_owned();

        let path = home.release_path(release.number);
        let bytes = seal::seal(&mut release, &path)?;
        match self.commit(release.number, &bytes, &path)? {
            Placed::Created => {
                home.shelf().sync(&home.root().join("releases"))?;
                *base = release.number;
                Ok(Arc::new(release))
            }
            Placed::AlreadyExists => self.settle(&*home.release(release.number)?, &mut base),
        }
    }

    /// A release that this run did not expect is either its own, the answer having been lost, or
    /// somebody else's.
    fn settle(&self, found: &Release, base: &mut u64) -> Result<Arc<Release>, WarehouseError> {
        if found.run_id != self.run_id() {
            return Err(WarehouseError::LostRace {
                number: found.number,
                winner: found.run_id.clone(),
                loser: self.run_id().to_owned(),
            });
        }
        self.home().shelf().sync(&self.home().root().join("releases"))?;
        *base = found.number;
        Ok(Arc::new(found.clone()))
    }

    /// Refuses a release that names what is not there. What the release before names already was
    /// there when that was published, and cannot have been collected since.
    fn check_complete(
        &self,
        release: &Release,
        newest: Option<&Release>,
    ) -> Result<(), WarehouseError> {
        for (table, entry) in &release.tables {
            let known = newest.and_then(|newest| newest.tables.get(table));
            if known != Some(entry) {
                self.check_entry(table, entry)?;
            }
        }
        Ok(())
    }

    fn check_entry(&self, table: &TableName, entry: &TableEntry) -> Result<(), WarehouseError> {
        let home = self.home();
        let manifest = home.manifest(table, &entry.manifest)?;
        if let Some(load) = &entry.load {
            home.load_bytes(table, load)?;
        }
        let paths = manifest.files.iter().map(|file| file.path.as_str());
        let sizes = home.shelf().sizes(&format!("files/{table}"), paths)?;
        for (file, size) in manifest.files.iter().zip(sizes) {
            if size != file.size_bytes {
                let path = home.root().join(&file.path);
                let finding = format!("it has {size} bytes instead of {}", file.size_bytes);
                return Err(WarehouseError::damaged(&path, finding));
            }
        }
        Ok(())
    }
}

/// Refuses a release that does not continue the one before it.
pub(super) fn check_follows(
    home: &Home,
    release: &Release,
    before: Option<&Release>,
) -> Result<(), WarehouseError> {
    if release.previous.as_ref() == before.map(|before| &before.hash) {
        return Ok(());
    }
    let finding = match before {
        Some(before) => format!("it does not continue release {} as that is here", before.number),
        None => "it is the first and yet names a release before it".to_owned(),
    };
    Err(WarehouseError::damaged(&home.release_path(release.number), finding))
}

/// The numbers that name the documents of a folder, ascending.
pub(super) fn numbered(home: &Home, folder: &str) -> Result<Vec<u64>, WarehouseError> {
    let path = home.root().join(folder);
    let number = |name: &String| {
        number_of(name).ok_or_else(|| WarehouseError::damaged(&path.join(name), STRANGE_NAME))
    };
    home.shelf().names(&path)?.iter().map(number).collect()
}

/// Finding on a file that does not belong where it is.
pub(super) const STRANGE_NAME: &str = "its name is none that is given here";

/// The number that names a document `<20 digits>.json`.
pub(super) fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json").filter(|digits| digits.len() == 20)?;
    let number =
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    (number > 0).then_some(number)
}

/// Whether a text can only be meant as a date or a time. Names of pins begin with a letter.
fn is_like_time(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4 && text[digits..].starts_with(['-', '/', '.'])
}

/// An RFC 3339 time, or the last moment of a date in UTC.
fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let date: NaiveDate = text.parse().ok()?;
    let next = date.succ_opt()?.and_time(NaiveTime::MIN).and_utc();
    Some(next - chrono::TimeDelta::nanoseconds(1))
}
