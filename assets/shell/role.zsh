# rolecall: `@CMD@` takes an AWS role on in this shell, `@CMD@ -` the one before, `@CMD@ -c` leaves it.
@CMD@() {
    local word lines
    for word in "$@"; do
        if [[ $word == (-h|--help) ]]; then
            command @ROLECALL@ eval --help
            return
        fi
    done
    lines="$(command @ROLECALL@ eval --shell zsh ${=AWS_SSO_HELPER_ARGS} "$@")" || return
    eval "$lines"
}
