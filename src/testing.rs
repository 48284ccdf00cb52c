//! The items that tests, benchmarks, examples and fuzz targets use. Not a stable interface: the
//! package is a program.

pub mod demo {
    pub use crate::demo::*;
}
pub mod awsconfig {
    pub use crate::awsconfig::{AwsConfig, edit, fix, render, sso_lint};
    pub mod lint {
        pub use crate::awsconfig::lint::{AffectedPrograms, syntax_problems};
    }
    pub mod managed_block {
        pub use crate::awsconfig::managed_block::SplitFile;
    }
    pub mod token_cache {
        pub use crate::awsconfig::token_cache::{file_name, parse_bytes, with_token};
    }
}
pub mod cache {
    pub use crate::cache::inventory;
}
pub mod cli {
    pub use crate::cli::{Cli, EXIT_CODES, FIRST_EXAMPLES, examples};
}
pub mod config {
    pub use crate::config::{
        Env, ListedSetting, LoadedConfig, Paths, Settings, check, edit, known_keys, list_settings,
        load, possible_values,
    };
    pub mod env {
        pub use crate::config::env::VARIABLES;
    }
}
pub mod domain {
    pub use crate::domain::{
        Account, AccountId, ConfirmLevel, Credentials, EndpointOverrides, Error, ErrorKind,
        Instance, InstanceName, InstanceSource, Inventory, Region, Result, RoleArn, RoleFlags,
        RoleId, RoleName, Roster, RosterEntry, Secret, StartUrl, Tags, Timestamp, Usages,
        escape_unprintable, normalize_text, parse_duration, slug,
    };
    pub mod enums {
        pub use crate::domain::enums::Keymap;
    }
    pub mod query {
        pub use crate::domain::query::{Query, SearchIndex, recognize};
    }
}
pub mod identity {
    pub use crate::identity::{
        AssumeRoleParams, Callback, ClientRegistration, Connections, DeviceAuthorization, Flow,
        IdentityClient, NetworkConfig, Pkce, PollOutcome, Proxy, RefreshOutcome, ScriptedResponse,
        TokenResponse, eks_token, fetch_signin_token, handle_callback, parse_redirect_url,
    };
}
pub mod ops {
    pub mod ctx {
        pub use crate::ops::ctx::Ctx;
    }
    pub mod import {
        pub use crate::ops::import::{SourceFile, SourceProgram, plan_from};
    }
    pub mod instances {
        pub use crate::ops::instances::load_instances;
    }
    pub mod kube {
        pub use crate::ops::kube::{KubeconfigPlan, UserChange, plan_from};
    }
    pub mod refresh {
        pub use crate::ops::refresh::{Progress, RefreshLimits, refresh};
    }
    pub mod roles {
        pub mod roster {
            pub use crate::ops::roles::roster::{apply_rules, build_base_roster};
        }
    }
    pub mod setup {
        pub use crate::ops::setup::start_url;
        pub mod discover {
            pub use crate::ops::setup::discover::{DiscoveredPortal, discover, verify_region};
        }
    }
    pub mod yaml {
        pub use crate::ops::yaml::{YamlNode, YamlValue, parse};
    }
}
pub mod os {
    pub mod clock {
        pub use crate::os::clock::Clock;
    }
    pub mod http {
        pub use crate::os::http::{HttpResponse, Listener, serve_bytes};
    }
}
pub mod server {
    pub use crate::server::{
        Authority, CredentialsSource, Endpoint, FetchedCredentials, ServedName, SlotName,
        SlotTiming,
    };
}
pub mod shell {
    pub use crate::shell::{Dialect, EnvChanges, render};
    pub mod hooks {
        pub use crate::shell::hooks::{SHELLS_WITH_HOOKS, ShellHook, source_line};
    }
}
pub mod tui {
    pub use crate::tui::{ctrl_c_works_after, default_bindings, menu_actions};
}
pub mod vault {
    pub use crate::vault::{
        DesktopPrompt, KeyCache, KeyLocation, Leader, PassphraseSource, RecordId, SecureStore,
        SharedOutcome, SingleFlight, SsoToken, StoredSlot, Turn, Vault, VaultOptions,
    };
}
