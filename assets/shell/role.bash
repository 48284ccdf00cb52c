# rolecall: `@CMD@` takes an AWS role on in this shell, `@CMD@ -` the one before, `@CMD@ -c` leaves it.
@CMD@() {
    local word lines
    for word in "$@"; do
        case $word in -h | --help) command @ROLECALL@ eval --help; return ;; esac
    done
    # AWS_SSO_HELPER_ARGS holds several words.
    # shellcheck disable=SC2086
    lines="$(command @ROLECALL@ eval --shell bash ${AWS_SSO_HELPER_ARGS-} "$@")" || return
    eval "$lines"
}
