//! Are the bytes that came from a bucket the very bytes that were written?
//!
//! Whole blocks are fetched, neighbours in one request and several requests at once, and each is
//! compared with its hash before a byte of it is given out. What does not match is fetched again:
//! a body may have been cut or mixed up on its way. What never matches is damaged.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::blocks::{BLOCK_BYTES, KnownFile, to_usize};
use super::error::WarehouseError;
use crate::bucket::{Bucket, BucketError};

/// How often a block is fetched before it counts as damaged.
const FETCHES_MAX: usize = 3;
/// Neighbouring blocks that one request fetches at most.
const BLOCKS_AT_ONCE: usize = 8;
/// Blocks remembered: a reader takes a file's footer and its columns in several small steps.
const KEPT_MAX: usize = 32;

/// Blocks fetched and checked a moment ago, the newest last.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    kept: Mutex<VecDeque<(String, usize, Bytes)>>,
}

impl Fetched {
    /// Reads ranges of a file.
    pub(super) async fn read(
        &self,
        bucket: &Bucket,
        key: &str,
        file: &KnownFile,
        ranges: &[Range<u64>],
    ) -> Result<Vec<Bytes>, WarehouseError> {
        let mut wanted = BTreeSet::new();
        for range in ranges {
            file.check_range(range)?;
            wanted.extend(indexes(range));
        }
        let mut blocks = self.known(key, &wanted);
        wanted.retain(|index| !blocks.contains_key(index));
        blocks.extend(self.fetch(bucket, key, file, wanted).await?);
        ranges.iter().map(|range| assemble(file, &blocks, range)).collect()
    }

    fn known(&self, key: &str, wanted: &BTreeSet<usize>) -> BTreeMap<usize, Bytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .filter(|(name, index, _)| name == key && wanted.contains(index))
            .map(|(_, index, bytes)| (*index, bytes.clone()))
            .collect()
    }

    fn keep(&self, key: &str, index: usize, bytes: &Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((key.to_owned(), index, bytes.clone()));
    }

    /// Fetches blocks, each as often as it takes.
    async fn fetch(
        &self,
        bucket: &Bucket,
        key: &str,
        file: &KnownFile,
        mut wanted: BTreeSet<usize>,
    ) -> Result<BTreeMap<usize, Bytes>, WarehouseError> {
        let mut good = BTreeMap::new();
        for fetch in 1..=FETCHES_MAX {
            let runs = runs(&wanted);
            let ranges = runs.iter().map(|run| bytes_of(file, run)).collect();
            let pieces = bucket.ranges(key, ranges).await.map_err(|error| match error {
                BucketError::Short { size_bytes, .. } => {
                    let finding = format!("it has {size_bytes} bytes instead of {}", file.size);
                    WarehouseError::damaged(&file.path, finding)
                }
                other => WarehouseError::bucket(&file.path)(other),
            })?;
            for (run, piece) in runs.into_iter().zip(pieces) {
                let begin = run.start as u64 * BLOCK_BYTES;
                for index in run.clone() {
                    let place = bytes_of(file, &(index..index + 1));
                    let bytes =
                        piece.slice(to_usize(place.start - begin)..to_usize(place.end - begin));
                    match file.check_block(index, &bytes) {
                        Ok(()) => {}
                        Err(error) if fetch == FETCHES_MAX => return Err(error),
                        Err(error) => {
                            tracing::warn!(%error, "a block is fetched again");
                            continue;
                        }
                    }
                    // A block of its own does not hold on to its neighbours.
                    let bytes = Bytes::copy_from_slice(&bytes);
                    self.keep(key, index, &bytes);
                    good.insert(index, bytes);
                    wanted.remove(&index);
                }
            }
        }
        Ok(good)
    }
}

/// The blocks that a range touches.
fn indexes(range: &Range<u64>) -> Range<usize> {
    match range.is_empty() {
        true => 0..0,
        false => to_usize(range.start / BLOCK_BYTES)..to_usize(range.end.div_ceil(BLOCK_BYTES)),
    }
}

/// Neighbours together, but not too many.
fn runs(wanted: &BTreeSet<usize>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for index in wanted {
        match runs.last_mut() {
            Some(run) if run.end == *index && run.len() < BLOCKS_AT_ONCE => run.end += 1,
            _ => runs.push(*index..index + 1),
        }
    }
    runs
}

/// The bytes that some neighbouring blocks are.
fn bytes_of(file: &KnownFile, run: &Range<usize>) -> Range<u64> {
    run.start as u64 * BLOCK_BYTES..file.size.min(run.end as u64 * BLOCK_BYTES)
}

/// The bytes of a range, out of checked blocks.
fn assemble(
    file: &KnownFile,
    blocks: &BTreeMap<usize, Bytes>,
    range: &Range<u64>,
) -> Result<Bytes, WarehouseError> {
    let part = |index: usize| {
        let place = bytes_of(file, &(index..index + 1));
        let from = range.start.max(place.start) - place.start;
        let to = range.end.min(place.end) - place.start;
        let block = blocks.get(&index).ok_or_else(|| {
            WarehouseError::damaged(&file.path, format!("block {index} did not come"))
        })?;
        Ok(block.slice(to_usize(from)..to_usize(to)))
    };
    let touched = indexes(range);
    if touched.len() == 1 {
        return part(touched.start);
    }
    let mut bytes = Vec::with_capacity(to_usize(range.end - range.start));
    for index in touched {
        bytes.extend_from_slice(&part(index)?);
    }
    Ok(bytes.into())
}
