#!/usr/bin/python3
"""A Nacos server for tests: the gRPC protocol as strict as the Java server, with faults on demand.

Prints one line of JSON with its ports when it is ready. Clients compute the gRPC port as HTTP + 1000, so a free
pair of ports is chosen. Numbers in comments are sections and ids of the Nacos facts page; README.md has the API.
"""

import argparse
import asyncio
import collections
import ctypes
import json
import random
import signal
import time

import grpc

import payload
import naming_v1
from connection import Connection
from control import serve_http
from registry import Registry
from udp_push import UdpPush
from watching import Watching

DEFAULTS = {
    "push_delay": 0.5, "ack_timeout": 5.0, "ack_retry": 1.0, "empty_service": 60.0, "starting": 0.0,
    "negotiate": True, "fuzzy_watch": True, "watch_delay": 1.0, "change_delay": 0.1, "pattern_limit": 20,
    "match_limit": 500, "detect_after": 20.0, "detect_timeout": 5.0, "user": "", "password": "", "token_ttl": 18000,
    "login_path": "v3", "silent": False, "drop_acks": False, "withhold_setup_ack": False, "connection_limit": 10000,
    "v1": True, "v1_state": "UP", "v1_token": "any", "v1_delay": 0, "cache_millis": 10000, "grpc": True, "version": "3.1.0", "context": "/nacos", "udp_ack": 10.0,
    "serverlist": "",  # what an address server would say at /nacos/serverlist; empty: 404
    "ipv6": False,  # both ports at ::1 too
    "admin": "open",  # or "forbidden", or "missing" as before 3.0
    "tls_certificate": "", "tls_key": "",  # PEM files; both ports speak TLS then
    "tls_client_ca": "",  # a PEM file; both ports want a client's certificate of this authority then
}


class Refused(Exception):
    def __init__(self, code, message, result=500):
        super().__init__(message)
        self.code, self.message, self.result = code, message, result


class Fake:
    def __init__(self, config):
        self.config = config
        self.started = time.monotonic()
        self.connections = {}  # peer -> Connection that has been set up
        self.registry = Registry(self.changed)
        self.watching = Watching(self.registry, self.connections, config)
        self.pushes_due = set()
        self.tokens = {}  # token -> until
        self.requests = collections.Counter()
        self.acks = collections.Counter()
        self.orders = []  # faults: {"type", "code" or "body", "count"}
        self.loop = None
        self.udp = UdpPush(self, lambda key, clusters: naming_v1.info(self, key, clusters))

    # ---- data
    def changed(self, service, news):
        if news:
            self.watching.changed(service.key, news)
        if service.key not in self.pushes_due:
            self.pushes_due.add(service.key)
            self.loop.create_task(self.push_later(service))

    async def push_later(self, service):
        await asyncio.sleep(self.config["push_delay"])  # merges what happens meanwhile (5.6)
        self.pushes_due.discard(service.key)
        service.refresh()
        for connection in list(self.connections.values()):
            if service.key in connection.subscriptions:
                self.push(connection, service)
        self.udp.push(service.key)

    def push(self, connection, service):
        def body():  # without namespace: a push never has one (5.3)
            return {"serviceInfo": service.info(connection.subscriptions.get(service.key, ""))}
        connection.start(connection.insist("NotifySubscriberRequest", body))

    async def push_to_new(self, connection, key):
        await asyncio.sleep(self.config["push_delay"])
        service = self.registry.find(key)
        if service and key in connection.subscriptions:
            self.push(connection, service)

    # ---- unary requests
    async def unary(self, octets, context):
        if self.config["silent"]:
            await asyncio.sleep(3600)
        try:
            kind, headers, body = payload.decode(octets)
        except (payload.Malformed, ValueError):
            return payload.encode("ErrorResponse", error(502, "unparseable"))
        self.requests[kind] += 1
        answer_kind = kind.removesuffix("Request") + "Response"
        try:
            if time.monotonic() - self.started < self.config["starting"]:
                raise Refused(300, "Server is starting,please try later.")
            order = self.ordered(kind)
            if order and "body" in order:
                return payload.encode(order.get("answer", answer_kind), order["body"])
            if order and "delay" in order:
                await asyncio.sleep(order["delay"])
            elif order:
                return payload.encode(answer_kind, error(order["code"], "as ordered"))
            answer = self.dispatch(kind, headers, body, context.peer())
        except Refused as refused:
            typed = "ErrorResponse" if refused.code in (300, 301, 302, 502) else answer_kind
            return payload.encode(typed, error(refused.code, refused.message, refused.result))
        except ValueError as wrong:
            return payload.encode(answer_kind, error(400, str(wrong)))
        return payload.encode(answer_kind, {"resultCode": 200, "errorCode": 0, "message": "success",
                                            "requestId": body.get("requestId"), "success": True, **answer})

    def ordered(self, kind):
        for order in self.orders:
            if order["type"] in (kind, "*") and kind != "ServerCheckRequest":
                order["count"] -= 1
                if order["count"] <= 0:
                    self.orders.remove(order)
                return order
        return None

    def dispatch(self, kind, headers, body, peer):
        if kind == "ServerCheckRequest":
            answer = {"connectionId": f"{int(time.time() * 1000)}_{peer}"}
            if self.config["negotiate"]:
                answer["supportAbilityNegotiation"] = True
            return answer
        connection = self.connections.get(peer)
        if connection is None:
            raise Refused(301, "Connection is unregistered.")
        connection.heard()
        if kind == "HealthCheckRequest":
            return {}
        handler = {"SubscribeServiceRequest": self.subscribe, "ServiceQueryRequest": self.query,
                   "ServiceListRequest": self.list, "InstanceRequest": self.instance,
                   "BatchInstanceRequest": self.batch, "PersistentInstanceRequest": self.persistent,
                   "NamingFuzzyWatchRequest": self.watch}.get(kind)
        if handler is None or (kind == "NamingFuzzyWatchRequest" and not self.config["fuzzy_watch"]):
            raise Refused(302, f"RequestHandler Not Found: {kind}")
        if self.config["user"] and self.tokens.get(headers.get("accessToken"), 0) < time.monotonic():
            raise Refused(403, "authorization failed!")
        if not connection.naming:
            raise Refused(-401, "Client not found", -401)
        return handler(connection, body)

    @staticmethod
    def key_of(body):
        return body.get("namespace", ""), body.get("groupName", ""), body.get("serviceName", "")

    def subscribe(self, connection, body):
        key = self.key_of(body)
        if body.get("subscribe"):
            connection.subscriptions[key] = body.get("clusters") or ""
            self.loop.create_task(self.push_to_new(connection, key))
        else:
            connection.subscriptions.pop(key, None)
        return {"serviceInfo": self.info(key, body.get("clusters") or "")}

    def info(self, key, clusters, healthy_only=False):
        service = self.registry.find(key)
        if service:
            return service.info(clusters, healthy_only)
        return {"name": key[2], "groupName": key[1], "clusters": clusters, "cacheMillis": 10000, "hosts": [],
                "lastRefTime": int(time.time() * 1000), "checksum": "", "allIps": False,
                "reachProtectionThreshold": False, "valid": True}

    def query(self, _, body):
        return {"serviceInfo": self.info(self.key_of(body), body.get("cluster") or "", body.get("healthyOnly"))}

    def list(self, _, body):
        names = self.registry.names(body.get("namespace", ""), body.get("groupName", ""))
        size, page = int(body.get("pageSize") or 0), int(body.get("pageNo") or 1)
        random.shuffle(names)  # a hash set (4.2)
        return {"count": len(names), "serviceNames": names[(page - 1) * size:page * size]}

    def instance(self, connection, body):
        key = self.key_of(body)
        if not key[1]:
            raise ValueError("Param check invalid: groupName")  # L10
        if body.get("type") == "registerInstance":
            connection.published.add(key)
            self.registry.publish(key, connection.peer, [body["instance"]], replace=True)  # 3.5
        elif body.get("type") == "deregisterInstance":
            self.registry.withdraw(key, connection.peer)
        else:
            raise ValueError(f"Unsupported request type {body.get('type')}")
        return {"type": body["type"]}

    def batch(self, connection, body):
        connection.published.add(self.key_of(body))
        self.registry.publish(self.key_of(body), connection.peer, body.get("instances") or [], replace=True)
        return {"type": body.get("type")}

    def persistent(self, _, body):
        key, each = self.key_of(body), body["instance"]
        if body.get("type") == "registerInstance":
            self.registry.publish(key, "persistent", [each], replace=False)
        else:
            which = each["ip"], each["port"], each.get("clusterName") or "DEFAULT"
            self.registry.withdraw(key, "persistent", which)
        return {"type": body.get("type")}

    def watch(self, connection, body):
        code = self.watching.watch(connection, body)
        if code:
            raise Refused(code, "fuzzy watch limit")
        return {}

    # ---- the stream
    async def stream(self, _, context):
        connection = Connection(context.peer(), context, self.config)
        reader = asyncio.ensure_future(self.read(connection, context))
        closer = asyncio.ensure_future(connection.closed.wait())
        try:
            await asyncio.wait({reader, closer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reader, closer):
                task.cancel()
            self.forget(connection)

    def forget(self, connection):
        connection.close()
        if self.connections.get(connection.peer) is connection:
            del self.connections[connection.peer]
            self.watching.bury(connection)
            for key in connection.published:
                self.registry.withdraw(key, connection.peer)

    async def read(self, connection, context):
        while True:
            octets = await context.read()
            if octets is grpc.aio.EOF:
                return
            if self.config["silent"]:
                continue
            try:
                kind, _, body = payload.decode(octets)
            except (payload.Malformed, ValueError):
                return
            if kind == "ConnectionSetupRequest":
                if not await self.set_up(connection, body):
                    return
            elif kind.endswith("Response"):
                self.acks[kind] += 1
                connection.answered(body.get("requestId"))

    async def set_up(self, connection, body):
        """False: the stream is closed without a word, as when starting or full (5.2)."""
        starting = time.monotonic() - self.started < self.config["starting"]
        labels = body.get("labels") or {}
        if starting or len(self.connections) >= self.config["connection_limit"] or "source" not in labels:
            return False
        await asyncio.sleep(0.004)  # unary requests are accepted 4-9 ms later (L7)
        connection.naming = labels.get("module") == "naming"
        connection.tenant = body.get("tenant", "")
        self.connections[connection.peer] = connection
        if body.get("abilityTable") is not None and self.config["negotiate"] and not self.config["withhold_setup_ack"]:
            await asyncio.sleep(random.uniform(0.03, 0.124))
            await connection.send("SetupAckRequest", {"headers": {}, "module": "internal", "abilityTable": {
                "supportPersistentInstanceByGrpc": True, "fuzzyWatch": self.config["fuzzy_watch"], "lock": True}})
        return True

    # ---- house-keeping
    async def keep_house(self):
        while True:
            await asyncio.sleep(0.1)
            self.registry.clean(self.config["empty_service"])
            now = time.monotonic()
            for connection in list(self.connections.values()):
                since = connection.detecting_since
                if since is None and now - connection.active_at > self.config["detect_after"]:
                    connection.detecting_since = now
                    connection.start(connection.ask("ClientDetectionRequest", {"module": "internal"}, 60))
                elif since is not None and now - since > self.config["detect_timeout"]:
                    self.forget(connection)


def error(code, message, result=500):
    return {"resultCode": result, "errorCode": code, "message": message, "success": False}


class Handlers(grpc.GenericRpcHandler):
    def __init__(self, fake):
        self.methods = {"/Request/request": grpc.unary_unary_rpc_method_handler(fake.unary),
                        "/BiRequestStream/requestBiStream": grpc.stream_stream_rpc_method_handler(fake.stream)}

    def service(self, details):
        return self.methods.get(details.method)


def listen(server, address, config):
    if not config["tls_certificate"]:
        return server.add_insecure_port(address)
    with open(config["tls_key"], "rb") as key, open(config["tls_certificate"], "rb") as certificate:
        identity = [(key.read(), certificate.read())]
    if not config["tls_client_ca"]:
        return server.add_secure_port(address, grpc.ssl_server_credentials(identity))
    with open(config["tls_client_ca"], "rb") as clients:
        return server.add_secure_port(address, grpc.ssl_server_credentials(identity, clients.read(), True))


async def run(config, port):
    fake = Fake(config)
    fake.loop = asyncio.get_running_loop()
    await fake.udp.open()
    while True:
        http = serve_http(fake, port)
        http_port = http[0].server_address[1]
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 10 << 20)])
        server.add_generic_rpc_handlers((Handlers(fake),))
        try:
            hosts = ("127.0.0.1", "[::1]") if config["ipv6"] else ("127.0.0.1",)
            bound = http_port < 64535 and all(listen(server, f"{host}:{http_port + 1000}", config) for host in hosts)
            bound = bound or not config["grpc"]
        except RuntimeError:
            bound = False
        if bound:
            break
        for each in http:
            each.shutdown()
        if port:
            raise SystemExit(f"port {http_port + 1000} is taken")
    if config["grpc"]:
        await server.start()
    print(json.dumps({"http": http_port, "grpc": http_port + 1000}), flush=True)
    await fake.keep_house()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="HTTP port; 0: a free one")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=JSON", help="one of the DEFAULTS")
    arguments = parser.parse_args()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: a test that crashes leaves nothing behind
    config = dict(DEFAULTS)
    for setting in arguments.set:
        name, _, value = setting.partition("=")
        if name not in config:
            parser.error(f"unknown setting {name}")
        config[name] = json.loads(value)
    asyncio.run(run(config, arguments.port))


if __name__ == "__main__":
    main()
