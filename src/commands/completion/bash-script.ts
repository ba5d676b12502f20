/** Works without the package bash-completion, and with the bash 3.2 of macOS. */
export const BASH_SCRIPT = String.raw`_cdb() {
  local program=\${1/#\~\//$HOME/} rest=\${COMP_LINE:0:COMP_POINT} blanks part index
  local -a typed=()
  # Bash splits words at "=" and ":"; only the line says where a blank stood.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    blanks=\${rest%%[![:space:]]*}
    rest=\${rest#"$blanks"}
    part=\${COMP_WORDS[index]}
    if ((index == COMP_CWORD)); then part=$rest; fi
    rest=\${rest#"$part"}
    if [[ -n $blanks || $index -eq 0 ]]; then
      typed+=("$part")
    else
      typed[\${#typed[@]}-1]+=$part
    fi
  done

  local last=$((\${#typed[@]} - 1)) quoted=
  [[ \${typed[last]} == [\'\"]* ]] && quoted=yes
  for ((index = 0; index <= last; index++)); do
    typed[index]=\${typed[index]//[\\\"\']/}
  done

  # Readline completes only what follows the last of its breaks.
  local current=\${typed[last]} joined= mark
  if [[ -z $quoted ]]; then
    for mark in = :; do
      [[ $COMP_WORDBREAKS == *"$mark"* && $current == *"$mark"* ]] || continue
      part=\${current%"\${current##*"$mark"}"}
      ((\${#part} > \${#joined})) && joined=$part
    done
  fi

  local line paths=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*)
        paths=$line
        ;;
      *)
        line=\${line%%$'\t'*}
        line=\${line#"$joined"}
        [[ -z $line ]] && continue
        [[ -z $quoted && $paths == :none* ]] && printf -v line %q "$line"
        COMPREPLY+=("$line")
        ;;
    esac
  done < <("$program" __complete "\${typed[@]:1}" 2>/dev/null)

  case $paths in
    :file* | :directory*)
      local kind=-f
      [[ $paths == :directory* ]] && kind=-d
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        COMPREPLY+=("$line")
      done < <(compgen "$kind" -- "\${current#"$joined"}")
      ;;
    *nospace)
      compopt -o nospace 2>/dev/null
      ;;
  esac
}
complete -F _cdb cdb
`.replaceAll('\\$', '$');
