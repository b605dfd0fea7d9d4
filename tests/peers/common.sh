# Read by every recipe and by tests/run: where the peers live, how one is built once and kept. Not run by itself.
# A recipe sets NAME and VERSION, names its inputs, and ends with: keep build_function.

cache=${SIGNPOST_CACHE:-$HOME/.cache/signpost}
peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# Twelve hex digits over the content of the given files: a changed recipe is another peer, never an updated one.
inputs_hash() { cat "$@" | sha256sum | cut -c1-12; }

# The folder of this peer: version and recipe make the key.
kept_folder() { printf '%s/%s-%s-%s\n' "$cache" "$NAME" "$VERSION" "$(inputs_hash "${INPUTS[@]}")"; }

# keep FUNCTION: prints the peer's folder, building it first if it is not there. FUNCTION gets an empty folder beside
# the final one and fills it; the rename at the end makes the result whole or absent. Two builds wait for each other.
# With --where only the folder's name is printed; the exit status says whether it exists.
keep() {
  local folder temporary log started
  folder=$(kept_folder)
  if [ "${1:-}" = --where ]; then printf '%s\n' "$folder"; [ -d "$folder" ]; return; fi
  mkdir -p "$cache/logs"
  exec 9>"$cache/lock"
  flock 9
  if [ ! -d "$folder" ]; then
    log=$cache/logs/$(basename "$folder").log
    temporary=$(mktemp -d "$cache/.making-$NAME-XXXXXX")
    started=$(date +%s)
    say "peer $NAME $VERSION: building, log in $log"
    # Not in an `if`: that would switch off -e inside the function.
    set +e
    (set -e; "$1" "$temporary") >"$log" 2>&1 9>&-
    local status=$?
    set -e
    if [ $status != 0 ]; then
      tail -n 15 "$log" >&2
      remove "$temporary"
      die "peer $NAME $VERSION could not be built; the whole log: $log"
    fi
    mv "$temporary" "$folder"
    say "peer $NAME $VERSION: built in $(( $(date +%s) - started )) s"
  fi
  flock -u 9
  printf '%s\n' "$folder"
}

# Go makes its module cache read-only; such a tree is made writable before it goes.
remove() { chmod -R u+w "$1" 2>/dev/null || true; rm -rf "$1"; }

# at_least 1.26 1.26.8: is the second version at least the first?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Unpacks Debian packages into a folder without installing them: no maintainer script runs, so nothing is started,
# enabled or configured.
unpack_debian() {
  local into=$1 file; shift
  mkdir -p "$into/.download"
  (cd "$into/.download"
   # The sandbox user of apt cannot write here; as root it falls back with a warning, which is fine.
   apt-get download "$@")
  for file in "$into"/.download/*.deb; do dpkg-deb -x "$file" "$into"; done
  rm -rf "$into/.download"
}

# with_libraries FOLDER PROGRAM...: runs a program of an unpacked tree; fails when it misses a library.
with_libraries() {
  local folder=$1 path; shift
  path=$(cd "$folder" && printf '%s:' "$PWD"/usr/lib/*-linux-gnu "$PWD"/lib/*-linux-gnu)
  LD_LIBRARY_PATH=${path%:} "$@"
}

install_packages() { "$peers/../../deploy/packages-install" "$@"; }
