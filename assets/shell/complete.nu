def "rolecall candidates" [--line, ...words: string] {
    let said = if $line {
        ^@ROLECALL@ complete --shell nushell --line -- ...$words
    } else {
        ^@ROLECALL@ complete --shell nushell -- ...$words
    }
    $said
    | lines
    | where {|line| not ($line | str starts-with "\t") }
    | each {|line|
        let parts = ($line | split row --number 2 "\t")
        { value: $parts.0, description: ($parts | skip 1 | str join) }
    }
}
def "nu-complete rolecall" [context: string] {
    rolecall candidates --line $context
}
# The program is external, so another completer may be configured. It stays in use for all other
# commands.
let rolecall_before = $env.config?.completions?.external?.completer?
$env.config = ($env.config | upsert completions.external.completer {|old|
    {|spans|
        if ($spans.0 | path basename) == "rolecall" {
            rolecall candidates ...$spans
        } else if $rolecall_before != null {
            do $rolecall_before $spans
        }
    }
})
