import { exactly } from '../argument-count.ts'
import { type Command, command as define } from '../command.ts'
import { toggle } from '../flags.ts'

const setUp: Readonly<Record<string, string>> = {
  bash: 'source <(esc completion bash)',
  zsh: 'source <(esc completion zsh)',
  fish: 'esc completion fish | source',
  powershell: 'esc completion powershell | Out-String | Invoke-Expression',
}

/** `esc completion <shell>`: a script that asks `esc __complete` for the candidates. */
export function completionCommand(shell: string): Command {
  return define({
    usage: '',
    summary: `Print the completion script for ${shell}`,
    examples: [setUp[shell] ?? ''],
    arguments: exactly(0),
    flags: { 'no-descriptions': toggle('Leave out what commands are for') },
    async run({ flags, out }) {
      out.write((scripts[shell] ?? '').replaceAll('{descriptions}', flags['no-descriptions'] ? 'no' : 'yes'))
    },
  })
}

const bash = `# bash completion for esc
_esc() {
  local IFS=$'\\n'
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(esc __complete -- "\${words[@]}" 2>/dev/null | cut -f1))
}
complete -o default -F _esc esc
`

const zsh = `#compdef esc
# zsh completion for esc
_esc() {
  local -a candidates
  local line name text
  for line in "\${(@f)$(esc __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    name="\${line%%$'\\t'*}"
    text="\${line#*$'\\t'}"
    [[ -n "$name" ]] || continue
    if [[ "{descriptions}" == yes && "$line" == *$'\\t'* ]]; then candidates+=("\${name//:/\\\\:}:$text"); else candidates+=("\${name//:/\\\\:}"); fi
  done
  _describe 'esc' candidates
}
compdef _esc esc
`

const fish = `# fish completion for esc
function __esc_complete
  set -l words (commandline -opc) (commandline -ct)
  if test "{descriptions}" = yes
    esc __complete -- $words[2..-1] 2>/dev/null
  else
    esc __complete -- $words[2..-1] 2>/dev/null | cut -f1
  end
end
complete -c esc -f -a '(__esc_complete)'
`

const powershell = `# PowerShell completion for esc
Register-ArgumentCompleter -Native -CommandName esc -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -eq '') { $words += '' }
  esc __complete -- $words 2>$null | ForEach-Object {
    $name, $text = $_ -split "\`t", 2
    if ('{descriptions}' -ne 'yes' -or -not $text) { $text = $name }
    [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $text)
  }
}
`

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish, powershell }
