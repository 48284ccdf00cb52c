# rolecall: `@CMD@` switches this shell to an AWS role, `@CMD@ -` to the previous one,
# and `@CMD@ -c` leaves it.
# An alias would take precedence over the function. Cmdlets are called with their modules for the
# same reason.
Microsoft.PowerShell.Management\Remove-Item -Path 'Alias:\@CMD@' -Force -ErrorAction Ignore
function @CMD@ {
    if ($args -contains '-h' -or $args -contains '--help') { & @ROLECALL@ eval --help; return }
    $more = @()
    if ($Env:AWS_SSO_HELPER_ARGS) { $more = -split $Env:AWS_SSO_HELPER_ARGS }
    $lines = & @ROLECALL@ eval --shell powershell @more @args
    if ($LASTEXITCODE -eq 0 -and $lines) { $lines | Microsoft.PowerShell.Utility\Out-String | Microsoft.PowerShell.Utility\Invoke-Expression }
}
