# What follows is the same for every tool: it walks over the words that are typed and asks the tables above.

# Finds an option in the tables of the command and of those above it; sets takes, kind and found.
@NAME@_look() {
    local scope
    for scope in "${scopes[@]}"; do
        "@NAME@_value" "$scope" "$1" && return 0
    done
    takes=none kind=nothing found=()
    return 1
}

# Tells whether the word after this one is its value, and of which option: the last letter of `-xvf` may take one.
@NAME@_opens() {
    local place letter
    option=$1
    if "@NAME@_look" "$1"; then
        [[ $takes == required || $takes == maybe ]]
        return
    fi
    [[ $1 == -[!-]?* ]] || return 1
    for ((place = 1; place < ${#1}; place++)); do
        letter=-${1:place:1}
        "@NAME@_look" "$letter" || continue
        [[ $takes == required ]] || return 1
        option=$letter
        ((place == ${#1} - 1))
        return
    done
    return 1
}

# Joins what bash split at `=` and `:`, up to the cursor; sets typed.
@NAME@_read() {
    local rest=${COMP_LINE:0:COMP_POINT} place word gap last=0
    typed=()
    if [[ -z ${COMP_LINE-} ]]; then
        typed=("${COMP_WORDS[@]:0:COMP_CWORD+1}")
        return
    fi
    for ((place = 0; place <= COMP_CWORD; place++)); do
        word=${COMP_WORDS[place]}
        gap=${rest%%[![:space:]]*}
        rest=${rest#"$gap"}
        [[ ${rest:0:${#word}} == "$word" ]] || word=$rest
        rest=${rest:${#word}}
        if ((place == 0)) || [[ -n $gap ]]; then
            typed+=("$word")
            last=$((${#typed[@]} - 1))
        else
            typed[last]+=$word
        fi
    done
}

# Walks to the command that is typed; sets node, scopes, place (of the next argument), ended and option (that waits).
@NAME@_walk() {
    local word waiting='' takes kind found next choice
    node=0 scopes=(0) place=0 ended='' option=''
    for word in "$@"; do
        word=${word//[\\\"\']/}
        if [[ -n $waiting ]]; then
            waiting=
            [[ $takes == required ]] && option= && continue
            for choice in ${found[@]+"${found[@]}"}; do
                [[ $choice == "$word" ]] && word= && break
            done
            option=
            [[ -z $word ]] && continue
        fi
        if [[ -z $ended ]]; then
            case $word in
                --) ended=1 && continue ;;
                [-+]?*=*) continue ;;
                [-+]?*) "@NAME@_opens" "$word" && waiting=1 || option= && continue ;;
            esac
            if ((place == 0)) && "@NAME@_enter" "$node" "$word"; then
                scopes=("$next" "${node}i" "${scopes[@]:1}")
                node=$next
                continue
            fi
            [[ $word == ?*=* ]] && "@NAME@_look" "${word%%=*}" && continue
        fi
        place=$((place + 1))
    done
    [[ -n $waiting ]] || option=
}

# Collects what may be typed next, for a word that begins like this one; sets candidates and kind.
@NAME@_collect() {
    local takes found scope word
    candidates=() kind=nothing found=()
    if [[ -n $option ]] && "@NAME@_look" "$option"; then
        candidates=(${found[@]+"${found[@]}"})
        [[ $takes == required ]] && return
    fi
    if [[ -z $ended && $1 == ?*=* ]] && "@NAME@_look" "${1%%=*}"; then
        for word in ${found[@]+"${found[@]}"}; do
            candidates+=("${1%%=*}=$word")
        done
        prefix=${1%%=*}=
        return
    fi
    if [[ -z $ended ]]; then
        for scope in "${scopes[@]}"; do
            "@NAME@_options" "$scope"
            for word in ${found[@]+"${found[@]}"}; do
                [[ $word == [-+]* && $1 != [-+]* ]] || candidates+=("$word")
            done
        done
        if ((place == 0)); then
            "@NAME@_commands" "$node"
            candidates+=(${found[@]+"${found[@]}"})
        fi
        [[ $1 == [-+]* ]] && kind=nothing && return
    fi
    if "@NAME@_argument" "$node" "$place"; then
        candidates+=(${found[@]+"${found[@]}"})
    fi
}

# Puts a candidate where readline finds it: it replaces only what follows the last `=`, `:` or `@`.
@NAME@_reply() {
    local rest=${1:${#kept}} quoted
    if [[ $rest == *[!A-Za-z0-9_%+=:@,./-]* ]]; then
        [[ -z $quote ]] || return
        printf -v quoted %q "$rest"
        rest=$quoted
    fi
    COMPREPLY+=("$rest")
    [[ $rest == *[=/] ]] && compopt -o nospace 2>/dev/null
}

# Leaves paths to readline, which knows how to quote them; not where it would take the option for a part of them.
@NAME@_paths() {
    local path
    case $kind in
        nothing) compopt +o default +o bashdefault 2>/dev/null ;;
        directories) compopt -o dirnames +o default +o bashdefault 2>/dev/null ;;
    esac
    [[ $kind != nothing && -n $prefix && $kept != "$prefix"* ]] || return
    while IFS= read -r path; do
        [[ -d $path ]] && path+=/
        [[ $kind == directories && $path != */ ]] || "@NAME@_reply" "$prefix$path"
    done < <(compgen -f -- "${cur#"$prefix"}")
}

@NAME@() {
    local -a typed candidates scopes found
    local cur word node place ended option prefix='' kept='' kind quote='' length
    COMPREPLY=()
    "@NAME@_read"
    length=$((${#typed[@]} - 1))
    ((length > 0)) || return
    cur=${typed[length]}
    [[ $cur == [\"\']* ]] && quote=${cur:0:1} && cur=${cur:1}
    cur=${cur//\\/}
    "@NAME@_walk" "${typed[@]:1:length-1}"
    "@NAME@_collect" "$cur"
    if [[ -z $quote ]]; then
        for ((length = ${#cur}; length > 0; length--)); do
            word=${cur:length-1:1}
            [[ $word == [=:@] && $COMP_WORDBREAKS == *"$word"* ]] && kept=${cur:0:length} && break
        done
    fi
    for word in ${candidates[@]+"${candidates[@]}"}; do
        [[ $word == "$cur"* ]] && "@NAME@_reply" "$word"
    done
    ((${#COMPREPLY[@]})) || "@NAME@_paths"
}

complete -o bashdefault -o default -F "@NAME@" -- @PROGRAM@
