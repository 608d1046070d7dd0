# A list for a tool without commands
_tangle_module()
{
	local cur prev OPTS TINTS
	COMPREPLY=()
	cur="${COMP_WORDS[COMP_CWORD]}"
	prev="${COMP_WORDS[COMP_CWORD-1]}"
	case $prev in
		'-t'|'--tint')
			TINTS="ochre madder woad"
			COMPREPLY=( $(compgen -W "$TINTS" -- $cur) )
			return 0
			;;
		'-I'|'--include')
			_filedir -d
			return 0
			;;
		'--pair')
			COMPREPLY=( $(compgen -P "left=" -W "one two" -- $cur) )
			return 0
			;;
		'--spindle')
			COMPREPLY=( $(compgen -W "$(ls /spindles)" -- $cur) )
			return 0
			;;
		'-h'|'--help')
			return 0
			;;
	esac
	case $cur in
		-*)
			OPTS="--tint
				--include
				--pair
				--spindle
				--fine
				--help"
			COMPREPLY=( $(compgen -W "${OPTS[*]}" -- $cur) )
			return 0
			;;
	esac
	compopt -o filenames
	COMPREPLY=( $(compgen -f -- ${cur:-"/"}) )
	return 0
}
complete -F _tangle_module tangle
