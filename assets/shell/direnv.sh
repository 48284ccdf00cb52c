# rolecall in direnv: put this into ~/.config/direnv/lib/rolecall.sh, then write `use rolecall PROFILE [REGION]` into an .envrc.
# It names a profile and nothing else: no network, no sign-in, no picker.
use_rolecall() {
    if [[ $# -lt 1 || $# -gt 2 ]]; then
        log_error "use rolecall PROFILE [REGION]"
        return 1
    fi
    export AWS_PROFILE="$1"
    if [[ -n ${2-} ]]; then
        export AWS_REGION="$2" AWS_DEFAULT_REGION="$2"
    fi
    # Keys in the environment would win over the profile.
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
}
