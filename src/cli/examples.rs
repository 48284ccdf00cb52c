//! Three examples for each command, for its `--help`. Tests run each of them in the demo, as typed.

/// The examples of one command: each with its meaning.
pub type Examples = [(&'static str, &'static str); 3];

/// Returns the examples of a command, by the words that call it.
pub fn examples(path: &str) -> Option<&'static Examples> {
    EXAMPLES.iter().find(|(name, _)| *name == path).map(|(_, examples)| examples)
}

/// The examples by command. The first page of help has its own.
pub(super) const EXAMPLES: &[(&str, Examples)] = &[
    (
        "pick",
        [
            ("rolecall pick", "print the ARN of the role that you pick"),
            ("rolecall pick -1 payments-prod readonly", "skip the picker if only one role matches"),
            ("rolecall pick -f env:prod --print account_id", "print a field of every match"),
        ],
    ),
    (
        "exec",
        [
            ("rolecall exec 'payments-prod readonly'", "a shell in the role that matches"),
            (
                "rolecall exec -A payments-prod -R ReadOnlyAccess -- aws s3 ls",
                "one command in a role",
            ),
            (
                "rolecall exec - --as endpoint -- aws sts get-caller-identity",
                "in the previous role, with credentials that are renewed",
            ),
        ],
    ),
    (
        "eval",
        [
            ("eval \"$(rolecall eval 'payments-prod readonly')\"", "set a role in this shell"),
            ("rolecall eval - --format dotenv", "the previous role's variables, for a file"),
            ("eval \"$(rolecall eval -c)\"", "leave the role"),
        ],
    ),
    (
        "console",
        [
            ("rolecall console 'payments-prod readonly'", "the console in a role"),
            ("rolecall console - -s logs", "CloudWatch in the previous role"),
            (
                "rolecall console 'https://eu-west-1.console.aws.amazon.com/s3/buckets' -A network",
                "a page, in the account's preferred role",
            ),
        ],
    ),
    (
        "each",
        [
            ("rolecall each env:prod 'role:ReadOnly*' --dry-run", "list the roles"),
            ("rolecall each env:prod 'role:ReadOnly*' -- aws s3 ls", "a command in each"),
            (
                "rolecall each 'account:payments-*' --per-account --json -- aws sts get-caller-identity",
                "one role per account, as JSON",
            ),
        ],
    ),
    (
        "login",
        [
            ("rolecall login -S corp", "sign in to one IAM Identity Center"),
            (
                "rolecall login --all --flow device-code",
                "sign in to all, with a code in any browser",
            ),
            ("rolecall login --check", "exit code 0 if signed in, otherwise 4"),
        ],
    ),
    (
        "logout",
        [
            ("rolecall logout -S corp", "sign out of one IAM Identity Center"),
            ("rolecall logout --all", "sign out of all of them"),
            ("rolecall logout -S corp && rolecall status", "sign out, then check"),
        ],
    ),
    (
        "status",
        [
            ("rolecall status", "sign-ins and roles with credentials"),
            ("rolecall status --json", "the same as JSON"),
            ("rolecall status --quiet && echo signed in", "for use in scripts"),
        ],
    ),
    (
        "cache",
        [
            ("rolecall cache -S corp", "read the list of one IAM Identity Center"),
            ("rolecall cache -S corp --threads 16", "16 accounts at a time"),
            ("rolecall cache -S corp --json", "print what changed as JSON"),
        ],
    ),
    (
        "list",
        [
            ("rolecall list -q env:prod", "the roles of production accounts"),
            ("rolecall list AccountName RoleName Expires --sort Expires", "columns and order"),
            ("rolecall list --csv Arn Profile", "as CSV, for other programs"),
        ],
    ),
    (
        "tags",
        [
            ("rolecall tags -A payments-prod", "the roles of one account"),
            ("rolecall tags -R AdministratorAccess", "one role in every account"),
            ("rolecall tags --json", "all, as JSON"),
        ],
    ),
    (
        "history",
        [
            ("rolecall history", "every use"),
            ("rolecall history -n 3", "the last three"),
            ("rolecall history --json", "as JSON"),
        ],
    ),
    (
        "time",
        [
            ("rolecall time", "such as 00h59m; nothing without a role"),
            ("rolecall time --json", "as JSON"),
            ("rolecall exec - -- rolecall time --exit-code", "in the previous role"),
        ],
    ),
    (
        "process",
        [
            ("rolecall process -p payments-prod-ReadOnlyAccess", "by the name of a profile"),
            ("rolecall process -S corp -A payments-prod -R ReadOnlyAccess", "by account and role"),
            (
                "rolecall process -S corp -a 012345678901:ReadOnlyAccess --auto-login",
                "by ARN; sign in if necessary",
            ),
        ],
    ),
    (
        "credentials",
        [
            ("rolecall credentials 'payments-prod readonly'", "print a section"),
            ("rolecall credentials -p payments-prod-ReadOnlyAccess -f ./keys", "write a new file"),
            (
                "rolecall credentials -p payments-prod-ReadOnlyAccess --append",
                "edit ~/.aws/credentials",
            ),
        ],
    ),
    (
        "eks-token",
        [
            (
                "rolecall eks-token --cluster web -p payments-prod-ReadOnlyAccess",
                "by the name of a profile",
            ),
            (
                "rolecall eks-token --cluster web -S corp -A payments-prod -R ReadOnlyAccess",
                "by account and role",
            ),
            (
                "rolecall eks-token --cluster web -S corp -a 012345678901:ReadOnlyAccess -r us-east-1",
                "a cluster in another region",
            ),
        ],
    ),
    (
        "ecs",
        [
            ("rolecall ecs run --default 'payments-prod readonly'", "serve a role"),
            ("rolecall ecs load 'payments-prod readonly' -s ci", "serve another one as well"),
            ("eval \"$(rolecall ecs env -s ci)\"", "use it in this shell"),
        ],
    ),
    (
        "ecs run",
        [
            ("rolecall ecs run", "serve the slots that `ecs load` fills, at 127.0.0.1:4144"),
            ("rolecall ecs run --default 'payments-prod readonly'", "with a role from the start"),
            (
                "rolecall ecs run --detach --listen 127.0.0.1:4145",
                "in the background, at another port",
            ),
        ],
    ),
    (
        "ecs load",
        [
            ("rolecall ecs load 'payments-prod readonly'", "into the default slot"),
            ("rolecall ecs load -A payments-prod -R ReadOnlyAccess -s ci", "into the slot `ci`"),
            ("rolecall ecs load - --json", "the previous role; print the slot as JSON"),
        ],
    ),
    (
        "ecs list",
        [
            ("rolecall ecs list", "slots, roles and time left"),
            ("rolecall ecs list --json", "as JSON"),
            ("rolecall ecs list | grep payments", "the slots of an account"),
        ],
    ),
    (
        "ecs profile",
        [
            ("rolecall ecs profile", "such as payments-prod/ReadOnlyAccess"),
            ("rolecall ecs profile --json", "with account, address and expiry"),
            ("rolecall ecs profile || rolecall ecs load -", "the previous role if there is none"),
        ],
    ),
    (
        "ecs unload",
        [
            ("rolecall ecs unload", "empty the default slot"),
            ("rolecall ecs unload -s ci", "empty the slot `ci`"),
            ("rolecall ecs unload --all", "empty all slots"),
        ],
    ),
    (
        "ecs env",
        [
            ("eval \"$(rolecall ecs env)\"", "use the default slot in this shell"),
            ("rolecall ecs env -s ci --token-file ci.token", "the token in a file of mode 0600"),
            (
                "rolecall ecs env --format compose --service web --token-file web/token",
                "a Compose file for the service `web`",
            ),
        ],
    ),
    (
        "ecs status",
        [
            ("rolecall ecs status", "the address and the process"),
            ("rolecall ecs status --json", "with all slots, as JSON"),
            ("rolecall ecs status && rolecall ecs list", "list slots if a server is running"),
        ],
    ),
    (
        "ecs stop",
        [
            ("rolecall ecs stop", "end the server"),
            ("rolecall ecs unload --all && rolecall ecs stop", "empty all slots first"),
            ("rolecall ecs stop && rolecall logout --all", "at the end of the day"),
        ],
    ),
    (
        "init",
        [
            ("eval \"$(rolecall init bash)\"", "the hook for this bash"),
            ("rolecall init zsh --cmd assume --key ctrl-g", "another function and key"),
            ("rolecall init fish --no-key", "no key"),
        ],
    ),
    (
        "settings",
        [
            ("rolecall settings", "every value and where it comes from"),
            ("rolecall settings get pick.theme", "one value"),
            ("rolecall settings set threads 8", "change the configuration file"),
        ],
    ),
    (
        "settings show",
        [
            ("rolecall settings show", "every setting with its value and origin"),
            ("rolecall settings show --json", "as JSON"),
            ("rolecall settings show | grep pick", "the settings of the picker"),
        ],
    ),
    (
        "settings get",
        [
            ("rolecall settings get threads", "one value"),
            ("rolecall settings get pick", "every value of a table"),
            ("rolecall settings get instances.corp.start_url", "a value of an instance"),
        ],
    ),
    (
        "settings set",
        [
            ("rolecall settings set pick.theme light", "text"),
            ("rolecall settings set threads 8", "a number"),
            ("rolecall settings set prefer_roles '[\"ReadOnlyAccess\"]'", "a list"),
        ],
    ),
    (
        "settings unset",
        [
            ("rolecall settings unset prefer_roles", "back to the default"),
            ("rolecall settings unset instances.corp.default_region", "a value of an instance"),
            ("rolecall settings unset share_token_cache", "another one"),
        ],
    ),
    (
        "settings edit",
        [
            ("rolecall settings edit", "in VISUAL or EDITOR, otherwise vi"),
            ("EDITOR=nano rolecall settings edit", "in another editor"),
            ("EDITOR='emacs -nw' rolecall settings edit", "with arguments"),
        ],
    ),
    (
        "settings path",
        [
            ("rolecall settings path", "where the file is, or would be"),
            ("cat \"$(rolecall settings path)\"", "show the file"),
            ("cp \"$(rolecall settings path)\" ./rolecall.toml", "copy the file"),
        ],
    ),
    (
        "setup",
        [
            ("rolecall setup wizard", "set up an IAM Identity Center"),
            ("rolecall setup profiles", "profiles for the roles that you use"),
            ("rolecall setup completions --install", "completions for this shell"),
        ],
    ),
    (
        "setup wizard",
        [
            ("rolecall setup wizard", "answer questions"),
            ("rolecall setup wizard --start-url https://corp.awsapps.com/start", "with an address"),
            (
                "rolecall setup wizard --yes --name two --start-url https://corp.awsapps.com/start",
                "in a script, with a second name",
            ),
        ],
    ),
    (
        "setup profiles",
        [
            ("rolecall setup profiles --diff", "show what would change"),
            ("rolecall setup profiles 'account:payments-*'", "these roles too"),
            ("rolecall setup profiles --all --print", "print a profile for every role"),
        ],
    ),
    (
        "setup ecs",
        [
            ("rolecall setup ecs --rotate", "new tokens for all slots of `rolecall ecs run`"),
            ("rolecall setup ecs --delete", "forget all slots and tokens"),
            ("rolecall setup ecs --tls build.example.com", "certificates for other machines"),
        ],
    ),
    (
        "setup import",
        [
            ("rolecall setup import --diff", "show what would change"),
            ("rolecall setup import", "ask, then write"),
            ("rolecall setup import --from ~/.aws/config --json", "one file, as JSON"),
        ],
    ),
    (
        "setup kube",
        [
            ("rolecall setup kube --diff", "show what would change"),
            ("rolecall setup kube --yes web-prod", "one cluster, without asking"),
            ("rolecall setup kube --kubeconfig ~/.kube/config --diff", "another file"),
        ],
    ),
    (
        "setup completions",
        [
            ("rolecall setup completions --install", "for the calling shell"),
            ("rolecall setup completions --shell zsh", "print those for zsh"),
            ("rolecall setup completions --uninstall", "remove them"),
        ],
    ),
    (
        "vault",
        [
            ("rolecall vault status", "where it is, and whether it is unlocked"),
            ("rolecall vault unlock", "type the passphrase once for all processes"),
            ("rolecall vault lock", "lock it"),
        ],
    ),
    (
        "vault unlock",
        [
            ("rolecall vault unlock", "type the passphrase"),
            ("echo sesame | rolecall vault unlock", "in a script"),
            ("rolecall vault unlock && rolecall status", "unlock it, then check"),
        ],
    ),
    (
        "vault lock",
        [
            ("rolecall vault lock", "lock it"),
            ("rolecall vault lock && rolecall vault status", "lock it, then check"),
            ("rolecall logout --all && rolecall vault lock", "at the end of the day"),
        ],
    ),
    (
        "vault status",
        [
            ("rolecall vault status", "where it is, and whether it is unlocked"),
            ("rolecall vault status --json", "as JSON"),
            ("rolecall vault status | grep store", "where its key is"),
        ],
    ),
    (
        "vault passphrase",
        [
            ("rolecall vault passphrase", "type the new passphrase twice"),
            (
                "printf '%s\\n' sesame opensesame | rolecall vault passphrase",
                "the current and the new one, in a script",
            ),
            ("rolecall vault passphrase && rolecall vault status", "change it, then check"),
        ],
    ),
    (
        "vault reset",
        [
            ("rolecall vault reset", "ask, then delete everything"),
            ("rolecall vault reset --yes", "do not ask"),
            ("rolecall vault reset --yes && rolecall login -S corp", "start again"),
        ],
    ),
    (
        "doctor",
        [
            ("rolecall doctor", "find problems"),
            ("rolecall doctor --fix", "apply the safe fixes"),
            ("rolecall doctor --offline --json", "no network; as JSON"),
        ],
    ),
    (
        "demo",
        [
            ("rolecall demo", "the picker"),
            ("rolecall demo exec 'payments-prod readonly' -- aws s3 ls", "a command"),
            ("rolecall demo --state locked", "a problem; the passphrase is sesame"),
        ],
    ),
];
