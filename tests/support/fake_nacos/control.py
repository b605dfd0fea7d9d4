"""The HTTP side: logins as Nacos has them, and /control for the tests. Each request runs on the fake's loop."""

import asyncio
import base64
import http.server
import json
import secrets
import socket
import ssl
import threading
import time
import urllib.parse

import admin_v3
from naming_v1 import PREFIX, NamingV1

STATE_PATH = "/nacos/v1/console/server/state"  # open to everybody
LOGIN_PATHS = {"/nacos/v3/auth/user/login": "v3", "/nacos/v1/auth/users/login": "v1"}


class Control:
    """The verbs of POST /control/<verb>; each takes the JSON body as arguments."""

    def __init__(self, fake):
        self.fake = fake

    @staticmethod
    def _key(service, group="DEFAULT_GROUP", namespace="public"):
        return namespace, group, service

    def register(self, instances, replace=False, publisher="control", **which):
        self.fake.registry.publish(self._key(**which), publisher, instances, replace)

    def deregister(self, ip=None, port=None, cluster="DEFAULT", publisher="control", **which):
        self.fake.registry.withdraw(self._key(**which), publisher, (ip, port, cluster) if ip else None)

    def drop(self, **which):
        self.fake.registry.drop(self._key(**which))

    def protect(self, threshold, **which):
        service = self.fake.registry.find(self._key(**which))
        service.threshold = threshold
        self.fake.changed(service, None)

    def config(self, **settings):
        unknown = set(settings) - set(self.fake.config)
        if unknown:
            raise ValueError(f"unknown settings {unknown}")
        self.fake.config.update(settings)

    def close(self):
        """Ends every stream; the processes' registrations go with them."""
        for connection in list(self.fake.connections.values()):
            self.fake.forget(connection)

    def forget(self):
        """Drops the registration of every connection and says nothing: later requests get 301."""
        self.fake.connections.clear()

    def reset(self, host=None, port=None):
        """ConnectResetRequest to every connection."""
        body = {"module": "internal"}
        if host:
            body.update({"serverIp": host, "serverPort": str(port)})
        for connection in list(self.fake.connections.values()):
            connection.start(connection.ask("ConnectResetRequest", body, 60))

    def order(self, type, count=1, **what):
        """The next `count` requests of `type` get `code`, or `body` as the whole answer, or wait `delay` s."""
        self.fake.orders.append({"type": type, "count": count, **what})

    def say(self, type, body):
        """A request on every stream; `body` is an object (a requestId is added) or text sent as it is."""
        for connection in list(self.fake.connections.values()):
            if isinstance(body, str):
                connection.start(connection.send(type, body))
            else:
                connection.start(connection.ask(type, body, 60))

    def octets(self, base64_text):
        """Octets on every stream that need be no Payload."""
        for connection in list(self.fake.connections.values()):
            connection.start(connection.write(base64.b64decode(base64_text)))

    def datagram(self, base64_text):
        """Octets to everybody who listens for UDP pushes, as a stranger could send them."""
        self.fake.udp.shout(base64.b64decode(base64_text))

    def expire_tokens(self):
        self.fake.tokens.clear()

    def state(self):
        fake = self.fake
        return {
            "requests": dict(fake.requests), "acks": dict(fake.acks), "tokens": list(fake.tokens),
            "services": {"@@".join(key): service.view for key, service in fake.registry.services.items()},
            "connections": [{
                "id": each.id, "tenant": each.tenant, "waiting": len(each.waiting), "watches": sorted(each.watches),
                "subscriptions": sorted("@@".join(key) for key in each.subscriptions),
            } for each in fake.connections.values()]}


def make_handler(fake):
    control = Control(fake)
    naming = NamingV1(fake)
    admin = admin_v3.AdminV3(fake)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def parse_request(self):
            """Paths are as with the default context from here on; what lies outside of the context is nowhere."""
            if not super().parse_request():
                return False
            context = fake.config["context"]
            if not self.path.startswith("/control/"):
                inside = self.path.startswith(context + "/")
                self.path = "/nacos" + self.path.removeprefix(context) if inside else "/elsewhere"
            return True

        def do_POST(self):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path, query = urllib.parse.urlsplit(self.path)[2:4]
            if path in LOGIN_PATHS:
                self.reply(*self.login(LOGIN_PATHS[path], query + "&" + text))
            elif path.startswith(PREFIX):
                self.v1(text)
            elif path.startswith("/control/"):
                self.reply(*self.on_loop(path.removeprefix("/control/"), json.loads(text or "{}")))
            else:
                self.reply(404, {"message": "not here"})

        def v1(self, text=""):
            path, query = urllib.parse.urlsplit(self.path)[2:4]
            given = dict(urllib.parse.parse_qsl(query + "&" + text))
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")

            agent = self.headers.get("User-Agent") or self.headers.get("Client-Version")

            async def call():
                await asyncio.sleep(fake.config["v1_delay"])
                return naming.answer(self.command, path, given, token, agent)

            if not fake.config["v1"]:
                return self.reply(404, "not here")
            self.reply(*asyncio.run_coroutine_threadsafe(call(), fake.loop).result(60))

        def do_PUT(self):
            self.v1(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        do_DELETE = do_PUT

        def admin(self):
            path, query = urllib.parse.urlsplit(self.path)[2:4]
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")

            async def call():
                return admin.answer(path, dict(urllib.parse.parse_qsl(query)), token)

            self.reply(*asyncio.run_coroutine_threadsafe(call(), fake.loop).result(60))

        def do_GET(self):
            if self.path.startswith(PREFIX):
                return self.v1()
            if self.path == STATE_PATH and fake.config["version"]:
                return self.reply(200, {"standalone_mode": "standalone", "function_mode": None,
                                        "version": fake.config["version"]})
            if self.path == "/nacos/serverlist" and fake.config["serverlist"]:
                return self.reply(200, fake.config["serverlist"])
            if self.path.startswith(admin_v3.PREFIX):
                return self.admin()
            known = self.path == "/control/state"
            self.reply(*(self.on_loop("state", {}) if known else (404, {"message": "not here"})))

        def on_loop(self, verb, arguments):
            async def call():
                return getattr(control, verb)(**arguments)

            if verb.startswith("_") or not hasattr(control, verb):
                return 404, {"message": verb}
            try:
                return 200, asyncio.run_coroutine_threadsafe(call(), fake.loop).result(10) or {}
            except Exception as wrong:
                return 400, {"message": repr(wrong)}

        def login(self, version, text):  # Java names the user in the query and the password in the form
            fake.requests["login " + version] += 1
            if version == "v3" and fake.config["login_path"] == "v1":
                return 404, {"message": "not here"}
            form = dict(urllib.parse.parse_qsl(text))
            if not fake.config["user"]:
                return 200, {"accessToken": "AUTH_DISABLED", "tokenTtl": 18000, "globalAdmin": True}
            if (form.get("username"), form.get("password")) != (fake.config["user"], fake.config["password"]):
                return 403, {"message": "unknown user!"}
            token = secrets.token_hex(16)
            fake.tokens[token] = time.monotonic() + fake.config["token_ttl"]
            return 200, {"accessToken": token, "tokenTtl": fake.config["token_ttl"], "globalAdmin": False,
                         "username": form["username"]}

        def reply(self, status, body):
            octets = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_):
            pass

    return Handler


class Ipv6Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def serve_http(fake, port):
    """The servers of the HTTP port: at 127.0.0.1, and at ::1 where it is wanted."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", port), make_handler(fake))]
    if fake.config["ipv6"]:
        servers.append(Ipv6Server(("::1", servers[0].server_address[1]), make_handler(fake)))
    for server in servers:
        server.daemon_threads = True
        if fake.config["tls_certificate"]:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(fake.config["tls_certificate"], fake.config["tls_key"])
            if fake.config["tls_client_ca"]:
                context.load_verify_locations(fake.config["tls_client_ca"])
                context.verify_mode = ssl.CERT_REQUIRED
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return servers
