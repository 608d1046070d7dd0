# Which command was typed is found out in a way that only a shell follows: nothing is claimed.
_warp()
{
    local cur prev words cword
    _init_completion || return
    local command=${words[1]}
    case $command in
        add)
            COMPREPLY=( $(compgen -W '--force --loom' -- "$cur") )
            return 0
            ;;
    esac
    COMPREPLY=( $(compgen -W 'add drop' -- "$cur") )
} &&
complete -F _warp warp
