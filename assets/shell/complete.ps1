Register-ArgumentCompleter -Native -CommandName @NAMES@ -ScriptBlock {
    param($word, $ast, $cursor)
    $typed = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor -or $_.Extent.Text -ne $word } | ForEach-Object { $_.Extent.Text.Trim('"', "'") })
    & @ROLECALL@ complete --shell powershell -- @typed "$word" 2>$null | Where-Object { -not $_.StartsWith("`t") } | ForEach-Object {
        $value, $meaning = $_ -split "`t", 2
        $written = if ($value -match "[\s'``""$;&|(){}<>]") { "'" + $value.Replace("'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($written, $value, 'ParameterValue', $(if ($meaning) { $meaning } else { $value }))
    }
}
