# rolecall: `@CMD@` switches this shell to an AWS role, `@CMD@ -` to the previous one,
# and `@CMD@ -c` leaves it.
def --env --wrapped @CMD@ [...words: string@"nu-complete rolecall"] {
    if ($words | any {|word| $word in [-h --help] }) { ^@ROLECALL@ eval --help; return }
    let more = ($env.AWS_SSO_HELPER_ARGS? | default "" | split row --regex '\s+' | where {|word| $word != "" })
    let lines = (^@ROLECALL@ eval --shell nushell ...$more ...$words)
    if ($lines | is-not-empty) { $lines | from json | load-env }
}
