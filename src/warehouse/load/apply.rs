//! How does a stored table take in what a fold decided?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::StreamExt;
use tokio::runtime::Handle;

use super::LoadError;
use super::spool::Spooled;
use super::target::{Target, list, quoted};
use crate::warehouse::assemble;
use crate::warehouse::catalog;
use crate::warehouse::home::Writer;
use crate::warehouse::manifest::{DataFile, Manifest};
use crate::warehouse::write::FileWriter;

/// Files that a month of an append table may have before they are written as one.
pub(super) const FILES_PER_MONTH: usize = 16;

/// What is to change in a stored table.
#[derive(Default)]
pub(super) struct Change {
    /// rows to add, by partition
    pub(super) added: BTreeMap<String, Spooled>,
    /// keys to take out first, by partition
    pub(super) removed: BTreeMap<String, Spooled>,
    /// sources whose rows go, in partitions that hold any
    pub(super) withdrawn: Option<Spooled>,
    /// whether new rows may lie in a file of their own beside the others of their month
    pub(super) is_additive: bool,
    /// whether what was there before goes altogether
    pub(super) is_whole: bool,
}

/// Applies changes to stored tables.
pub(super) struct Applier<'a> {
    pub(super) writer: &'a Writer,
    pub(super) context: &'a SessionContext,
    pub(super) threads: usize,
}

impl<'a> Applier<'a> {
    /// The manifest of the table after the change.
    pub(super) fn apply(
        &self,
        target: &Target,
        base: Option<&Manifest>,
        change: &Change,
    ) -> Result<Manifest, LoadError> {
        let mut files: BTreeMap<String, Vec<DataFile>> = BTreeMap::new();
        for file in base.iter().filter(|_| !change.is_whole).flat_map(|base| &base.files) {
            files.entry(file.partition.clone()).or_default().push(file.clone());
        }
        for partition in self.touched(target, base, change, &files)? {
            let before = files.remove(&partition).unwrap_or_default();
            let is_kept = !change.removed.contains_key(&partition) && change.withdrawn.is_none();
            let after = if change.is_additive && is_kept && before.len() < FILES_PER_MONTH {
                let added = self.encode(target, &partition, change)?;
                before.into_iter().chain(added).collect()
            } else {
                let base = base.map(|base| Manifest { files: before, ..base.clone() });
                self.rewrite(target, base, &partition, change)?.into_iter().collect()
            };
            files.insert(partition, after);
        }
        manifest(target, files.into_values().flatten().collect())
    }

    /// The partitions whose files cannot stay as they are.
    fn touched(
        &self,
        target: &Target,
        base: Option<&Manifest>,
        change: &Change,
        files: &BTreeMap<String, Vec<DataFile>>,
    ) -> Result<BTreeSet<String>, LoadError> {
        let mut touched: BTreeSet<String> =
            change.added.keys().chain(change.removed.keys()).cloned().collect();
        let (Some(withdrawn), Some(base)) = (&change.withdrawn, base) else { return Ok(touched) };
        for (partition, before) in files {
            let part = Manifest { files: before.clone(), ..base.clone() };
            let held = self.wait(async {
                self.register("_base", self.stored(Some(part), target).await?)?;
                self.register("_withdrawn", withdrawn.frame(self.context).await?)?;
                let query =
                    "select 1 from _base where _source in (select _source from _withdrawn) limit 1";
                Ok::<_, LoadError>(self.context.sql(query).await?.collect().await?)
            })?;
            if held.iter().any(|batch| batch.num_rows() > 0) {
                touched.insert(partition.clone());
            }
        }
        Ok(touched)
    }

    /// Writes added rows in the order in which they were spooled, which is the order of files.
    fn encode(
        &self,
        target: &Target,
        partition: &str,
        change: &Change,
    ) -> Result<Option<DataFile>, LoadError> {
        let Some(spool) = change.added.get(partition) else { return Ok(None) };
        if !target.key.is_empty() {
            return self.rewrite(target, None, partition, change);
        }
        let mut file = self.file(target, partition)?;
        for batch in spool.batches()? {
            file.write(&batch?)?;
        }
        Ok(file.finish()?)
    }

    fn rewrite(
        &self,
        target: &Target,
        base: Option<Manifest>,
        partition: &str,
        change: &Change,
    ) -> Result<Option<DataFile>, LoadError> {
        let query = rewrite_query(target, base.is_some(), partition, change);
        let frame = self.wait(async {
            self.register("_base", self.stored(base, target).await?)?;
            for (name, spool) in [
                ("_added", change.added.get(partition)),
                ("_removed", change.removed.get(partition)),
                ("_withdrawn", change.withdrawn.as_ref()),
            ] {
                if let Some(spool) = spool {
                    self.register(name, spool.frame(self.context).await?)?;
                }
            }
            Ok::<_, LoadError>(self.context.sql(&query).await?)
        })?;
        self.write(target, partition, frame)
    }

    /// Writes the rows of a query, in their order, as one file.
    pub(super) fn write(
        &self,
        target: &Target,
        partition: &str,
        frame: DataFrame,
    ) -> Result<Option<DataFile>, LoadError> {
        let mut file = self.file(target, partition)?;
        let mut stream = self.wait(frame.execute_stream())?;
        while let Some(batch) = self.wait(stream.next()) {
            let columns = batch?.columns().to_vec();
            file.write(&RecordBatch::try_new(Arc::clone(&target.schema), columns)?)?;
        }
        Ok(file.finish()?)
    }

    /// A file of the table to be filled by hand.
    pub(super) fn file(
        &self,
        target: &Target,
        partition: &str,
    ) -> Result<FileWriter<'a>, LoadError> {
        let schema = Arc::clone(&target.schema);
        Ok(FileWriter::create(self.writer, &target.name, partition, schema, self.threads)?)
    }

    /// The rows of some files of a table.
    async fn stored(
        &self,
        manifest: Option<Manifest>,
        target: &Target,
    ) -> Result<DataFrame, LoadError> {
        let manifest = match manifest {
            Some(manifest) => manifest,
            None => self::manifest(target, Vec::new())?,
        };
        let table = catalog::table(self.writer.home(), Arc::new(manifest))?;
        Ok(self.context.read_table(table)?)
    }

    /// Makes a frame known by a name, in place of what had the name before.
    fn register(&self, name: &str, frame: DataFrame) -> Result<(), LoadError> {
        self.context.deregister_table(name)?;
        self.context.register_table(name, frame.into_view())?;
        Ok(())
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        Handle::current().block_on(work)
    }
}

/// The manifest of a table made of the given files.
pub(super) fn manifest(target: &Target, files: Vec<DataFile>) -> Result<Manifest, LoadError> {
    Ok(assemble(&target.name, &target.schema, target.order.clone(), files)?)
}

/// The query that gives the rows of a partition after a change, in the table's total order.
fn rewrite_query(target: &Target, has_base: bool, partition: &str, change: &Change) -> String {
    let columns: Vec<String> =
        target.schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut parts = Vec::new();
    if has_base {
        let mut base = format!("select {} from _base as b", list("b", &columns));
        if change.removed.contains_key(partition) {
            let on: Vec<String> =
                target.key.iter().map(|name| format!("b.{0} = r.{0}", quoted(name))).collect();
            base.push_str(" left anti join _removed as r on ");
            base.push_str(&on.join(" and "));
        }
        if change.withdrawn.is_some() {
            base.push_str(" left anti join _withdrawn as w on b._source = w._source");
        }
        parts.push(base);
    }
    if change.added.contains_key(partition) {
        parts.push(format!("select {} from _added", list("", &columns)));
    }
    if parts.is_empty() {
        parts.push(format!("select {} from _base", list("", &columns)));
    }
    format!("select * from ({}) order by {}", parts.join(" union all "), target.order.join(", "))
}
