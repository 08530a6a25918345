//! Everything that reads an answer of OpenAI's, given one that anybody may have written.

use super::{
    answer::{Outcome, Reply},
    check::best,
    client::ModelList,
    conversation::Wire,
    draft::Draft,
    error::{PROVIDER, parse_error},
    task::Task,
    wav::Wav,
};
use crate::{
    file_type::FileType,
    http::Answer,
    project::{Brand, Brief},
    provider::PlanRequest,
};

pub(crate) fn read(answer: &Answer) {
    drop(parse_error(answer).to_string());
    drop(answer.json::<ModelList>(PROVIDER));
    for wire in [Wire::Responses, Wire::ChatCompletions] {
        let Ok(reply) = Reply::read(answer, wire) else { continue };
        if let Outcome::Text(text) = reply.said {
            plan(&text);
        }
    }
    if FileType::of(&answer.body) == Some(FileType::Wav)
        && let Some(wav) = Wav::read(&answer.body)
    {
        assert!(wav.seconds().is_finite());
        let whole = wav.to_bytes().expect("it is not of 4 GB");
        assert!(Wav::read(&whole).is_some(), "what was written is read again");
    }
}

/// What a model wrote, up to the plan that is made of it.
fn plan(text: &str) {
    let Ok(drafts) = Draft::all(text) else { return };
    let request = PlanRequest::new(Brief::new("Rosso Espresso Cup"), Brand::default());
    let task = Task::new(&request);
    let (draft, faults) = best(&task, drafts);
    drop(faults.listed());
    if faults.hard.is_empty() {
        let total: f64 = task.plan(&draft).scenes.iter().map(|scene| scene.duration_s).sum();
        assert!((total - request.brief.duration_s).abs() < 0.01, "the scenes take {total} s");
    }
}
