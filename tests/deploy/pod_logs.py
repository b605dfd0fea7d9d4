"""As much of the Kubernetes API as `kubectl logs -l ..` asks for: one Pod with its log, cut as a kubelet cuts it."""
import http.server
import json
import threading
import urllib.parse

POD = {"metadata": {"name": "coredns-0", "namespace": "kube-system"}, "spec": {"containers": [{"name": "coredns"}]}}
PODS = {"name": "pods", "namespaced": True, "kind": "Pod", "verbs": ["get", "list"]}
OBJECTS = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [PODS]},
    "/api/v1/namespaces/kube-system/pods": {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [POD]},
}


class PodLogs:
    """`text()` gives the whole log of the Pod; `url` is where it is, until `stop`."""

    def __init__(self, text):
        class Asked(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                if path.endswith("/pods/coredns-0/log"):
                    tail = urllib.parse.parse_qs(query).get("tailLines")
                    lines = text().splitlines(True)
                    self._say("".join(lines[-int(tail[0]) :] if tail else lines), "text/plain")
                else:
                    self._say(json.dumps(OBJECTS[path]), "application/json")

            def _say(self, body, kind):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *words):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
