//! The four shells: the script that each loads, what it asks, and how it takes the answer.
//!
//! A script calls the program by its name, never by a path, and holds no word of the command line:
//! what may stand there is asked at the key, so a script never grows old. The first line of an
//! answer says `files` or `names`, each further one is a candidate as the shell needs it.

use std::str::FromStr;

use super::{
    COMMAND, SHELLS,
    engine::{Candidate, Completion},
    line::{self, Line},
};

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// bash, from 3.2 on
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell, from 5.1 on
    PowerShell,
}

impl FromStr for Shell {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        SHELLS.iter().find(|(name, _)| *name == text).map(|(_, shell)| *shell).ok_or(())
    }
}

impl Shell {
    /// Its name, as it is typed.
    pub fn name(self) -> &'static str {
        SHELLS.iter().find(|(_, shell)| *shell == self).map_or("", |(name, _)| name)
    }

    /// The file that its script is called, as the shells look for it.
    pub fn file(self) -> &'static str {
        match self {
            Shell::Bash => "mmd.bash",
            Shell::Zsh => "_mmd",
            Shell::Fish => "mmd.fish",
            Shell::PowerShell => "mmd.ps1",
        }
    }

    /// The script for the program `name`.
    pub fn script(self, name: &str) -> String {
        let script = match self {
            Shell::Bash => BASH,
            Shell::Zsh => ZSH,
            Shell::Fish => FISH,
            Shell::PowerShell => POWERSHELL,
        };
        script.replace("@NAME@", name).replace("@COMMAND@", COMMAND)
    }
}

// Words are read by the program: bash's own are cut at `@`, `:` and `=`. Lines are read one by
// one, because a substitution would be cut at blanks and expanded as file names.
const BASH: &str = r#"# Completion of @NAME@ for bash.
_@NAME@() {
    local kind= line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY+=("$line")
        fi
    done < <(command @NAME@ @COMMAND@ bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    if [[ $kind == files ]] && type compopt >/dev/null 2>&1; then
        compopt -o bashdefault -o default
    fi
}
if [[ ${BASH_VERSINFO[0]} -gt 4 || ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 ]]; then
    complete -o nosort -F _@NAME@ @NAME@
else
    complete -F _@NAME@ @NAME@
fi
"#;

const ZSH: &str = r#"#compdef @NAME@
# Completion of @NAME@ for zsh.
_@NAME@() {
    local -a answer
    answer=("${(@f)$(command @NAME@ @COMMAND@ zsh $((CURRENT - 1)) "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    case $answer[1] in
        files)
            [[ $PREFIX == --*=* ]] && compset -P '*='
            _files
            ;;
        names)
            shift answer
            # Names are found whichever case they are typed in.
            (( $#answer )) && _describe -V '@NAME@' answer -M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}'
            ;;
    esac
}
if [[ $funcstack[1] == _@NAME@ ]]; then
    _@NAME@ "$@"
else
    compdef _@NAME@ @NAME@
fi
"#;

// The word goes to the program as it is meant, and to fish, for paths, as it is typed.
const FISH: &str = r#"# Completion of @NAME@ for fish.
function __@NAME@_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l word (string unescape -- "$typed")
    set -l answer (command @NAME@ @COMMAND@ fish (count $before) $before "$word" 2>/dev/null)
    switch "$answer[1]"
        case files
            complete -C"'' $typed"
        case names
            string join \n -- $answer[2..-1]
    end
end
complete --command @NAME@ --no-files --keep-order --arguments '(__@NAME@_complete)'
"#;

// An empty word is lost on the way to a program (Windows PowerShell 5.1): the number of words
// before it says that there is one.
const POWERSHELL: &str = r#"# Completion of @NAME@ for PowerShell.
Register-ArgumentCompleter -Native -CommandName '@NAME@' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
                $_.Value
            } else {
                $_.Extent.Text
            }
        })
    $answer = @(& @NAME@ @COMMAND@ powershell $before.Count @before "$wordToComplete" 2>$null)
    if ($answer.Count -gt 1 -and $answer[0] -eq 'names') {
        $answer[1..($answer.Count - 1)] | ForEach-Object {
            $name, $shown, $about = $_.Split("`t")
            [System.Management.Automation.CompletionResult]::new($name, $shown, 'ParameterValue', $about)
        }
    }
}
"#;

/// What a script asks.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    shell: Shell,
    /// The words before the cursor, without the program's name.
    pub before: Vec<String>,
    /// The word at the cursor.
    pub word: String,
    line: Line,
}

/// What the script of `shell` asks by `args`; none for what no script of ours says.
pub fn asked(shell: Shell, args: &[String]) -> Option<Asked> {
    if shell == Shell::Bash {
        let [text, breaks] = args else { return None };
        let mut line = line::read(text, breaks);
        let before = std::mem::take(&mut line.before).into_iter().skip(1).collect();
        return Some(Asked { shell, before, word: line.word.clone(), line });
    }
    let (number, words) = args.split_first()?;
    let number: usize = number.parse().ok()?;
    let word = words.get(number).map_or("", String::as_str);
    let word = match shell {
        // Its quotes and backslashes are undone already.
        Shell::Fish => word,
        // PowerShell hands over an open quote.
        _ => word.strip_prefix(['\'', '"']).unwrap_or(word),
    };
    let word = word.to_owned();
    let before = words.get(1..number.min(words.len())).unwrap_or_default().to_vec();
    Some(Asked { shell, before, word, line: Line::default() })
}

/// The answer, as the script reads it.
pub fn printed(asked: &Asked, completion: &Completion) -> String {
    let names = match completion {
        Completion::Files => return "files\n".to_owned(),
        Completion::Names(names) => names,
    };
    let mut text = "names\n".to_owned();
    for name in names {
        let line = match asked.shell {
            Shell::Bash => bash(name, &asked.line),
            Shell::Zsh => Some(zsh(name)),
            Shell::Fish => Some(fish(name)),
            Shell::PowerShell => Some(powershell(name)),
        };
        if let Some(line) = line {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// Only what bash is to put behind what it keeps, with a backslash where it needs one.
fn bash(name: &Candidate, line: &Line) -> Option<String> {
    let value = &name.value;
    let kept = value.get(..line.kept.len())?;
    if !kept.eq_ignore_ascii_case(&line.kept) {
        return None;
    }
    let rest = &value[kept.len()..];
    if line.quote.is_some() {
        return Some(rest.to_owned());
    }
    let plain = |c: char| c.is_alphanumeric() || "-_.@:/+%,=".contains(c);
    let escape = |c: char| if plain(c) { vec![c] } else { vec!['\\', c] };
    Some(rest.chars().flat_map(escape).collect())
}

/// A colon ends the name.
fn zsh(name: &Candidate) -> String {
    let value = name.value.replace('\\', "\\\\").replace(':', "\\:");
    match &name.about {
        Some(about) => format!("{value}:{}", about.replace('\\', "\\\\")),
        None => value,
    }
}

fn fish(name: &Candidate) -> String {
    match &name.about {
        Some(about) => format!("{}\t{about}", name.value),
        None => name.value.clone(),
    }
}

/// What is inserted, what is listed, what is told of it (which PowerShell refuses when empty).
fn powershell(name: &Candidate) -> String {
    let value = &name.value;
    let plain = |c: char| c.is_alphanumeric() || "-_./\\+:=".contains(c);
    let typed = match value.chars().all(plain) {
        true => value.clone(),
        false => format!("'{}'", value.replace('\'', "''")),
    };
    let about = name.about.as_deref().filter(|about| !about.is_empty()).unwrap_or(value);
    format!("{typed}\t{value}\t{about}")
}

#[cfg(test)]
#[path = "shells_tests.rs"]
mod tests;
