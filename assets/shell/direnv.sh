# rolecall for direnv: save this file as ~/.config/direnv/lib/rolecall.sh, then add
# `use rolecall PROFILE [REGION]` to an .envrc.
# It only sets a profile: no network, no sign-in, no picker.
use_rolecall() {
    if [[ $# -lt 1 || $# -gt 2 ]]; then
        log_error "use rolecall PROFILE [REGION]"
        return 1
    fi
    export AWS_PROFILE="$1"
    if [[ -n ${2-} ]]; then
        export AWS_REGION="$2" AWS_DEFAULT_REGION="$2"
    fi
    # Keys in the environment would override the profile.
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
}
