function __rolecall_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --cut-at-cursor --current-token)
    # A quote that is still open, and what stands behind a backslash.
    set current (string unescape -- $current; or string replace --regex '^["\']' '' -- $current)
    for line in (command @ROLECALL@ complete --shell fish -- $words "$current" 2>/dev/null)
        switch $line
            case \tfiles
                __fish_complete_path "$current"
            case \tcommand
                __fish_complete_subcommand --commandline (string join ' ' -- (string escape -- $words[(math 1 + (contains --index -- -- $words))..] "$current"))
            case \topen
            case '*'
                echo -- $line
        end
    end
end
for name in @NAMES@
    complete --command $name --no-files --arguments '(__rolecall_complete)'
end
