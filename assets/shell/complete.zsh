_rolecall() {
    local line value
    local -a open open_shown closed closed_shown
    for line in "${(@f)$(command @ROLECALL@ complete --shell zsh -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
        case $line in
            '') ;;
            $'\tfiles') _files; return ;;
            $'\tcommand')
                local at=${words[(i)--]}
                shift $at words
                (( CURRENT -= at ))
                _normal
                return ;;
            $'\topen') ;;
            *)
                value=${line%%$'\t'*}
                if [[ $value == *[:=] ]]; then
                    open+=("$value") open_shown+=("${line/$'\t'/  -- }")
                else
                    closed+=("$value") closed_shown+=("${line/$'\t'/  -- }")
                fi ;;
        esac
    done
    (( $#open )) && compadd -S '' -l -d open_shown -a open
    (( $#closed )) && compadd -l -d closed_shown -a closed
    return 0
}
# Without compinit there is nothing to hook into.
(( $+functions[compdef] )) && compdef _rolecall @NAMES@
