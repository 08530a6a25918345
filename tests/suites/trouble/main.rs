//! Bad input and bad luck, through the whole pipeline: each gives an ad all the same or a clear refusal, says where it
//! happened, at whom, what it cost and what to do next, and buys nothing twice.

mod answers;
mod cancel;
mod clocks;
mod content;
mod downloads;
mod ground;
mod jobs;
mod meddler;
mod network;
mod pictures;
mod refusals;
mod sound;
mod strangers;
mod webhook;
