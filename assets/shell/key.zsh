if [[ -o interactive ]]; then
    __rolecall_widget() {
        zle -I
        @CMD@ </dev/tty
        # Drawn once as it is, below what was said: the new prompt alone would come to stand over the last line of that.
        zle -R
        zle reset-prompt
    }
    zle -N __rolecall_widget
    bindkey '@KEY@' __rolecall_widget
fi
