# Read without aliases and with zsh's own options, whatever is set in this shell. The quotes keep aliases off these words too.
'builtin' 'emulate' 'zsh' '-o' 'no_aliases' '-c' @SCRIPT@
