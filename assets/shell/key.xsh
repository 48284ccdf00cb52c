@events.on_ptk_create
def _rolecall_bind(bindings, **kwargs):
    @bindings.add(@KEY@)
    def _rolecall_widget(event):
        from prompt_toolkit.application import run_in_terminal
        run_in_terminal(lambda: _rolecall_take([]))
