# rolecall: `@CMD@` takes an AWS role on in this shell, `@CMD@ -` the one before, `@CMD@ -c` leaves it.
unalias @CMD@ 2>/dev/null || :
function @CMD@ {
    local IFS=$' \t\n' word lines more
    more=()
    for word in "$@"; do
        case $word in -h | --help) command @ROLECALL@ eval --help; return ;; esac
    done
    # AWS_SSO_HELPER_ARGS holds several words. `read` splits them and expands no patterns.
    read -r -d '' -a more <<<"${AWS_SSO_HELPER_ARGS-}" || :
    # bash before 4.4 calls an empty array unset.
    lines="$(\command @ROLECALL@ eval --shell bash ${more[@]+"${more[@]}"} "$@")" || return
    eval "$lines"
}
