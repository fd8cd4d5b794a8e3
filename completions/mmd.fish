# Completion of mmd for fish.
function __mmd_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l answer (command mmd __complete fish (count $before) $before "$word" 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path "$word"
        case names
            string join \n -- $answer[2..-1]
    end
end
complete --command mmd --no-files --keep-order --arguments '(__mmd_complete)'
