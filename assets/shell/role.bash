# rolecall: `@CMD@` switches this shell to an AWS role, `@CMD@ -` to the previous one,
# and `@CMD@ -c` leaves it.
unalias @CMD@ 2>/dev/null || :
function @CMD@ {
    local IFS=$' \t\n' word lines more
    more=()
    for word in "$@"; do
        case $word in -h | --help) command @ROLECALL@ eval --help; return ;; esac
    done
    # AWS_SSO_HELPER_ARGS contains several words. `read` splits them without expanding patterns.
    read -r -d '' -a more <<<"${AWS_SSO_HELPER_ARGS-}" || :
    # bash before 4.4 treats an empty array as unset.
    lines="$(\command @ROLECALL@ eval --shell bash ${more[@]+"${more[@]}"} "$@")" || return
    eval "$lines"
}
