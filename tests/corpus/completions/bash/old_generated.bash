_brindle() {
    local i cur prev opts cmds
    COMPREPLY=()
    cmd=""
    opts=""

    for i in ${COMP_WORDS[@]}
    do
        case "${i}" in
            brindle)
                cmd="brindle"
                ;;
            set-up)
                cmd+="__set__up"
                ;;
            loom)
                cmd+="__loom"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        brindle)
            opts=" -h --help  <PATTERN>  loom"
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            return 0
            ;;
        brindle__loom)
            opts=" --width  set-up"
            case "${prev}" in
                --width)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
            esac
            ;;
        brindle__loom__set__up)
            opts=" --quick "
            ;;
    esac
}
