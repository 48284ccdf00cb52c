var rolecall-widget = {
  # rolecall has already printed its error, and closing the picker with Esc is not an error.
  try { rolecall-take } catch error { }
  edit:redraw &full=$true
}
set edit:insert:binding[@KEY@] = $rolecall-widget
set edit:command:binding[@KEY@] = $rolecall-widget
