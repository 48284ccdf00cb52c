# Evaluated without aliases and with the default options of zsh, whatever this shell has set. The
# quotes prevent aliases of these words.
'builtin' 'emulate' 'zsh' '-o' 'no_aliases' '-c' @SCRIPT@
