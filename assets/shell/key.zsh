if [[ -o interactive ]] && zmodload zsh/zle 2>/dev/null; then
    function __rolecall_widget {
        zle -I
        # Closing the picker with Esc must not end a shell with errexit.
        @CMD@ </dev/tty || :
        # Redraw below the output first: `reset-prompt` alone would overwrite its last line.
        zle -R
        zle reset-prompt
    }
    zle -N __rolecall_widget
    bindkey -M emacs "@KEY@" __rolecall_widget
    bindkey -M viins "@KEY@" __rolecall_widget
    bindkey -M vicmd "@KEY@" __rolecall_widget
    # The current keymap, if it is a custom one.
    bindkey "@KEY@" __rolecall_widget 2>/dev/null || :
fi
