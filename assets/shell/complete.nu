def "nu-complete rolecall" [context: string] {
    ^@ROLECALL@ complete --shell nushell --line -- $context
    | lines
    | where {|line| not ($line | str starts-with "\t") }
    | each {|line|
        let parts = ($line | split row --number 2 "\t")
        { value: $parts.0, description: ($parts | get --ignore-errors 1 | default "") }
    }
}
