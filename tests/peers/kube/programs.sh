# Read by the recipes kube and kube_older: builds the two programs through the main module in $here.

build() {
  use_go
  cd "$here"
  mkdir "$1/bin"
  # Their version too, as their own build has it: helm asks the apiserver for it.
  local program flags="-s -w -X k8s.io/component-base/version.gitVersion=v$VERSION"
  for program in kube-apiserver kube-controller-manager; do
    go build -mod=readonly -trimpath -ldflags "$flags" -o "$1/bin/$program" "k8s.io/kubernetes/cmd/$program"
  done
  "$1/bin/kube-apiserver" --version
}
