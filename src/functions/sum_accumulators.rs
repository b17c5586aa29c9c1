//! How is a checked sum gathered over batches, groups, partitions and windows?
//!
//! The state between partial and final sums has two columns, [`Total::parts`]: the low part in the
//! sum's type (null where nothing was summed) and the wraps. The range is checked at the end only.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::mem::{size_of, size_of_val};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array};
use datafusion::arrow::array::{ArrowPrimitiveType, PrimitiveArray};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

use super::exact_total::{Range, Total};

/// Calls `work` with each row that is not null.
fn for_each_valid(rows: usize, nulls: Option<&NullBuffer>, mut work: impl FnMut(usize)) {
    match nulls {
        Some(nulls) => nulls.valid_indices().for_each(work),
        None => (0..rows).for_each(&mut work),
    }
}

/// One sum over all rows, or over a window's frame.
#[derive(Debug)]
pub struct SumAccumulator<T: ArrowPrimitiveType> {
    range: Range<T>,
    total: Total<T::Native>,
}

impl<T: ArrowPrimitiveType> SumAccumulator<T> {
    /// A sum of nothing yet.
    pub fn new(range: Range<T>) -> Self {
        Self { range, total: Total::default() }
    }
}

impl<T: ArrowPrimitiveType + Debug> Accumulator for SumAccumulator<T> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<T>();
        for_each_valid(values.len(), values.nulls(), |row| self.total.add(values.value(row)));
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<T>();
        for_each_valid(values.len(), values.nulls(), |row| self.total.remove(values.value(row)));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let parts = self.total.parts();
        let low = parts.map(|(low, _)| low);
        Ok(vec![
            ScalarValue::new_primitive::<T>(low, self.range.data_type())?,
            ScalarValue::Int64(parts.map(|(_, wraps)| wraps)),
        ])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let low = states[0].as_primitive::<T>();
        let wraps = states[1].as_primitive::<Int64Type>();
        for_each_valid(low.len(), low.nulls(), |row| {
            self.total.merge(low.value(row), wraps.value(row));
        });
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::new_primitive::<T>(self.range.check(&self.total)?, self.range.data_type())
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// One sum over the different values of all rows, or of a window's frame.
#[derive(Debug)]
pub struct DistinctSumAccumulator<T: ArrowPrimitiveType> {
    range: Range<T>,
    total: Total<T::Native>,
    /// how many rows hold each value
    rows: HashMap<T::Native, u64>,
}

impl<T: ArrowPrimitiveType<Native: Hash + Eq>> DistinctSumAccumulator<T> {
    /// A sum of nothing yet.
    pub fn new(range: Range<T>) -> Self {
        Self { range, total: Total::default(), rows: HashMap::new() }
    }

    fn add(&mut self, value: T::Native) {
        let rows = self.rows.entry(value).or_default();
        *rows += 1;
        if *rows == 1 {
            self.total.add(value);
        }
    }

    fn remove(&mut self, value: T::Native) {
        let Some(rows) = self.rows.get_mut(&value) else { return };
        *rows -= 1;
        if *rows == 0 {
            self.rows.remove(&value);
            self.total.remove(value);
        }
    }
}

impl<T> Accumulator for DistinctSumAccumulator<T>
where
    T: ArrowPrimitiveType<Native: Hash + Eq> + Debug,
{
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<T>();
        for_each_valid(values.len(), values.nulls(), |row| self.add(values.value(row)));
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<T>();
        for_each_valid(values.len(), values.nulls(), |row| self.remove(values.value(row)));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = PrimitiveArray::<T>::from_iter_values(self.rows.keys().copied())
            .with_data_type(self.range.data_type().clone());
        Ok(vec![SingleRowListArrayBuilder::new(Arc::new(values)).build_list_scalar()])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        states[0].as_list::<i32>().iter().flatten().try_for_each(|list| self.update_batch(&[list]))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::new_primitive::<T>(self.range.check(&self.total)?, self.range.data_type())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.rows.capacity() * size_of::<(T::Native, u64)>()
    }
}

/// One sum for each group.
#[derive(Debug)]
pub struct SumGroupsAccumulator<T: ArrowPrimitiveType> {
    range: Range<T>,
    totals: Vec<Total<T::Native>>,
}

impl<T: ArrowPrimitiveType> SumGroupsAccumulator<T> {
    /// Without groups yet.
    pub fn new(range: Range<T>) -> Self {
        Self { range, totals: Vec::new() }
    }

    fn array(&self, values: impl Iterator<Item = Option<T::Native>>) -> ArrayRef {
        let values: PrimitiveArray<T> = values.collect();
        Arc::new(values.with_data_type(self.range.data_type().clone()))
    }
}

impl<T: ArrowPrimitiveType> GroupsAccumulator for SumGroupsAccumulator<T> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        groups: usize,
    ) -> Result<()> {
        let values = values[0].as_primitive::<T>();
        self.totals.resize(groups, Total::default());
        let nulls = filtered(values.nulls(), filter);
        for_each_valid(values.len(), nulls.as_ref(), |row| {
            self.totals[group_indices[row]].add(values.value(row));
        });
        Ok(())
    }

    fn merge_batch(
        &mut self,
        states: &[ArrayRef],
        group_indices: &[usize],
        groups: usize,
    ) -> Result<()> {
        let low = states[0].as_primitive::<T>();
        let wraps = states[1].as_primitive::<Int64Type>();
        self.totals.resize(groups, Total::default());
        for_each_valid(low.len(), low.nulls(), |row| {
            self.totals[group_indices[row]].merge(low.value(row), wraps.value(row));
        });
        Ok(())
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let parts: Vec<_> =
            emit_to.take_needed(&mut self.totals).iter().map(Total::parts).collect();
        let low = self.array(parts.iter().map(|parts| parts.map(|(low, _)| low)));
        let wraps: Int64Array = parts.iter().map(|parts| parts.map(|(_, wraps)| wraps)).collect();
        Ok(vec![low, Arc::new(wraps)])
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let totals = emit_to.take_needed(&mut self.totals);
        let sums: Vec<_> =
            totals.iter().map(|total| self.range.check(total)).collect::<Result<_>>()?;
        Ok(self.array(sums.into_iter()))
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = values[0].as_primitive::<T>();
        let nulls = filtered(values.nulls(), filter);
        let low = PrimitiveArray::<T>::try_new(values.values().clone(), nulls.clone())?
            .with_data_type(self.range.data_type().clone());
        let wraps = Int64Array::try_new(vec![0; values.len()].into(), nulls)?;
        Ok(vec![Arc::new(low), Arc::new(wraps)])
    }

    fn size(&self) -> usize {
        self.totals.capacity() * size_of::<Total<T::Native>>()
    }
}

/// Which rows count: those that are not null and for which the filter is true.
fn filtered(nulls: Option<&NullBuffer>, filter: Option<&BooleanArray>) -> Option<NullBuffer> {
    let Some(filter) = filter else { return nulls.cloned() };
    let chosen = match filter.nulls() {
        Some(known) => filter.values() & known.inner(),
        None => filter.values().clone(),
    };
    NullBuffer::union(nulls, Some(&NullBuffer::new(chosen)))
}
