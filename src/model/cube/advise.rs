//! Which rollups would have been worth it?
