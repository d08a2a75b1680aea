# Sourced by run, test, .ci/run, deploy/local-cluster, tests/soak and tests/upgrade.

say() { printf '%s\n' "[registry] $*" >&2; }

# Runs a command and shows what it printed only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# build PROJECT: restores and builds it for use.
build() {
  if ! command -v dotnet >/dev/null; then
    say "dotnet is not on the PATH: install the .NET 10 SDK (https://dot.net)"
    return 1
  fi
  say "building (the first time takes about a minute)"
  quietly dotnet build "$1" -c Release
}
