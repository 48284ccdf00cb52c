# rolecall: `@CMD@` switches this shell to an AWS role, `@CMD@ -` to the previous one,
# and `@CMD@ -c` leaves it.
def _rolecall_take(args):
    import subprocess

    if "-h" in args or "--help" in args:
        @ROLECALL@ eval --help
        return 0
    more = __xonsh__.env.get("AWS_SSO_HELPER_ARGS", "").split()
    command = [@ROLECALL@, "eval", "--shell", "xonsh", *more, *args]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=__xonsh__.env.detype())
    if done.returncode == 0:
        execx(done.stdout, glbs=__xonsh__.ctx)
    return done.returncode

aliases["@CMD@"] = _rolecall_take
