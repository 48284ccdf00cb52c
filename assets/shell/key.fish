if status is-interactive
    function __rolecall_widget
        set -l line (builtin commandline --line)
        # Move below the line that is being typed, whatever row of it the cursor is in.
        string repeat --no-newline --count (builtin math (builtin commandline | builtin count) - $line + 1) \n
        @CMD@
        # To repaint, fish moves up to the start of the prompt, which has to be below the output.
        string repeat --no-newline --count (builtin math (builtin count (fish_prompt)) + $line - 2) \n
        builtin commandline --function repaint
    end
    for mode in default insert visual
        builtin bind --mode $mode @KEY@ __rolecall_widget
    end
end
