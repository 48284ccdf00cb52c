//! The one integration test binary: the real program, the real library, and the shape of the
//! source.

#[cfg(unix)]
mod auto_login;
mod aws_files;
mod aws_files_endpoints;
#[cfg(unix)]
mod aws_files_home;
mod chains;
mod commands;
mod commands_credentials;
mod commands_demo;
#[cfg(unix)]
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
mod doctor_secrets;
#[cfg(unix)]
mod ecs;
#[cfg(unix)]
mod ecs_container_address;
#[cfg(unix)]
mod ecs_detached;
#[cfg(unix)]
mod ecs_recipes;
#[cfg(unix)]
mod ecs_renewal;
#[cfg(unix)]
mod ecs_restart;
#[cfg(unix)]
mod ecs_terminal;
#[cfg(unix)]
mod ecs_tls;
#[cfg(unix)]
mod ecs_tls_older;
#[cfg(unix)]
mod ecs_token_file;
mod eks_token;
#[cfg(unix)]
mod endpoint;
mod eval;
#[cfg(unix)]
mod eval_screen;
mod eval_sdk;
#[cfg(unix)]
mod eval_shells;
mod faults;
#[cfg(unix)]
mod faults_ecs;
mod faults_refresh;
mod faults_vault;
#[cfg(unix)]
mod files;
#[cfg(target_os = "linux")]
mod files_refused;
#[cfg(unix)]
mod files_unusual_names;
mod foreign;
#[cfg(unix)]
mod foreign_browser;
#[cfg(unix)]
mod foreign_completions;
#[cfg(unix)]
mod foreign_credential_sources;
#[cfg(unix)]
mod foreign_demo;
#[cfg(unix)]
mod foreign_ecs;
#[cfg(target_os = "linux")]
mod foreign_ecs_network;
#[cfg(target_os = "linux")]
mod foreign_ecs_podman;
#[cfg(unix)]
mod foreign_ecs_recipes;
#[cfg(unix)]
mod foreign_ecs_relative;
#[cfg(unix)]
mod foreign_ecs_retries;
#[cfg(unix)]
mod foreign_ecs_sdks;
#[cfg(target_os = "linux")]
mod foreign_ecs_ssh;
#[cfg(unix)]
mod foreign_ecs_tls;
#[cfg(unix)]
mod foreign_ecs_tls_limits;
#[cfg(unix)]
mod foreign_endpoint;
#[cfg(unix)]
mod foreign_hooks;
#[cfg(unix)]
mod foreign_javascript;
#[cfg(unix)]
mod foreign_keys;
#[cfg(unix)]
mod foreign_options;
#[cfg(unix)]
mod foreign_other_profiles;
#[cfg(unix)]
mod foreign_powershell;
#[cfg(unix)]
mod foreign_process;
#[cfg(unix)]
mod foreign_profiles;
#[cfg(unix)]
mod foreign_sdks;
#[cfg(unix)]
mod foreign_setup;
#[cfg(unix)]
mod foreign_shells;
mod foreign_simulator;
mod golden_awsconfig;
#[cfg(unix)]
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
mod matrix_endpoint;
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
mod packages;
#[cfg(target_os = "linux")]
mod paths_named;
#[cfg(unix)]
mod pointed_roles;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(unix)]
mod profile_notation;
#[cfg(unix)]
mod profiles_exported;
#[cfg(unix)]
mod profiles_other;
mod records;
#[cfg(unix)]
mod reports;
mod responses_credentials;
mod responses_lists;
mod responses_middleboxes;
mod role_notation;
#[cfg(unix)]
mod said_and_done;
mod sandbox;
mod setup_discover;
mod setup_import;
mod setup_kube;
#[cfg(unix)]
mod setup_profiles;
#[cfg(target_os = "linux")]
mod setup_profiles_killed;
#[cfg(unix)]
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
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod terminal_background;
#[cfg(unix)]
mod terminal_consent;
#[cfg(unix)]
mod terminal_demo;
#[cfg(unix)]
mod terminal_each;
#[cfg(unix)]
mod terminal_first_run;
#[cfg(unix)]
mod terminal_input;
#[cfg(unix)]
mod terminal_keys;
#[cfg(unix)]
mod terminal_modes;
#[cfg(unix)]
mod terminal_panels;
#[cfg(unix)]
mod terminal_picker;
#[cfg(unix)]
mod terminal_questions;
#[cfg(unix)]
mod terminal_shell;
#[cfg(unix)]
mod terminal_sign_in;
#[cfg(unix)]
mod terminal_signals;
#[cfg(unix)]
mod terminal_states;
#[cfg(unix)]
mod terminal_tmux;
#[cfg(unix)]
mod terminal_vault;
#[cfg(unix)]
mod terminal_watch;
mod time;
mod token_cache;
#[cfg(unix)]
mod upgrade;
#[cfg(unix)]
mod vault_keyring;
mod wait;
