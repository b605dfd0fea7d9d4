#!/usr/bin/env python3
"""An apiserver with very many endpoints and nothing else: bulk_apiserver.py SERVICES ENDPOINTS_EACH [CERTIFICATE KEY] prints
{"port": P}; with PEM files it speaks TLS.
Headless Services and one EndpointSlice each, written as the slice controller writes them (node, zone, targetRef), in pages;
a watch is opened and stays silent but for a bookmark. It computes every object when it is asked for, and keeps none."""
import http.server
import json
import ssl
import sys
import threading
import urllib.parse

REVISION = "1000"
NAMESPACES = 10
ENDED = threading.Event()


def address(number):
    """10.100.0.1 and on: 250 in a /24, as in tests/real/test_kubernetes_size.py."""
    return f"10.{100 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def namespace(service):
    return f"team-{service % NAMESPACES}"


def a_namespace(number, _):
    return f'{{"metadata":{{"name":"team-{number}","uid":"n-{number}","resourceVersion":"1"}}}}'


def a_service(number, _):
    return (
        f'{{"metadata":{{"name":"s{number}","namespace":"{namespace(number)}","uid":"s-{number}","resourceVersion":"1"}},'
        '"spec":{"clusterIP":"None","clusterIPs":["None"],"ports":[{"name":"http","port":8080,"protocol":"TCP"}]}}'
    )


def a_slice(number, each):
    endpoints = ",".join(
        f'{{"addresses":["{address(number * each + i)}"],"conditions":{{"ready":true,"serving":true,"terminating":false}},'
        f'"nodeName":"node-{(number + i) % 500}.example.internal","zone":"zone-{"abc"[i % 3]}","targetRef":{{"kind":"Pod",'
        f'"namespace":"{namespace(number)}","name":"s{number}-{i}","uid":"{number * each + i:08x}-0000-4000-8000-000000000000"}}}}'
        for i in range(each)
    )
    return (
        f'{{"metadata":{{"name":"s{number}-a","namespace":"{namespace(number)}","uid":"e-{number}","resourceVersion":"1",'
        f'"labels":{{"kubernetes.io/service-name":"s{number}"}}}},"addressType":"IPv4","endpoints":[{endpoints}],'
        '"ports":[{"name":"http","port":8080,"protocol":"TCP"}]}'
    )


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    services, each = 0, 0

    def log_message(self, *_):
        """Silent."""

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        wanted = {key: values[0] for key, values in urllib.parse.parse_qs(url.query).items()}
        kinds = {
            "/api/v1/namespaces": ("v1", "Namespace", a_namespace, NAMESPACES),
            "/api/v1/services": ("v1", "Service", a_service, self.services),
            "/apis/discovery.k8s.io/v1/endpointslices": ("discovery.k8s.io/v1", "EndpointSlice", a_slice, self.services),
        }
        if url.path not in kinds:
            self.answer(404, json.dumps({"kind": "Status", "code": 404, "reason": "NotFound"}))
        elif wanted.get("watch") in ("1", "true"):
            self.watch(*kinds[url.path][:2])
        else:
            self.page(*kinds[url.path], wanted)

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self, version, kind, item, count, wanted):
        first = int(wanted.get("continue", 0))
        end = min(count, first + int(wanted.get("limit", count) or count))
        more = f',"continue":"{end}","remainingItemCount":{count - end}' if end < count else ""
        items = ",".join(item(number, self.each) for number in range(first, end))
        self.answer(200, f'{{"kind":"{kind}List","apiVersion":"{version}","metadata":{{"resourceVersion":"{REVISION}"{more}}},"items":[{items}]}}')

    def watch(self, version, kind):
        line = json.dumps({"type": "BOOKMARK", "object": {"kind": kind, "apiVersion": version, "metadata": {"resourceVersion": REVISION}}}) + "\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while not ENDED.is_set():
                self.wfile.write(f"{len(line):x}\r\n{line}\r\n".encode())
                self.wfile.flush()
                ENDED.wait(30)
        except OSError:
            self.close_connection = True


def main(services, each, certificate="", key=""):
    Handler.services, Handler.each = int(services), int(each)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
