//! The document's and the pipeline's names as people read them.

use crate::project::{Motion, Placement, Role, Stage, Transition};

pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Hook => "Hook",
        Role::Showcase => "Showcase",
        Role::Benefit => "Benefit",
        Role::Proof => "Proof",
        Role::CallToAction => "Call to action",
    }
}

pub(super) const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Plan => "Plan",
        Stage::Extract => "Cut out the product",
        Stage::Scenes => "Backgrounds",
        Stage::Audio => "Music",
        Stage::Composite => "Composite",
        Stage::Render => "Render",
    }
}

pub(super) const fn transition(transition: Transition) -> &'static str {
    match transition {
        Transition::Cut => "Cut",
        Transition::Crossfade => "Crossfade",
        Transition::Dip => "Dip",
    }
}

pub(super) const fn placement(placement: Placement) -> &'static str {
    match placement {
        Placement::Auto => "auto",
        Placement::Center => "centre",
        Placement::Left => "left",
        Placement::Right => "right",
        Placement::Top => "top",
        Placement::Bottom => "bottom",
    }
}

pub(super) const fn motion(motion: Motion) -> &'static str {
    match motion {
        Motion::Auto => "auto motion",
        Motion::None => "still",
        Motion::PushIn => "push in",
        Motion::PullOut => "pull out",
        Motion::Float => "float",
        Motion::SlideIn => "slide in",
        Motion::Rotate => "rotate",
    }
}
