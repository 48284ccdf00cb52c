function __rolecall_complete
    set -l words (builtin commandline --tokenize --cut-at-cursor --current-process)
    set -l current (builtin commandline --cut-at-cursor --current-token)
    # Remove an unclosed quote and resolve backslashes.
    set current (string unescape -- $current; or string replace --regex '^["\']' '' -- $current)
    for line in (command @ROLECALL@ complete --shell fish -- $words "$current" 2>/dev/null)
        switch $line
            case \tfiles
                __fish_complete_path "$current"
            case \tcommand
                __fish_complete_subcommand --commandline (string join ' ' -- (string escape -- $words[(builtin math 1 + (builtin contains --index -- -- $words))..] "$current"))
            case \topen
            case '*'
                builtin echo -- $line
        end
    end
end
for name in @NAMES@
    # An alias that had this name would still add the completions of the command that it wraps.
    for wrapped in (builtin complete --command $name | string replace --regex --filter -- '.* --wraps (.+)$' '$1' | string unescape)
        builtin complete --command $name --erase --wraps $wrapped
    end
    builtin complete --command $name --no-files --arguments '(__rolecall_complete)'
end
