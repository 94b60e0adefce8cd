//! The sandbox from outside: programs are really run, at every level.

mod cold;
mod world;
