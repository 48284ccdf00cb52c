# rolecall: `@CMD@` takes an AWS role on in this shell, `@CMD@ -` the one before, `@CMD@ -c` leaves it.
# A function can have the name of a builtin, so the builtins are named as such where fish permits such functions.
function @CMD@ --description 'Take an AWS role on in this shell'
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
