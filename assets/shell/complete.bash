__rolecall_complete() {
    local line
    COMPREPLY=()
    # The whole line is sent: bash would have cut it at every colon.
    while IFS= read -r line; do
        case $line in
            $'\tfiles') compopt -o default 2>/dev/null ;;
            $'\tcommand') compopt -o default 2>/dev/null && COMPREPLY+=($(compgen -c -- "$2")) ;;
            $'\topen') compopt -o nospace 2>/dev/null ;;
            *) COMPREPLY+=("$line") ;;
        esac
    done < <(command @ROLECALL@ complete --shell bash --current="$2" -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F __rolecall_complete @NAMES@
