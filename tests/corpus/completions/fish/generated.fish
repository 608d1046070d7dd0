# Print the options that stand before any command.
function __fish_brindle_global_optspecs
	string join \n v/verbose q/quiet h/help
end

function __fish_brindle_needs_command
	set -l cmd (commandline -opc)
	set -e cmd[1]
	complete -c brindle -l inside-a-function
	return 0
end

function __fish_brindle_using_subcommand
	set -l cmd (__fish_brindle_needs_command)
	contains -- $cmd[1] $argv
end

complete -c brindle -n "__fish_brindle_needs_command" -s v -l verbose -d 'Say more, don\'t hide \"plain\" lines'
complete -c brindle -n "__fish_brindle_needs_command" -l hue -d 'When to paint' -r -f -a "always\t''
never\t'Plain text'
auto\t''"
complete -c brindle -n "__fish_brindle_needs_command" -f -a "weave" -d 'Weave threads into cloth'
complete -c brindle -n "__fish_brindle_needs_command" -f -a "loom" -d 'Look after looms'
complete -c brindle -n "__fish_brindle_using_subcommand weave" -s o -l outfile -d 'Where the cloth goes' -r -F
complete -c brindle -n "__fish_brindle_using_subcommand weave" -s d -l into -d 'Folder of the cloth' -r -f -a "(__fish_complete_directories)"
complete -c brindle -n "__fish_brindle_using_subcommand weave" -l dry -d 'Only pretend'
complete -c brindle -n "__fish_brindle_using_subcommand loom; and not __fish_seen_subcommand_from set-up strip" -f -a "set-up" -d 'Set a loom up'
complete -c brindle -n "__fish_brindle_using_subcommand loom; and not __fish_seen_subcommand_from set-up strip" -f -a "strip" -d 'Take all threads off'
complete -c brindle -n "__fish_brindle_using_subcommand loom; and __fish_seen_subcommand_from set-up" -l width -d 'Width in threads' -r
complete -c brindle -n "__fish_brindle_using_subcommand loom; and __fish_seen_subcommand_from strip" -l keep-warp
