if [[ -o interactive ]]; then
    __rolecall_widget() {
        zle -I
        @CMD@ </dev/tty
        zle reset-prompt
    }
    zle -N __rolecall_widget
    bindkey '@KEY@' __rolecall_widget
fi
