# Sourced by run, test and .ci/run: chooses the engine, and says things in one style.

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

# Restores with $1 as the engine. Fails with 2 where it is the Orleans packages that cannot be had, else with 1.
restore_with() {
  local log status=0
  log=$(mktemp)
  RegistryEngine=$1 dotnet restore "$root/OrleansRegistry.sln" >"$log" 2>&1 || status=1
  if [ "$status" -ne 0 ]; then
    if grep -qE 'error NU110[0-9].*Microsoft\.Orleans|Microsoft\.Orleans.*error NU110[0-9]' "$log"; then status=2; else cat "$log" >&2; fi
  fi
  rm -f "$log"
  return "$status"
}

# Sets and exports RegistryEngine: what REGISTRY_ENGINE names, else Orleans, else Embedded.
choose_engine() {
  if ! command -v dotnet >/dev/null; then
    say "dotnet is not on the PATH: install the .NET 10 SDK (https://dot.net)"
    exit 1
  fi
  case "${REGISTRY_ENGINE:-}" in
    Orleans | Embedded)
      export RegistryEngine=$REGISTRY_ENGINE
      restore_with "$RegistryEngine" || { say "the packages for the $RegistryEngine engine cannot be restored"; exit 1; }
      ;;
    "")
      local status=0
      restore_with Orleans || status=$?
      case $status in
        0) export RegistryEngine=Orleans ;;
        2)
          say "the Orleans packages cannot be restored on this machine: using the Embedded engine (one process, no cluster)"
          export RegistryEngine=Embedded
          restore_with Embedded || { say "restore failed"; exit 1; }
          ;;
        *) say "restore failed"; exit 1 ;;
      esac
      ;;
    *)
      say "REGISTRY_ENGINE is '$REGISTRY_ENGINE'; it can be Orleans or Embedded"
      exit 1
      ;;
  esac
}
