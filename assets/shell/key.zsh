if [[ -o interactive ]] && zmodload zsh/zle 2>/dev/null; then
    function __rolecall_widget {
        zle -I
        # A picker that is closed with Esc does not end a shell that has errexit set.
        @CMD@ </dev/tty || :
        # Drawn once as it is, below what was said: the new prompt alone would come to stand over the last line of that.
        zle -R
        zle reset-prompt
    }
    zle -N __rolecall_widget
    bindkey -M emacs "@KEY@" __rolecall_widget
    bindkey -M viins "@KEY@" __rolecall_widget
    bindkey -M vicmd "@KEY@" __rolecall_widget
    # A keymap of your own, if that is the one in use.
    bindkey "@KEY@" __rolecall_widget 2>/dev/null || :
fi
