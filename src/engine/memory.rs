//! How is memory shared between the sorts, groups and joins that run at the same time?
//!
//! What spills has an even share, as in `DataFusion`'s fair pool. But a sort that merges what it
//! spilled takes all that is free, and the sort behind it then has nothing to begin with. The last
//! part of the memory therefore goes to reservations that are still small. And one batch may be
//! larger than a share: who holds nothing yet has nothing to spill either, and takes it whole.

use std::fmt;

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

/// Of the memory, the part up to which a reservation is small.
const SMALL_PART: usize = 16;
/// Of the memory, the part that is kept for small reservations.
const KEPT_PART: usize = 4;

/// Memory in which whoever begins late can begin.
#[derive(Debug)]
pub(super) struct SharedMemory {
    pool: FairSpillPool,
    bytes: usize,
}

impl SharedMemory {
    /// A memory of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { pool: FairSpillPool::new(bytes), bytes }
    }
}

impl fmt::Display for SharedMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pool.fmt(formatter)
    }
}

impl MemoryPool for SharedMemory {
    fn name(&self) -> &str {
        self.pool.name()
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.pool.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.pool.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.pool.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.pool.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let free = self.bytes.saturating_sub(self.pool.reserved());
        let is_small = reservation.size().saturating_add(additional) <= self.bytes / SMALL_PART;
        let open = if is_small { free } else { free.saturating_sub(self.bytes / KEPT_PART) };
        if additional > open {
            return Err(refused(reservation, additional, open, self.bytes));
        }
        if reservation.size() == 0 && reservation.consumer().can_spill() {
            self.pool.grow(reservation, additional);
            return Ok(());
        }
        self.pool.try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.pool.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.bytes)
    }
}

fn refused(
    reservation: &MemoryReservation,
    additional: usize,
    open: usize,
    bytes: usize,
) -> DataFusionError {
    let consumer = reservation.consumer().name();
    let held = reservation.size();
    DataFusionError::ResourcesExhausted(format!(
        "{consumer} holds {held} bytes and needs {additional} more, of which {open} are free for \
         it within {bytes}"
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn reservation(memory: &Arc<dyn MemoryPool>, spills: bool) -> MemoryReservation {
        MemoryConsumer::new("test").with_can_spill(spills).register(memory)
    }

    #[test]
    fn what_begins_late_finds_memory() {
        let memory: Arc<dyn MemoryPool> = Arc::new(SharedMemory::new(1600));
        let greedy = reservation(&memory, false);
        while greedy.try_grow(50).is_ok() {}
        assert_eq!(greedy.size(), 1200);
        let late = [reservation(&memory, false), reservation(&memory, true)];
        for one in &late {
            one.try_grow(100).unwrap();
            assert!(one.try_grow(1).is_err());
        }
        greedy.free();
        for one in &late {
            one.try_grow(500).unwrap();
        }
    }

    #[test]
    fn nobody_gets_more_than_there_is() {
        let memory: Arc<dyn MemoryPool> = Arc::new(SharedMemory::new(1600));
        let many: Vec<_> = (0..17).map(|_| reservation(&memory, false)).collect();
        let given = many.iter().filter(|one| one.try_grow(100).is_ok()).count();
        assert_eq!((given, memory.reserved()), (16, 1600));
    }

    #[test]
    fn what_spills_has_an_even_share() {
        let memory: Arc<dyn MemoryPool> = Arc::new(SharedMemory::new(1600));
        let pair = [reservation(&memory, true), reservation(&memory, true)];
        while pair[0].try_grow(100).is_ok() {}
        assert_eq!(pair[0].size(), 800);
        pair[0].free();
        pair[0].try_grow(1200).unwrap();
        assert!(pair[0].try_grow(100).is_err());
        assert!(pair[1].try_grow(300).is_err());
    }
}
