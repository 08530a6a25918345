//! The operations other than create.

use super::{
    Shared, files, models,
    models::Model,
    prediction::{Prediction, View},
    problem::Problem,
};
use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Predictions a page.
const PAGE: usize = 100;
/// The account that everything belongs to.
pub(super) const OWNER: &str = "emulator";

/// Lets a request in, or says why not.
pub(super) fn authenticate(shared: &Shared, headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("Token ")).map(str::trim);
    let right = token.filter(|token| !token.is_empty()).is_some_and(|token| match &shared.script.token {
        Some(wanted) => wanted == token,
        None => !token.starts_with("invalid"),
    });
    if right { Ok(()) } else { Err(Problem::unauthenticated()) }
}

pub(super) fn account() -> Value {
    json!({"type": "user", "username": OWNER, "name": "Emulator", "github_url": "https://github.com/emulator"})
}

pub(super) fn hardware() -> Value {
    let kinds = [
        ("CPU", "cpu"),
        ("Nvidia T4 GPU", "gpu-t4"),
        ("Nvidia L40S GPU", "gpu-l40s"),
        ("Nvidia A100 (80GB) GPU", "gpu-a100-large"),
        ("Nvidia H100 GPU", "gpu-h100"),
    ];
    kinds.iter().map(|(name, sku)| json!({"name": name, "sku": sku})).collect()
}

pub(super) fn get(shared: &Shared, id: &str) -> Result<Value, Problem> {
    shared.show(id, View::Plain).ok_or_else(|| unknown(id))
}

/// Ends a prediction that has not ended; shows the others as they are.
pub(super) fn cancel(shared: &Shared, id: &str) -> Result<Value, Problem> {
    {
        let mut state = shared.state();
        let prediction = state.find_mut(id).ok_or_else(|| unknown(id))?;
        let now = shared.clock.instant();
        if prediction.phase(now).done.is_none() {
            prediction.canceled = Some(now);
        }
    }
    shared.changed.send_modify(|count| *count += 1);
    get(shared, id)
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(&format!("Prediction {id}"))
}

/// Newest first, a page at a time.
pub(super) fn list(shared: &Shared, query: &str) -> Result<Value, Problem> {
    let url = reqwest::Url::parse(&format!("{}/predictions?{query}", shared.api)).map_err(|_| bad("query"))?;
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let time = |name: &str| value(name).map(|text| parse_time(&text).ok_or_else(|| bad(name))).transpose();
    let (after, before) = (time("created_after")?, time("created_before")?);
    if value("source").is_some_and(|source| source != "web") {
        return Err(bad("source"));
    }
    let from_web = value("source").is_some();
    let cursor = value("cursor").map(|text| parse_cursor(&text).ok_or_else(|| bad("cursor"))).transpose()?;

    let state = shared.state();
    let fits = |made: &Prediction| {
        let created = shared.clock.at(made.created);
        !from_web && after.is_none_or(|after| created >= after) && before.is_none_or(|before| created < before)
    };
    let all = || state.predictions.iter().enumerate().filter(|(_, made)| fits(made));
    // Positions of this page, newest first, and whether there is more beyond its two ends.
    let (page, newer, older): (Vec<usize>, bool, bool) = match cursor {
        Some((true, from)) => {
            let mut page: Vec<_> =
                all().skip_while(|(index, _)| *index <= from).map(|(index, _)| index).take(PAGE + 1).collect();
            let newer = page.len() > PAGE;
            page.truncate(PAGE);
            page.reverse();
            (page, newer, true)
        }
        _ => {
            let until = cursor.map_or(usize::MAX, |(_, until)| until);
            let mut page: Vec<_> =
                all().rev().skip_while(|(index, _)| *index >= until).map(|(index, _)| index).take(PAGE + 1).collect();
            let older = page.len() > PAGE;
            page.truncate(PAGE);
            (page, cursor.is_some(), older)
        }
    };
    let link = |newer: bool, at: Option<&usize>| {
        let cursor = BASE64_URL_SAFE_NO_PAD.encode(format!("{}={}", if newer { "r" } else { "p" }, at?));
        let mut link = url.clone();
        let rest: Vec<_> = url.query_pairs().filter(|(key, _)| key != "cursor").collect();
        link.query_pairs_mut().clear().extend_pairs(&rest).append_pair("cursor", &cursor);
        Some(link.to_string())
    };
    let now = shared.clock.instant();
    let urls = shared.urls();
    let show = |index: &usize| state.predictions[*index].json(now, &shared.clock, &urls, &shared.delivery, View::Plain);
    Ok(json!({
        "next": link(false, page.last()).filter(|_| older),
        "previous": link(true, page.first()).filter(|_| newer),
        "results": page.iter().map(show).collect::<Vec<_>>(),
    }))
}

fn bad(name: &str) -> Problem {
    Problem::new(422, "Validation failed", &format!("{name} is not valid"))
}

fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    // An unescaped plus sign arrives as a space.
    let text = text.replace(' ', "+");
    DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc())
}

fn parse_cursor(text: &str) -> Option<(bool, usize)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (kind, number) = text.split_once('=')?;
    Some((kind == "r", number.parse().ok()?))
}

fn model(name: &str) -> Result<(&'static str, &'static Model), Problem> {
    models::find(name).ok_or_else(|| Problem::new(404, "Not found", "The requested resource could not be found."))
}

pub(super) fn model_document(name: &str) -> Result<Value, Problem> {
    model(name).map(|(name, model)| model.document(name))
}

pub(super) fn versions(name: &str) -> Result<Value, Problem> {
    model(name).map(|(_, model)| json!({"next": null, "previous": null, "results": [model.version_document()]}))
}

pub(super) fn version(name: &str, version: &str) -> Result<Value, Problem> {
    let mut document = model(name)?.1.version_document();
    if document["id"] != version {
        // Older versions look like the newest one.
        if version.len() != 64 {
            return Err(Problem::not_found(&format!("Version {version}")));
        }
        document["id"] = version.into();
    }
    Ok(document)
}

pub(super) fn file_list(shared: &Shared) -> Value {
    let state = shared.state();
    let results: Vec<_> = state.files.iter().rev().map(|file| file.json(&shared.clock, &shared.api)).collect();
    json!({"next": null, "previous": null, "results": results})
}

pub(super) fn file(shared: &Shared, id: &str) -> Result<Value, Problem> {
    let state = shared.state();
    let found = state.files.iter().find(|file| file.id == id).ok_or_else(no_file)?;
    Ok(found.json(&shared.clock, &shared.api))
}

pub(super) fn delete_file(shared: &Shared, id: &str) -> Result<(), Problem> {
    let mut state = shared.state();
    let index = state.files.iter().position(|file| file.id == id).ok_or_else(no_file)?;
    state.files.remove(index);
    Ok(())
}

/// A signed download: content type and bytes.
pub(super) fn download_file(shared: &Shared, id: &str, query: &str) -> Result<(String, bytes::Bytes), Problem> {
    let url = reqwest::Url::parse(&format!("{}/x?{query}", shared.api)).map_err(|_| no_file())?;
    let value = |name: &str| {
        url.query_pairs().find(|(key, _)| key == name).map_or_else(String::new, |pair| pair.1.into_owned())
    };
    let expiry = value("expiry");
    let key = super::webhook::key(&shared.script.webhook_secret).map_err(|_| no_file())?;
    // A plus sign of base64 that was not escaped arrives as a space.
    let signed = value("signature").replace(' ', "+") == files::signature(&key, &value("owner"), id, &expiry);
    let fresh = expiry.parse::<i64>().is_ok_and(|expiry| expiry > shared.clock.now().timestamp());
    let state = shared.state();
    let found = state.files.iter().find(|file| file.id == id && signed && fresh).ok_or_else(no_file)?;
    Ok((found.content_type.clone(), found.bytes.clone()))
}

fn no_file() -> Problem {
    Problem::new(404, "", "File not found")
}
