_brindle() {
    local i cur prev opts cmd
    COMPREPLY=()
    cur="${COMP_WORDS[COMP_CWORD]}"
    prev="${COMP_WORDS[COMP_CWORD-1]}"
    cmd=""
    opts=""

    for i in ${COMP_WORDS[@]}
    do
        case "${cmd},${i}" in
            ",$1")
                cmd="brindle"
                ;;
            brindle,loom)
                cmd="brindle__loom"
                ;;
            brindle,set-up)
                cmd="brindle__set__up"
                ;;
            brindle__loom,strip)
                cmd="brindle__loom__strip"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        brindle)
            opts="-v -h --hue --verbose --help [PATTERN] <THREADS>... loom set-up"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 1 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --hue)
                    COMPREPLY=($(compgen -W "always never auto" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        brindle__loom)
            opts="-h --help strip"
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        brindle__loom__strip)
            opts="-k --keep bash zsh"
            case "${prev}" in
                --keep|-k)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
            esac
            return 0
            ;;
        brindle__set__up)
            opts="--width"
            return 0
            ;;
    esac
}

complete -F _brindle -o bashdefault -o default brindle
