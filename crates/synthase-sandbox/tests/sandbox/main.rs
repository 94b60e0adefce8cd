//! The sandbox from outside: programs are really run, at every level.

mod attacks;
mod cold;
mod world;
