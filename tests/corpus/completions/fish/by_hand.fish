# Written by a person: variables, loops, old options, and conditions that say nothing of commands.
set -l commands spin card
set -l tints ochre madder woad
complete -xc tangle -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c tangle -n "__fish_seen_subcommand_from spin" -l tint -x -a "$tints"
for word in spin card
    complete --command tangle --condition "__fish_seen_subcommand_from $word" --long-option=fibre --require-parameter --description "Which fibre"
end
complete -c tangle -n '__fish_seen_subcommand_from card; and not __fish_contains_opt fine' -l coarse
complete -c tangle -o twist -d "An old-fashioned word" # a remark with a quote'
complete -c tangle -s V -l version \
    -d "Say the version"
complete -c tangle -n "test -f Tanglefile" -l unsaid
complete -c tangle -n "__fish_seen_subcommand_from spin; or test 1 = 2" -l either
complete -c tangle -n "__fish_seen_subcommand_from lost" -l of-no-command
complete -c tangle -l spindle -x -a "(ls /spindles)"
complete -c tangle -l lustre -f -a "matt gloss"
complete -c tangle -s k -l kind -x -a "{wool	From sheep,silk	From the worm}"
complete -c tangled -l of-another-tool
if test -d /looms
    complete -c tangle -l loom -r
end
