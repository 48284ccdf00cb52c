function _rolecall {
    # The completion functions that are called below expect these options.
    setopt local_options ${_comp_options[@]}
    local line value
    local -a open open_shown closed closed_shown other other_shown
    for line in "${(@f)$(command @ROLECALL@ complete --shell zsh -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
        case $line in
            "") ;;
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
                if [[ ${value:l} != "${(Q)PREFIX:l}"* ]]; then
                    other+=("$value") other_shown+=("${line/$'\t'/  -- }")
                elif [[ $value == *[:=] ]]; then
                    open+=("$value") open_shown+=("${line/$'\t'/  -- }")
                else
                    closed+=("$value") closed_shown+=("${line/$'\t'/  -- }")
                fi ;;
        esac
    done
    (( $#open )) && compadd -S "" -l -d open_shown -a open
    (( $#closed )) && compadd -l -d closed_shown -a closed
    # These contain the word and do not begin with it.
    (( $#other )) && compadd -U -l -d other_shown -a other
    return 0
}
function __rolecall_compdef {
    (( $+functions[compdef] )) || return 0
    compdef _rolecall @NAMES@
    precmd_functions=(${precmd_functions:#__rolecall_compdef})
}
if (( $funcstack[(I)_rolecall] )); then
    # This script is a file in a folder of `fpath` and was loaded to complete the current line.
    _rolecall "$@"
else
    __rolecall_compdef
    # compinit may run later, and discards what was registered before.
    precmd_functions+=(__rolecall_compdef)
fi
