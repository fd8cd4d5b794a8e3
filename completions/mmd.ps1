# Completion of mmd for PowerShell.
Register-ArgumentCompleter -Native -CommandName 'mmd' -ScriptBlock {
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
    $answer = @(& mmd __complete powershell $before.Count @before "$wordToComplete" 2>$null)
    if ($answer.Count -gt 1 -and $answer[0] -eq 'names') {
        $answer[1..($answer.Count - 1)] | ForEach-Object {
            $name, $shown, $about = $_.Split("`t")
            [System.Management.Automation.CompletionResult]::new($name, $shown, 'ParameterValue', $about)
        }
    }
}
