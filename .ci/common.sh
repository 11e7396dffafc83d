# What ./run and ./test share: packages, progress, builds. Sourced by bash, at the root of the repository.
# shellcheck shell=bash

# Builds in other folders, such as clones, may share what was compiled: line tables then name the folder of the first.
export CCACHE_NOHASHDIR=true

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }

# Runs "$@" with its output in the file $2 and shows for how long it has been at it, but only if that is long; the
# last lines of the output follow when it fails.   with_progress "Building" LOG COMMAND…
with_progress() {
  local what=$1 log=$2 code=0
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 &
  local job=$!
  show_progress "$what" "$log" "$job" >&2 &
  local watcher=$!
  # Background jobs do not see Ctrl-C by themselves.
  trap 'kill "$job" "$watcher" 2>/dev/null; exit 130' INT TERM
  wait "$job" || code=$?
  trap - INT TERM
  kill "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  [[ -t 2 ]] && printf '\r\033[K' >&2
  if ((code != 0)); then
    complain "$what failed ($log):"
    grep -vE '^\[[0-9]+/[0-9]+\] [A-Z]' "$log" | tail -n 60 >&2
  fi
  return "$code"
}

# A terminal sees one line that renews itself; a log file sees a line now and then.
show_progress() {
  local what=$1 log=$2 job=$3 start=$SECONDS pause=15 step
  [[ -t 2 ]] && pause=1
  sleep 1 >/dev/null 2>&1  # or a pipe behind standard error would wait for it
  while kill -0 "$job" 2>/dev/null; do
    step=$(tail -c 4000 "$log" 2>/dev/null | grep -oE '^\[[0-9]+/[0-9]+\]' | tail -n 1)
    if [[ -t 2 ]]; then
      printf '\r\033[K%s … %d s %s' "$what" $((SECONDS - start + 1)) "$step"
    else
      printf '%s … %d s %s\n' "$what" $((SECONDS - start + 1)) "$step"
    fi
    sleep "$pause" >/dev/null 2>&1
  done
}

# The packages of the named sections that are not installed.
missing_packages() {
  local installed name command
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  for section in "$@"; do
    sed -n "/^\[$section\]/,/^\[/p" packages.txt | sed '/^\[/d; /^#/d; /^$/d'
  done | while read -r name command; do
    [[ -n $command ]] && command -v "$command" >/dev/null && continue
    grep -qxF "$name" <<<"$installed" || printf '%s\n' "$name"
  done
}

# Installs what the named sections of packages.txt ask for and is missing; says nothing when all is there.
install_packages() {
  local missing as_root=()
  # Elsewhere than on Debian the build itself will name what it lacks.
  command -v dpkg-query >/dev/null || return 0
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) && return 0
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || { [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; }; then
      complain "These packages are missing: ${missing[*]}"
      complain "Install them as root: apt-get install ${missing[*]}"
      return 1
    fi
    sudo -v || return 1
    as_root=(sudo)
  fi
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  # Another apt, such as that of unattended upgrades, may be at it.
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600)
  with_progress 'Reading package lists' build/log/apt-update.log "${as_root[@]}" update &&
    with_progress 'Installing packages' build/log/apt-install.log \
      "${as_root[@]}" install -y --no-install-recommends "${missing[@]}"
}

# configure DIRECTORY OPTION…: sets the build directory up once, and gives it options that it lacks.
configure() {
  local directory=$1
  shift
  local wanted="$*" stamp=$directory/.configured-with
  [[ -f $directory/build.ninja && -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
  local action=(meson setup "$directory" "$@")
  [[ -f $directory/build.ninja ]] && action=(meson configure "$directory" "$@")
  CXX=${CXX:-ccache g++} with_progress "Configuring $directory" "build/log/configure-${directory//\//-}.log" "${action[@]}" &&
    printf '%s' "$wanted" >"$stamp"
}

# configure_sanitized DIRECTORY SANITIZERS OPTION…: by Clang, light optimisation and line tables only, for most of what such
# builds take is compiling, and GCC takes half as long again with the same sanitizers. Clang has warnings of its own; those of
# the release build are errors.
configure_sanitized() {
  local directory=$1 sanitizers=$2
  shift 2
  CXX='ccache clang++' configure "$directory" "$@" -Dwerror=false -Dbuildtype=debug -Doptimization=1 -Dcpp_args=-g1 \
    -Dbench=false -Db_lundef=false -Db_sanitize="$sanitizers"
}

# One build for the tests and the fuzz targets, which takes a quarter of an hour less than two: what libFuzzer watches costs
# the tests little.
configure_asan() { configure_sanitized build-asan address,undefined -Dfuzz=true; }

# build DIRECTORY TARGET…
build() {
  local directory=$1
  shift
  with_progress "Building $directory" "build/log/build-${directory//\//-}.log" ninja -C "$directory" "$@"
}
