# rolecall: `@CMD@` switches this shell to an AWS role, `@CMD@ -` to the previous one,
# and `@CMD@ -c` leaves it.
use str
fn rolecall-take {|@words|
  if (or (has-value $words -h) (has-value $words --help)) {
    (external @ROLECALL@) eval --help
    return
  }
  var more = []
  if (has-env AWS_SSO_HELPER_ARGS) { set more = [(str:fields (get-env AWS_SSO_HELPER_ARGS))] }
  eval ((external @ROLECALL@) eval --shell elvish $@more $@words | slurp)
}
edit:add-var @CMD@~ $rolecall-take~
