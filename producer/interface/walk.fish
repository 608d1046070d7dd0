# What follows is the same for every tool: it walks over the words that are typed and asks the tables above.

# Finds an option in the tables of these scopes; prints what it takes, what stands in for a value, and the choices.
function @NAME@_look -a option
    for scope in $argv[2..-1]
        @NAME@_value $scope $option; and return 0
    end
    return 1
end

# Prints the option whose value the next word is: this one, or the last letter of `-xvf`.
function @NAME@_opens -a option
    set -l found (@NAME@_look $option $argv[2..-1])
    if set -q found[1]
        contains -- $found[1] required maybe; and printf '%s\n' $option
        return
    end
    string match -qr -- '^-[^-].' $option; or return 1
    set -l letters (string split '' -- (string sub -s 2 -- $option))
    for place in (seq (count $letters))
        set found (@NAME@_look -$letters[$place] $argv[2..-1])
        set -q found[1]; or continue
        test "$found[1]" = required -a $place = (count $letters); and printf '%s\n' -$letters[$place]
        return
    end
    return 1
end

# Prints paths behind what stands before them: what fish itself offers to a command that it knows nothing of.
function @NAME@_paths -a kind prefix value
    set -l paths
    switch $kind
        case files
            set paths (complete -C "'' $value")
        case directories
            set paths (complete -C "'' $value" | string match -r '.*/$')
    end
    set -q paths[1]; and printf '%s\n' $prefix$paths
end

# Prints the values of an option or argument: a table's answer without what it takes.
function @NAME@_values -a kind prefix value
    set -q argv[4]; and printf '%s\n' $prefix$argv[4..-1]
    @NAME@_paths $kind $prefix $value
end

function @NAME@
    set -l current (commandline -ct)
    set -l typed (commandline -opc)
    set -l node 0
    set -l scopes 0
    set -l place 0
    set -l ended 0
    set -l option
    set -l found
    for word in $typed[2..-1]
        if set -q option[1]
            set found (@NAME@_look $option $scopes)
            set option
            test "$found[1]" = required; and continue
            contains -- $word $found[3..-1]; and continue
        end
        if test $ended = 0
            if test "$word" = --
                set ended 1
                continue
            end
            string match -qr -- '^[-+].*=' $word; and continue
            if string match -qr -- '^[-+].' $word
                set option (@NAME@_opens $word $scopes)
                continue
            end
            if test $place = 0
                set -l next (@NAME@_enter $node $word)
                if set -q next[1]
                    set scopes $next {$node}i $scopes[2..-1]
                    set node $next
                    continue
                end
            end
            if string match -q -- '*=*' $word
                @NAME@_look (string split -m 1 = -- $word)[1] $scopes >/dev/null; and continue
            end
        end
        set place (math $place + 1)
    end

    if set -q option[1]
        set found (@NAME@_look $option $scopes)
        @NAME@_values $found[2] '' "$current" $found[3..-1]
        test "$found[1]" = required; and return
    end
    if test $ended = 0
        set -l parts (string split -m 1 = -- $current)
        if set -q parts[2]
            set found (@NAME@_look "$parts[1]" $scopes)
            if set -q found[1]
                @NAME@_values $found[2] $parts[1]= $parts[2] $found[3..-1]
                return
            end
        end
        for scope in $scopes
            if string match -qr -- '^[-+]' $current
                @NAME@_options $scope
            else
                @NAME@_options $scope | string match -vr -- '^[-+]'
            end
        end
        string match -qr -- '^[-+]' $current; and return
        test $place = 0; and @NAME@_commands $node
    end
    set found (@NAME@_argument $node $place)
    set -q found[1]; and @NAME@_values $found[1] '' "$current" $found[2..-1]
end

complete -c @PROGRAM@ -e
complete -c @PROGRAM@ -f -a '(@NAME@)'
