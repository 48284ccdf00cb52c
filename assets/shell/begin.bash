__rolecall_restore=
\builtin shopt -q expand_aliases && __rolecall_restore='shopt -s expand_aliases;'
\builtin shopt -q interactive_comments || __rolecall_restore+='shopt -u interactive_comments;'
\builtin shopt -u expand_aliases
\builtin shopt -s interactive_comments
# No alias replaces a word from here to the end of the script: bash expands aliases while it reads
# commands. It reads $(…) again each time it runs it, so the commands in $(…) are quoted.
