Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName @NAMES@ -ScriptBlock {
    param($word, $ast, $cursor)
    # An error in a completion must not become an error of the shell.
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    $typed = @(foreach ($element in $ast.CommandElements) {
        if ($element.Extent.EndOffset -lt $cursor -or $element.Extent.Text -ne $word) { $element.Extent.Text.Trim('"', "'") }
    })
    foreach ($line in @(& @ROLECALL@ complete --shell powershell -- @typed "$word" 2>$null)) {
        if ($line.StartsWith("`t")) { continue }
        $value, $meaning = $line -split "`t", 2
        $written = if ($value -match "[\s'``""$;&|(){}<>]") { "'" + $value.Replace("'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($written, $value, 'ParameterValue', $(if ($meaning) { $meaning } else { $value }))
    }
}
