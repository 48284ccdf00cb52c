# rolecall: `@CMD@` takes an AWS role on in this shell, `@CMD@ -` the one before, `@CMD@ -c` leaves it.
# An alias would win over the function. Cmdlets are named with their modules, since aliases win over them too.
Microsoft.PowerShell.Management\Remove-Item -Path 'Alias:\@CMD@' -Force -ErrorAction Ignore
function @CMD@ {
    if ($args -contains '-h' -or $args -contains '--help') { & @ROLECALL@ eval --help; return }
    $more = @()
    if ($Env:AWS_SSO_HELPER_ARGS) { $more = -split $Env:AWS_SSO_HELPER_ARGS }
    $lines = & @ROLECALL@ eval --shell powershell @more @args
    if ($LASTEXITCODE -eq 0 -and $lines) { $lines | Microsoft.PowerShell.Utility\Out-String | Microsoft.PowerShell.Utility\Invoke-Expression }
}
