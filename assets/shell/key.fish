if status is-interactive
    function __rolecall_widget
        @CMD@
        commandline --function repaint
    end
    bind @KEY@ __rolecall_widget
    bind --mode insert @KEY@ __rolecall_widget
end
