//! A user agent of launchd that runs the server from log-in on (launchd.plist(5)).

use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;

use super::service_command::{ServiceCommand, ServiceFile};

/// The seconds that launchd waits before it starts a server again, for example while another one is
/// running.
const THROTTLE_SECONDS: u32 = 30;

/// Renders the agent.
///
/// # Errors
/// As [`ServiceCommand::new`]; [`ErrorKind::Config`] for a path with a control character.
pub fn render(ctx: &Ctx) -> Result<ServiceFile> {
    let ServiceCommand { program, arguments: words, variables, omitted } =
        ServiceCommand::new(ctx)?;
    let mut arguments = String::new();
    for word in std::iter::once(&program).chain(&words) {
        arguments.push_str(&format!("    <string>{}</string>\n", escape(word)?));
    }
    let mut environment = String::new();
    for (name, value) in &variables {
        let value = escape(value)?;
        environment.push_str(&format!("    <key>{name}</key>\n    <string>{value}</string>\n"));
    }
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>rolecall-ecs</string>
  <key>ProgramArguments</key>
  <array>
{arguments}  </array>
  <key>EnvironmentVariables</key>
  <dict>
{environment}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>{THROTTLE_SECONDS}</integer>
</dict>
</plist>
"#
    );
    Ok(ServiceFile { text, omitted })
}

/// Escapes text for XML, which has no form for control characters.
fn escape(text: &str) -> Result<String> {
    if text.chars().any(char::is_control) {
        let message = format!("{text:?} has a control character, which an agent can't express");
        return Err(Error::new(ErrorKind::Config, message));
    }
    Ok(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_for_property_lists() {
        assert_eq!(escape("/a b/<&>\"'").unwrap(), "/a b/&lt;&amp;&gt;\"'");
        assert!(escape("a\nb").is_err() && escape("a\u{7f}").is_err());
    }
}
