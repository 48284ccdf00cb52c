# rolecall: `@CMD@` takes an AWS role on in this shell, `@CMD@ -` the one before, `@CMD@ -c` leaves it.
def _rolecall_take(args):
    if "-h" in args or "--help" in args:
        @ROLECALL@ eval --help
        return 0
    more = __xonsh__.env.get("AWS_SSO_HELPER_ARGS", "").split()
    lines = $(@ROLECALL@ eval --shell xonsh @(more) @(args))
    if lines:
        execx(lines, glbs=__xonsh__.ctx)
        return 0
    return 1

aliases["@CMD@"] = _rolecall_take
