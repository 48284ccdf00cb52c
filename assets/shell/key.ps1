if (Microsoft.PowerShell.Core\Get-Module PSReadLine) {
    function __rolecall_bind {
        $binding = @{
            Chord            = '@KEY@'
            BriefDescription = 'Take an AWS role on'
            ScriptBlock      = {
                @CMD@
                [Microsoft.PowerShell.PSConsoleReadLine]::InvokePrompt()
            }
        }
        PSReadLine\Set-PSReadLineKeyHandler @binding
        if ((PSReadLine\Get-PSReadLineOption).EditMode -eq 'Vi') { PSReadLine\Set-PSReadLineKeyHandler @binding -ViMode Command }
    }
    __rolecall_bind
    # `Set-PSReadLineOption -EditMode` later in a profile would undo this. By the time the shell is idle, the profile has been read.
    $null = Microsoft.PowerShell.Utility\Register-EngineEvent -SourceIdentifier PowerShell.OnIdle -MaxTriggerCount 1 -SupportEvent -Action {
        __rolecall_bind
    }
}
