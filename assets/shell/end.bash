eval "$__rolecall_restore"
\builtin unset -v __rolecall_restore
