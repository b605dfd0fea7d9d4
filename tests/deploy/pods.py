"""The containers of a Pod as a kubelet would run them, but for the images: arguments, environment, user, capabilities and
volumes, in mounts of their own over this machine's read-only root."""
import datetime
import os
import pathlib
import shlex
import urllib.error
import urllib.request

from harness import dns, peers, ports
from harness import signpost as harness
from harness.process import Process

ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"
CAPABILITIES = {"CHOWN": 0, "NET_BIND_SERVICE": 10, "NET_ADMIN": 12}
BECOME = pathlib.Path(__file__).with_name("become.py")
# What a program needs of /etc here; the volumes have their places in it.
ETC = ("hosts", "ld.so.cache", "nsswitch.conf", "passwd", "resolv.conf")

# What a kubelet fills in.
FIELDS = {"metadata.name": "signpost-0", "status.podIP": "192.0.2.53"}

# Words for helm: one service from a file.
FILES = ["--set", "config.registries.local.type=file,config.registries.local.path=services.yaml,config.registries.local.required=true",
         "--set", "config.zones[0].name=demo.internal,config.zones[0].registry=local",
         "--set", "files.services\\.yaml.services[0].name=cart", "--set", "files.services\\.yaml.services[0].instances[0].address=10.1.0.1"]  # fmt: skip


class ConfigMapVolume:
    """A mounted ConfigMap: files are links through `..data`, which is swapped when the ConfigMap has changed."""

    def __init__(self, folder, data):
        self.folder = folder
        folder.mkdir()
        self.write(data)

    def write(self, data):
        """As the kubelet's atomic writer: all files anew in a folder of the time, one rename, then links that are missing
        and those that lead nowhere."""
        fresh = self.folder / f"..{datetime.datetime.now():%Y_%m_%d_%H_%M_%S.%f}"
        fresh.mkdir()
        for name, text in data.items():
            (fresh / name).write_text(text)
        old = self.folder / os.readlink(self.folder / "..data") if (self.folder / "..data").is_symlink() else None
        (self.folder / "..data_tmp").symlink_to(fresh.name)
        (self.folder / "..data_tmp").rename(self.folder / "..data")
        for name in data:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        if old:
            for file in old.iterdir():
                if file.name not in data:
                    (self.folder / file.name).unlink()
                file.unlink()
            old.rmdir()


class Pod:
    """The init containers of a Pod's spec, one after the other, and then the container `signpost`. `config_maps`: {name:
    data}; those that are not there are as `optional` has it. `account`: the text of the token and of the authorities, {"token":
    .., "ca.crt": ..}. `prefix` is a command that ends by becoming the program; a Pod with sysctls needs one that gives it a
    network. `on_node` is the directory that stands for a hostPath; without it there is none yet."""

    def __init__(self, folder, spec, config_maps, account=None, environment=None, prefix=(), on_node=None):
        if os.geteuid() != 0:
            peers.missing("root, for mounts of its own")
        self.folder, self.volumes, self._on_node = folder / "volumes", {}, on_node
        self.folder.mkdir()
        (self.container,) = (one for one in spec["containers"] if one["name"] == "signpost")
        self._first, self._context = spec.get("initContainers", []), spec["securityContext"]
        self._user = self.container["securityContext"].get("runAsUser", spec["securityContext"]["runAsUser"])
        self._sysctls = {one["name"].replace(".", "/"): one["value"] for one in spec["securityContext"].get("sysctls", [])}
        for volume in spec["volumes"]:
            self._make(volume, config_maps)
        script = folder / "start"
        script.write_text(self._script(folder, account if spec["automountServiceAccountToken"] else None))
        script.chmod(0o755)
        inside = {one["name"]: one.get("value") or FIELDS[one["valueFrom"]["fieldRef"]["fieldPath"]] for one in self.container["env"]}
        inside.update(environment or {})
        self.process = Process([*prefix, "unshare", "--mount", script], folder / "pod.log", environment=inside)

    def _make(self, volume, config_maps):
        path = self.folder / volume["name"]
        if "configMap" in volume:
            name = volume["configMap"]["name"]
            if name not in config_maps and not volume["configMap"].get("optional"):
                raise FileNotFoundError(f"ConfigMap {name}")  # the kubelet would wait for it
            self.volumes[volume["name"]] = ConfigMapVolume(path, config_maps.get(name, {}))
        elif "hostPath" in volume:
            if self._on_node:
                path.symlink_to(self._on_node)
            else:
                path.mkdir(mode=0o755)  # as `DirectoryOrCreate`: root's
        else:
            path.mkdir()
            os.chown(path, self._user, self._user)

    def _script(self, folder, account):
        etc = folder / "etc"
        lines = ["#!/bin/sh -e", f"mkdir {etc}", f"for name in {' '.join(ETC)}; do [ ! -e /etc/$name ] || cp /etc/$name {etc}; done"]
        lines += [f"echo {value} >/proc/sys/{name}" for name, value in self._sysctls.items()]
        lines += [f"mount --bind {etc} /etc", "mount -t tmpfs none /run", "mount -t tmpfs none /var/lib"]
        for mount in self.container["volumeMounts"]:
            at = shlex.quote(mount["mountPath"])
            lines += [f"mkdir -p {at}", f"mount --bind {self.folder / mount['name']} {at}"]
            lines += [f"mount -o remount,bind,ro {at}"] if mount.get("readOnly") else []
        if account:
            lines.append(f"mkdir -p {ACCOUNT}")
            for name, text in account.items():
                lines += [f"cat >{ACCOUNT}/{name} <<'END'", text.strip(), "END"]
        # The file as the image has it (deploy/image/root).
        lines += [f"cp {harness.binary()} /run/program", "setcap cap_net_bind_service=p /run/program", "mount -o remount,bind,ro /"]
        lines += [shlex.join(self.first(one["name"])) for one in self._first]
        lines.append("exec " + shlex.join([*self._privileges(self.container), "/run/program", *self.container["args"]]))
        return "\n".join(lines) + "\n"

    def first(self, name):
        """The command of an init container."""
        (container,) = (one for one in self._first if one["name"] == name)
        assert all(mount in self.container["volumeMounts"] for mount in container.get("volumeMounts", []))
        return [*self._privileges(container), *container["command"]]

    def _privileges(self, container):
        """Of its security context, which comes before the Pod's."""
        context = container["securityContext"]
        assert context["capabilities"]["drop"] == ["ALL"] and not context["allowPrivilegeEscalation"] and context["readOnlyRootFilesystem"]
        held = sum(1 << CAPABILITIES[name] for name in context["capabilities"].get("add", []))
        return ["/usr/bin/python3", str(BECOME), str(context.get("runAsUser", self._context["runAsUser"])), str(held)]

    def inside(self, *words):
        """A command that runs in the container."""
        return ["nsenter", "--target", str(self.process.pid), "--mount", "--net", "--root", *words]


class Places:
    """Free ports of loopback in the place of the chart's, since the Pod is in our network."""

    def __init__(self):
        self.ports = {name: ports.free() for name in ("dns", "health", "ready", "metrics")}
        listen = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        self.words = ["--set", f"config.listen.dns={{{listen.pop('dns')}}}"]
        self.words += ["--set", ",".join(f"config.listen.{name}={address}" for name, address in listen.items())]

    def status(self, name, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def client(self, pod):
        pod.process.wait_ready(lambda: self.status("ready", "/ready") == 200, 20, "the Pod is ready")
        return dns.Client(("127.0.0.1", self.ports["dns"]))
