export const ZSH_SCRIPT = String.raw`_cdb() {
  local -a typed lines names shown
  local paths line
  typed=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  lines=("\${(@f)$(\${(Q)~words[1]} __complete "\${(@)typed}" 2>/dev/null)}")
  paths=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    names+=("\${line%%$'\t'*}")
    shown+=("\${line/$'\t'/  -- }")
  done
  # Nothing to say about a name: then it stands alone.
  shown=("\${(@)shown%  -- }")
  if (( $#names )); then
    if [[ $paths == *nospace ]]; then
      compadd -S '' -l -d shown -a -- names
    else
      compadd -l -d shown -a -- names
    fi
  fi
  case $paths in
    :file*) [[ $PREFIX == --*=* ]] && compset -P '*='; _files ;;
    :directory*) [[ $PREFIX == --*=* ]] && compset -P '*='; _files -/ ;;
  esac
}
# Loaded from fpath it is called at once; sourced it is only made known.
if [[ $funcstack[1] == _cdb ]]; then
  _cdb "$@"
else
  compdef _cdb cdb
fi
`.replaceAll('\\$', '$');
