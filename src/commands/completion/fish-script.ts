export const FISH_SCRIPT = String.raw`function __cdb_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l program $typed[1]
    set -e typed[1]
    set -l lines ($program __complete $typed "$current" 2>/dev/null)
    set -l paths $lines[1]
    set -e lines[1]
    for line in $lines
        echo $line
    end
    switch "$paths"
        case ':file*' ':directory*'
            set -l before (string match -r -- '^--[^=]*=' "$current")
            set -l path (string replace -r -- '^--[^=]*=' '' "$current")
            if string match -q ':directory*' -- $paths
                __fish_complete_directories "$path" | string replace -r -- '^' "$before"
            else
                __fish_complete_path "$path" | string replace -r -- '^' "$before"
            end
    end
end
complete -c cdb -f -a '(__cdb_complete)'
`;
