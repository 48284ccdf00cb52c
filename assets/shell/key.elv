var rolecall-widget = {
  # The message of a role that can't be had is on the screen already, and a picker closed with Esc is not an error.
  try { rolecall-take } catch error { }
  edit:redraw &full=$true
}
set edit:insert:binding[@KEY@] = $rolecall-widget
set edit:command:binding[@KEY@] = $rolecall-widget
