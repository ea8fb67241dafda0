# shellcheck shell=bash
# What the scripts beside this file share; sourced, never run. Sets `root` and changes to it.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# A clone in another folder then finds what this one compiled.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# build_preset PRESET [cmake --build arguments]
build_preset() {
  local preset=$1
  shift
  cmake --preset "$preset" -DECRELAY_WERROR="${ECRELAY_WERROR:-OFF}" >/dev/null &&
    cmake --build --preset "$preset" --parallel "$(nproc)" "$@"
}

# run_ctest PRESET [ctest arguments]: where CI=true, a skipped test is a failed one. Tests wait more
# than they compute, but for the sanitizers', so two share a core.
run_ctest() {
  local preset=$1 log=build/$1/ctest.log status=0 jobs
  shift
  jobs=$(($(nproc) * 2))
  [[ $preset == dev ]] || jobs=$(nproc)
  ctest --preset "$preset" --parallel "$jobs" "$@" 2>&1 | tee "$log" || status=$?
  if [[ ${CI:-} == true ]] && grep -q -E '\*\*\*Skipped|\*\*\*Not Run|\(Disabled\)' "$log"; then
    grep -E '\*\*\*Skipped|\*\*\*Not Run|\(Disabled\)' "$log" >&2
    say "these tests were skipped, and CI must run them"
    status=1
  fi
  return "$status"
}
