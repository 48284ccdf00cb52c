if (Get-Module PSReadLine) {
    Set-PSReadLineKeyHandler -Chord '@KEY@' -BriefDescription 'Take an AWS role on' -ScriptBlock {
        @CMD@
        [Microsoft.PowerShell.PSConsoleReadLine]::InvokePrompt()
    }
}
