"""The Kubernetes API as the tests speak it."""
import http.client
import json
import select
import ssl


class ApiError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:500]}")
        self.status = status


class Api:
    """One connection to an apiserver; one thread at a time. Paths are full: /api/v1/namespaces/shop/services."""

    def __init__(self, port, ca_file, token, host="127.0.0.1"):
        self._host, self._port, self._token = host, port, token
        self._tls = ssl.create_default_context(cafile=str(ca_file))
        self._connection = None

    def call(self, method, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind, "Accept": "application/json"}
        if self._connection and select.select([self._connection.sock], [], [], 0)[0]:
            self.close()  # the server has closed it meanwhile
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(self._host, self._port, context=self._tls, timeout=30)
        try:
            self._connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as broken:
            self.close()
            raise OSError(f"{method} {path}: {broken!r}") from broken
        if response.status >= 300:
            raise ApiError(response.status, text.decode(errors="replace"))
        return json.loads(text) if text.startswith(b"{") else text.decode()

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path):
        return self.call("GET", path)

    def create(self, path, item):
        return self.call("POST", path, item)

    def patch(self, path, change):
        """A JSON merge patch (RFC 7386): members are replaced, null removes, lists are replaced whole."""
        return self.call("PATCH", path, change, "application/merge-patch+json")

    def delete(self, path, now=True):
        """`now`: without a grace period, as if the kubelet had confirmed."""
        return self.call("DELETE", path + ("?gracePeriodSeconds=0" if now else ""))
