if [[ $- == *i* ]]; then
    # In vi-insert the first key is inserted if the second key comes later than `keyseq-timeout`.
    if [[ $(\bind -m vi-insert -p 2>/dev/null) == *'"@PREFIX@": self-insert'* ]]; then
        bind -m vi-insert -r '@PREFIX@' 2>/dev/null || :
    fi
fi
