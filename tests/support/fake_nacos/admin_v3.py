"""The admin API of 3.x as far as it is asked: the true health of one cluster's instances, and all services (4.5)."""

PREFIX = "/nacos/v3/admin/ns/"


class AdminV3:
    """Answers (status, body). Runs on the fake's loop."""

    def __init__(self, fake):
        self.fake = fake

    def answer(self, path, given, token):
        fake, call = self.fake, "GET " + path.removeprefix(PREFIX)
        fake.requests["admin " + call] += 1
        if fake.config["admin"] == "missing":
            return 404, {"code": 20004, "message": "not here"}
        if fake.config["admin"] == "forbidden" or (fake.config["user"] and token not in fake.tokens):
            return 403, {"code": 10001, "message": "access denied"}
        if call == "GET service/list":
            return 200, {"code": 0, "message": "success", "data": self.services(given)}
        if call != "GET instance/list":
            return 404, {"code": 20004, "message": "not here"}
        key = given.get("namespaceId") or "public", given.get("groupName") or "DEFAULT_GROUP", given["serviceName"]
        service = fake.registry.find(key)
        cluster = given.get("clusterName") or "DEFAULT"
        hosts = [dict(each) for each in service.instances() if each["clusterName"] == cluster] if service else []
        if not hosts:
            return 404, {"code": 20004, "message": f"service or cluster of {key} is not found"}
        if given.get("healthyOnly") == "true":
            hosts = [each for each in hosts if each["healthy"]]
        return 200, {"code": 0, "message": "success", "data": hosts}

    def services(self, given):
        """A page of the services of all groups."""
        size, page = int(given.get("pageSize", 100)), int(given.get("pageNo", 1))
        found = [key for key in self.fake.registry.services if key[0] == (given.get("namespaceId") or "public")]
        items = [{"name": name, "groupName": group, "clusterCount": 1, "ipCount": 1, "healthyInstanceCount": 1,
                  "triggerFlag": "false"} for _, group, name in found[(page - 1) * size:page * size]]
        return {"totalCount": len(found), "pageNumber": page, "pagesAvailable": (len(found) + size - 1) // size,
                "pageItems": items}
