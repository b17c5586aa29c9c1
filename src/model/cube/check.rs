//! Does a cube fit its own head, the tables that it reads, and the project?
