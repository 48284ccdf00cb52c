//! Sign-in links for the web console: hosts of every partition, federation and portal shortcut
//! links. Pure: the token of a federation link is fetched elsewhere.

mod hosts;
mod link;
mod page;
mod services;

pub use hosts::{console_home, console_host, federation_endpoint};
pub use link::{login_link, portal_link};
pub use page::{ConsolePage, is_console, read_page};
pub use services::{SERVICES, Service, service};
