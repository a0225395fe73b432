#!/usr/bin/env bash
# Finds a .NET SDK that fits global.json (or installs one below .nuke/temp), compiles the build graph when a source is newer than it, and
# runs it with the arguments given. Standard output, the exit code and the working directory are the graph's and the caller's.
# build.ps1 does the same step by step, under the same names; a test reads both and compares.
set -eo pipefail

# A file that was closed is the next one to be opened: bash itself then has this script there, and what is meant for people would go nowhere.
for file in 0 1 2; do
  [[ -e /dev/fd/$file && ! /dev/fd/$file -ef ${BASH_SOURCE[0]} ]] || eval "exec $file<>/dev/null"
done

unset CDPATH
self=${BASH_SOURCE[0]}
[[ $self == */* ]] && root=${self%/*} || root=.
root=$(cd -- "$root" && pwd -P)
project=$root/build/Graph/_build.csproj
graph=$root/build/Graph/bin/Release/net10.0/_build.dll
temp=$root/.nuke/temp
mark=$temp/compiled
install_url=https://dot.net/v1/dotnet-install.sh

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

# Any runtime that starts the compiled graph will do; the SDK need not be asked.
find_runtime() {
  dotnet=$temp/dotnet-unix/dotnet
  [[ -x $dotnet ]] || dotnet=$(command -v dotnet || true)
  [[ -x $dotnet ]]
}

# What it says is kept for people, where it does not work.
works() {
  status=0
  answer=$( (cd -- "$root" && "$dotnet" --version) 2>&1) || status=$?
  return "$status"
}

# The SDK installed by an earlier run is taken first: asking `dotnet --version` costs more than all the rest.
find_dotnet() {
  dotnet=$temp/dotnet-unix/dotnet
  [[ -x $dotnet ]] && works && return
  dotnet=$(command -v dotnet || true)
  [[ -n $dotnet ]] && works
}

# dotnet ends with 155 where no SDK fits global.json, with 145 where it has none at all.
say_why() {
  case ${dotnet:+$status} in
    '') echo "build.sh: there is no dotnet on PATH" >&2 ;;
    145 | 155) echo "build.sh: no .NET SDK fits global.json" >&2 ;;
    *)
      echo "build.sh: $dotnet does not work; it ended with $status and said:" >&2
      echo "${answer:-nothing}" >&2
      ;;
  esac
}

install_dotnet() {
  local version script=$temp/dotnet-install.sh
  version=$(sed -n 's/.*"version"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$root/global.json" | head -n 1)
  [[ -n $version ]] || fail "global.json names no SDK version"
  say_why
  echo "build.sh: installing the .NET SDK $version into .nuke/temp/dotnet-unix" >&2
  mkdir -p "$temp"
  curl -fsSL --retry 3 -o "$script" "$install_url" >&2 ||
    fail "$install_url cannot be read; install the .NET SDK $version by hand and put dotnet on PATH"
  bash "$script" --install-dir "$temp/dotnet-unix" --version "$version" --no-path >&2 ||
    fail "the .NET SDK $version could not be installed; install it by hand and put dotnet on PATH"
  dotnet=$temp/dotnet-unix/dotnet
}

sources() {
  find "$root/build" \( -name bin -o -name obj \) -prune -o -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' \
    -o -name '*.targets' -o -name packages.lock.json -o -name global.json -o -name .editorconfig \) "$@" -print
  find "$root" -maxdepth 1 -type f \( -name '*.props' -o -name '*.targets' -o -name global.json \
    -o -iname nuget.config -o -name .editorconfig \) "$@" -print
}

# The mark lists the sources of the last compile, so one that was added or removed shows; its time is that compile's start.
is_stale() {
  [[ ! -f $graph || ! -f $temp/compiled || $(sources) != "$(<"$mark")" || -n $(sources -newer "$mark") ]]
}

# What is saved while the compiler runs counts as newer.
compile() {
  is_stale || return 0
  local log
  log=$(mktemp "$temp/compile-log.XXXXXX")
  echo "build.sh: compiling the build graph" >&2
  sources >"$temp/compiling"
  if ! (cd -- "$root" && "$dotnet" build "$project" -c Release -nologo -v quiet -clp:NoSummary -nodeReuse:false \
    -p:UseSharedCompilation=false) >"$log" 2>&1 </dev/null 9>&-; then
    cat "$log" >&2
    rm -f "$log"
    fail "the build graph does not compile (see above)"
  fi
  rm -f "$log"
  mv "$temp/compiling" "$mark"
}

if [[ ${1-} == :complete ]]; then
  # A shell asks while somebody types: nothing is compiled or installed for it.
  [[ -f $graph ]] && find_runtime || exit 0
elif is_stale || ! find_runtime; then
  find_dotnet || install_dotnet
  mkdir -p "$temp"
  if command -v flock >/dev/null; then
    exec 9>"$temp/compile.lock"
    flock 9
    compile
    exec 9>&-
  else
    compile
  fi
fi

exec "$dotnet" exec "$graph" "$@"
