$env.config = ($env.config | upsert keybindings (($env.config.keybindings? | default []) ++ [{
    name: rolecall
    modifier: @MODIFIER@
    keycode: @KEY@
    mode: [emacs vi_normal vi_insert]
    event: { send: executehostcommand cmd: "@CMD@" }
}]))
