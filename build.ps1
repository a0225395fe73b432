# Finds a .NET SDK that fits global.json (or installs one below .nuke/temp), compiles the build graph when a source is newer than it, and
# runs it with the arguments given. Standard output and the exit code are the graph's, the working directory the caller's.
# build.sh does the same step by step, under the same names; a test reads both and compares.
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Root = Split-Path -Parent $MyInvocation.MyCommand.Path
$Project = Join-Path $Root 'build/Graph/_build.csproj'
$Graph = Join-Path $Root 'build/Graph/bin/Release/net10.0/_build.dll'
$Temp = Join-Path $Root '.nuke/temp'
$Mark = Join-Path $Temp 'compiled'
$InstallUrl = 'https://dot.net/v1/dotnet-install.ps1'

$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_SKIP_FIRST_TIME_EXPERIENCE = '1'
$env:DOTNET_CLI_UI_LANGUAGE = 'en'

function Stop-Build([string] $Message) {
    [Console]::Error.WriteLine("build.ps1: $Message")
    exit 1
}

# What it says is kept for people, where it does not work.
$Tried = ''
$Answer = ''
$Status = 0
function Test-DotNet([string] $Candidate) {
    if (-not $Candidate) { return $false }
    $ErrorActionPreference = 'Continue'
    $script:Tried = $Candidate
    Push-Location $Root
    try {
        $script:Answer = (& $Candidate --version 2>&1 | Out-String).TrimEnd()
        $script:Status = $LASTEXITCODE
    }
    catch {
        $script:Answer = "$_"
        $script:Status = 1
    }
    finally { Pop-Location }
    return ($script:Status -eq 0)
}

function Get-DotNet {
    Join-Path $Temp 'dotnet-win/dotnet.exe'
    Get-Command dotnet -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1 -ExpandProperty Source
}

# Any runtime that starts the compiled graph will do; the SDK need not be asked.
function Find-Runtime {
    return Get-DotNet | Where-Object { Test-Path $_ } | Select-Object -First 1
}

# The SDK installed by an earlier run is taken first.
function Find-DotNet {
    return Get-DotNet | Where-Object { Test-DotNet $_ } | Select-Object -First 1
}

# dotnet's exit codes where no SDK fits global.json, and where it has none at all, as Windows and as Unix show them.
function Write-Reason {
    $Reason = if (-not $Tried) { 'there is no dotnet on PATH' }
    elseif (($Status -band 0xFF) -in 0x91, 0x9B) { 'no .NET SDK fits global.json' }
    else { "$Tried does not work; it ended with $Status and said:`n$(if ($Answer) { $Answer } else { 'nothing' })" }
    [Console]::Error.WriteLine("build.ps1: $Reason")
}

function Install-DotNet {
    $Version = (Get-Content -Raw (Join-Path $Root 'global.json') | ConvertFrom-Json).sdk.version
    $Directory = Join-Path $Temp 'dotnet-win'
    $Script = Join-Path $Temp 'dotnet-install.ps1'
    Write-Reason
    [Console]::Error.WriteLine("build.ps1: installing the .NET SDK $Version into .nuke/temp/dotnet-win")
    New-Item -ItemType Directory -Force -Path $Temp | Out-Null
    try {
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        Invoke-WebRequest -UseBasicParsing -Uri $InstallUrl -OutFile $Script
        & $Script -InstallDir $Directory -Version $Version -NoPath | ForEach-Object { [Console]::Error.WriteLine($_) }
    }
    catch {
        Stop-Build "the .NET SDK $Version could not be installed ($_); install it by hand and put dotnet on PATH"
    }
    return (Join-Path $Directory 'dotnet.exe')
}

function Get-Source {
    $Names = '*.cs', '*.csproj', '*.props', '*.targets', 'packages.lock.json', 'global.json', '.editorconfig'
    Get-ChildItem -Path (Join-Path $Root 'build') -Recurse -File -Force -Include $Names |
        Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' }
    Get-ChildItem -Path (Join-Path $Root '*') -File -Force -Include '*.props', '*.targets', 'global.json', 'nuget.config', '.editorconfig'
}

# The mark lists the sources of the last compile, so one that was added or removed shows; its time is that compile's start.
function Test-Stale($Sources) {
    if (-not (Test-Path $Graph) -or -not (Test-Path $Mark)) { return $true }
    if ((Get-Content -Raw $Mark) -ne ($Sources.FullName -join "`n")) { return $true }
    $Compiled = (Get-Item $Mark).LastWriteTimeUtc
    return [bool]($Sources | Where-Object { $_.LastWriteTimeUtc -gt $Compiled })
}

# What is saved while the compiler runs counts as newer.
function Invoke-Compile($Sources) {
    if (-not (Test-Stale $Sources)) { return }
    New-Item -ItemType Directory -Force -Path $Temp | Out-Null
    $Compiling = "$Mark.$PID"
    [IO.File]::WriteAllText($Compiling, ($Sources.FullName -join "`n"))
    [Console]::Error.WriteLine('build.ps1: compiling the build graph')
    Push-Location $Root
    try {
        $ErrorActionPreference = 'Continue'
        $Log = & $DotNet build $Project -c Release -nologo -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false 2>&1
        $Failed = $LASTEXITCODE -ne 0
        $ErrorActionPreference = 'Stop'
    }
    finally { Pop-Location }
    if ($Failed) {
        $Log | ForEach-Object { [Console]::Error.WriteLine($_) }
        Stop-Build 'the build graph does not compile (see above)'
    }
    Move-Item -Force $Compiling $Mark
}

$Sources = @()
if ($args.Count -gt 0 -and $args[0] -eq ':complete') {
    # A shell asks while somebody types: nothing is compiled or installed for it.
    if (-not (Test-Path $Graph) -or -not ($DotNet = Find-Runtime)) { exit 0 }
}
elseif ((Test-Stale ($Sources = @(Get-Source))) -or -not ($DotNet = Find-Runtime)) {
    if (-not ($DotNet = Find-DotNet)) { $DotNet = Install-DotNet }
    Invoke-Compile $Sources
}

& $DotNet exec $Graph @args
exit $LASTEXITCODE
