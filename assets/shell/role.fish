# rolecall: `@CMD@` switches this shell to an AWS role, `@CMD@ -` to the previous one,
# and `@CMD@ -c` leaves it.
# A function can have the name of a builtin, so builtins that can be overridden are called with
# `builtin`.
function @CMD@ --description 'Switch this shell to an AWS role'
    for word in $argv
        if builtin contains -- $word -h --help
            command @ROLECALL@ eval --help
            return
        end
    end
    set -l more (string split --no-empty ' ' -- "$AWS_SSO_HELPER_ARGS")
    set -l lines (command @ROLECALL@ eval --shell fish $more $argv)
    or return
    string join \n -- $lines | builtin source
end
