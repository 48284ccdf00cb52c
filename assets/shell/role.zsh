# rolecall: `@CMD@` switches this shell to an AWS role, `@CMD@ -` to the previous one,
# and `@CMD@ -c` leaves it.
unalias @CMD@ 2>/dev/null || :
function @CMD@ {
    local IFS=$' \t\n' word lines
    for word in "$@"; do
        if [[ $word == (-h|--help) ]]; then
            command @ROLECALL@ eval --help
            return
        fi
    done
    lines="$(command @ROLECALL@ eval --shell zsh ${=AWS_SSO_HELPER_ARGS-} "$@")" || return
    eval "$lines"
}
