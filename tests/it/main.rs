//! The one integration test binary: the real program, the real library, and the shape of the
//! source.

mod auto_login;
mod aws_files;
mod aws_files_endpoints;
#[cfg(unix)]
mod aws_files_home;
mod chains;
mod commands;
mod commands_credentials;
mod commands_demo;
mod commands_each;
mod commands_exec;
mod commands_process;
mod commands_roles;
mod commands_secrets;
mod commands_sign_in;
mod commands_vault;
mod concurrency;
#[cfg(unix)]
mod console;
mod docs_commands;
mod docs_links;
mod docs_messages;
mod docs_settings;
mod docs_tables;
mod docs_written;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod ecs;
#[cfg(unix)]
mod ecs_container_address;
mod ecs_detached;
#[cfg(unix)]
mod ecs_recipes;
#[cfg(unix)]
mod ecs_renewal;
#[cfg(unix)]
mod ecs_restart;
#[cfg(unix)]
mod ecs_terminal;
mod ecs_tls;
mod ecs_token_file;
mod eks_token;
#[cfg(unix)]
mod endpoint;
mod eval;
mod eval_screen;
mod eval_sdk;
mod eval_shells;
mod faults;
mod faults_refresh;
mod faults_vault;
#[cfg(unix)]
mod files;
#[cfg(target_os = "linux")]
mod files_refused;
#[cfg(unix)]
mod files_unusual_names;
mod foreign;
mod foreign_browser;
mod foreign_completions;
#[cfg(unix)]
mod foreign_credential_sources;
#[cfg(unix)]
mod foreign_demo;
#[cfg(unix)]
mod foreign_ecs;
#[cfg(target_os = "linux")]
mod foreign_ecs_network;
#[cfg(unix)]
mod foreign_ecs_recipes;
#[cfg(unix)]
mod foreign_ecs_retries;
#[cfg(unix)]
mod foreign_ecs_sdks;
#[cfg(target_os = "linux")]
mod foreign_ecs_ssh;
#[cfg(unix)]
mod foreign_ecs_tls;
#[cfg(unix)]
mod foreign_endpoint;
mod foreign_hooks;
mod foreign_javascript;
mod foreign_keys;
mod foreign_options;
#[cfg(unix)]
mod foreign_other_profiles;
mod foreign_powershell;
mod foreign_process;
#[cfg(unix)]
mod foreign_profiles;
#[cfg(unix)]
mod foreign_sdks;
#[cfg(unix)]
mod foreign_setup;
mod foreign_shells;
mod foreign_simulator;
mod golden_awsconfig;
mod hooks;
mod identity;
mod keys;
#[cfg(target_os = "linux")]
mod limits;
mod manual;
#[cfg(unix)]
mod matrix;
#[cfg(unix)]
mod matrix_commands;
#[cfg(unix)]
mod matrix_faults;
#[cfg(unix)]
mod matrix_rules;
#[cfg(unix)]
mod matrix_table;
#[cfg(unix)]
mod matrix_world;
mod mistakes;
#[cfg(target_os = "linux")]
mod paths_named;
#[cfg(target_os = "linux")]
mod processes;
mod profile_notation;
#[cfg(unix)]
mod profiles_exported;
mod profiles_other;
mod records;
#[cfg(unix)]
mod reports;
mod responses_credentials;
mod responses_lists;
mod responses_middleboxes;
mod role_notation;
mod sandbox;
mod setup_discover;
mod setup_import;
mod setup_kube;
#[cfg(unix)]
mod setup_profiles;
#[cfg(target_os = "linux")]
mod setup_profiles_killed;
mod setup_wizard;
#[cfg(unix)]
mod shown_commands;
#[cfg(unix)]
mod sign_in_faults;
#[cfg(target_os = "linux")]
mod single_flight;
#[cfg(unix)]
mod soak;
mod structure;
mod subcommands;
mod tables;
mod terminal;
mod terminal_background;
mod terminal_consent;
mod terminal_demo;
mod terminal_each;
mod terminal_first_run;
mod terminal_input;
mod terminal_keys;
mod terminal_modes;
mod terminal_panels;
mod terminal_picker;
mod terminal_questions;
mod terminal_shell;
mod terminal_sign_in;
mod terminal_signals;
mod terminal_states;
mod terminal_tmux;
mod terminal_vault;
mod terminal_watch;
mod time;
mod token_cache;
mod vault_keyring;
mod wait;
