//! The smallest program: a product photo and a name become a finished ad, with no key and no network.
//!
//! From the repository's root: `cargo run --example quickstart`

use adgen::{AdProject, Studio};

#[tokio::main]
async fn main() -> adgen::Result<()> {
    let studio = Studio::builder().with_storage_dir("demo/storage").build()?;
    let project = AdProject::new("quickstart", "Verlune Botanical Oil", "examples/assets/bottle_studio.jpg");
    let outcome = studio.generate(project, ".").await?.wait().await?;
    println!("{:?}", outcome.video());
    Ok(())
}
