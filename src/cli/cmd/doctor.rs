//! `doctor`: reports problems on this machine with evidence and fixes.

use std::io::IsTerminal;

use serde_json::json;

use crate::config::{self, Env};
use crate::domain::{ErrorKind, Result, display_width, escape_unprintable};
use crate::ops::doctor::{self, Facts, Finding, Severity};
use crate::os::clock::Clock;
use crate::os::thread::current_thread_runtime;

use crate::cli::app::{self, Caller};
use crate::cli::args::{DoctorArgs, Globals};
use crate::cli::ui::wrap::hanging;
use crate::cli::{key_bindings, program_name, ui};

/// Runs the command; exit code 1 if a problem remains.
pub(in crate::cli) fn run(globals: &Globals, args: &DoctorArgs) -> Result<u8> {
    if args.undo {
        let paths = app::paths(&Env::from_process(), globals)?;
        let undone = doctor::undo(&paths)?;
        ui::print_message(&format!(
            "{} was restored to its state before the run of {}",
            paths.abbreviate(&paths.aws_config),
            undone.at.to_rfc3339()
        ));
        return Ok(0);
    }
    let facts = gather_facts(globals, args)?;
    let findings: Vec<FindingResult> = doctor::run_checks(&facts)
        .into_iter()
        .map(|finding| FindingResult::new(&facts, finding, args.fix))
        .collect();
    ui::print_data(&if args.json {
        render_json(&findings)
    } else {
        let text = render_text(&facts, &findings);
        program_name::rewrite(&text).into_owned()
    })?;
    let wrong = findings
        .iter()
        .any(|outcome| outcome.finding.severity == Severity::Problem && !outcome.is_fixed());
    Ok(if wrong { crate::cli::exit_code(ErrorKind::NoMatch) } else { 0 })
}

/// A finding and the outcome of its fix.
struct FindingResult {
    finding: Finding,
    /// The fix or its error; `None` if none was tried.
    fix_result: Option<Result<String>>,
}

impl FindingResult {
    fn new(facts: &Facts, finding: Finding, fix: bool) -> Self {
        let done = finding
            .auto_fix
            .as_ref()
            .filter(|_| fix)
            .map(|auto_fix| doctor::apply_fix(&facts.paths, facts.now, auto_fix));
        Self { finding, fix_result: done }
    }

    fn is_fixed(&self) -> bool {
        matches!(self.fix_result, Some(Ok(_)))
    }
}

fn gather_facts(globals: &Globals, args: &DoctorArgs) -> Result<Facts> {
    let env = Env::from_process();
    let paths = app::paths(&env, globals)?;
    // Other checks would use settings that the user does not have.
    if let (false, Some(missing)) = (paths.config_file.exists(), paths.missing_config_error()) {
        return Err(missing);
    }
    let loaded = config::load(&env, &paths);
    let settings = loaded.as_ref().map(|loaded| loaded.settings.clone()).unwrap_or_default();
    ui::init_logging(globals.level.unwrap_or(settings.log_level), settings.log_lines);
    // The vault is not unlocked: background programs could not ask for it either.
    let vault = app::vault(&env, &paths, &settings, Caller::Program);
    let mut facts = doctor::gather(&env, &paths, &loaded, &vault, Clock::System.now());
    if let Ok(loaded) = &loaded {
        facts.key_bindings =
            key_bindings::check(loaded).map(|bindings| bindings.displaced().to_vec());
    }
    if let (false, Ok(instances)) = (args.offline, &facts.instances) {
        let network = app::network(&env);
        facts.probes = current_thread_runtime()?.block_on(doctor::probe_instances(
            instances,
            &network,
            Clock::System,
        ));
    }
    Ok(facts)
}

/// Renders the report. Checks that could not be made are not listed as fine.
fn render_text(facts: &Facts, outcomes: &[FindingResult]) -> String {
    // Pad before styling: escape sequences have no width.
    let width = doctor::check_names(facts).map(str::len).max().unwrap_or(0);
    let mut text: String = outcomes.iter().map(|outcome| render_finding(outcome, width)).collect();
    let silent = |name: &&str| !outcomes.iter().any(|outcome| outcome.finding.check == *name);
    let fine: Vec<&str> = doctor::check_names(facts).filter(silent).collect();
    if !fine.is_empty() {
        text += &format!(
            "{} fine: {}\n",
            dim("✓"),
            hanging(&fine.join(", "), display_width("✓ fine: "))
        );
    }
    let mendable = outcomes
        .iter()
        .filter(|outcome| outcome.finding.auto_fix.is_some() && outcome.fix_result.is_none())
        .count();
    if mendable > 0 {
        let them =
            if mendable == 1 { "one of these".to_owned() } else { format!("{mendable} of these") };
        text += &format!("\n{them} can be fixed by `rolecall doctor --fix`\n");
    }
    text
}

/// Renders a finding: problem, evidence, fix.
fn render_finding(outcome: &FindingResult, width: usize) -> String {
    let finding = &outcome.finding;
    let mark = match (finding.severity, outcome.is_fixed()) {
        (_, true) => dim("✓"),
        (Severity::Problem, false) => bold_red("✗"),
        (Severity::Advice, false) => dim("·"),
    };
    let column = width + 4;
    let indent = " ".repeat(column);
    let wrapped = |text: &str| hanging(&escape_unprintable(text), column);
    let mut text =
        format!("{mark} {:width$}  {}\n", finding.check, bold(&wrapped(&finding.summary)));
    if !finding.evidence.is_empty() {
        text += &format!("{indent}{}\n", dim(&wrapped(&finding.evidence)));
    }
    match &outcome.fix_result {
        Some(Ok(done)) => text += &format!("{indent}{}\n", wrapped(&format!("fixed: {done}"))),
        Some(Err(error)) => {
            text += &format!("{indent}{}\n", wrapped(&format!("not fixed: {}", error.message)))
        }
        None => {
            let labels = ["fix: "].into_iter().chain(std::iter::repeat("     "));
            finding.steps.iter().zip(labels).for_each(|(step, label)| {
                let step = escape_unprintable(step);
                let step = program_name::rewrite_command(&step);
                let step = hanging(&step, column + label.len());
                text += &format!("{indent}{label}{step}\n");
            });
        }
    }
    text
}

fn render_json(outcomes: &[FindingResult]) -> String {
    let objects = outcomes.iter().map(|outcome| {
        let Finding { check, severity, summary, evidence, steps: fix, auto_fix } = &outcome.finding;
        let severity = if *severity == Severity::Problem { "wrong" } else { "advice" };
        let evidence = Some(evidence).filter(|text| !text.is_empty());
        json!({ "check": check, "weight": severity, "finding": summary, "evidence": evidence, "fix": fix, "fixable": auto_fix.is_some(), "fixed": outcome.is_fixed() })
    });
    format!("{}\n", serde_json::Value::Array(objects.collect()))
}

fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() { ui::bold(text) } else { text.to_owned() }
}

fn bold_red(text: &str) -> String {
    if std::io::stdout().is_terminal() { ui::bold_red(text) } else { text.to_owned() }
}

fn dim(text: &str) -> String {
    if std::io::stdout().is_terminal() { ui::dim(text) } else { text.to_owned() }
}
