//! Problems of order: cycles, pins, and what would never become healthy.

use crate::diag::{Code, Diagnostic, Message, message};
use crate::source::Span;

/// One step of a path: who waits, where that is said, and how.
pub struct Step {
    /// Where the dependency is written.
    pub span: Span,
    /// Who waits.
    pub from: Message,
    /// For whom.
    pub to: Message,
    /// How it is said.
    pub by: String,
}

impl Step {
    fn words(&self) -> Message {
        let Step { from, to, by, .. } = self;
        match by.contains('`') {
            true => {
                message!("`{from}` waits for `{to}` by {by}", from, to, by)
            }
            false => message!("`{from}` waits for `{to}` by `{by}`", from, to, by),
        }
    }
}

/// Things that wait for each other.
pub struct DependencyCycle {
    /// The steps, in order; the last leads to the first.
    pub steps: Vec<Step>,
    /// Where the first step is written.
    pub primary: Span,
}

impl From<DependencyCycle> for Diagnostic {
    fn from(DependencyCycle { steps, primary }: DependencyCycle) -> Diagnostic {
        let names: Vec<&Message> = steps.iter().map(|step| &step.from).collect();
        let first = names.first().copied().cloned().unwrap_or_default();
        let message = message!(
            "dependency cycle: {names} -> {first}",
            names = Message::joined(&names, " -> "),
            first
        );
        let mut steps = steps.into_iter();
        let at = steps.next().map(|step| step.words()).unwrap_or_default();
        let found = Diagnostic::new(Code::DependencyCycle, primary, message).at(at);
        steps
            .fold(found, |found, step| found.label(step.span, step.words()))
            .help("remove one of these dependencies: as it is, nothing in the cycle can start")
    }
}

/// A pinned wave that is earlier than what was inferred.
pub struct WavePinDoubtful {
    /// The pin.
    pub primary: Span,
    /// Whose it is.
    pub name: String,
    /// The wave.
    pub wave: i64,
    /// The wave that it would have to be.
    pub lowest: i64,
    /// The path to another pin, from what waits, as far as it is shown.
    pub steps: Vec<Step>,
    /// How many steps more it has.
    pub n_more: usize,
}

impl From<WavePinDoubtful> for Diagnostic {
    fn from(problem: WavePinDoubtful) -> Diagnostic {
        let WavePinDoubtful { primary, name, wave, lowest, steps, n_more } = problem;
        let message = message!(
            "`{name}` is pinned to wave {wave}, but probably needs wave {lowest} or later",
            name,
            wave,
            lowest
        );
        let found =
            Diagnostic::new(Code::WavePinDoubtful, primary, message).and_more_places(n_more);
        steps.into_iter().fold(found, |found, step| found.label(step.span, step.words())).help(
            "change the wave; or keep it and set the annotation `argocd-atlas-plugin/depends-on` to what it waits for (empty for nothing)",
        )
    }
}

/// A pinned wave that would wait for what comes later.
pub struct PinHoldsBack {
    /// The pin.
    pub primary: Span,
    /// Whose it is.
    pub name: String,
    /// Its wave.
    pub wave: i64,
    /// What it needs to become healthy.
    pub needs: String,
    /// Where that is.
    pub needs_span: Span,
    /// The wave of that.
    pub needs_wave: i64,
    /// Why it cannot be healthy before.
    pub why: &'static str,
}

impl From<PinHoldsBack> for Diagnostic {
    fn from(problem: PinHoldsBack) -> Diagnostic {
        let PinHoldsBack { primary, name, wave, needs, needs_span, needs_wave, why } = problem;
        let message = message!(
            "`{name}` is pinned to wave {wave}, but `{needs}`, which it needs, is in wave {needs_wave}",
            name,
            wave,
            needs,
            needs_wave
        );
        Diagnostic::new(Code::PinHoldsBack, primary, message)
            .label(needs_span, message!("wave {needs_wave}", needs_wave))
            .help(message!(
                "{why}, so the sync may hang in wave {wave}, waiting for something in wave {needs_wave}: pin it to {needs_wave}, or remove its wave",
                why = Message::from(why),
                wave,
                needs_wave
            ))
    }
}

/// Two pinned waves that are the wrong way round for a dependency between them.
pub struct WavePinContradicts {
    /// The pin of what waits.
    pub primary: Span,
    /// Who that is.
    pub name: String,
    /// Its wave.
    pub wave: i64,
    /// The pin of what it waits for.
    pub other_span: Span,
    /// Who that is.
    pub other: String,
    /// Its wave.
    pub other_wave: i64,
    /// The lowest wave that would do.
    pub lowest: i64,
    /// The path between them, from what waits, as far as it is shown.
    pub steps: Vec<Step>,
    /// How many steps more it has.
    pub n_more: usize,
}

impl From<WavePinContradicts> for Diagnostic {
    fn from(problem: WavePinContradicts) -> Diagnostic {
        let WavePinContradicts {
            primary,
            name,
            wave,
            other_span,
            other,
            other_wave,
            lowest,
            steps,
            n_more,
        } = problem;
        let message = message!(
            "`{name}` is pinned to wave {wave}, but needs wave {lowest} or later",
            name,
            wave,
            lowest
        );
        let found = Diagnostic::new(Code::WavePinContradicts, primary, message)
            .label(
                other_span,
                message!("`{other}` is pinned to wave {other_wave}", other, other_wave),
            )
            .and_more_places(n_more);
        steps
            .into_iter()
            .fold(found, |found, step| found.label(step.span, step.words()))
            .help(message!("pin it to {lowest} or later, or remove one of the two waves", lowest))
    }
}

/// An autoscaler that can measure nothing.
pub struct AutoscalingWithoutRequest<'a> {
    /// `autoscaling`.
    pub primary: Span,
    /// `cpu` or `memory`.
    pub resource: &'a str,
}

impl From<AutoscalingWithoutRequest<'_>> for Diagnostic {
    fn from(problem: AutoscalingWithoutRequest<'_>) -> Diagnostic {
        let AutoscalingWithoutRequest { primary, resource } = problem;
        let message =
            message!("autoscaling by {resource} needs `resources.requests.{resource}`", resource);
        Diagnostic::new(Code::AutoscalingWithoutRequest, primary, message).help(
            "set the request, unless a LimitRange in the namespace does: without it the autoscaler cannot compute utilization, and Argo CD shows it as Degraded",
        )
    }
}

/// A dependency on a hook outside the Sync phase.
pub struct HookDependency {
    /// The reference.
    pub primary: Span,
    /// The hook.
    pub name: String,
}

impl From<HookDependency> for Diagnostic {
    fn from(HookDependency { primary, name }: HookDependency) -> Diagnostic {
        let message = message!(
            "`{name}` is a hook outside the Sync phase, so it cannot wait for anything in a wave",
            name
        );
        Diagnostic::new(Code::HookDependency, primary, message).help(
            "remove the dependency; or put it into the waves, with `argocd.argoproj.io/hook: Sync` or without a hook annotation",
        )
    }
}

/// Something of the Sync phase.
pub struct NeededBySync {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub name: String,
    /// What the hook does with it: `reads this Secret`.
    pub by: &'static str,
}

/// A hook that runs before what it needs.
pub struct PresyncNeedsSync<'a> {
    /// Where the hook says that it needs the first of these.
    pub primary: Span,
    /// The hook.
    pub name: String,
    /// The value of the annotation that makes it one.
    pub written: &'a str,
    /// What it needs, one at least.
    pub needed: Vec<NeededBySync>,
}

impl From<PresyncNeedsSync<'_>> for Diagnostic {
    fn from(problem: PresyncNeedsSync<'_>) -> Diagnostic {
        let PresyncNeedsSync { primary, name, written, needed } = problem;
        let first = needed.first().map(|needed| needed.name.as_str()).unwrap_or_default();
        let message = message!(
            "the `{written}` hook `{name}` needs `{first}`, which the Sync phase applies",
            written,
            name,
            first
        );
        let at = needed
            .first()
            .map(|needed| message!("it {by}", by = Message::from(needed.by)))
            .unwrap_or_default();
        let found = Diagnostic::new(Code::PresyncNeedsSync, primary, message).at(at);
        needed
            .into_iter()
            .fold(found, |found, needed| {
                let NeededBySync { span, name, by } = needed;
                found.label(span, message!("`{name}`: the hook {by}", name, by = Message::from(by)))
            })
            .help(
                "the hook runs before that phase: on the first sync none of this exists yet, and Argo CD waits for the hook. Remove the hook annotation, so that waves order both, or write `argocd.argoproj.io/hook: Sync`",
            )
    }
}
