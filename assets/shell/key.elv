set edit:insert:binding[@KEY@] = { rolecall-take; edit:redraw &full=$true }
