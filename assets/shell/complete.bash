function __rolecall_complete {
    local IFS=$' \t\n' lines line
    COMPREPLY=()
    # Send the whole line: bash splits words at every colon.
    lines="$(\command @ROLECALL@ complete --shell bash --current="$2" -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)" || return 0
    # bash 3.2 has no compopt.
    while IFS= read -r line; do
        case $line in
            '') ;;
            $'\tfiles') compopt -o default 2>/dev/null || : ;;
            $'\topen') compopt -o nospace 2>/dev/null || : ;;
            $'\tcommand')
                compopt -o default 2>/dev/null || :
                while IFS= read -r line; do
                    COMPREPLY+=(${line:+"$line"})
                done <<<"$(\compgen -c -- "$2")" ;;
            *) COMPREPLY+=("$line") ;;
        esac
    done <<<"$lines"
}
complete -F __rolecall_complete @NAMES@
