//! Keychain and Credential Manager: the system alone decides whether it asks the user.

use crate::domain::Result;
use crate::vault::DesktopPrompt;

use super::PromptNotifier;

pub(super) fn check_item(_: &str, prompt: DesktopPrompt, notifier: &PromptNotifier) -> Result<()> {
    check_collection(prompt, notifier)
}

pub(super) fn check_collection(prompt: DesktopPrompt, notifier: &PromptNotifier) -> Result<()> {
    if prompt == DesktopPrompt::Allowed {
        notifier.prompt_started();
    }
    Ok(())
}
