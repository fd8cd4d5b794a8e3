# Completion of mmd for fish.
function __mmd_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l word (string unescape -- "$typed")
    set -l answer (command mmd __complete fish (count $before) $before "$word" 2>/dev/null)
    switch "$answer[1]"
        case files
            complete -C"'' $typed"
        case names
            string join \n -- $answer[2..-1]
    end
end
complete --command mmd --no-files --keep-order --arguments '(__mmd_complete)'
