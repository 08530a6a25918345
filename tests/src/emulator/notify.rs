//! Follows a prediction and tells its webhook.

use super::{Shared, journal::Delivery, prediction::View, webhook::Sender};
use std::{sync::Arc, time::Duration};

/// `logs` come at most this often.
const LOGS_EVERY: Duration = Duration::from_millis(500);

/// Sends the events of one prediction until it ended.
pub(super) async fn follow(shared: Arc<Shared>, id: String) {
    let hook = {
        let state = shared.state();
        state.find(&id).and_then(|made| made.webhook.clone().map(|url| (url, made.events.clone())))
    };
    let Some((url, events)) = hook else { return };
    let sender = Sender { client: shared.client.clone(), url, secret: shared.script.webhook_secret.clone() };
    let wanted = |event: &str| match &events {
        Some(list) => list.iter().any(|name| name == event),
        None => matches!(event, "output" | "completed"),
    };
    let phase = || shared.state().find(&id).map(|made| made.phase(shared.clock.instant()));
    if wanted("start") {
        shared.begun(&id).await;
        // What is over by the time that anybody looks has started all the same.
        if phase().is_some_and(|phase| phase.started.is_some()) {
            tell(&shared, &sender, &id, "start").await;
        }
    }
    if wanted("logs") {
        shared.begun(&id).await;
        while tokio::time::timeout(LOGS_EVERY, shared.ended(&id)).await.is_err() {
            tell(&shared, &sender, &id, "logs").await;
        }
    }
    shared.ended(&id).await;
    let succeeded = phase().is_some_and(|phase| phase.status == "succeeded");
    if succeeded && wanted("output") {
        tell(&shared, &sender, &id, "output").await;
    }
    if wanted("completed") {
        tell(&shared, &sender, &id, "completed").await;
    }
}

async fn tell(shared: &Arc<Shared>, sender: &Sender, prediction: &str, event: &str) {
    let Some(body) = shared.show(prediction, View::Plain) else { return };
    let id = format!("msg_{}", shared.state().new_id());
    let timestamp = shared.clock.now().timestamp();
    let statuses = sender.send(&id, timestamp, &body, event == "completed").await;
    if let Some(made) = shared.state().find_mut(prediction) {
        made.deliveries.push(Delivery { event: event.to_owned(), id, statuses });
    }
}
