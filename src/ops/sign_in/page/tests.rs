//! Which program opens the page of a sign-in, and whether there is one.

use std::sync::Arc;

use super::*;
use crate::config::InstanceTable;
use crate::ops::fixture::Fixture;

/// A context with these variables, whose settings for all instances and for this one are changed.
fn ctx(
    variables: &[(&str, &str)],
    change: impl FnOnce(&mut crate::config::Settings, &mut InstanceTable),
) -> (Fixture, Arc<Ctx>) {
    let mut fixture = Fixture::refused();
    let name = fixture.instance.name.clone();
    fixture.change(|ctx| {
        ctx.env = crate::config::Env::from_pairs(variables.iter().copied());
        let mut own = InstanceTable::default();
        change(&mut ctx.settings, &mut own);
        ctx.settings.instances.insert(name, own);
    });
    let ctx = fixture.ctx.clone();
    (fixture, ctx)
}

#[tokio::test]
async fn the_browser_for_sign_ins_is_that_of_the_instance_then_the_general_one() {
    let browser = |of: fn(&mut crate::config::Settings, &mut InstanceTable)| {
        let (fixture, ctx) = ctx(&[], of);
        open_options(&ctx, &fixture.instance).browser
    };
    assert_eq!(browser(|_, _| ()), None);
    assert_eq!(browser(|all, _| all.browser = Some("a".into())).as_deref(), Some("a"));
    let both = browser(|all, _| {
        all.browser = Some("a".into());
        all.auth_browser = Some("b".into());
    });
    assert_eq!(both.as_deref(), Some("b"));
    let own = browser(|all, own| {
        all.auth_browser = Some("b".into());
        own.browser = Some("c".into());
    });
    assert_eq!(own.as_deref(), Some("c"));
    let own = browser(|_, own| {
        own.browser = Some("c".into());
        own.auth_browser = Some("d".into());
    });
    assert_eq!(own.as_deref(), Some("d"));
}

#[tokio::test]
async fn an_instance_has_its_own_action_and_command() {
    let (fixture, ctx) = ctx(&[], |all, own| {
        all.auth_url_action = UrlAction::Print;
        all.url_exec_command = vec!["all".into()];
        own.auth_url_action = Some(UrlAction::Exec);
        own.url_exec_command = Some(vec!["own".into()]);
    });
    let options = open_options(&ctx, &fixture.instance);
    assert_eq!((options.action, options.command), (UrlAction::Exec, vec!["own".to_owned()]));
    assert_eq!(options.container.name, "corp");
    let other = open_options(&ctx, &Instance::example("lab"));
    assert_eq!((other.action, other.command), (UrlAction::Print, vec!["all".to_owned()]));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_browser_can_be_opened_if_one_is_named_or_there_is_a_display() {
    let can_open = |variables: &[(&str, &str)],
                    of: fn(&mut crate::config::Settings, &mut InstanceTable)| {
        let (fixture, ctx) = ctx(variables, of);
        can_open_browser(&ctx, &fixture.instance)
    };
    assert!(!can_open(&[], |_, _| ()));
    assert!(can_open(&[("DISPLAY", ":0")], |_, _| ()));
    assert!(can_open(&[], |all, _| all.browser = Some("firefox".into())));
    assert!(can_open(&[], |all, _| all.auth_url_action = UrlAction::Exec));
    assert!(!can_open(&[], |all, _| all.auth_url_action = UrlAction::Print));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_a_display_no_browser_is_started_and_none_has_failed() {
    let (fixture, ctx) = ctx(&[], |_, _| ());
    let page = SignInPage::open(&ctx, &fixture.instance, "https://example.com/").await;
    assert!(!page.opened && page.started.is_none() && page.failed.is_none(), "{page:?}");
    let (fixture, ctx) = self::ctx(&[], |all, _| all.browser = Some("/no/such/browser".into()));
    let page = SignInPage::open(&ctx, &fixture.instance, "https://example.com/").await;
    assert!(!page.opened && page.failed.is_some(), "{page:?}");
}
