__rolecall_restore=
\builtin shopt -q expand_aliases && __rolecall_restore='shopt -s expand_aliases;'
\builtin shopt -q interactive_comments || __rolecall_restore+='shopt -u interactive_comments;'
\builtin shopt -u expand_aliases
\builtin shopt -s interactive_comments
# Up to the end no alias can replace a word: bash expands aliases while it reads commands. It reads $(…) again whenever it runs it, so the
# commands in there are quoted.
