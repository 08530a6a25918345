//! Every Rust code block of the documents, compiled as a doc test. Here and not in the library, for they use what its
//! users have besides it: a web server, an emulator.

#[doc = include_str!("../../README.md")]
struct Readme;

#[doc = include_str!("../../docs/emulator.md")]
struct Emulator;

#[doc = include_str!("../../docs/matting.md")]
struct Matting;

#[doc = include_str!("../../docs/openai.md")]
struct OpenAi;

#[doc = include_str!("../../docs/providers.md")]
struct Providers;

#[doc = include_str!("../../docs/replicate.md")]
struct Replicate;

#[doc = include_str!("../../docs/studio.md")]
struct Studio;
