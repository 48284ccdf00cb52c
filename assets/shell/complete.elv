use str
fn rolecall-complete {|@words|
  try {
    (external @ROLECALL@) complete --shell elvish -- $@words 2>/dev/null | from-lines | each {|line|
      if (eq $line "\tfiles") {
        edit:complete-filename $@words
      } elif (not (str:has-prefix $line "\t")) {
        var value @meaning = (str:split &max=2 "\t" $line)
        if (eq $meaning []) {
          put $value
        } else {
          edit:complex-candidate $value &display=$value'  '$meaning[0]
        }
      }
    }
  } catch error { }
}
for name [@NAMES@] {
  set edit:completion:arg-completer[$name] = $rolecall-complete~
}
