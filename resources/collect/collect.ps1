# Fumimori collector 1, for Windows Server with or without Exchange.
# Usage:  powershell -ExecutionPolicy Bypass -File collect.ps1 [FILE]      (on Exchange: in the Exchange Management Shell)
#
# What it does   runs the commands below, which only read (Get-...), and writes what they show into ONE text file.
# What it never  reads: passwords and their hashes, private keys, mail.
# does           It changes nothing, sends nothing, and needs no network. Read it before you run it: it is short.
# Without an     it goes as far as it may, and the file says what could not be seen.
# administrator
#
# Hand the file to Fumimori (drop it into the window). You may read it first, but do not change it: the last line
# is the SHA-256 of all lines above it.
param([string]$File = "fumimori-$env:COMPUTERNAME.txt")
$ErrorActionPreference = 'Stop'
$culture = [Globalization.CultureInfo]::InvariantCulture
$domain = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().DomainName
$machine = ((@($env:COMPUTERNAME, $domain) | Where-Object { $_ }) -join '.').ToLowerInvariant()
$identity = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
$admin = $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
$lines = [Collections.Generic.List[string]]@()
$lines.Add('FUMIMORI-COLLECTED 1')
$lines.Add("host: $machine")
$lines.Add("at: $([DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', $culture))")
$lines.Add("root: $(if ($admin) { 'yes' } else { 'no' })")

# Part NAME REASON COMMAND: one command, its reason, and what it showed; every line of that begins with "| ".
function Part([string]$Name, [string]$Reason, [scriptblock]$Command) {
  Write-Host "$Reason`n    $($Command.ToString().Trim())"
  $lines.Add(''); $lines.Add("--- begin $Name"); $lines.Add("reason: $Reason")
  $lines.Add("command: $($Command.ToString().Trim() -replace '\s+', ' ')")
  try {
    $shown = @(& $Command | ForEach-Object { "$_" -split "`r?`n" } | Select-Object -First 20000)
    $lines.Add('result: seen')
    foreach ($line in $shown) { $lines.Add("| $line") }
  } catch { $lines.Add('result: not seen (1)') }
  $lines.Add("--- end $Name")
}
function Day($value) {
  if (-not $value) { return 'never' }
  try { ([DateTime]$value).ToString('yyyy-MM-dd', $culture) } catch { '' }
}

Part 'system' 'Which system, and until when it gets fixes' {
  Get-CimInstance Win32_OperatingSystem | ForEach-Object { "OS Name: $($_.Caption)"; "OS Version: $($_.Version)" }
}
Part 'hotfixes' 'Which updates are installed, and when' {
  Get-CimInstance Win32_QuickFixEngineering | ForEach-Object { "$($_.HotFixID) $(Day $_.InstalledOn)" }
}
Part 'listeners' 'Which programs wait for connections' {
  Get-NetTCPConnection -State Listen | Sort-Object -Unique -Property @('LocalPort', 'LocalAddress') | ForEach-Object {
    $program = (Get-Process -Id $_.OwningProcess -ErrorAction SilentlyContinue).ProcessName
    "LISTEN 0 0 $($_.LocalAddress):$($_.LocalPort) *:* users:((`"$program`",pid=$($_.OwningProcess)))"
  }
}
Part 'accounts' 'Accounts of this machine: when each was last used (no passwords)' {
  'username,lastlogon,enabled'
  Get-LocalUser | ForEach-Object { "$($_.Name)@$machine,$(Day $_.LastLogon),$($_.Enabled)" }
}
if (Get-Command Get-ReceiveConnector -ErrorAction SilentlyContinue) {
  Part 'mailboxes' 'Mailboxes: when each was last used, and where its mail goes on to' {
    'PrimarySmtpAddress,LastLogonTime,ForwardingSmtpAddress'
    # All of them first: the Exchange Management Shell runs one command at a time on the server.
    $boxes = @(Get-Mailbox -ResultSize Unlimited)
    foreach ($box in $boxes) {
      $seen = Get-MailboxStatistics "$($box.Guid)" -WarningAction SilentlyContinue -ErrorAction SilentlyContinue
      "$($box.PrimarySmtpAddress),$(Day $seen.LastLogonTime),$($box.ForwardingSmtpAddress)"
    }
  }
}

$text = ($lines -join "`n") + "`n"
$octets = [Text.Encoding]::UTF8.GetBytes($text)
$hash = [Security.Cryptography.SHA256]::Create().ComputeHash($octets)
$seal = [Text.Encoding]::UTF8.GetBytes("sha256: $(-join ($hash | ForEach-Object { $_.ToString('x2') }))`n")
$target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($File)
[IO.File]::WriteAllBytes($target, [byte[]]($octets + $seal))
Write-Host "`nWritten: $target`nNothing was sent and nothing was changed."
