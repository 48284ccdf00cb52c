if (Microsoft.PowerShell.Core\Get-Module PSReadLine) {
    function __rolecall_bind {
        $binding = @{
            Chord            = '@KEY@'
            BriefDescription = 'Switch to an AWS role'
            ScriptBlock      = {
                @CMD@
                [Microsoft.PowerShell.PSConsoleReadLine]::InvokePrompt()
            }
        }
        PSReadLine\Set-PSReadLineKeyHandler @binding
        if ((PSReadLine\Get-PSReadLineOption).EditMode -eq 'Vi') { PSReadLine\Set-PSReadLineKeyHandler @binding -ViMode Command }
    }
    __rolecall_bind
    # `Set-PSReadLineOption -EditMode` later in the profile removes the binding. Bind again when the
    # shell is idle, after the profile.
    $null = Microsoft.PowerShell.Utility\Register-EngineEvent -SourceIdentifier PowerShell.OnIdle -MaxTriggerCount 1 -SupportEvent -Action {
        __rolecall_bind
    }
}
