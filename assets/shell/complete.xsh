def _rolecall_completer():
    import subprocess
    from xonsh.completers.completer import add_one_completer
    from xonsh.completers.tools import RichCompletion, contextual_command_completer

    @contextual_command_completer
    def complete(context):
        if not context.args or context.args[0].value not in (@NAMES@):
            return None
        typed = [arg.value for arg in context.args[: context.arg_index]] + [context.prefix]
        command = [@ROLECALL@, "complete", "--shell", "xonsh", "--", *typed]
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        if said == "\tfiles\n" or said.startswith("\tcommand"):
            return None
        plain = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,")
        found = set()
        for line in said.splitlines():
            if not line.startswith("\t"):
                value, _, meaning = line.partition("\t")
                more = {"description": meaning, "append_space": not value.endswith((":", "="))}
                # xonsh closes open quotes itself. A word that needs quotes and has none is replaced
                # by a quoted one.
                if not context.opening_quote and not set(value) <= plain:
                    more |= {"display": value, "prefix_len": len(context.raw_prefix)}
                    value = repr(value)
                found.add(RichCompletion(value, **more))
        return found

    add_one_completer("rolecall", complete, "start")

_rolecall_completer()
del _rolecall_completer
