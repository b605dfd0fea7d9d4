# Read by the recipes kube and kube_older: builds the two programs through the main module in $here.

build() {
  use_go
  cd "$here"
  mkdir "$1/bin"
  local program
  for program in kube-apiserver kube-controller-manager; do
    go build -mod=readonly -trimpath -ldflags '-s -w' -o "$1/bin/$program" "k8s.io/kubernetes/cmd/$program"
  done
  "$1/bin/kube-apiserver" --version
}
