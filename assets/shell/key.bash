if [[ $- == *i* ]]; then
    bind -x '"@KEY@": @CMD@'
fi
