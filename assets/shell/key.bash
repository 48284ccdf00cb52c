if [[ $- == *i* ]]; then
    # Closing the picker with Esc must not end a shell with errexit.
    function __rolecall_widget { @CMD@ || :; }
    # Without a line editor (`bash --noediting`), `bind` prints a warning.
    bind -m emacs -x '"@KEY@": __rolecall_widget' 2>/dev/null || :
    bind -m vi-insert -x '"@KEY@": __rolecall_widget' 2>/dev/null || :
    bind -m vi-command -x '"@KEY@": __rolecall_widget' 2>/dev/null || :
fi
