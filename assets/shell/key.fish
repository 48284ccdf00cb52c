if status is-interactive
    function __rolecall_widget
        set -l line (builtin commandline --line)
        # Leaves the line that is being typed, whatever row of it the cursor is on.
        string repeat --no-newline --count (builtin math (builtin commandline | builtin count) - $line + 1) \n
        @CMD@
        # To repaint, fish goes up to where the prompt would begin. That has to be below what was printed.
        string repeat --no-newline --count (builtin math (builtin count (fish_prompt)) + $line - 2) \n
        builtin commandline --function repaint
    end
    for mode in default insert visual
        builtin bind --mode $mode @KEY@ __rolecall_widget
    end
end
