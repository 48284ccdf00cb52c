//! URLs of the web console: hosts by partition, federation and shortcut URLs, pages of services.
//! Performs no I/O; the token for a federation URL is fetched elsewhere.

mod hosts;
mod page;
mod services;
mod urls;

pub use hosts::{console_home, federation_endpoint};
pub use page::{ConsolePage, is_console_url, parse_page};
pub use services::{ConsoleService, SERVICES, console_services, find_service};
pub use urls::{federation_login_url, portal_shortcut_url};
